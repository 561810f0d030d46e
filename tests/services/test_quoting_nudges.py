"""Nudges of quotes, through the sweep and a real SMTP server, on both databases."""

import datetime as dt
import re

import pytest

from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import asking, deciding, pausing, quoting, quoting_nudges, sweeping, waiting_sends
from tests import factories
from tests.making import events, switch_on
from tests.services.sending import nine_on, reminders, sweep

D = dt.date
MONDAY = factories.TODAY  # 23 November 2026
UNPAID = re.compile(r"factur|impay|échéance|régler|IBAN|retard", re.IGNORECASE)


@pytest.fixture
def quote(latitude, nadia, camille):
    """Valid until Monday 30 November: the nudge leaves on Monday 23."""
    return factories.make_quote(latitude, "D-2026-014", nudges=1, valid_until=MONDAY + dt.timedelta(7))


def fresh(quote):
    return Quote.get_by_id(quote.id)


def run(days, post, first=MONDAY):
    """One sweep each morning; the days on which something left."""
    found = []
    for n in range(days):
        day = first + dt.timedelta(n)
        found += [day] * len(reminders(sweep(day, post).report.sent))
    return found


@pytest.mark.requirement("S2.13")
def test_a_nudge_leaves_before_the_end_without_a_word_of_invoice(quote, post, smtp_server):
    assert run(10, post) == [MONDAY]
    (mail,) = smtp_server.received
    assert mail.recipients == ["compta@latitude-conseil.example"]
    assert "D-2026-014" in mail.subject
    for text in (mail.subject, mail.text, mail.html):
        assert not UNPAID.search(text), text
    message = Message.get()
    assert (message.kind, message.is_automatic, message.quote_id) == ("quote", True, quote.id)
    assert message.slot == f"client-{quote.client_id}:{MONDAY.isoformat()}"
    assert events(quote=quote) == ["nudge_queued", "reminder_sent"]
    assert fresh(quote).next_check_at is None  # expired: nothing more to look at


@pytest.mark.parametrize("days", [5, 1])
@pytest.mark.requirement("S2.14")
def test_the_delay_set_on_the_quote_moves_the_day(latitude, nadia, camille, post, days):
    factories.make_quote(latitude, nudges=1, remind_days=days, valid_until=D(2026, 12, 4))
    assert run(15, post) == [D(2026, 12, 4) - dt.timedelta(days) if days == 1 else D(2026, 11, 27)]


def test_two_at_most_and_never_after_the_last_day(latitude, nadia, camille, post):
    factories.make_quote(latitude, nudges=2, valid_until=MONDAY + dt.timedelta(11))
    assert run(40, post) == [D(2026, 11, 27), D(2026, 12, 2)]


def test_the_switch_is_off_by_default(latitude, nadia, camille, post, smtp_server):
    factories.make_quote(latitude)
    assert run(20, post) == [] and not smtp_server.received


def test_nothing_leaves_outside_working_days_and_hours(quote, post):
    Quote.update(remind_days=8).execute()  # Sunday: the Friday before, which was missed
    assert run(2, post, MONDAY - dt.timedelta(2)) == []
    assert not sweep(MONDAY, post, dt.time(7, 59)).report.sent
    assert not sweep(MONDAY, post, dt.time(17, 0)).report.sent  # 18:00 in Paris
    assert run(6, post, MONDAY + dt.timedelta(1)) == [MONDAY + dt.timedelta(1)]


@pytest.mark.parametrize("because", ["exempt", "client_pause", "account_pause", "no_recipient", "suspended"])
def test_what_holds_reminders_holds_nudges_and_the_history_says_so(
    quote, account, latitude, nadia, camille, post, because
):
    if because == "exempt":
        Client.update(is_exempt=True).execute()
    elif because == "client_pause":
        pausing.pause_client(latitude, until_on=None, reason="", by=camille, now=nine_on(MONDAY))
    elif because == "account_pause":
        pausing.pause_all(account, until_on=None, reason="", by=camille, now=nine_on(MONDAY))
    elif because == "no_recipient":
        Contact.update(rejected_at=factories.NOW).execute()
    else:
        account.suspended_at = factories.NOW
        account.save()
    assert run(10, post) == []
    assert not Message.select().exists()
    (told,) = Event.select().where(Event.kind == "nudge_cancelled")
    expected = "quote_expired" if because == "suspended" else because
    assert told.facts["because"] == expected and told.quote_id == quote.id


