"""Before reminders are sent to many clients: one line for each message, and what is set aside with the reason."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from peewee import fn

from relance.models.accounts import Account
from relance.models.batches import Batch, BatchLine
from relance.models.chases import Chase, ChaseContact
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.services import chasing, gathering, holds, proposing, situations, templating
from relance.services.holds import Held

MOST = 1000  # invoices in one sending
TO_CLIENTS = ("reminder", "manual", "quote")


@dataclass(frozen=True)
class Aside:
    """An invoice that will not be spoken of. ``because``: a key of chasing.REASONS, « no_address » or « notice ».

    ``until_on``: the last day of what holds it; ``rejected_on``: the day its address was refused.
    """

    invoice: Invoice
    because: str
    until_on: dt.date | None = None
    rejected_on: dt.date | None = None


@dataclass(frozen=True)
class Line:
    """One message: a client's invoices of one currency that have the same recipients.

    ``last_on``: the day of the last e-mail to the client. ``is_recent``: within the account's gap, or the client
    has another line here: it leaves only if the person says so (``is_wanted``).
    """

    key: str
    client: Client
    invoices: tuple[Invoice, ...]
    contacts: tuple[Contact, ...]
    proposed: str
    template: str
    last_on: dt.date | None = None
    is_recent: bool = False
    is_wanted: bool = True

    @property
    def currency(self) -> str:
        """The currency of all its invoices."""
        return str(self.invoices[0].currency)

    @property
    def balance_cents(self) -> int:
        """What is left on its invoices, in cents."""
        return sum(invoice.balance_cents for invoice in self.invoices)

    @property
    def leaves(self) -> bool:
        """True when it will be sent as things are."""
        return self.is_wanted or not self.is_recent


@dataclass(frozen=True)
class Review:
    """What would be sent, and what not. ``missing``: how many of the ids asked for are nobody's, or another's."""

    lines: tuple[Line, ...]
    aside: tuple[Aside, ...]
    missing: int = 0

    @property
    def leaving(self) -> tuple[Line, ...]:
        """The messages that will leave."""
        return tuple(line for line in self.lines if line.leaves)


@dataclass(frozen=True)
class Choices:
    """What the person changed: templates by line, and the recent clients they write to all the same."""

    templates: Mapping[str, str]
    anyway: Collection[str] = ()


def chosen(account: Account, ids: Iterable[int]) -> tuple[list[Invoice], int]:
    """The account's invoices among these ids, the oldest due first, and how many ids are not its own."""
    wanted = list(dict.fromkeys(ids))[:MOST]
    query = Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account, Invoice.id.in_(wanted))
    found = list(query.order_by(Invoice.next_due_on, Invoice.id))
    return found, len(wanted) - len(found)


def review(
    account: Account, invoices: Sequence[Invoice], choices: Choices, now: dt.datetime, *, missing: int = 0
) -> Review:
    """What sending reminders about these invoices would do, in a fixed number of queries; nothing is written."""
    today = chasing.today_of(account, now)
    held = holds.current(account, invoices, today)
    people = _People(invoices)
    proposals = proposing.of_invoices(account, invoices, today)
    aside: list[Aside] = []
    groups: dict[tuple[int, str, frozenset[str]], list[Invoice]] = defaultdict(list)
    for invoice in invoices:
        reason = _aside(account, invoice, held.get(invoice.id, ()), people)
        if reason is None and proposals[invoice.id].is_exhausted:
            reason = Aside(invoice, "notice")
        if reason is not None:
            aside.append(reason)
            continue
        recipients = frozenset(contact.email for contact in people.of(invoice))
        groups[invoice.client_id, invoice.currency, recipients].append(invoice)
    infos = templating.listed(account)
    levels = {info.ref: info.level for info in infos}
    offered = {info.ref for info in infos if info.category in templating.REMINDERS}
    last = last_written({client_id for client_id, _currency, _people in groups}, today)
    lines: list[Line] = []
    seen: set[int] = set()
    for (client_id, _currency, _emails), rows in groups.items():
        key = key_of(rows)
        proposed = _firmest([proposals[row.id].template for row in rows], levels)
        last_on = last.get(client_id)
        near = last_on is not None and last_on > today - dt.timedelta(max(account.min_gap_days, 1))
        is_recent = near or client_id in seen
        wanted = choices.templates.get(key, proposed)
        lines.append(
            Line(
                key=key,
                client=rows[0].client,
                invoices=tuple(rows),
                contacts=people.of(rows[0]),
                proposed=proposed,
                template=wanted if wanted in offered else proposed,
                last_on=last_on,
                is_recent=is_recent,
                is_wanted=not is_recent or key in choices.anyway,
            )
        )
        seen.add(client_id)
    return Review(tuple(lines), tuple(aside), missing)


