"""Several reads in one statement give what each gives alone."""

import datetime as dt

import pytest
from peewee import JOIN, fn

from relance import models
from relance.db import remembering
from relance.models.accounts import Account, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import Event, record
from relance.models.invoices import Instalment, Invoice
from relance.models.sequences import Sequence
from relance.services import gathering
from tests.counting import counted
from tests.factories import make_invoice
from tests.making import switch_on


@pytest.fixture
def chased(invoice, nadia, camille, now):
    switch_on(invoice, nadia, start="gently")
    Chase.update(started_at=now + dt.timedelta(microseconds=120)).execute()
    return invoice


def values(row):
    return row.__data__ if isinstance(row, Account.__mro__[1]) else row


def both(*queries):
    """(each query alone, all in one statement)."""
    return [[values(row) for row in query.clone()] for query in queries], [
        [values(row) for row in rows] for rows in gathering.read(*queries)
    ]


def test_every_table_reads_the_same_as_alone(chased):
    queries = [model.select() for model in models.ALL]
    alone, together = both(*queries)
    assert together == alone
    assert sum(len(rows) for rows in alone) > 8


def test_what_was_read_is_typed_as_its_columns(chased, account):
    accounts, chases = gathering.read(Account.select(), Chase.select(Chase, Invoice).join(Invoice))
    assert accounts == [account]
    assert accounts[0].is_grouping is True
    assert accounts[0].suspended_at is None
    assert type(chases[0].started_at) is dt.datetime
    assert chases[0].started_at.microsecond == 120
    assert type(chases[0].invoice.issued_on) is dt.date
    assert not chases[0].dirty_fields


def test_joined_rows_come_joined_and_absent_ones_absent(chased):
    query = Chase.select(Chase, Invoice, Sequence).join(Invoice).join_from(Chase, Sequence, JOIN.LEFT_OUTER)
    with counted() as queries:
        (chase,), _ = gathering.read(query, Client.select())
        assert chase.invoice.number == chased.number
        assert chase.sequence is None
    assert len(queries) == 1


def test_rows_keep_the_order_and_the_limit_of_their_query(latitude):
    for n in (3, 1, 2, 5, 4):
        make_invoice(latitude, f"F-{n}")
    ordered = Invoice.select(Invoice.number).order_by(Invoice.number.desc()).limit(3).tuples()
    found, _ = gathering.read(ordered, User.select())
    assert found == [("F-5",), ("F-4",), ("F-3",)]


def test_text_of_any_kind_comes_back_whole(account, now):
    odd = 'L’été « 5 % », "\\n" \n\t {a} ? %s \U0001f600'
    record("note_added", account=account, at=now, text=odd)
    Account.update(business_name=odd).execute()
    (events, accounts) = gathering.read(Event.select(), Account.select().where(Account.business_name == odd))
    assert events[0].facts["text"] == odd
    assert accounts[0].business_name == odd


def test_the_smallest_date_is_a_date(chased):
    (found, _) = gathering.read(Instalment.select(fn.MIN(Instalment.due_on)).tuples(), User.select())
    assert found == [(chased.due_on,)]


def test_a_union_is_read_too(latitude, basile):
    union = (Client.select(Client.name) | Account.select(Account.business_name)).tuples()
    found, _ = gathering.read(union, User.select())
    assert {name for (name,) in found} == {
        "Latitude Conseil",
        "Atelier Roussel",
        "Hôtel des Cimes",
        "Menuiserie Basile",
    }


def test_counts_are_read_together_and_may_be_bounded(latitude):
    for n in range(4):
        make_invoice(latitude, f"F-{n}")
    grouped = Invoice.select(Invoice.client, fn.COUNT(Invoice.id)).group_by(Invoice.client).tuples()
    with counted() as queries:
        assert gathering.numbers([Invoice.select(), Client.select(), grouped, User.select()]) == [4, 1, 1, 0]
    assert len(queries) == 1
    assert gathering.numbers([Invoice.select().order_by(Invoice.id), Client.select()], most=3) == [3, 1]


def test_more_values_than_a_statement_takes_are_read_one_by_one(latitude, monkeypatch):
    monkeypatch.setattr(gathering, "MANY_VALUES", 3)
    wanted = Client.select().where(Client.id.in_([latitude.id, -1, -2, -3]))
    with counted() as queries:
        assert gathering.read(wanted, Account.select())[0] == [latitude]
    assert len(queries) == 2


def test_a_value_known_already_is_read_with_the_rest(latitude):
    assert gathering.read(gathering.value(3), gathering.number(Client.select())) == [[(3,)], [(1,)]]


def test_in_a_page_each_read_is_found_again_by_itself(chased, account):
    with remembering(), counted() as queries:
        gathering.read(Client.select().order_by(Client.id), Chase.select(), Invoice.select())
        assert [row.id for row in Client.select().order_by(Client.id)] == [chased.client_id]
        chases, accounts = gathering.read(Chase.select(), Account.select())
        assert type(chases[0].started_at) is dt.datetime
        assert gathering.read(Invoice.select(), Chase.select())[0] == [chased]
    assert accounts == [account]
    assert len(queries) == 2, "the second one for the account alone"
