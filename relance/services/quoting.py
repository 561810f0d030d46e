"""Quotes: recorded, changed, accepted, declined, reopened, deleted, turned into an invoice.

Every change takes the client's turn first, so that no message of that client is being decided at the same moment:
once an answer is recorded nothing leaves, whatever was queued.
"""

import datetime as dt
from typing import Any

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import Event, record
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.rules.calendar import local_date
from relance.services import invoicing
from relance.services.invoice_facts import InvoiceFacts, StaleFormError
from relance.services.quoting_facts import QuoteError, QuoteFacts, check, facts_of

__all__ = [
    "QuoteError",
    "QuoteFacts",
    "StaleFormError",
    "accept",
    "cancel_waiting",
    "change",
    "check",
    "create",
    "decline",
    "delete",
    "facts_of",
    "reopen",
    "suggest_number",
    "to_invoice",
    "why_kept",
]

MAX_REASON = 1000  # characters
WAITING = ("proposed", "queued")
CHANGED = "L'état de ce devis a changé entre-temps. Rechargez la page."
TOLD = ("number", "object", "issued_on", "valid_until", "total_cents", "order_reference")


def create(account: Account, facts: QuoteFacts, *, by: User | None, now: dt.datetime) -> Quote:
    """Record a quote that waits for an answer. QuoteError if it cannot be."""
    with transaction():
        client = Client.get_or_none(Client.id == facts.client_id, Client.account == account)
        if client is not None:
            client.take_turn()
        errors = check(account, facts)
        if errors:
            raise QuoteError(errors)
        quote: Quote = Quote.create(
            account=account,
            created_at=now,
            updated_at=now,
            next_check_at=now if facts.nudges else None,
            **facts.columns(),
        )
        _tell("quote_created", quote, by, now)
        return quote


def change(quote: Quote, facts: QuoteFacts, *, version: int, by: User | None, now: dt.datetime) -> Quote:
    """Save a form opened at ``version``. StaleFormError if someone saved since, QuoteError if it cannot be.

    What waits to leave is written anew, or not sent, at its claim: the text always says the quote as it is.
    """
    with transaction():
        for client_id in sorted({quote.client_id, facts.client_id}):
            Client.update(turn=Client.turn + 1).where(
                Client.id == client_id, Client.account == quote.account_id
            ).execute()
        before: Quote = Quote.get_by_id(quote.id)
        if before.version != version:
            raise StaleFormError
        errors = check(before.account, facts, before)
        if before.state != "pending":
            errors["state"] = "Rouvrez d'abord ce devis."
        if facts.client_id != before.client_id and Message.select().where(Message.quote == before).exists():
            errors["client"] = "Un e-mail est déjà parti au sujet de ce devis : son client ne change plus."
        if errors:
            raise QuoteError(errors)
        columns = facts.columns()
        moved = {
            name: [getattr(before, name), columns[name]] for name in TOLD if getattr(before, name) != columns[name]
        }
        Quote.update(
            version=Quote.version + 1, updated_at=now, next_check_at=now if facts.nudges else None, **columns
        ).where(Quote.id == before.id).execute()
        after: Quote = Quote.get_by_id(before.id)
        _tell("quote_changed", after, by, now, changes=moved)
        if before.nudges and not after.nudges:
            cancel_waiting(after, because="switched_off", by=by, now=now, is_automatic=True)
        return after


def accept(quote: Quote, *, on: dt.date | None = None, by: User | None, now: dt.datetime) -> Quote:
    """The client said yes, ``on`` that day (today by default), even after the end of the validity.

    QuoteError for another state or a day to come.
    """
    return _decide(quote, "accepted", "quote_accepted", on, "", by, now)


def decline(quote: Quote, *, because: str = "", by: User | None, now: dt.datetime) -> Quote:
    """The client said no. ``because`` is what they said, 1 000 characters at most. QuoteError otherwise."""
    clean = because.strip()
    if len(clean) > MAX_REASON:
        raise QuoteError({"because": "Raccourcissez ce motif : 1 000 caractères au plus."})
    return _decide(quote, "declined", "quote_declined", None, clean, by, now)


def _decide(
    quote: Quote, state: str, kind: str, on: dt.date | None, because: str, by: User | None, now: dt.datetime
) -> Quote:
    with transaction():
        fresh = _locked(quote)
        if fresh.state == state:  # the same click twice
            return fresh
        if fresh.state != "pending":
            raise QuoteError({"state": CHANGED})
        today = local_date(now, fresh.account.time_zone)
        decided_on = on or today
        if decided_on > today:
            raise QuoteError({"on": "Indiquez aujourd'hui ou une date passée."})
        if decided_on < fresh.issued_on:
            raise QuoteError({"on": "Une réponse ne peut pas précéder la date du devis."})
        values = {"state": state, "decided_on": decided_on, "declined_because": because, "next_check_at": None}
        after = _save(fresh, now, **values)
        facts = {"on": decided_on.isoformat()} | ({"reason": because} if because else {})
        _tell(kind, after, by, now, **facts)
        cancel_waiting(after, because=kind, by=by, now=now)
        return after


def reopen(quote: Quote, *, by: User | None, now: dt.datetime) -> Quote:
    """Undo an answer: it waits again. QuoteError while an invoice made from it stands."""
    with transaction():
        fresh = _locked(quote)
        if fresh.state == "pending":
            return fresh
        if fresh.invoice is not None and fresh.invoice.state != "cancelled":
            raise QuoteError({"state": f"La facture {fresh.invoice.number} vient de ce devis : annulez-la d'abord."})
        after = _save(
            fresh,
            now,
            state="pending",
            decided_on=None,
            declined_because="",
            invoice=None,
            next_check_at=now if fresh.nudges else None,
        )
        _tell("quote_reopened", after, by, now)
        return after


