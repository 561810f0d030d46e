"""An invoice handed over to somebody (« Dossier confié à … »): said in the history, reminders held, taken back."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from relance.db import transaction
from relance.models.accounts import User
from relance.models.events import Event, record
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.rules import labels
from relance.services import chasing, hold_limits, pausing, resuming
from relance.services.holding import HoldError

MAX_NAME = 120  # characters: the name is also in the reason of a pause
MAX_NOTE = 1_000
KINDS = ("handed_over", "taken_back")


@dataclass(frozen=True)
class Confided:
    """To whom an invoice is handed over, since which civil day of the account, and what was noted.

    ``pause_id`` is the pause that came with it, None when no reminder was planned.
    """

    to: str
    on: dt.date
    note: str
    pause_id: int | None
    event: Event


def read(invoice: Invoice) -> Any:
    """The query of the last time the invoice was handed over or taken back."""
    return (
        Event.select().where(Event.invoice == invoice, Event.kind.in_(KINDS)).order_by(Event.id.desc()).paginate(1, 1)
    )


def of_event(event: Event | None) -> Confided | None:
    """What that event says; None when the invoice is with nobody."""
    if event is None or event.kind != "handed_over":
        return None
    facts = event.facts
    on = facts.get("on")
    day = dt.date.fromisoformat(on) if on else event.at.date()
    return Confided(str(facts.get("name") or ""), day, str(facts.get("note") or ""), facts.get("pause_id"), event)


def of_invoice(invoice: Invoice) -> Confided | None:
    """To whom the invoice is handed over now, or None."""
    return of_event(next(iter(read(invoice)), None))


def confide(invoice: Invoice, *, to: str, on: dt.date, note: str, by: User | None, now: dt.datetime) -> Confided:
    """Hand the invoice over to ``to`` since ``on`` (a civil day, not to come) and hold its reminders, if any.

    The same form sent twice is one hand-over. HoldError names the field: nothing owed, no name, a day to come.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        hold_limits.must_be_owed(invoice)
        name, clean = _checked(invoice, to, on, note, now)
        before = of_invoice(invoice)
        if before is not None and (before.to, before.on, before.note) == (name, on, clean):
            return before
        pause = _hold(invoice, name, by, now)
        record(
            "handed_over",
            account=invoice.account_id,
            at=now,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            name=name,
            on=on.isoformat(),
            note=clean,
            pause_id=pause.id if pause is not None else None,
        )
        confided = of_invoice(invoice)
        assert confided is not None, "it was just written"
        return confided


def take_back(invoice: Invoice, *, by: User | None, now: dt.datetime) -> resuming.Resumed | None:
    """The invoice is followed here again; the pause that came with it ends. None when there was none.

    HoldError when it is with nobody.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        before = of_invoice(invoice)
        if before is None:
            raise HoldError("Ce dossier n'est confié à personne.")
        record(
            "taken_back",
            account=invoice.account_id,
            at=now,
            client=invoice.client_id,
            invoice=invoice,
            user=by,
            name=before.to,
        )
        pause = pausing.of_invoice(invoice, chasing.today_of(invoice.account, now))
        if pause is None or pause.id != before.pause_id:
            return None
        return pausing.resume_invoice(invoice, by=by, now=now)


def reason_of(name: str, by: User | None) -> str:
    """What the pause says, in the language of who wrote it: it is kept as a person's words."""
    return labels.translate("Dossier confié à {nom}", by.language if by is not None else "fr", nom=name)


def _hold(invoice: Invoice, name: str, by: User | None, now: dt.datetime) -> Pause | None:
    chase = chasing.chase_of(invoice)
    if chase is None or not chase.is_active:
        return None
    return pausing.pause_invoice(invoice, until_on=None, reason=reason_of(name, by), by=by, now=now)


def _checked(invoice: Invoice, to: str, on: dt.date, note: str, now: dt.datetime) -> tuple[str, str]:
    name, clean = " ".join(to.split()), note.strip()
    if not name:
        raise HoldError("Indiquez à qui vous confiez le dossier.", "to")
    if len(name) > MAX_NAME:
        raise HoldError("Raccourcissez ce nom : 120 caractères au plus.", "to")
    if len(clean) > MAX_NOTE:
        raise HoldError("Raccourcissez cette note : 1 000 caractères au plus.", "note")
    if on > chasing.today_of(invoice.account, now):
        raise HoldError("Indiquez le jour où vous l'avez confié : aujourd'hui ou un jour passé.", "on")
    if on < invoice.issued_on:
        raise HoldError("Ce jour vient avant la facture.", "on")
    return name, clean
