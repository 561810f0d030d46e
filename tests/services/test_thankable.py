"""Who is thanked, and what was sent before: the invoice itself is no reminder."""

from relance.models.messages import Message
from relance.services import thankable
from tests import factories


def test_the_last_reminder_names_whom_to_thank_and_sending_the_invoice_is_none(invoice, latitude, nadia, hugo):
    assert thankable.recipients(invoice) == ()
    factories.make_message(latitude, [invoice], template="standard")
    assert thankable.last_reminder(invoice) is None
    reminder = factories.make_message(latitude, [invoice])
    assert thankable.last_reminder(invoice) == reminder
    assert thankable.recipients(invoice) == (nadia,)


def test_a_thank_you_that_was_cancelled_is_none(invoice, latitude, nadia):
    message = factories.make_message(latitude, [invoice], kind="thanks", template="remerciement")
    assert thankable.thanked(invoice) == message
    Message.update(state="cancelled").execute()
    assert thankable.thanked(invoice) is None
