"""Switching reminders on and off for an invoice, and keeping their next check right."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import FREQUENCIES, Chase, ChaseContact, Entry
from relance.models.clients import Client, Contact
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.models.messages import Message, MessageItem
from relance.rules import calendar as cal
from relance.rules import schedule
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
        found |= set(schedule.entry_choices(item, calendar, today))
    late = [name for name in START_CHOICES[2:] if name in found]
    if _keeps_its_dates(invoice, plan):
        return ["keep", *late]
    return late or ["normal"]


def _keeps_its_dates(invoice: Invoice, plan: ChasePlan) -> bool:
    chase = chase_of(invoice)
    if chase is None or not chase.is_active:
        return False
    count = count_of(invoice.account, plan)
    steps = schedule.plan_steps(plan.frequency, count, plan.first_offset_days)
    return steps == situations.steps_of(chase)


def entered_items(
    invoice: Invoice, plan: ChasePlan, account: Account, calendar: cal.Calendar, today: dt.date
) -> list[schedule.Item]:
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


def plan_items(invoice: Invoice, plan: ChasePlan, account: Account) -> list[schedule.Item]:
    """The invoice's instalments with money left, as the rules see them under a plan not yet saved."""
    steps = schedule.plan_steps(plan.frequency, count_of(account, plan), plan.first_offset_days)
    contacts = Contact.select().where(Contact.id.in_(list(plan.contact_ids)), Contact.client == invoice.client_id)
    recipients = frozenset(contact.email for contact in situations.usable(contacts))
    done = _done(invoice)
    return [
        schedule.Item(
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


def enter(item: schedule.Item, calendar: cal.Calendar, today: dt.date, start: str) -> schedule.Item:
    """The item as it joins its plan by the user's choice; one that the choice does not fit waits for its next step."""
    choices = schedule.entry_choices(item, calendar, today)
    fresh = replace(item, enters_on=today, anchor_on=None, entry_step=None)
    return choices.get(start) or choices.get("normal") or fresh


def start(invoice: Invoice, plan: ChasePlan, *, by: User | None, now: dt.datetime) -> Chase:
    """Switch reminders on (or replace the plan of a chase). One transaction: chase, entries, event.

    Raises ChaseError. A draft may carry a chase: nothing leaves before the invoice is sent.
    """
    with transaction():
        invoice.client.take_turn()
        contacts = check(invoice, plan)
        if plan.start not in start_choices(invoice, plan, now):
            raise ChaseError("Cette facture est déjà en retard : choisissez par où commencer.", "start")
        account = invoice.account
        chase = chase_of(invoice)
        values: dict[str, Any] = {
            "frequency": plan.frequency,
            "count": count_of(account, plan),
            "first_offset_days": plan.first_offset_days,
            "copies_user": plan.copies_user,
            "attaches_invoice": plan.attaches_invoice,
            "ended_at": None,
            "ended_because": "",
        }
        is_change = chase is not None and chase.is_active
        if chase is None:
            chase = Chase.create(
                account=account, client=invoice.client_id, invoice=invoice, started_by=by, started_at=now, **values
            )
        else:
            Chase.update(version=Chase.version + 1, **values).where(Chase.id == chase.id).execute()
            chase = Chase.get_by_id(chase.id)
        _cancel_queued(invoice, because="changed", now=now)
        ChaseContact.delete().where(ChaseContact.chase == chase).execute()
        ChaseContact.insert_many([{"chase": chase.id, "contact": c.id} for c in contacts]).execute()
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        items = entered_items(invoice, plan, account, calendar, today)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            _save_entry(chase, item)
        schedule_check(chase.client_id, now)
        record(
            "chase_changed" if is_change else "chase_started",
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            frequency=plan.frequency,
            count=values["count"],
            start=plan.start,
            contacts=[contact.email for contact in contacts],
            copies_user=plan.copies_user,
        )
        return Chase.get_by_id(chase.id)


def change(chase: Chase, plan: ChasePlan, *, by: User | None, now: dt.datetime) -> Chase:
    """Replace the plan of a chase; what was sent stays sent."""
    return start(chase.invoice, plan, by=by, now=now)


def _save_entry(chase: Chase, item: schedule.Item) -> None:
    Entry.insert(
        chase=chase.id,
        instalment=item.key,
        enters_on=item.enters_on,
        step=item.entry_step,
        anchor_on=item.anchor_on,
    ).on_conflict(
        conflict_target=[Entry.instalment],
        update={
            Entry.chase: chase.id,
            Entry.enters_on: item.enters_on,
            Entry.step: item.entry_step,
            Entry.anchor_on: item.anchor_on,
        },
    ).execute()


def stop(chase: Chase, *, because: str, by: User | None, now: dt.datetime) -> None:
    """End a chase: nothing more leaves, queued messages are cancelled or lose this invoice."""
    with transaction():
        chase.client.take_turn()
        ended = (
            Chase.update(ended_at=now, ended_because=because, next_check_at=None, version=Chase.version + 1)
            .where(Chase.id == chase.id, Chase.ended_at.is_null())
            .execute()
        )
        if not ended:
            return
        cancelled = _cancel_queued(chase.invoice, because=because, now=now)
        kind = "chase_finished" if because == "finished" else "chase_stopped"
        record(
            kind,
            account=chase.account_id,
            client=chase.client_id,
            invoice=chase.invoice_id,
            user=by,
            at=now,
            because=because,
            cancelled=cancelled,
        )


def _cancel_queued(invoice: Invoice, *, because: str, now: dt.datetime) -> int:
    """Take the invoice out of messages that wait; cancel those that then ask for nothing. Counts them."""
    rows = list(
        MessageItem.select(MessageItem, Message)
        .join(Message)
        .where(MessageItem.invoice == invoice, Message.state == "queued", Message.kind.in_(("reminder", "manual")))
    )
    cancelled = 0
    for message_id in {row.message_id for row in rows}:
        MessageItem.update(slot=None).where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        MessageItem.delete().where(MessageItem.message == message_id, MessageItem.invoice == invoice).execute()
        if MessageItem.select().where(MessageItem.message == message_id).exists():
            Message.update(facts="").where(Message.id == message_id, Message.state == "queued").execute()
            continue
        done = Message.update(state="cancelled", slot=None, error=because).where(
            Message.id == message_id, Message.state == "queued"
        )
        if done.execute():
            cancelled += 1
            record(
                "reminder_cancelled",
                account=invoice.account_id,
                client=invoice.client_id,
                invoice=invoice,
                message=message_id,
                at=now,
                because=because,
            )
    return cancelled


def stop_if_settled(invoice: Invoice, *, now: dt.datetime, by: User | None) -> int:
    """After a payment: end the chase of a settled invoice, cancel what waits. Returns the steps that fall away."""
    with transaction():
        _cancel_if_paid(invoice, now)
        chase = chase_of(invoice)
        if chase is None or not chase.is_active:
            return 0
        if invoice.state in FINAL:
            coming = _coming(chase, now)
            stop(chase, because=invoice.state, by=by, now=now)
            return coming
        schedule_check(chase.client_id, now)
        return 0


def _cancel_if_paid(invoice: Invoice, now: dt.datetime) -> None:
    if invoice.state in FINAL:
        _cancel_queued(invoice, because=invoice.state, now=now)
    else:
        message_ids = [
            row.message_id
            for row in MessageItem.select(MessageItem.message)
            .join(Message)
            .where(MessageItem.invoice == invoice, Message.state == "queued")
        ]
        Message.update(facts="").where(Message.id.in_(message_ids), Message.state == "queued").execute()


def _coming(chase: Chase, now: dt.datetime) -> int:
    """How many reminders were still to come (for « Les 3 relances prévues sont annulées »)."""
    account = chase.account
    calendar = situations.policy_of(account).calendar
    today = today_of(account, now)
    counts = [0]
    for tracked in situations.load(account, [chase.client_id], today)[chase.client_id].tracked.values():
        if tracked.chase.id == chase.id:
            counts.append(len(schedule.remaining_steps(replace(tracked.item, stop=""), calendar, today)))
    return max(counts)


def resume_if_reopened(invoice: Invoice, *, now: dt.datetime, by: User | None) -> Chase | None:
    """A paid or cancelled invoice asks for money again: its chase goes on at the first step dated today or later.

    Steps before it are past; without any left the chase stays ended as « finished ».
    """
    with transaction():
        invoice.client.take_turn()
        chase = chase_of(invoice)
        if chase is None or chase.ended_because not in ("paid", "cancelled", "written_off") or invoice.state != "sent":
            return None
        account = invoice.account
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        items = [enter(item, calendar, today, "next") for item in plan_items(invoice, plan_of(chase), account)]
        has_more = any(schedule.remaining_steps(item, calendar, today) for item in items)
        Entry.delete().where(Entry.chase == chase).execute()
        for item in items:
            _save_entry(chase, item)
        chase.ended_at, chase.ended_because = (None, "") if has_more else (now, "finished")
        chase.save()
        schedule_check(chase.client_id, now)
        record(
            "chase_resumed" if has_more else "chase_finished",
            account=account,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            because="reopened",
        )
        return Chase.get_by_id(chase.id)


def refresh(invoice: Invoice, *, now: dt.datetime, dates_changed: bool = False) -> None:
    """After a due date, an amount, the instalments or the state changed: recompute what was not sent.

    With ``dates_changed`` (a new due date, a draft that is sent at last), a step whose day is then
    past is skipped for that instalment. What waits in the queue is rendered again.
    """
    with transaction():
        chase = chase_of(invoice)
        if chase is None or not chase.is_active:
            return
        if invoice.state in FINAL:
            stop(chase, because=invoice.state, by=None, now=now)
            return
        account = invoice.account
        calendar = situations.policy_of(account).calendar
        today = today_of(account, now)
        known = {entry.instalment_id for entry in Entry.select(Entry.instalment).where(Entry.chase == chase)}
        for item in plan_items(invoice, plan_of(chase), account):
            if item.key not in known:
                _save_entry(chase, enter(item, calendar, today, "next"))
        if dates_changed:
            late = (Entry.chase == chase, Entry.step.is_null(), Entry.anchor_on.is_null(), Entry.enters_on < today)
            Entry.update(enters_on=today).where(*late).execute()
        _cancel_if_paid(invoice, now)
        schedule_check(chase.client_id, now)


def refresh_account(account: Account, *, now: dt.datetime) -> None:
    """After the account's days, hours, gap or minimum changed: look again at every chase at the next tick."""
    Chase.update(next_check_at=now).where(Chase.account == account, Chase.ended_at.is_null()).execute()


def schedule_check(client_id: int, now: dt.datetime) -> None:
    """Ask the worker to look at this client's chases at its next tick; it then writes the true next date."""
    Chase.update(next_check_at=now).where(Chase.client == client_id, Chase.ended_at.is_null()).execute()


def refresh_client(client: Client, *, now: dt.datetime) -> None:
    """After a contact or the client's settings changed."""
    schedule_check(client.id, now)
