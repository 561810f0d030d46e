"""What the tests of pages share."""

from collections.abc import Iterator

import flask_login
import pytest
from flask import Flask
from flask.testing import FlaskClient

from relance.models.accounts import User
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.web import scope
from tests.web.composing import composer, form_of, path


@pytest.fixture
def as_camille(app: Flask, camille: User) -> Iterator[User]:
    """A request in which Camille is signed in, for what is called without a page."""
    with app.test_request_context():
        flask_login.login_user(scope.Visitor(camille))
        yield camille


@pytest.fixture
def sent(client: FlaskClient, invoice: Invoice) -> Message:
    """A message sent by hand through the page."""
    client.post(path(invoice), data=form_of(composer(client, invoice)))
    return Message.get()
