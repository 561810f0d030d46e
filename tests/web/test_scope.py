"""Rows are reached through the account of the person who asks."""

import pytest
from werkzeug.exceptions import NotFound, Unauthorized

from relance.web import scope
from tests import factories


def test_a_row_is_found_through_the_current_account_only(as_camille, invoice, basile):
    assert scope.invoice_or_404(invoice.id) == invoice
    theirs = basile.account.clients.get()
    with pytest.raises(NotFound):
        scope.client_or_404(theirs.id)
    with pytest.raises(NotFound):
        scope.invoice_or_404(theirs.invoices.get().id)
    with pytest.raises(NotFound):
        scope.contact_or_404(theirs.contacts.get().id)
    with pytest.raises(NotFound):
        scope.document_or_404(factories.make_document(basile.account).id)


def test_nobody_has_no_account(app):
    with app.test_request_context(), pytest.raises(Unauthorized):
        scope.current_account()


@pytest.mark.parametrize("forged", ["", "1", "x:y", "1:", "99:abc"])
def test_a_session_that_names_nobody_is_nobody(app, camille, forged):
    browser = app.test_client()
    with browser.session_transaction() as session:
        session["_user_id"] = forged
    assert browser.get("/menu").status_code == 303
