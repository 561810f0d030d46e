"""The preview and the test e-mail come from the code that sends."""

import datetime as dt

import pytest

from relance.mail.outcome import Sent, Unreachable
from relance.models.messages import Message
from relance.services import previewing, sweeping
from relance.services.carrying import Post
from relance.services.chasing import ChasePlan
from tests import factories
from tests.making import switch_on

D = dt.date


def as_typed(mail):
    """The text as it was before MIME ended its lines."""
    return mail.text.replace("\r\n", "\n").strip()


@pytest.fixture
def invoice_due(latitude, nadia, camille):
    return factories.make_invoice(latitude, "F-2026-0098", due_on=D(2026, 11, 23))


@pytest.mark.requirement("S1.11", "S0.4")
def test_each_previewed_text_is_the_one_the_client_receives(account, invoice_due, nadia, now, post, smtp_server):
    plan = ChasePlan(contact_ids=(nadia.id,), count=3)
    shown = [previewing.preview(account, invoice_due, plan, now, index) for index in range(3)]
    switch_on(invoice_due, nadia)
    for preview in shown:
        day = preview.sends[preview.index].on
        sweeping.sweep(dt.datetime.combine(day, dt.time(8)), post)
    received = smtp_server.to(nadia.email)
    assert [mail.subject for mail in received] == [preview.composed.subject for preview in shown]
    assert [as_typed(mail) for mail in received] == [preview.composed.text.strip() for preview in shown]


@pytest.mark.requirement("S0.14", "S1.20")
def test_the_test_goes_to_the_user_alone_and_counts_for_nothing(
    account, camille, invoice_due, nadia, now, post, smtp_server
):
    plan = ChasePlan(contact_ids=(nadia.id,), copies_user=True)
    composed = previewing.preview(account, invoice_due, plan, now).composed
    assert isinstance(previewing.send_test(composed, account, camille, post, now), Sent)
    [mail] = smtp_server.received
    assert mail.recipients == [camille.email] and mail.subject == f"[TEST] {composed.subject}"
    assert as_typed(mail) == composed.text.strip() and mail.message["Cc"] is None
    assert Message.select().count() == 0


def test_a_server_that_cannot_be_reached_says_so_within_the_time_out(
    account, camille, invoice_due, nadia, now, data_dir
):
    from relance.config import Smtp
    from tests.servers import free_port

    post = Post(Smtp("127.0.0.1", free_port()), "relances@relance.example", data_dir, timeout=1)
    composed = previewing.preview(account, invoice_due, ChasePlan(contact_ids=(nadia.id,)), now).composed
    assert isinstance(previewing.send_test(composed, account, camille, post, now), Unreachable)


def test_nothing_to_send_previews_nothing(account, invoice_due, nadia):
    over = dt.datetime(2027, 6, 1, 8)
    plan = ChasePlan(contact_ids=(nadia.id,), count=2, start="next")
    assert previewing.preview(account, invoice_due, plan, over).composed is None


def test_a_step_to_come_is_shown_as_it_will_leave(invoice_due, nadia, now, post, smtp_server):
    switch_on(invoice_due, nadia, count=3)
    shown = [previewing.of_step(invoice_due, step, now) for step in range(3)]
    assert previewing.of_step(invoice_due, 3, now) is None
    for send, _composed, documents in shown:
        assert documents == ()
        sweeping.sweep(dt.datetime.combine(send.on, dt.time(8)), post)
    received = smtp_server.to(nadia.email)
    assert [as_typed(mail) for mail in received] == [composed.text.strip() for _, composed, _ in shown]
    assert previewing.of_step(invoice_due, 0, dt.datetime(2026, 12, 20)) is None
