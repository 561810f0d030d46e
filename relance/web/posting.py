"""E-mails that a page sends to the user, with the addresses only the web knows."""

import datetime as dt

from relance import clock
from relance.mail import account_notices
from relance.mail.outcome import NOTHING_LEFT, Sent
from relance.models.accounts import User
from relance.services import notifying, previewing
from relance.services.carrying import Post
from relance.services.composing import Composed
from relance.web import scope
from relance.web.i18n import _


def domain() -> str:
    """The domain in which this instance makes its Message-IDs."""
    return (scope.settings().mail_from or "relance@relance.localhost").rpartition("@")[2]


def send_reset_link(user: User, token: str, *, now: dt.datetime) -> None:
    """Queue the link to choose a new password."""
    link = f"{scope.settings().base_url}/mot-de-passe/{token}"
    words = account_notices.password_reset(user.first_name, link, user.language)
    notifying.queue_user_mail(user, "password_reset", words, now=now, domain=domain())


def tell_password_changed(user: User, *, now: dt.datetime) -> None:
    """Queue the notice that follows a change of password."""
    words = account_notices.password_changed(user.first_name, user.language)
    notifying.queue_user_mail(user, "password_changed", words, now=now, domain=domain())


def tell_iban_changed(user: User, old: str, new: str, *, now: dt.datetime) -> None:
    """Queue the notice that follows a change of IBAN; ``old`` and ``new`` are masked."""
    words = account_notices.iban_changed(user.first_name, old, new, user.language)
    notifying.queue_user_mail(user, "iban_changed", words, now=now, domain=domain())


def send_test(composed: Composed) -> tuple[str, bool]:
    """Send a message as it stands to the user alone, now: what to tell them, and whether it left."""
    user = scope.current_user()
    outcome = previewing.send_test(composed, user.account, user, Post.of(scope.settings()), clock.now())
    if isinstance(outcome, Sent):
        return _("E-mail test envoyé à {adresse}.", adresse=user.email), True
    return _(outcome.sentence.removesuffix(NOTHING_LEFT).rstrip()), False  # a test is no reminder
