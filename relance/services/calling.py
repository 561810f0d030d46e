"""Calls and replies: what was said on the telephone or answered, and the call to make next."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from relance.db import transaction
from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.events import Event, record
from relance.models.holds import Task
from relance.models.invoices import Invoice
from relance.services import chasing, disputing, promising, tasking
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts

OUTCOMES = ("no_answer", "message_left", "talked", "promised", "disputed")
MAX_NAME = 100  # characters
MAX_TEXT = 5000
AHEAD = dt.timedelta(366)  # a call to make is noted a year ahead at most
LATELY = 50  # events looked at to tell a form sent twice


class CallError(Exception):
    """It cannot be noted like this; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True)
class CallFacts:
    """One call. ``again_on``: the day (the account's) to call again; ``task_ids``: the calls to make it stands for.

    ``promise`` is what was promised, with the outcome « promised »; ``dispute`` what is contested, with « disputed ».
    ``key``: one per form shown.
    """

    who: str
    outcome: str
    note: str = ""
    again_on: dt.date | None = None
    promise: PromiseFacts | None = None
    dispute: DisputeFacts | None = None
    task_ids: tuple[int, ...] = ()
    key: str = ""


@dataclass(frozen=True)
class ReplyFacts:
    """What a client answered. ``received_on`` is the account's civil day; ``key``: one per form shown."""

    text: str
    received_on: dt.date
    who: str = ""
    key: str = ""


def log_call(invoice: Invoice, facts: CallFacts, *, by: User | None, now: dt.datetime) -> bool:
    """Note a call: the event, the promise or dispute it brought, the calls it stands for, the next. One transaction.

    False when the same form had already noted it. CallError, or the HoldError of what it brought, names the field.
    """
    with transaction():
        Client.get_by_id(invoice.client_id).take_turn()
        if _is_known(invoice, "call_logged", facts.key):
            return False
        _check_call(invoice, facts, now)
        record(
            "call_logged",
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            who=facts.who.strip(),
            outcome=facts.outcome,
            text=facts.note.strip(),
            again_on=facts.again_on,
            key=facts.key,
        )
        if facts.outcome == "promised" and facts.promise is not None:
            promising.promise(invoice, facts.promise, by=by, now=now)
        if facts.outcome == "disputed" and facts.dispute is not None:
            disputing.open_dispute(invoice, facts.dispute, by=by, now=now)
        for task in open_calls(invoice):
            if task.id in facts.task_ids:
                tasking.close(task, "done", by=by, now=now)
        if facts.again_on is not None:
            Task.create(
                account=invoice.account_id,
                client=invoice.client_id,
                invoice=invoice,
                kind="call",
                due_on=facts.again_on,
                note=facts.note.strip(),
                created_at=now,
            )
        return True


def log_reply(invoice: Invoice, facts: ReplyFacts, *, by: User | None, now: dt.datetime) -> bool:
    """Note what the client answered. False when the same form had already noted it; CallError names the field."""
    with transaction():
        Client.get_by_id(invoice.client_id).take_turn()
        if _is_known(invoice, "reply_logged", facts.key):
            return False
        if not facts.text.strip():
            raise CallError("Recopiez ou résumez la réponse.", "text")
        _check_lengths(facts.who, facts.text, "text")
        if facts.received_on > chasing.today_of(invoice.account, now):
            raise CallError("Cette date est dans le futur.", "received_on")
        record(
            "reply_logged",
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            at=now,
            who=facts.who.strip(),
            received_on=facts.received_on,
            text=facts.text.strip(),
            key=facts.key,
        )
        return True


def open_calls(invoice: Invoice) -> list[Task]:
    """The calls to make about an invoice that nobody made yet, the oldest first."""
    query = Task.select().where(Task.invoice == invoice, Task.kind == "call", Task.done_at.is_null())
    return list(query.order_by(Task.due_on, Task.id))


def _check_call(invoice: Invoice, facts: CallFacts, now: dt.datetime) -> None:
    if facts.outcome not in OUTCOMES:
        raise CallError("Choisissez le résultat de l'appel.", "outcome")
    if facts.outcome == "promised" and facts.promise is None:
        raise CallError("Indiquez la date annoncée.", "promised_on")
    if facts.outcome == "disputed" and facts.dispute is None:
        raise CallError("Dites en quelques mots ce que votre client conteste.", "claim")
    if set(facts.task_ids) - {task.id for task in open_calls(invoice)}:
        raise CallError("Cet appel n'est plus à passer.", "done")
    _check_lengths(facts.who, facts.note, "note")
    today = chasing.today_of(invoice.account, now)
    if facts.again_on is not None and facts.again_on < today:
        raise CallError("Cette date est passée : indiquez aujourd'hui ou une date à venir.", "again_on")
    if facts.again_on is not None and facts.again_on > today + AHEAD:
        raise CallError("Indiquez une date dans les douze mois.", "again_on")


def _check_lengths(who: str, text: str, field: str) -> None:
    if len(who.strip()) > MAX_NAME:
        raise CallError("Raccourcissez ce nom : 100 caractères au plus.", "who")
    if len(text.strip()) > MAX_TEXT:
        raise CallError("Cette note est trop longue : 5 000 caractères au plus.", field)


def _is_known(invoice: Invoice, kind: str, key: str) -> bool:
    """True when this very form was already recorded: a second click, or the page sent again."""
    if not key:
        return False
    latest: Iterable[Event] = (
        Event.select().where(Event.invoice == invoice, Event.kind == kind).order_by(Event.id.desc()).limit(LATELY)
    )
    return any(event.facts.get("key") == key for event in latest)
