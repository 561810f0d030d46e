"""The e-mails of « À traiter »: proposals, and chases that reach nobody."""

import datetime as dt

from relance.models.accounts import Account
from relance.models.chases import ChaseContact
from relance.models.clients import Contact
from relance.models.messages import Message
from relance.services import queueing, waiting_sends
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on

NOW, TODAY = factories.NOW, factories.TODAY


def count(query_of, account):
    return query_of(Account.get_by_id(account.id), NOW).count()


def test_a_proposal_is_there_until_it_is_answered(chased, account, basile):
    Account.update(asks_before_sending=True).execute()
    assert count(waiting_sends.proposed, account) == 0
    queueing.advance_due(nine_on(TODAY + dt.timedelta(1)), domain="relance.example")
    assert count(waiting_sends.proposed, account) == 1
    assert count(waiting_sends.proposed, basile.account) == 0
    Message.update(state="queued").execute()
    assert count(waiting_sends.proposed, account) == 0


def test_a_chase_without_contacts_of_its_own_reaches_the_client_s(invoice, nadia, account):
    chase = switch_on(invoice, nadia, start="gently")
    ChaseContact.delete().where(ChaseContact.chase == chase).execute()
    assert count(waiting_sends.unreachable, account) == 0
    Contact.update(email="").where(Contact.id == nadia.id).execute()
    assert count(waiting_sends.unreachable, account) == 1


def test_a_rejected_address_is_one_line_and_not_two(invoice, nadia, account):
    switch_on(invoice, nadia, start="gently")
    Contact.update(rejected_at=NOW, rejected_because="550").where(Contact.id == nadia.id).execute()
    assert count(waiting_sends.rejected, account) == 1
    assert count(waiting_sends.unreachable, account) == 0
    assert count(waiting_sends.failed, account) == 0
