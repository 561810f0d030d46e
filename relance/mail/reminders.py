"""Reminders to a client: facts in, a subject, a text and an HTML out. The same for preview, test and sending."""

import datetime as dt
from dataclasses import dataclass

from relance.mail.layout import Facts, Table, Text, clean, lay_out
from relance.rules.money import format_amount
from relance.rules.wording import NBSP, french, long_date, short_date

TEMPLATES = ("standard", "prerelance", "echeance", "rappel", "relance_1", "relance_2", "dernier_rappel")
NOTICE_DAYS = 8  # what the last reminder leaves before a formal notice

_NOUNS = {
    "fr": {
        "invoice": "facture",
        "deposit": "facture d’acompte",
        "progress": "facture de situation",
        "final": "facture de solde",
    },
    "en": {
        "invoice": "invoice",
        "deposit": "deposit invoice",
        "progress": "progress invoice",
        "final": "final invoice",
    },
}
_WORDS = {
    "fr": {
        "hello": "Bonjour",
        "invoices": "factures",
        "instalments": "échéances",
        "amount": "À régler",
        "holder": "Titulaire",
        "reference": "Référence",
        "head": ("Facture", "Échéance", "Reste dû"),
        "total": "Total",
        "days": "jours",
    },
    "en": {
        "hello": "Hello",
        "invoices": "invoices",
        "instalments": "instalments",
        "amount": "Amount due",
        "holder": "Account holder",
        "reference": "Reference",
        "head": ("Invoice", "Due date", "Amount due"),
        "total": "Total",
        "days": "days",
    },
}


@dataclass(frozen=True)
class Line:
    """One instalment of a reminder. Amounts are cents; ``instalment`` is (position, count), or None when alone.

    ``due_on`` is the date the text speaks of; ``days_late`` counts from it.
    """

    number: str
    object: str
    kind: str
    issued_on: dt.date
    due_on: dt.date
    balance_cents: int
    total_cents: int
    currency: str
    days_late: int
    instalment: tuple[int, int] | None = None


@dataclass(frozen=True)
class ReminderFacts:
    """All a reminder may say. Every line has the same currency; ``today`` is the account's day.

    ``interest_cents`` and ``fee_cents`` are given only if the user claims them.
    """

    template: str
    language: str
    register: str
    lines: tuple[Line, ...]
    today: dt.date
    is_moved: bool
    first_name: str
    signer_name: str
    business_name: str
    phone: str
    iban: str
    bic: str
    holder: str
    reference: str
    previous_on: dt.date | None
    interest_cents: int | None
    fee_cents: int | None
    client_kind: str
    has_attachment: bool = False


def build(facts: ReminderFacts) -> Text:
    """Write the reminder. ValueError for an unknown template or no line: nothing is sent by mistake."""
    if facts.template not in TEMPLATES or not facts.lines:
        raise ValueError(f"Aucun texte de relance ne correspond à « {facts.template} ».")
    language = "en" if facts.language == "en" else "fr"
    variant = "en" if language == "en" else "tu" if facts.register == "tu" else "vous"
    return lay_out(
        f"{facts.template}/{variant}.txt",
        _values(facts, language),
        {"table": _table(facts, language) or (), "payment": _payment(facts, language)},
        signature=_signature(facts),
        language=language,
    )


def _values(facts: ReminderFacts, language: str) -> dict[str, object]:
    words, first = _WORDS[language], facts.lines[0]
    numbers = {line.number for line in facts.lines}
    interest, fee = _late_charges(facts)
    hello = f"{words['hello']} {clean(facts.first_name)}".strip()
    is_one = len(facts.lines) == 1
    return {
        "hello": f"{hello},",
        "one": is_one,
        "n": len(facts.lines) if len(numbers) == 1 else len(numbers),
        "items": words["instalments" if len(numbers) == 1 else "invoices"],
        "number": clean(first.number),
        "invoice": _invoice(first, language),
        "amount": _amount(sum(line.balance_cents for line in facts.lines), facts, language),
        "of_amount": _of_amount(first, facts, language),
        "is_part_paid": _is_part_paid(first),
        "issued": _day(first.issued_on, facts.today, language),
        "due": _day(first.due_on, facts.today, language),
        "due_phrase": _due_phrase(first, facts, language),
        "comes_due": _comes_due(first, facts, language),
        "is_due_today": not facts.is_moved and all(line.due_on == facts.today for line in facts.lines),
        "is_past": all(line.due_on < facts.today for line in facts.lines),
        "late_for": f"{first.days_late}{NBSP}{words['days']}" if first.days_late > 1 else "",
        "previous": _day(facts.previous_on, facts.today, language) if facts.previous_on else "",
        "deadline": _day(facts.today + dt.timedelta(days=NOTICE_DAYS), facts.today, language),
        "interest": _amount(interest, facts, language) if interest else "",
        "fee": _amount(fee, facts, language) if fee else "",
        "is_public": facts.client_kind == "public",
        "attached": facts.has_attachment,
    }


