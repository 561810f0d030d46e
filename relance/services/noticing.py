"""Formal notices: what may be claimed, and a letter frozen at once. Printed by services.printing. Never automatic."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from relance.db import transaction
from relance.letters import notice_errors
from relance.letters.facts import NoticeFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import MENTIONS, Letter, LetterBatch
from relance.rules.calendar import local_date
from relance.rules.penalties import IMPUTATIONS
from relance.rules.rates import UnknownRate
from relance.services import claiming, letter_parts
from relance.services.letter_parts import ChangedError, PartError
from relance.services.printing import ask_again, file_name, is_outdated, needs_hand, pending, render, tell

__all__ = [
    "NoticeChoices",
    "NoticeError",
    "ask_again",
    "claimed",
    "columns",
    "draft",
    "facts_of",
    "file_name",
    "is_outdated",
    "needs_hand",
    "pending",
    "prepare",
    "render",
]

DELAYS = (8, 15)  # days granted from receipt
LATEST = timedelta(days=30)  # a letter may be dated ahead by this much
SAME_FORM = timedelta(minutes=10)
WORDS = "words-"  # before the key of a paragraph, in the errors


class NoticeError(Exception):
    """The letter cannot be prepared: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


@dataclass(frozen=True)
class NoticeChoices:
    """What a person chooses for a formal notice.

    ``dated_on`` is a local date, ``delay_days`` counts from receipt. ``words``: the paragraphs a person wrote, by key
    of letters.notice_text. ``enclosures``: what else is in the envelope, a line each. Ids are rows of the account.
    """

    dated_on: date
    delay_days: int = DELAYS[0]
    claims_interest: bool = True
    claims_fee: bool = True
    imputation: str = "principal_first"
    mention: str = "registered"
    words: tuple[tuple[str, str], ...] = ()
    signature_id: int | None = None
    joins_invoices: bool = True
    enclosures: tuple[str, ...] = ()
    evidence_ids: tuple[int, ...] = ()


def draft(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    choices: NoticeChoices,
    today: date,
    *,
    by: User | None = None,
    kept: int | None = None,
) -> NoticeFacts:
    """What the letter would say; nothing is saved. ``today`` is the account's day.

    ``by`` and ``kept``: whose signature may be on it (letter_parts.gather).
    NoticeError when it cannot be written: not late, not the same client or currency, fees asked of an
    individual, a date in the past, a rate that is not known, words that a notice cannot carry (WORDS and their key).
    """
    errors = _errors(account, client, invoices, choices, today)
    if errors:
        raise NoticeError(errors)
    try:
        parts = letter_parts.gather(
            account,
            client,
            claiming.ordered(invoices) if choices.joins_invoices else (),
            signature_id=choices.signature_id,
            evidence_ids=choices.evidence_ids,
            enclosures=choices.enclosures,
            by=by,
            kept=kept,
        )
    except PartError as error:
        raise NoticeError(error.errors) from error
    try:
        facts = claiming.notice_facts(
            account,
            client,
            invoices,
            dated_on=choices.dated_on,
            delay_days=choices.delay_days,
            claims_interest=choices.claims_interest,
            claims_fee=choices.claims_fee,
            imputation=choices.imputation,
            mention=choices.mention,
            words=dict(choices.words),
            signature=parts.signature,
            enclosures=choices.enclosures,
            joined=parts.joined,
        )
    except UnknownRate as error:
        raise NoticeError(
            {
                "dated_on": f"{error} Datez la lettre d'un semestre connu, indiquez le taux porté sur la facture, "
                "ou ne réclamez pas les pénalités."
            }
        ) from error
    wrong = notice_errors.errors(facts, dict(choices.words))
    if wrong:
        raise NoticeError({f"{WORDS}{key}": sentence for key, sentence in wrong.items()})
    return facts


