"""The e-mail that says that a formal notice's time is over."""

import datetime as dt

import pytest

from relance.mail.letter_notices import ExpiredLine, notice_expired


def line(client="Latitude Conseil", numbers=("F-12",)):
    return ExpiredLine(client, numbers, 186_000, "EUR", dt.date(2026, 12, 4), "https://relance.example/courriers/7")


@pytest.mark.parametrize(
    ("language", "subject", "fact"),
    [
        (
            "fr",
            "Mise en demeure : délai écoulé, Latitude Conseil",
            "1 860,00 € restant dus, délai écoulé le 4 décembre",
        ),
        ("en", "Formal notice: time is over, Latitude Conseil", "€1,860.00 left, time over on 4 December 2026"),
    ],
)
def test_it_states_facts_and_leads_to_the_letter(language, subject, fact):
    text = notice_expired([line()], language=language, first_name="Camille", anchor="2" + "ab" * 32)
    plain = " ".join(text.text.replace("\u00a0", " ").split())
    assert text.subject.replace("\u00a0", " ") == subject
    assert fact in plain
    assert "https://relance.example/courriers/7" in plain
    assert "abab abab abab" in plain


def test_several_are_counted_and_a_name_forges_no_header():
    text = notice_expired([line("A\nBcc: x@y.example"), line(numbers=("1", "2", "3", "4", "5"))])
    assert text.subject.replace("\u00a0", " ") == "2 mises en demeure : délai écoulé"
    assert "1, 2, 3 et 2 de plus" in " ".join(text.text.replace("\u00a0", " ").split())
    assert "\n" not in notice_expired([line("A\nBcc: x@y.example")]).subject
