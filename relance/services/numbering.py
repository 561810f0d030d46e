"""The number proposed for a new invoice, in the shape of the last one."""

from datetime import date, timedelta

from relance.models.accounts import Account
from relance.models.invoices import Invoice


def suggest_number(account: Account, today: date) -> str:
    """The number after the last one recorded, keeping its shape (« F-2026-0098 » → « F-2026-0099 »).

    Without any invoice: « F-<year>-0001 ». A number of another year restarts when its shape holds the year.
    """
    last = (
        Invoice.select(Invoice.number)
        .where(Invoice.account == account, Invoice.kind != "credit_note")
        .order_by(Invoice.id.desc())
        .first()
    )
    candidate = _next_number(last.number, today) if last is not None else f"F-{today.year}-0001"
    for _ in range(1000):
        taken = Invoice.select().where(Invoice.account == account, Invoice.number == candidate).exists()
        if not taken:
            return candidate
        candidate = _next_number(candidate, today)
    return ""


def _next_number(number: str, today: date) -> str:
    """Add one to the last group of digits, keeping its width; a year left behind becomes this year, from 1."""
    end = len(number)
    while end and not number[end - 1].isdigit():
        end -= 1
    start = end
    while start and number[start - 1].isdigit():
        start -= 1
    if start == end:
        return f"{number}-2"
    head, digits, tail = number[:start], number[start:end], number[end:]
    last_year = str((today - timedelta(days=365)).year)
    if last_year in head and str(today.year) not in head:
        return f"{head.replace(last_year, str(today.year))}{'1'.zfill(len(digits))}{tail}"
    return f"{head}{str(int(digits) + 1).zfill(len(digits))}{tail}"
