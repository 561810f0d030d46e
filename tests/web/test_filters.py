import datetime as dt

from relance.web import filters


def test_times_are_local_and_written_as_in_french(as_camille):
    assert filters.local_time(dt.datetime(2026, 11, 23, 8, 0)) == "9\u00a0h"
    assert filters.local_time(dt.datetime(2026, 7, 1, 12, 32)) == "14\u00a0h\u00a032"
    assert filters.local_time(9 * 60 + 5) == "9\u00a0h\u00a005"
    assert filters.local_day(dt.datetime(2026, 11, 23, 23, 30)) == dt.date(2026, 11, 24)


def test_the_first_of_the_month_is_raised_and_others_are_not(as_camille):
    assert "1<sup>er</sup>" in filters.long_date(dt.date(2027, 1, 1))
    assert "<sup>" not in filters.long_date(dt.date(2027, 1, 21))


def test_an_amount_is_cut_before_its_cents(as_camille):
    text = filters.amount(432000)
    assert filters.cents_split(text) == ("4\u00a0320", ",00\u00a0€")
    assert filters.iban("FR7630006000") == "FR76 3000 6000"
    assert filters.siret("73282932000074") == "732 829 320 00074"


def test_a_variable_named_in_a_sentence_is_code_and_the_rest_is_escaped():
    assert filters.variables("Ajoutez {iban} <b>") == "Ajoutez <code>{iban}</code> &lt;b&gt;"


def test_a_french_text_of_our_data_is_typeset():
    assert filters.typeset("l'arrêté : non lu") == "l’arrêté\u00a0: non lu"
