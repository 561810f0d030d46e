"""The language of texts: what is refused, what is filled, what disappears, and what never reaches a client."""

import contextlib
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relance.rules import variables
from relance.rules.texts import TextError, check, fill, names, needed

VALUES = {
    "salutation": "Bonjour Nadia,",
    "numero": "F-1",
    "reste_du": "12 €",
    "bic": "",
    "date": "",
    "client": "{bic} [x]",
}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Facture {numero}, {reste_du}", "Facture F-1, 12 €"),
        ("Facture { numero }", "Facture F-1"),
        ("Bonjour,\nBIC : {bic}\nMerci", "Bonjour,\nMerci"),
        ("{bic} {date}\nMerci", "Merci"),
        ("{numero} {bic}", "F-1 "),
        ("Impayée[, malgré mon message du {date}].", "Impayée."),
        ("Impayée[, facture {numero}].", "Impayée, facture F-1."),
        ("[Le {date}, {numero}.]\nMerci", "Merci"),
        ("[Un message du {date}.] Merci", " Merci"),
        ("[Un {date}][ Deux {numero}]", " Deux F-1"),
        ("{bic}[ et {numero}]", " et F-1"),
        ("[sic] [] ] Merci", "[sic] [] ] Merci"),
        ("[sic", "[sic"),
        ("{client} reste", "{bic} [x] reste"),
        ("[Pour {client}] {numero}", "Pour {bic} [x] F-1"),
        ("", ""),
    ],
)
def test_a_text_is_filled_and_what_is_empty_vanishes(text: str, said: str) -> None:
    assert fill(text, VALUES) == said


@pytest.mark.requirement("S2.8")
@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{numro}", "La variable {numro} n’existe pas. Vouliez-vous dire {numero} ?"),
        ("{Numéro}", "La variable {Numéro} n’existe pas. Vouliez-vous dire {numero} ?"),
        ("{reste dû}", "La variable {reste dû} n’existe pas. Vouliez-vous dire {reste_du} ?"),
        ("{xyzzy}", "La variable {xyzzy} n’existe pas. Choisissez-en une dans la liste."),
        ("{}", "Écrivez le nom d’une variable entre les accolades."),
        ("{{numero}}", "Écrivez {numero}, avec une seule accolade de chaque côté."),
        ("{{ x }} et", "Écrivez {x}, avec une seule accolade de chaque côté."),
        ("numero}}", "Écrivez {numero}, avec une seule accolade de chaque côté."),
        (
            "Facture {numero et la suite du texte",
            "La variable « {numero et la suite » n’est pas refermée : ajoutez l’accolade qui manque.",
        ),
        ("{numero} {reste_du", "La variable « {reste_du » n’est pas refermée : ajoutez l’accolade qui manque."),
        ("Facture numero}", "Une accolade se ferme sans avoir été ouverte : retirez-la ou ouvrez-la."),
        ("[a [b {numero}] c]", "Un passage entre crochets ne peut pas en contenir un autre."),
        ("[a\n{numero}]", "Un passage entre crochets tient sur une seule ligne."),
        ("Reste [du {numero}", "Le passage « [du {numero} » n’est pas refermé : ajoutez « ] »."),
    ],
)
def test_what_would_show_a_brace_or_half_a_passage_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(TextError) as refusal:
        check(text, VALUES.keys())
    assert str(refusal.value) == sentence
    with pytest.raises(TextError):
        fill(f"Bonjour\n{text}", VALUES)


def test_a_text_names_its_variables_and_those_it_needs() -> None:
    text = "{numero} [du {date}] {numero} { bic }"
    assert names(text) == ["numero", "date", "bic"]
    assert needed(text) == ["numero", "bic"]


PIECES = st.sampled_from(
    ["{", "}", "[", "]", "{numero}", "{bic}", "{{ 7*7 }}", "\n", " ", "mot", "<b>", "{% x %}", "{x}"]
)


@given(pieces=st.lists(PIECES, max_size=12), value=st.text(alphabet="ab<>&\"' \ue000", max_size=8))
@settings(max_examples=400, deadline=None)
def test_any_text_is_refused_or_filled_without_a_brace(pieces: list[str], value: str) -> None:
    text = "".join(pieces)
    values = {"numero": value, "bic": ""}
    try:
        said = fill(text, values)
    except TextError:
        return
    assert "{" not in said and "}" not in said
    assert said.count("\n") <= text.count("\n")


@given(value=st.text(max_size=30))
@settings(max_examples=100, deadline=None)
def test_a_value_is_never_read_again(value: str) -> None:
    said = fill("a {numero} b[ et {numero}]", {"numero": value})
    assert said == (f"a {value} b et {value}" if value else "a  b") or not value


def test_every_name_of_the_registry_is_one_a_text_may_hold() -> None:
    for variable in variables.ALL:
        check(f"{{{variable.name}}}", variables.names_for("reminder") | variables.names_for("quote"))


@pytest.mark.parametrize(
    "piece", ["x", "[", "[ {", "{numero}", "[{numero}", "{numero}{", "}", "[]", "[\n", "{numero}}", "\n"]
)
def test_sixty_kilobytes_without_a_break_are_read_at_once(piece: str) -> None:
    """A check that reads a line again from each of its letters holds the worker, and its lock, for minutes."""
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    with contextlib.suppress(TextError):
        check(text, VALUES)
        fill(text, VALUES)
    assert time.process_time() - began < 2
