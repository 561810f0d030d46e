"""One letter, three strings that say the same."""

import pytest
from markupsafe import escape

from relance.mail.layout import WIDTH, Facts, Link, Table, clean, lay_out, letter, mark, typed, unwrapped, wrap
from relance.rules.wording import NBSP


def test_a_line_breaks_at_plain_spaces_and_never_inside_an_amount() -> None:
    amount = f"4{NBSP}320,00{NBSP}€"
    lines = wrap(f"{'mot ' * 17}{amount} reste").split("\n")
    assert [line for line in lines if amount in line]
    assert max(map(len, lines)) <= WIDTH


def test_a_word_longer_than_the_line_stays_whole() -> None:
    address = "https://exemple.example/" + "x" * 100
    assert address in wrap(f"Voir {address} ici").split("\n")


def test_what_was_wrapped_is_one_line_again_when_it_is_edited() -> None:
    paragraph = "Nous n'avons pas encore reçu le règlement de la facture, " * 3 + "merci."
    text = f"{wrap(paragraph)}\n\nBien cordialement,\nCamille"
    assert unwrapped(text) == f"{paragraph}\n\nBien cordialement,\nCamille"


def test_the_columns_of_a_table_are_not_taken_for_wrapped_words() -> None:
    row = f"{'F-2026-0087':<60}   1{NBSP}200,00{NBSP}€"
    assert unwrapped(f"{row}\n{row}") == f"{row}\n{row}"


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        ("Latitude\r\nBcc: tous@x.example", "Latitude Bcc: tous@x.example"),
        ("\ue000payment", "payment"),
        ("a\u2028b  c", "a b c"),
        ("Camille é", "Camille é"),
    ],
)
def test_a_value_of_a_user_is_one_line_and_no_block(value: str, kept: str) -> None:
    assert clean(value) == kept


def test_words_typed_by_a_person_are_the_same_in_both_parts_and_never_markup() -> None:
    body = "Bonjour <b>Nadia</b>,\r\n\r\nligne 1\r\nligne 2 {{ 7*7 }}"
    text = typed("Votre   facture", body, "fr")
    assert (text.subject, text.text) == (
        "Votre facture",
        "Bonjour <b>Nadia</b>,\n\nligne 1\nligne 2 {{ 7*7 }}\n",
    )
    assert str(escape("<b>Nadia</b>")) in text.html
    assert "ligne 1<br>" in text.html and "{{ 7*7 }}" in text.html


def test_a_table_too_wide_becomes_a_list_with_the_same_values() -> None:
    def text_of(number: str) -> str:
        table = Table(("Facture", "Reste dû"), ((number, "12 €"),), ("Total", "12 €"))
        return lay_out("already_signed_up/fr.txt", {"hello": "Bonjour,"}, {"link": table}).text

    assert "F-1" in text_of("F-1")
    assert f"- {'x' * 68}" in text_of("x" * 68)


def test_a_block_without_anything_takes_its_paragraph_away() -> None:
    with_link = lay_out("already_signed_up/fr.txt", {"hello": "Bonjour,"}, {"link": (Link("", "Ouvrir", "https://x"),)})
    without = lay_out("already_signed_up/fr.txt", {"hello": "Bonjour,"}, {"link": ()})
    assert f"Ouvrir{NBSP}: https://x" in with_link.text
    assert "\n\n\n" not in without.text and "https" not in without.text + without.html


def test_a_letter_keeps_its_line_breaks_and_its_blocks_stand_alone() -> None:
    facts = Facts((("IBAN", "FR76"),))
    body = (
        f"Bonjour,\n \nVoici {mark('paiement')} et la  suite\nligne 2\n\n{mark('rien')}\n\nMerci,\n{mark('signature')}"
    )
    text = letter("Objet", body, {"paiement": facts}, signature=("Camille", "Atelier"))
    assert text.text == f"Bonjour,\n\nVoici\n\nIBAN{NBSP}: FR76\n\net la suite\nligne 2\n\nMerci,\nCamille\nAtelier\n"
    assert "et la suite<br>ligne 2</p>" in text.html and "Merci,<br>Camille<br>Atelier</p>" in text.html


def test_facts_are_a_line_each_in_the_language_of_the_letter() -> None:
    facts = Facts((("IBAN", "FR76"), ("BIC", "AGRI")))
    french = lay_out("already_signed_up/fr.txt", {"hello": "Bonjour,"}, {"link": facts})
    english = lay_out("already_signed_up/en.txt", {"hello": "Hello,"}, {"link": facts}, language="en")
    assert f"IBAN{NBSP}: FR76\nBIC{NBSP}: AGRI" in french.text
    assert "IBAN: FR76\nBIC: AGRI" in english.text
