"""Amicable letters: any reminder on paper, for one or several invoices of one client. Never automatic.

``prepare`` writes the letter down and asks for its PDF; the worker prints it (services.printing). It leaves
by a person's hand. A letter prepared counts as no message: neither for the gap between two e-mails, nor
for the text that is proposed next, before its posting is recorded (docs/letters.md).
"""

import datetime as dt
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relance.db import transaction
from relance.letters.amicable import AmicableFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.holds import Dispute
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.rules import postal, texts, variables
from relance.rules.calendar import local_date
from relance.rules.plans import LEVELS
from relance.services import amicable_text, appending, chasing, claiming, printing, proposing, templating, writing
from relance.services.amicable_text import Words
from relance.services.appending import Apart

KIND = "amicable"
MOST = 50  # invoices in one letter
MAX_OBJECT = 200  # characters
MAX_BODY = 10_000
MAX_LINES = 300  # a thousand take seconds to lay out, and letters are laid out one at a time
LATEST = dt.timedelta(days=30)  # a letter may be dated ahead by this much
SAME_FORM = dt.timedelta(minutes=10)
FORMAL = 5  # the firmness of a formal notice, which is another letter

DISPUTED = writing.DISPUTED
FOREIGN = "Une lettre s'adresse à un seul client : choisissez les factures d'un même client."
CHANGED = "Le reste dû a changé pendant que cette lettre était ouverte : relisez-la avec les nouveaux montants."
ALL_PAID = "Il ne reste rien à payer."
NOTHING = "Choisissez au moins une facture à régler."


class AmicableError(Exception):
    """The letter cannot be prepared: ``errors`` maps a field (template, dated_on, object, body, or "") to French."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


class ChangedError(AmicableError):
    """What is left to pay is no longer what the person read."""


@dataclass(frozen=True)
class Draft:
    """A letter that is not written down. ``basis`` changes with the amounts; ``apart``: invoices that cannot follow."""

    facts: AmicableFacts
    basis: str
    apart: tuple[Apart, ...]


def refusal(invoices: Sequence[Invoice]) -> str:
    """The French reason why no letter can be written about these invoices, or ''. The first one found."""
    if not invoices:
        return NOTHING
    disputed = _disputed(invoices)
    reasons = [_why_not(invoice, invoices[: n + 1], disputed) for n, invoice in enumerate(invoices)]
    return next(filter(None, reasons), "")


def sort_out(invoices: Iterable[Invoice]) -> tuple[list[Invoice], list[tuple[Invoice, str]]]:
    """The invoices one letter can speak of (same client and currency as the first), and the others with why."""
    asked = list(dict.fromkeys(invoices))
    disputed = _disputed(asked)
    kept: list[Invoice] = []
    aside: list[tuple[Invoice, str]] = []
    for invoice in asked:
        reason = _why_not(invoice, [*kept, invoice], disputed)
        if reason:
            aside.append((invoice, reason))
        else:
            kept.append(invoice)
    return kept, aside


def _why_not(invoice: Invoice, together: Sequence[Invoice], disputed: set[int]) -> str:
    """Why this invoice cannot be in a letter, alone or with those before it (``together`` ends with it)."""
    reason = chasing.why_not(invoice)
    if reason:
        return reason
    if invoice.id in disputed:
        return DISPUTED
    first = together[0]
    if invoice.client_id != first.client_id:
        return FOREIGN
    if invoice.currency != first.currency:
        return "Ces factures sont en plusieurs devises : préparez une lettre par devise."
    return f"Choisissez {MOST} factures au plus pour une lettre." if len(together) > MOST else ""


def _disputed(invoices: Sequence[Invoice]) -> set[int]:
    rows = Dispute.select(Dispute.invoice).where(
        Dispute.invoice.in_([invoice.id for invoice in invoices]), Dispute.ended_at.is_null()
    )
    return {invoice_id for (invoice_id,) in rows.tuples()}


def offered(account: Account) -> list[str]:
    """The templates a letter may carry: every text about an invoice to pay, short of a formal notice."""
    return [
        info.ref for info in templating.listed(account) if info.category in templating.REMINDERS and info.level < FORMAL
    ]


def proposed(account: Account, invoices: Sequence[Invoice], today: dt.date) -> str:
    """The template that fits: the firmest of those proposed for each invoice. ``today`` is the account's day."""
    found = proposing.of_invoices(account, invoices, today).values()
    return max((one.template for one in found), key=lambda ref: LEVELS.get(ref, 0), default="rappel")


def draft(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    template: str,
    today: dt.date,
    words: Words | None = None,
    joins_invoice: bool = True,
    dated_on: dt.date | None = None,
) -> Draft:
    """What the letter would say; nothing is saved. ``dated_on`` and ``today`` (the default date) are local dates.

    ``words`` are those of this letter only; None means those of the template. AmicableError names what to correct.
    """
    dated_on = dated_on or today
    errors = _errors(account, client, invoices, template, dated_on, today)
    if words is not None:
        words = amicable_text.cleaned(words)
        errors |= _errors_of(words)
    if errors:
        raise AmicableError(errors)
    joined, apart = appending.share_out(claiming.ordered(invoices)) if joins_invoice else ((), ())
    try:
        facts = amicable_text.facts_of(
            account, client, invoices, template=template, dated_on=dated_on, joined=joined, words=words
        )
    except texts.TextError as error:
        raise AmicableError({"template": str(error)}) from error
    except ValueError as error:
        raise AmicableError({"": ALL_PAID}) from error
    return Draft(facts, basis_of(invoices), apart)


