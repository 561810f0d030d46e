"""Many quotes by one gesture: what is set aside and why, and nothing twice."""

import datetime as dt

import pytest

from relance.models.clients import Client
from relance.models.messages import Message
from relance.services import quoting, quoting_many
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY


@pytest.fixture
def send(account, camille):
    def _send(ids, key="form-1", at=NOW):
        return quoting_many.send_all(account, ids, key=key, by=camille, now=at, domain="relance.example")

    return _send


def test_each_quote_has_its_message_and_the_same_form_makes_nothing_new(latitude, nadia, account, send):
    ids = [factories.make_quote(latitude).id for _ in range(3)]
    assert [line.quote.id for line in quoting_many.review(account, ids, NOW).lines] == ids
    first, again = send(ids), send(ids)
    assert [message.quote_id for message in first.messages] == ids
    assert {m.id for m in first.messages} == {m.id for m in again.messages} and not again.aside
    assert Message.select().count() == 3


def test_what_makes_no_sense_is_set_aside_with_its_reason(latitude, nadia, account, basile, camille, send):
    mute = factories.make_client(account, "Sans adresse")
    recalled = factories.make_quote(latitude)
    send([recalled.id], key="before")
    rows = {
        "answered": factories.make_quote(latitude, state="accepted"),
        "expired": factories.make_quote(latitude, valid_until=TODAY - dt.timedelta(1)),
        "no_address": factories.make_quote(mute),
        "today": recalled,
    }
    theirs = factories.make_quote(Client.get(Client.account == basile.account))
    good = factories.make_quote(latitude)
    ids = [*(row.id for row in rows.values()), theirs.id, 999_999, good.id]
    review = quoting_many.review(account, ids, NOW)
    assert {aside.because: aside.quote for aside in review.aside} == rows
    assert [line.quote for line in review.lines] == [good] and review.missing == 2
    result = send(ids)
    assert [message.quote_id for message in result.messages] == [good.id] and len(result.aside) == 4


def test_a_suspended_account_sets_everything_aside(latitude, nadia, account):
    account.suspended_at = NOW
    account.save()
    (aside,) = quoting_many.review(account, [factories.make_quote(latitude).id], NOW).aside
    assert aside.because == "suspended"


def test_what_is_answered_between_the_review_and_the_click_is_not_sent(
    latitude, nadia, camille, account, send, monkeypatch
):
    quote, other = factories.make_quote(latitude), factories.make_quote(latitude)
    known = quoting_many.review(account, [quote.id, other.id], NOW)
    monkeypatch.setattr(quoting_many, "review", lambda *_: known)
    quoting.accept(quote, by=camille, now=NOW)
    result = send([quote.id, other.id])
    assert [message.quote_id for message in result.messages] == [other.id]
    assert [(aside.quote.id, aside.because) for aside in result.aside] == [(quote.id, "changed")]


def test_two_forms_sent_at_the_same_instant_are_one_message_a_quote(latitude, nadia, account, send, monkeypatch):
    ids = [factories.make_quote(latitude).id for _ in range(3)]
    known = quoting_many.review(account, ids, NOW)
    monkeypatch.setattr(quoting_many, "review", lambda *_: known)  # both read their list before either wrote
    first, second = send(ids, key="tab-1"), send(ids, key="tab-2")
    assert len(first.messages) == 3 == Message.select().count() and second.messages == ()
    assert {aside.because for aside in second.aside} == {"today"}


def test_five_hundred_at_most_in_a_fixed_number_of_queries(latitude, nadia, account):
    few = [factories.make_quote(latitude).id for _ in range(3)]
    many = few + [factories.make_quote(latitude).id for _ in range(20)]
    with counted() as of_few:
        quoting_many.review(account, few, NOW)
    with counted() as of_many:
        quoting_many.review(account, many, NOW)
    assert len(of_many) == len(of_few) <= 6
    assert len(quoting_many.chosen(account, list(range(1, 1000)))) == 23
    assert quoting_many.MOST == 500
