"""Pauses: of one invoice, of a client, of everything (holidays), with or without a last day."""

import datetime as dt
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.services import chasing, hold_limits, holding
from relance.services.holding import HoldError
from relance.services.resuming import Resumed, resume

MAX_YEARS = 2


def pause_invoice(
    invoice: Invoice, *, until_on: dt.date | None, reason: str, by: User | None, now: dt.datetime
) -> Pause:
    """No reminder of this invoice until ``until_on`` included (null: until it is resumed by hand).

    ``until_on`` is a civil day of the account. A pause that is still on is replaced. HoldError names the field.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        hold_limits.must_be_owed(invoice)
        chase = chasing.chase_of(invoice)
        if chase is None or not chase.is_active:
            raise HoldError("Les relances de cette facture ne sont pas activées : il n'y a rien à mettre en pause.")
        pause, is_new = _begin(invoice.account, invoice.client, invoice, until_on, reason, by, now)
        if not is_new:
            return pause
        holding.take_hold(invoice.account, [invoice], because="pause", now=now)
        _tell("paused", pause, by, now, until_on=until_on, reason=pause.reason)
        return pause


def pause_client(client: Client, *, until_on: dt.date | None, reason: str, by: User | None, now: dt.datetime) -> Pause:
    """No reminder of any invoice of this client until ``until_on`` included. HoldError names the field."""
    with transaction():
        client.take_turn()
        pause, is_new = _begin(client.account, client, None, until_on, reason, by, now)
        if not is_new:
            return pause
        holding.take_hold(client.account, holding.client_invoices(client), because="client_pause", now=now)
        _tell("client_paused", pause, by, now, until_on=until_on, reason=pause.reason, name=client.name)
        return pause


def pause_all(account: Account, *, until_on: dt.date | None, reason: str, by: User | None, now: dt.datetime) -> Pause:
    """No reminder at all (holidays) until ``until_on`` included. HoldError names the field.

    Not the suspension that follows a restore (``Account.suspended_at``): here the plans are as they were, and the
    steps that fall in the pause are past when it ends.
    """
    with transaction():
        _take_turns(account)
        pause, is_new = _begin(account, None, None, until_on, reason, by, now)
        if not is_new:
            return pause
        holding.take_hold(account, None, because="account_pause", now=now)
        _tell("all_paused", pause, by, now, until_on=until_on, reason=pause.reason)
        return pause


def resume_invoice(invoice: Invoice, *, step: int | None = None, by: User | None, now: dt.datetime) -> Resumed:
    """End the pause of an invoice today; ``step`` and what is returned: see ``resuming.resume``.

    HoldError when there is no pause, or no such step.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        account = invoice.account
        pause = of_invoice(invoice, chasing.today_of(account, now))
        if pause is None:
            raise HoldError("Les relances de cette facture ne sont pas en pause.")
        _end(account, None, invoice, by, now)
        resumed = resume(invoice, step, by=by, now=now)
        name = resumed.next.template if resumed.next and resumed.next.is_default else ""
        _tell("resumed", pause, by, now, template=name)
        return resumed


def resume_client(client: Client, *, by: User | None, now: dt.datetime) -> Pause:
    """End the pause of a client today; each invoice goes on at its first step dated today or later."""
    with transaction():
        client.take_turn()
        account = client.account
        pause = of_client(client, chasing.today_of(account, now))
        if pause is None:
            raise HoldError("Les relances de ce client ne sont pas en pause.")
        _end(account, client, None, by, now)
        holding.let_go(account, holding.client_invoices(client), now=now)
        _tell("client_resumed", pause, by, now, name=client.name)
        return pause


def resume_all(account: Account, *, by: User | None, now: dt.datetime) -> Pause:
    """End the pause of everything today; each invoice goes on at its first step dated today or later."""
    with transaction():
        _take_turns(account)
        pause = of_account(account, chasing.today_of(account, now))
        if pause is None:
            raise HoldError("Les envois ne sont pas suspendus.")
        _end(account, None, None, by, now)
        holding.let_go(account, None, now=now)
        _tell("all_resumed", pause, by, now)
        return pause


