"""The tables of a case file, as spreadsheets open them: the account, the messages, what happened."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from typing import Any

from relance.letters.casefile import CaseFacts
from relance.models.accounts import Account
from relance.models.events import Event
from relance.rules import formulas
from relance.rules.calendar import local_datetime
from relance.services.case_parts import Contents

Teller = Callable[[Event], tuple[str, str]]
"""An event → what happened, in a sentence, and the words a person wrote then."""

EXCHANGES = ("call_", "reply_", "note_", "promise_", "dispute_", "extension_", "plan_", "handed_over")
_STATES = {"sent": "accepté par le serveur", "refused": "refusé par le serveur", "uncertain": "envoi incertain"}


def account_csv(case: CaseFacts) -> bytes:
    """The account, a line for each invoice, payment and period."""
    head = ("facture", "ligne", "du", "au", "jours", "base", "taux annuel", "montant", "devise")
    rows: list[tuple[Any, ...]] = []
    for claim in case.claims:
        for line in claim.invoices:
            said: list[tuple[Any, ...]] = [("facture TTC", line.issued_on, "", "", "", "", _sum(line.total_cents))]
            for one in line.received:
                what = f"avoir {one.number}" if one.is_credit_note else "règlement reçu"
                said.append((what, one.on, "", "", "", "", _sum(-one.amount_cents)))
            for period in line.periods:
                rate = f"{period.rate_bp / 100:.2f}".replace(".", ",")
                days = (period.starts_on, period.ends_on, period.days)
                said.append(("intérêts", *days, _sum(period.base_cents), rate, _sum(period.interest_cents)))
            said.append(("principal dû", "", case.made_on, "", "", "", _sum(line.principal_cents)))
            said.append(("intérêts dus", "", case.made_on, "", "", "", _sum(line.interest_cents)))
            said.append(("indemnité forfaitaire", "", case.made_on, "", "", "", _sum(line.fee_cents)))
            rows += [(line.number, *row, claim.currency) for row in said]
    return table(head, rows)


def messages_csv(file: Contents, paths: dict[int, str], events: Iterable[Event]) -> bytes:
    """Every message with the server's answer. ``paths``: message id → its file in the ZIP, when it could be made."""
    answers: dict[int, str] = {}
    for event in events:
        said = event.facts
        words = str(said.get("answer") or said.get("error") or "")
        if event.message_id is not None and words and event.kind.startswith(("reminder_", "recipient_")):
            who = f"{said['address']} : {words}" if event.kind == "recipient_refused" else words
            known = answers.setdefault(event.message_id, "")
            answers[event.message_id] = who if not known else known if who in known else f"{known} | {who}"
    head = ("fichier", "remis le", "à", "copie", "objet", "état", "réponse du serveur", "Message-ID")
    rows = [
        (
            "" if message.state == "refused" else paths.get(message.id, "fichier introuvable"),
            moment(message.sent_at or message.claimed_at, file.account),
            _people(message.to_json),
            _people(message.cc_json),
            message.subject,
            _STATES.get(message.state, message.state),
            answers.get(message.id, message.error or "non conservée"),
            message.message_id,
        )
        for message in file.messages
    ]
    return table(head, rows)


def journal_csv(file: Contents, events: Iterable[Event], tell: Teller) -> bytes:
    """What happened, line by line, in the words of the application."""
    numbers = {invoice.id: invoice.number for invoice in file.invoices}
    head = ("date", "facture", "ce qui s'est passé", "texte", "par")
    rows = []
    for event in events:
        sentence, words = tell(event)
        who = event.user.full_name if event.user is not None else "Relance"
        rows.append((moment(event.at, file.account), numbers.get(event.invoice_id or 0, ""), sentence, words, who))
    return table(head, rows)


def moment(at: datetime | None, account: Account) -> str:
    """« 05/10/2026 09:00 » in the account's time zone, from a UTC instant."""
    return f"{local_datetime(at, account.time_zone):%d/%m/%Y %H:%M}" if at is not None else ""


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> bytes:
    """A CSV as French spreadsheets open it; no cell can be a formula."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    text = str(value)
    is_number = text.removeprefix("-").replace(",", "").isdigit()
    return text if is_number else formulas.as_text(text)


def _sum(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100},{abs(cents) % 100:02}"


def _people(people_json: str) -> str:
    return ", ".join(f"{name} <{email}>" if name else email for name, email in json.loads(people_json))
