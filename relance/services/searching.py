"""One search over what an account holds: invoices, clients, quotes, letters. One query a kind, each bounded."""

from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from peewee import Expression, fn

from relance.models.accounts import Account, User
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.quotes import Quote
from relance.rules.money import parse_amount
from relance.services.matching import any_holds, asked, holds, plain

SHOWN = 5  # of each kind
MANY = 100  # what is counted; beyond, « plus de 100 »
LATELY = 200  # events looked at for the invoices one worked on
KINDS = ("invoices", "clients", "quotes", "letters")


@dataclass(frozen=True)
class Group:
    """What was found of one kind, the best first, up to ``MANY`` rows. ``has_more``: there are others."""

    kind: str
    rows: tuple[Any, ...]
    has_more: bool = False

    @property
    def count(self) -> int:
        """How many rows were found; at least that many with ``has_more``."""
        return len(self.rows)


def search(account: Account, text: str, kinds: tuple[str, ...] = KINDS) -> list[Group]:
    """What holds ``text`` among ``kinds``, kind by kind; kinds with nothing are left out. Four queries at most.

    An amount finds the invoices of exactly that amount; digits, the client of that SIREN.
    """
    words = asked(text)
    if not words:
        return []
    queries = {"invoices": _invoices, "clients": _clients, "quotes": _quotes, "letters": _letters}
    found = []
    for kind in kinds:
        rows = list(queries[kind](account, words).limit(MANY + 1))
        if rows:
            rows.sort(key=lambda row: _rank(row, plain(words)))
            found.append(Group(kind, tuple(rows[:MANY]), has_more=len(rows) > MANY))
    return found


def recent(account: Account, user: User) -> list[Invoice]:
    """The invoices ``user`` last worked on, then those last entered, with their clients: what one opens again."""
    touched: Any = (
        Event.select(Event.invoice)
        .where(Event.account == account, Event.user == user, Event.invoice.is_null(False))
        .order_by(Event.id.desc())
        .limit(LATELY)
        .tuples()
    )
    ids = list(dict.fromkeys(number for (number,) in touched))[:SHOWN]
    mine = Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account)
    found = {invoice.id: invoice for invoice in mine.where(Invoice.id.in_(ids))}
    rows = [found[number] for number in ids if number in found]
    if len(rows) < SHOWN:
        latest = mine.where(Invoice.id.not_in(ids)).order_by(Invoice.id.desc())
        rows += list(latest.limit(SHOWN - len(rows)))
    return rows


def people(clients: list[Client], text: str) -> dict[int, Contact]:
    """By client, the contact that ``text`` names, of those clients: why a client was found. One query."""
    words = asked(text)
    rows = Contact.select().where(
        Contact.client.in_([client.id for client in clients]), Contact.archived_at.is_null(), _is_named(words)
    )
    found: dict[int, Contact] = {}
    for contact in rows.order_by(Contact.is_main.desc(), Contact.id):
        found.setdefault(contact.client_id, contact)
    return found


def _invoices(account: Account, words: str) -> Any:
    """As the list of invoices searches, the latest entered first."""
    fields = (Invoice.number, Invoice.object, Invoice.order_reference, Invoice.note)
    parts: list[Any] = [any_holds(fields, words)]
    parts.append(Invoice.client.in_(_named(account, words)))
    cents = _cents(words)
    if cents is not None:
        parts += [Invoice.total_cents == cents, Invoice.balance_cents == cents]
    query = Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account, _any(parts))
    return query.order_by(Invoice.id.desc())


def _clients(account: Account, words: str) -> Any:
    parts: list[Any] = [Client.id.in_(_named(account, words))]
    digits = "".join(words.split())
    if digits.isdecimal() and digits.isascii():
        parts.append(Client.siren.contains(digits))
    query = Client.select().where(Client.account == account, Client.archived_at.is_null(), _any(parts))
    return query.order_by(fn.LOWER(Client.name), Client.id)


def _quotes(account: Account, words: str) -> Any:
    parts: list[Any] = [any_holds((Quote.number, Quote.object, Quote.order_reference), words)]
    parts.append(Quote.client.in_(_named(account, words)))
    cents = _cents(words)
    if cents is not None:
        parts.append(Quote.total_cents == cents)
    query = Quote.select(Quote, Client).join(Client).where(Quote.account == account, _any(parts))
    return query.order_by(Quote.id.desc())


def _letters(account: Account, words: str) -> Any:
    parts: list[Any] = [Letter.client.in_(_named(account, words)), holds(Letter.tracking_number, words)]
    joined = "".join(words.split())
    if joined != words:
        parts.append(holds(Letter.tracking_number, joined))  # « 1A 123 456 7890 1 » as the slip prints it
    query = Letter.select(Letter, Client).join(Client).where(Letter.account == account, _any(parts))
    return query.order_by(Letter.id.desc())


def _named(account: Account, words: str) -> Any:
    """The ids of the clients whose name, or a contact's name or address, holds ``words``: part of another query."""
    people = Contact.select(Contact.client).where(
        Contact.account == account, Contact.archived_at.is_null(), _is_named(words)
    )
    return Client.select(Client.id).where(
        Client.account == account, Client.merged_into.is_null(), holds(Client.name, words) | Client.id.in_(people)
    )


def _is_named(words: str) -> Expression:
    return any_holds((Contact.name, Contact.email), words)


def _any(parts: list[Any]) -> Any:
    return reduce(or_, parts)


def _cents(words: str) -> int | None:
    try:
        return parse_amount(words)
    except ValueError:
        return None


def _rank(row: Any, words: str) -> int:
    """0 for the very number or name, 1 for what begins with it, 2 for the rest, in the order of the query."""
    name = plain(row.name if isinstance(row, Client) else getattr(row, "number", "") or row.client.name)
    return 0 if name == words else 1 if name.startswith(words) else 2
