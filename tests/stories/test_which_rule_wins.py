"""Invoice setting, then the client's sequence, then the account's, then nothing: the most specific one wins."""

import datetime as dt
from itertools import product

import pytest

from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.sequences import Sequence
from relance.services import chasing, forecasting, sequencing
from tests import factories
from tests.making import switch_on

DUE = dt.date(2026, 12, 1)
FIRST = {"invoice": dt.date(2026, 12, 2), "client": dt.date(2026, 12, 8), "account": dt.date(2026, 12, 11), "": None}


def sequence_of(account, key):
    if not Sequence.select().where(Sequence.account == account).exists():
        sequencing.deliver(account, factories.NOW)
    return Sequence.get(Sequence.account == account, Sequence.key == key)


def make_default(account, sequence):
    sequencing.make_default(account, sequence, by=None, now=factories.NOW)
    others = sequencing.without_choice(account, sequence)
    shown = {client.id: client.sequence_id for client in others}
    sequencing.follow(others, sequence, shown=shown, is_chosen=False, by=None, now=factories.NOW)


@pytest.mark.requirement("S1.10", "S3.28")
@pytest.mark.parametrize(("invoice", "client", "default"), list(product((True, False), repeat=3)))
def test_the_most_specific_setting_wins(invoice, client, default, account, camille, latitude, nadia):
    """Eight combinations of what is set: on the invoice, for the client, for the account."""
    row = factories.make_invoice(latitude, due_on=DUE)
    if default:
        make_default(account, sequence_of(account, "secteur_public"))
    if client:
        douce = sequence_of(account, "douce")
        shown = {latitude.id: Client.get_by_id(latitude.id).sequence_id}
        sequencing.follow([latitude], douce, shown=shown, by=None, now=factories.NOW)
    if invoice:
        switch_on(row, nadia)
    expected = "invoice" if invoice else "client" if client else "account" if default else ""
    sends = forecasting.for_invoice(Invoice.get_by_id(row.id), factories.NOW)
    assert (sends[0].on if sends else None) == FIRST[expected]
    chase = Chase.get_or_none(Chase.invoice == row)
    assert (chase is not None and chase.is_active) == bool(expected)


@pytest.mark.requirement("S1.10")
def test_a_client_left_to_the_user_s_hand_stays_so_whatever_the_account_becomes(account, camille, latitude, nadia):
    sequence = sequence_of(account, "standard_b2b")
    row = factories.make_invoice(latitude, due_on=DUE)
    sequencing.follow([latitude], None, shown={latitude.id: None}, by=None, now=factories.NOW)
    make_default(account, sequence)
    assert chasing.chase_of(row) is None
    assert Client.get_by_id(latitude.id).sequence_id is None


@pytest.mark.requirement("S1.10")
def test_clients_without_a_choice_follow_the_account_when_it_changes(account, camille, latitude, nadia):
    row = factories.make_invoice(latitude, due_on=DUE)
    for key in ("standard_b2b", "douce"):
        make_default(account, sequence_of(account, key))
        assert chasing.chase_of(row).sequence.key == key
    make_default(account, None)
    assert not chasing.chase_of(row).is_active
