"""Lists, dates and numbers inside the sentences of a letter."""

from datetime import date

from relance.letters import words


def test_dates_share_their_year_only_when_it_is_the_same():
    days = [date(2026, 1, 1), date(2025, 12, 30), date(2025, 12, 31)]
    assert words.join_dates(days).replace("\u00a0", " ") == "30 décembre, 31 décembre 2025 et 1er janvier 2026"
    assert words.join(["F-1"]) == "F-1"
    assert words.join(["F-1", "F-2", "F-3"]) == "F-1, F-2 et F-3"


def test_a_number_stays_on_one_line_unless_it_is_too_long_for_one():
    assert words.whole("F-1") == '<span class="whole">F-1</span>'
    assert words.whole("<b>" * 9).startswith('<span class="long">&lt;b')
    assert words.groups("FR7630006000011234567890189").split("\u00a0")[0] == "FR76"