def key_of(invoices: Sequence[Invoice]) -> str:
    """What names the line of these invoices in a form: their client, their currency, the oldest of them."""
    return f"{invoices[0].client_id}-{invoices[0].currency}-{invoices[0].id}"


def text_for(account: Account, invoices: Sequence[Invoice], wanted: str, now: dt.datetime) -> str:
    """The template of a line: the wanted one where it may be sent about an invoice, else the proposed one."""
    info = templating.find(account, wanted)
    if info is not None and info.archived_at is None and info.category in templating.REMINDERS:
        return wanted
    proposals = proposing.of_invoices(account, invoices, chasing.today_of(account, now))
    return _firmest([proposal.template for proposal in proposals.values()], templating.levels(account))


def _firmest(templates: Iterable[str], levels: Mapping[str, int]) -> str:
    return max(templates, key=lambda ref: levels.get(ref, 0))


def refusal(account: Account, invoice: Invoice, today: dt.date) -> str:
    """Why this invoice may not be spoken of now (a key of an ``Aside``), or ''."""
    held = holds.current(account, [invoice], today)
    found = _aside(account, invoice, held.get(invoice.id, ()), _People([invoice]))
    return found.because if found is not None else ""


def recipients_of(invoice: Invoice) -> tuple[Contact, ...]:
    """Whom a message about this invoice goes to: as its reminders, else whom it was sent to, else the main one."""
    return _People([invoice]).of(invoice)


def _aside(account: Account, invoice: Invoice, held: Sequence[Held], people: "_People") -> Aside | None:
    because = situations.stop_reason(account, invoice.client, invoice, invoice.balance_cents)
    if because:
        return Aside(invoice, because)
    if held:
        return Aside(invoice, held[0].kind, until_on=held[0].until_on)
    if not people.of(invoice):
        return Aside(invoice, "no_address", rejected_on=people.rejected_on(invoice))
    return None


class _People:
    """The contacts of some invoices' clients and chases, in one statement."""

    def __init__(self, invoices: Sequence[Invoice]) -> None:
        self.at_client: dict[int, list[Contact]] = defaultdict(list)
        self.chosen: dict[int, set[int]] = defaultdict(set)
        links = ChaseContact.select(Chase.invoice, ChaseContact.contact).join(Chase)
        contacts, chosen = gathering.read(
            Contact.select().where(Contact.client.in_(sorted({invoice.client_id for invoice in invoices}))),
            links.where(Chase.invoice.in_([invoice.id for invoice in invoices]), Chase.ended_at.is_null()).tuples(),
        )
        for contact in contacts:
            self.at_client[contact.client_id].append(contact)
        for invoice_id, contact_id in chosen:
            self.chosen[invoice_id].add(contact_id)

    def of(self, invoice: Invoice) -> tuple[Contact, ...]:
        """Whom to write to; nobody when they cannot be reached: another person needs the user's word."""
        return situations.usable(self._meant(invoice))

    def rejected_on(self, invoice: Invoice) -> dt.date | None:
        """The last day on which one of them was refused by a server."""
        days = [contact.rejected_at.date() for contact in self._meant(invoice) if contact.rejected_at is not None]
        return max(days, default=None)

    def _meant(self, invoice: Invoice) -> list[Contact]:
        active = [contact for contact in self.at_client[invoice.client_id] if contact.archived_at is None]
        ids = self.chosen.get(invoice.id) or {invoice.contact_id}
        meant = [contact for contact in active if contact.id in ids]
        if not meant:
            with_address = sorted((c for c in active if c.email), key=lambda c: (not c.is_main, c.id))
            meant = with_address[:1]
        return meant[:1] if invoice.client.kind == "individual" else meant


def last_written(client_ids: Iterable[int], today: dt.date) -> dict[int, dt.date]:
    """The day of the last e-mail to each client: sent, about to leave, or confirmed by a form and still to be made."""
    ids = list(client_ids)
    written, confirmed = gathering.read(
        Message.select(Message.client, fn.MAX(Message.day_on))
        .where(Message.client.in_(ids), Message.kind.in_(TO_CLIENTS), Message.state.in_(situations.COUNTED))
        .group_by(Message.client)
        .tuples(),
        BatchLine.select(BatchLine.client)
        .join(Batch)
        .where(BatchLine.client.in_(ids), BatchLine.state == "waiting", Batch.undone_at.is_null())
        .distinct()
        .tuples(),
    )
    found = {client_id: _as_date(day) for client_id, day in written if day is not None}
    return found | {client_id: max(today, found.get(client_id, today)) for (client_id,) in confirmed}


def _as_date(value: dt.date | str) -> dt.date:
    """A date out of an aggregate: SQLite gives its text."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
