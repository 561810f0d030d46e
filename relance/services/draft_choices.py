"""What a person chose for a draft, as it was last saved, and the signature that stays on it meanwhile."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services import amicable, letter_parts
from relance.services.amicable import AmicableChoices
from relance.services.amicable_text import Words
from relance.services.noticing import NoticeChoices

Choices = NoticeChoices | AmicableChoices


def invoices_of(letter: Letter) -> list[Invoice]:
    """The invoices of a letter, in its order, as they stand now."""
    return [line.invoice for line in lines_read(letter)]


def reads(letter: Letter) -> tuple[Any, Any]:
    """What the editor reads of a draft itself: its invoices, its pieces."""
    return lines_read(letter), letter_parts.pieces_read(letter)


def lines_read(letter: Letter) -> Any:
    """The query of its lines, each with its invoice."""
    query = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice).where(LetterInvoice.letter == letter)
    return query.order_by(LetterInvoice.id)


def choices_of(letter: Letter) -> Choices:
    """What was chosen for a draft when it was last saved."""
    words = json.loads(letter.words) if letter.words else {}
    enclosures = tuple(letter.enclosures.splitlines())
    evidence = letter_parts.evidence_of(letter)
    if letter.kind == amicable.KIND:
        own = Words(**words) if words else None
        signature = letter.signature_id
        return AmicableChoices(
            letter.template, letter.dated_on, own, letter.joins_invoices, signature, enclosures, evidence
        )
    return NoticeChoices(
        dated_on=letter.dated_on,
        delay_days=letter.delay_days,
        claims_interest=letter.claims_interest,
        claims_fee=letter.claims_fee,
        imputation=letter.imputation,
        mention=letter.mention,
        words=tuple(sorted(words.items())),
        signature_id=letter.signature_id,
        joins_invoices=letter.joins_invoices,
        enclosures=enclosures,
        evidence_ids=evidence,
    )


def kept_signature(letter: Letter, invoices: Sequence[Invoice], choices: Choices) -> int | None:
    """The id of the signature that its owner put on a draft, as long as the letter is the one they saved.

    The day may change, and invoices may leave it; anything else asks for its owner again. None when it does.
    """
    if letter.signature_id is None or choices.signature_id != letter.signature_id:
        return None
    was = choices_of(letter)
    known = {invoice.id for invoice in invoices_of(letter)}
    is_same = replace(was, dated_on=choices.dated_on) == choices and {invoice.id for invoice in invoices} <= known
    return choices.signature_id if is_same else None
