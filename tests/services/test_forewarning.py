"""The evening before: one e-mail, what it lists, and when there is none."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.messages import Message
from relance.services import asking, forewarning, paying, stepping
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on, sweep

MONDAY, TUESDAY = factories.TODAY, dt.date(2026, 11, 24)
EVENING = dt.time(17, 0)  # 18:00 in Paris


def forewarned():
    return list(Message.select().where(Message.kind == "forewarning"))


def choose(account, **values):
    Account.update(**values).where(Account.id == account.id).execute()


@pytest.fixture
def always(account):
    choose(account, forewarns="always", alerts_overdue=False)
    return account


def test_the_evening_before_one_email_lists_what_leaves_tomorrow(always, chased, camille, post, smtp_server):
    sweep(MONDAY, post, dt.time(16, 59))
    assert smtp_server.received == []
    sweep(MONDAY, post, EVENING)
    sweep(MONDAY, post, dt.time(17, 30))
    [mail] = smtp_server.received
    assert mail.recipients == [camille.email]
    text = " ".join(mail.text.replace("\u00a0", " ").split())
    assert "Latitude Conseil" in text
    assert "Rappel" in text
    assert "1 200,00 €" in text
    assert "partira mardi 24 novembre à 9 h" in text
    assert "/envois" in text
    assert mail.subject.replace("\u00a0", " ") == "Mardi 24 novembre : une relance à Latitude Conseil"
    [row] = forewarned()
    assert row.client_id is None


def test_what_it_lists_is_what_leaves(always, chased, camille, post, smtp_server):
    sweep(MONDAY, post, EVENING)
    [warned] = smtp_server.received
    sweep(TUESDAY, post)
    [_, sent] = smtp_server.received
    assert sent.recipients == ["compta@latitude-conseil.example"]
    assert "Latitude" in warned.text


def test_nothing_leaves_tomorrow_no_email(always, camille, chased, post, smtp_server):
    stepping.hold(chased, 0, by=camille, now=factories.NOW)
    sweep(MONDAY, post, EVENING)
    sweep(TUESDAY, post, EVENING)
    assert smtp_server.received == []


@pytest.mark.parametrize(
    ("choice", "asks", "told"),
    [("never", True, 0), ("asked", False, 0), ("asked", True, 1), ("always", False, 1), ("always", True, 1)],
)
def test_the_user_chooses_when_to_be_told(account, chased, camille, post, smtp_server, choice, asks, told):
    choose(account, forewarns=choice, asks_before_sending=asks)
    sweep(MONDAY, post, EVENING)
    assert len(forewarned()) == told
    if told:
        assert ("attendra votre accord" in " ".join(forewarned()[0].body_text.split())) == asks


def test_a_suspended_account_is_told_nothing(always, chased, camille, post, smtp_server):
    choose(always, suspended_at=factories.NOW)
    sweep(MONDAY, post, EVENING)
    assert forewarned() == []


def test_an_evening_missed_is_over(always, chased, camille, post, smtp_server):
    sweep(MONDAY, post, dt.time(8, 0))
    sweep(TUESDAY, post, dt.time(6, 0))
    assert forewarned() == []
    assert Account.get_by_id(always.id).next_forewarning_at == dt.datetime(2026, 11, 24, 17, 0)


def test_what_nobody_answered_is_listed_for_tomorrow(account, chased, camille, post, smtp_server):
    choose(account, asks_before_sending=True)
    sweep(TUESDAY, post)
    assert asking.proposed(account).count() == 1
    lines = forewarning.tomorrow(Account.get_by_id(account.id), dt.date(2026, 11, 25), nine_on(TUESDAY), "fr")
    assert [(line.client, line.asks) for line in lines] == [("Latitude Conseil", True)]
    paying.record(chased, 120_000, TUESDAY, "transfer", "", None, by=camille, now=nine_on(TUESDAY))
    assert forewarning.tomorrow(account, dt.date(2026, 11, 25), nine_on(TUESDAY), "fr") == []


def test_a_client_s_invoices_of_a_day_are_one_line_with_their_sum(always, latitude, nadia, camille):
    for _ in range(2):
        switch_on(factories.make_invoice(latitude, due_on=MONDAY), nadia)
    [line] = forewarning.tomorrow(always, TUESDAY, factories.NOW, "en")
    assert (line.balance_cents, line.template) == (240_000, "Gentle reminder")


def test_two_workers_tell_once(always, chased, camille):
    at = dt.datetime.combine(MONDAY, EVENING)
    first = forewarning.forewarn(at, base_url="http://r", domain="relance.example")
    again = forewarning.forewarn(at, base_url="http://r", domain="relance.example")
    assert (len(first), again) == (1, [])
