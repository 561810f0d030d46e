"""The words of an amicable letter: those of the reminder, resolved, with the postal sentences."""

import datetime as dt

import pytest

from relance.letters.facts import Joined
from relance.models.invoices import Invoice
from relance.models.templates import TemplateText
from relance.rules.texts import Wording
from relance.rules.wording import french
from relance.services import amicable_text
from relance.services.amicable_text import Words
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late, remind

pytestmark = pytest.mark.usefixtures("camille")  # an account always has its user


def facts_of(client, *invoices, template="rappel", joined=False, words=None, dated_on=TODAY):
    files = tuple(Joined(invoice.number, "a" * 64, 1) for invoice in invoices) if joined else ()
    return amicable_text.facts_of(
        client.account, client, invoices, template=template, dated_on=dated_on, joined=files, words=words
    )


def rewrite(account, ref, wording):
    TemplateText.create(
        account=account,
        ref=ref,
        variant="vous",
        is_many=False,
        subject=wording.subject,
        body=wording.body,
        updated_at=NOW,
    )


def plain(text):
    return text.replace("\u00a0", " ")


@pytest.mark.requirement("S2.20", "S4.2")
def test_the_text_is_that_of_the_reminder_with_its_values(account, brewery):
    facts = facts_of(brewery, late(brewery, "F-1", object="Carte d'automne"), joined=True)
    assert plain(facts.object) == "facture F-1, échue le 23 septembre"
    assert plain(facts.body) == (
        "Madame, Monsieur,\n\n"
        "Sauf erreur de ma part, la facture F-1 (Carte d’automne), d’un montant de 1 860,00 €, échue le 23 septembre, "
        "n’est pas encore réglée. C’est sans doute un simple oubli.\n\n{tableau}\n\n"
        "Voici de quoi faire le virement :\n\n{paiement}\n\n"
        "Vous trouverez la facture jointe à ce courrier. Si vous avez réglé entre-temps, merci de ne pas tenir compte "
        "de ce courrier.\n\nVeuillez agréer, Madame, Monsieur, mes salutations distinguées."
    )
    assert (facts.template, facts.language, facts.currency) == ("rappel", "fr", "EUR")
    assert [(line.number, line.left_cents) for line in facts.lines] == [("F-1", 186_000)]


def test_nothing_is_said_to_be_joined_when_nothing_is(account, brewery):
    assert "joint" not in facts_of(brewery, late(brewery)).body
    first, second = late(brewery, "F-1"), late(brewery, "F-2")
    half = amicable_text.facts_of(
        account,
        brewery,
        [first, second],
        template="rappel",
        dated_on=TODAY,
        joined=(Joined("F-1", "a" * 64, 1),),
        words=None,
    )
    assert "joint" not in half.body
    assert "les factures jointes à ce courrier" in facts_of(brewery, first, second, joined=True).body


def test_the_account_s_own_version_is_printed(account, brewery):
    own = Wording("Votre facture {numero}", "{salutation}\n\nIl reste {reste_du}.\n\nBien à vous,\n{signature}")
    rewrite(account, "rappel", own)
    facts = facts_of(brewery, late(brewery, "F-1"))
    assert facts.object == "Votre facture F-1"
    assert plain(facts.body) == (
        "Madame, Monsieur,\n\nIl reste 1 860,00 €.\n\n{tableau}\n\n{paiement}\n\n"
        "Veuillez agréer, Madame, Monsieur, mes salutations distinguées."
    )


def test_a_client_called_tu_is_written_to_with_vous(account, brewery):
    factories.make_contact(brewery, register="tu")
    body = facts_of(brewery, late(brewery)).body
    assert "vous avez réglé" in body
    assert "tu " not in body


def test_an_english_client_reads_english(account, brewery):
    brewery.language = "en"
    facts = facts_of(brewery, late(brewery, "F-1"), joined=True)
    assert facts.language == "en"
    assert facts.body.startswith("Dear Sir or Madam,")
    assert "You will find the invoice enclosed with this letter." in facts.body
    assert facts.body.endswith("Yours faithfully,")


def test_late_charges_are_figures_only_where_the_email_has_them(account, brewery):
    account.claims_penalties = True
    account.save()
    brewery.account = account
    invoice = late(brewery, "F-1")
    for template in ("prerelance", "rappel", "relance_1"):
        assert "pénalités" not in facts_of(brewery, invoice, template=template).body
    for template in ("relance_2", "dernier_rappel"):
        body = plain(facts_of(brewery, invoice, template=template).body)
        assert "37,77 € de pénalités de retard et 40,00 € d’indemnité" in body
    brewery.kind = "individual"
    assert "pénalités" not in facts_of(brewery, invoice, template="relance_2").body


def test_figures_are_counted_at_the_date_of_the_letter(account, brewery):
    later = facts_of(brewery, late(brewery), template="dernier_rappel", dated_on=TODAY + dt.timedelta(7))
    assert "68 jours" in plain(later.body)
    assert "d’ici le 8 décembre" in plain(later.body)


def test_the_last_reminder_announces_a_notice_in_its_text_never_in_its_heading(account, brewery):
    facts = facts_of(brewery, late(brewery, "F-1"), template="dernier_rappel")
    assert facts.object == "dernier rappel, facture F-1"
    assert "mise en demeure" in facts.body


def test_a_heading_of_the_user_that_names_a_notice_gives_way_to_a_plain_one(account, brewery):
    own = Wording(french("Mise en demeure !"), "{salutation}\n\nPayez.\n\n{signature}")
    rewrite(account, "dernier_rappel", own)
    assert facts_of(brewery, late(brewery, "F-1"), template="dernier_rappel").object == "facture F-1"


def test_the_message_before_is_recalled(account, brewery):
    invoice = late(brewery)
    remind(invoice, "rappel", dt.date(2026, 11, 12))
    assert "Mon message du 12 novembre a pu vous échapper." in plain(
        facts_of(brewery, invoice, template="relance_1").body
    )


def test_only_what_is_late_is_asked_for_each_instalment_on_its_line(account, brewery):
    days = [(dt.date(2026, 9, 1), 50_000), (dt.date(2026, 10, 1), 50_000), (dt.date(2027, 1, 1), 50_000)]
    invoice = factories.make_invoice(brewery, "F-1", instalments=days)
    facts = facts_of(brewery, invoice)
    assert [(line.position, line.left_cents) for line in facts.lines] == [("1/3", 50_000), ("2/3", 50_000)]
    assert facts.total_cents == 100_000


def test_nothing_left_to_pay_makes_no_letter(account, brewery):
    invoice = late(brewery, paid_cents=186_000)
    with pytest.raises(ValueError, match="nothing is left"):
        facts_of(brewery, Invoice.get_by_id(invoice.id))


def test_words_of_a_person_are_printed_as_they_are(account, brewery):
    words = Words("Notre affaire", "Bonjour,\n\n{tableau}\n\nÀ bientôt")
    facts = facts_of(brewery, late(brewery), words=words)
    assert (facts.object, facts.body) == (words.object, words.body)


def test_words_are_cleaned_of_what_cannot_be_printed():
    assert amicable_text.cleaned(Words(" A\r\n\tb\x07 ", "\r\n  un  deux \r\n\r\ntrois\x0c\ufffe \n")) == Words(
        "A b", "un deux\n\ntrois"
    )


def test_two_spaces_left_by_a_missing_passage_are_one(account, brewery):
    body = facts_of(brewery, late(brewery), template="relance_1").body
    assert "  " not in body
