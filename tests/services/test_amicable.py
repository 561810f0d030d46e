"""Amicable letters: who may be written to, what is written down once, and what it counts for: nothing yet."""

import datetime as dt
import io
import json

import pypdf
import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message
from relance.models.templates import TemplateText
from relance.services import amicable, appending, claiming, disputing, paying, printing, proposing, writing
from relance.services.amicable import AmicableChoices, AmicableError, ChangedError
from relance.services.amicable_text import Words
from relance.services.disputing import DisputeFacts
from relance.storage import get
from tests import factories
from tests.factories import NOW, TODAY
from tests.letters import made
from tests.letters.paper import assert_window_is_clean
from tests.services.notices import kinds, late, remind, text_of

pytestmark = pytest.mark.usefixtures("camille")  # an account always has its user

DAY = dt.timedelta(days=1)
RAPPEL = AmicableChoices("rappel", TODAY)
WORDS = Words("notre affaire", "Madame, Monsieur,\n\nDites-moi tout.\n\n{tableau}\n\n{paiement}\n\nÀ bientôt,")


def prepare(client, *invoices, now=NOW, by=None, basis="", **options):
    choices = AmicableChoices(**{"dated_on": now.date()} | options) if options else None
    return amicable.prepare(client.account, client, invoices, choices=choices, basis=basis, by=by, now=now)


def with_file(client, number="F-2026-0079", content=None, **fields):
    document = factories.make_document(client.account, content or made.pdf((595, 842), (595, 842)))
    return late(client, number, document=document, **fields)


@pytest.mark.requirement("S2.20", "S2.21", "S4.13")
@pytest.mark.parametrize(
    ("template", "words"), [("rappel", "un simple oubli"), ("relance_1", "me dire quand il est prévu")]
)
def test_a_reminder_becomes_one_pdf_the_letter_then_the_invoice(account, brewery, camille, tmp_path, template, words):
    invoice = with_file(brewery)
    letter = prepare(brewery, invoice, template=template, by=camille)
    assert (letter.kind, letter.template, letter.state, letter.requested_at) == ("amicable", template, "draft", NOW)
    assert (letter.principal_cents, letter.total_cents, letter.interest_cents, letter.fee_cents) == (
        186_000,
        186_000,
        0,
        0,
    )
    assert not letter.is_edited
    line = LetterInvoice.get(LetterInvoice.letter == letter)
    assert (line.invoice_id, line.principal_cents) == (invoice.id, 186_000)
    (event,) = Event.select().where(Event.letter == letter)
    assert (event.kind, event.invoice_id, event.user_id) == ("letter_requested", invoice.id, camille.id)
    assert (event.facts["letter_kind"], event.facts["template"]) == ("amicable", template)

    assert printing.pending() == [letter.id]
    pdf = printing.render(letter.id, NOW)
    after = Letter.get_by_id(letter.id)
    assert (after.state, after.error, after.document.kind) == ("ready", "", "letter")
    assert after.document.name == "relance-amiable-brasserie-des-deux-rives-2026-11-23.pdf"
    assert get(after.sha256) == pdf
    assert kinds(letter) == ["letter_requested", "letter_ready"]
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    assert len(reader.pages) == 3
    assert words in " ".join(reader.pages[0].extract_text().replace("\u00a0", " ").split())
    assert "FACTURE" in reader.pages[1].extract_text()
    assert_window_is_clean(pdf, claiming.recipient(brewery).lines, tmp_path)
    assert printing.render(letter.id, NOW + DAY) == pdf


@pytest.mark.requirement("S4.14")
def test_words_of_this_copy_are_printed_and_the_template_is_unchanged(account, brewery):
    letter = prepare(brewery, late(brewery), template="rappel", words=WORDS)
    assert letter.is_edited
    text = text_of(printing.render(letter.id, NOW))
    assert "Objet : notre affaire" in text
    assert "Dites-moi tout." in text
    assert "un simple oubli" not in text
    assert TemplateText.select().count() == 0
    other = prepare(brewery, late(brewery), template="rappel")
    assert "un simple oubli" in text_of(printing.render(other.id, NOW))


def test_a_letter_about_several_invoices_is_one_with_an_event_on_each(account, brewery):
    invoices = [with_file(brewery, f"F-{n}") for n in range(3)]
    letter = prepare(brewery, *invoices, template="relance_2")
    assert letter.total_cents == 3 * 186_000
    assert [line.principal_cents for line in letter.lines] == [186_000] * 3
    for invoice in invoices:
        assert [e.letter_id for e in Event.select().where(Event.invoice == invoice, Event.letter == letter)] == [
            letter.id
        ]
    reader = pypdf.PdfReader(io.BytesIO(printing.render(letter.id, NOW)))
    assert len(reader.pages) == 1 + 3 * 2


