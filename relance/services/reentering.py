"""Invoices that were too late to enter their sequence: the person chooses where each begins (S3.15, S0.4)."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase, Entry
from relance.models.clients import Client
from relance.models.events import record
from relance.models.invoices import Instalment, Invoice
from relance.rules import calendar as cal
from relance.rules import entries
from relance.services import chasing, situations
from relance.services.chasing import ChaseError
from relance.services.situations import Situation

STARTS = ("gently", "join", "next")


def backlog(account: Account) -> Any:
    """Entries that wait for a choice, with their invoice and client: the oldest due date first."""
    return (
        Entry.select(Entry, Chase, Instalment, Invoice, Client)
        .join(Chase)
        .join_from(Entry, Instalment)
        .join_from(Chase, Invoice)
        .join_from(Chase, Client)
        .where(
            Chase.account == account,
            Chase.ended_at.is_null(),
            Entry.is_out,
            Invoice.state == "sent",
            Instalment.balance_cents > 0,
        )
        .order_by(Instalment.due_on, Entry.id)
    )


def situation_of(chase: Chase, start: str, now: dt.datetime) -> Situation:
    """The client's situation as if the person had chosen ``start`` for this chase. Nothing is written.

    ChaseError when the choice would send nothing, or is none of STARTS.
    """
    account = chase.account
    today = cal.local_date(now, account.time_zone)
    situation = situations.load(account, [chase.client_id], today)[chase.client_id]
    found = False
    for tracked in situation.tracked.values():
        if tracked.chase.id != chase.id or tracked.item.stop != "backlog":
            continue
        item = replace(tracked.item, stop="")
        choices = entries.entry_choices(item, situation.policy.calendar, today)
        placed = choices.get(start) or choices.get("normal")
        if placed is None:
            continue
        tracked.item = placed
        found = True
    if start not in STARTS or not found:
        raise ChaseError("Ce choix n'enverrait rien pour cette facture : choisissez-en un autre.", "start")
    return situation


def choose(chase: Chase, start: str, *, by: User | None, now: dt.datetime) -> None:
    """Let the instalments that were out begin as the person chose. ChaseError when there is nothing to choose."""
    with transaction():
        chase.client.take_turn()
        situation = situation_of(Chase.get_by_id(chase.id), start, now)
        out = {row[0] for row in Entry.select(Entry.instalment).where(Entry.chase == chase, Entry.is_out).tuples()}
        for tracked in situation.tracked.values():
            if tracked.chase.id == chase.id and tracked.item.key in out and not tracked.item.stop:
                chasing.save_entry(chase, tracked.item)
        chasing.schedule_check(chase.client_id, now)
        record(
            "entry_chosen",
            account=chase.account_id,
            client=chase.client_id,
            invoice=chase.invoice_id,
            user=by,
            at=now,
            start=start,
        )


def leave_off(chases: Iterable[Chase], *, by: User | None, now: dt.datetime) -> None:
    """These invoices are not chased: it is the person's choice for each, whatever sequence the client follows."""
    for chase in chases:
        chasing.stop(chase, because="switched_off", by=by, now=now)
