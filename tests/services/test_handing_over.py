"""One message handed to one server: every outcome has its state and its line in the history."""

import datetime as dt
import json

import pytest

from relance.models.clients import Contact
from relance.models.messages import Message
from relance.services import handing_over, queueing, sweeping
from tests.making import switch_on
from tests.services.sending import kinds, nine_on, reminders, states, sweep

D = dt.date
PARIS_NINE = dt.time(8, 0)  # UTC, in winter


def test_reminders_of_one_thread_refer_to_each_other(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    for day in (D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)):
        sweep(day, post)
    first, second, third = smtp_server.to(nadia.email)
    ids = [mail.message["Message-ID"] for mail in (first, second, third)]
    assert len(set(ids)) == 3 and first.message["References"] is None
    assert second.message["In-Reply-To"] == ids[0] and third.message["References"].split() == ids[:2]


def test_a_server_down_costs_no_message_and_is_tried_again_later(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    smtp_server.answers["MAIL"] = "451 4.3.0 occupé"
    swept = sweep(D(2026, 11, 24), post)
    assert len(reminders(swept.report.waiting)) == 1 and states() == ["queued"]
    smtp_server.answers.clear()
    sweep(D(2026, 11, 24), post, dt.time(8, 6))
    assert states() == ["sent"] and len(smtp_server.to(nadia.email)) == 1


def test_after_three_days_of_refusals_the_user_is_told_once(due_invoice, nadia, camille, post, smtp_server):
    switch_on(due_invoice, nadia)
    smtp_server.answers["DATA"] = "451 4.7.1 plus tard"
    for hour in range(24 * 6):
        now = nine_on(D(2026, 11, 24)) + dt.timedelta(hours=hour)
        if hour == 24 * 5:
            smtp_server.answers.clear()
        sweeping.sweep(now, post)
    assert states() == ["refused"]
    assert smtp_server.to(nadia.email) == []
    [notice] = Message.select().where(Message.kind == "failure_notice")
    assert [mail.subject for mail in smtp_server.to(camille.email)].count(notice.subject) == 1


@pytest.mark.requirement("S1.1")
def test_a_refused_address_is_flagged_on_the_contact_and_told(due_invoice, nadia, camille, post, smtp_server):
    switch_on(due_invoice, nadia)
    smtp_server.refused[nadia.email] = "550 5.1.1 inconnue"
    swept = sweep(D(2026, 11, 24), post)
    assert len(reminders(swept.report.failed)) == 1 and states() == ["refused"]
    contact = Contact.get_by_id(nadia.id)
    assert not contact.is_usable and "5.1.1" in contact.rejected_because
    assert "reminder_refused" in kinds(due_invoice)
    sweep(D(2026, 12, 1), post)
    assert "step_waits" in kinds(due_invoice)  # no usable address is said, not silent
    [notice] = Message.select().where(Message.kind == "failure_notice")
    assert notice.subject in [mail.subject for mail in smtp_server.to(camille.email)]


def test_one_recipient_of_two_refused_is_sent_and_flagged(due_invoice, nadia, hugo, post, smtp_server):
    switch_on(due_invoice, nadia, hugo)
    smtp_server.refused[hugo.email] = "550 5.1.1 inconnue"
    sweep(D(2026, 11, 24), post)
    message = Message.get(Message.kind == "reminder")
    assert message.state == "sent" and hugo.email in json.loads(message.refused_json)
    assert "recipient_refused" in kinds(due_invoice)


def test_a_drop_after_the_end_of_the_message_is_uncertain_and_never_sent_again(
    due_invoice, nadia, camille, post, smtp_server
):
    switch_on(due_invoice, nadia)
    smtp_server.drops_after_data = True
    swept = sweep(D(2026, 11, 24), post)
    assert len(reminders(swept.report.uncertain)) == 1 and states() == ["uncertain"]
    smtp_server.drops_after_data = False
    sent_before = len(smtp_server.to(nadia.email))
    for hour in range(1, 9):
        sweep(D(2026, 11, 24), post, dt.time(8 + hour))
    assert len(smtp_server.to(nadia.email)) == sent_before == 1
    assert "reminder_uncertain" in kinds(due_invoice)


def test_a_worker_that_died_while_sending_leaves_an_uncertain_message(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    now = nine_on(D(2026, 11, 24))
    [message_id] = queueing.advance_due(now, domain="relance.example")
    assert handing_over.claim(message_id, now, post.instance_carrier()) is not None  # … and the power goes
    assert handing_over.claim(message_id, now, post.instance_carrier()) is None
    sweeping.sweep(now + dt.timedelta(minutes=5), post)
    assert states() == ["sending"]
    sweeping.sweep(now + dt.timedelta(minutes=20), post)
    assert states() == ["uncertain"] and smtp_server.to(nadia.email) == []
