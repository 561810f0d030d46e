import datetime as dt

from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.events import Event
from relance.models.holds import Task
from relance.models.invoices import Instalment
from relance.models.messages import Message, MessageItem
from relance.models.sequences import Sequence
from relance.services import chasing, enrolling, invoicing, paying, queueing, sequencing, threads
from relance.services.chasing import ChasePlan
from relance.services.invoice_facts import InstalmentFacts
from tests import factories
from tests.making import NOW, TODAY, fresh, make_invoice


def kinds(thread):
    return [knot.kind for knot in thread.knots]


def switch_on(invoice, **plan):
    contact = Contact.get(Contact.client == invoice.client_id)
    chasing.start(invoice, ChasePlan(contact_ids=(contact.id,), **plan), by=None, now=NOW)


def test_without_reminders_there_is_only_the_due_date(client):
    thread = threads.of_invoice(make_invoice(client), NOW)
    assert (kinds(thread), thread.is_on, thread.next) == (["issued", "due"], False, None)


def test_what_comes_next_stands_out_and_follows_the_due_date(client):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=7))
    switch_on(invoice, count=3)
    thread = threads.of_invoice(invoice, NOW)
    assert kinds(thread) == ["issued", "due", "next", "plan", "plan"]
    assert [knot.template for knot in thread.knots[2:]] == ["rappel", "relance_1", "dernier_rappel"]
    assert thread.next.on == TODAY + dt.timedelta(days=8)


def test_a_message_sent_before_the_due_date_stands_before_it(client):
    invoice = make_invoice(client)
    Message.create(
        account=client.account, client=client, kind="manual", state="sent", to_json="[]", subject="s", body_text="t",
        message_id="m1", token="t1", not_before_at=NOW, sent_at=dt.datetime(2026, 10, 20, 9), created_at=NOW,
    )  # fmt: skip
    part = Instalment.get(Instalment.invoice == invoice)
    MessageItem.create(message=Message.get(), invoice=invoice, instalment=part, template="prerelance", balance_cents=1)
    thread = threads.of_invoice(invoice, NOW)
    assert kinds(thread) == ["issued", "sent", "due"]
    assert thread.sent == 1


def test_each_instalment_has_its_line_and_a_payment_closes_the_thread(client):
    parts = tuple(InstalmentFacts(dt.date(2026, month, 30), 100_000) for month in (9, 10))
    invoice = make_invoice(client, total_cents=200_000, instalments=parts)
    paying.record(invoice, 200_000, dt.date(2026, 9, 1), by=None, now=NOW)
    assert kinds(threads.of_invoice(fresh(invoice), NOW)) == ["due", "issued", "due", "paid"]


def test_a_draft_says_nothing_until_it_is_looked_at_as_sent(client):
    invoice = make_invoice(client, state="draft", issued_on=TODAY, due_on=TODAY + dt.timedelta(days=7))
    switch_on(invoice, frequency="once")
    assert kinds(threads.of_invoice(invoice, NOW)) == ["due"]
    assert kinds(threads.of_invoice(invoice, NOW, as_sent=True)) == ["issued", "due", "next"]


def test_a_silent_chase_says_why(client):
    invoice = make_invoice(client, issued_on=TODAY, due_on=TODAY + dt.timedelta(days=7))
    switch_on(invoice)
    Contact.update(rejected_at=NOW).execute()
    thread = threads.of_invoice(invoice, NOW)
    assert (thread.is_on, thread.next, thread.why_silent) == (True, None, "no_recipient")
    invoicing.cancel(fresh(invoice), by=None, now=NOW)
    assert threads.of_invoice(fresh(invoice), NOW).ended_because == "cancelled"


def test_letters_and_calls_of_a_sequence_are_points_of_the_thread(account, latitude, nadia, camille):
    sequence = Sequence.get_or_none(Sequence.account == account, Sequence.key == "standard_b2b")
    if sequence is None:
        sequencing.deliver(account, factories.NOW)
        sequence = Sequence.get(Sequence.account == account, Sequence.key == "standard_b2b")
    enrolling.enrol(sequence, [latitude.id], by=None, now=factories.NOW)
    invoice = factories.make_invoice(latitude, due_on=dt.date(2026, 12, 1))
    enrolling.on_new_invoice(invoice, now=factories.NOW)
    [letter] = [knot for knot in threads.of_invoice(invoice, factories.NOW).knots if knot.channel == "letter"]
    assert (letter.kind, letter.on, letter.template) == ("task", dt.date(2027, 1, 8), "formal_notice")
    at = dt.datetime(2027, 1, 8, 8, 0)
    Chase.update(next_check_at=at).execute()
    queueing.advance_client(account, latitude.id, at, domain="relance.example")
    assert Task.get().due_on == dt.date(2027, 1, 8)
    assert [event.kind for event in Event.select().where(Event.kind == "task_due")] == ["task_due"]
    [letter] = [knot for knot in threads.of_invoice(invoice, at).knots if knot.channel == "letter"]
    assert letter.kind == "task_due"


def test_a_letter_is_filled_in_the_thread_once_a_person_posted_it(account, latitude, camille):
    invoice = factories.make_invoice(latitude)
    day = factories.TODAY
    factories.make_letter(latitude, [invoice], kind="amicable", dated_on=day)
    factories.make_letter(latitude, [invoice], state="posted", mode="lre", posted_on=day - dt.timedelta(2))
    thread = threads.of_invoices(account, [invoice], factories.NOW)[invoice.id]
    found = [(knot.kind, knot.on) for knot in thread.knots if knot.kind in ("letter", "posted")]
    assert found == [("posted", day - dt.timedelta(2)), ("letter", day)]
    assert (thread.sent, thread.posted) == (0, 1)
