"""What a formal notice says, class of debtor by class of debtor."""

import dataclasses
import re
from html import unescape

import pytest

from relance.letters import pages
from relance.letters.facts import NoticeFacts, Sender, SentReminder
from tests.letters import samples

NBSP = "\u00a0"


def words(facts: NoticeFacts) -> str:
    """The text of the letter, tags removed, spaces that break folded."""
    html = pages.formal_notice(facts)
    body = re.sub(r"<[^>]+>", " ", re.sub(r"</?(?:sup|span|strong)\b[^>]*>", "", html[html.index("<body") :]))
    return re.sub(r"[ \n]+", " ", unescape(body)).replace(" ,", ",").replace(" .", ".")


def plain(facts: NoticeFacts) -> str:
    return words(facts).replace(NBSP, " ")


@pytest.mark.requirement("S2.17")
def test_a_notice_to_an_organisation_says_everything_the_checklist_asks():
    text = plain(samples.organisation())
    for expected in [
        "Camille Roussel EI",
        "14 rue des Capucins",
        "SIRET 732 829 320 00074",
        "04 65 71 20 20",
        "camille@atelier-roussel.example",
        "BRASSERIE DES DEUX RIVES",
        "Lyon, le 23 novembre 2026",
        "Lettre recommandée avec avis de réception",
        "Objet : mise en demeure de payer, facture n° F-2026-0079",
        "échue le 23 septembre 2026, reste impayée malgré mes relances des 30 septembre, 8 octobre et 23 octobre 2026.",
        "Émise le 24 août 2026, échue le 23 septembre 2026",
        "1 860,00 €",
        "12,15 % l’an, du 24 septembre au 23 novembre 2026 (61 jours)",
        "37,77 €",
        "40,00 €",
        "Total dû, arrêté au 23 novembre 2026 1 937,77 €",
        "à raison de 0,62 € par jour",
        "je vous mets en demeure de me régler la somme de 1 937,77 € dans un délai de huit jours",
        "à compter de la réception de la présente lettre, par virement",
        "IBAN FR76 3000 6000 0112 3456 7890 189",
        "BIC AGRIFRPP",
        "Titulaire : Camille Roussel",
        "Référence : F-2026-0079",
        "je me réserve la possibilité de saisir le tribunal compétent",
        "articles L. 441-10 et D. 441-5 du code de commerce",
        "constitue une mise en demeure au sens des articles 1344 et suivants du code civil, avec tous les effets",
        "Veuillez agréer, Madame, Monsieur, mes salutations distinguées.",
        "Fait à Lyon, le 23 novembre 2026",
        "Graphiste",
        "Pièces jointes : copie de la facture n° F-2026-0079, décompte des intérêts, relevé des relances.",
    ]:
        assert expected in text


@pytest.mark.requirement("S2.17")
@pytest.mark.parametrize(
    "facts",
    [samples.organisation(), samples.individual(), samples.public_body(), samples.several()],
    ids=["organisation", "individual", "public", "several"],
)
def test_no_placeholder_is_left_and_the_typography_is_french(facts):
    text = words(facts)
    assert not re.search(r"[{}]|None|undefined|\[|\]|XXX|…", text)
    assert "\u202f" not in text
    assert "'" not in text
    assert not re.search(r"(?<!\u00a0)[;:!?%€»]", text)
    assert not re.search(r"(?<!\d)\d{1,3} \d{3},\d\d", text)  # thousands do not break
    assert "mise en demeure" in text


def test_an_individual_is_never_asked_for_fees_nor_business_interest():
    text = plain(samples.individual())
    assert "cette somme portera intérêts au taux légal (articles 1231-6 et 1344-1 du code civil)" in text
    assert "À compter de la réception de la présente mise en demeure" in text
    assert "médiateur de la consommation" in text
    for forbidden in ["441-10", "441-5", "40,00", "énalité", "ndemnité", "frais", "Décompte"]:
        assert forbidden not in text


def test_an_individual_of_whom_no_interest_is_claimed_reads_no_word_of_it():
    text = plain(samples.individual(claims_interest=False))
    assert "intérêts" not in text
    assert "1344 et suivants" in text


def test_a_public_body_reads_its_own_articles():
    text = plain(samples.public_body())
    assert "articles L. 2192-13, D. 2192-35 et R. 2192-31 du code de la commande publique" in text
    assert "majoré de huit points" in text
    assert "Intérêts moratoires" in text
    assert "juridiction compétente" in text
    assert "441-10" not in text


