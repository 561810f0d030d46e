"""What is proposed for invoices chased by hand: from what really left, with the account's own delays."""

import contextlib
import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.holds import Extension
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.models.messages import Message, MessageItem
from relance.rules.proposal import Delays
from relance.services import keeping_templates, proposing
from tests import factories

TODAY = factories.TODAY


def before(days):
    return TODAY - dt.timedelta(days)


def template(invoice, today=TODAY):
    return proposing.of_invoice(Invoice.get_by_id(invoice.id), today).template


def remind(client, invoice, days, **values):
    return factories.make_message(client, [invoice], day_on=before(days), **values)


def test_the_delays_are_those_of_the_account(account, latitude):
    invoice = factories.make_invoice(latitude)
    remind(latitude, invoice, 5)
    assert (template(invoice), proposing.delays_of(account)) == ("rappel", Delays(7, 7, 8, 8))
    Account.update(relance_1_days=5, relance_2_days=6, last_reminder_days=9, notice_days=10).execute()
    assert proposing.delays_of(Account.get()) == Delays(5, 6, 9, 10)
    assert template(invoice) == "relance_1"


@pytest.mark.requirement("S2.5")
@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("queued", "relance_1"),
        ("sending", "relance_1"),
        ("sent", "relance_1"),
        ("cancelled", "rappel"),
        ("refused", "rappel"),
        ("uncertain", "rappel"),
        ("proposed", "rappel"),
    ],
)
def test_what_is_on_its_way_counts_and_what_did_not_leave_does_not(latitude, state, expected):
    invoice = factories.make_invoice(latitude)
    remind(latitude, invoice, 7, state=state)
    assert template(invoice) == expected


def test_a_message_about_two_instalments_is_one_reminder(latitude):
    days = [(before(40), 10_000), (before(20), 10_000)]
    invoice = factories.make_invoice(latitude, instalments=days)
    message = remind(latitude, invoice, 9)
    second = Instalment.get(Instalment.invoice == invoice, Instalment.position == 2)
    MessageItem.create(message=message, invoice=invoice, instalment=second, template="rappel", balance_cents=10_000)
    proposal = proposing.of_invoice(invoice, TODAY)
    assert (proposal.template, proposal.reminders, proposal.days_late) == ("relance_1", 1, 40)
    assert proposal.last_on == before(9)


def test_a_text_of_the_user_s_own_counts_by_its_firmness(account, latitude, camille):
    own = keeping_templates.create(account, "Plus ferme", "relance_2", 3, by=camille, now=factories.NOW)
    invoice = factories.make_invoice(latitude)
    remind(latitude, invoice, 8, template=own.ref)
    assert template(invoice) == "dernier_rappel"
    assert template(invoice, before(1)) == "relance_2"


@pytest.mark.requirement("S2.20")
def test_a_letter_counts_once_it_is_posted(account, latitude):
    invoice = factories.make_invoice(latitude)
    letter = Letter.create(
        account=account,
        client=latitude,
        kind="amicable",
        template="rappel",
        dated_on=before(9),
        created_at=factories.NOW,
    )
    LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=120_000)
    assert template(invoice) == "rappel"
    Letter.update(state="posted", posted_on=before(7)).execute()
    assert template(invoice) == "relance_1"


def test_a_granted_delay_is_what_lateness_counts_from(account, latitude):
    invoice = factories.make_invoice(latitude)
    extension = Extension.create(
        account=account,
        client=latitude,
        invoice=invoice,
        granted_on=TODAY,
        starts_on=before(3),
        made_at=factories.NOW,
    )
    assert template(invoice) == "prerelance"
    assert proposing.of_invoice(invoice, TODAY + dt.timedelta(1)).days_late == 1
    Extension.update(ended_at=factories.NOW, ended_on=TODAY).where(Extension.id == extension.id).execute()
    assert template(invoice) == "rappel"


@pytest.fixture
def counted(database, monkeypatch):
    """``with counted() as queries``: the statements made meanwhile."""

    @contextlib.contextmanager
    def _counted():
        queries = []
        execute = type(database).execute_sql

        def noting(self, sql, *args, **options):
            queries.append(sql)
            return execute(self, sql, *args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(type(database), "execute_sql", noting)
            yield queries

    return _counted


def test_many_invoices_take_the_queries_of_one(account, latitude, counted):
    invoices = [factories.make_invoice(latitude) for _ in range(12)]
    for invoice in invoices[:6]:
        remind(latitude, invoice, 8)
    with counted() as one:
        proposing.of_invoices(account, invoices[:1], TODAY)
    with counted() as many:
        found = proposing.of_invoices(account, invoices, TODAY)
    assert len(many) == len(one) == 1
    assert [found[row.id].template for row in invoices] == ["relance_1"] * 6 + ["rappel"] * 6
    assert proposing.of_invoices(account, [], TODAY) == {}
    assert Message.select().count() == 6
