"""How templates write money, dates and times. Instants are UTC in the database and local on the page."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask
from markupsafe import Markup, escape

from relance.mail.layout import unwrapped
from relance.rules import money, phones, wording
from relance.web import scope
from relance.web.i18n import language


def init_app(app: Flask) -> None:
    """Register the filters under their own names."""
    for function in (
        amount,
        rate,
        long_date,
        short_date,
        day_month,
        weekday_date,
        local_day,
        local_time,
        local_instant,
        iban,
        siret,
        cents_split,
        raised,
        unwrapped,
        variables,
        phone,
        typeset,
    ):
        app.add_template_filter(function)


def amount(cents: int, currency: str = "EUR") -> str:
    """Cents in words of money: « 4 320,00 € »."""
    return money.format_amount(cents, currency, language())


def cents_split(text: str) -> tuple[str, str]:
    """An amount cut before its decimal sign: « 4 320 » and « ,00 € »."""
    at = max(text.rfind(","), text.rfind("."))
    return (text[:at], text[at:]) if at > 0 else (text, "")


def rate(basis_points: int) -> str:
    """Hundredths of a percent: « 12,15 % »."""
    return money.format_rate(basis_points, language())


def long_date(day: date, year: bool = True) -> Markup:
    """« 1er janvier 2027 », the « er » raised."""
    return raised(wording.long_date(day, language(), year=year))


def short_date(day: date) -> Markup:
    """« 31 oct. 2026 », for tables."""
    return raised(wording.short_date(day, language()))


def day_month(day: date) -> Markup:
    """« 31 oct. », where the year goes without saying."""
    return raised(wording.short_date(day, language()).rpartition("\u00a0")[0])


def weekday_date(day: date) -> Markup:
    """« lundi 30 novembre », for sentences."""
    return raised(wording.weekday_date(day, language()))


def local_day(instant: datetime) -> date:
    """The account's civil day of a UTC instant."""
    return _local(instant).date()


def local_time(instant: datetime | int) -> str:
    """« 9 h » or « 14 h 32 » (« 9:00 » in English), from a UTC instant or from minutes after midnight."""
    if isinstance(instant, int):
        hour, minute = divmod(instant, 60)
    else:
        local = _local(instant)
        hour, minute = local.hour, local.minute
    if language() == "en":
        return f"{hour}:{minute:02}"
    return f"{hour}\u00a0h\u00a0{minute:02}" if minute else f"{hour}\u00a0h"


def local_instant(instant: datetime) -> Markup:
    """« lundi 30 novembre 2026, 9 h 02 »."""
    day = local_day(instant)
    return raised(f"{wording.weekday_date(day, language())}\u00a0{day.year}, {local_time(instant)}")


def iban(text: str) -> str:
    """An IBAN by groups of four, which may wrap between them."""
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


def siret(text: str) -> str:
    """« 123 456 789 00012 »."""
    return f"{text[:3]} {text[3:6]} {text[6:9]} {text[9:]}".strip()


def _local(instant: datetime) -> datetime:
    zone = ZoneInfo(scope.current_account().time_zone) if scope.is_signed_in() else ZoneInfo("Europe/Paris")
    return instant.replace(tzinfo=UTC).astimezone(zone)


def raised(text: str) -> Markup:
    """The text of a date with « 1er » as 1<sup>er</sup>."""
    escaped = str(escape(text))
    return Markup(escaped.replace("1er\u00a0", "1<sup>er</sup>\u00a0").replace("1er ", "1<sup>er</sup> "))  # noqa: S704


def variables(text: str) -> Markup:
    """A sentence about a template: the {variables} it names are code, not words."""
    return Markup(re.sub(r"\{\w+\}", r"<code>\g<0></code>", str(escape(text))))  # noqa: S704


def phone(number: str, country: str = "FR") -> Markup:
    """A telephone number as the French read it, which a touch dials; words alone when it is not a sure number."""
    dialled, shown = phones.e164(number, country), phones.spaced(number, country)
    if not dialled:
        return escape(shown)
    return Markup('<a class="nowrap" href="tel:{}">{}</a>').format(dialled, shown)


def typeset(text: str) -> str:
    """A French text of our data with its non-breaking spaces and apostrophes."""
    return wording.french(text)