def prepare(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    template: str = "",
    words: Words | None = None,
    joins_invoice: bool = True,
    dated_on: dt.date | None = None,
    basis: str = "",
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Write down one letter about these invoices and ask for its PDF; ring the worker after the commit.

    ``template`` '' takes the proposed one; ``dated_on`` None is today. With ``basis`` (of the draft that was
    read), ChangedError when the amounts moved since. AmicableError when it cannot be: nothing is written.
    The same request within ten minutes is one letter. One event on each invoice. Nothing is posted.
    """
    with transaction():
        client.take_turn()  # a payment recorded at the same moment is seen here, or comes after the letter
        fresh = list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))
        today = local_date(now, account.time_zone)
        template = template or proposed(account, fresh, today)
        made = draft(
            account,
            client,
            fresh,
            template=template,
            today=today,
            words=words,
            joins_invoice=joins_invoice,
            dated_on=dated_on,
        )
        if basis and basis != made.basis:
            raise ChangedError({"": CHANGED})
        return _written(account, client, fresh, made.facts, words is not None, by, now)


def basis_of(invoices: Iterable[Invoice]) -> str:
    """A fingerprint of what is left of each instalment: other amounts, other fingerprint."""
    ids = [invoice.id for invoice in invoices]
    rows = Instalment.select(Instalment.id, Instalment.due_on, Instalment.balance_cents).where(
        Instalment.invoice.in_(ids)
    )
    return hashlib.sha256(repr(sorted(rows.tuples())).encode()).hexdigest()[:24]


def _written(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    facts: AmicableFacts,
    is_edited: bool,
    by: User | None,
    now: dt.datetime,
) -> Letter:
    text = facts.to_json()
    twin: Letter | None = (
        Letter.select()
        .where(Letter.account == account, Letter.client == client, Letter.created_at > now - SAME_FORM)
        .where(Letter.kind == KIND, Letter.facts == text, Letter.error == "")
        .first()
    )
    if twin is not None:
        return twin
    letter: Letter = Letter.create(
        account=account,
        client=client,
        kind=KIND,
        template=facts.template,
        is_edited=is_edited,
        dated_on=facts.dated_on,
        claims_interest=False,
        claims_fee=False,
        currency=facts.currency,
        principal_cents=facts.total_cents,
        total_cents=facts.total_cents,
        facts=text,
        requested_at=now,
        created_by=by,
        created_at=now,
    )
    for invoice in claiming.ordered(invoices):
        left = sum(line.left_cents for line in facts.lines if line.number == invoice.number)
        LetterInvoice.create(letter=letter, invoice=invoice, principal_cents=left)
    printing.tell("letter_requested", letter, now, by)
    return letter


def _errors(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    template: str,
    dated_on: dt.date,
    today: dt.date,
) -> dict[str, str]:
    errors = {}
    is_foreign = client.account_id != account.id or any(
        invoice.account_id != account.id or invoice.client_id != client.id for invoice in invoices
    )
    reason = refusal(invoices)
    if reason or is_foreign:
        errors[""] = reason or FOREIGN
    if template not in offered(account):
        errors["template"] = "Choisissez un modèle de la liste."
    if not today <= dated_on <= today + LATEST:
        errors["dated_on"] = "Datez la lettre d'aujourd'hui ou d'un jour des quatre prochaines semaines."
    return errors


def _errors_of(words: Words) -> dict[str, str]:
    """What no letter should carry: no words, too many, a brace that nobody would fill, another letter's heading."""
    errors = {}
    if not words.object:
        errors["object"] = "Indiquez l'objet de la lettre."
    elif len(words.object) > MAX_OBJECT:
        errors["object"] = f"Raccourcissez l'objet : {MAX_OBJECT} caractères au plus."
    elif postal.names_a_notice(words.object):
        errors["object"] = (
            "Une relance amiable ne porte pas « mise en demeure » en objet : préparez une mise en demeure."
        )
    known = {variable.name for variable in variables.ALL}
    alone = {line.strip() for line in words.body.split("\n")} & {postal.TABLE, postal.PAYMENT}
    written = [line for line in words.body.split("\n") if line.strip() not in (postal.TABLE, postal.PAYMENT)]
    left = [name for name in texts.names("\n".join([words.object, *written])) if name in known]
    if not any(line.strip() for line in written):
        errors["body"] = "Écrivez le texte de la lettre."
    elif len(words.body) > MAX_BODY:
        errors["body"] = f"Raccourcissez le texte : {MAX_BODY} caractères au plus."
    elif words.body.count("\n") >= MAX_LINES:
        errors["body"] = f"Raccourcissez le texte : {MAX_LINES} lignes au plus."
    elif left:
        name = f"{{{left[0]}}}"
        errors["body"] = (
            f"Laissez {name} seul sur sa ligne."
            if name in (postal.TABLE, postal.PAYMENT)
            else f"Remplacez {name} par sa valeur : les variables ne servent que dans les modèles."
        )
    elif any(words.body.count(token) > 1 for token in alone):
        errors["body"] = f"Gardez {postal.TABLE} et {postal.PAYMENT} une seule fois chacun."
    return errors
