import pytest

from relance.services import enrolling, sequencing
from relance.web import sequence_members
from tests import factories
from tests.factories import NOW


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return next(sequence for sequence in sequencing.listed(account) if sequence.key == "standard_b2b")


def test_the_client_of_exactly_that_name_wins_over_those_that_hold_it(as_camille, account, b2b):
    exact = factories.make_client(account, "Studio")
    factories.make_client(account, "Studio Bleu")
    assert sequence_members.search(" studio ", b2b) == [exact]
    assert len(sequence_members.search("stud", b2b)) == 2


def test_pending_leaves_out_members_archived_and_unknown_clients(as_camille, account, b2b, latitude):
    member = factories.make_client(account, "Membre", sequence=b2b)
    gone = factories.make_client(account, "Ancien", archived_at=NOW)
    found = sequence_members.pending_of((latitude.id, member.id, gone.id, 999), b2b)
    assert [(one.client, one.former) for one in found] == [(latitude, None)]


def test_nobody_chosen_has_no_report(as_camille, b2b):
    assert sequence_members.preview(b2b, []) is None
    assert sequence_members.moved_rows(None) == []


def test_only_those_who_leave_another_sequence_change_calendar(as_camille, account, b2b, latitude, nadia, invoice):
    douce = next(sequence for sequence in sequencing.listed(account) if sequence.key == "douce")
    other = factories.make_client(account, "Studio Kérity")
    factories.make_contact(other, "Yann")
    factories.make_invoice(other, "K-1")
    enrolling.enrol(douce, [latitude.id], by=None, now=NOW)
    pending = sequence_members.pending_of((latitude.id, other.id), b2b)
    report = sequence_members.preview(b2b, pending)
    assert {row.number for row in report.rows} == {"F-2026-0087", "K-1"}
    assert {row.number for row in sequence_members.moved_rows(report)} == {"F-2026-0087"}
