"""Disputes: the client contests the invoice, and nothing leaves until it is settled."""

import datetime as dt
from dataclasses import dataclass

from relance.db import transaction
from relance.models.accounts import User
from relance.models.documents import Document
from relance.models.holds import DISPUTE_KINDS, Dispute
from relance.models.invoices import Invoice
from relance.services import chasing, hold_limits, holding
from relance.services.holding import HoldError
from relance.services.resuming import Resumed, resume

MAX_TEXT = 5000  # characters


@dataclass(frozen=True)
class DisputeFacts:
    """What the client contests. ``kind`` is one of DISPUTE_KINDS; ``document`` a file of the same account."""

    kind: str
    text: str = ""
    document: Document | None = None


def open_dispute(invoice: Invoice, facts: DisputeFacts, *, by: User | None, now: dt.datetime) -> Dispute:
    """Note a dispute: nothing leaves until it is closed. One at a time. HoldError names kind, text or file."""
    with transaction():
        invoice = hold_limits.locked(invoice)
        hold_limits.must_be_owed(invoice)
        if current(invoice) is not None:
            raise HoldError("Un litige est déjà ouvert sur cette facture : clôturez-le d'abord.")
        _check(invoice, facts)
        made: Dispute = Dispute.create(
            account=invoice.account_id,
            client=invoice.client_id,
            invoice=invoice,
            kind=facts.kind,
            text=facts.text.strip(),
            document=facts.document,
            starts_on=chasing.today_of(invoice.account, now),
            made_by=by,
            made_at=now,
        )
        holding.take_hold(invoice.account, [invoice], because="dispute", now=now)
        _tell("dispute_opened", made, by, now, text=made.text, document=facts.document.name if facts.document else "")
        return made


def close(
    invoice: Invoice, *, outcome: str = "", step: int | None = None, by: User | None, now: dt.datetime
) -> Resumed:
    """Settle the dispute: reminders go on today. ``step`` and what is returned: see ``resuming.resume``.

    HoldError when none is open, or there is no such step.
    """
    with transaction():
        invoice = hold_limits.locked(invoice)
        row = current(invoice)
        if row is None:
            raise HoldError("Aucun litige n'est ouvert sur cette facture.")
        if len(outcome.strip()) > MAX_TEXT:
            raise HoldError("Raccourcissez ce texte : 5 000 caractères au plus.", "outcome")
        row.ended_on, row.ended_at, row.ended_by = chasing.today_of(invoice.account, now), now, by
        row.outcome = outcome.strip()
        row.save(only=[Dispute.ended_on, Dispute.ended_at, Dispute.ended_by, Dispute.outcome])
        resumed = resume(invoice, step, by=by, now=now)
        _tell("dispute_closed", row, by, now, text=row.outcome)
        return resumed


def current(invoice: Invoice) -> Dispute | None:
    """The open dispute of this invoice, or None."""
    return Dispute.get_or_none(Dispute.invoice == invoice, Dispute.ended_at.is_null())


def _check(invoice: Invoice, facts: DisputeFacts) -> None:
    if facts.kind not in DISPUTE_KINDS:
        raise HoldError("Choisissez sur quoi porte le litige.", "kind")
    if facts.kind == "other" and not facts.text.strip():
        raise HoldError("Dites en quelques mots ce que votre client conteste.", "text")
    if len(facts.text.strip()) > MAX_TEXT:
        raise HoldError("Raccourcissez ce texte : 5 000 caractères au plus.", "text")
    if facts.document is not None and facts.document.account_id != invoice.account_id:
        raise HoldError("Ce fichier est introuvable : joignez-le de nouveau.", "file")


def _tell(kind: str, row: Dispute, by: User | None, now: dt.datetime, **facts: object) -> None:
    hold_limits.tell(
        kind,
        row,
        by,
        now,
        dispute_id=row.id,
        dispute=row.kind,
        **facts,
    )
