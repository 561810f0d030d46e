"""Sixty days of a random account: sequences, payments, holds, outages and edits, through the real services and SMTP.

Each morning's forecast is compared with what the server then receives, and each message with the rows that a person
wrote before it: what paused, promised, contested or paid.
"""

import datetime as dt
import random
from collections import defaultdict

import pytest
from peewee import fn

from relance.models.accounts import Closure
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.holds import Dispute, Pause, Promise, Task
from relance.models.invoices import Invoice
from relance.models.messages import Message, MessageItem
from relance.models.payments import Payment
from relance.models.sequences import Sequence, SequenceStep
from relance.services import (
    asking,
    disputing,
    enrolling,
    extending,
    pausing,
    paying,
    promising,
    publishing,
    reentering,
    reporting,
    sequence_blocks,
    sequencing,
    stepping,
    sweeping,
    upcoming,
)
from relance.services.carrying import Post
from relance.services.chasing import ChaseError
from relance.services.disputing import DisputeFacts
from relance.services.holding import HoldError
from relance.services.promising import PromiseFacts
from relance.services.sequence_blocks import Block
from relance.services.stepping import SteppingError
from tests import factories
from tests.stories.test_due_and_tick import essence, nine

START = dt.date(2026, 11, 23)
DAYS = 60
CLIENTS = 20
INVOICES = 60
DEEDS_A_DAY = 5


def build(account, chance):
    """Clients in the delivered sequences, one of which asks first; invoices late and to come."""
    account.alerts_overdue, account.forewarns, account.min_gap_days = False, "never", 3
    account.save()
    Closure.create(account=account, starts_on=dt.date(2026, 12, 24), ends_on=dt.date(2027, 1, 1))
    if not Sequence.select().where(Sequence.account == account).exists():
        sequencing.deliver(account, factories.NOW)
    sequences = list(Sequence.select().where(Sequence.account == account).order_by(Sequence.id))
    Sequence.update(asks_before_sending=True).where(Sequence.id == sequences[-1].id).execute()
    for n in range(CLIENTS):
        client = factories.make_client(account, f"Client {n:02}", kind=chance.choice(["organisation", "public"]))
        factories.make_contact(client, f"Anne Martin {n}")
        if chance.random() < 0.9:
            enrolling.enrol(chance.choice(sequences), [client.id], by=None, now=factories.NOW)
    for n in range(INVOICES):
        client = Client.get(Client.name == f"Client {chance.randrange(CLIENTS):02}")
        due = START + dt.timedelta(chance.randint(-25, 35))
        invoice = factories.make_invoice(client, f"R-{n:03}", due_on=due, total_cents=chance.randint(1_000, 900_000))
        enrolling.on_new_invoice(Invoice.get_by_id(invoice.id), now=factories.NOW)


