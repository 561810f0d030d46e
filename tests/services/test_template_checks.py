"""A text is checked before it is saved, each problem at its field."""

from hypothesis import given, settings
from hypothesis import strategies as st

from relance.mail.reminders import build
from relance.mail.samples import sample_facts
from relance.rules.texts import Wording
from relance.services.template_checks import text_errors, tidy
from tests import factories

NOTHING = Wording("", "")
PIECES = st.sampled_from(
    ["{", "}", "[", "]", "{numero}", "{bic}", "{paiement}", "{tableau}", "{signature}", "{{ 7*7 }}", "\n", "\n\n", " "]
    + ["mot", "<script>", "</p>", "&amp;", "{% x %}", "\ue000paiement\ue000", "\ue000", "\r\n", "\u2028", "é"]
)


def test_a_text_is_kept_without_the_spaces_nobody_sees() -> None:
    assert tidy(Wording(" Objet ", "\r\n\r\nBonjour,  \r\n\r\nMerci\r\n")) == Wording("Objet", "Bonjour,\n\nMerci")


def test_line_ends_of_a_browser_are_no_problem_and_an_empty_text_for_several_is_none() -> None:
    assert text_errors("reminder", Wording("F", "Bonjour,\r\n{paiement}"), NOTHING) == {}
    assert set(text_errors("reminder", NOTHING, Wording("F", ""))) == {"subject", "body", "many_body"}


def test_a_quote_has_variables_of_its_own() -> None:
    assert text_errors("quote", Wording("Devis {numero}", "Jusqu'au {date_validite}"), NOTHING) == {}
    assert set(text_errors("quote", Wording("Devis", "{paiement}"), NOTHING)) == {"body"}


@given(subject=st.lists(PIECES, max_size=6), body=st.lists(PIECES, max_size=14), is_many=st.booleans())
@settings(max_examples=300, deadline=None)
def test_any_text_that_is_accepted_is_sent_without_a_brace_a_tag_or_a_header(subject, body, is_many) -> None:
    wording = tidy(Wording("".join(subject), "".join(body)))
    if text_errors("reminder", wording, NOTHING):
        return
    facts = sample_facts("rappel", factories.TODAY, is_many=is_many)
    text = build(type(facts)(**{**vars(facts), "wording": wording, "level": 1}))
    assert not any(char in text.subject + text.text for char in "{}\ue000\r")
    assert "\n" not in text.subject and text.subject.strip()
    assert "<script" not in text.html and "</p></p>" not in text.html
    assert text.text.endswith("Camille Roussel\nAtelier Roussel\n") or "Camille Roussel" in text.text
    assert all(line.number in text.text for line in facts.lines) or not is_many
