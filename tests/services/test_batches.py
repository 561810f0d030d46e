"""Sending to many: once for a form, once for a line, whoever stops in between; undone for a minute; told as it went."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from relance.db import connection
from relance.models.accounts import Account, Heartbeat
from relance.models.batches import Batch, BatchLine
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.messages import Message, MessageItem
from relance.services import batches, paying, sending_many, sweeping
from relance.services.batches import BatchError, Shown
from tests import factories
from tests.making import switch_on
from tests.services.batching import DAY, DOMAIN, NOW, TODAY, confirm, debtor, reviewed, shown, states
from tests.services.sending import kinds, reminders, text_of

MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def debtors(account, camille):
    """Five clients with one late invoice each."""
    return [debtor(account, f"Client {n}", 10 + n)[1][0] for n in range(5)]


def account_events():
    return [
        (event.kind, event.facts["count"])
        for event in Event.select().where(Event.kind.startswith("batch_")).order_by(Event.id)
    ]


@pytest.mark.requirement("S2.9", "S4.1")
def test_five_ticked_are_five_mails_after_their_minute(account, camille, debtors, post, smtp_server):
    batch = confirm(account, reviewed(account, debtors), camille)
    assert Message.select().count() == 0, "confirming writes the batch, not yet the messages"
    made = batches.work(batch.id, NOW, domain=DOMAIN)
    assert len(made) == 5 and states(batch) == [("queued", "")] * 5
    assert sweeping.sweep(NOW + MINUTE - dt.timedelta(seconds=1), post).report.sent == []
    assert sorted(sweeping.sweep(NOW + MINUTE, post).report.sent) == sorted(made)
    assert sweeping.sweep(NOW + 2 * MINUTE, post).report.sent == []
    assert len(smtp_server.received) == 5
    for invoice in debtors:
        assert kinds(invoice) == ["reminder_queued", "reminder_sent"]
        item = MessageItem.get(MessageItem.invoice == invoice)
        message = item.message
        assert (message.kind, message.user, message.state, message.is_automatic) == ("manual", camille, "sent", False)
        assert (item.template, item.balance_cents) == ("rappel", invoice.balance_cents)
        [mail] = smtp_server.to(json.loads(message.to_json)[0][1])
        assert invoice.number in text_of(mail)
    progress = batches.progress(batch)
    assert (progress.total, progress.sent, progress.is_over) == (5, 5, True)
    assert account_events() == [("batch_queued", 5)]


def test_the_same_form_sent_twice_is_one_batch_even_at_the_same_instant(account, camille, debtors):
    review = reviewed(account, debtors)

    def click():
        with connection():
            return confirm(account, review, camille).id

    with ThreadPoolExecutor(4) as pool:
        ids = {future.result() for future in [pool.submit(click) for _ in range(4)]}
    assert len(ids) == 1 and Batch.select().count() == 1 and BatchLine.select().count() == 5
    assert account_events() == [("batch_queued", 5)]


def test_two_forms_for_the_same_invoices_at_the_same_instant_are_one_message_each(account, camille, debtors):
    reviews = [reviewed(account, debtors), reviewed(account, debtors)]

    def click(number):
        with connection():
            try:
                return str(confirm(account, reviews[number], camille, key=f"tab-{number}").id)
            except BatchError as error:
                return f"{error} {error.is_stale}"

    with ThreadPoolExecutor(2) as pool:
        said = [future.result() for future in [pool.submit(click, number) for number in range(2)]]
    assert sorted(said) == [str(Batch.get().id), f"{batches.WRITTEN} True"]
    batches.advance(NOW, domain=DOMAIN)
    assert Message.select().count() == 5


def test_what_is_confirmed_and_not_made_yet_counts_as_written(account, camille, debtors):
    batch = confirm(account, reviewed(account, debtors), camille)
    again = reviewed(account, debtors)
    assert again.leaving == () and {line.last_on for line in again.lines} == {TODAY}
    batches.undo(batch, by=camille, now=NOW)
    assert len(reviewed(account, debtors).leaving) == 5, "undone, nothing was written to anybody"


def test_two_runs_at_once_make_each_message_once(account, camille, debtors):
    batch = confirm(account, reviewed(account, debtors), camille)

    def run():
        with connection():
            return batches.work(batch.id, NOW, domain=DOMAIN)

    with ThreadPoolExecutor(3) as pool:
        made = [future.result() for future in [pool.submit(run) for _ in range(3)]]
    assert sorted(id for ids in made for id in ids) == sorted(message.id for message in Message.select())
    assert Message.select().count() == 5 and states(batch) == [("queued", "")] * 5
    assert [kinds(invoice) for invoice in debtors] == [["reminder_queued"]] * 5


def test_a_run_stopped_at_any_line_goes_on_where_it_was(account, camille, debtors, monkeypatch, post, smtp_server):
    batch = confirm(account, reviewed(account, debtors), camille)
    true = sending_many.send_line
    calls = []

    class Killed(BaseException):
        pass

    def dying(line, *args, **options):
        reason = true(line, *args, **options)
        calls.append(line.id)
        if len(calls) == 3:
            raise Killed  # as SIGKILL would: everything written, nothing committed
        return reason

    monkeypatch.setattr(sending_many, "send_line", dying)
    with pytest.raises(Killed):
        batches.work(batch.id, NOW, domain=DOMAIN)
    assert states(batch) == [("queued", "")] * 2 + [("waiting", "")] * 3
    assert Message.select().count() == 2 and Batch.get_by_id(batch.id).finished_at is None
    assert len(batches.advance(NOW + 5 * MINUTE, domain=DOMAIN)) == 3, "the worker finds it by itself"
    assert Batch.get_by_id(batch.id).finished_at == NOW + 5 * MINUTE
    sweeping.sweep(NOW + 6 * MINUTE, post)
    assert len(smtp_server.received) == 5 == Message.select().count()


def test_a_payment_between_the_click_and_the_message_sets_its_line_aside(account, camille, debtors, smtp_server, post):
    batch = confirm(account, reviewed(account, debtors), camille)
    paid, partly = debtors[0], debtors[1]
    for invoice, cents in ((paid, paid.balance_cents), (partly, 100)):
        paying.record(
            invoice,
            received_on=TODAY,
            amount_cents=cents,
            method="transfer",
            by=camille,
            now=NOW,
            form_key=str(invoice.id),
        )
    batches.work(batch.id, NOW, domain=DOMAIN)
    reasons = {line.client_id: (line.state, line.reason) for line in batches.lines_of(batch)}
    assert reasons[paid.client_id] == ("aside", "paid")
    assert reasons[partly.client_id] == ("aside", "balance_changed")
    sweeping.sweep(NOW + MINUTE, post)
    assert len(smtp_server.received) == 3
    assert "reminder_queued" not in kinds(paid) + kinds(partly)


def test_a_payment_within_the_minute_stops_its_message_alone(account, camille, debtors, post, smtp_server):
    batch = confirm(account, reviewed(account, debtors), camille)
    batches.work(batch.id, NOW, domain=DOMAIN)
    paid = debtors[2]
    paying.record(
        paid,
        received_on=TODAY,
        amount_cents=paid.balance_cents,
        method="transfer",
        by=camille,
        now=NOW + dt.timedelta(seconds=20),
        form_key="p",
    )
    sweeping.sweep(NOW + MINUTE, post)
    assert len(smtp_server.received) == 4 and "reminder_sent" not in kinds(paid)
    progress = batches.progress(batch)
    assert (progress.sent, progress.cancelled) == (4, 1)


def test_a_balance_that_changed_while_the_form_was_open_is_refused(account, camille, debtors):
    review = reviewed(account, debtors)
    seen = shown(review)
    stale = Shown(seen.balances | {debtors[0].id: 1}, seen.contact_ids)
    with pytest.raises(BatchError) as refused:
        batches.confirm(account, review, stale, key="k", copies_user=False, waits=False, by=camille, now=NOW)
    assert refused.value.is_stale and Batch.select().count() == 0
    other = Shown(seen.balances, {**seen.contact_ids, review.lines[0].key: (1,)})
    with pytest.raises(BatchError):
        batches.confirm(account, review, other, key="k", copies_user=False, waits=False, by=camille, now=NOW)
    assert account_events() == []


def test_nothing_is_confirmed_for_nobody_nor_while_everything_is_suspended(account, camille, debtors):
    with pytest.raises(BatchError, match="Aucune relance"):
        confirm(account, reviewed(account, []), camille)
    review = reviewed(account, debtors)
    Account.update(suspended_at=NOW).where(Account.id == account.id).execute()
    with pytest.raises(BatchError, match="suspendus"):
        confirm(account, review, camille)
    assert Batch.select().count() == 0


def test_undone_within_the_minute_nothing_leaves_and_the_steps_come_back(account, camille, post, smtp_server, nadia):
    invoice = factories.make_invoice(nadia.client, due_on=TODAY + DAY)
    switch_on(invoice, nadia, count=3)
    batch = confirm(account, reviewed(account, [invoice], templates={}), camille)
    batches.work(batch.id, NOW, domain=DOMAIN)
    item = MessageItem.get(MessageItem.invoice == invoice)
    assert item.slot and item.planned_on == TODAY + 2 * DAY, "it takes the place of the step of the gap"
    assert batches.undo(batch, by=camille, now=NOW + MINUTE / 2) == 1
    assert batches.undo(batch, by=camille, now=NOW + MINUTE / 2) == 0
    sweeping.sweep(NOW + MINUTE, post)
    assert smtp_server.received == [] and kinds(invoice)[-1] == "reminder_cancelled"
    assert MessageItem.get_by_id(item.id).slot is None
    assert Chase.get(Chase.invoice == invoice).next_check_at is not None
    assert account_events() == [("batch_queued", 1), ("batch_undone", 1)]
    sent = sweeping.sweep(NOW + 2 * DAY, post).report.sent
    assert len(reminders(sent)) == 1, "the step leaves on its own day"


def test_undone_before_it_was_made_nothing_is_made(account, camille, debtors):
    batch = confirm(account, reviewed(account, debtors), camille)
    batches.work(batch.id, NOW, domain=DOMAIN, limit=2)
    assert batches.undo(batch, by=camille, now=NOW) == 2
    assert batches.advance(NOW, domain=DOMAIN) == []
    assert states(batch) == [("queued", "")] * 2 + [("aside", "undone")] * 3
    assert {message.state for message in Message.select()} == {"cancelled"}
    assert batches.progress(batch).is_over


def test_outside_the_hours_it_may_wait_for_the_next_opening(account, camille, debtors, post, smtp_server):
    sunday = NOW - DAY
    review = reviewed(account, debtors[:2], now=sunday)
    assert batches.opens_at(account, sunday) == NOW
    batch = confirm(account, review, camille, now=sunday, waits=True)
    batches.work(batch.id, sunday, domain=DOMAIN)
    assert {(m.not_before_at, m.day_on) for m in Message.select()} == {(NOW, TODAY)}
    sweeping.sweep(sunday + 10 * MINUTE, post)
    assert smtp_server.received == []
    sweeping.sweep(NOW, post)
    assert len(smtp_server.received) == 2
    at_once = confirm(account, reviewed(account, debtors[3:], now=sunday), camille, now=sunday, key="now")
    assert at_once.not_before_at == sunday + MINUTE


def test_the_page_makes_the_first_lines_and_all_of_them_without_a_worker(account, camille, monkeypatch):
    monkeypatch.setattr(batches, "AT_ONCE", 2)
    rows = [debtor(account, f"Client {n}", 10)[1][0] for n in range(4)]
    Heartbeat.beat("worker", NOW)
    batch = confirm(account, reviewed(account, rows), camille)
    batches.work_at_once(batch, NOW, domain=DOMAIN)
    assert batches.progress(batch).waiting == 2
    later = NOW + batches.SILENCE
    batches.work_at_once(batch, later, domain=DOMAIN)
    assert batches.progress(batch).is_prepared


def test_a_line_that_cannot_be_written_does_not_hold_the_others(account, camille, debtors, monkeypatch):
    batch = confirm(account, reviewed(account, debtors), camille)
    true = sending_many.compose

    def failing(account, invoices, *args, **options):
        if invoices[0].id == debtors[1].id:
            raise ValueError("no such template")
        return true(account, invoices, *args, **options)

    monkeypatch.setattr(sending_many, "compose", failing)
    assert len(batches.work(batch.id, NOW, domain=DOMAIN)) == 4
    reasons = {line.client_id: (line.state, line.reason) for line in batches.lines_of(batch)}
    assert reasons[debtors[1].client_id] == ("aside", "unwritable")
    assert Batch.get_by_id(batch.id).finished_at == NOW


def test_a_copy_goes_to_the_user_when_asked(account, camille, debtors, post, smtp_server):
    batch = confirm(account, reviewed(account, debtors[:1]), camille, copies_user=True)
    batches.work(batch.id, NOW, domain=DOMAIN)
    sweeping.sweep(NOW + MINUTE, post)
    [mail] = smtp_server.to(camille.email)
    assert mail.message["Cc"] and camille.email in mail.message["Cc"]


def test_the_last_batches_come_first_with_their_number_of_messages(account, camille, debtors):
    first = confirm(account, reviewed(account, debtors[:2]), camille, key="a")
    second = confirm(account, reviewed(account, debtors[2:]), camille, key="b", now=NOW + MINUTE)
    assert batches.recent(account, NOW) == [(second, 3), (first, 2)]
    assert batches.recent(account, NOW + MINUTE) == [(second, 3)]
    assert batches.recent(factories.make_account("Une autre"), NOW) == []