def test_the_default_rate_and_the_rate_of_the_contract_are_told_apart():
    contract = plain(samples.organisation())
    legal = plain(samples.organisation(invoices=(samples.invoice(has_contractual_rate=False),)))
    assert "au taux porté sur la facture" in contract
    assert "majoré de dix points" not in contract
    assert "Banque centrale européenne majoré de dix points" in legal
    assert "aux taux indiqués en annexe" in plain(samples.several())


def test_only_what_is_claimed_is_named():
    without_fee = samples.organisation(claims_fee=False, invoices=(samples.invoice(fee_cents=0),))
    text = plain(without_fee)
    assert "(article L. 441-10 du code de commerce)" in text
    assert "ndemnité" not in text
    nothing = samples.organisation(
        claims_fee=False,
        claims_interest=False,
        invoices=(samples.invoice(fee_cents=0, interest_cents=0, daily_cents=0, periods=()),),
    )
    text = plain(nothing)
    assert "441-10" not in text
    assert "1 860,00 €" in text
    assert "Décompte" not in text


@pytest.mark.requirement("S1.23")
def test_the_annex_shows_each_half_year_with_its_days_rate_base_and_interest():
    text = plain(samples.several())
    assert "Du 21 juin 2026 au 30 juin 2026 10 10 000,00 € 12,15 % 33,29 €" in text
    assert "Du 1er juil. 2026 au 23 nov. 2026 146 10 000,00 € 12,40 % 496,00 €" in text
    assert "imputés d’abord sur le principal" in text
    assert "hors du champ de la TVA" in text
    interest_first = dataclasses.replace(samples.several(), imputation="interest_first")
    assert "imputés d’abord sur les intérêts" in plain(interest_first)


def test_several_invoices_make_one_table_and_one_total():
    text = plain(samples.several())
    assert "mise en demeure de payer, 4 factures" in text
    assert "Règlement reçu Le 3 octobre 2026, facture n° F-2026-0081 −500,00 €" in text
    assert "Avoir n° A-12 Le 5 octobre 2026, facture n° F-2026-0082 −200,00 €" in text
    assert "Échéances à venir Non réclamées par la présente, facture n° F-2026-0082 −660,00 €" in text
    assert "Principal restant dû 14 220,00 €" in text
    assert "4 factures, 40,00 € chacune 160,00 €" in text


def test_another_currency_is_claimed_without_the_forty_euros():
    facts = samples.organisation(currency="CHF", claims_fee=False, invoices=(samples.invoice(fee_cents=0),))
    text = plain(facts)
    assert "1 897,77 CHF" in text
    assert "€" not in text


@pytest.mark.parametrize(
    ("count", "expected"),
    [
        (0, "reste impayée à ce jour."),
        (1, "reste impayée malgré ma relance du 1er octobre 2026."),
        (3, "malgré mes relances des 1er octobre, 2 octobre et 3 octobre 2026."),
        (9, "malgré mes 9 relances, la dernière le 9 octobre 2026."),
    ],
)
def test_the_reminders_already_sent_are_told(count, expected):
    reminders = tuple(
        SentReminder(samples.D(2026, 10, day), "Relance", "Votre facture", ("F-2026-0079",))
        for day in range(1, count + 1)
    )
    text = plain(samples.organisation(reminders=reminders))
    assert expected in text
    assert ("relevé des relances" in text) is (count > 0)


def test_despite_my_reminders_is_said_only_when_every_invoice_was_chased():
    text = plain(samples.several())
    assert "restent impayées à ce jour. Les relances déjà adressées sont relevées en annexe." in text
    assert "malgré" not in text
    assert "30 sept. 2026 Rappel F-2026-0079 Facture F-2026-0079" in text
    numbers = tuple(invoice.number for invoice in samples.several().invoices)
    chased = SentReminder(samples.D(2026, 10, 2), "Relance 1", "Vos factures", numbers)
    text = plain(dataclasses.replace(samples.several(), reminders=(chased,)))
    assert "restent impayées malgré ma relance du 2 octobre 2026." in text


def test_without_bank_details_the_letter_still_says_what_to_write():
    bank = dataclasses.replace(samples.BANK, iban="", bic="")
    text = plain(samples.organisation(bank=bank))
    assert "en rappelant la référence F-2026-0079." in text
    assert "IBAN" not in text


def test_fifteen_days_are_written_in_letters():
    assert "dans un délai de quinze jours" in plain(samples.organisation(delay_days=15))


def test_names_are_text_never_markup():
    sender = Sender("<b>Camille</b>", ("<script>alert(1)</script>",), (), "Lyon", "{{ 7*7 }}", "")
    html = pages.formal_notice(samples.organisation(sender=sender, invoices=(samples.invoice("<i>1</i>"),)))
    assert "<script>" not in html
    assert "<b>Camille" not in html
    assert "<i>1</i>" not in html
    assert "{{ 7*7 }}" in unescape(html)
