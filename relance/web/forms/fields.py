"""Fields that read what people type: trimmed text, amounts in cents, dates, rates, addresses.

Errors are sentences in the language of the page; what was typed stays in the field.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from email_validator import EmailNotValidError, validate_email
from wtforms import BooleanField, Field, Form, PasswordField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import TextInput

from relance import clock
from relance.rules import money
from relance.web import filters
from relance.web.i18n import _

Validator = Callable[[Form, Field], None]

MAX_LINE = 255  # characters; what the columns hold
MAX_NAME = 100  # characters of a first name or a name: both are stored together too
MAX_LINES = 5000  # characters of a note or an address
YEARS = range(1950, 2101)


class TextField(StringField):
    """One line: trimmed, never with a line break or a control character (they forge e-mail headers)."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Trim the ends."""
        self.data = valuelist[0].strip() if valuelist else ""

    def pre_validate(self, form: Form) -> None:
        """Refuse control characters and lines too long for the database."""
        text = self.data or ""
        if any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text):
            raise ValidationError(_("Écrivez sur une seule ligne, sans retour à la ligne ni caractère invisible."))
        if len(text) > MAX_LINE:
            raise ValidationError(_("Raccourcissez ce texte : {n} caractères au plus.", n=MAX_LINE))


class EmailField(TextField):
    """An e-mail address, lower case; empty is allowed unless ``required`` is among the validators."""

    widget = TextInput()

    def pre_validate(self, form: Form) -> None:
        """Check the shape of the address; nothing is looked up on the network."""
        super().pre_validate(form)
        if not self.data:
            return
        try:
            found = validate_email(self.data, check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(
                _("« {saisie} » n’est pas une adresse e-mail. Il manque peut-être le @ ou le point.", saisie=self.data)
            ) from None
        self.data = found.normalized.lower()


class LinesField(TextAreaField):
    """Several lines, each trimmed, empty ones dropped."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Normalise line ends."""
        lines = valuelist[0].splitlines() if valuelist else []
        self.data = "\n".join(line.strip() for line in lines if line.strip())

    def pre_validate(self, form: Form) -> None:
        """Refuse invisible characters other than line ends, and more than anybody reads."""
        if any(unicodedata.category(character) == "Cc" and character != "\n" for character in self.data or ""):
            raise ValidationError(_("Ce texte contient un caractère invisible. Saisissez-le de nouveau."))
        if len(self.data or "") > MAX_LINES:
            raise ValidationError(_("Raccourcissez ce texte : {n} caractères au plus.", n=MAX_LINES))


def is_text(text: str, limit: int) -> bool:
    """True for at most ``limit`` characters of which none is invisible but line ends and tabs, or half a character.

    PostgreSQL stores no NUL; no database stores half a surrogate pair, which JSON can carry.
    """
    seen = (unicodedata.category(character) for character in text if character not in "\n\r\t")
    return len(text) <= limit and not any(category in ("Cc", "Cs") for category in seen)


class SecretField(PasswordField):
    """A password: kept exactly as typed, never sent back to the page."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep every character: a space may be part of it."""
        self.data = valuelist[0] if valuelist else ""


class _ReadField(StringField):
    """A field whose ``data`` is a value and whose page shows what was typed, even when it cannot be read."""

    typed = ""
    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the text; an unreadable one is an error and ``data`` is None."""
        self.typed = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not self.typed:
            return
        try:
            self.data = self.read(self.typed)
        except ValueError as error:
            raise ValueError(_(str(error))) from error

    def read(self, text: str) -> Any:
        """The value of ``text``; ValueError with a French sentence."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """How a stored value is shown in the field."""
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else self.write(self.data)


class DateField(_ReadField):
    """A day: « 20/12/2026 », « 20/12 », « 2026-12-20 », « demain », « +30 ». ``data`` is a date or None."""

    def read(self, text: str) -> date:
        """See read_date."""
        try:
            return read_date(text, filters.local_day(clock.now()))
        except ValueError:
            sentence = "« {saisie} » n’est pas une date. Écrivez-la ainsi : 20/12/2026."
            raise ValueError(_(sentence, saisie=text)) from None

    def write(self, value: date) -> str:
        """« 20/12/2026 »."""
        return value.strftime("%d/%m/%Y")


class AmountField(_ReadField):
    """An amount: « 1 920,00 », « 1920.5 », « 1 920 € ». ``data`` is cents or None."""

    def read(self, text: str) -> int:
        """Cents; refuses what is ambiguous."""
        return money.parse_amount(text)

    def write(self, value: int) -> str:
        """« 1 920,00 », without the sign: the field shows it."""
        return filters.amount(value).strip("€\u00a0 ")


class RateField(_ReadField):
    """A yearly rate: « 12,15 » or « 12,15 % ». ``data`` is hundredths of a percent (1215) or None."""

    def read(self, text: str) -> int:
        """Hundredths of a percent, at most two decimals, 0 to 100 %."""
        match = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,2}))?\s*%?", text.replace("\u00a0", " "))
        basis_points = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else -1
        if not 0 <= basis_points <= 10000:
            raise ValueError("Indiquez un taux en pour cent, par exemple 12,15.")
        return basis_points

    def write(self, value: int) -> str:
        """« 12,15 »."""
        return filters.rate(value).strip("%\u00a0 ")


class NumberField(_ReadField):
    """A whole number between ``low`` and ``high``. ``data`` is an int or None."""

    def __init__(self, label: str, *, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.low, self.high = low, high

    def read(self, text: str) -> int:
        """The number, within its bounds."""
        if not (text.isascii() and text.isdigit() and self.low <= int(text) <= self.high):
            sentence = "Indiquez un nombre entre {low} et {high}."
            raise ValueError(_(sentence, low=self.low, high=self.high))
        return int(text)

    def write(self, value: int) -> str:
        """The digits."""
        return str(value)


class SwitchField(BooleanField):
    """On or off; an unticked box is not sent by browsers, which is « off »."""

    false_values = (False, "false", "", "0", "off")


def options(pairs: Iterable[tuple[Any, str]]) -> list[SelectChoice]:
    """The choices of a select or of radio buttons, from (value, label)."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


def required(what: str) -> Validator:
    """« Indiquez {what}. » when the field is empty. ``what``: « le numéro de la facture »."""

    def _check(form: Form, field: Field) -> None:
        is_empty = field.data is None or (isinstance(field.data, str) and not field.data.strip())
        if is_empty and not field.errors:
            raise ValidationError(_(f"Indiquez {what}."))

    return _check


def at_most(limit: int) -> Validator:
    """« Raccourcissez ce texte » beyond ``limit`` characters, where a column holds two such texts."""

    def _check(form: Form, field: Field) -> None:
        if len(field.data or "") > limit:
            raise ValidationError(_("Raccourcissez ce texte : {n} caractères au plus.", n=limit))

    return _check


def under(limit: int) -> Validator:
    """Refuse an amount above ``limit`` cents, where a threshold is asked and not the price of something."""

    def _check(form: Form, field: Field) -> None:
        if (field.data or 0) > limit:
            raise ValidationError(_("Indiquez {montant} au plus.", montant=filters.amount(limit)))

    return _check


def read_date(text: str, today: date) -> date:
    """The day of ``text`` as people write it, near ``today`` when the year is left out. ValueError otherwise.

    A year that no invoice has (0001, 9999) is a slip of the keyboard: the days and the delays counted from it
    would leave the calendar.
    """
    found = _read_date(text, today)
    if found.year not in YEARS:
        raise ValueError(text)
    return found


def _read_date(text: str, today: date) -> date:
    words = {"hier": -1, "aujourd'hui": 0, "aujourd’hui": 0, "demain": 1, "yesterday": -1, "today": 0, "tomorrow": 1}
    clean = " ".join(text.lower().split())
    if clean in words:
        return today + timedelta(days=words[clean])
    if match := re.fullmatch(r"\+\s?(\d{1,3})(?:\s?j(?:ours?)?)?", clean):
        return today + timedelta(days=int(match[1]))
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", clean):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})\s?[/.\- ]\s?(\d{1,2})(?:\s?[/.\- ]\s?(\d{4}|\d{2}))?", clean):
        day, month, year = int(match[1]), int(match[2]), match[3]
        if year:
            return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
        # Without a year: the nearest such day, so that « 2/1 » typed in December is next January.
        near = [_day_or_none(today.year + shift, month, day) for shift in (-1, 0, 1)]
        found = [candidate for candidate in near if candidate]
        if found:
            return min(found, key=lambda candidate: abs((candidate - today).days))
    raise ValueError(text)


def _day_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
