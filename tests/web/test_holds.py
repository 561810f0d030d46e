"""What holds an invoice back, in words."""

import datetime as dt
from types import SimpleNamespace

import pytest

from relance.services import extending
from relance.services.holding import Held
from relance.web import holds
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.usefixtures("as_camille")


def held(kind, until_on=None, starts_on=dt.date(2026, 9, 14)):
    return Held(kind, until_on, "", SimpleNamespace(starts_on=starts_on))


def on(days):
    return TODAY + dt.timedelta(days)


def words(*found):
    return str(holds.short(found)).replace("\u00a0", " ").replace("’", "'")


def test_the_most_useful_truth_comes_first_and_nothing_is_paused_where_nothing_is_on():
    kinds = ("account_pause", "pause", "letter", "promise", "plan", "dispute", "client_pause", "of another version")
    every = [held(kind) for kind in kinds]
    assert [one.kind for one in holds.ranked(every, is_chased=True)] == list(holds.RANK)
    assert [one.kind for one in holds.ranked(every, is_chased=False)] == ["dispute", "plan", "promise"]


@pytest.mark.parametrize(
    ("kinds", "badge"),
    [
        (("dispute", "promise"), "dispute"),
        (("promise", "pause"), "promise"),
        (("client_pause",), "paused"),
        (("account_pause",), ""),
        ((), ""),
    ],
)
def test_one_badge_an_invoice(kinds, badge):
    assert holds.badge(holds.ranked([held(kind) for kind in kinds], is_chased=True)) == badge


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([held("pause", on(4))], "En pause jusqu'au 27 nov."),
        ([held("pause")], "En pause"),
        ([held("promise", on(7))], "En pause jusqu'au 30 nov."),
        ([held("dispute")], "Suspendues, litige du 14 sept."),
        ([held("account_pause", on(40))], "Envois suspendus jusqu'au 2 janv."),
        ([held("account_pause")], "Envois suspendus"),
        ([held("promise", on(7)), held("pause", on(20))], "En pause jusqu'au 13 déc."),
        ([], ""),
    ],
)
def test_a_line_says_what_lasts_longest(found, expected):
    assert words(*found) == expected


def test_a_date_far_away_has_its_year():
    assert str(holds.until(on(4), TODAY)).replace("\u00a0", " ") == "vendredi 27 novembre"
    assert str(holds.until(on(400), TODAY)).replace("\u00a0", " ") == "28 décembre 2027"


def test_a_delay_is_shown_while_the_invoice_is_owed(latitude):
    invoice = factories.make_invoice(latitude)
    row = extending.grant(invoice, granted_on=on(9), reason="", by=None, now=NOW)
    assert holds.extension_of(invoice) == row
    invoice.state = "paid"
    assert holds.extension_of(invoice) is None
