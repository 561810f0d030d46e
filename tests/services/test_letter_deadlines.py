"""The end of the time that a formal notice allows is told once, and what it held goes on as decided."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.services import attending, letter_deadlines, paying, posting_letters, sweeping
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import switch_on
from tests.services.notices import late

DAY = dt.timedelta(1)
OVER = dt.datetime(2026, 12, 5, 7, 0)  # 08:00 in Paris, the day after


@pytest.fixture
def bill(latitude, camille):
    return late(latitude)


@pytest.fixture
def notice(account, latitude, bill):
    """Received on Thursday 26 November; eight days: Friday 4 December."""
    letter = factories.make_letter(latitude, [bill])
    posting_letters.post(letter, on=TODAY, mode="lrar_counter", by=None, now=NOW)
    return posting_letters.receive(letter, outcome="received", on=TODAY + 3 * DAY, by=None, now=NOW + 3 * DAY)


def tell(now):
    return letter_deadlines.tell_expired(now, base_url="https://relance.example", domain="relance.example")


def told():
    return list(Message.select().where(Message.kind == "notice_expired").order_by(Message.id))


def test_the_user_is_told_once_the_morning_after(notice, bill):
    assert tell(OVER - dt.timedelta(minutes=1)) == []
    assert Letter.get().deadline_told_at is None
    [message_id] = tell(OVER)
    assert tell(OVER + DAY) == []
    message = Message.get_by_id(message_id)
    assert message.subject.replace("\u00a0", " ") == "Mise en demeure : délai écoulé, Latitude Conseil"
    body = " ".join(message.body_text.replace("\u00a0", " ").split())
    assert f"Latitude Conseil, {bill.number} : 1 860,00 € restant dus, délai écoulé le 4 décembre 2026" in body
    assert f"https://relance.example/courriers/{notice.id}" in body
    [event] = Event.select().where(Event.kind == "notice_expired")
    assert (event.invoice_id, event.facts["deadline_on"], event.user_id) == (bill.id, "2026-12-04", None)


def test_several_deadlines_make_one_e_mail(account, latitude, notice, camille):
    camille.language = "en"
    camille.save()
    other = factories.make_letter(latitude, [late(latitude) for _ in range(5)], delay_days=1)
    posting_letters.post(other, on=TODAY, mode="by_hand", by=None, now=NOW)
    [message_id] = tell(OVER)
    message = Message.get_by_id(message_id)
    assert message.subject == "2 formal notices: time is over"
    assert "and 2 more" in message.body_text
    assert "time over on 24 November 2026" in message.body_text.replace("\u00a0", " ")


def test_what_was_paid_is_not_told(account, notice, bill):
    paying.record(bill, bill.balance_cents, TODAY + 8 * DAY, by=None, now=NOW + 8 * DAY)
    assert tell(OVER) == []
    assert (told(), Event.select().where(Event.kind == "notice_expired").count()) == ([], 0)


def test_a_deadline_is_dealt_with_once_it_is_over(notice, camille):
    assert not letter_deadlines.settle(notice, by=camille, now=OVER - DAY)
    assert letter_deadlines.settle(notice, by=camille, now=OVER)
    assert not letter_deadlines.settle(notice, by=camille, now=OVER)
    [event] = Event.select().where(Event.kind == "notice_settled")
    assert (event.user, event.facts["deadline_on"]) == (camille, "2026-12-04")


def test_a_posted_notice_silences_reminders_until_its_time_is_over(
    latitude, nadia, camille, account, post, smtp_server
):
    """The whole story through the clock: posted, silent, received, over, told once, reminders resume."""
    bill = factories.make_invoice(latitude, due_on=TODAY - DAY)  # weekly reminders from 24 November on
    switch_on(bill, nadia, frequency="weekly", count=4)
    letter = factories.make_letter(latitude, [bill])
    posting_letters.post(letter, on=TODAY, mode="lrar_counter", by=camille, now=NOW)

    def mails(day):
        sweeping.sweep(dt.datetime.combine(day, dt.time(9)), post)
        return [(message.kind, message.template) for message in Message.select().where(Message.state == "sent")]

    day = TODAY
    while day < dt.date(2026, 11, 27):
        assert [kind for kind, _text in mails(day) if kind == "reminder"] == [], day
        day += DAY
    received = dt.datetime(2026, 11, 26, 10)
    posting_letters.receive(letter, outcome="received", on=received.date(), by=camille, now=received)
    while day <= dt.date(2026, 12, 4):
        assert [kind for kind, _text in mails(day) if kind in ("reminder", "notice_expired")] == [], day
        day += DAY
    assert [kind for kind, _text in mails(day) if kind == "notice_expired"] == ["notice_expired"]
    after = dt.datetime.combine(day, dt.time(9))
    assert [group.kind for group in attending.groups(account, after) if group.kind == "letter_expired"]
    while day < dt.date(2026, 12, 16):
        day += DAY
        sent = mails(day)
    assert [kind for kind, _text in sent if kind == "notice_expired"] == ["notice_expired"]
    reminders = [text for kind, text in sent if kind == "reminder"]
    assert reminders, "what is dated after the deadline leaves at its date"
    days = [m.day_on for m in Message.select().where(Message.kind == "reminder", Message.state == "sent")]
    assert min(days) > dt.date(2026, 12, 4)
