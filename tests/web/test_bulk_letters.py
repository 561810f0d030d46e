import datetime as dt

import pytest

from relance.letters.facts import NoticeFacts
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterBatch
from relance.services import letter_batches, promising, signing
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events
from tests.services.test_signature_images import drawn, saved

HTMX = {"HX-Request": "true"}
PREPARE = "/factures/selection/lettres"


@pytest.fixture
def sabatier(account):
    client = factories.make_client(account, "Imprimerie Sabatier")
    factories.make_contact(client, "Paul Sabatier", "paul@sabatier.example")
    return client


def reminded(invoice):
    for n, template in enumerate(("rappel", "relance_1")):
        at = NOW - dt.timedelta(days=8 - n)
        factories.make_message(invoice.client, [invoice], day_on=at.date(), sent_at=at, template=template)


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_the_question_lists_a_letter_per_client_and_warns_of_the_early_ones(client, invoice, sabatier, headers):
    other = factories.make_invoice(sabatier, "TROIS")
    soon = factories.make_invoice(sabatier, "BIENTÔT", due_on=TODAY + dt.timedelta(5))
    reminded(other)
    page = client.post(PREPARE, data={"ids": [invoice.id, other.id, soon.id]}, headers=headers).text
    assert "Préparer une mise en demeure" in page
    assert page.count('name="anyway"') == 1
    assert f'value="{invoice.client_id}-EUR"' in page
    assert "BIENTÔT, Imprimerie Sabatier\u00a0: pas encore en retard" in page
    assert Letter.select().count() == 0


def test_letters_are_prepared_once_and_the_early_one_only_on_a_word(client, invoice, sabatier, bell):
    other = factories.make_invoice(sabatier, "TROIS")
    reminded(other)
    data = {"ids": [invoice.id, other.id], "confirme": "oui", "delay_days": "8"}
    for _time in range(2):
        answer = client.post(PREPARE, data=data)
        lot = LetterBatch.get()
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/courriers/lots/{lot.id}")
    assert [(letter.client_id, letter.batch_id) for letter in Letter.select()] == [(sabatier.id, lot.id)]
    client.post(PREPARE, data=data | {"anyway": [f"{invoice.client_id}-EUR"]})
    assert {letter.client_id for letter in Letter.select()} == {sabatier.id, invoice.client_id}
    assert LetterBatch.select().count() == 2
    for letter in Letter.select():
        letter_batches.write(letter.id, NOW)
    assert "letter_requested" in events(invoice=invoice)
    assert bell


def test_an_early_letter_without_a_word_is_asked_about_again(client, invoice):
    answer = client.post(PREPARE, data={"ids": [invoice.id], "confirme": "oui", "delay_days": "15"}, headers=HTMX)
    assert answer.status_code == 422
    assert "cochez «\u00a0Préparer malgré tout\u00a0»" in answer.text
    assert '<option selected value="15">' in answer.text
    assert Letter.select().count() == 0


def test_a_delay_that_does_not_exist_is_refused(client, invoice):
    answer = client.post(PREPARE, data={"ids": [invoice.id], "confirme": "oui", "delay_days": "3"})
    assert answer.status_code == 422
    assert Letter.select().count() == 0


def test_the_invoice_of_another_account_gets_no_letter(client, basile):
    theirs = Invoice.get(Invoice.number == "B-12")
    answer = client.post(PREPARE, data={"ids": [theirs.id], "confirme": "oui", "delay_days": "8"})
    assert answer.status_code == 422
    assert "B-12" not in answer.text
    assert Letter.select().count() == 0


def test_reminders_to_post_carry_the_text_proposed_and_need_no_early_word(client, invoice, sabatier, bell):
    other = factories.make_invoice(sabatier, "TROIS")
    draft = factories.make_invoice(sabatier, "BROUILLON", state="draft")
    soon = factories.make_invoice(sabatier, "BIENTÔT", due_on=TODAY + dt.timedelta(5))
    data = {"ids": [invoice.id, other.id, draft.id, soon.id]}
    page = client.post(f"{PREPARE}?type=amiable", data=data, headers=HTMX).text
    assert "Préparer 2 relances à poster" in page
    assert 'name="anyway"' not in page
    assert f'hx-post="{PREPARE}?type=amiable"' in page
    for _time in range(2):
        answer = client.post(f"{PREPARE}?type=amiable", data=data | {"confirme": "oui", "delay_days": "8"})
        assert answer.status_code == 303
    assert {(letter.client_id, letter.kind) for letter in Letter.select()} == {
        (sabatier.id, "amicable"),
        (invoice.client_id, "amicable"),
    }
    assert LetterBatch.select().count() == 1
    assert bell


@pytest.mark.requirement("S4.15")
@pytest.mark.parametrize("signs", [True, False])
def test_letters_of_a_batch_bear_the_signature_of_whoever_asks_if_they_want(client, camille, invoice, sabatier, signs):
    assert "Ajouter ma signature" not in client.post(PREPARE, data={"ids": [invoice.id]}).text
    signature = signing.add(camille, saved(drawn()), "Ma signature", "uploaded", NOW)
    assert 'name="signs"' in client.post(PREPARE, data={"ids": [invoice.id]}).text
    data = {"ids": [invoice.id], "confirme": "oui", "delay_days": "8", "anyway": [f"{invoice.client_id}-EUR"]}
    client.post(PREPARE, data=data | ({"signs": "y"} if signs else {}))
    [letter] = Letter.select()
    assert letter.signature_id == (signature.id if signs else None)
    assert letter_batches.write(letter.id, NOW)
    assert bool(NoticeFacts.from_json(Letter.get().facts).signature) is signs


def test_what_has_a_notice_or_a_promise_is_prepared_only_on_a_word(client, invoice, sabatier, bell):
    other, third = factories.make_invoice(sabatier, "TROIS"), factories.make_client(sabatier.account, "Tiers")
    plain = factories.make_invoice(third, "QUATRE")
    for one in (invoice, other, plain):
        reminded(one)
    factories.make_letter(invoice.client, [invoice], state="posted", posted_on=TODAY)
    promising.promise(other, PromiseFacts(TODAY + dt.timedelta(3), 10_000), by=None, now=NOW)
    ids = [invoice.id, other.id, plain.id]
    page = client.post(PREPARE, data={"ids": ids}).text
    assert "Préparer une mise en demeure" in page
    assert "une mise en demeure est déjà partie" in page
    assert "un paiement est promis" in page
    assert page.count('name="anyway"') == 2
    data = {"ids": ids, "confirme": "oui", "delay_days": "8"}
    said = client.post(PREPARE, data=data, follow_redirects=True).text
    assert "Une lettre en préparation." in said
    assert [letter.client_id for letter in LetterBatch.get().letters] == [third.id]
