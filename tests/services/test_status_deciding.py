import datetime as dt

import pytest

from relance.imports.statuses import StatusRead
from relance.models.invoices import Invoice
from relance.services.status_deciding import Known, StatusItem, covers, decide, in_time

DAY = dt.date(2026, 11, 20)
TODAY = dt.date(2026, 11, 23)


def item(code, on=DAY, **values):
    return StatusItem(StatusRead("F-1", code, on, **values), "record", on=on)


def known(**values):
    return Known(Invoice(state="sent", balance_cents=1000, currency="EUR"), left_cents=1000, **values)


def test_statuses_are_taken_in_the_order_of_their_days_then_of_a_life_cycle():
    items = [item("212"), item("200", None), item("205"), item("207"), item("213", DAY - dt.timedelta(days=1))]
    assert [items[n].read.code for n in in_time(items, TODAY)] == ["213", "205", "207", "212", "200"]


@pytest.mark.parametrize(
    ("told", "read", "effect"),
    [
        (("210", "2026-11-20", None), {"code": "210"}, "same"),
        (("210", "2026-11-20", None), {"code": "210", "on": None}, "same"),
        (("210", "2026-11-19", None), {"code": "210"}, "dispute"),
        (("212", "2026-11-20", 500), {"code": "212", "amount_cents": 500}, "same"),
        (("212", "2026-11-20", 500), {"code": "212", "amount_cents": 400}, "payment"),
        (("212", "2026-11-20", 500), {"code": "212"}, "same"),
    ],
)
def test_what_was_told_already_is_known_again(told, read, effect):
    assert decide(known(told=[told]), item(**read), TODAY).effect == effect


def test_a_status_without_a_day_is_of_today():
    assert decide(known(), item("205", None), TODAY).on == TODAY


@pytest.mark.parametrize(
    ("told", "paid", "is_all"),
    [([None], [900], True), ([900], [900], True), ([500, 400], [900], True), ([500], [900], False)],
)
def test_all_that_was_received_was_stated_or_not(told, paid, is_all):
    stated = [("212", "2026-11-20", cents) for cents in told]
    assert covers(known(told=stated, payments=[(cents, DAY) for cents in paid])) == is_all
