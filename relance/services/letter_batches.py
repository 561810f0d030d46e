"""Letters asked for together, up to a thousand: written down at once as drafts, then frozen one client at a time.

The drafts are the queue. What a person confirmed is in one short transaction; the worker, or ``tick``, freezes each
draft under its client's turn, then prints it as any other letter (services.printing_many does both). A form sent twice
is one batch; a process that dies leaves drafts, and the next one goes on.
"""

import datetime as dt
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from peewee import JOIN, OperationalError, fn

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.letters import Letter, LetterBatch, LetterInvoice
from relance.models.signatures import Signature
from relance.rules.calendar import local_date
from relance.rules.plans import LEVELS
from relance.services import drafting, letter_parts, printing, proposing
from relance.services.amicable import AmicableError
from relance.services.bulk_letters import AMICABLE, Draft
from relance.services.drafting import StaleError
from relance.services.letter_parts import ChangedError
from relance.services.noticing import NoticeError

CHANGED = "Le reste dû a changé entre la confirmation et l'écriture de la lettre : préparez-la de nouveau."
BROKEN = "La lettre n'a pas pu être écrite. L'incident est noté dans les journaux du serveur."
SAME_FORM = dt.timedelta(minutes=10)
RECENT = dt.timedelta(7)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """Where a batch stands: how many letters were asked for, and what became of them.

    ``waiting``: to be written or printed. ``failed``: written, not printed. ``refused``: not written, with the reason.
    ``taken``: drafts that a person opened and saved: they wait for that person, not for us.
    """

    total: int
    waiting: int
    printed: int
    failed: int
    refused: int
    taken: int = 0

    @property
    def is_over(self) -> bool:
        """True when nothing of it will change by itself."""
        return self.waiting == 0


def ask(
    account: Account,
    drafts: Sequence[Draft],
    *,
    kind: str,
    delay_days: int,
    signature: Signature | None = None,
    by: User,
    now: dt.datetime,
) -> LetterBatch:
    """Write down the letters that a person confirmed, each a draft to be frozen; ring the worker after the commit.

    What was asked for in a batch of the last ten minutes, with the same amounts left, is not asked for twice: that
    batch is returned, or only the other letters make a new one. Draws no event: freezing a letter does.
    ``signature`` is one of ``by``: PartError for that of somebody else.
    """
    if signature is not None and not letter_parts.is_owner(signature, by):
        raise letter_parts.PartError({"signature": letter_parts.NOT_YOURS})
    today = local_date(now, account.time_zone)
    with transaction():
        Account.update(business_name=Account.business_name).where(Account.id == account.id).execute()  # one at a time
        marks = letter_parts.marks([invoice for one in drafts for invoice in one.invoices])
        bases = {one.key: letter_parts.combined({row.id: marks[row.id] for row in one.invoices}) for one in drafts}
        known = _known(account, kind, delay_days, signature, now)
        fresh = [one for one in drafts if bases[one.key] not in known]
        if not fresh and drafts:
            return known[bases[drafts[-1].key]]
        refused = [[one.client.name, one.problem, bases[one.key], delay_days] for one in fresh if one.problem]
        batch: LetterBatch = LetterBatch.create(
            account=account,
            kind="amicable" if kind == AMICABLE else "formal_notice",
            total=len(fresh),
            refused_json=json.dumps(refused, ensure_ascii=False),
            created_by=by,
            created_at=now,
        )
        written = [one for one in fresh if not one.problem]
        texts = _texts(account, written, today) if kind == AMICABLE else {}
        signed = {"signature": signature.id if signature is not None else None}
        _insert(Letter, [_row(batch, one, bases[one.key], texts, delay_days, today) | signed for one in written])
        rows = Letter.select(Letter.basis, Letter.id).where(Letter.batch == batch).tuples()
        ids = {basis: letter_id for basis, letter_id in rows}  # noqa: C416 typed rows
        _insert(
            LetterInvoice,
            [
                {"letter": ids[bases[one.key]], "invoice": invoice.id, "principal_cents": invoice.balance_cents}
                for one in written
                for invoice in one.invoices
            ],
        )
    return batch


def _known(
    account: Account, kind: str, delay_days: int, signature: Signature | None, now: dt.datetime
) -> dict[str, LetterBatch]:
    """The fingerprints of what was asked for lately in the same way, each with its batch."""
    found: dict[str, LetterBatch] = {}
    its_kind = LetterBatch.kind == ("amicable" if kind == AMICABLE else "formal_notice")
    recent = LetterBatch.select().where(LetterBatch.account == account, its_kind)
    for batch in recent.where(LetterBatch.created_at > now - SAME_FORM).order_by(LetterBatch.id):
        rows = Letter.select(Letter.basis).where(Letter.batch == batch, Letter.delay_days == delay_days)
        rows = rows.where(Letter.signature.is_null() if signature is None else Letter.signature == signature)
        found |= {basis: batch for (basis,) in rows.tuples()}
        found |= {basis: batch for _name, _why, basis, days in json.loads(batch.refused_json) if days == delay_days}
    return found


def _texts(account: Account, drafts: Sequence[Draft], today: dt.date) -> dict[int, str]:
    """The template proposed for each invoice, by id."""
    proposals = proposing.of_invoices(account, [invoice for one in drafts for invoice in one.invoices], today)
    return {key: one.template for key, one in proposals.items()}


