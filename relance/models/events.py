"""The journal: what happened, by whom, append-only and chained by hash."""

import hashlib
import json
from datetime import datetime
from typing import Any

from peewee import CharField, DateTimeField, ForeignKeyField, TextField

from relance.db import BaseModel
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.quotes import Quote


class Event(BaseModel):
    """One thing that happened. Never updated, but for ``chain``: the hash that ties it to the one before.

    The chain is written by the worker within the minute (``services.journal.seal``), so that writing
    an event takes no lock. ``data`` is a JSON object of facts (cents, ISO dates, names).
    """

    account = ForeignKeyField(Account, null=True, on_delete="CASCADE")
    client = ForeignKeyField(Client, null=True, on_delete="CASCADE")
    invoice = ForeignKeyField(Invoice, null=True, backref="events", on_delete="CASCADE")
    message = ForeignKeyField(Message, null=True, on_delete="SET NULL")
    letter = ForeignKeyField(Letter, null=True, on_delete="SET NULL")
    quote = ForeignKeyField(Quote, null=True, backref="events", on_delete="CASCADE")
    user = ForeignKeyField(User, null=True, on_delete="SET NULL")  # null: Relance, by itself
    kind = CharField()
    data = TextField(default="{}")
    at = DateTimeField()
    chain = CharField(null=True, index=True)

    class Meta:
        indexes = (
            (("account", "id"), False),
            (("invoice", "id"), False),
            (("client", "id"), False),
        )

    @property
    def facts(self) -> dict[str, Any]:
        """``data`` as a dictionary."""
        facts: dict[str, Any] = json.loads(self.data)
        return facts

    def hash_after(self, previous: str) -> str:
        """The chain value of this event when the one before has ``previous``."""
        body = [previous, self.account_id, self.kind, self.data, self.at.isoformat(), self.user_id]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def record(kind: str, *, account: Account | int | None, at: datetime, **links: Any) -> Event:
    """Append one event. ``links``: client, invoice, message, letter, quote, user; anything else goes to data."""
    names = ("client", "invoice", "message", "letter", "quote", "user")
    refs = {name: links.pop(name) for name in names if name in links}
    data = json.dumps(links, ensure_ascii=False, sort_keys=True, default=str)
    return Event.create(kind=kind, account=account, at=at, data=data, **refs)


TABLES = (Event,)
