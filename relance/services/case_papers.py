"""What the papers of a case file say: who is who, what is due on the day of the export."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from relance.letters.casefile import KINDS, CaseFacts, Listed, Party
from relance.letters.facts import ClaimedInvoice, NoticeFacts
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.rules import rates
from relance.rules.wording import french
from relance.services import claiming
from relance.services.case_parts import Contents


def claims(account: Account, client: Client, invoices: Sequence[Invoice], today: date, imputation: str) -> Any:
    """What is due on ``today``, a claim for each currency, the euro first; and whether every rate was known."""
    currencies = sorted({invoice.currency for invoice in invoices}, key=lambda code: (code != "EUR", code))
    found, is_known = [], True
    for currency in currencies:
        mine = [invoice for invoice in invoices if invoice.currency == currency]
        try:
            facts = _claim(account, client, mine, today, imputation)
        except rates.UnknownRate:
            is_known = False
            facts = _claim(account, client, mine, today, imputation, claims_interest=False)
        # The flat indemnity is owed by who paid late, not by who may still pay in time.
        lines = tuple(line if _was_late(line) else replace(line, fee_cents=0) for line in facts.invoices)
        found.append(replace(facts, invoices=lines))
    return tuple(found), is_known


def _claim(
    account: Account,
    client: Client,
    invoices: Sequence[Invoice],
    today: date,
    imputation: str,
    *,
    claims_interest: bool = True,
) -> NoticeFacts:
    return claiming.notice_facts(
        account,
        client,
        invoices,
        dated_on=today,
        delay_days=8,
        claims_interest=claims_interest,
        claims_fee=True,
        imputation=imputation,
    )


def _was_late(line: ClaimedInvoice) -> bool:
    return bool(line.periods or line.principal_cents)


def imputation_of(file: Contents) -> str:
    """How part payments are counted: as the last letter of the file did, else on the principal first."""
    return str(file.letters[-1].imputation) if file.letters else "principal_first"


def facts(file: Contents, *, today: date, anchor: str, pieces: Sequence[Listed], lost: Sequence[str]) -> CaseFacts:
    """What the bordereau and the account print."""
    claimed, is_known = claims(file.account, file.client, file.invoices, today, imputation_of(file))
    return CaseFacts(
        made_on=today,
        creditor=creditor(file.account),
        debtor=debtor(file.client),
        claims=claimed,
        pieces=tuple(pieces),
        gaps=tuple(french(sentence) for sentences in file.gaps.values() for sentence in sentences),
        lost=tuple(french(line) for line in lost),
        anchor=anchor,
        is_rate_known=is_known,
    )


def creditor(account: Account) -> Party:
    """The account, as a court asks for it."""
    sender = claiming.sender_of(account)
    details = [("TVA", account.vat_number)]
    named = (("SIRET", "SIRET"), ("@", "E-mail"))
    for text in sender.details:
        label = next((label for mark, label in named if mark in text), "Téléphone")
        details.append((label, text.removeprefix("SIRET").strip()))
    return Party(sender.headline, sender.lines, tuple((label, value) for label, value in details if value))


def debtor(client: Client) -> Party:
    """The client, as a court asks for it."""
    main = claiming.main_contact(client).get_or_none()
    details = [
        ("Nature", KINDS.get(client.kind, "")),
        ("SIREN", client.siren if client.kind != "individual" else ""),
        ("TVA", client.vat_number),
        ("Contact", ", ".join(part for part in (main.name, main.role) if part) if main else ""),
        ("E-mail", main.email if main else ""),
        ("Téléphone", main.phone if main else ""),
    ]
    lines = [line.strip() for line in client.address.splitlines() if line.strip()]
    lines += [client.country] if client.country not in ("", "FR") else []
    return Party(client.name, tuple(lines), tuple((label, value) for label, value in details if value))


def parties_text(case: CaseFacts) -> bytes:
    """Both parties as plain text."""
    blocks = []
    for title, party in (("CRÉANCIER", case.creditor), ("DÉBITEUR", case.debtor)):
        details = [f"{label} : {value}" for label, value in party.details]
        blocks.append("\n".join([title, party.name, *party.lines, *details]))
    return ("\n\n".join(blocks) + "\n").replace("\n", "\r\n").encode("utf-8-sig")
