"""Drafts of letters, of both kinds: saved, corrected, thrown away, and frozen by a person's click, nothing else.

A draft keeps what was chosen and is written anew each time it is opened. Frozen, its facts never change: the worker
prints them (services.printing), and the letter is ready. Nothing here posts anything.
"""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from relance.db import transaction
from relance.letters import notice_errors
from relance.letters.amicable import AmicableFacts
from relance.letters.facts import NoticeFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.rules.calendar import local_date
from relance.services import amicable, letter_parts, noticing, printing
from relance.services.amicable import AmicableChoices
from relance.services.draft_choices import Choices, choices_of, invoices_of, kept_signature, lines_read, reads
from relance.services.letter_parts import ChangedError
from relance.services.noticing import NoticeChoices, NoticeError

__all__ = [
    "EMPTY",
    "Choices",
    "Moved",
    "StaleError",
    "choices_of",
    "copy",
    "delivered_facts",
    "discard",
    "freeze",
    "invoices_of",
    "is_open",
    "kept_signature",
    "lines_read",
    "moved",
    "reads",
    "rewrite",
    "save",
    "update",
]

EMPTY = "{}"  # the facts of a letter that is not frozen
SAME_FORM = dt.timedelta(minutes=10)


class StaleError(Exception):
    """The draft was saved elsewhere since, or frozen, or thrown away: nothing was written."""


@dataclass(frozen=True)
class Moved:
    """An invoice whose amount changed since the draft was last saved, in cents of the letter's currency."""

    invoice: Invoice
    before_cents: int
    now_cents: int
    is_disputed: bool


def is_open(letter: Letter) -> bool:
    """True for a draft: nothing is frozen, everything can still change."""
    return letter.state == "draft" and letter.facts == EMPTY


