"""What a message about a quote says: its own variables, the user's own words, never a word of invoice."""

import datetime as dt
import re

import pytest

from relance.models.quotes import Quote
from relance.rules.texts import Wording
from relance.services import keeping_templates, quoting_texts, templating
from relance.services.keeping_templates import Change
from tests import factories
from tests.factories import NOW, TODAY

UNPAID = re.compile(r"factur|invoice|impay|unpaid|échéance|régler|IBAN|retard|overdue|pénalit", re.IGNORECASE)


@pytest.fixture
def quote(latitude, nadia, camille):
    return factories.make_quote(
        latitude, "D-2026-014", valid_until=dt.date(2026, 12, 4), issued_on=dt.date(2026, 11, 4)
    )


def written(quote, contacts=None, **choices):
    quote = Quote.get_by_id(quote.id)
    people = quoting_texts.recipients(quote) if contacts is None else contacts
    return quoting_texts.write(quote, quoting_texts.prepare(quote, people, today=TODAY, **choices))


@pytest.mark.requirement("S2.13")
@pytest.mark.parametrize(("language", "register"), [("fr", "vous"), ("fr", "tu"), ("en", "vous")])
def test_the_delivered_text_is_courteous_and_knows_no_invoice(quote, latitude, nadia, account, language, register):
    account.claims_penalties = True
    account.save()
    latitude.language = language
    latitude.save()
    nadia.register = register
    nadia.save()
    text = written(quote)
    for words in (text.subject, text.text, text.html):
        assert not UNPAID.search(words), words
    assert "D-2026-014" in text.subject and "Refonte du site" in text.text
    assert ("4 December" if language == "en" else "4 décembre") in text.text.replace("\u00a0", " ")
    assert (text.template, text.total_cents, text.to) == ("devis_prerelance", 180_000, (("Nadia Benali", nadia.email),))


@pytest.mark.requirement("S2.15")
def test_the_words_the_user_wrote_are_used(quote, account, camille):
    own = Wording(
        "Votre projet", "{salutation}\n\nDes questions sur le devis {numero}, valable jusqu’au {date_validite} ?"
    )
    info = templating.find(account, "devis_prerelance")
    change = Change("", info.tone, "vous", own, Wording("", ""))
    keeping_templates.change(account, info, change, version=info.version, by=camille, now=NOW)
    text = written(quote)
    assert text.subject == "Votre projet"
    assert "Des questions sur le devis D-2026-014, valable jusqu’au 4 décembre" in text.text.replace("\u00a0", " ")


def test_the_pdf_travels_and_is_named_only_when_it_does(quote, account):
    assert written(quote).document_ids == () and "pièce jointe" not in written(quote).text
    document = factories.make_document(account, name="devis.pdf", kind="quote")
    Quote.update(document=document).execute()
    assert written(quote).document_ids == (document.id,) and "le devis en pièce" in written(quote).text
    assert written(quote, attaches=False).document_ids == ()


def test_it_goes_to_the_contact_of_the_quote_else_to_the_main_one_and_to_nobody_in_their_place(quote, nadia, hugo):
    assert quoting_texts.recipients(quote) == (nadia,)
    Quote.update(contact=hugo).execute()
    assert quoting_texts.recipients(Quote.get()) == (hugo,)
    hugo.rejected_at = NOW
    hugo.save()
    assert quoting_texts.recipients(Quote.get()) == ()


def test_it_continues_the_thread_of_the_quote(quote, latitude):
    assert written(quote).references == ""
    first = factories.make_message(latitude, kind="quote", quote=quote)
    factories.make_message(latitude)  # about something else
    assert written(quote).references == first.message_id


def test_what_it_says_changes_its_fingerprint(quote):
    before = written(quote).facts
    assert written(quote).facts == before
    Quote.update(total_cents=1).execute()
    assert written(quote).facts != before