def test_a_pause_that_ends_in_time_lets_it_leave(quote, latitude, camille, post):
    pausing.pause_client(latitude, until_on=MONDAY + dt.timedelta(1), reason="", by=camille, now=nine_on(MONDAY))
    assert run(9, post) == [MONDAY + dt.timedelta(2)]


def test_a_reminder_of_the_day_goes_first_and_the_quote_waits_for_the_gap(quote, latitude, nadia, post, smtp_server):
    switch_on(factories.make_invoice(latitude, due_on=MONDAY), nadia, frequency="once")
    assert run(10, post) == [MONDAY, MONDAY + dt.timedelta(7)]
    left = Message.select().where(Message.client.is_null(False)).order_by(Message.id)
    assert [message.kind for message in left] == ["reminder", "quote"]


def test_a_nudge_counts_for_the_gap_of_reminders(quote, latitude, nadia, post):
    switch_on(factories.make_invoice(latitude, due_on=MONDAY), nadia, count=2, first_offset_days=1)
    found = run(10, post)
    assert found[:2] == [MONDAY, MONDAY + dt.timedelta(7)]  # J+1 is Tuesday: the gap ends on a Saturday


def test_two_quotes_of_a_client_leave_on_two_days(latitude, nadia, camille, account, post):
    account.min_gap_days = 0
    account.save()
    for _ in range(2):
        factories.make_quote(latitude, nudges=1, valid_until=MONDAY + dt.timedelta(7))
    assert run(10, post) == [MONDAY, MONDAY + dt.timedelta(1)]


@pytest.mark.parametrize("answer", ["accept", "decline"])
def test_after_an_answer_nothing_leaves_whatever_was_queued(quote, camille, post, smtp_server, answer):
    now = nine_on(MONDAY)
    quoting_nudges.advance_due(now, domain="relance.example")
    assert Message.get().state == "queued"
    getattr(quoting, answer)(quote, by=camille, now=now)
    message = Message.get()
    assert (message.state, message.slot, message.error) == (
        "cancelled",
        None,
        "quote_accepted" if answer == "accept" else "quote_declined",
    )
    assert run(20, post) == [] and not smtp_server.received
    assert events(quote=quote) == ["nudge_queued", "quote_" + answer.removesuffix("e") + "ed", "nudge_cancelled"]


def test_what_changed_in_the_queue_is_read_again_before_it_leaves(quote, camille, post, smtp_server):
    quoting_nudges.advance_due(nine_on(MONDAY), domain="relance.example")
    facts = quoting.facts_of(quote)
    values = {**vars(facts), "number": "D-2026-015", "object": "Affiche"}
    quoting.change(quote, quoting.QuoteFacts(**values), version=1, by=camille, now=nine_on(MONDAY))
    assert run(1, post) == [MONDAY]
    assert "D-2026-015" in smtp_server.received[0].subject and "Affiche" in smtp_server.received[0].text


@pytest.mark.parametrize("change", ["exempt", "expired", "off"])
def test_the_last_look_cancels_what_no_longer_stands(quote, camille, post, smtp_server, change):
    quoting_nudges.advance_due(nine_on(MONDAY), domain="relance.example")
    if change == "exempt":
        Client.update(is_exempt=True).execute()
    elif change == "expired":
        Quote.update(valid_until=MONDAY - dt.timedelta(1)).execute()
    else:
        Quote.update(nudges=0).execute()
    sweeping.sweep(nine_on(MONDAY), post)
    message = Message.get()
    reasons = {"exempt": "exempt", "expired": "quote_expired", "off": "switched_off"}
    assert (message.state, message.error) == ("cancelled", reasons[change]) and not smtp_server.received
    assert "nudge_cancelled" in events(quote=quote)


