"""What a person chose for an invoice's reminders: is it possible, and where do its instalments join the plan?"""

import datetime as dt
from dataclasses import dataclass, replace

from relance.models.accounts import Account
from relance.models.chases import FREQUENCIES, Chase, ChaseContact, Entry
from relance.models.clients import Contact
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import MessageItem
from relance.rules import calendar as cal
from relance.rules import entries, moves, plans
from relance.services import situations

REASONS = {
    "draft": "La facture est encore un brouillon : terminez-la pour que les relances puissent partir.",
    "to_process": "La facture est « à traiter » : elle n'est pas relancée tant qu'elle n'est pas envoyée.",
    "credit_note": "Un avoir ne se relance pas.",
    "paid": "La facture est payée.",
    "cancelled": "La facture est annulée.",
    "written_off": "La facture est passée en perte.",
    "direct_debit": "La facture est payée par prélèvement : elle n'est pas relancée.",
    "card": "La facture est payée par carte : elle n'est pas relancée.",
    "exempt": "Ce client n'est jamais relancé : c'est un réglage de sa fiche.",
    "below_minimum": "Le reste dû est inférieur au montant minimum à relancer.",
    "no_recipient": "Aucun contact n'a d'adresse e-mail utilisable.",
    "finished": "Toutes les relances prévues sont parties.",
}
FINAL = ("paid", "finished", "cancelled", "written_off")
START_CHOICES = ("keep", "normal", "gently", "join", "next")


class ChaseError(Exception):
    """Reminders cannot be switched on like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = ""):
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class ChasePlan:
    """What a person chose. ``first_offset_days`` 1 to 30, ``count`` 2 to 12, ``start`` one of START_CHOICES."""

    frequency: str = "weekly"
    count: int = 4
    first_offset_days: int = 1
    contact_ids: tuple[int, ...] = ()
    copies_user: bool = False
    attaches_invoice: bool = True
    start: str = "normal"


def why_not(invoice: Invoice) -> str | None:
    """The French reason why this invoice is never chased as it stands, or None."""
    reason = situations.stop_reason(invoice.account, invoice.client, invoice, invoice.balance_cents)
    return REASONS[reason] if reason else None


def chase_of(invoice: Invoice) -> Chase | None:
    """The invoice's chase, active or ended, or None."""
    return Chase.get_or_none(Chase.invoice == invoice)


def plan_of(chase: Chase) -> ChasePlan:
    """A chase as the choices that made it."""
    contacts = ChaseContact.select(ChaseContact.contact).where(ChaseContact.chase == chase).tuples()
    return ChasePlan(
        frequency=chase.frequency,
        count=chase.count,
        first_offset_days=chase.first_offset_days,
        contact_ids=tuple(contact_id for (contact_id,) in contacts),
        copies_user=chase.copies_user,
        attaches_invoice=chase.attaches_invoice,
    )


def default_plan(invoice: Invoice) -> ChasePlan:
    """The choices offered first: four weekly reminders to the contact the invoice was sent to."""
    contacts = situations.usable(Contact.select().where(Contact.client == invoice.client_id))
    chosen = next((c for c in contacts if c.id == invoice.contact_id), contacts[0] if contacts else None)
    return ChasePlan(contact_ids=(chosen.id,) if chosen else ())


def check(invoice: Invoice, plan: ChasePlan) -> list[Contact]:
    """The contacts of a plan that makes sense for the invoice; ChaseError names the field otherwise."""
    for reason in ("credit_note" if invoice.is_credit_note else "", invoice.state, invoice.payment_method):
        if reason in ("credit_note", "cancelled", "written_off", "paid", "direct_debit", "card"):
            raise ChaseError(REASONS[reason])
    if plan.frequency not in FREQUENCIES:
        raise ChaseError("Choisissez une fréquence d'envoi.", "frequency")
    if plan.frequency == "weekly" and not 2 <= plan.count <= 12:
        raise ChaseError("Indiquez un nombre de relances entre 2 et 12.", "count")
    if not 1 <= plan.first_offset_days <= 30:
        raise ChaseError("La première relance part entre 1 et 30 jours après l'échéance.", "first_offset_days")
    return _check_contacts(invoice, plan)


