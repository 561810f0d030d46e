"""« Avant de poster », for an amicable letter."""

import datetime as dt

import pytest

from relance.models.letters import Letter
from relance.services import amicable, amicable_checks, promising
from relance.services.amicable import AmicableChoices
from relance.services.amicable_text import Words
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.letters import made
from tests.services.notices import late

pytestmark = pytest.mark.usefixtures("camille")  # an account always has its user


def checks(client, *invoices, words=None, but=None):
    draft = amicable.draft(client.account, client, invoices, AmicableChoices("rappel", TODAY, words), TODAY)
    found = amicable_checks.before_posting(
        client.account, client, invoices, facts=draft.facts, apart=draft.apart, but=but
    )
    return [(check.is_ok, check.sentence, check.fix) for check in found]


def sentences(*args, **kwargs):
    return [sentence for is_ok, sentence, _fix in checks(*args, **kwargs) if not is_ok]


def test_a_letter_in_order_has_nothing_to_mend(account, brewery):
    invoice = late(brewery, document=factories.make_document(account, made.pdf()))
    assert checks(brewery, invoice) == [
        (True, "Facture jointe, une page", ""),
        (True, "Adresse du client complète", ""),
    ]


@pytest.mark.parametrize(
    ("address", "problem"), [("", "vide"), ("67000 STRASBOURG", "rue"), ("8 quai des Bateliers", "code postal")]
)
def test_an_incomplete_address_is_said_with_where_to_mend_it(account, brewery, address, problem):
    brewery.address = address
    brewery.save()
    (found,) = [check for check in checks(brewery, late(brewery)) if not check[0]]
    assert problem in found[1]
    assert found[2] == "client"


def test_what_the_account_lacks_is_said(account, brewery):
    account.iban, account.address = "", ""
    account.save()
    brewery.account = account
    fixes = [fix for is_ok, _sentence, fix in checks(brewery, late(brewery)) if not is_ok]
    assert fixes == ["company", "bank"]


def test_a_promise_is_recalled(account, brewery):
    invoice = late(brewery)
    day = TODAY + dt.timedelta(3)
    promising.promise(invoice, PromiseFacts(promised_on=day, amount_cents=10_000), by=None, now=NOW)
    assert sentences(brewery, invoice) == ["Facture {numéro} : un paiement est promis pour le {date}"]


def test_an_earlier_letter_is_said_but_not_the_letter_itself(account, brewery):
    invoice = late(brewery)
    letter = amicable.prepare(account, brewery, [invoice], by=None, now=NOW)
    said = "Une relance amiable a déjà été préparée le {date}"
    assert sentences(brewery, invoice) == [said]
    assert sentences(brewery, invoice, but=Letter.get_by_id(letter.id)) == []


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Répondez à ce message\n\n{tableau}\n\n{paiement}", "Le texte parle d'un e-mail (« {mots} ») : relisez-le"),
        ("Bonjour\n\n{paiement}", "Le tableau des factures n'est plus dans la lettre"),
        ("Bonjour\n\n{tableau}", "Vos coordonnées bancaires ne sont plus dans la lettre"),
        (
            "Voyez la facture jointe à ce courrier.\n\n{tableau}\n\n{paiement}",
            "Le texte annonce une facture jointe, et aucune ne l'est",
        ),
    ],
)
def test_words_that_do_not_fit_the_paper_are_said(account, brewery, body, sentence):
    assert sentences(brewery, late(brewery), words=Words("Objet", body)) == [sentence]


def test_files_that_do_not_follow_are_said(account, brewery):
    whole = late(brewery, document=factories.make_document(account, made.pdf((9, 9), (9, 9))))
    locked = late(brewery, document=factories.make_document(account, made.pdf(password="x")))
    bare = late(brewery)
    found = checks(brewery, whole, locked, bare)
    assert [sentence for is_ok, sentence, _fix in found if not is_ok] == [
        "La facture {numéro} n'est pas jointe : {raison}",
        "La facture {numéro} n'a pas de PDF : joignez-en une copie",
    ]
    assert (True, "Factures jointes, {n} pages en tout", "") in found
