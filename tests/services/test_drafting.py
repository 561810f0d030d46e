"""Drafts of letters: saved, corrected, thrown away, frozen by a click, and what moved meanwhile."""

import datetime as dt

import pytest

from relance import storage
from relance.models.events import Event
from relance.models.holds import Task
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.services import disputing, drafting, letter_parts, paying, printing, sweeping
from relance.services.amicable import AmicableChoices
from relance.services.amicable_text import Words
from relance.services.disputing import DisputeFacts
from relance.services.drafting import StaleError
from relance.services.letter_parts import ChangedError
from relance.services.noticing import NoticeChoices, NoticeError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import enrol, make_sequence
from tests.services.notices import kinds, late
from tests.services.test_letter_parts import piece, signature

pytestmark = pytest.mark.usefixtures("camille")

DAY = dt.timedelta(days=1)
NOTICE = NoticeChoices(dated_on=TODAY)
AMICABLE = AmicableChoices("rappel", TODAY, Words("Notre affaire", "Bonjour,\n\n{tableau}\n\n{paiement}\n\nMerci,"))


def save(client, invoices, choices=NOTICE, by=None, now=NOW):
    return drafting.save(client.account, client, invoices, choices, by=by, now=now)


def freeze(letter, basis=None, choices=None, version=None, now=NOW):
    invoices = drafting.invoices_of(letter)
    return drafting.freeze(
        letter,
        invoices,
        choices or drafting.choices_of(letter),
        version=letter.version if version is None else version,
        basis=basis or letter_parts.basis_of(invoices),
        by=None,
        now=now,
    )


@pytest.mark.parametrize("kind", ["formal_notice", "amicable"])
@pytest.mark.requirement("S4.17")
def test_a_draft_of_each_kind_keeps_what_was_chosen_until_it_is_frozen_and_printed(camille, brewery, kind):
    invoice = late(brewery)
    mine, proof = signature(camille), piece(brewery)
    extra = {"signature_id": mine.id, "enclosures": ("Devis signé", "Bon de livraison")}
    choices = (
        NoticeChoices(TODAY, 15, True, False, "interest_first", "by_hand", joins_invoices=False, **extra)
        if kind == "formal_notice"
        else AmicableChoices("relance_1", TODAY, AMICABLE.words, joins_invoice=False, **extra)
    )
    letter = save(brewery, [invoice], choices, by=camille)
    assert (letter.kind, letter.state, letter.facts, letter.requested_at) == (kind, "draft", "{}", None)
    assert drafting.is_open(letter) and printing.pending() == []
    assert drafting.choices_of(letter) == choices
    assert letter.total_cents >= 186_000
    assert kinds(letter) == ["letter_drafted"]

    frozen = freeze(letter)
    assert (frozen.state, frozen.frozen_at, frozen.requested_at) == ("draft", NOW, NOW)
    assert not drafting.is_open(frozen)
    assert mine.document.sha256 in frozen.facts and "Bon de livraison" in frozen.facts
    assert kinds(letter) == ["letter_drafted", "letter_requested"]
    assert proof.id not in letter_parts.evidence_of(frozen)
    with pytest.raises(StaleError):
        drafting.update(frozen, [invoice], choices, version=frozen.version, by=None, now=NOW)
    with pytest.raises(StaleError):
        drafting.discard(frozen, by=None, now=NOW)


def test_a_draft_is_corrected_by_whoever_read_its_last_version(brewery):
    first, second = late(brewery), late(brewery)
    letter, soon = save(brewery, [first]), NOW + dt.timedelta(hours=1)
    after = drafting.update(letter, [first, second], NoticeChoices(TODAY, 15), version=0, by=None, now=soon)
    assert (after.version, after.delay_days, after.updated_at) == (1, 15, soon)
    assert LetterInvoice.select().where(LetterInvoice.letter == letter).count() == 2
    assert after.principal_cents == 372_000
    with pytest.raises(StaleError):
        drafting.update(letter, [first], NOTICE, version=0, by=None, now=NOW)
    with pytest.raises(StaleError):
        freeze(letter, version=0)
    assert Letter.get().delay_days == 15


def test_the_same_draft_sent_twice_is_one(brewery):
    invoice = late(brewery)
    letter = save(brewery, [invoice])
    assert save(brewery, [invoice], now=NOW + dt.timedelta(seconds=3)).id == letter.id
    assert save(brewery, [invoice], NoticeChoices(TODAY, 15)).id != letter.id
    assert kinds(letter) == ["letter_drafted"]