def of_invoice(invoice: Invoice, today: dt.date) -> Pause | None:
    """The pause of this invoice that is on today, or None."""
    return _current(today, *_bears_on(invoice.account, None, invoice))


def of_client(client: Client, today: dt.date) -> Pause | None:
    """The pause of this client that is on today, or None."""
    return _current(today, *_bears_on(client.account, client, None))


def of_account(account: Account, today: dt.date) -> Pause | None:
    """The pause of everything that is on today, or None."""
    return _current(today, *_bears_on(account, None, None))


def current_of_account(account: Account, today: dt.date) -> Any:
    """The query of the pause of everything that is on today."""
    return _query(today, *_bears_on(account, None, None))


def _query(today: dt.date, *what: Any) -> Any:
    return Pause.select().where(*_is_on(today), *what).order_by(Pause.id.desc()).limit(1)


def _current(today: dt.date, *what: Any) -> Pause | None:
    found: Pause | None = _query(today, *what).first()
    return found


def _begin(
    account: Account,
    client: Client | None,
    invoice: Invoice | None,
    until_on: dt.date | None,
    reason: str,
    by: User | None,
    now: dt.datetime,
) -> tuple[Pause, bool]:
    """The pause, and whether it is new: the same form sent twice is one pause."""
    today = chasing.today_of(account, now)
    if until_on is not None and until_on < today:
        sentence = "Une pause ne peut pas finir avant de commencer : indiquez aujourd'hui ou une date à venir."
        raise HoldError(sentence, "until_on")
    if until_on is not None and until_on > hold_limits.years_after(today, MAX_YEARS):
        raise HoldError("Indiquez une date dans les deux ans, ou laissez la pause sans date de fin.", "until_on")
    clean = hold_limits.checked_reason(reason)
    before = _current(today, *_bears_on(account, client, invoice))
    if before is not None and (before.until_on, before.reason) == (until_on, clean):
        return before, False
    _end(account, client, invoice, by, now)
    pause: Pause = Pause.create(
        account=account,
        client=client,
        invoice=invoice,
        starts_on=today,
        until_on=until_on,
        reason=clean,
        made_by=by,
        made_at=now,
    )
    return pause, True


def _end(account: Account, client: Client | None, invoice: Invoice | None, by: User | None, now: dt.datetime) -> None:
    """End what is on today: two windows may have paused everything at the same instant."""
    today = chasing.today_of(account, now)
    Pause.update(ended_on=today, ended_at=now, ended_by=by).where(
        *_is_on(today), *_bears_on(account, client, invoice)
    ).execute()


def _is_on(today: dt.date) -> tuple[Any, ...]:
    return Pause.ended_at.is_null(), Pause.until_on.is_null() | (Pause.until_on >= today)


def _bears_on(account: Account, client: Client | None, invoice: Invoice | None) -> tuple[Any, ...]:
    if invoice is not None:
        # What Relance holds by itself (a posted letter, a plan) is not the user's pause.
        return Pause.invoice == invoice, Pause.letter.is_null(), Pause.plan.is_null()
    if client is not None:
        return Pause.client == client, Pause.invoice.is_null()
    return Pause.account == account, Pause.client.is_null(), Pause.invoice.is_null()


def _take_turns(account: Account) -> None:
    """Lock every client that is chased: nothing is claimed while everything stops or starts again.

    One by one and in the order of all who lock several: a single UPDATE of them all takes them in any order, and
    two windows would then wait for each other.
    """
    chased = Chase.select(Chase.client).where(Chase.account == account, Chase.ended_at.is_null())
    for client in list(Client.select(Client.id).where(Client.id.in_(chased)).order_by(Client.id)):
        client.take_turn()


def _tell(kind: str, pause: Pause, by: User | None, now: dt.datetime, **facts: object) -> None:
    hold_limits.tell(
        kind,
        pause,
        by,
        now,
        pause_id=pause.id,
        **facts,
    )