class Person:
    """Whoever uses the account: each deed is random, and may be refused."""

    def __init__(self, account, chance, user):
        self.account, self.chance, self.user = account, chance, user

    def act(self, day):
        """One random deed in the late morning."""
        now = nine(day) + dt.timedelta(hours=2)
        invoice = self.chance.choice(list(Invoice.select().where(Invoice.state == "sent").order_by(Invoice.id)))
        until = day + dt.timedelta(self.chance.randint(0, 15))
        deeds = [self.pay, self.part, self.pause, self.pause, self.resume, self.pause_client, self.resume_client]
        deeds += [self.promise, self.dispute, self.close, self.extend, self.step, self.step, self.choose, self.choose]
        deeds += [self.edit, self.enrol, self.pause_all, self.approve, self.approve]
        try:
            self.chance.choice(deeds)(invoice, day, until, now)
        except (HoldError, ChaseError, SteppingError):
            return  # refused: paid meanwhile, already in dispute, no such step any more

    def pay(self, invoice, day, until, now):
        paying.record(invoice, invoice.balance_cents, day, by=None, now=now)

    def part(self, invoice, day, until, now):
        paying.record(invoice, max(1, invoice.balance_cents // 3), day, by=None, now=now)

    def pause(self, invoice, day, until, now):
        last = None if self.chance.random() < 0.2 else until
        pausing.pause_invoice(invoice, until_on=last, reason="", by=None, now=now)

    def resume(self, invoice, day, until, now):
        paused = Pause.select().where(Pause.invoice.is_null(False), Pause.ended_at.is_null()).first()
        pausing.resume_invoice(paused.invoice if paused else invoice, by=None, now=now)

    def pause_client(self, invoice, day, until, now):
        pausing.pause_client(invoice.client, until_on=until, reason="", by=None, now=now)

    def resume_client(self, invoice, day, until, now):
        pausing.resume_client(invoice.client, by=None, now=now)

    def pause_all(self, invoice, day, until, now):
        if self.chance.random() < 0.15:
            pausing.pause_all(self.account, until_on=day + dt.timedelta(2), reason="", by=None, now=now)

    def promise(self, invoice, day, until, now):
        promising.promise(invoice, PromiseFacts(until, invoice.balance_cents), by=None, now=now)

    def dispute(self, invoice, day, until, now):
        disputing.open_dispute(invoice, DisputeFacts("other", "Désaccord"), by=None, now=now)

    def close(self, invoice, day, until, now):
        row = Dispute.select().where(Dispute.ended_at.is_null()).first()
        if row is not None:
            disputing.close(row.invoice, outcome="Réglé", by=None, now=now)

    def extend(self, invoice, day, until, now):
        extending.grant(invoice, granted_on=until + dt.timedelta(5), reason="", by=None, now=now)

    def step(self, invoice, day, until, now):
        coming = [line.step for line in upcoming.of_invoice(invoice, now) if line.state == "planned"]
        if coming:
            deed = self.chance.choice([stepping.hold, stepping.skip])
            deed(invoice, self.chance.choice(coming), by=None, now=now)

    def choose(self, invoice, day, until, now):
        entry = reentering.backlog(self.account).first()
        if entry is not None:
            reentering.choose(entry.chase, self.chance.choice(reentering.STARTS), by=None, now=now)

    def edit(self, invoice, day, until, now):
        sequence = self.chance.choice(list(Sequence.select().order_by(Sequence.id)))
        block = self.chance.choice(sequence_blocks.steps_of(sequence))
        offset = block.offset_days + self.chance.choice([-2, -1, 1, 2, 6])
        taken = SequenceStep.select().where(
            SequenceStep.sequence == sequence,
            SequenceStep.revision == sequence.revision,
            SequenceStep.offset_days == offset,
        )
        if not taken.exists():
            wanted = Block(block.kind, offset, block.template)
            sequence_blocks.change_step(sequence, block.key, wanted, version=sequence.version, by=None, now=now)
            fresh = Sequence.get_by_id(sequence.id)
            publishing.publish(fresh, version=fresh.version, by=None, now=now)

    def enrol(self, invoice, day, until, now):
        sequence = self.chance.choice(list(Sequence.select().order_by(Sequence.id)))
        enrolling.enrol(sequence, [invoice.client_id], by=None, now=now)

    def approve(self, invoice, day, until, now):
        for message in list(asking.proposed(self.account)):
            asking.approve(message, read=asking.mark_of(message), by=self.user, now=now)


def check(message, orders):
    """One automatic message that just left, against the rows written before it."""
    at, day = message.sent_at, message.day_on
    for item in MessageItem.select().where(MessageItem.message == message):
        invoice, client = item.invoice, item.invoice.client_id
        paid = Payment.select(fn.COALESCE(fn.SUM(Payment.amount_cents), 0)).where(
            Payment.invoice == invoice, Payment.created_at <= at
        )
        assert paid.scalar() < invoice.total_cents, "after full payment"
        concerned = (
            (Pause.invoice == invoice)
            | (Pause.invoice.is_null() & (Pause.client == client))
            | (Pause.invoice.is_null() & Pause.client.is_null())
        )
        is_on = Pause.until_on.is_null() | (Pause.until_on >= day)
        pauses = Pause.select().where(
            concerned, is_on, Pause.made_at <= at, Pause.ended_at.is_null() | (Pause.ended_at > at)
        )
        assert not pauses.exists(), "in a pause"
        promises = Promise.select().where(
            Promise.invoice == invoice,
            Promise.made_at <= at,
            Promise.holds_until_on >= day,
            Promise.closed_at.is_null() | (Promise.closed_at > at),
        )
        assert not promises.exists(), "before the end of a promise"
        disputes = Dispute.select().where(
            Dispute.invoice == invoice, Dispute.made_at <= at, Dispute.ended_at.is_null() | (Dispute.ended_at > at)
        )
        assert not disputes.exists(), "in a dispute"
        plan = (item.chase_id, item.instalment_id, item.chase.sequence_id)
        assert all(item.offset_days > before for before in orders[plan]), "out of order"
        orders[plan].append(item.offset_days)


@pytest.mark.requirement("S1.1", "S3.3", "S3.4", "S3.24", "S3.29", "S3.30", "S3.32", "S3.33")
@pytest.mark.parametrize("seed", [1, 2])
def test_sixty_random_days_keep_every_promise(seed, account, camille, settings, smtp_server):
    chance = random.Random(seed)
    build(account, chance)
    person, post = Person(account, chance, camille), Post.of(settings)
    orders = defaultdict(list)
    seen, is_off = set(), 0
    for offset in range(DAYS):
        day = START + dt.timedelta(offset)
        is_off = max(0, is_off - 1) or (chance.randint(1, 4) if chance.random() < 0.06 else 0)
        if not is_off:
            morning = nine(day) - dt.timedelta(hours=1)
            promising.settle_due(morning)
            foreseen = {essence(row) for row in reporting.due_as_json([account], day, morning)["send"]}
            swept = sweeping.sweep(nine(day), post)
            assert {essence(row) for row in reporting.tick_as_json(swept)["sent"]} == foreseen, day
        for _ in range(chance.randint(0, DEEDS_A_DAY)):
            person.act(day)
        sweeping.sweep(nine(day) + dt.timedelta(hours=4), post)
        for message in Message.select().where(Message.kind == "reminder", Message.state == "sent"):
            if message.id not in seen:
                seen.add(message.id)
                check(message, orders)
    days = [
        (row.client_id, row.day_on)
        for row in Message.select().where(Message.kind == "reminder", Message.state.in_(("sent", "uncertain")))
    ]
    assert len(days) == len(set(days)), "two automatic messages to a client on one day"
    assert len(smtp_server.received) == len(seen) > 30
    assert Task.select().where(Task.kind == "letter").exists(), "the letters of the sequences came up"
    assert not MessageItem.select().where(MessageItem.template == "formal_notice").exists()
    steps = MessageItem.select(MessageItem.slot).where(MessageItem.slot.is_null(False))
    assert steps.count() == steps.distinct().count()
    assert Chase.select().where(Chase.ended_because == "finished").exists()
