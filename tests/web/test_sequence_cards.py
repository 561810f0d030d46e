import pytest

from relance.models.accounts import User
from relance.models.sequences import SequenceStep
from relance.models.templates import Template, TemplateText
from relance.services import sequencing
from relance.web import sequence_cards
from relance.web.sequence_cards import Texts, marked, opening, points
from tests.factories import NOW


@pytest.mark.parametrize(
    ("body", "first"),
    [
        (
            "{salutation}\n\nSauf erreur, la {facture} n'est pas réglée. Merci.",
            "Sauf erreur, la {facture} n'est pas réglée.",
        ),
        (
            "Bonjour,\n\nVotre facture[ du {date}] arrive à échéance demain matin.",
            "Votre facture du {date} arrive à échéance demain matin.",
        ),
        ("{salutation}\n\n{paiement}", ""),
        ("", ""),
    ],
)
def test_a_card_opens_with_the_first_sentence_after_the_greeting(body, first):
    assert opening(body) == first


def test_a_variable_is_code_and_what_was_typed_is_text():
    assert marked("<b>La {facture}") == "&lt;b&gt;La <code>{facture}</code>"


def test_a_long_sentence_is_cut():
    assert len(opening("mot " * 200)) <= sequence_cards.EXCERPT


def test_the_thread_has_the_due_date_at_its_place():
    kinds = [point["kind"] for point in points([(10, "mail"), (-3, "mail"), (38, "letter"), (0, "call")])]
    assert kinds == ["plan", "due", "letter", "plan", "letter"]
    assert points([]) == [{"kind": "due"}]


@pytest.mark.usefixtures("as_camille")
def test_each_kind_of_block_says_what_it_does(account):
    texts = Texts.of(account)
    mail, letter, plain, call = (
        sequence_cards.card(SequenceStep(key=1, kind=kind, offset_days=day, template=template), texts)
        for kind, day, template in (
            ("mail", -3, "prerelance"),
            ("letter", 38, "formal_notice"),
            ("letter", 20, "amicable"),
            ("call", 0, ""),
        )
    )
    assert (mail.day, mail.name, mail.tone, mail.marks, mail.is_quoted) == ("J−3", "Prérelance", "courtois", 1, True)
    assert "{" in mail.excerpt
    assert (letter.name, letter.tone, letter.marks) == ("Mise en demeure", "formel", 5)
    assert (letter.what, plain.what) == ("Lettre recommandée, à valider par vous", "Lettre simple, à valider par vous")
    assert (call.day, call.name, call.marks) == ("J", "Appel", 0)


@pytest.mark.requirement("S3.16", "S3.17")
@pytest.mark.usefixtures("as_camille")
def test_the_user_s_own_words_and_names_are_shown(account):
    Template.create(
        account=account, ref="modele-1", name="À moi", name_key="à moi", level=4, created_at=NOW, updated_at=NOW
    )
    for ref, body in (
        ("modele-1", "Mes propres mots pour ce client."),
        ("rappel", "Un rappel que j'ai récrit moi-même."),
    ):
        TemplateText.create(account=account, ref=ref, variant="vous", subject="x", body=body, updated_at=NOW)
    texts = Texts.of(account)
    assert ("modele-1", "À moi") in texts.choices(account)
    assert "standard" not in dict(texts.choices(account))
    own = sequence_cards.card(SequenceStep(key=1, kind="mail", offset_days=9, template="modele-1"), texts)
    assert (own.name, own.excerpt, own.tone) == ("À moi", "Mes propres mots pour ce client.", "ferme")
    assert texts.opening("rappel") == "Un rappel que j’ai récrit moi-même."
    gone = sequence_cards.card(SequenceStep(key=1, kind="mail", offset_days=9, template="modele-9"), texts)
    assert (gone.name, gone.excerpt) == ("modele-9", "")


@pytest.mark.usefixtures("as_camille")
def test_a_delivered_description_is_read_in_the_language_of_the_page_and_one_s_own_as_it_is(account, camille):
    User.update(language="en").execute()
    camille.language = "en"
    sequencing.deliver(account, NOW)
    said = {sequence.key: sequence_cards.described(sequence) for sequence in sequencing.listed(account)}
    assert said["particuliers"] == "For consumers: neither late charges nor indemnity."
    own = sequencing.create(account, sequencing.Facts("Mien", "Une facture payée."), by=None, now=NOW)
    assert sequence_cards.described(own) == "Une facture payée."
