"""What the furnished instance holds of signatures and payment plans (see tests/pages.py)."""

import datetime as dt

from relance.models.accounts import User
from relance.services import signing
from tests.services.test_signature_images import drawn, saved


def furnish(user: User, now: dt.datetime) -> None:
    """Two signatures."""
    for name, width in (("", 6), ("Paraphe", 9)):
        signing.add(user, saved(drawn(width=width)), name, "uploaded", now)
