"""What the tests of pages share."""

from collections.abc import Iterator

import flask_login
import pytest
from flask import Flask

from relance.models.accounts import User
from relance.web import scope


@pytest.fixture
def as_camille(app: Flask, camille: User) -> Iterator[User]:
    """A request in which Camille is signed in, for what is called without a page."""
    with app.test_request_context():
        flask_login.login_user(scope.Visitor(camille))
        yield camille
