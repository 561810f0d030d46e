"""Letters to validate and calls to make: brought up by a sequence, never done by the machine."""

import datetime as dt

import pytest

from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Task
from relance.models.letters import Letter, LetterInvoice
from relance.models.sequences import Sequence, SequenceStep
from relance.services import attending, posting_letters, tasking
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on, sweep

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def make_task(invoice, kind="call", **values):
    values = {"due_on": TODAY, "created_at": NOW, "account": invoice.account_id, "client": invoice.client_id} | values
    return Task.create(invoice=invoice, kind=kind, **values)


def opened(account, day=TODAY):
    return [task.id for task in tasking.open_tasks(account, day)]


@pytest.mark.requirement("S1.26")
@pytest.mark.parametrize("kind", ["letter", "call"])
def test_a_step_that_is_not_an_email_is_a_task_and_sends_nothing(
    account, latitude, nadia, camille, post, smtp_server, kind
):
    invoice = factories.make_invoice(latitude, due_on=TODAY)
    chase = switch_on(invoice, nadia)
    plan = Sequence.create(account=account, title="A", title_key="a", revision=1, created_at=NOW, updated_at=NOW)
    SequenceStep.create(
        sequence=plan, revision=1, key=1001, kind=kind, offset_days=1, template="formal_notice" * (kind == "letter")
    )
    Chase.update(frequency="sequence", sequence=plan).where(Chase.id == chase.id).execute()
    for n in range(5):
        sweep(TODAY + n * DAY, post)
    assert [mail for mail in smtp_server.received if nadia.email in mail.recipients] == []
    [task] = Task.select()
    assert (task.kind, task.due_on, task.done_at) == (kind, TODAY + DAY, None)
    groups = {group.kind for group in attending.groups(account, nine_on(TODAY + 5 * DAY))}
    assert {"letter": "letter_task", "call": "call"}[kind] in groups


def test_a_task_waits_for_its_day_then_for_the_person(account, invoice, camille):
    task = make_task(invoice, due_on=TODAY + DAY)
    assert opened(account) == []
    assert opened(account, TODAY + DAY) == [task.id]
    assert tasking.close(task, "done", by=camille, now=NOW)
    assert not tasking.close(task, "dropped", by=camille, now=NOW)
    assert opened(account, TODAY + DAY) == []
    row = Task.get_by_id(task.id)
    assert (row.outcome, row.done_by, row.done_at) == ("done", camille, NOW)
    event = Event.get(Event.kind == "task_done")
    assert (event.user, event.invoice, event.facts["task"]) == (camille, invoice, "call")


def test_a_dropped_task_says_so(account, invoice, camille):
    tasking.close(make_task(invoice, "letter"), "dropped", by=camille, now=NOW)
    assert Event.select().where(Event.kind == "task_dropped").exists()
    assert opened(account) == []


def test_a_task_ends_by_itself_when_the_invoice_is_paid(account, invoice):
    make_task(invoice)
    factories.make_payment(invoice, 120_000)
    assert opened(account) == []


def test_a_letter_made_since_answers_for_its_task(account, latitude, invoice):
    task = make_task(invoice, "letter")
    call = make_task(invoice, "call")
    old = Letter.create(account=account, client=latitude, dated_on=TODAY, created_at=NOW - DAY)
    LetterInvoice.create(letter=old, invoice=invoice, principal_cents=1)
    assert opened(account) == [task.id, call.id]
    new = Letter.create(account=account, client=latitude, dated_on=TODAY, created_at=NOW + DAY)
    LetterInvoice.create(letter=new, invoice=invoice, principal_cents=1)
    assert opened(account) == [call.id]
    gentle = make_task(invoice, "letter", template="amicable")
    assert opened(account) == [call.id, gentle.id]
    Letter.update(kind="amicable").where(Letter.id == new.id).execute()
    assert opened(account) == [call.id]


def test_the_tasks_of_another_account_are_not_there(invoice, basile):
    make_task(invoice)
    assert opened(basile.account) == []


def test_posting_a_letter_closes_what_asked_for_it_and_undoing_asks_again(account, invoice, latitude, camille):
    notice, call = make_task(invoice, "letter", template="formal_notice"), make_task(invoice)
    amicable = make_task(invoice, "letter", template="amicable")
    document = factories.make_document(account, b"%PDF-1.7", "lettre.pdf", kind="letter")
    letter = factories.make_letter(latitude, [invoice], document=document, state="ready", dated_on=TODAY)
    posting_letters.post(letter, on=TODAY, mode="lrar_counter", by=camille, now=NOW)
    state = {task.id: task.outcome for task in Task.select()}
    assert state == {notice.id: "done", call.id: "", amicable.id: ""}
    assert Event.get(Event.kind == "task_done").facts["task_id"] == notice.id
    posting_letters.undo(letter, by=camille, now=NOW + DAY)
    assert Task.get_by_id(notice.id).done_at is None
    assert Event.get(Event.kind == "task_reopened").facts["task_id"] == notice.id
