"""Every reminder reads right on paper: nothing in it speaks of an e-mail, nothing threatens before its time."""

import pytest

from relance.mail import delivered
from relance.rules import postal, texts
from relance.rules.plans import LEVELS
from relance.rules.texts import Wording
from relance.rules.wording import french

REFS = [ref for ref, kind in delivered.KINDS.items() if kind.category in ("before", "reminder")]
EVERY = [(ref, variant, many) for ref in REFS for variant in ("vous", "en") for many in (False, True)]


def on_paper(ref, variant, many):
    language = "en" if variant == "en" else "fr"
    return postal.on_paper(delivered.wording(ref, variant, many), language), language


@pytest.mark.requirement("S2.20")
@pytest.mark.parametrize(("ref", "variant", "many"), EVERY)
def test_no_delivered_text_speaks_of_an_email_on_paper(ref, variant, many):
    wording, language = on_paper(ref, variant, many)
    assert postal.words_of_an_email(delivered.wording(ref, variant, many).body), "the e-mail itself does"
    assert postal.words_of_an_email(wording.body) == ()
    assert postal.words_of_an_email(wording.subject) == ()
    assert postal.LEAVE[language] in wording.body
    assert f"[{'You will find' if language == 'en' else 'Vous trouverez'} {{{postal.ENCLOSED}}}.]" in wording.body
    assert "piece_jointe" not in texts.names(wording.body)


@pytest.mark.parametrize(("ref", "variant", "many"), EVERY)
def test_no_heading_calls_the_letter_a_formal_notice_and_no_text_threatens_before_level_4(ref, variant, many):
    wording, _language = on_paper(ref, variant, many)
    assert not postal.names_a_notice(wording.subject)
    assert postal.names_a_notice(wording.body) == (LEVELS[ref] == 4)


@pytest.mark.parametrize("many", [False, True])
def test_the_first_levels_presume_forgetfulness(many):
    wording, _language = on_paper("rappel", "vous", many)
    assert "C’est sans doute un simple oubli." in wording.body
    for ref in ("standard", "prerelance", "echeance", "rappel", "relance_1"):
        wording, _language = on_paper(ref, "vous", many)
        assert "frais_de_retard" not in texts.names(wording.body)


def test_the_words_of_a_user_change_only_where_they_kept_ours():
    body = french(
        "Salut,\n\nRépondez-moi vite. Si vous avez réglé, merci de ne pas tenir compte de ce message.\n\nÀ plus,"
    )
    wording = postal.on_paper(Wording("Ma facture", body), "fr")
    assert wording.body == body.replace("ce message", "ce courrier")
    assert wording.subject == "Ma facture"


@pytest.mark.parametrize(
    ("subject", "language", "expected"),
    [
        ("Facture F-1, échue", "fr", "facture F-1, échue"),
        ("Dernier rappel, facture F-1", "fr", "dernier rappel, facture F-1"),
        ("3 factures en attente", "fr", "3 factures en attente"),
        ("EDF, votre facture", "fr", "EDF, votre facture"),
        ("Camille vous écrit", "fr", "Camille vous écrit"),
        ("Invoice F-1", "en", "Invoice F-1"),
        ("", "fr", ""),
    ],
)
def test_a_heading_begins_in_lower_case_when_its_first_word_is_ordinary(subject, language, expected):
    assert postal.heading(subject, language) == expected


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Répondez à ce message", ("ce message",)),
        ("Cliquez ici : la pièce jointe", ("Cliquez", "pièce jointe")),
        ("Please reply to this e-mail", ("reply to", "this e-mail")),
        ("malgré mon message du 12 novembre", ()),
        ("Écrivez-moi", ()),
    ],
)
def test_words_that_make_no_sense_on_paper_are_found(words, found):
    assert postal.words_of_an_email(words) == found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("Bonjour\n\nVoici :\n\n{paiement}\n\nAu revoir", "Bonjour\n\n{tableau}\n\nVoici :\n\n{paiement}\n\nAu revoir"),
        ("Bonjour\n\n{paiement}\n\nAu revoir", "Bonjour\n\n{tableau}\n\n{paiement}\n\nAu revoir"),
        ("Bonjour\n\nAu revoir", "Bonjour\n\n{tableau}\n\n{paiement}\n\nAu revoir"),
        ("{tableau}\n\nAu revoir", "{tableau}\n\n{paiement}\n\nAu revoir"),
        ("Au revoir", "{tableau}\n\n{paiement}\n\nAu revoir"),
        ("", "{tableau}\n\n{paiement}"),
    ],
)
def test_a_letter_always_opens_with_its_table_and_its_bank_details(body, expected):
    assert postal.completed(body) == expected
