"""Letters asked for together: written down at once, frozen one by one, once each, whatever stops in between."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.letters import Letter, LetterBatch, LetterInvoice
from relance.services import bulk, bulk_letters, drafting, letter_batches, noticing, paying, printing, printing_many
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.services.notices import kinds

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def owing(account):
    """``owing(n)``: invoices of as many clients, all late."""

    def make(count, **fields):
        clients = [factories.make_client(account, f"Client {n}") for n in range(count)]
        return [factories.make_invoice(client, **fields) for client in clients]

    return make


def ask(camille, invoices, *, kind=bulk_letters.NOTICE, delay_days=8, now=NOW):
    found, _aside = bulk_letters.drafts(camille.account, invoices, kind=kind, now=now)
    return letter_batches.ask(camille.account, found, kind=kind, delay_days=delay_days, by=camille, now=now)


def write(now):
    """Write what waits, as the worker does; how many letters this froze."""
    return sum(letter_batches.write(letter_id, now) for letter_id in printing_many.waiting(now))


def test_letters_are_drafts_at_once_then_frozen_by_whoever_runs(camille, owing, data_dir):
    invoices = owing(3)
    batch = ask(camille, invoices)
    assert (batch.total, batch.kind, batch.created_by_id) == (3, "formal_notice", camille.id)
    assert {letter.facts for letter in Letter.select()} == {drafting.EMPTY}
    assert Event.select().where(Event.letter.is_null(False)).count() == 0
    assert letter_batches.progress(batch) == letter_batches.Progress(3, 3, 0, 0, 0)
    assert printing_many.waiting(NOW) == [letter.id for letter in Letter.select().order_by(Letter.id)]
    assert write(NOW) == 3
    assert write(NOW) == 0
    letters = list(Letter.select().order_by(Letter.id))
    assert {letter.batch_id for letter in letters} == {batch.id}
    assert {letter.frozen_at for letter in letters} == {NOW}
    assert all(letter.interest_cents > 0 and letter.fee_cents == 4000 for letter in letters)
    assert [line.invoice_id for line in LetterInvoice.select().order_by(LetterInvoice.letter)] == [
        row.id for row in invoices
    ]
    assert printing_many.print_waiting(NOW, data_dir) == 3
    assert letter_batches.progress(batch) == letter_batches.Progress(3, 0, 3, 0, 0)
    assert [kinds(letter) for letter in letters] == [["letter_requested", "letter_ready"]] * 3


def test_the_same_form_twice_is_one_batch_and_other_choices_are_another(camille, owing):
    invoices = owing(3)
    batch = ask(camille, invoices[:2])
    write(NOW)
    assert ask(camille, invoices[:2], now=NOW + MINUTE) == batch
    more = ask(camille, invoices, now=NOW + MINUTE)  # one more was ticked: it alone is new
    assert (more.total, Letter.select().where(Letter.batch == more).count()) == (1, 1)
    assert ask(camille, invoices[:2], delay_days=15, now=NOW + MINUTE).total == 2
    paying.record(invoices[0], 1_000, TODAY, by=None, now=NOW)
    assert ask(camille, bulk_chosen(camille, invoices[0]), now=NOW + MINUTE).total == 1
    assert ask(camille, invoices[1:2], now=NOW + 11 * MINUTE).total == 1


def bulk_chosen(camille, *invoices):
    return bulk.chosen(camille.account, [invoice.id for invoice in invoices])[0]


def test_two_runs_at_once_write_each_letter_once(camille, owing, monkeypatch):
    ask(camille, owing(2))
    freeze = drafting.freeze

    def both(letter, *args, **options):
        monkeypatch.setattr(drafting, "freeze", freeze)
        write(NOW)  # another worker, in the middle of this one's letter
        return freeze(letter, *args, **options)

    monkeypatch.setattr(drafting, "freeze", both)
    write(NOW)
    assert Event.select().where(Event.kind == "letter_requested").count() == Letter.select().count() == 2


def test_what_cannot_be_written_is_refused_with_the_reason_and_holds_nothing(camille, owing, monkeypatch):
    invoices = owing(4)
    batch = ask(camille, invoices)
    paying.record(invoices[0], 1_000, TODAY, by=None, now=NOW)
    unknown = {invoices[1].client_id: noticing.NoticeError({"dated_on": "Le taux n'est pas connu."})}
    freeze = drafting.freeze

    def fails(letter, *args, **options):
        if letter.client_id == invoices[2].client_id:
            raise RuntimeError("bug")
        if letter.client_id in unknown:
            raise unknown[letter.client_id]
        return freeze(letter, *args, **options)

    monkeypatch.setattr(drafting, "freeze", fails)
    assert write(NOW) == 1
    batch = LetterBatch.get_by_id(batch.id)
    assert letter_batches.refused(batch) == [
        ("Client 0", letter_batches.CHANGED),
        ("Client 1", "Le taux n'est pas connu."),
        ("Client 2", letter_batches.BROKEN),
    ]
    assert letter_batches.progress(batch) == letter_batches.Progress(4, 1, 0, 0, 3)
    assert [letter.client_id for letter in Letter.select()] == [invoices[3].client_id]
    assert Event.select().where(Event.kind.startswith("letter")).count() == 1


def test_a_draft_that_a_person_saved_is_theirs_and_one_they_threw_away_is_not_counted(camille, owing):
    batch = ask(camille, owing(3))
    kept, thrown, _other = list(Letter.select().order_by(Letter.id))
    choices = drafting.choices_of(kept)
    drafting.update(kept, drafting.invoices_of(kept), choices, version=0, by=None, now=NOW)
    drafting.discard(thrown, by=camille, now=NOW)
    assert write(NOW) == 1
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 1, 0, 0, 0, taken=1)
    printing_many.make(Letter.get(Letter.id != kept).id, NOW)
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 0, 1, 0, 0, taken=1)
    again = Letter.get_by_id(kept.id)
    basis, by = again.basis, {"by": camille, "now": NOW}
    drafting.freeze(again, drafting.invoices_of(again), choices, version=again.version, basis=basis, **by)
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 1, 1, 0, 0)
    printing_many.make(kept.id, NOW)
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 0, 2, 0, 0)


def test_after_midnight_the_letter_bears_the_new_day(camille, owing):
    ask(camille, owing(1))
    write(NOW + dt.timedelta(days=1))
    assert Letter.get().dated_on == TODAY + dt.timedelta(days=1)


def test_an_individual_is_asked_for_no_fee_and_reminders_carry_the_text_proposed(account, camille, owing):
    [business] = owing(1)
    person = factories.make_client(account, "Léa Martin", kind="individual", siren="")
    theirs = factories.make_invoice(person, "PARTICULIER")
    batch = ask(camille, [business, theirs])
    assert {row.client_id: row.claims_fee for row in Letter.select()} == {business.client_id: True, person.id: False}
    gentle = ask(camille, [business, theirs], kind=bulk_letters.AMICABLE)
    assert write(NOW) == 4
    assert letter_batches.refused(batch) == letter_batches.refused(gentle) == []
    letters = list(Letter.select().where(Letter.batch == gentle))
    assert {(letter.kind, letter.template, letter.mention) for letter in letters} == {("amicable", "rappel", "none")}


def test_letters_that_failed_are_asked_for_again(camille, owing, monkeypatch):
    batch = ask(camille, owing(2))
    write(NOW)
    monkeypatch.setattr(printing, "_printed", lambda _letter: 1 / 0)
    printing.render(Letter.select().order_by(Letter.id).first().id, NOW)
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 1, 0, 1, 0)
    assert [letter.client.name for letter in letter_batches.failures(batch)] == ["Client 0"]
    assert letter_batches.ask_again(batch, by=camille, now=NOW) == 1
    assert letter_batches.progress(batch) == letter_batches.Progress(2, 2, 0, 0, 0)
    assert letter_batches.ask_again(batch, by=camille, now=NOW) == 0


def test_many_letters_are_asked_for_in_as_many_statements_as_a_few(camille, owing):
    few, many = owing(2), owing(30)
    counts = []
    for now, invoices in ((NOW, few), (NOW + 11 * MINUTE, many)):
        with counted() as seen:
            ask(camille, invoices, now=now)
        counts.append(len(seen))
    assert counts[0] == counts[1]