def test_the_invoice_is_left_out_when_it_is_not_wanted_or_cannot_follow(account, brewery):
    plain = prepare(brewery, with_file(brewery, "F-1"), template="rappel", joins_invoice=False)
    locked = prepare(brewery, with_file(brewery, "F-2", made.pdf(password="x")), template="rappel")
    for letter in (plain, locked):
        pdf = printing.render(letter.id, NOW)
        assert len(pypdf.PdfReader(io.BytesIO(pdf)).pages) == 1
        assert "joint" not in text_of(pdf)
        assert "/OutputIntents" in pypdf.PdfReader(io.BytesIO(pdf)).root_object, "alone, it is an archive"
    made_again = amicable.draft(account, brewery, [Invoice.get(Invoice.number == "F-2")], RAPPEL, TODAY)
    assert [apart.number for apart in made_again.apart] == ["F-2"]


def test_a_file_that_vanishes_before_printing_fails_the_letter_which_can_be_asked_again(account, brewery, data_dir):
    invoice = with_file(brewery)
    letter = prepare(brewery, invoice, template="rappel")
    path = next((data_dir / "files").rglob(invoice.document.sha256))
    content = path.read_bytes()
    path.unlink()
    assert printing.render(letter.id, NOW) is None
    failed = Letter.get_by_id(letter.id)
    assert "introuvable" in failed.error
    assert kinds(letter) == ["letter_requested", "letter_failed"]
    path.write_bytes(content)
    printing.ask_again(failed, by=None, now=NOW)
    assert printing.render(letter.id, NOW) is not None


def test_a_file_that_can_no_longer_be_drawn_is_said_with_the_way_out(account, brewery, monkeypatch):
    letter = prepare(brewery, with_file(brewery), template="rappel")

    def broken(*_args):
        raise appending.JoinError("ce PDF ne peut pas être relu")

    monkeypatch.setattr(appending, "follow", broken)
    assert printing.render(letter.id, NOW) is None
    assert "Préparez la lettre sans lui." in Letter.get_by_id(letter.id).error


def test_the_same_form_sent_twice_is_one_letter(account, brewery):
    invoice = late(brewery)
    first = prepare(brewery, invoice, template="rappel")
    assert prepare(brewery, invoice, template="rappel", now=NOW + dt.timedelta(seconds=20)).id == first.id
    assert kinds(first) == ["letter_requested"]
    assert prepare(brewery, invoice, template="relance_1").id != first.id
    assert prepare(brewery, invoice, template="rappel", now=NOW + DAY).id != first.id


def test_without_a_template_the_proposed_one_is_taken(account, brewery):
    invoice, other = late(brewery), late(brewery)
    assert prepare(brewery, invoice).template == "rappel"
    remind(invoice, "rappel", TODAY - 10 * DAY)
    Message.update(day_on=TODAY - 10 * DAY).execute()
    assert proposing.of_invoice(invoice, TODAY).template == "relance_1"
    assert amicable.proposed(account, [invoice, other], TODAY) == "relance_1"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"paid_cents": 186_000}, "est payée"),
        ({"state": "draft"}, "brouillon"),
        ({"state": "to_process"}, "à traiter"),
        ({"state": "cancelled"}, "annulée"),
        ({"state": "written_off"}, "en perte"),
        ({"kind": "credit_note"}, "avoir ne se relance pas"),
    ],
)
def test_only_an_invoice_to_pay_can_be_written_about(account, brewery, fields, sentence):
    invoice = late(brewery, **fields)
    assert sentence in amicable.refusal([invoice])
    with pytest.raises(AmicableError, match=sentence):
        prepare(brewery, invoice, template="rappel")
    assert Letter.select().count() == Event.select().where(Event.kind == "letter_requested").count() == 0


def test_a_disputed_invoice_is_refused(account, brewery):
    invoice = late(brewery)
    disputing.open_dispute(invoice, DisputeFacts("amount"), by=None, now=NOW)
    assert amicable.refusal([invoice]) == amicable.DISPUTED


def test_one_that_is_not_late_may_be_written_about(account, brewery):
    letter = prepare(brewery, late(brewery, due_on=TODAY + 9 * DAY))
    assert letter.template == "prerelance"


