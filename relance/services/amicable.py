"""Amicable letters: any reminder on paper, for one or several invoices of one client. Never automatic.

``prepare`` writes the letter down and asks for its PDF; the worker prints it (services.printing). It leaves
by a person's hand. A letter prepared counts as no message: neither for the gap between two e-mails, nor
for the text that is proposed next, before its posting is recorded (docs/letters.md).
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from relance.db import transaction
from relance.letters.amicable import AmicableFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterBatch
from relance.rules import texts
from relance.rules.calendar import local_date
from relance.rules.plans import LEVELS
from relance.services import (
    amicable_text,
    amicable_words,
    chasing,
    claiming,
    letter_parts,
    printing,
    proposing,
    templating,
    writing,
)
from relance.services.amicable_text import Words
from relance.services.appending import Apart
from relance.services.letter_parts import PartError

KIND = "amicable"
MOST = 50  # invoices in one letter
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
class AmicableChoices:
    """What a person chooses for an amicable letter. ``words``: those of this letter only, None for the template's.

    ``dated_on`` is a local date; ``enclosures``: what else is in the envelope, a line each. Ids are the account's.
    """

    template: str
    dated_on: dt.date
    words: Words | None = None
    joins_invoice: bool = True
    signature_id: int | None = None
    enclosures: tuple[str, ...] = ()
    evidence_ids: tuple[int, ...] = ()


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
    disputed = letter_parts.disputed(invoices)
    reasons = [_why_not(invoice, invoices[: n + 1], disputed) for n, invoice in enumerate(invoices)]
    return next(filter(None, reasons), "")


def sort_out(invoices: Iterable[Invoice]) -> tuple[list[Invoice], list[tuple[Invoice, str]]]:
    """The invoices one letter can speak of (same client and currency as the first), and the others with why."""
    asked = list(dict.fromkeys(invoices))
    disputed = letter_parts.disputed(asked)
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
    choices: AmicableChoices,
    today: dt.date,
    *,
    by: User | None = None,
    kept: int | None = None,
) -> Draft:
    """What the letter would say; nothing is saved. ``today`` is the account's day.

    ``by`` and ``kept``: whose signature may be on it (letter_parts.gather). AmicableError names what to correct.
    """
    errors = _errors(account, client, invoices, choices.template, choices.dated_on, today)
    words = choices.words
    if words is not None:
        words = amicable_text.cleaned(words)
        errors |= amicable_words.errors_of(words)
    if errors:
        raise AmicableError(errors)
    try:
        parts = letter_parts.gather(
            account,
            client,
            claiming.ordered(invoices) if choices.joins_invoice else (),
            signature_id=choices.signature_id,
            evidence_ids=choices.evidence_ids,
            enclosures=choices.enclosures,
            by=by,
            kept=kept,
        )
        facts = amicable_text.facts_of(
            account,
            client,
            invoices,
            template=choices.template,
            dated_on=choices.dated_on,
            joined=parts.joined,
            words=words,
        )
    except PartError as error:
        raise AmicableError(error.errors) from error
    except texts.TextError as error:
        raise AmicableError({"template": str(error)}) from error
    except ValueError as error:
        raise AmicableError({"": ALL_PAID}) from error
    facts = replace(facts, signature=parts.signature, enclosures=choices.enclosures)
    return Draft(facts, letter_parts.basis_of(invoices), parts.apart)


def prepare(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    choices: AmicableChoices | None = None,
    batch: LetterBatch | None = None,
    basis: str = "",
    by: User | None,
    now: dt.datetime,
) -> Letter:
    """Write down one letter about these invoices, frozen, and ask for its PDF; ring the worker after the commit.

    Without ``choices``: the proposed text, dated today. With ``basis`` (of the draft that was read), ChangedError
    when the amounts moved since. AmicableError when it cannot be: nothing is written. The same request within ten
    minutes is one letter. One event on each invoice. Nothing is posted.
    """
    with transaction():
        client.take_turn()  # a payment recorded at the same moment is seen here, or comes after the letter
        fresh = list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))
        today = local_date(now, account.time_zone)
        choices = choices or AmicableChoices(proposed(account, fresh, today), today)
        made = draft(account, client, fresh, choices, today, by=by)
        if basis and basis != made.basis:
            raise ChangedError({"": CHANGED})
        twin = _twin(account, client, made.facts, now)
        if twin is not None:
            return twin
        letter: Letter = Letter.create(
            account=account,
            client=client,
            batch=batch,
            created_by=by,
            created_at=now,
            **columns(made.facts, choices),
            **letter_parts.frozen(account, made.facts, now),
        )
        letter_parts.keep_evidence(letter, choices.evidence_ids)
        letter_parts.keep_lines(letter, owed(fresh, made.facts))
        printing.tell("letter_requested", letter, now, by)
    return letter


def owed(invoices: Sequence[Invoice], facts: AmicableFacts) -> list[tuple[Invoice, int, int, int]]:
    """Each invoice with the cents that the letter asks for it; no interest, no indemnity."""
    return [
        (invoice, sum(line.left_cents for line in facts.lines if line.number == invoice.number), 0, 0)
        for invoice in claiming.ordered(invoices)
    ]


def columns(facts: AmicableFacts, choices: AmicableChoices) -> dict[str, Any]:
    """What a row of letters keeps of an amicable letter, frozen or not."""
    return {
        "kind": KIND,
        "template": facts.template,
        "is_edited": choices.words is not None,
        "words": json.dumps(vars(choices.words), ensure_ascii=False) if choices.words is not None else "",
        "dated_on": facts.dated_on,
        "claims_interest": False,
        "claims_fee": False,
        "mention": "none",
        "signature": choices.signature_id,
        "joins_invoices": choices.joins_invoice,
        "enclosures": "\n".join(choices.enclosures),
        "currency": facts.currency,
        "principal_cents": facts.total_cents,
        "total_cents": facts.total_cents,
    }


def _twin(account: Account, client: Client, facts: AmicableFacts, now: dt.datetime) -> Letter | None:
    """The same letter asked for just before: the same facts, wherever the journal stood."""
    standing = (Letter.error == "") & (Letter.state != "abandoned")
    recent = Letter.select().where(Letter.account == account, Letter.client == client, standing)
    kept = recent.where(Letter.created_at > now - SAME_FORM, Letter.kind == KIND, Letter.facts != "{}")
    return next((one for one in kept if replace(AmicableFacts.from_json(one.facts), anchor="") == facts), None)


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