def _check_contacts(invoice: Invoice, plan: ChasePlan) -> list[Contact]:
    known = {c.id: c for c in Contact.select().where(Contact.client == invoice.client_id)}
    contacts = [known[key] for key in dict.fromkeys(plan.contact_ids) if key in known]
    if len(contacts) != len(set(plan.contact_ids)):
        raise ChaseError("Ce contact n'appartient pas à ce client.", "contacts")
    for contact in contacts:
        if not contact.email:
            raise ChaseError(f"Ajoutez une adresse à {contact.name}.", "contacts")
        if not contact.is_usable:
            raise ChaseError(f"L'adresse {contact.email} n'est plus utilisable : corrigez-la.", "contacts")
    if not contacts:
        raise ChaseError("Ajoutez au moins un contact à relancer.", "contacts")
    if invoice.client.kind == "individual" and len(contacts) > 1:
        raise ChaseError("Un particulier n'a qu'un contact : choisissez-en un.", "contacts")
    return contacts


def today_of(account: Account, now: dt.datetime) -> dt.date:
    """The account's civil day at ``now`` (UTC)."""
    return cal.local_date(now, account.time_zone)


def count_of(account: Account, plan: ChasePlan) -> int:
    """How many messages a plan has: N, or the account's cap for « until paid »."""
    return {"once": 1, "until_paid": account.weekly_cap}.get(plan.frequency, plan.count)


def start_choices(invoice: Invoice, plan: ChasePlan, now: dt.datetime) -> list[str]:
    """Where the user may begin: ["normal"], or for a late invoice some of gently, join, next.

    « keep » comes first when reminders are on already and their dates do not change.
    """
    account = invoice.account
    calendar = situations.policy_of(account).calendar
    today = today_of(account, now)
    found: set[str] = set()
    for item in plan_items(invoice, plan, account):
        found |= set(entries.entry_choices(item, calendar, today))
    late = [name for name in START_CHOICES[2:] if name in found]
    if _keeps_its_dates(invoice, plan):
        return ["keep", *late]
    return late or ["normal"]


def _keeps_its_dates(invoice: Invoice, plan: ChasePlan) -> bool:
    chase = chase_of(invoice)
    if chase is None or not chase.is_active:
        return False
    count = count_of(invoice.account, plan)
    steps = plans.plan_steps(plan.frequency, count, plan.first_offset_days)
    return steps == situations.steps_of(chase)


def entered_items(
    invoice: Invoice, plan: ChasePlan, account: Account, calendar: cal.Calendar, today: dt.date
) -> list[moves.Item]:
    """The invoice's instalments as they join a plan by the user's choice, or as they already follow it."""
    items = plan_items(invoice, plan, account)
    if plan.start != "keep":
        return [enter(item, calendar, today, plan.start) for item in items]
    rows = {row.instalment_id: row for row in Entry.select().where(Entry.instalment.in_([item.key for item in items]))}
    kept = []
    for item in items:
        row = rows.get(item.key)
        if row is None:
            kept.append(enter(item, calendar, today, "next"))
        else:
            kept.append(replace(item, enters_on=row.enters_on, anchor_on=row.anchor_on, entry_step=row.step))
    return kept


def plan_items(invoice: Invoice, plan: ChasePlan, account: Account) -> list[moves.Item]:
    """The invoice's instalments with money left, as the rules see them under a plan not yet saved."""
    steps = plans.plan_steps(plan.frequency, count_of(account, plan), plan.first_offset_days)
    contacts = Contact.select().where(Contact.id.in_(list(plan.contact_ids)), Contact.client == invoice.client_id)
    recipients = frozenset(contact.email for contact in situations.usable(contacts))
    done = _done(invoice)
    return [
        moves.Item(
            key=row.id,
            due_on=row.due_on,
            steps=steps,
            enters_on=dt.date.min,
            recipients=recipients,
            currency=invoice.currency,
            done=frozenset(done.get(row.id, ())),
        )
        for row in invoice.instalments.order_by(Instalment.position)
        if row.balance_cents > 0
    ]


def _done(invoice: Invoice) -> dict[int, set[int]]:
    rows = MessageItem.select(MessageItem.instalment, MessageItem.step).where(
        MessageItem.invoice == invoice, MessageItem.slot.is_null(False)
    )
    done: dict[int, set[int]] = {}
    for instalment_id, step in rows.tuples():
        done.setdefault(instalment_id, set()).add(step)
    return done


def enter(item: moves.Item, calendar: cal.Calendar, today: dt.date, start: str) -> moves.Item:
    """The item as it joins its plan by the user's choice; one that the choice does not fit waits for its next step."""
    choices = entries.entry_choices(item, calendar, today)
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    return choices.get(start) or choices.get("normal") or fresh
