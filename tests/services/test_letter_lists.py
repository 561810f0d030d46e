"""Letters read for an export: every one of them once, by pieces."""

import datetime as dt

from relance.models.letters import Letter
from relance.services import letter_lists
from relance.services.letter_lists import LetterFilter
from tests import factories
from tests.factories import NOW
from tests.services.notices import late


def test_the_export_reads_every_letter_once_even_those_of_the_same_instant(account, latitude, monkeypatch):
    monkeypatch.setattr(letter_lists, "PIECE", 2)
    bill = late(latitude)
    made = [factories.make_letter(latitude, [bill]).id for _ in range(5)]
    Letter.update(created_at=NOW - dt.timedelta(1)).where(Letter.id == made[0]).execute()
    slip = factories.make_document(account, b"%PDF depot", "depot.pdf")
    Letter.update(deposit_proof=slip).where(Letter.id == made[0]).execute()
    rows = list(letter_lists.rows(account, LetterFilter()))
    assert [row.letter.id for row in rows] == [*reversed(made[1:]), made[0]]
    assert (rows[-1].deposit_proof, rows[-1].numbers, rows[0].deposit_proof) == ("depot.pdf", (bill.number,), "")