def _row(
    batch: LetterBatch, one: Draft, basis: str, texts: dict[int, str], delay_days: int, today: dt.date
) -> dict[str, Any]:
    """A draft as a person would have saved it: a notice claims all that the law allows."""
    is_notice = batch.kind == "formal_notice"
    firmest = max((texts[row.id] for row in one.invoices), key=lambda ref: LEVELS.get(ref, 0)) if texts else ""
    return {
        "account": batch.account_id,
        "client": one.client.id,
        "kind": batch.kind,
        "dated_on": today,
        "delay_days": delay_days,
        "claims_interest": is_notice,
        "claims_fee": is_notice and one.client.kind != "individual",
        "currency": one.currency,
        "principal_cents": one.balance_cents,
        "total_cents": one.balance_cents,
        "template": firmest,
        "mention": "registered" if is_notice else "none",
        "basis": basis,
        "batch": batch.id,
        "created_by": batch.created_by_id,
        "created_at": batch.created_at,
    }


def _insert(model: Any, rows: Sequence[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 100):
        model.insert_many(rows[start : start + 100]).execute()


def to_write() -> Any:
    """The condition of a draft that waits to be frozen; one that a person opened and saved is theirs."""
    return (
        Letter.batch.is_null(False)
        & (Letter.state == "draft")
        & (Letter.facts == drafting.EMPTY)
        & Letter.requested_at.is_null()
        & (Letter.error == "")
        & (Letter.version == 0)
    )


def write(letter_id: int, now: dt.datetime) -> bool:
    """Freeze a draft that waits, in a short transaction, or refuse it with the reason. True when this call froze it.

    False for a letter that does not wait to be written, or that another run was quicker to write.
    """
    letter: Letter | None = Letter.get_or_none((Letter.id == letter_id) & to_write())
    if letter is None:
        return False
    try:
        choices = drafting.choices_of(letter)
        today = local_date(now, letter.account.time_zone)
        choices = replace(choices, dated_on=max(choices.dated_on, today))  # written after midnight
        invoices = drafting.invoices_of(letter)
        drafting.freeze(letter, invoices, choices, version=0, basis=letter.basis, by=letter.created_by, now=now)
    except StaleError:
        return False
    except ChangedError:
        refuse(letter_id, CHANGED)
    except (NoticeError, AmicableError) as error:
        refuse(letter_id, str(error))
    except OperationalError:  # a busy database: it waits for the next run
        log.warning("letter %s waits: the database is busy", letter_id)
    except Exception:  # one that cannot be written must not hold the others
        log.exception("letter %s cannot be written", letter_id)
        refuse(letter_id, BROKEN)
    else:
        return True
    return False


def refuse(letter_id: int, why: str) -> None:
    """Take a draft that cannot be written out of its batch, which keeps the reason (French)."""
    with transaction():
        letter = Letter.get_or_none((Letter.id == letter_id) & to_write())
        if letter is None:
            return
        LetterBatch.update(total=LetterBatch.total).where(LetterBatch.id == letter.batch_id).execute()  # one at a time
        batch = LetterBatch.get_by_id(letter.batch_id)
        refused = [*json.loads(batch.refused_json), [letter.client.name, why, letter.basis, letter.delay_days]]
        LetterBatch.update(refused_json=json.dumps(refused, ensure_ascii=False)).where(
            LetterBatch.id == batch.id
        ).execute()
        letter.delete_instance()


def refused(batch: LetterBatch) -> list[tuple[str, str]]:
    """(client, French reason) of each letter that could not be written."""
    return [(name, why) for name, why, *_marks in json.loads(batch.refused_json)]


def latest(account: Account, now: dt.datetime) -> LetterBatch | None:
    """The last batch that the account asked for in the week before ``now`` (UTC), to come back to it."""
    its = LetterBatch.select().where(LetterBatch.account == account, LetterBatch.created_at > now - RECENT)
    found: LetterBatch | None = its.order_by(LetterBatch.id.desc()).first()
    return found


def progress(batch: LetterBatch) -> Progress:
    """Where it stands, in one query. ``total`` counts no draft that a person threw away."""
    is_printed, is_failed = Letter.document.is_null(False), (Letter.error != "") & Letter.document.is_null()
    counts = Letter.select(
        fn.COUNT(Letter.id),
        fn.COUNT(Letter.id).filter(is_printed),
        fn.COUNT(Letter.id).filter(is_failed),
        fn.COUNT(Letter.id).filter((Letter.state == "draft") & (Letter.facts == drafting.EMPTY) & (Letter.version > 0)),
        fn.COUNT(Letter.id).filter(to_write() | (Letter.requested_at.is_null(False) & Letter.document.is_null())),
    ).where(Letter.batch == batch)
    [(rows, printed, failed, taken, waiting)] = counts.tuples()
    aside = len(refused(batch))
    return Progress(rows + aside, waiting, printed, failed, aside, taken)


def printed(batch: LetterBatch) -> list[int]:
    """The ids of its letters that are printed, the oldest first."""
    its = (Letter.batch == batch) & Letter.document.is_null(False) & (Letter.state != "abandoned")
    return [key for (key,) in Letter.select(Letter.id).where(its).order_by(Letter.id).tuples()]


def failures(batch: LetterBatch) -> list[Letter]:
    """Its letters that could not be printed, each with its client; ``error`` says why."""
    its = (Letter.batch == batch) & (Letter.error != "") & Letter.document.is_null()
    return list(Letter.select(Letter, Client).join(Client, JOIN.INNER).where(its).order_by(Letter.id))


def ask_again(batch: LetterBatch, *, by: User | None, now: dt.datetime) -> int:
    """Put its letters that failed back in the queue; ring the worker after it. Returns how many they are."""
    letters = failures(batch)
    for letter in letters:
        printing.ask_again(letter, by=by, now=now)
    return len(letters)
