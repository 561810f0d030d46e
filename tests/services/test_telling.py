"""One event an invoice, whatever became of the message."""

from relance.models.events import Event
from relance.models.messages import Message
from relance.services import queueing, telling
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on


def test_a_message_about_two_invoices_is_told_in_both_histories(latitude, nadia, camille, now):
    invoices = [factories.make_invoice(latitude, due_on=factories.TODAY) for _ in range(2)]
    for invoice in invoices:
        switch_on(invoice, nadia)
    tuesday = nine_on(factories.TODAY.replace(day=24))
    [message_id] = queueing.advance_due(tuesday, domain="relance.example")
    message = Message.get_by_id(message_id)
    about = telling.invoices_of(message)
    assert set(about) == {invoice.id for invoice in invoices}
    telling.tell("failure_seen", message, about, now=tuesday, by=camille, because="x")
    told = list(Event.select().where(Event.kind == "failure_seen").order_by(Event.id))
    assert [event.invoice_id for event in told] == about
    assert {(event.user_id, event.message_id, event.at) for event in told} == {(camille.id, message.id, tuesday)}
    assert told[0].facts == {"because": "x"}
