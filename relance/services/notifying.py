"""E-mails to the user: written as a row in the transaction of what they tell, delivered by the worker."""

import datetime as dt
import json

from relance.mail.layout import Text
from relance.mail.mail import new_message_id, new_token
from relance.models.accounts import User
from relance.models.messages import Message

SENDER_NAME = "Relance"


def queue_user_mail(user: User, kind: str, words: Text, *, now: dt.datetime, domain: str) -> Message:
    """Put a system e-mail to ``user`` in the queue. ``domain`` is the one Message-IDs are made in.

    Call it inside the transaction of the change it tells, and ring the bell after the commit.
    """
    name = user.full_name if user.first_name else ""
    return _queue(user.email, name, kind, words, now=now, domain=domain, user=user)


def queue_visitor_mail(email: str, name: str, kind: str, words: Text, *, now: dt.datetime, domain: str) -> Message:
    """The same to somebody who has no account yet."""
    return _queue(email, name, kind, words, now=now, domain=domain, user=None)


def _queue(
    email: str, name: str, kind: str, words: Text, *, now: dt.datetime, domain: str, user: User | None
) -> Message:
    token = new_token()
    return Message.create(
        account=user.account_id if user else None,
        user=user,
        kind=kind,
        language=user.language if user else "fr",
        to_json=json.dumps([[name, email]], ensure_ascii=False),
        from_name=SENDER_NAME,
        subject=words.subject,
        body_text=words.text,
        body_html=words.html,
        message_id=new_message_id(token, domain),
        token=token,
        not_before_at=now,
        created_at=now,
    )
