import flask_login
import pytest

from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.services.keeping_clients import ClientError
from relance.web import invoice_client, scope
from relance.web.forms.invoices import InvoiceForm
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def form(as_camille):
    """The form of an invoice of 12 € for « Studio Kérity », who is no client yet."""
    form = InvoiceForm()
    form.client.data, form.client_kind.data = "Studio Kérity", "organisation"
    form.number.data, form.issued_on.data, form.due_on.data = "F-1", TODAY, TODAY
    form.kind.data, form.currency.data, form.payment_method.data = "invoice", "EUR", "transfer"
    form.total.data = 1200
    return form


def test_a_known_client_is_used_as_it_is(form, latitude):
    facts = invoice_client.facts_of(form, latitude)
    assert (facts.client_id, facts.contact_id, facts.total_cents) == (latitude.id, None, 1200)
    assert Client.select().count() == 1
    assert not Event.select().where(Event.kind == "client_created").exists()


def test_a_new_client_comes_with_its_contact_and_their_events(form):
    form.contact_name.data, form.contact_email.data = "Yann", "yann@kerity.example"
    facts = invoice_client.facts_of(form, None)
    made, contact = Client.get(), Contact.get()
    assert (facts.client_id, facts.contact_id) == (made.id, contact.id)
    assert (made.name, contact.email, contact.is_main) == ("Studio Kérity", "yann@kerity.example", True)
    told = [event.kind for event in Event.select().where(Event.client == made).order_by(Event.id)]
    assert told == ["client_created", "contact_added"]


def test_the_errors_of_a_new_client_name_the_fields_of_the_invoice_s_form(form):
    form.contact_name.data, form.contact_email.data = "", "pas une adresse"
    with pytest.raises(ClientError) as refused:
        invoice_client.facts_of(form, None)
    assert set(refused.value.errors) == {"contact_email"}
    form.contact_email.data, form.client.data = "", " "
    with pytest.raises(ClientError) as refused:
        invoice_client.facts_of(form, None)
    assert set(refused.value.errors) == {"client"}
    assert not Client.select().exists()


def test_an_archived_client_stays_the_one_of_its_invoice(as_camille, invoice, latitude, account):
    Client.update(archived_at=NOW).where(Client.id == latitude.id).execute()
    other = factories.make_client(account, "Studio Kérity")
    assert invoice_client.clients_for(None) == [other]
    assert set(invoice_client.clients_for(invoice)) == {other, latitude}


def test_a_credit_note_may_name_what_was_sent_or_paid_and_not_itself(as_camille, latitude, invoice):
    paid = factories.make_invoice(latitude, paid_cents=120_000)
    factories.make_invoice(latitude, state="draft")
    factories.make_invoice(latitude, kind="credit_note")
    assert set(invoice_client.creditable(latitude, None)) == {invoice, paid}
    assert invoice_client.creditable(latitude, paid) == [invoice]


def test_the_client_of_the_address_is_one_of_ours(app, as_camille, latitude, basile):
    theirs = basile.account.clients.get()
    for key, expected in ((latitude.id, latitude), (theirs.id, None), ("²", None), ("", None)):
        with app.test_request_context(f"/factures/nouvelle?client={key}"):
            flask_login.login_user(scope.Visitor(as_camille))
            assert invoice_client.client_of_address() == expected


def test_the_usual_delay_is_the_client_s_then_the_account_s(as_camille, account, latitude):
    latitude.payment_days = 0
    assert invoice_client.days_of(latitude) == 0
    latitude.payment_days = None
    assert invoice_client.days_of(latitude) == invoice_client.days_of(None) == account.payment_days
