"""A text of the editor as a client would read it: with an invoice, several, or example data. The code that sends."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass, replace

from relance.mail import samples
from relance.mail.reminders import ReminderFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Instalment, Invoice
from relance.rules.plans import LEVELS
from relance.services import chasing, composing, writing
from relance.services.composing import Composed, Own, Part, Prepared
from relance.services.templating import Info

SAMPLE, SAMPLE_MANY = "exemple", "exemple-plusieurs"
MOST = 20  # invoices to choose from


@dataclass(frozen=True)
class Subject:
    """Something to preview with: its key, the client and the invoices' numbers, or their count. None: the example."""

    key: str
    client: str = ""
    number: str = ""
    count: int = 1


def subjects(account: Account, info: Info) -> list[Subject]:
    """The example, for one and for several, then the account's invoices, the soonest due first.

    A thank-you is shown with what was paid; a text about quotes with the example only.
    """
    found = [Subject(SAMPLE), Subject(SAMPLE_MANY, count=samples.MANY)]
    if info.category == "quote":
        return found
    rows = _invoices(account, info)
    found += [Subject(f"facture-{row.id}", row.client.name, row.number) for row in rows]
    names = {row.client_id: row.client.name for row in rows}
    counts = Counter(row.client_id for row in rows)
    return found + [Subject(f"client-{key}", names[key], count=n) for key, n in counts.items() if n > 1]


def compose(account: Account, user: User, info: Info, own: Own, key: str, now: dt.datetime) -> Composed:
    """The message these words would make. An unknown ``key`` is the example; TextError when they cannot be filled."""
    today = chasing.today_of(account, now)
    parts = _parts(account, info, key, today)
    if not parts:
        return _sample(account, user, info, own, key == SAMPLE_MANY, today).write()
    client = parts[0].invoice.client
    return composing.prepare(
        account,
        client,
        parts,
        writing.usable_contacts(parts[0].invoice)[:1],
        template=info.ref,
        today=today,
        copies_user=False,
        attaches_invoice=True,
        owner=user,
        own=own,
    ).write()


def _invoices(account: Account, info: Info) -> list[Invoice]:
    """The first of those that such a text may speak of."""
    query = (
        Invoice.select(Invoice, Client)
        .join(Client)
        .where(Invoice.account == account, Invoice.kind != "credit_note", Client.archived_at.is_null())
    )
    if info.category == "thanks":
        paid = query.where(Invoice.state == "paid")
        return list(paid.order_by(Invoice.paid_on.desc(), Invoice.id.desc()).limit(MOST))
    owed = query.where(Invoice.state == "sent", Invoice.balance_cents > 0)
    return list(owed.order_by(Invoice.next_due_on, Invoice.id).limit(MOST))


def _parts(account: Account, info: Info, key: str, today: dt.date) -> list[Part]:
    """The instalments that ``key`` names, within what the account may choose."""
    kind, _, number = key.partition("-")
    if kind not in ("facture", "client") or info.category == "quote":
        return []
    rows = _invoices(account, info)
    if kind == "facture":
        chosen = [row for row in rows if str(row.id) == number]
    else:
        of_client = [row for row in rows if str(row.client_id) == number]
        chosen = [row for row in of_client if row.currency == of_client[0].currency]
    if info.category == "thanks":
        return [Part(row, each) for row in chosen for each in row.instalments.order_by(Instalment.position)]
    return [Part(row, each) for row in chosen for each in writing.spoken_of(row, today, info.ref)]


def signed(facts: ReminderFacts, account: Account, user: User) -> ReminderFacts:
    """The example as the account would send it; its own IBAN and phone where it has them."""
    return replace(
        facts,
        signer_name=account.owner_name or user.full_name,
        business_name=account.business_name,
        phone=account.phone or facts.phone,
        iban=account.iban or facts.iban,
        bic=account.bic if account.iban else facts.bic,
        holder=account.iban_holder or account.business_name,
    )


def _sample(account: Account, user: User, info: Info, own: Own, is_many: bool, today: dt.date) -> Prepared:
    """The example's invoice and client, signed by the account."""
    facts = samples.sample_facts(
        info.ref,
        today,
        language="en" if own.variant == "en" else "fr",
        register=own.variant if own.variant == "tu" else "vous",
        is_many=is_many,
        category=info.category,
        level=own.level,
    )
    charges = account.claims_penalties and own.level >= LEVELS["relance_2"] and info.category == "reminder"
    facts = replace(
        signed(facts, account, user),
        wording=own.many if facts.is_many else own.one,
        interest_cents=samples.INTEREST_CENTS if charges else None,
        fee_cents=samples.FEE_CENTS * len(facts.lines) if charges else None,
    )
    return Prepared(
        facts=facts,
        to=((user.full_name, user.email),),
        cc=(),
        from_name=account.display_sender,
        reply_to=account.reply_to or user.email,
        invoice_ids=(),
        document_ids=(),
    )