def test_invoices_of_another_client_account_or_currency_are_refused_or_set_aside(account, brewery):
    other = factories.make_client(account, "Latitude Conseil")
    stranger = factories.make_client(factories.make_account("Menuiserie Basile"), "Hôtel des Cimes")
    mine, theirs, francs = late(brewery), late(other), late(brewery, currency="CHF")
    with pytest.raises(AmicableError, match="un seul client"):
        prepare(brewery, mine, theirs, template="rappel")
    with pytest.raises(AmicableError, match="un seul client"):
        amicable.prepare(account, stranger, [late(stranger)], choices=RAPPEL, by=None, now=NOW)
    with pytest.raises(AmicableError, match="une lettre par devise"):
        prepare(brewery, mine, francs, template="rappel")
    with pytest.raises(AmicableError, match="au moins une facture"):
        prepare(brewery)
    paid = late(brewery, paid_cents=186_000)
    kept, aside = amicable.sort_out([paid, mine, theirs, francs, mine])
    assert kept == [mine]
    assert [invoice.id for invoice, _why in aside] == [paid.id, theirs.id, francs.id]


def test_fifty_invoices_fit_in_a_letter_and_no_more(account, brewery, monkeypatch):
    monkeypatch.setattr(amicable, "MOST", 2)
    kept, aside = amicable.sort_out([late(brewery) for _ in range(3)])
    assert len(kept) == 2
    assert "2 factures au plus" in aside[0][1]


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"template": "remerciement"}, "template"),
        ({"template": "inconnu"}, "template"),
        ({"dated_on": TODAY - DAY}, "dated_on"),
        ({"dated_on": TODAY + 31 * DAY}, "dated_on"),
        ({"words": Words("", WORDS.body)}, "object"),
    ],
)
def test_what_cannot_be_printed_is_refused_at_its_field(account, brewery, options, field):
    with pytest.raises(AmicableError) as refused:
        prepare(brewery, late(brewery), **{"template": "rappel"} | options)
    assert set(refused.value.errors) == {field}
    assert Letter.select().count() == 0


def test_braces_that_are_no_variable_are_words(account, brewery):
    words = Words("Objet", "Un {accord} entre nous.\n\n{tableau}")
    assert "Un {accord} entre nous." in prepare(brewery, late(brewery), template="rappel", words=words).facts


def test_a_template_of_the_firmness_of_a_notice_is_not_offered(account, brewery):
    from relance.services import keeping_templates

    soft = keeping_templates.create(account, "Ma relance", "rappel", 3, by=None, now=NOW)
    hard = keeping_templates.create(account, "Formel", "dernier_rappel", 5, by=None, now=NOW)
    offered = amicable.offered(account)
    assert soft.ref in offered
    assert hard.ref not in offered
    assert {"standard", "prerelance", "rappel", "relance_1", "relance_2", "dernier_rappel"} <= set(offered)
    assert "remerciement" not in offered
    letter = prepare(brewery, late(brewery), template=soft.ref)
    assert printing.render(letter.id, NOW) is not None


def test_amounts_that_moved_since_they_were_read_are_refused(account, brewery):
    invoice = late(brewery)
    basis = amicable.draft(account, brewery, [invoice], RAPPEL, TODAY).basis
    paying.record(invoice, 10_000, TODAY, by=None, now=NOW)
    with pytest.raises(ChangedError, match="a changé"):
        prepare(brewery, invoice, template="rappel", basis=basis)
    assert Letter.select().count() == 0
    fresh = amicable.draft(account, brewery, [Invoice.get_by_id(invoice.id)], RAPPEL, TODAY).basis
    assert prepare(brewery, invoice, template="rappel", basis=fresh).total_cents == 176_000


def test_a_payment_recorded_just_before_is_seen(account, brewery):
    invoice = late(brewery)
    stale = Invoice.get_by_id(invoice.id)
    paying.record(invoice, 186_000, TODAY, by=None, now=NOW)
    with pytest.raises(AmicableError, match="est payée"):
        prepare(brewery, stale, template="rappel")


def test_a_letter_prepared_counts_as_no_message(account, brewery):
    factories.make_contact(brewery)
    invoice = late(brewery)
    printing.render(prepare(brewery, invoice, template="relance_1").id, NOW)
    assert proposing.of_invoice(invoice, TODAY).template == "rappel"
    assert writing.caution(invoice, NOW).last_on is None
    assert claiming.reminders(account, [invoice]) == []
    assert Message.select().count() == 0


def test_the_facts_kept_are_those_that_are_printed(account, brewery):
    letter = prepare(brewery, late(brewery, "F-1"), template="rappel", dated_on=TODAY + DAY)
    facts = json.loads(letter.facts)
    assert (facts["template"], facts["dated_on"], facts["lines"][0]["number"]) == ("rappel", "2026-11-24", "F-1")
    assert "Lyon, le 24 novembre 2026" in text_of(printing.render(letter.id, NOW))
