"""What holds reminders back, as rows: who, when, why, until when; and what a step brought up."""

import peewee
import pytest

from relance.models.chases import Chase
from relance.models.holds import Dispute, Extension, Hold, Pause, Promise, Reschedule, Task
from relance.models.invoices import Invoice
from tests.factories import NOW, TODAY


@pytest.fixture
def chase(invoice: Invoice) -> Chase:
    return Chase.create(account=invoice.account_id, client=invoice.client_id, invoice=invoice, started_at=NOW)


def of(invoice: Invoice, **values: object) -> dict[str, object]:
    return {"account": invoice.account_id, "client": invoice.client_id, "invoice": invoice, **values}


def test_a_hold_is_open_without_an_end_and_without_a_word(invoice: Invoice) -> None:
    pause = Pause.create(**of(invoice, starts_on=TODAY, made_at=NOW))
    dispute = Dispute.create(**of(invoice, starts_on=TODAY, made_at=NOW))
    promise = Promise.create(
        **of(invoice, promised_on=TODAY, holds_until_on=TODAY, amount_cents=1, starts_on=TODAY, made_at=NOW)
    )
    extension = Extension.create(**of(invoice, granted_on=TODAY, starts_on=TODAY, made_at=NOW))
    assert (pause.until_on, pause.reason, pause.ended_at, dispute.ended_at, dispute.kind) == (
        None,
        "",
        None,
        None,
        "other",
    )
    assert (promise.state, promise.closed_at, extension.ended_at) == ("open", None, None)


def test_a_pause_bears_on_an_invoice_a_client_or_everything(invoice: Invoice) -> None:
    for client, one in ((invoice.client, invoice), (invoice.client, None), (None, None)):
        Pause.create(account=invoice.account_id, client=client, invoice=one, starts_on=TODAY, made_at=NOW)
    assert Pause.select().count() == 3


def test_the_holds_of_an_invoice_go_with_it(invoice: Invoice) -> None:
    Pause.create(**of(invoice, starts_on=TODAY, made_at=NOW))
    Dispute.create(**of(invoice, starts_on=TODAY, made_at=NOW))
    invoice.delete_instance()
    assert not Pause.select().exists() and not Dispute.select().exists()


@pytest.mark.parametrize(("model", "values"), [(Hold, {}), (Reschedule, {"planned_on": TODAY})])
def test_a_step_is_held_or_moved_once(chase: Chase, model: type[peewee.Model], values: dict[str, object]) -> None:
    model.create(chase=chase, step=1, made_at=NOW, **values)
    model.create(chase=chase, step=2, made_at=NOW, **values)
    with pytest.raises(peewee.IntegrityError):
        model.create(chase=chase, step=1, made_at=NOW, **values)


def test_a_sequence_brings_up_a_task_once_and_a_person_as_many_as_they_like(invoice: Invoice) -> None:
    values = of(invoice, kind="call", due_on=TODAY, created_at=NOW)
    for _ in range(2):
        Task.create(**values)
    Task.create(slot="1:2:3", **values)
    with pytest.raises(peewee.IntegrityError):
        Task.create(slot="1:2:3", **values)