def why_kept(quote: Quote) -> str:
    """Why it cannot be deleted, in French, or ''."""
    if quote.invoice_id is not None:
        return "Une facture vient de ce devis : il reste avec elle."
    left = Message.select().where(Message.quote == quote, Message.state.not_in((*WAITING, "cancelled")))
    if left.exists():
        return "Un e-mail est déjà parti au sujet de ce devis : il reste dans l'historique. Refusez-le plutôt."
    return ""


def delete(quote: Quote, *, by: User | None, now: dt.datetime) -> None:
    """Forget a quote about which nothing was ever sent. QuoteError otherwise; its client's history tells it."""
    with transaction():
        fresh = _locked(quote)
        reason = why_kept(fresh)
        if reason:
            raise QuoteError({"state": reason})
        cancel_waiting(fresh, because="quote_deleted", by=by, now=now)
        # The journal outlives what it tells: its lines stay with the client.
        Event.update(quote=None).where(Event.quote == fresh).execute()
        record(
            "quote_deleted",
            account=fresh.account_id,
            client=fresh.client_id,
            user=by,
            at=now,
            number=fresh.number,
            total_cents=fresh.total_cents,
            currency=fresh.currency,
        )
        fresh.delete_instance()


def to_invoice(quote: Quote, *, by: User | None, now: dt.datetime) -> Invoice:
    """The draft of an invoice that says what the quote says, made once: later, the same invoice is given again.

    QuoteError while the client did not accept; InvoiceError when the draft cannot be made.
    """
    with transaction():
        fresh = _locked(quote)
        if fresh.invoice is not None:
            invoice: Invoice = fresh.invoice
            return invoice
        if fresh.state != "accepted":
            raise QuoteError({"state": "Notez d'abord que ce devis est accepté."})
        account, client = fresh.account, fresh.client
        today = local_date(now, account.time_zone)
        days = client.payment_days if client.payment_days is not None else account.payment_days
        facts = InvoiceFacts(
            client_id=client.id,
            number=invoicing.suggest_number(account, today),
            issued_on=today,
            due_on=today + dt.timedelta(days),
            total_cents=fresh.total_cents,
            net_cents=fresh.net_cents,
            vat_cents=fresh.vat_cents,
            currency=fresh.currency,
            object=fresh.object,
            order_reference=fresh.order_reference,
            contact_id=fresh.contact_id,
        )
        invoice = invoicing.create(account, facts, state="draft", by=by, now=now).invoice
        _save(fresh, now, invoice=invoice)
        _tell("quote_invoiced", fresh, by, now, invoice=invoice, invoice_number=invoice.number)
        return invoice


def cancel_waiting(
    quote: Quote, *, because: str, by: User | None, now: dt.datetime, is_automatic: bool | None = None
) -> int:
    """Take back what waits to leave about a quote; only what is (or is not) automatic, when it is said. Counts them.

    Call it in a transaction with the client's turn taken.
    """
    query = Message.select().where(Message.quote == quote, Message.state.in_(WAITING))
    if is_automatic is not None:
        query = query.where(Message.is_automatic == is_automatic)
    cancelled = 0
    for message in list(query.order_by(Message.id)):
        done = Message.update(state="cancelled", slot=None, error=because).where(
            Message.id == message.id, Message.state.in_(WAITING)
        )
        if done.execute():
            cancelled += 1
            _tell("nudge_cancelled", quote, by, now, message=message, because=because)
    return cancelled


def suggest_number(account: Account, today: dt.date) -> str:
    """The number after the last quote's, in its shape: « D-2026-014 » → « D-2026-015 »; « D-<year>-001 » at first."""
    last = Quote.select(Quote.number).where(Quote.account == account).order_by(Quote.id.desc()).first()
    number = last.number if last is not None else f"D-{today.year}-000"
    for _turn in range(1000):
        number = _next_number(number)
        if not Quote.select().where(Quote.account == account, Quote.number == number).exists():
            return number
    return ""


def _next_number(number: str) -> str:
    head = number.rstrip("0123456789")
    digits = number[len(head) :]
    return f"{head}{str(int(digits) + 1).zfill(len(digits))}" if digits else f"{number}-2"


def _locked(quote: Quote) -> Quote:
    """The quote read again under its client's turn. Call it inside a transaction."""
    Client.get_by_id(quote.client_id).take_turn()
    fresh: Quote | None = Quote.get_or_none(Quote.id == quote.id)
    if fresh is None:
        raise QuoteError({"state": CHANGED})
    return fresh


def _save(quote: Quote, now: dt.datetime, **values: Any) -> Quote:
    Quote.update(version=Quote.version + 1, updated_at=now, **values).where(Quote.id == quote.id).execute()
    saved: Quote = Quote.get_by_id(quote.id)
    return saved


def _tell(kind: str, quote: Quote, by: User | None, now: dt.datetime, **facts: Any) -> None:
    record(
        kind,
        account=quote.account_id,
        client=quote.client_id,
        quote=quote,
        user=by,
        at=now,
        number=quote.number,
        total_cents=quote.total_cents,
        currency=quote.currency,
        **facts,
    )
