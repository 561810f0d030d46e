"""What XML invoices state, read the same way in every syntax: amounts, dates, accounts. What is odd is told."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from xml.etree.ElementTree import Element

from stdnum import iban

MAX_CENTS = 10**13
MAX_NUMBERS = 50  # accounts, banks, preceding invoices: beyond, nobody reads them
MAX_WARNINGS = 30

# xs:decimal, with the exponent some programs write; Python's own reading would take « 1_000 » too.
_AMOUNT = re.compile(r"[+-]?(?:\d{1,30}\.?\d{0,30}|\.\d{1,30})(?:[eE][+-]?\d{1,3})?", re.ASCII)
# 2026-11-22 or 20261122, alone, with a time or with a time zone.
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d).*|(\d{4})(\d{2})(\d{2})(?:\d{4}|\d{6})?(?:[TZ+-].*)?", re.ASCII)


@dataclass
class Totals:
    """The totals of a document, in cents, as it states them. ``rounding_cents``: what was added to the amount asked."""

    total_cents: int | None = None
    net_cents: int | None = None
    vat_cents: int | None = None
    prepaid_cents: int | None = None
    rounding_cents: int | None = None
    due_cents: int | None = None


@dataclass
class Days:
    """The payment dates a document gives. ``plain``: those without a discount; ``discounted``: the others."""

    plain: list[date] = field(default_factory=list)
    discounted: list[date] = field(default_factory=list)


def cents(value: str, warnings: list[str]) -> int | None:
    """« 1234.56 » in cents, half a cent away from zero; None, with a warning, for what is not an amount."""
    if not value:
        return None
    amount = Decimal(value) * 100 if _AMOUNT.fullmatch(value) else None
    if amount is None or abs(amount) > MAX_CENTS:
        warnings.append(f"« {value[:40]} » n'est pas un montant lisible.")
        return None
    rounded = amount.quantize(Decimal(1), rounding=ROUND_HALF_UP)
    if rounded != amount:
        warnings.append(f"Le montant {value} a plus de deux décimales : il est arrondi au centime.")
    return int(rounded)


def amount(elements: Iterable[Element], currency: str, warnings: list[str]) -> int | None:
    """The first of ``elements`` in the invoice's currency, in cents. One in another currency is told, not converted."""
    foreign = ""
    for element in elements:
        value = (element.text or "").strip()
        unit = element.get("currencyID", "").strip().upper()
        if not value:
            continue
        if not currency or unit in (currency, ""):
            return cents(value, warnings)
        foreign = foreign or unit
    if foreign:
        warnings.append(f"Un montant est en {foreign[:10]}, qui n'est pas la devise de la facture : il n'est pas lu.")
    return None


def compare(totals: Totals, warnings: list[str]) -> None:
    """Tell when the amount asked is not what total and prepayments give. The file is still believed."""
    if totals.total_cents is None or totals.due_cents is None:
        return
    expected = totals.total_cents - (totals.prepaid_cents or 0) + (totals.rounding_cents or 0)
    if totals.due_cents != expected:
        warnings.append(
            "Le montant à payer n'est pas le total moins les règlements indiqués : vérifiez le montant déjà réglé."
        )


def day(value: str, which: str, warnings: list[str]) -> date | None:
    """A date as CII and UBL write it, without its time and its time zone; None, with a warning, when it is none.

    ``which``: « issue » or « due », for the warning.
    """
    if not value:
        return None
    found = _DAY.fullmatch(value)
    try:
        if found is None:
            raise ValueError
        year, month, number = (int(part) for part in found.groups() if part is not None)
        return date(year, month, number)
    except ValueError:
        warnings.append(
            f"La date d'émission « {value[:40]} » n'est pas lisible."
            if which == "issue"
            else f"La date d'échéance « {value[:40]} » n'est pas lisible."
        )
        return None


def due_day(days: Days, issued_on: date | None, terms: str, warnings: list[str]) -> date | None:
    """The due date among ``days``: the last one without a discount, so that nobody is chased too early."""
    every = sorted({*days.plain, *days.discounted})
    if not every:
        words = " ".join(terms.split())
        warnings.append(
            f"Le fichier ne donne pas de date d'échéance, mais ces conditions : « {words[:500]} »."
            if words
            else "Le fichier ne donne pas de date d'échéance."
        )
        return None
    due_on = max(days.plain or days.discounted)
    if len(every) > 1:
        shown = ", ".join(f"{found:%d/%m/%Y}" for found in every[:12])
        warnings.append(
            f"Le fichier donne plusieurs dates de paiement ({shown}) : la dernière sans remise est retenue."
        )
    if issued_on is not None and due_on < issued_on:
        warnings.append("La date d'échéance est antérieure à la date d'émission.")
    return due_on


def accounts(values: Iterable[str], warnings: list[str]) -> tuple[str, ...]:
    """The accounts to pay to (BT-84), without spaces, each once. One that is no IBAN is told, not dropped."""
    found = banks(values)
    for account in found:
        if not iban.is_valid(account):
            warnings.append(f"L'IBAN {account[:40]} de ce fichier n'est pas valide.")
    return found


def banks(values: Iterable[str]) -> tuple[str, ...]:
    """The banks of those accounts (BT-86), without spaces, each once."""
    return several(re.sub(r"\s", "", value).upper() for value in values)


def several(values: Iterable[str]) -> tuple[str, ...]:
    """Each of ``values`` once, in order; no more than anybody would read."""
    return tuple(dict.fromkeys(values))[:MAX_NUMBERS]


def told(warnings: Iterable[str]) -> tuple[str, ...]:
    """Each warning once; no more than anybody would read."""
    return tuple(dict.fromkeys(warnings))[:MAX_WARNINGS]