def prepare(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    choices: NoticeChoices,
    batch: LetterBatch | None = None,
    basis: str = "",
    by: User | None,
    now: datetime,
) -> Letter:
    """Write down a formal notice, frozen, and ask for its PDF; ring the worker after the commit. NoticeError if not.

    With ``basis`` (letter_parts.basis_of what was read), ChangedError when something was paid, credited or disputed
    since. The same request within ten minutes is one letter. Nothing is posted: a person prints and posts it.
    """
    with transaction():
        client.take_turn()  # a payment recorded at the same moment is in the letter, or the invoice is not late
        fresh = list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))
        if basis and letter_parts.basis_of(fresh) != basis:
            raise ChangedError
        facts = draft(account, client, fresh, choices, local_date(now, account.time_zone), by=by)
        twin = _twin(account, client, facts, now)
        if twin is not None:
            return twin
        letter: Letter = Letter.create(
            account=account,
            client=client,
            batch=batch,
            created_by=by,
            created_at=now,
            **columns(facts, choices),
            **letter_parts.frozen(account, facts, now),
        )
        letter_parts.keep_evidence(letter, choices.evidence_ids)
        letter_parts.keep_lines(letter, claimed(fresh, facts))
        tell("letter_requested", letter, now, by)
    return letter


def claimed(invoices: Sequence[Invoice], facts: NoticeFacts) -> list[tuple[Invoice, int, int, int]]:
    """Each invoice with the cents of principal, interest and indemnity that the letter claims for it."""
    lines = zip(claiming.ordered(invoices), facts.invoices, strict=True)
    return [(invoice, line.principal_cents, line.interest_cents, line.fee_cents) for invoice, line in lines]


def columns(facts: NoticeFacts, choices: NoticeChoices) -> dict[str, Any]:
    """What a row of letters keeps of a notice, frozen or not."""
    return {
        "kind": "formal_notice",
        "dated_on": choices.dated_on,
        "delay_days": choices.delay_days,
        "claims_interest": choices.claims_interest,
        "claims_fee": facts.claims_fee,
        "imputation": choices.imputation,
        "mention": choices.mention,
        "words": json.dumps(dict(choices.words), ensure_ascii=False, sort_keys=True) if choices.words else "",
        "is_edited": bool(choices.words),
        "signature": choices.signature_id,
        "joins_invoices": choices.joins_invoices,
        "enclosures": "\n".join(choices.enclosures),
        "currency": facts.currency,
        "principal_cents": facts.principal_cents,
        "interest_cents": facts.interest_cents,
        "fee_cents": facts.fee_cents,
        "total_cents": facts.total_cents,
    }


def facts_of(letter: Letter) -> NoticeFacts:
    """What the notice was made from."""
    return NoticeFacts.from_json(letter.facts)


def _twin(account: Account, client: Client, facts: NoticeFacts, now: datetime) -> Letter | None:
    """The same letter asked for just before: the same facts, wherever the journal stood."""
    standing = (Letter.error == "") & (Letter.state != "abandoned")
    recent = Letter.select().where(Letter.account == account, Letter.client == client, standing)
    kept = recent.where(Letter.created_at > now - SAME_FORM, Letter.kind == "formal_notice", Letter.facts != "{}")
    return next((one for one in kept if replace(facts_of(one), anchor="") == facts), None)


def _errors(
    account: Account, client: Client, invoices: Sequence[Invoice], choices: NoticeChoices, today: date
) -> dict[str, str]:
    errors = {}
    if not invoices:
        errors["invoices"] = "Choisissez au moins une facture en retard."
    elif any(
        invoice.account_id != account.id or client.account_id != account.id or invoice.client_id != client.id
        for invoice in invoices
    ):
        errors["invoices"] = "Une lettre s'adresse à un seul client : choisissez les factures d'un même client."
    elif late := [invoice.number for invoice in invoices if not invoice.is_overdue(today)]:
        errors["invoices"] = f"La facture {late[0]} n'est pas en retard : rien ne peut être exigé aujourd'hui."
    elif len({invoice.currency for invoice in invoices}) > 1:
        errors["invoices"] = "Ces factures sont en plusieurs devises : préparez une lettre par devise."
    if not today <= choices.dated_on <= today + LATEST:
        errors["dated_on"] = "Datez la lettre d'aujourd'hui ou d'un jour des quatre prochaines semaines."
    if choices.delay_days not in DELAYS:
        errors["delay_days"] = "Choisissez un délai de 8 ou 15 jours."
    if choices.imputation not in IMPUTATIONS:
        errors["imputation"] = "Choisissez une option de la liste."
    if choices.mention not in MENTIONS:
        errors["mention"] = "Choisissez une option de la liste."
    if choices.claims_fee and client.kind == "individual":
        errors["claims_fee"] = "L'indemnité forfaitaire ne peut pas être réclamée à un particulier."
    return errors
