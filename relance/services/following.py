"""One invoice and its client's sequence: what following it means, staying out of it, coming back to it."""

import datetime as dt

from relance.db import transaction
from relance.models.accounts import User
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.messages import MessageItem
from relance.models.sequences import Sequence
from relance.services import chasing, enrolling, entering, reentering, situations, steps
from relance.services.chasing import ChaseError, ChasePlan
from relance.services.entering import EntryReport

UNSENT = ("draft", "to_process")


def sequence_of(invoice: Invoice) -> Sequence | None:
    """The published sequence that the invoice's client follows, or None."""
    client = Client.get_by_id(invoice.client_id)
    sequence: Sequence | None = client.sequence if client.sequence_id else None
    return sequence if sequence is not None and sequence.revision and sequence.archived_at is None else None


def follows_client(invoice: Invoice) -> bool:
    """True when nothing was set for this invoice alone, so that its client's sequence decides."""
    if sequence_of(invoice) is None:
        return False
    chase = chasing.chase_of(invoice)
    if chase is None:
        return invoice.state in UNSENT
    return bool(chase.is_inherited) and chase.ended_because != "switched_off"


def may_follow_client(invoice: Invoice) -> bool:
    """True when it follows its client's sequence, or did until it was switched off: on again, it follows it again."""
    sequence, chase = sequence_of(invoice), chasing.chase_of(invoice)
    if sequence is None:
        return False
    if chase is None or chase.is_inherited:
        return True
    is_off = chase.ended_because == "switched_off" and chase.frozen_revision is None
    return is_off and chase.sequence_id == sequence.id


def plan_of_client(invoice: Invoice) -> ChasePlan | None:
    """The plan the client's sequence makes for the invoice, to be shown before it is there; None without one."""
    sequence = sequence_of(invoice)
    if sequence is None:
        return None
    account = invoice.account
    return ChasePlan(
        frequency="sequence",
        sequence_id=sequence.id,
        is_inherited=True,
        copies_user=account.copies_user,
        attaches_invoice=account.attaches_invoice,
    )


def entry_of(invoice: Invoice, now: dt.datetime) -> EntryReport:
    """Where the invoice's instalments would enter its client's sequence today; nothing is written."""
    found, sequence = EntryReport(), sequence_of(invoice)
    if sequence is not None:
        calendar = situations.policy_of(invoice.account).calendar
        today = chasing.today_of(invoice.account, now)
        plan = steps.of_sequence(sequence)
        entering.enter(found, invoice, None, sequence, plan, calendar, today, writes=None)
    return found


def is_out(chase: Chase) -> bool:
    """True when an instalment was too late to enter and waits for a choice."""
    return bool(chase.entries.where(Entry.is_out).exists())


def follow(invoice: Invoice, start: str = "", *, by: User | None, now: dt.datetime) -> None:
    """Let the client's sequence decide for this invoice (again); ``start``: where one that is out begins.

    ChaseError when the client follows no sequence. A draft follows it once it is sent.
    """
    if sequence_of(invoice) is None:
        raise ChaseError("Ce client ne suit aucune séquence : choisissez une autre fréquence.", "frequency")
    with transaction():
        chase = chasing.chase_of(invoice)
        if invoice.state in UNSENT:
            _forget(invoice, chase, by=by, now=now)
        elif chase is None or not chase.is_inherited or not chase.is_active:
            enrolling.follow_client(invoice, by=by, now=now)
            chase = chasing.chase_of(invoice)
        if chase is not None and start in reentering.STARTS and invoice.state == "sent" and is_out(chase):
            reentering.choose(chase, start, by=by, now=now)


def stay_out(invoice: Invoice, *, by: User | None, now: dt.datetime) -> None:
    """Switch reminders off for this invoice alone, whatever sequence its client follows, even before it is sent."""
    with transaction():
        invoice.client.take_turn()
        chase = chasing.chase_of(invoice)
        if chase is not None:
            chasing.stop(chase, because="switched_off", by=by, now=now)
            return
        Chase.create(
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            frequency="sequence",
            sequence=sequence_of(invoice),
            started_by=by,
            started_at=now,
            ended_at=now,
            ended_because="switched_off",
        )
        facts = {"because": "switched_off", "cancelled": 0}
        record(
            "chase_stopped",
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            **facts,
        )


def _forget(invoice: Invoice, chase: Chase | None, *, by: User | None, now: dt.datetime) -> None:
    """What was set for a draft alone is as if it had never been: nothing of it was sent."""
    if chase is None or chase.is_inherited:
        return
    if MessageItem.select().where(MessageItem.chase == chase).exists():
        enrolling.follow_client(invoice, by=by, now=now)
        return
    if chase.is_active:
        chasing.stop(chase, because="unenrolled", by=by, now=now)
    chase.delete_instance()
