"""Letters that will not be posted."""

import datetime as dt

import pytest

from relance.models.letters import Letter
from relance.services import abandoning, merging_letters, posting_letters, printing, threads, waiting_letters
from relance.services.posting_letters import PostingError
from tests import factories
from tests.services.notices import kinds, late, prepare

NOW = dt.datetime(2026, 11, 23, 9)


def ready(client):
    letter = prepare(client.account, client, [late(client)])
    document = factories.make_document(client.account, b"%PDF-1.7 la lettre", "lettre.pdf", kind="letter")
    changed = {"state": "ready", "requested_at": None, "document": document, "sha256": document.sha256}
    Letter.update(changed).where(Letter.id == letter.id).execute()
    return Letter.get_by_id(letter.id)


def test_an_abandoned_letter_waits_for_nobody_until_it_is_taken_up_again(account, latitude):
    letter = ready(latitude)
    invoice = letter.lines.get().invoice_id
    assert abandoning.abandon(letter, by=None, now=NOW)
    assert not abandoning.abandon(letter, by=None, now=NOW)
    kept = Letter.get_by_id(letter.id)
    assert (kept.state, kept.sha256) == ("abandoned", letter.sha256)
    assert kinds(letter)[-1] == "letter_abandoned"
    assert not list(waiting_letters.ready(account, NOW))
    assert not list(threads._letters_read([invoice]))
    with pytest.raises(PostingError, match="abandonnée"):
        posting_letters.post(kept, on=dt.date(2026, 11, 23), mode="lrar_counter", by=None, now=NOW)
    assert abandoning.restore(letter, by=None, now=NOW)
    assert not abandoning.restore(letter, by=None, now=NOW)
    assert Letter.get_by_id(letter.id).state == "ready"
    assert kinds(letter)[-1] == "letter_restored"
    assert len(list(waiting_letters.ready(account, NOW))) == 1
    assert merging_letters.fitting([Letter.get_by_id(letter.id)])


def test_a_letter_that_failed_is_abandoned_then_printed_again(account, latitude):
    letter = prepare(account, latitude, [late(latitude)])
    assert not abandoning.abandon(letter, by=None, now=NOW), "it is being printed"
    Letter.update(requested_at=None, error="Le disque est plein.").where(Letter.id == letter.id).execute()
    assert abandoning.abandon(letter, by=None, now=NOW)
    printing.ask_again(letter, by=None, now=NOW)
    assert Letter.get_by_id(letter.id).requested_at is None, "nothing prints what is abandoned"
    abandoning.restore(letter, by=None, now=NOW)
    again = Letter.get_by_id(letter.id)
    assert (again.state, again.requested_at, again.error) == ("draft", NOW, "")


def test_a_posted_letter_cannot_be_abandoned(account, latitude):
    letter = ready(latitude)
    posting_letters.post(letter, on=dt.date(2026, 11, 23), mode="lrar_counter", by=None, now=NOW)
    assert not abandoning.abandon(letter, by=None, now=NOW)
    assert Letter.get_by_id(letter.id).state == "posted"


def test_the_same_letter_asked_for_again_is_another_one(account, latitude):
    invoice = late(latitude)
    first = prepare(account, latitude, [invoice])
    Letter.update(state="ready", requested_at=None).where(Letter.id == first.id).execute()
    assert prepare(account, latitude, [invoice]).id == first.id
    abandoning.abandon(Letter.get_by_id(first.id), by=None, now=NOW)
    assert prepare(account, latitude, [invoice]).id != first.id
