"""The lines of « À traiter » about e-mails."""

import datetime as dt

from relance.models.accounts import Account
from relance.services import queueing
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY


def propose(account, n):
    """``n`` clients whose reminder of the day waits for a yes."""
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    for k in range(n):
        client = factories.make_client(account, f"Client {k}")
        contact = factories.make_contact(client, f"Anne Martin {k}")
        switch_on(factories.make_invoice(client, due_on=TODAY - dt.timedelta(1)), contact)
    queueing.advance_due(NOW, domain="relance.example")


def todo(browser):
    return [
        (words(css(line, ".t")[0]), [words(a) for a in css(line, ".actions a, .actions button")])
        for line in css(reading.page(browser, "/tableau-de-bord"), "#todo .todo > li")
    ]


def test_one_proposal_is_one_line(client, account, camille):
    propose(account, 1)
    assert todo(client) == [("Rappel à Client 0", ["Envoyer", "Passer"])]


def test_several_can_be_sent_together(client, account, camille):
    propose(account, 3)
    found = todo(client)
    assert found[0] == ("3 relances attendent votre accord", ["Tout envoyer", "Tout relire"])
    assert len(found) == 4


def test_what_cannot_be_read_here_is_not_sent_from_here(client, account, camille):
    propose(account, 6)
    found = todo(client)
    assert found[0] == ("6 relances attendent votre accord", ["Tout relire"])
    assert found[-1] == ("Et une autre relance à valider", ["Tout voir"])
    assert len(found) == 7
    assert len(css(reading.page(client, "/envois/a-valider"), "section.panel .mail")) == 6
