"""What a person chose for an invoice's reminders: is it possible, and where do its instalments join the plan?"""

import datetime as dt
from dataclasses import dataclass, replace

from relance.models.accounts import Account
from relance.models.chases import FREQUENCIES, Chase, ChaseContact, Entry
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.rules import calendar as cal
from relance.rules import entries, moves, plans
from relance.rules.plans import Step
from relance.services import entry_items, situations, steps

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
    "backlog": "La facture était trop en retard pour entrer dans la séquence : choisissez par où commencer.",
    "pause": "Les relances de cette facture sont en pause.",
    "client_pause": "Les relances de ce client sont en pause.",
    "account_pause": "Tous les envois sont suspendus.",
    "promise": "Un paiement est promis.",
    "letter": "Une lettre a été postée : les e-mails attendent la fin du délai qu'elle accorde.",
    "plan": "Un échéancier est en cours.",
    "dispute": "La facture est en litige.",
    "held_step": "La prochaine relance est retenue.",
    "unenrolled": "Le client ne suit plus de séquence.",
    "sequence_deleted": "La séquence a été supprimée.",
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
    """What a person chose. ``first_offset_days`` 1 to 30, ``count`` 2 to 12, ``start`` one of START_CHOICES.

    ``sequence_id`` with the frequency « sequence »; ``is_frozen``: keeps today's blocks whatever is edited later.
    ``is_inherited``: the client's sequence, not a choice made for this invoice; it has no contacts of its own.
    """

    frequency: str = "weekly"
    count: int = 4
    first_offset_days: int = 1
    contact_ids: tuple[int, ...] = ()
    copies_user: bool = False
    attaches_invoice: bool = True
    start: str = "normal"
    sequence_id: int | None = None
    is_frozen: bool = False
    asks_before_sending: bool = False
    is_inherited: bool = False


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
        sequence_id=chase.sequence_id,
        is_frozen=chase.frozen_revision is not None,
        asks_before_sending=chase.asks_before_sending,
        is_inherited=chase.is_inherited,
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
    if plan.frequency == "sequence":
        _check_sequence(invoice, plan)
    elif plan.frequency not in FREQUENCIES:
        raise ChaseError("Choisissez une fréquence d'envoi.", "frequency")
    if plan.frequency == "weekly" and not 2 <= plan.count <= 12:
        raise ChaseError("Indiquez un nombre de relances entre 2 et 12.", "count")
    if not 1 <= plan.first_offset_days <= 30:
        raise ChaseError("La première relance part entre 1 et 30 jours après l'échéance.", "first_offset_days")
    return _check_contacts(invoice, plan)


def _check_sequence(invoice: Invoice, plan: ChasePlan) -> None:
    sequence = Sequence.get_or_none(Sequence.id == plan.sequence_id, Sequence.account == invoice.account_id)
    if sequence is None or sequence.archived_at is not None:
        raise ChaseError("Choisissez une séquence.", "sequence")
    if not any(step.is_mail for step in steps.of_sequence(sequence)):
        raise ChaseError("Cette séquence n'a encore aucun e-mail : ajoutez-lui un bloc.", "sequence")


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


def revision_of(invoice: Invoice, plan: ChasePlan) -> int | None:
    """The revision a frozen plan keeps to: the one it already had, or today's; None when it follows the edits."""
    if plan.frequency != "sequence" or not plan.is_frozen:
        return None
    chase = chase_of(invoice)
    if chase is not None and chase.sequence_id == plan.sequence_id and chase.frozen_revision is not None:
        return int(chase.frozen_revision)
    return int(Sequence.get_by_id(plan.sequence_id).revision)


def steps_of_plan(invoice: Invoice, plan: ChasePlan, account: Account) -> tuple[Step, ...]:
    """The steps of a plan not yet saved."""
    if plan.frequency != "sequence":
        return plans.plan_steps(plan.frequency, count_of(account, plan), plan.first_offset_days)
    sequence = Sequence.get_or_none(Sequence.id == plan.sequence_id, Sequence.account == account)
    return steps.of_sequence(sequence, revision_of(invoice, plan)) if sequence is not None else ()


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
    return steps_of_plan(invoice, plan, invoice.account) == situations.steps_of(chase) and not _is_out(chase)


def _is_out(chase: Chase) -> bool:
    return bool(Entry.select().where(Entry.chase == chase, Entry.is_out).exists())


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
    recipients = frozenset(contact.email for contact in recipients_of(invoice, plan))
    return items_of(invoice, steps_of_plan(invoice, plan, account), recipients)


def items_of(invoice: Invoice, found: tuple[Step, ...], recipients: frozenset[str] = frozenset()) -> list[moves.Item]:
    """The invoice's instalments with money left, under these steps, before they enter them."""
    return [item for _, item in entry_items.gather(invoice.account_id, [invoice], found, recipients)[invoice.id]]


def options_of(account: Account, plan: ChasePlan) -> tuple[bool, bool]:
    """Whether a plan's messages wait for the user's yes, and whether they may claim penalties."""
    sequence = Sequence.get_or_none(Sequence.id == plan.sequence_id) if plan.frequency == "sequence" else None
    asks = account.asks_before_sending or plan.asks_before_sending
    if sequence is None:
        return asks, True
    return asks or sequence.asks_before_sending, sequence.claims_fees


def recipients_of(invoice: Invoice, plan: ChasePlan) -> tuple[Contact, ...]:
    """Whom a plan writes to: the contacts chosen, or the client's main one when it is inherited."""
    contacts = Contact.select().where(Contact.client == invoice.client_id)
    if plan.is_inherited and not plan.contact_ids:
        return situations.main_recipients(contacts)
    return situations.usable(contact for contact in contacts if contact.id in plan.contact_ids)


def enter(item: moves.Item, calendar: cal.Calendar, today: dt.date, start: str) -> moves.Item:
    """The item as it joins its plan by the user's choice; one that the choice does not fit waits for its next step."""
    choices = entries.entry_choices(item, calendar, today)
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    return choices.get(start) or choices.get("normal") or fresh