def dispute(invoice):
    disputing.open_dispute(invoice, DisputeFacts("amount", "Deux heures de trop"), by=None, now=NOW)


@pytest.mark.parametrize(
    ("happens", "left", "is_disputed"),
    [
        (lambda invoice: paying.record(invoice, 60_000, TODAY, by=None, now=NOW), 126_000, False),
        (lambda invoice: paying.record(invoice, 186_000, TODAY, by=None, now=NOW), 0, False),
        (dispute, 186_000, True),
    ],
)
def test_an_invoice_paid_or_disputed_while_its_letter_is_written_stops_the_freezing(
    brewery, happens, left, is_disputed
):
    invoice, other = late(brewery), late(brewery)
    letter = save(brewery, [invoice, other])
    read = letter_parts.basis_of(drafting.invoices_of(letter))
    assert drafting.moved(letter) == []
    happens(Invoice.get_by_id(invoice.id))
    (moved,) = drafting.moved(letter)
    assert (moved.invoice.id, moved.before_cents, moved.now_cents) == (invoice.id, 186_000, left)
    assert moved.is_disputed is is_disputed
    with pytest.raises(ChangedError):
        freeze(letter, basis=read)
    assert drafting.is_open(Letter.get())
    assert set(kinds(letter)) == {"letter_drafted"}
    if left:
        assert freeze(letter).principal_cents == left + 186_000  # read again with its new amounts
    else:
        with pytest.raises(NoticeError, match="n'est pas en retard"):
            freeze(letter)


def test_a_draft_thrown_away_is_told_and_gone(brewery):
    letter = save(brewery, [late(brewery)])
    drafting.discard(letter, by=None, now=NOW)
    assert Letter.select().count() == 0 and LetterInvoice.select().count() == 0
    assert [event.kind for event in Event.select().order_by(Event.id)][-2:] == ["letter_drafted", "letter_discarded"]
    with pytest.raises(StaleError):
        drafting.discard(letter, by=None, now=NOW)


def test_a_copy_says_the_same_about_what_is_left_without_what_was_removed(camille, brewery):
    invoice, paid = late(brewery), late(brewery)
    mine = signature(camille)
    letter = freeze(save(brewery, [invoice, paid], NoticeChoices(TODAY, 15, signature_id=mine.id), by=camille))
    paying.record(paid, 186_000, TODAY, by=None, now=NOW)
    mine.archived_at = NOW
    mine.save()
    again = drafting.copy(letter, by=camille, now=NOW + DAY)
    assert drafting.is_open(again)
    assert (again.dated_on, again.delay_days, again.signature_id) == (TODAY + DAY, 15, None)
    assert drafting.invoices_of(again) == [invoice]
    paying.record(invoice, 186_000, TODAY, by=None, now=NOW)
    with pytest.raises(NoticeError):
        drafting.copy(letter, by=camille, now=NOW + DAY)


@pytest.mark.requirement("S4.6")
def test_no_sequence_and_no_run_of_the_worker_writes_or_freezes_a_notice(account, latitude, nadia, post):
    letter = save(latitude, [late(latitude)])
    due = factories.make_invoice(latitude, due_on=TODAY)
    enrol(make_sequence(account, (1, "formal_notice", "letter"), (5, "dernier_rappel")), latitude)
    for days in (1, 2, 8, 40):
        sweeping.sweep(NOW + days * DAY, post)
    assert Task.select().where(Task.invoice == due, Task.kind == "letter").count() == 1, "it asks, and that is all"
    after = Letter.get()  # one: the draft, as it was saved
    assert after.id == letter.id and drafting.is_open(after)
    assert (after.posted_on, after.document_id, after.mode) == (None, None, "")
    assert kinds(letter) == ["letter_drafted"]


def test_the_bytes_of_a_frozen_letter_never_change(brewery):
    letter = freeze(save(brewery, [late(brewery)]))
    pdf = printing.render(letter.id, NOW)
    after = Letter.get_by_id(letter.id)
    assert (after.state, storage.get(after.sha256)) == ("ready", pdf)
    Letter.update(mode="simple", state="posted", posted_on=TODAY).execute()
    assert printing.render(letter.id, NOW + DAY) == pdf
