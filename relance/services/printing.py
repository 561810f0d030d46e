"""The printing of letters, of every kind: made by the worker from frozen facts, kept as bytes that never change.

A letter waits while ``requested_at`` is set; whoever prints it first takes it by moving that instant
``LEASE`` ahead, so a process that dies while printing only delays the letter.
"""

import logging
import re
import unicodedata
from datetime import datetime, timedelta

from relance import storage
from relance.db import transaction
from relance.letters import amicable, joining, pages, press
from relance.letters.amicable import AmicableFacts
from relance.letters.facts import Joined, NoticeFacts
from relance.models.accounts import Heartbeat, User
from relance.models.documents import Document
from relance.models.events import record
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services import appending

LEASE = timedelta(minutes=2)
SILENCE = timedelta(minutes=2)  # without a worker for so long, whoever waits prints the letter
NAMES = {"formal_notice": "mise-en-demeure", "amicable": "relance-amiable"}

log = logging.getLogger(__name__)


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
        pdf = _printed(letter)
        _freeze(letter, pdf, now)
    except joining.JoinError as error:
        _fail(letter, f"Un document n'a pas pu être joint : {error}. Préparez la lettre sans lui.", now)
        return None
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
        failed &= Letter.state == "draft"
        if Letter.update(requested_at=now, error="").where(failed).execute():
            tell("letter_requested", letter, now, by)


def needs_hand(letter: Letter, now: datetime) -> bool:
    """True when the letter waits and no worker was seen for two minutes: whoever asked prints it."""
    if letter.requested_at is None or letter.document_id is not None:
        return False
    seen = Heartbeat.get_or_none(Heartbeat.name == "worker")
    return seen is None or now - seen.seen_at > SILENCE


def facts_of(letter: Letter) -> AmicableFacts | NoticeFacts:
    """What a frozen letter was made from."""
    kind = AmicableFacts if letter.kind == "amicable" else NoticeFacts
    return kind.from_json(letter.facts)


def page_of(letter: Letter) -> str:
    """The HTML of a frozen letter."""
    facts = facts_of(letter)
    return amicable.page(facts) if isinstance(facts, AmicableFacts) else pages.formal_notice(facts)


def joined_to(letter: Letter) -> tuple[Joined, ...]:
    """The files whose pages follow the letter in its PDF."""
    return facts_of(letter).joined


def _printed(letter: Letter) -> bytes:
    facts = facts_of(letter)
    pdf = press.print_pdf(page_of(letter), created_at=letter.created_at, is_archived=not facts.joined)
    if not facts.joined:
        return pdf
    return appending.follow(pdf, facts.joined, getattr(facts, "language", "fr"))


def file_name(letter: Letter) -> str:
    """« mise-en-demeure-latitude-conseil-2026-11-23.pdf », « relance-amiable-… »."""
    name = letter.client.name.lower().replace("œ", "oe").replace("æ", "ae")
    ascii_name = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_name).strip("-")[:60].strip("-") or "client"
    return f"{NAMES[letter.kind]}-{slug}-{letter.dated_on.isoformat()}.pdf"


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
            tell("letter_ready", letter, now, None, sha256=sha256)
        else:  # a lease ran out and another process was quicker: its bytes are the letter, and the same
            document.delete_instance()


def _fail(letter: Letter, because: str, now: datetime) -> None:
    with transaction():
        Letter.update(requested_at=None, error=because).where(
            Letter.id == letter.id, Letter.document.is_null()
        ).execute()
        tell("letter_failed", letter, now, None, because=because)


def tell(kind: str, letter: Letter, now: datetime, by: User | None, **facts: object) -> None:
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
            template=letter.template,
            number=line.invoice.number,
            total_cents=letter.total_cents,
            currency=letter.currency,
            dated_on=letter.dated_on,
            **facts,
        )
