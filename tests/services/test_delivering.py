"""From the queue to a real SMTP server: once, never after payment, and every failure has its name."""

import datetime as dt

import peewee
import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import carrying, delivering, handing_over, paying, queueing
from relance.services.carrying import Post
from tests import factories
from tests.making import switch_on
from tests.services.sending import kinds, nine_on, reminders, states, sweep

D = dt.date
PARIS_NINE = dt.time(8, 0)  # UTC, in winter


@pytest.mark.requirement("S0.3", "S3.3", "S1.1")
def test_a_reminder_leaves_once_on_its_day_and_the_journal_says_so(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    assert sweep(D(2026, 11, 23), post).report.sent == []
    first = sweep(D(2026, 11, 24), post)
    assert len(reminders(first.report.sent)) == 1 and sweep(D(2026, 11, 24), post).report.sent == []
    [mail] = smtp_server.to(nadia.email)
    assert mail.message["To"] == "Nadia Benali <compta@latitude-conseil.example>"
    assert "1\u00a0200,00\u00a0€" in mail.text
    assert states() == ["sent"]
    assert kinds(due_invoice) == ["chase_started", "reminder_queued", "became_overdue", "reminder_sent"]


@pytest.mark.requirement("S1.18")
def test_three_weekly_reminders_then_the_chase_is_finished(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    for offset in range(30):
        sweep(D(2026, 11, 24) + dt.timedelta(offset), post)
    mails = smtp_server.to(nadia.email)
    assert len(mails) == 3
    days = [message.day_on for message in Message.select().where(Message.kind == "reminder").order_by(Message.id)]
    assert days == [D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8)]
    chase = Chase.get()
    assert (chase.is_active, chase.ended_because) == (False, "finished")
    assert kinds(due_invoice)[-1] == "chase_finished"


@pytest.mark.requirement("S1.17")
def test_a_single_reminder_leaves_on_the_due_date(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia, frequency="once")
    for offset in range(20):
        sweep(D(2026, 11, 23) + dt.timedelta(offset), post)
    assert len(smtp_server.to(nadia.email)) == 1
    assert Message.get(Message.kind == "reminder").day_on == D(2026, 11, 23)


@pytest.mark.requirement("S1.19")
def test_weekly_until_paid_stops_at_the_cap(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia, frequency="until_paid")
    for week in range(26):
        for day in (1, 2):  # Tuesday, and Wednesday when Tuesday is a holiday
            sweep(D(2026, 11, 23) + dt.timedelta(7 * week + day), post)
    assert len(smtp_server.to(nadia.email)) == 12
    assert Chase.get().ended_because == "finished"


@pytest.mark.requirement("S1.19", "S3.4")
def test_weekly_until_paid_stops_at_the_payment(due_invoice, nadia, camille, post, smtp_server):
    switch_on(due_invoice, nadia, frequency="until_paid")
    for week in range(10):
        sweep(D(2026, 11, 24) + dt.timedelta(7 * week), post)
        if week == 2:
            paying.record(due_invoice, 120_000, D(2026, 12, 8), by=camille, now=nine_on(D(2026, 12, 8)))
    assert len(smtp_server.to(nadia.email)) == 3


@pytest.mark.requirement("S0.11", "S3.4")
def test_a_payment_between_the_queue_and_the_server_stops_the_message(due_invoice, nadia, camille, post, smtp_server):
    switch_on(due_invoice, nadia)
    now = nine_on(D(2026, 11, 24))
    [message_id] = queueing.advance_due(now, domain="relance.example")
    paying.record(due_invoice, 120_000, D(2026, 11, 24), by=camille, now=now)
    delivering.deliver([message_id], now, post)
    assert smtp_server.to(nadia.email) == []
    assert Message.get_by_id(message_id).state == "cancelled"
    told = Event.get(Event.kind == "reminder_cancelled")
    assert told.facts["because"] == "paid" and told.invoice_id == due_invoice.id


@pytest.mark.requirement("S3.5")
def test_after_a_part_payment_the_message_asks_for_what_is_left(due_invoice, nadia, camille, post, smtp_server):
    switch_on(due_invoice, nadia)
    now = nine_on(D(2026, 11, 24))
    [message_id] = queueing.advance_due(now, domain="relance.example")
    assert "1\u00a0200,00" in Message.get_by_id(message_id).body_text
    paying.record(due_invoice, 50_000, D(2026, 11, 24), by=camille, now=now)
    delivering.deliver([message_id], now, post)
    [mail] = smtp_server.to(nadia.email)
    assert "700,00\u00a0€" in mail.text and "Reste dû" not in mail.subject
    assert Message.get_by_id(message_id).total_cents == 70_000


@pytest.mark.requirement("S0.12", "S0.13", "S1.21", "S1.22")
@pytest.mark.parametrize("copies", [True, False])
def test_replies_reach_the_user_and_the_copy_only_if_asked(
    due_invoice, nadia, camille, post, smtp_server, account, copies
):
    switch_on(due_invoice, nadia, copies_user=copies)
    sweep(D(2026, 11, 24), post)
    [mail] = smtp_server.to(nadia.email)
    assert mail.message["Reply-To"] == camille.email
    assert mail.message["From"] == "Atelier Roussel <relances@relance.example>"
    assert (camille.email in mail.recipients) is copies
    assert (mail.message["Cc"] is not None) is copies
    assert mail.message["Auto-Submitted"] == "auto-generated"


@pytest.mark.requirement("S1.15", "S0.9")
def test_three_contacts_of_a_business_share_one_mail(due_invoice, latitude, nadia, hugo, post, smtp_server):
    third = factories.make_contact(latitude, "Paul Martin", "paul@latitude-conseil.example")
    switch_on(due_invoice, nadia, hugo, third)
    sweep(D(2026, 11, 24), post)
    [mail] = [mail for mail in smtp_server.received if nadia.email in mail.recipients]
    assert set(mail.recipients) == {nadia.email, hugo.email, third.email}
    assert mail.message["To"].count("@") == 3


@pytest.mark.requirement("S1.1", "S1.9")
def test_a_client_with_several_invoices_due_gets_one_message_with_all_of_them(
    due_invoice, latitude, nadia, post, smtp_server
):
    other = factories.make_invoice(latitude, "F-2026-0099", due_on=D(2026, 11, 23), total_cents=30_050)
    switch_on(due_invoice, nadia)
    switch_on(other, nadia)
    sweep(D(2026, 11, 24), post)
    [mail] = smtp_server.to(nadia.email)
    assert "F-2026-0098" in mail.text and "F-2026-0099" in mail.text
    assert "1\u00a0500,50\u00a0€" in mail.text
    assert kinds(other)[-1] in ("reminder_sent", "became_overdue")


@pytest.mark.requirement("S1.1")
def test_after_three_days_off_exactly_one_mail_leaves(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    sweep(D(2026, 11, 27), post)
    sweep(D(2026, 11, 27), post, dt.time(12, 0))
    assert len(smtp_server.to(nadia.email)) == 1


def test_nothing_leaves_before_nine_nor_after_six_nor_at_the_weekend(due_invoice, nadia, post, smtp_server):
    switch_on(due_invoice, nadia)
    sweep(D(2026, 11, 24), post, dt.time(7, 59))
    sweep(D(2026, 11, 24), post, dt.time(17, 0))  # 18:00 in Paris
    assert smtp_server.to(nadia.email) == []
    sweep(D(2026, 11, 25), post)
    assert len(smtp_server.to(nadia.email)) == 1


def test_a_server_that_hangs_costs_the_others_one_time_out(account, latitude, nadia, camille, post, settings):
    """Five messages of an account whose server is silent: one is tried, the rest wait with it."""
    import socket

    from relance.models.accounts import SmtpServer

    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(50)
        SmtpServer.create(
            account=account,
            host="127.0.0.1",
            port=silent.getsockname()[1],
            security="none",
            from_address="camille@atelier-roussel.example",
            verified_at=factories.NOW,
            updated_at=factories.NOW,
        )
        for n in range(5):
            client = factories.make_client(account, f"Client {n}")
            contact = factories.make_contact(client, f"Anne {n}")
            switch_on(factories.make_invoice(client, due_on=D(2026, 11, 23)), contact)
        now = nine_on(D(2026, 11, 24))
        ids = queueing.advance_due(now, domain="relance.example")
        quick = Post(post.smtp, post.mail_from, post.data_dir, post.base_url, timeout=0.3)
        report = delivering.deliver(ids, now, quick)
        silent.settimeout(0.05)
        calls = 0
        while True:
            try:
                silent.accept()[0].close()
                calls += 1
            except TimeoutError:
                break
    assert calls == 1 and len(report.waiting) == 5
    assert carrying.waits_until(f"account-{account.id}", now) is not None
    assert {m.state for m in Message.select().where(Message.kind == "reminder")} == {"queued"}
    assert delivering.batches(now) == []


def test_suspending_the_account_holds_everything(due_invoice, nadia, account, post, smtp_server):
    switch_on(due_invoice, nadia)
    account.suspended_at = factories.NOW
    account.save()
    sweep(D(2026, 11, 24), post)
    assert smtp_server.to(nadia.email) == []


def test_a_hundred_messages_use_one_connection(account, post, smtp_server):
    for n in range(40):
        client = factories.make_client(account, f"Client {n}")
        contact = factories.make_contact(client, f"Anne {n}")
        switch_on(factories.make_invoice(client, due_on=D(2026, 11, 23)), contact)
    factories.make_user(account)
    now = nine_on(D(2026, 11, 24))
    ids = queueing.advance_due(now, domain="relance.example")
    report = delivering.deliver(ids, now, post)
    assert len(report.sent) == 40 and smtp_server.connections == 1


def test_one_message_that_cannot_be_built_fails_alone_and_says_why(
    account, latitude, nadia, camille, post, smtp_server
):
    document = factories.make_document(account)
    broken = factories.make_invoice(latitude, "F-1", due_on=D(2026, 11, 23), document=document)
    other_client = factories.make_client(account, "Morel")
    other = factories.make_contact(other_client, "Hugo Morel")
    switch_on(broken, nadia)
    switch_on(factories.make_invoice(other_client, "F-2", due_on=D(2026, 11, 23)), other)
    [stored] = (post.data_dir / "files").rglob(f"*{document.sha256[-20:]}*")
    stored.unlink()
    swept = sweep(D(2026, 11, 24), post)
    assert len(reminders(swept.report.failed)) == 1 and len(smtp_server.to(other.email)) == 1
    assert "introuvable" in Message.get(Message.state == "refused").error
    assert "reminder_refused" in kinds(broken)


def test_one_client_that_cannot_be_decided_does_not_hold_the_others(
    due_invoice, nadia, account, camille, post, smtp_server, monkeypatch
):
    other_client = factories.make_client(account, "Morel")
    other = factories.make_contact(other_client, "Hugo Morel")
    switch_on(due_invoice, nadia)
    switch_on(factories.make_invoice(other_client, "F-2", due_on=D(2026, 11, 23)), other)
    whole = queueing.advance_client

    def fail(account, client_id, now, *, domain):
        if client_id == due_invoice.client_id:
            raise RuntimeError("unreadable")
        return whole(account, client_id, now, domain=domain)

    monkeypatch.setattr(queueing, "advance_client", fail)
    sweep(D(2026, 11, 24), post)
    assert len(smtp_server.to(other.email)) == 1 and smtp_server.to(nadia.email) == []
    monkeypatch.undo()
    sweep(D(2026, 11, 24), post, dt.time(9, 5))
    assert len(smtp_server.to(nadia.email)) == 1


def test_a_busy_database_costs_an_hour_not_the_message(due_invoice, nadia, camille, post, smtp_server, monkeypatch):
    switch_on(due_invoice, nadia)
    whole = handing_over.claim

    def busy(*_):
        raise peewee.OperationalError("database is locked")

    monkeypatch.setattr(handing_over, "claim", busy)
    swept = sweep(D(2026, 11, 24), post)
    assert states() == ["queued"] and len(reminders(swept.report.waiting)) == 1
    monkeypatch.setattr(handing_over, "claim", whole)
    sweep(D(2026, 11, 24), post, dt.time(9, 5))
    assert states() == ["sent"] and len(smtp_server.to(nadia.email)) == 1


def test_a_slow_batch_claims_each_message_at_its_own_instant(account, camille, post, smtp_server, monkeypatch):
    ticks = iter([0.0, 0.0, 1200.0])
    monkeypatch.setattr(delivering, "monotonic", lambda: next(ticks))
    for n in range(2):
        client = factories.make_client(account, f"Client {n}")
        contact = factories.make_contact(client, "Anne Martin", f"anne-{n}@client.example")
        switch_on(factories.make_invoice(client, due_on=D(2026, 11, 23)), contact)
    now = nine_on(D(2026, 11, 24))
    ids = queueing.advance_due(now, domain="relance.example")
    delivering.deliver(ids, now, post)
    claimed = [message.claimed_at for message in Message.select().order_by(Message.id)]
    assert claimed == [now, now + dt.timedelta(minutes=20)]
