"""The history of an invoice and of a client: which events it holds, its filters, its pages."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import request, url_for
from peewee import JOIN

from relance import clock
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import chasing, forecasting, keeping_clients, situations
from relance.web import history, history_messages, names
from relance.web.history import Line
from relance.web.history_sentences import strong
from relance.web.i18n import _
from relance.web.numbers import row_id

SIZE = 20
PLANNED = 5  # messages to come that head the history of a client
WHOLE = 200  # entries of the page that is printed
FILTERS = {"": "Tout", "echanges": "Échanges", "relances": "Relances", "paiements": "Paiements"}
# What happens to a client, or to the whole account, and is part of the story of each invoice.
OF_CLIENT = ("client_paused", "client_resumed", "client_enrolled", "client_unenrolled")
OF_ACCOUNT = ("all_paused", "all_resumed")


@dataclass(frozen=True)
class Page:
    """Entries, the newest first. ``before`` opens the next page (None: there is none)."""

    lines: list[Line]
    before: int | None


def of_invoice(invoice: Invoice) -> Any:
    """The events of an invoice, with those of its client and of the account that bear on it."""
    own = Event.invoice == invoice
    shared = (
        (Event.client == invoice.client_id)
        & Event.invoice.is_null()
        & Event.kind.in_(OF_CLIENT)
        & (Event.at >= invoice.created_at)
    )
    return _query(_with_account(own | shared, invoice.account_id, invoice.created_at))


def of_client(client: Client) -> Any:
    """The events of a client, those of its invoices included."""
    return _query(_with_account(Event.client == client, client.account_id, client.created_at))


def exchanges_of(client: Client) -> Any:
    """The events of a client alone: what was said, without the holidays of the account."""
    return _query(Event.client == client)


def _with_account(scope: Any, account_id: int, since: datetime) -> Any:
    """With the account's holidays: no index leads to these events, so they are looked for where there were some."""
    was_paused = Pause.select().where(Pause.account == account_id, Pause.client.is_null(), Pause.invoice.is_null())
    if not was_paused.exists():
        return scope
    holidays = Event.client.is_null() & Event.kind.in_(OF_ACCOUNT) & (Event.at >= since)
    return scope | ((Event.account == account_id) & holidays)


def _query(scope: Any) -> Any:
    # What was only ready to leave is told by the line of its sending.
    waits = Message.state.in_(("queued", "sending", "proposed"))
    return (
        Event.select(Event, User, Invoice)
        .join_from(Event, User, JOIN.LEFT_OUTER)
        .join_from(Event, Invoice, JOIN.LEFT_OUTER)
        .join_from(Event, Message, JOIN.LEFT_OUTER, on=Event.message == Message.id)
        .where(scope, (Event.kind.not_in(("reminder_queued", "thanks_queued", "nudge_queued"))) | waits)
        .order_by(Event.id.desc())
    )


def page_of(
    query: Any, account: Account, *, family: str = "", before: int = 0, size: int = SIZE, is_shared: bool = False
) -> Page:
    """One page of a history. ``is_shared``: of several invoices, one message being one entry."""
    kinds = history.kinds_of(family) if family else []
    if kinds:
        query = query.where(Event.kind.in_(kinds))
    if before:
        query = query.where(Event.id < before)
    events = list(query.limit(size + 1))
    has_more = len(events) > size
    shown = events[:size]
    if has_more and is_shared:
        # A message told for several invoices is not cut in two.
        whole = [event for event in shown if not history.is_same(event, events[size])]
        shown = whole or shown
    details = history_messages.details_of(account, shown)
    lines = history.together(shown, details) if is_shared else history.lines(shown, details)
    return Page(lines, shown[-1].id if has_more else None)


def asked_family() -> str:
    """The filter of the address (?h=), '' for everything."""
    family = request.args.get("h", "")
    return family if family in history.FAMILIES else ""


def filters() -> list[tuple[str, str]]:
    """The filters with their words."""
    return [(key, _(text)) for key, text in FILTERS.items()]


def history_context(invoice: Invoice, size: int = 0) -> dict[str, Any]:
    """The history of an invoice, newest first: what ``_history.html`` needs."""
    family, before = asked_family(), row_id(request.args.get("avant"))
    page = page_of(of_invoice(invoice), invoice.account, family=family, before=before, size=size or SIZE)
    is_whole = family in ("", "relances") and not before
    return {
        "coming": forecasting.for_invoice(invoice, clock.now()) if is_whole else [],
        "template_name": names.template,
        "offset": history.offset,
        "strong": strong,
        "people": namer(invoice.client),
        "history": page.lines,
        "history_family": family,
        "history_filters": filters(),
        "history_before": page.before,
        "is_continued": bool(before),
        "note_problem": "",
        "note_text": "",
    }


def namer(client: Client) -> Callable[[Iterable[str]], str]:
    """Names instead of addresses, where the client's contacts are known."""
    known = {one.email: one.name or one.email for one in keeping_clients.active_contacts(client)}
    return lambda addresses: ", ".join(known.get(address, address) for address in addresses)


@dataclass(frozen=True)
class Planned:
    """A message to come, with the invoices it will name as (address, number)."""

    on: date
    at: datetime
    template: str
    to: tuple[str, ...]
    about: tuple[tuple[str, str], ...]


def client_context(client: Client, size: int = 0) -> dict[str, Any]:
    """The history of a client: what ``clients/_exchanges.html`` needs."""
    family, before = asked_family(), row_id(request.args.get("avant"))
    page = page_of(of_client(client), client.account, family=family, before=before, size=size or SIZE, is_shared=True)
    is_whole = family in ("", "relances") and not before
    return {
        "planned": planned_of(client, clock.now())[:PLANNED] if is_whole else [],
        "template_name": names.template,
        "strong": strong,
        "people": namer(client),
        "history": page.lines,
        "history_family": family,
        "history_filters": filters(),
        "history_before": page.before,
    }


def planned_of(client: Client, now: datetime) -> list[Planned]:
    """The messages to come to a client, one a day, the nearest first."""
    account = client.account
    situation = situations.load(account, [client.id], chasing.today_of(account, now))[client.id]
    days: dict[date, list[forecasting.PlannedSend]] = {}
    for send in forecasting.sends_of(situation, now):
        days.setdefault(send.on, []).append(send)
    return [
        Planned(
            day,
            sends[0].at,
            sends[0].template,
            sends[0].to,
            tuple(
                {send.number: (url_for("invoices.show", id=send.invoice_id), send.number) for send in sends}.values()
            ),
        )
        for day, sends in days.items()
    ]
