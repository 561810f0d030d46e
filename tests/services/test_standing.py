"""Where an invoice stands: what its letters, its reminders and a hand-over say together."""

import datetime as dt

import pytest

from relance.models.letters import Letter, LetterInvoice
from relance.services import confiding, standing
from tests.factories import NOW, TODAY


def stands(invoice, *, is_finished=False):
    return standing.of_invoice(invoice, TODAY, is_finished=is_finished)


def letter(invoice, kind="formal_notice", **values):
    row = Letter.create(
        account=invoice.account, client=invoice.client, kind=kind, dated_on=TODAY, created_at=NOW, **values
    )
    LetterInvoice.create(letter=row, invoice=invoice, principal_cents=100)
    return row


@pytest.mark.requirement("S1.24")
def test_it_asks_what_now_after_the_last_step_until_a_notice_or_a_hand_over(invoice):
    assert not stands(invoice).asks_what_now and stands(invoice, is_finished=True).asks_what_now
    draft = letter(invoice, state="draft")
    assert stands(invoice, is_finished=True).notice is None
    Letter.update(state="posted").where(Letter.id == draft.id).execute()
    assert not stands(invoice, is_finished=True).asks_what_now, "the time allowed is not known yet"
    Letter.update(deadline_on=TODAY - dt.timedelta(1)).where(Letter.id == draft.id).execute()
    assert stands(invoice).is_deadline_over and stands(invoice).asks_what_now
    Letter.update(settled_at=NOW).where(Letter.id == draft.id).execute()
    assert stands(invoice).is_deadline_over and not stands(invoice).asks_what_now, "a person deals with it"
    Letter.update(settled_at=None).where(Letter.id == draft.id).execute()
    confiding.confide(invoice, to="Recogest", on=TODAY, note="", by=None, now=NOW)
    found = stands(invoice, is_finished=True)
    assert found.confided is not None and found.confided.to == "Recogest" and not found.asks_what_now


def test_the_last_letter_of_any_kind_is_named_and_the_last_day_is_not_over(invoice):
    notice = letter(invoice, state="received", deadline_on=TODAY)
    amicable = letter(invoice, kind="amicable", state="ready")
    found = stands(invoice)
    assert (found.letter, found.notice, found.is_deadline_over) == (amicable, notice, False)