def test_asked_first_a_nudge_waits_for_a_yes_each_morning_and_is_told_once(quote, account, camille, post, smtp_server):
    account.asks_before_sending = True
    account.save()
    assert run(2, post) == []
    states = [message.state for message in Message.select().order_by(Message.id)]
    assert states == ["cancelled", "proposed"]
    assert events(quote=quote) == ["reminder_proposed"]
    message = Message.get(Message.state == "proposed")
    now = nine_on(MONDAY + dt.timedelta(1))
    answer = asking.approve(message, read=asking.mark_of(message), by=camille, now=now)
    assert answer.state == "approved"
    assert run(8, post, MONDAY + dt.timedelta(1)) == [MONDAY + dt.timedelta(1)]
    assert events(quote=quote) == ["reminder_proposed", "reminder_approved", "reminder_sent"]


def test_a_no_takes_the_place_of_the_nudge(quote, account, camille, post, smtp_server):
    account.asks_before_sending = True
    account.save()
    run(1, post)
    assert asking.decline(Message.get(), by=camille, now=nine_on(MONDAY))
    assert run(9, post) == [] and not smtp_server.received
    assert events(quote=quote) == ["reminder_proposed", "reminder_declined"]


def test_a_person_who_says_it_did_not_leave_is_not_overruled(quote, camille, post):
    quoting_nudges.advance_due(nine_on(MONDAY), domain="relance.example")
    Message.update(state="uncertain").execute()
    assert deciding.deny(Message.get(), by=camille, now=nine_on(MONDAY))
    assert run(9, post) == []
    assert events(quote=quote) == ["nudge_queued", "reminder_not_sent"]


def test_after_a_restore_what_may_have_left_is_not_sent_again(quote, account, camille, post):
    account.suspended_at = factories.NOW
    account.save()
    assert deciding.resume(account, skips_past=True, by=camille, now=nine_on(MONDAY)) == 1
    assert run(9, post) == [] and fresh(quote).nudges == 0
    assert events(quote=quote) == ["nudge_cancelled"]


def test_a_quote_that_cannot_be_read_holds_no_other(quote, account, nadia, post, monkeypatch, caplog):
    other = factories.make_client(account, "Studio Kérity")
    factories.make_contact(other)
    factories.make_quote(other, nudges=1, valid_until=MONDAY + dt.timedelta(7))
    advance = quoting_nudges.advance_client

    def _advance(account, client_id, now, *, domain):
        if client_id == quote.client_id:
            raise RuntimeError("unreadable")
        return advance(account, client_id, now, domain=domain)

    monkeypatch.setattr(quoting_nudges, "advance_client", _advance)
    assert len(quoting_nudges.advance_due(nine_on(MONDAY), domain="relance.example")) == 1
    assert fresh(quote).next_check_at == nine_on(MONDAY) + dt.timedelta(hours=1)


@pytest.mark.parametrize("state", ["refused", "uncertain"])
def test_a_failure_waits_for_the_user_until_it_is_seen_and_is_told_by_e_mail(
    quote, account, camille, post, smtp_server, state
):
    quoting_nudges.advance_due(nine_on(MONDAY), domain="relance.example")
    Message.update(state=state, error="550 refusé").execute()
    message = Message.get()
    assert list(waiting_sends.failed(account, nine_on(MONDAY))) == [message]
    sweep(MONDAY, post)
    (told,) = smtp_server.received
    assert told.recipients == [camille.email] and f"/devis/{quote.id}" in told.text
    if state == "refused":
        assert deciding.see(message, by=camille, now=nine_on(MONDAY))
    else:
        assert deciding.confirm(message, by=camille, now=nine_on(MONDAY))
    assert not list(waiting_sends.failed(account, nine_on(MONDAY)))
    assert run(9, post) == []  # it took the place of the nudge
