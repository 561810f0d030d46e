"""What many texts read is asked at once, then found by each of them."""

from unittest import mock

import pytest

from relance.db import remembering
from relance.models.invoices import Instalment
from relance.services import composing, composing_ahead
from tests.counting import counted
from tests.factories import TODAY, make_document, make_invoice, make_message

WORDS = {"template": "relance_2", "today": TODAY, "copies_user": True, "attaches_invoice": True}


@pytest.mark.parametrize("claims_penalties", [False, True])
def test_each_text_finds_what_was_read(account, camille, latitude, invoice, nadia, claims_penalties):
    account.claims_penalties = claims_penalties
    account.save()
    other = make_invoice(latitude, "F-2", document=make_document(account))
    make_message(latitude, [other])
    messages = [[invoice], [other], [invoice, other]]
    parts = [[composing.Part(row, Instalment.get(Instalment.invoice == row)) for row in rows] for rows in messages]

    def written():
        return [composing.prepare(account, latitude, some, [nadia], **WORDS).write() for some in parts]

    alone = written()
    with remembering(), counted() as queries:
        composing_ahead.of_messages(account, messages)
        together = written()
    assert together == alone
    assert len(queries) == 1


def test_an_invoice_named_twice_is_looked_for_as_its_text_does(account, camille, invoice):
    with remembering(), counted() as queries:
        composing_ahead.of_messages(account, [[invoice, invoice]])
        composing.last_message_on([invoice, invoice], account)
        composing.thread_of([invoice.id])
    assert len(queries) == 1


def test_many_reads_are_cut_into_several_statements(account, camille, latitude):
    invoices = [make_invoice(latitude) for _ in range(5)]
    with remembering(), counted() as queries, mock.patch.object(composing_ahead, "AT_ONCE", 6):
        composing_ahead.of_messages(account, [[one] for one in invoices])
        assert len(queries) == 3  # 3 of the account and 3 for each invoice
        assert [composing.thread_of([one.id]) for one in invoices] == [""] * 5
    assert len(queries) == 3


def test_elsewhere_nothing_is_read(account, invoice):
    with counted() as queries:
        composing_ahead.of_messages(account, [[invoice]])
    assert queries == []