def save(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    choices: Choices,
    *,
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Write down a new draft. The same one sent twice within ten minutes is one draft.

    NoticeError or AmicableError when it could not be written as it stands.
    """
    with transaction():
        client.take_turn()
        fresh = _fresh(invoices)
        facts = _facts(account, client, fresh, choices, now, by)
        row = _columns(facts, choices) | {"basis": letter_parts.basis_of(fresh)}
        twin = _twin(account, client, fresh, choices, row, now)
        if twin is not None:
            return twin
        letter: Letter = Letter.create(
            account=account, client=client, created_by=by, created_at=now, updated_at=now, **row
        )
        _keep(letter, fresh, facts, choices)
        printing.tell("letter_drafted", letter, now, by)
    return letter


def update(
    letter: Letter, invoices: Sequence[Invoice], choices: Choices, *, version: int, by: User | None, now: dt.datetime
) -> Letter:
    """Save what was changed in a draft. StaleError when it is no longer at ``version``; else as for ``save``."""
    with transaction():
        letter.client.take_turn()
        fresh = _fresh(invoices)
        kept = kept_signature(_again(letter), fresh, choices)
        facts = _facts(letter.account, letter.client, fresh, choices, now, by, kept)
        row = _columns(facts, choices) | {"basis": letter_parts.basis_of(fresh), "updated_at": now}
        _write(letter, version, row)
        _keep(letter, fresh, facts, choices)
    return _again(letter)


def rewrite(
    letter: Letter, words: tuple[tuple[str, str], ...], *, version: int, by: User | None, now: dt.datetime
) -> Letter:
    """Keep a person's paragraphs for the draft of a formal notice: what was owed stays as it was last read.

    The signature of somebody else leaves a letter whose words change: it was put on other words.
    StaleError when it is no longer at ``version``. NoticeError names the paragraphs to correct (noticing.WORDS).
    """
    with transaction():
        letter.client.take_turn()
        wrong = notice_errors.errors(delivered_facts(letter, now), dict(words))
        if wrong:
            raise NoticeError({f"{noticing.WORDS}{key}": sentence for key, sentence in wrong.items()})
        text = json.dumps(dict(words), ensure_ascii=False, sort_keys=True) if words else ""
        row = {"words": text, "is_edited": bool(words), "updated_at": now}
        fresh = _again(letter)
        if fresh.signature is not None and text != fresh.words and not letter_parts.is_owner(fresh.signature, by):
            row["signature"] = None
        _write(letter, version, row)
    return _again(letter)


def delivered_facts(letter: Letter, now: dt.datetime) -> NoticeFacts:
    """What the draft of a formal notice is about, without the words of a person, on the invoices still late.

    NoticeError when nothing of it can be claimed any more.
    """
    today = local_date(now, letter.account.time_zone)
    choices = choices_of(letter)
    if not isinstance(choices, NoticeChoices):
        raise TypeError("not a formal notice")
    signature, evidence = letter_parts.still_there(letter)
    choices = replace(
        choices, dated_on=max(choices.dated_on, today), words=(), signature_id=signature, evidence_ids=evidence
    )
    late = [invoice for invoice in invoices_of(letter) if invoice.is_overdue(today)]
    return noticing.draft(letter.account, letter.client, late, choices, today, kept=signature)


def moved(letter: Letter) -> list[Moved]:
    """What changed on the invoices of a draft since it was last saved: paid, credited, disputed. Nothing: []."""
    lines = list(lines_read(letter))
    invoices = [line.invoice for line in lines]
    if not lines or letter_parts.basis_of(invoices) == letter.basis:
        return []
    disputed = letter_parts.disputed(invoices)
    found = []
    for line in lines:
        left = line.invoice.balance_cents if line.invoice.state == "sent" else 0
        if left < line.principal_cents or line.invoice_id in disputed:
            found.append(Moved(line.invoice, line.principal_cents, left, line.invoice_id in disputed))
    return found


def discard(letter: Letter, *, by: User | None, now: dt.datetime) -> None:
    """Throw a draft away; its histories tell it. StaleError when it is frozen already."""
    with transaction():
        letter.client.take_turn()
        if not is_open(_again(letter)):
            raise StaleError
        printing.tell("letter_discarded", letter, now, by)
        letter.delete_instance(recursive=False)


def freeze(
    letter: Letter,
    invoices: Sequence[Invoice],
    choices: Choices,
    *,
    version: int,
    basis: str,
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Fix what a draft says, with these last choices, and ask for its PDF; ring the worker after the commit.

    ``basis``: the fingerprint (letter_parts.basis_of) of what was owed when the person read the letter. ChangedError
    when something was paid, credited or disputed since; StaleError when it is no longer the draft at ``version``.
    NoticeError or AmicableError when it cannot be written today. The state stays « draft » until it is printed.
    """
    with transaction():
        letter.client.take_turn()  # a payment recorded at the same moment is seen here, or comes after the letter
        fresh = _fresh(invoices)
        if letter_parts.basis_of(fresh) != basis:
            raise ChangedError
        kept = kept_signature(_again(letter), fresh, choices)
        facts = _facts(letter.account, letter.client, fresh, choices, now, by, kept)
        row = _columns(facts, choices) | {"basis": basis} | letter_parts.frozen(letter.account, facts, now)
        _write(letter, version, row)
        _keep(letter, fresh, facts, choices)
        printing.tell("letter_requested", _again(letter), now, by)
    return _again(letter)


def copy(letter: Letter, *, by: User | None, now: dt.datetime) -> Letter:
    """A new draft that says the same about what is still owed, dated today; what is no longer there is left out.

    So is the signature of somebody else: its owner did not see this letter.
    NoticeError or AmicableError when nothing of it can be claimed any more.
    """
    today = local_date(now, letter.account.time_zone)
    left = [one for one in invoices_of(letter) if one.state == "sent" and one.balance_cents > 0]
    signature, evidence = letter_parts.still_there(letter)
    if signature is not None and not letter_parts.is_owner(letter.signature, by):
        signature = None
    choices = replace(choices_of(letter), dated_on=today, signature_id=signature, evidence_ids=evidence)
    return save(letter.account, letter.client, left, choices, by=by, now=now)


def _facts(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    choices: Choices,
    now: dt.datetime,
    by: User | None,
    kept: int | None = None,
) -> NoticeFacts | AmicableFacts:
    today = local_date(now, account.time_zone)
    if isinstance(choices, AmicableChoices):
        return amicable.draft(account, client, invoices, choices, today, by=by, kept=kept).facts
    return noticing.draft(account, client, invoices, choices, today, by=by, kept=kept)


def _columns(facts: NoticeFacts | AmicableFacts, choices: Choices) -> dict[str, Any]:
    if isinstance(facts, AmicableFacts) and isinstance(choices, AmicableChoices):
        return amicable.columns(facts, choices)
    if isinstance(facts, NoticeFacts) and isinstance(choices, NoticeChoices):
        return noticing.columns(facts, choices)
    raise TypeError("a letter of one kind with the choices of the other")


def _keep(letter: Letter, invoices: Sequence[Invoice], facts: NoticeFacts | AmicableFacts, choices: Choices) -> None:
    lines = noticing.claimed(invoices, facts) if isinstance(facts, NoticeFacts) else amicable.owed(invoices, facts)
    letter_parts.keep_lines(letter, lines)
    letter_parts.keep_evidence(letter, choices.evidence_ids)


def _write(letter: Letter, version: int, row: dict[str, Any]) -> None:
    unmoved = (Letter.id == letter.id) & (Letter.version == version)
    still_open = unmoved & (Letter.state == "draft") & (Letter.facts == EMPTY)
    if not Letter.update(version=version + 1, **row).where(still_open).execute():
        raise StaleError


def _twin(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    choices: Choices,
    row: dict[str, Any],
    now: dt.datetime,
) -> Letter | None:
    """The same draft saved just before and untouched since: a form sent twice."""
    recent = Letter.select().where(Letter.account == account, Letter.client == client, Letter.state == "draft")
    for one in recent.where(Letter.created_at > now - SAME_FORM, Letter.version == 0, Letter.facts == EMPTY):
        is_same = {invoice.id for invoice in invoices_of(one)} == {invoice.id for invoice in invoices}
        same_row = all(one.__data__[name] == value for name, value in row.items())
        if is_same and same_row and letter_parts.evidence_of(one) == choices.evidence_ids:
            found: Letter = one
            return found
    return None


def _fresh(invoices: Sequence[Invoice]) -> list[Invoice]:
    return list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))


def _again(letter: Letter) -> Letter:
    found: Letter | None = Letter.get_or_none(Letter.id == letter.id)
    if found is None:
        raise StaleError
    return found
