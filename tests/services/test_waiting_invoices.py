"""The invoices of « À traiter »: what was promised, what is contested, what nothing follows any more."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase, Entry
from relance.models.events import record
from relance.models.holds import Promise, Task
from relance.models.letters import Letter, LetterInvoice
from relance.services import attending, chasing, disputing, pausing, promising, sending_by_hand, writing
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.making import switch_on

NOW, TODAY = factories.NOW, factories.TODAY
DAY = dt.timedelta(1)


def kinds(account, at=NOW):
    account = Account.get_by_id(account.id)
    found = attending.groups(account, at)
    assert attending.count(account, at) == sum(group.count for group in found)
    return [group.kind for group in found]


def promise(invoice, days, by):
    facts = PromiseFacts(TODAY + days * DAY, invoice.balance_cents)
    return promising.promise(invoice, facts, by=by, now=NOW)


@pytest.mark.parametrize(("days", "found"), [(6, []), (5, ["promise"]), (0, ["promise"])])
def test_a_promise_is_recalled_five_days_before(account, invoice, camille, days, found):
    promise(invoice, days, camille)
    assert kinds(account) == found


def test_a_broken_promise_is_there_until_the_client_is_written_to_or_pays(account, invoice, nadia, camille):
    promising.give_up(promise(invoice, 3, camille), by=camille, now=NOW)
    assert "broken" in kinds(account)
    draft = writing.first_draft(invoice, TODAY)
    message = sending_by_hand.send(invoice, draft, key="k", by=camille, now=NOW + DAY, domain="relance.example")
    assert "broken" not in kinds(account)
    sending_by_hand.undo(message, by=camille, now=NOW + DAY)
    assert "broken" in kinds(account)
    promise(invoice, 20, camille)
    assert "broken" not in kinds(account)
    Promise.update(state="withdrawn").where(Promise.state == "open").execute()
    factories.make_payment(invoice, 120_000)
    assert kinds(account) == []


def test_a_dispute_is_recalled_after_seven_silent_days(account, invoice, camille):
    disputing.open_dispute(invoice, DisputeFacts("amount", "x"), by=camille, now=NOW)
    assert kinds(account, NOW + 6 * DAY) == []
    assert kinds(account, NOW + 7 * DAY) == ["dispute"]
    record("note_added", account=account, client=invoice.client_id, invoice=invoice, at=NOW + 7 * DAY, text="x")
    assert kinds(account, NOW + 13 * DAY) == []
    assert kinds(account, NOW + 14 * DAY) == ["dispute"]


def test_invoices_too_late_for_their_sequence_are_one_line(account, latitude, nadia):
    for _ in range(3):
        switch_on(factories.make_invoice(latitude), nadia, start="next")
    assert kinds(account) == []
    Entry.update(is_out=True).execute()
    [group] = attending.groups(account, NOW)
    assert (group.kind, group.count, group.rows[0][1]) == ("backlog", 1, 3)


@pytest.mark.parametrize(("frequency", "kind"), [("weekly", "finished"), ("until_paid", "capped")])
def test_a_chase_with_nothing_left_asks_for_a_decision(account, invoice, nadia, frequency, kind):
    chase = switch_on(invoice, nadia, frequency=frequency, start="gently")
    chasing.stop(Chase.get_by_id(chase.id), because="finished", by=None, now=NOW)
    assert kinds(account) == [kind]
    Task.create(account=account, client=invoice.client_id, invoice=invoice, kind="letter", due_on=TODAY, created_at=NOW)
    assert kinds(account) == ["letter_task"]


@pytest.mark.parametrize(("days", "kind"), [(90, "late"), (91, "ancient")])
def test_after_ninety_days_an_invoice_that_nothing_follows_stands_apart(account, latitude, nadia, days, kind):
    invoice = factories.make_invoice(latitude, due_on=TODAY - days * DAY)
    assert kinds(account) == [kind]
    letter = Letter.create(account=account, client=latitude, state="ready", dated_on=TODAY, created_at=NOW)
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=1)
    assert ("ancient" in kinds(account)) is False


@pytest.mark.parametrize("what", ["promise", "dispute", "pause"])
def test_what_a_person_decided_about_a_late_invoice_answers_for_it(account, invoice, latitude, camille, what):
    assert kinds(account) == ["late"]
    if what == "promise":
        promise(invoice, 30, camille)
    elif what == "dispute":
        disputing.open_dispute(invoice, DisputeFacts("amount", "x"), by=camille, now=NOW)
    else:
        pausing.pause_client(latitude, until_on=TODAY + 30 * DAY, reason="", by=camille, now=NOW)
    assert kinds(account) == []


def test_nothing_of_it_is_a_stranger_s(invoice, camille, basile):
    promise(invoice, 1, camille)
    assert "promise" not in kinds(basile.account)
