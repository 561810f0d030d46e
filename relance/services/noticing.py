"""Formal notices: prepared when a person asks, printed by the worker (services.printing). Never automatic."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from relance.db import transaction
from relance.letters.facts import NoticeFacts
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.rules.calendar import local_date
from relance.rules.rates import UnknownRate
from relance.services import claiming
from relance.services.printing import ask_again, file_name, is_outdated, needs_hand, pending, render, tell

__all__ = [
    "NoticeError",
    "ask_again",
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


class NoticeError(Exception):
    """The letter cannot be prepared: ``errors`` maps a field to a French sentence."""

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__(" ".join(errors.values()))
        self.errors = errors


def draft(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    dated_on: date,
    delay_days: int,
    claims_interest: bool,
    claims_fee: bool,
    today: date,
) -> NoticeFacts:
    """What the letter would say; nothing is saved. ``dated_on`` and ``today`` are local dates.

    NoticeError when it cannot be written: not late, not the same client or currency, fees asked of an
    individual, a date in the past, a rate that is not known.
    """
    errors = _errors(account, client, invoices, dated_on, delay_days, claims_fee, today)
    if errors:
        raise NoticeError(errors)
    try:
        return claiming.notice_facts(
            account,
            client,
            invoices,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=claims_fee,
        )
    except UnknownRate as error:
        raise NoticeError(
            {
                "dated_on": f"{error} Datez la lettre d'un semestre connu, indiquez le taux porté sur la facture, "
                "ou ne réclamez pas les pénalités."
            }
        ) from error


def prepare(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    *,
    dated_on: date,
    delay_days: int,
    claims_interest: bool,
    claims_fee: bool,
    by: User | None,
    now: datetime,
) -> Letter:
    """Write down a formal notice and ask for its PDF; ring the worker after the commit. NoticeError if it cannot be.

    The same request within ten minutes is one letter. Nothing is posted: a person prints and posts it.
    """
    with transaction():
        client.take_turn()  # a payment recorded at the same moment is in the letter, or the invoice is not late
        fresh = list(Invoice.select().where(Invoice.id.in_([invoice.id for invoice in invoices])))
        facts = draft(
            account,
            client,
            fresh,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=claims_fee,
            today=local_date(now, account.time_zone),
        )
        text = facts.to_json()
        twin: Letter | None = (
            Letter.select()
            .where(Letter.account == account, Letter.client == client, Letter.created_at > now - SAME_FORM)
            .where(Letter.facts == text, Letter.error == "")
            .first()
        )
        if twin is not None:
            return twin
        letter: Letter = Letter.create(
            account=account,
            client=client,
            dated_on=dated_on,
            delay_days=delay_days,
            claims_interest=claims_interest,
            claims_fee=facts.claims_fee,
            imputation=facts.imputation,
            currency=facts.currency,
            principal_cents=facts.principal_cents,
            interest_cents=facts.interest_cents,
            fee_cents=facts.fee_cents,
            total_cents=facts.total_cents,
            facts=text,
            requested_at=now,
            created_by=by,
            created_at=now,
        )
        for invoice, line in zip(claiming.ordered(fresh), facts.invoices, strict=True):
            LetterInvoice.create(
                letter=letter,
                invoice=invoice,
                principal_cents=line.principal_cents,
                interest_cents=line.interest_cents,
                fee_cents=line.fee_cents,
            )
        tell("letter_requested", letter, now, by)
    return letter


def facts_of(letter: Letter) -> NoticeFacts:
    """What the notice was made from."""
    return NoticeFacts.from_json(letter.facts)


def _errors(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    dated_on: date,
    delay_days: int,
    claims_fee: bool,
    today: date,
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
    if not today <= dated_on <= today + LATEST:
        errors["dated_on"] = "Datez la lettre d'aujourd'hui ou d'un jour des quatre prochaines semaines."
    if delay_days not in DELAYS:
        errors["delay_days"] = "Choisissez un délai de 8 ou 15 jours."
    if claims_fee and client.kind == "individual":
        errors["claims_fee"] = "L'indemnité forfaitaire ne peut pas être réclamée à un particulier."
    return errors
