"""Formal notices: prepared when a person asks, printed by the worker, frozen. Never automatic.

A letter waits while ``requested_at`` is set; whoever prints it first takes it by moving that instant
``LEASE`` ahead, so a process that dies while printing only delays the letter.
"""

import logging
import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from relance import storage
from relance.db import transaction
from relance.letters import pages, press
from relance.letters.facts import NoticeFacts
from relance.models.accounts import Account, Heartbeat, User
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.rules.calendar import local_date
from relance.rules.rates import UnknownRate
from relance.services import claiming

DELAYS = (8, 15)  # days granted from receipt
LATEST = timedelta(days=30)  # a letter may be dated ahead by this much
LEASE = timedelta(minutes=2)
SILENCE = timedelta(minutes=2)  # without a worker for so long, whoever waits prints the letter
SAME_FORM = timedelta(minutes=10)

log = logging.getLogger(__name__)


class NoticeError(Exception):
    """The letter cannot be prepared: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def draft(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    dated_on: date,
    delay_days: int,
    claims_interest: bool,
    claims_fee: bool,
    today: date,
) -> NoticeFacts:
    """What the letter would say; nothing is saved. ``dated_on`` and ``today`` are local dates.

    NoticeError when it cannot be written: not late, not the same client or currency, fees asked of an
    individual, a date in the past, a rate that is not known.
    """
    errors = _errors(account, client, invoices, dated_on, delay_days, claims_fee, today)
    if errors:
        raise NoticeError(errors)
    try:
        return claiming.notice_facts(
            account,
            client,
            invoices,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=claims_fee,
        )
    except UnknownRate as error:
        raise NoticeError(
            {
                "dated_on": f"{error} Datez la lettre d'un semestre connu, indiquez le taux porté sur la facture, "
                "ou ne réclamez pas les pénalités."
            }
        ) from error


def prepare(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    dated_on: date,
    delay_days: int,
    claims_interest: bool,
    claims_fee: bool,
    by: User | None,
    now: datetime,
) -> Letter:
    """Write down a formal notice and ask for its PDF; ring the worker after the commit. NoticeError if it cannot be.

    The same request within ten minutes is one letter. Nothing is posted: a person prints and posts it.
    """
    with transaction():
        client.take_turn()  # a payment recorded at the same moment is in the letter, or the invoice is not late
        fresh = list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))
        facts = draft(
            account,
            client,
            fresh,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=claims_fee,
            today=local_date(now, account.time_zone),
        )
        text = facts.to_json()
        twin: Letter | None = (
            Letter.select()
            .where(Letter.account == account, Letter.client == client, Letter.created_at > now - SAME_FORM)
            .where(Letter.facts == text, Letter.error == "")
            .first()
        )
        if twin is not None:
            return twin
        letter: Letter = Letter.create(
            account=account,
            client=client,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=facts.claims_fee,
            imputation=facts.imputation,
            currency=facts.currency,
            principal_cents=facts.principal_cents,
            interest_cents=facts.interest_cents,
            fee_cents=facts.fee_cents,
            total_cents=facts.total_cents,
            facts=text,
            requested_at=now,
            created_by=by,
            created_at=now,
        )
        for invoice, line in zip(claiming.ordered(fresh), facts.invoices, strict=True):
            LetterInvoice.create(
                letter=letter,
                invoice=invoice,
                principal_cents=line.principal_cents,
                interest_cents=line.interest_cents,
                fee_cents=line.fee_cents,
            )
        _tell("letter_requested", letter, now, by)
    return letter


def render(letter_id: int, now: datetime) -> bytes | None:
    """Print a letter that waits and return its PDF; the frozen bytes when it was printed already.

    None when another process is printing it, or when it failed (``Letter.error`` says why).
    """
    letter: Letter = Letter.get_by_id(letter_id)
    if letter.document_id is not None:
        return storage.get(letter.sha256)
    waits = (Letter.id == letter_id) & Letter.document.is_null() & (Letter.requested_at <= now)
    if not Letter.update(requested_at=now + LEASE).where(waits).execute():
        return None
    try:
        pdf = press.print_pdf(pages.formal_notice(facts_of(letter)), created_at=letter.created_at)
        _freeze(letter, pdf, now)
    except (press.PressError, storage.StorageError) as error:
        _fail(letter, str(error), now)
        return None
    except Exception:  # one letter that cannot be laid out must not stop the others
        log.exception("letter %s cannot be printed", letter_id)
        _fail(letter, "La mise en page a échoué. L'incident est noté dans les journaux du serveur.", now)
        return None
    return pdf


def pending(limit: int = 100) -> list[int]:
    """The ids of the letters that wait for their PDF, oldest first."""
    query = Letter.select(Letter.id).where(Letter.requested_at.is_null(False), Letter.document.is_null())
    return [letter.id for letter in query.order_by(Letter.requested_at, Letter.id).limit(limit)]


def ask_again(letter: Letter, *, by: User | None, now: datetime) -> None:
    """Put a letter that failed back in the queue; ring the worker after the commit."""
    with transaction():
        failed = (Letter.id == letter.id) & Letter.document.is_null() & Letter.requested_at.is_null()
        if Letter.update(requested_at=now, error="").where(failed).execute():
            _tell("letter_requested", letter, now, by)


def needs_hand(letter: Letter, now: datetime) -> bool:
    """True when the letter waits and no worker was seen for two minutes: whoever asked prints it."""
    if letter.requested_at is None or letter.document_id is not None:
        return False
    seen = Heartbeat.get_or_none(Heartbeat.name == "worker")
    return seen is None or now - seen.seen_at > SILENCE


def facts_of(letter: Letter) -> NoticeFacts:
    """What the letter was made from."""
    return NoticeFacts.from_json(letter.facts)


def file_name(letter: Letter) -> str:
    """« mise-en-demeure-latitude-conseil-2026-11-23.pdf »."""
    name = letter.client.name.lower().replace("œ", "oe").replace("æ", "ae")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].strip("-") or "client"
    return f"mise-en-demeure-{slug}-{letter.dated_on.isoformat()}.pdf"


def is_outdated(letter: Letter) -> bool:
    """True when money came in since: the letter asks for more than what is left."""
    query = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice).where(LetterInvoice.letter == letter)
    return any(line.invoice.state != "sent" or line.invoice.balance_cents < line.principal_cents for line in query)


def _freeze(letter: Letter, pdf: bytes, now: datetime) -> None:
    """Keep the bytes, then say in one transaction that they are the letter."""
    sha256 = storage.put(pdf)
    with transaction():
        document = Document.create(
            account=letter.account_id,
            kind="letter",
            name=file_name(letter),
            mime="application/pdf",
            size=len(pdf),
            sha256=sha256,
            created_at=now,
        )
        unprinted = (Letter.id == letter.id) & Letter.document.is_null()
        values = {"document": document, "sha256": sha256, "state": "ready", "requested_at": None, "error": ""}
        if Letter.update(values).where(unprinted).execute():
            _tell("letter_ready", letter, now, None, sha256=sha256)
        else:  # a lease ran out and another process was quicker: its bytes are the letter, and the same
            document.delete_instance()


def _fail(letter: Letter, because: str, now: datetime) -> None:
    with transaction():
        Letter.update(requested_at=None, error=because).where(
            Letter.id == letter.id, Letter.document.is_null()
        ).execute()
        _tell("letter_failed", letter, now, None, because=because)


def _tell(kind: str, letter: Letter, now: datetime, by: User | None, **facts: object) -> None:
    """One event for each invoice of the letter, so that each history tells it."""
    for line in LetterInvoice.select(LetterInvoice, Invoice).join(Invoice).where(LetterInvoice.letter == letter):
        record(
            kind,
            account=letter.account_id,
            at=now,
            client=letter.client_id,
            invoice=line.invoice,
            letter=letter,
            user=by,
            letter_kind=letter.kind,
            number=line.invoice.number,
            total_cents=letter.total_cents,
            currency=letter.currency,
            dated_on=letter.dated_on,
            **facts,
        )


def _errors(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    dated_on: date,
    delay_days: int,
    claims_fee: bool,
    today: date,
) -> dict[str, str]:
    errors = {}
    if not invoices:
        errors["invoices"] = "Choisissez au moins une facture en retard."
    elif any(
        invoice.account_id != account.id or client.account_id != account.id or invoice.client_id != client.id
        for invoice in invoices
    ):
        errors["invoices"] = "Une lettre s'adresse à un seul client : choisissez les factures d'un même client."
    elif late := [invoice.number for invoice in invoices if not invoice.is_overdue(today)]:
        errors["invoices"] = f"La facture {late[0]} n'est pas en retard : rien ne peut être exigé aujourd'hui."
    elif len({invoice.currency for invoice in invoices}) > 1:
        errors["invoices"] = "Ces factures sont en plusieurs devises : préparez une lettre par devise."
    if not today <= dated_on <= today + LATEST:
        errors["dated_on"] = "Datez la lettre d'aujourd'hui ou d'un jour des quatre prochaines semaines."
    if delay_days not in DELAYS:
        errors["delay_days"] = "Choisissez un délai de 8 ou 15 jours."
    if claims_fee and client.kind == "individual":
        errors["claims_fee"] = "L'indemnité forfaitaire ne peut pas être réclamée à un particulier."
    return errors
