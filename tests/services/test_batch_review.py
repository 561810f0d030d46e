"""Before a sending to many: each client its text, what is set aside with its reason, a fixed number of queries."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.messages import MessageItem
from relance.services import batch_review, disputing, pausing, promising
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.counting import counted
from tests.making import switch_on
from tests.services.batching import DAY, NOW, TODAY, debtor, late, reviewed


def reminded(invoice, *history):
    """Reminders already sent about the invoice: (template, days ago)."""
    for template, days in history:
        day = {"day_on": late(days), "sent_at": NOW - days * DAY}
        message = factories.make_message(invoice.client, [invoice], template=template, **day)
        MessageItem.update(template=template).where(MessageItem.message == message).execute()


@pytest.mark.requirement("S2.11", "S2.6")
def test_each_client_gets_the_text_of_its_own_lateness_and_history(account):
    fixture = [
        ("Les Blés d’Or", -3, (), "prerelance"),
        ("Studio Kérity", 2, (), "rappel"),
        ("Latitude Conseil", 20, (("rappel", 8),), "relance_1"),
        ("Sabatier", 25, (("rappel", 20), ("relance_1", 7)), "relance_2"),
        ("Morel", 40, (("rappel", 30), ("relance_1", 20), ("relance_2", 9)), "dernier_rappel"),
    ]
    rows = []
    for name, days, history, _template in fixture:
        _client, [invoice] = debtor(account, name, days)
        reminded(invoice, *history)
        rows.append(invoice)
    found = {line.client.name: line.template for line in reviewed(account, rows).lines}
    assert found == {name: template for name, _days, _history, template in fixture}


@pytest.mark.requirement("S2.10", "S3.7", "S3.8", "S2.16")
def test_what_cannot_leave_is_set_aside_with_its_reason(account, camille):
    kinds = {
        "draft": {"state": "draft"},
        "to_process": {"state": "to_process"},
        "cancelled": {"state": "cancelled"},
        "written_off": {"state": "written_off"},
        "credit_note": {"kind": "credit_note"},
        "direct_debit": {"payment_method": "direct_debit"},
        "card": {"payment_method": "card"},
    }
    wanted, rows = {}, []
    for reason, fields in kinds.items():
        _client, [invoice] = debtor(account, reason, 10, **fields)
        wanted[invoice.id] = reason
        rows.append(invoice)
    _c, [paid] = debtor(account, "Payée", 10)
    factories.make_payment(paid, paid.total_cents)
    exempt, [spared] = debtor(account, "Exemptée", 10)
    Client.update(is_exempt=True).where(Client.id == exempt.id).execute()
    unreachable, [mute] = debtor(account, "Sans adresse", 10)
    Contact.update(rejected_at=NOW - 5 * DAY).where(Contact.client == unreachable).execute()
    late_payer, [paused] = debtor(account, "En pause", -3)
    switch_on(paused, late_payer.contacts.get())
    pausing.pause_invoice(paused, until_on=TODAY + 9 * DAY, reason="", by=camille, now=NOW)
    _c, [promised] = debtor(account, "Promise", 10)
    promising.promise(promised, PromiseFacts(TODAY + 4 * DAY, promised.balance_cents), by=camille, now=NOW)
    _c, [disputed] = debtor(account, "Contestée", 10)
    disputing.open_dispute(disputed, DisputeFacts("amount", "Deux pages manquent"), by=camille, now=NOW)
    _c, [last] = debtor(account, "À bout", 60)
    reminded(last, ("rappel", 50), ("relance_1", 40), ("relance_2", 30), ("dernier_rappel", 20))
    others = [paid, spared, mute, paused, promised, disputed, last]
    reasons = ["paid", "exempt", "no_address", "pause", "promise", "dispute", "notice"]
    wanted |= dict(zip((row.id for row in others), reasons, strict=True))
    review = reviewed(account, [*rows, *others])
    assert review.lines == ()
    assert {aside.invoice.id: aside.because for aside in review.aside} == wanted
    by_reason = {aside.because: aside for aside in review.aside}
    assert by_reason["no_address"].rejected_on == (NOW - 5 * DAY).date()
    assert by_reason["pause"].until_on == TODAY + 9 * DAY


def test_one_message_per_client_with_the_firmest_of_its_texts(account):
    client, rows = debtor(account, "Transports Gallois", 3, 30)
    reminded(rows[1], ("rappel", 20))
    [line] = reviewed(account, rows).lines
    assert (line.client, line.template, len(line.invoices)) == (client, "relance_1", 2)
    assert line.balance_cents == sum(row.balance_cents for row in rows)


def test_two_currencies_or_two_sets_of_recipients_are_two_messages_and_the_second_asks(account):
    client, [euros] = debtor(account, "Transports Gallois", 30)
    dollars = factories.make_invoice(client, due_on=late(5), currency="USD")
    hugo = factories.make_contact(client, "Hugo Marchand")
    other = factories.make_invoice(client, due_on=late(-4))
    switch_on(other, hugo)
    review = reviewed(account, [euros, dollars, other])
    assert [(line.currency, line.is_recent, line.leaves) for line in review.lines] == [
        ("EUR", False, True),
        ("USD", True, False),
        ("EUR", True, False),
    ]
    assert [contact.email for contact in review.lines[2].contacts] == [hugo.email]


@pytest.mark.parametrize(("days", "is_recent"), [(0, True), (4, True), (5, False)])
def test_a_client_written_to_within_the_gap_waits_for_a_tick(account, days, is_recent):
    _client, [invoice] = debtor(account, "Latitude Conseil", 20)
    reminded(invoice, ("rappel", days))
    [line] = reviewed(account, [invoice]).lines
    assert (line.is_recent, line.leaves, line.last_on) == (is_recent, not is_recent, late(days))
    [ticked] = reviewed(account, [invoice], anyway=[line.key]).lines
    assert ticked.leaves


@pytest.mark.requirement("S2.7")
def test_another_text_may_be_chosen_but_only_one_that_exists(account):
    _client, [invoice] = debtor(account, "Latitude Conseil", 20)
    [line] = reviewed(account, [invoice]).lines
    [chosen] = reviewed(account, [invoice], templates={line.key: "relance_2"}).lines
    [refused] = reviewed(account, [invoice], templates={line.key: "devis_prerelance"}).lines
    assert (chosen.template, chosen.proposed, refused.template) == ("relance_2", "rappel", "rappel")


def test_the_rows_of_another_account_and_those_that_vanished_are_only_counted(account, invoice, basile):
    his = factories.make_invoice(Client.get(Client.account == basile.account))
    rows, missing = batch_review.chosen(account, [invoice.id, his.id, 999_999, 0, invoice.id])
    assert (rows, missing) == ([invoice], 3)


def test_a_thousand_invoices_at_most_are_looked_at(account, invoice):
    rows, missing = batch_review.chosen(account, [*range(10**6, 10**6 + 1100), invoice.id])
    assert (rows, missing) == ([], 1000)


def test_the_number_of_queries_does_not_grow_with_the_clients(account):
    few = [debtor(account, f"Client {n}", 10)[1][0] for n in range(3)]
    many = few + [debtor(account, f"Client {n}", 10)[1][0] for n in range(3, 30)]
    with counted() as first:
        reviewed(account, few)
    with counted() as second:
        assert len(reviewed(account, many).lines) == 30
    assert len(first) == len(second) > 0


def test_an_individual_is_written_to_alone(account):
    client, [invoice] = debtor(account, "Madame Durand", 10)
    Client.update(kind="individual").where(Client.id == client.id).execute()
    factories.make_contact(client, "Paul Durand")
    [line] = reviewed(account, [invoice]).lines
    assert len(line.contacts) == 1


def test_whom_the_invoice_was_sent_to_is_written_to_and_nobody_in_their_place(account):
    client, [invoice] = debtor(account, "Latitude Conseil", 10)
    hugo = factories.make_contact(client, "Hugo Marchand")
    invoice.contact = hugo
    invoice.save()
    assert batch_review.recipients_of(invoice) == (hugo,)
    Contact.update(rejected_at=NOW).where(Contact.id == hugo.id).execute()
    assert batch_review.recipients_of(invoice) == ()
    assert batch_review.refusal(Account.get_by_id(account.id), invoice, TODAY) == "no_address"


def test_a_refused_address_is_dated_in_days(account):
    client, [invoice] = debtor(account, "Latitude Conseil", 10)
    Contact.update(rejected_at=dt.datetime(2026, 11, 18, 7)).where(Contact.client == client).execute()
    [aside] = reviewed(account, [invoice]).aside
    assert aside.rejected_on == dt.date(2026, 11, 18)
