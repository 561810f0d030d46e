"""Quotes: recorded, answered, reopened, deleted, turned into an invoice once; state and history together."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import invoicing, journal, keeping_clients, quoting
from relance.services.keeping_clients import ClientError
from relance.services.quoting import QuoteError, QuoteFacts, StaleFormError
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import events


def facts_for(client, **values):
    values = {
        "number": "D-2026-014",
        "issued_on": TODAY,
        "valid_until": TODAY + dt.timedelta(30),
        "total_cents": 180_000,
    } | values
    return QuoteFacts(client_id=client.id, **values)


@pytest.fixture
def quote(account, latitude, nadia, camille):
    return quoting.create(account, facts_for(latitude, object=" Refonte "), by=camille, now=NOW)


def fresh(quote):
    return Quote.get_by_id(quote.id)


def test_a_quote_waits_and_its_history_begins(quote, camille):
    assert (quote.state, quote.object, quote.nudges, quote.next_check_at) == ("pending", "Refonte", 0, None)
    (event,) = Event.select().where(Event.quote == quote)
    assert (event.kind, event.user_id, event.client_id) == ("quote_created", camille.id, quote.client_id)
    assert event.facts["number"] == "D-2026-014" and event.facts["total_cents"] == 180_000


def test_with_its_switch_on_it_is_looked_at_by_the_next_tick(account, latitude, camille):
    assert quoting.create(account, facts_for(latitude, nudges=2), by=camille, now=NOW).next_check_at == NOW


def test_what_is_wrong_is_refused_and_nothing_is_kept(account, latitude, camille, basile):
    with pytest.raises(QuoteError) as refused:
        quoting.create(account, facts_for(latitude, number=" ", total_cents=0), by=camille, now=NOW)
    assert set(refused.value.errors) == {"number", "total"}
    foreign = keeping_clients.Client.get(keeping_clients.Client.account == basile.account)
    with pytest.raises(QuoteError) as refused:
        quoting.create(account, facts_for(foreign), by=camille, now=NOW)
    assert set(refused.value.errors) == {"client"}
    assert not Quote.select().exists() and not Event.select().exists()


def test_a_change_tells_what_moved_and_a_stale_form_changes_nothing(quote, latitude, camille):
    later = TODAY + dt.timedelta(40)
    changed = quoting.change(quote, facts_for(latitude, valid_until=later, nudges=1), version=1, by=camille, now=NOW)
    assert (changed.valid_until, changed.version, changed.next_check_at) == (later, 2, NOW)
    event = Event.get(Event.kind == "quote_changed")
    moved = event.facts["changes"]
    assert moved["valid_until"] == [(TODAY + dt.timedelta(30)).isoformat(), later.isoformat()]
    with pytest.raises(StaleFormError):
        quoting.change(quote, facts_for(latitude, number="X"), version=1, by=camille, now=NOW)
    assert fresh(quote).number == "D-2026-014"


def test_an_answered_quote_does_not_change_and_one_written_about_keeps_its_client(quote, latitude, account, camille):
    other = factories.make_client(account, "Studio Kérity")
    factories.make_message(latitude, kind="quote", quote=quote)
    with pytest.raises(QuoteError) as refused:
        quoting.change(quote, facts_for(other), version=1, by=camille, now=NOW)
    assert set(refused.value.errors) == {"client"}
    quoting.decline(quote, by=camille, now=NOW)
    with pytest.raises(QuoteError) as refused:
        quoting.change(quote, facts_for(latitude), version=2, by=camille, now=NOW)
    assert set(refused.value.errors) == {"state"}


def test_it_is_accepted_once_even_after_its_last_day(quote, camille):
    at = NOW + dt.timedelta(40)
    quoting.accept(quote, by=camille, now=at)
    quoting.accept(quote, by=camille, now=at)
    assert (fresh(quote).state, fresh(quote).decided_on) == ("accepted", at.date())
    assert events(quote=quote) == ["quote_created", "quote_accepted"]


@pytest.mark.parametrize("days", [1, -1])
def test_an_answer_is_neither_to_come_nor_before_the_quote(quote, camille, days):
    with pytest.raises(QuoteError) as refused:
        quoting.accept(quote, on=TODAY + dt.timedelta(days), by=camille, now=NOW)
    assert set(refused.value.errors) == {"on"} and fresh(quote).state == "pending"


def test_a_refusal_keeps_its_reason_and_can_be_undone(quote, camille):
    quoting.decline(quote, because=" Trop cher ", by=camille, now=NOW)
    assert (fresh(quote).state, fresh(quote).declined_because) == ("declined", "Trop cher")
    assert Event.get(Event.kind == "quote_declined").facts["reason"] == "Trop cher"
    with pytest.raises(QuoteError):
        quoting.accept(quote, by=camille, now=NOW)
    quoting.reopen(quote, by=camille, now=NOW)
    assert (fresh(quote).state, fresh(quote).decided_on, fresh(quote).declined_because) == ("pending", None, "")
    assert events(quote=quote) == ["quote_created", "quote_declined", "quote_reopened"]
    with pytest.raises(QuoteError) as refused:
        quoting.decline(quote, because="x" * 1001, by=camille, now=NOW)
    assert set(refused.value.errors) == {"because"}


def test_an_accepted_quote_becomes_one_draft_and_only_one(quote, latitude, camille):
    with pytest.raises(QuoteError):
        quoting.to_invoice(quote, by=camille, now=NOW)
    quoting.accept(quote, by=camille, now=NOW)
    made = quoting.to_invoice(quote, by=camille, now=NOW)
    again = quoting.to_invoice(fresh(quote), by=camille, now=NOW)
    assert made.id == again.id and Invoice.select().count() == 1
    assert (made.state, made.total_cents, made.object, made.client_id) == ("draft", 180_000, "Refonte", latitude.id)
    assert made.due_on == TODAY + dt.timedelta(30) and fresh(quote).invoice_id == made.id
    (event,) = Event.select().where(Event.kind == "quote_invoiced")
    assert (event.quote_id, event.invoice_id) == (quote.id, made.id)
    with pytest.raises(QuoteError):
        quoting.reopen(quote, by=camille, now=NOW)
    invoicing.cancel(made, by=camille, now=NOW)
    assert quoting.reopen(quote, by=camille, now=NOW).invoice_id is None


def test_what_was_never_written_about_is_deleted_and_its_client_remembers(quote, account, latitude, camille):
    journal.seal(NOW + dt.timedelta(minutes=2))
    quoting.delete(quote, by=camille, now=NOW)
    assert journal.seal(NOW + dt.timedelta(minutes=2)) == 1
    assert not Quote.select().exists()
    told = list(Event.select().where(Event.client == latitude).order_by(Event.id))
    assert [event.kind for event in told] == ["quote_created", "quote_deleted"]
    assert told[1].facts["number"] == "D-2026-014" and journal.first_break(account.id) is None


def test_a_quote_written_about_or_invoiced_is_kept(quote, latitude, camille):
    factories.make_message(latitude, kind="quote", quote=quote)
    with pytest.raises(QuoteError) as refused:
        quoting.delete(quote, by=camille, now=NOW)
    assert "Refusez-le plutôt" in refused.value.errors["state"]
    Message.delete().execute()
    quoting.accept(quote, by=camille, now=NOW)
    quoting.to_invoice(quote, by=camille, now=NOW)
    with pytest.raises(QuoteError):
        quoting.delete(quote, by=camille, now=NOW)
    assert Quote.select().count() == 1


def test_numbers_follow_the_last_one_in_its_shape(account, latitude):
    assert quoting.suggest_number(account, TODAY) == "D-2026-001"
    factories.make_quote(latitude, "DEV-099")
    assert quoting.suggest_number(account, TODAY) == "DEV-100"
    factories.make_quote(latitude, "Affiche")
    assert quoting.suggest_number(account, TODAY) == "Affiche-2"


def test_a_merged_client_brings_its_quotes_and_one_that_waits_is_not_archived(account, latitude, camille):
    other = factories.make_client(account, "Latitude SARL")
    quote = factories.make_quote(other, nudges=1)
    with pytest.raises(ClientError):
        keeping_clients.archive(other, by=camille, now=NOW)
    keeping_clients.merge(latitude, other, by=camille, now=NOW)
    assert fresh(quote).client_id == latitude.id