def _late_charges(facts: ReminderFacts) -> tuple[int, int]:
    """Interest and recovery fee in cents, 0 where they may not be claimed.

    A consumer is never asked for them (art. L. 111-8 CPCE), and the 40 € exist in euros only
    (art. D. 441-5 C. com.): the last word is here, whatever the facts say.
    """
    if facts.client_kind == "individual":
        return 0, 0
    is_euro = facts.lines[0].currency == "EUR"
    return facts.interest_cents or 0, (facts.fee_cents or 0) if is_euro else 0


def _amount(cents: int, facts: ReminderFacts, language: str) -> str:
    return format_amount(cents, facts.lines[0].currency, language)


def _day(day: dt.date, today: dt.date, language: str) -> str:
    return long_date(day, language, year=day.year != today.year)


def _invoice(line: Line, language: str) -> str:
    """« facture d’acompte F-12 (refonte du site, échéance 2 sur 3) »."""
    about = clean(line.object)
    details = [french(about) if language == "fr" else about] if about else []
    if line.instalment:
        position, count = line.instalment
        details.append(f"instalment {position} of {count}" if language == "en" else f"échéance {position} sur {count}")
    named = f"{_NOUNS[language].get(line.kind, _NOUNS[language]['invoice'])} {clean(line.number)}"
    return f"{named} ({', '.join(details)})" if details else named


def _of_amount(line: Line, facts: ReminderFacts, language: str) -> str:
    amount = _amount(line.balance_cents, facts, language)
    if language == "en":
        return f"with {amount} left to pay" if _is_part_paid(line) else f"for {amount}"
    return f"dont il reste {amount} à régler" if _is_part_paid(line) else f"d’un montant de {amount}"


def _is_part_paid(line: Line) -> bool:
    """True when something was received on an invoice due in one go."""
    return line.instalment is None and line.balance_cents < line.total_cents


def _due_phrase(line: Line, facts: ReminderFacts, language: str) -> str:
    day = _day(line.due_on, facts.today, language)
    if line.due_on == facts.today:
        return "due today" if language == "en" else "à échéance aujourd’hui"
    if language == "en":
        return f"due on {day}"
    return f"échue le {day}" if line.due_on < facts.today else f"à échéance le {day}"


def _comes_due(line: Line, facts: ReminderFacts, language: str) -> str:
    day = _day(line.due_on, facts.today, language)
    if line.due_on == facts.today:
        return "is due today" if language == "en" else "arrive à échéance aujourd’hui"
    if line.due_on < facts.today:
        return f"was due on {day}" if language == "en" else f"est arrivée à échéance le {day}"
    return f"is due on {day}" if language == "en" else f"arrive à échéance le {day}"


def _table(facts: ReminderFacts, language: str) -> Table | None:
    """Every instalment with its date and what is left, when there are several."""
    if len(facts.lines) == 1:
        return None
    words = _WORDS[language]
    rows = []
    for line in facts.lines:
        position = f" ({line.instalment[0]}/{line.instalment[1]})" if line.instalment else ""
        amount = _amount(line.balance_cents, facts, language)
        rows.append((f"{clean(line.number)}{position}", short_date(line.due_on, language), amount))
    total = _amount(sum(line.balance_cents for line in facts.lines), facts, language)
    head = words["head"]
    return Table((head[0], head[1], head[2]), tuple(rows), (str(words["total"]), "", total))


def _payment(facts: ReminderFacts, language: str) -> Facts:
    """What a transfer needs, as text; the IBAN in groups of four with plain spaces, so that it can be pasted."""
    words = _WORDS[language]
    iban = "".join(facts.iban.split())
    rows = [(str(words["amount"]), _amount(sum(line.balance_cents for line in facts.lines), facts, language))]
    if iban:
        rows.append((str(words["holder"]), clean(facts.holder)))
        rows.append(("IBAN", clean(" ".join(iban[n : n + 4] for n in range(0, len(iban), 4)))))
    if iban and facts.bic:
        rows.append(("BIC", clean(facts.bic)))
    rows.append((str(words["reference"]), clean(facts.reference)))
    return Facts(tuple((label, value) for label, value in rows if value))


def _signature(facts: ReminderFacts) -> tuple[str, ...]:
    signer, business, phone = clean(facts.signer_name), clean(facts.business_name), clean(facts.phone)
    second = ", ".join(part for part in (business if business != signer else "", phone.replace(" ", NBSP)) if part)
    return tuple(line for line in (signer, second) if line)
