"""A batch as rows: one for a form, one line for a message, gone together."""

import peewee
import pytest

from relance.models.batches import Batch, BatchLine
from relance.models.clients import Client
from tests.factories import NOW


def make_batch(client: Client, key: str = "form-1") -> Batch:
    batch = Batch.create(account=client.account_id, key=key, not_before_at=NOW, created_at=NOW)
    BatchLine.create(batch=batch, position=0, client=client, template="rappel", invoice_ids="[1]")
    return batch


def test_the_same_form_is_one_batch_and_a_place_one_line(latitude: Client) -> None:
    batch = make_batch(latitude)
    with pytest.raises(peewee.IntegrityError), Batch._meta.database.atomic():
        make_batch(latitude)
    with pytest.raises(peewee.IntegrityError), Batch._meta.database.atomic():
        BatchLine.create(batch=batch, position=0, client=latitude, template="rappel", invoice_ids="[2]")
    assert (Batch.select().count(), BatchLine.select().count()) == (1, 1)


def test_its_lines_wait_and_go_with_it(latitude: Client) -> None:
    batch = make_batch(latitude)
    line = BatchLine.get()
    assert (line.state, line.message_id, batch.finished_at, batch.undone_at) == ("waiting", None, None, None)
    batch.delete_instance()
    assert BatchLine.select().count() == 0
