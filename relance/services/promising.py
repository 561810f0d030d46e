"""Promises to pay: made, kept or broken, by the payments that follow or by hand."""

import datetime as dt
from dataclasses import dataclass, replace

from peewee import fn

from relance.db import transaction
from relance.models.accounts import User
from relance.models.holds import Promise
from relance.models.invoices import Invoice
from relance.models.payments import Payment
from relance.rules.money import format_amount
from relance.services import chasing, hold_limits, holding
from relance.services.holding import HoldError

MAX_YEARS = 1
MAX_NAME = 100  # characters
MAX_NOTE = 2000


@dataclass(frozen=True)
class PromiseFacts:
    """What the client said. ``amount_cents`` is in the invoice's currency, ``promised_on`` a civil day."""

    promised_on: dt.date
    amount_cents: int
    given_by: str = ""
    note: str = ""


def promise(invoice: Invoice, facts: PromiseFacts, *, by: User | None, now: dt.datetime) -> Promise:
    """Note a promise: nothing leaves until its date plus the account's grace, included. An open one is replaced.

    HoldError names the field: promised_on, amount, given_by or note.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        hold_limits.must_be_owed(invoice)
        today = chasing.today_of(invoice.account, now)
        facts = _clean(facts)
        _check(invoice, facts, today)
        before = open_of(invoice)
        if before is not None:
            if _facts_of(before) == facts:
                return before  # the same form sent twice
            _close(before, "replaced", now)
        grace = dt.timedelta(invoice.account.promise_grace_days)
        made: Promise = Promise.create(
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            promised_on=facts.promised_on,
            holds_until_on=facts.promised_on + grace,
            amount_cents=facts.amount_cents,
            given_by=facts.given_by,
            note=facts.note,
            starts_on=today,
            made_by=by,
            made_at=now,
        )
        holding.take_hold(invoice.account, [invoice], because="promise", now=now)
        _tell("promise_made", made, by, now, replaces=before.promised_on if before else None)
        return made


def keep(row: Promise, *, by: User | None, now: dt.datetime) -> bool:
    """The client did as promised, says a person. False when it is no longer open."""
    return _finish(row, "kept", because="by_hand", by=by, now=now)


def give_up(row: Promise, *, by: User | None, now: dt.datetime) -> bool:
    """The promise is not kept, says a person: reminders resume today. False when it is no longer open."""
    return _finish(row, "broken", because="by_hand", by=by, now=now)


def withdraw(row: Promise, *, by: User | None, now: dt.datetime) -> bool:
    """It was noted by mistake: reminders resume today. False when it is no longer open."""
    return _finish(row, "withdrawn", because="by_hand", by=by, now=now)


def open_of(invoice: Invoice) -> Promise | None:
    """The open promise of this invoice, or None."""
    return Promise.get_or_none(Promise.invoice == invoice, Promise.state == "open")


def note_payment(invoice: Invoice, *, by: User | None = None, now: dt.datetime) -> None:
    """After a payment: the open promise is kept once as much came in since it was made, or nothing is left."""
    row = open_of(invoice)
    if row is not None and (invoice.state == "paid" or _received(row) >= row.amount_cents):
        _finish(row, "kept", because="payment", by=by, now=now)


def settle_due(now: dt.datetime) -> int:
    """The day after a hold has run out, its promise is broken (kept if the money came). Returns how many ended.

    ``now`` is UTC; each account's own day counts. An invoice that nobody owes any more has its promise withdrawn.
    """
    candidates = Promise.select().where(
        Promise.state == "open",
        Promise.holds_until_on <= now.date(),  # a day ahead of any time zone at most
    )
    ended = 0
    for row in list(candidates):
        if row.holds_until_on >= chasing.today_of(row.account, now):
            continue
        ended += _finish(row, _outcome(row), because="due", by=None, now=now)
    return ended


def _outcome(row: Promise) -> str:
    if row.invoice.state == "paid" or _received(row) >= row.amount_cents:
        return "kept"
    return "broken" if row.invoice.state == "sent" else "withdrawn"


def _received(row: Promise) -> int:
    """The cents that were recorded on the invoice since the promise was made."""
    total = fn.COALESCE(fn.SUM(Payment.amount_cents), 0)
    return int(
        Payment.select(total).where(Payment.invoice == row.invoice_id, Payment.created_at >= row.made_at).scalar()
    )


def _check(invoice: Invoice, facts: PromiseFacts, today: dt.date) -> None:
    if facts.promised_on < today:
        raise HoldError("Cette date est passée : indiquez aujourd'hui ou une date à venir.", "promised_on")
    if facts.promised_on > hold_limits.years_after(today, MAX_YEARS):
        raise HoldError("Indiquez une date dans les douze mois.", "promised_on")
    if facts.amount_cents <= 0:
        raise HoldError("Indiquez un montant en euros, par exemple 1 920,00.", "amount")
    if facts.amount_cents > invoice.balance_cents:
        left = format_amount(invoice.balance_cents, invoice.currency)
        raise HoldError(f"Ce montant dépasse le reste dû ({left}). Vérifiez-le.", "amount")
    if len(facts.given_by) > MAX_NAME:
        raise HoldError("Raccourcissez ce nom : 100 caractères au plus.", "given_by")
    if len(facts.note) > MAX_NOTE:
        raise HoldError("Raccourcissez cette note : 2 000 caractères au plus.", "note")


def _clean(facts: PromiseFacts) -> PromiseFacts:
    return replace(facts, given_by=facts.given_by.strip(), note=facts.note.strip())


def _facts_of(row: Promise) -> PromiseFacts:
    return PromiseFacts(row.promised_on, row.amount_cents, row.given_by, row.note)


def _finish(row: Promise, state: str, *, because: str, by: User | None, now: dt.datetime) -> bool:
    """Close an open promise in one transaction with its event; its invoice is looked at again."""
    with transaction():
        invoice = hold_limits.locked(row.invoice)
        if not _close(row, state, now):
            return False
        holding.let_go(invoice.account, [invoice], now=now)
        _tell(f"promise_{state}", row, by, now, because=because)
        return True


def _close(row: Promise, state: str, now: dt.datetime) -> bool:
    today = chasing.today_of(row.account, now)
    done = (
        Promise.update(state=state, closed_on=today, closed_at=now)
        .where(Promise.id == row.id, Promise.state == "open")
        .execute()
    )
    return bool(done)


def _tell(kind: str, row: Promise, by: User | None, now: dt.datetime, **facts: object) -> None:
    hold_limits.tell(
        kind,
        row,
        by,
        now,
        promise_id=row.id,
        promised_on=row.promised_on,
        holds_until_on=row.holds_until_on,
        amount_cents=row.amount_cents,
        currency=row.invoice.currency,
        given_by=row.given_by,
        text=row.note,
        **facts,
    )
