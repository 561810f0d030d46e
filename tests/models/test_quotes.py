"""Quotes as rows: unique by number and date, expired by the account's day, gone with their account only."""

import datetime as dt

import peewee
import pytest

from relance.models.clients import Client
from relance.models.quotes import Quote
from tests.factories import NOW, TODAY


def values_of(client: Client, **values: object) -> dict[str, object]:
    return {
        "account": client.account_id,
        "client": client,
        "number": "D-2026-014",
        "issued_on": TODAY,
        "valid_until": TODAY + dt.timedelta(30),
        "total_cents": 180_000,
        "created_at": NOW,
        "updated_at": NOW,
        **values,
    }


def test_a_quote_waits_and_reminds_nobody_until_it_is_asked(latitude: Client) -> None:
    quote = Quote.create(**values_of(latitude))
    assert (quote.state, quote.nudges, quote.remind_days, quote.currency, quote.next_check_at) == (
        "pending",
        0,
        7,
        "EUR",
        None,
    )


@pytest.mark.parametrize(
    ("state", "days", "expected"),
    [("pending", 0, False), ("pending", -1, True), ("accepted", -1, False), ("declined", -1, False)],
)
def test_a_quote_is_expired_the_day_after_its_last_one(latitude: Client, state: str, days: int, expected: bool) -> None:
    quote = Quote.create(**values_of(latitude, state=state, valid_until=TODAY + dt.timedelta(days)))
    assert quote.is_expired(TODAY) is expected


def test_the_database_refuses_the_same_number_and_date_twice_and_a_total_of_nothing(latitude: Client) -> None:
    Quote.create(**values_of(latitude))
    with pytest.raises(peewee.IntegrityError), Quote._meta.database.atomic():
        Quote.create(**values_of(latitude))
    with pytest.raises(peewee.IntegrityError), Quote._meta.database.atomic():
        Quote.create(**values_of(latitude, number="D-2026-015", total_cents=0))
    assert Quote.select().count() == 1
