"""What the variables of a text say about invoices, in the words of a sentence, in French and in English."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from relance.mail.layout import clean
from relance.rules.money import format_amount
from relance.rules.wording import NBSP, french, long_date

_NOUNS = {
    "fr": {
        "invoice": "facture",
        "deposit": "facture d’acompte",
        "progress": "facture de situation",
        "final": "facture de solde",
        "quote": "devis",
    },
    "en": {
        "invoice": "invoice",
        "deposit": "deposit invoice",
        "progress": "progress invoice",
        "final": "final invoice",
        "quote": "quote",
    },
}


@dataclass(frozen=True)
class Line:
    """One instalment of a message. Amounts are cents; ``instalment`` is (position, count), or None when alone.

    ``due_on`` is the date the text speaks of; ``days_late`` counts from it. For a quote (kind « quote »),
    ``due_on`` is its last day of validity.
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


def amount(cents: int, line: Line, language: str) -> str:
    """« 1 234,56 € », in the currency of ``line``."""
    return format_amount(cents, line.currency, language)


def day(on: dt.date | None, today: dt.date, language: str) -> str:
    """« 31 octobre », with its year when it is another than today's; '' for None."""
    return long_date(on, language, year=on.year != today.year) if on else ""


def noun(line: Line, language: str) -> str:
    """« facture d’acompte »."""
    return _NOUNS[language].get(line.kind, _NOUNS[language]["invoice"])


def plural(lines: Sequence[Line], language: str) -> str:
    """« factures », « échéances » of one invoice, or « devis »; the singular for a single line."""
    if lines[0].kind == "quote":
        return "devis" if language == "fr" else "quotes" if len(lines) > 1 else "quote"
    if len(lines) == 1:
        return "facture" if language == "fr" else "invoice"
    if len(numbers(lines)) == 1:
        return "échéances" if language == "fr" else "instalments"
    return "factures" if language == "fr" else "invoices"


def numbers(lines: Iterable[Line]) -> list[str]:
    """The numbers, once each."""
    return list(dict.fromkeys(clean(line.number) for line in lines))


def named(lines: Sequence[Line], language: str) -> str:
    """« facture d’acompte F-12 (refonte du site, échéance 2 sur 3) », or « factures F-12 et F-13 »."""
    found = numbers(lines)
    if len(found) > 1:
        last = "and" if language == "en" else "et"
        return f"{plural(lines, language)} {', '.join(found[:-1])} {last} {found[-1]}"
    line = lines[0]
    about = clean(line.object)
    details = [french(about) if language == "fr" else about] if about else []
    if line.instalment and len(lines) == 1:
        position, count = line.instalment
        details.append(f"instalment {position} of {count}" if language == "en" else f"échéance {position} sur {count}")
    name = f"{noun(line, language)} {found[0]}"
    return f"{name} ({', '.join(details)})" if details else name


def is_part_paid(line: Line) -> bool:
    """True when something was received on an invoice due in one go."""
    return line.instalment is None and line.balance_cents < line.total_cents


def still(lines: Iterable[Line], language: str) -> str:
    """« encore », or « entièrement » when a part is paid: what is partly paid is not called unpaid."""
    is_partial = any(is_part_paid(line) for line in lines)
    if language == "en":
        return "in full yet" if is_partial else "yet"
    return "entièrement" if is_partial else "encore"


def of_amount(lines: Sequence[Line], language: str) -> str:
    """« d’un montant de 1 800,00 € », or « dont il reste 800,00 € à régler »."""
    left = amount(sum(line.balance_cents for line in lines), lines[0], language)
    if len(lines) > 1:
        return f"for a total of {left}" if language == "en" else f"d’un montant total de {left}"
    if language == "en":
        return f"with {left} left to pay" if is_part_paid(lines[0]) else f"for {left}"
    return f"dont il reste {left} à régler" if is_part_paid(lines[0]) else f"d’un montant de {left}"


def due(lines: Sequence[Line], today: dt.date, language: str) -> str:
    """« échue le 31 octobre », « à échéance aujourd’hui », « à échéance le 3 décembre »; plural for several."""
    days = {line.due_on for line in lines}
    on = day(lines[0].due_on, today, language)
    if days == {today}:
        return "due today" if language == "en" else "à échéance aujourd’hui"
    if len(lines) > 1:
        if language == "en":
            return "overdue" if max(days) < today else "due"
        return "échues" if max(days) < today else "à échéance"
    if language == "en":
        return f"due on {on}"
    return f"échue le {on}" if lines[0].due_on < today else f"à échéance le {on}"


def comes_due(lines: Sequence[Line], today: dt.date, language: str) -> str:
    """« arrive à échéance le 3 décembre », « est arrivée à échéance le 31 octobre »; plural for several."""
    days = {line.due_on for line in lines}
    on = day(lines[0].due_on, today, language)
    if len(lines) > 1:
        if days == {today}:
            return "are due today" if language == "en" else "arrivent à échéance aujourd’hui"
        if max(days) < today:
            return "have reached their due date" if language == "en" else "sont arrivées à échéance"
        return "are due on the dates given" if language == "en" else "sont à régler aux dates indiquées"
    if days == {today}:
        return "is due today" if language == "en" else "arrive à échéance aujourd’hui"
    if lines[0].due_on < today:
        return f"was due on {on}" if language == "en" else f"est arrivée à échéance le {on}"
    return f"is due on {on}" if language == "en" else f"arrive à échéance le {on}"


def late_for(days: int, language: str) -> str:
    """« 22 jours », « 1 jour », '' when nothing is late."""
    if not days:
        return ""
    words = ("day", "days") if language == "en" else ("jour", "jours")
    return f"{days}{NBSP}{words[days > 1]}"


def attached(lines: Sequence[Line], language: str) -> str:
    """« la facture », « les factures », « le devis »."""
    is_one = len(numbers(lines)) == 1
    if language == "en":
        what = "quote" if lines[0].kind == "quote" else "invoice"
        return f"the {what}" if is_one else f"the {what}s"
    if lines[0].kind == "quote":
        return "le devis" if is_one else "les devis"
    return "la facture" if is_one else "les factures"


def charges(interest: str, fee: str, client_kind: str, language: str) -> str:
    """« 4,08 € de pénalités de retard et 40,00 € d’indemnité forfaitaire … », or one of them, or ''."""
    if language == "en":
        parts = [
            f"late payment interest of {interest}" if interest else "",
            f"the fixed recovery compensation of {fee}" if fee else "",
        ]
        return " and ".join(part for part in parts if part)
    interest_name = "d’intérêts moratoires" if client_kind == "public" else "de pénalités de retard"
    parts = [
        f"{interest} {interest_name}" if interest else "",
        f"{fee} d’indemnité forfaitaire pour frais de recouvrement" if fee else "",
    ]
    return " et ".join(part for part in parts if part)


def articles(client_kind: str, language: str) -> str:
    """What provides for interest and the fixed sum: the law of public contracts for a public body."""
    if client_kind == "public":
        code = "the French Public Procurement Code" if language == "en" else "du code de la commande publique"
        found = ("L. 2192-13", "D. 2192-35")
    else:
        code = "the French Commercial Code" if language == "en" else "du code de commerce"
        found = ("L. 441-10", "D. 441-5")
    first, second = (article.replace(" ", NBSP) for article in found)
    return f"{first} and {second} of {code}" if language == "en" else f"{first} et {second} {code}"
