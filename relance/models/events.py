"""The journal: what happened, by whom, append-only and chained by hash."""

import hashlib
import hmac
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

REMOVED = "removed_invoice"  # the id of an invoice that is gone, in the data of its events


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

    @property
    def body(self) -> dict[str, Any]:
        """What the chain vouches for. The client is not in it: merging two clients moves their events.

        An import that is undone removes its invoices and keeps their events, which then name theirs in ``data``
        (REMOVED): the chain stands as it was sealed.
        """
        facts = self.facts
        removed = facts.pop(REMOVED, None)
        return {
            "account": self.account_id,
            "at": self.at.isoformat(),
            "data": facts,
            "invoice": self.invoice_id or removed,
            "kind": self.kind,
            "user": self.user_id,
        }

    def salt(self, key: str) -> str:
        """What hides the contents in the digest: 64 hexadecimal digits. ``key`` is the account's ``journal_key``."""
        return _keyed(key, f"event:{self.id}")

    def digest(self, key: str) -> str:
        """What stands for this event in the chain: the tag of its invoice, a dot, the SHA-256 of its contents.

        A case file shows the events of its client with their salts and, of the others, this line alone: the whole
        chain is checked, and nobody without ``key`` can guess what happened to somebody else and confirm the guess.
        The tag is what shows that no event of an invoice was left out.
        """
        canonical = json.dumps(self.body, sort_keys=True, separators=(",", ":"))
        fingerprint = hashlib.sha256((self.salt(key) + canonical).encode()).hexdigest()
        return f"{tag_of(key, self.body['invoice'])}.{fingerprint}"

    def hash_after(self, previous: str, key: str) -> str:
        """The chain value of this event when the one before has ``previous``: « 2 », then 64 hexadecimal digits."""
        return "2" + hashlib.sha256(f"{previous}{self.digest(key)}".encode()).hexdigest()

    def hash_v1_after(self, previous: str) -> str:
        """The same as it was sealed before « 2 »: 64 digits, made of the contents themselves."""
        body = [previous, self.account_id, self.kind, self.data, self.at.isoformat(), self.user_id]
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()


def tag_of(key: str, invoice_id: int | None) -> str:
    """The same 16 hexadecimal digits for all the events of an invoice (or of none) in one account."""
    return _keyed(key, f"invoice:{invoice_id or 0}")[:16]


def _keyed(key: str, words: str) -> str:
    return hmac.new(key.encode(), words.encode(), hashlib.sha256).hexdigest()


def record(kind: str, *, account: Account | int | None, at: datetime, **links: Any) -> Event:
    """Append one event. ``links``: client, invoice, message, letter, quote, user; anything else goes to data."""
    names = ("client", "invoice", "message", "letter", "quote", "user")
    refs = {name: links.pop(name) for name in names if name in links}
    data = json.dumps(links, ensure_ascii=False, sort_keys=True, default=str)
    return Event.create(kind=kind, account=account, at=at, data=data, **refs)


TABLES = (Event,)
