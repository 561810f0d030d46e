"""French typography and dates in words."""

import re
from contextlib import suppress
from datetime import date

NBSP = "\u00a0"
NARROW = "\u202f"

_SPACES = rf"[ \t{NBSP}{NARROW}\u2009]"
# An address or a link is copied and clicked: its characters are never touched. Both are looked for from one place
# of a word only, or close by: a word of 60 kB that somebody pastes must not be read again from each of its letters.
_PROTECTED = r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s<>«»]+|(?<![^\s<>«»@])[^\s<>«»@]+@[^\s<>«»@]+"
_MARKUP = r"\{\{.*?\}\}|\{%.*?%\}|\{\#.*?\#\}|<style\b.*?</style>|<[!/A-Za-z][^>]*>"
_RULES = rf"""
    (?P<open>«){_SPACES}*(?=[^\s»]|{_SPACES})
  | (?<=[^\s«]){_SPACES}*(?P<close>»)
  | (?<=\S){_SPACES}+(?P<spaced>[;:!?]+(?!\w)|%(?!\w)|€)
  | (?<=[\w)»])(?P<glued>[!?]+(?=\s|$|[)»”"<]))
  | (?<=\d)(?P<unit>%(?!\w)|€)
  | (?P<number>n°){_SPACES}*(?=\w)
  | (?<=\d){_SPACES}(?P<thousands>\d{{3}}(?=(?:{_SPACES}\d{{3}})*,\d\d(?!\d)))
  | (?P<article>\b[LRD]\.){_SPACES}+(?=\d)
  | (?P<apostrophe>')
  | (?P<narrow>{NARROW})
"""
_TEXT = re.compile(rf"(?P<kept>{_PROTECTED})|{_RULES}", re.VERBOSE)
_SOURCE = re.compile(rf"(?P<kept>{_MARKUP}|{_PROTECTED})|{_RULES}", re.VERBOSE | re.DOTALL)

_MONTHS = {
    "fr": [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
}
_SHORT_MONTHS = {
    "fr": [
        "janv.",
        "févr.",
        "mars",
        "avr.",
        "mai",
        "juin",
        "juil.",
        "août",
        "sept.",
        "oct.",
        "nov.",
        "déc.",
    ],
    "en": [
        "Jan",
        "Feb",
        "Mar",
        "Apr",
        "May",
        "Jun",
        "Jul",
        "Aug",
        "Sep",
        "Oct",
        "Nov",
        "Dec",
    ],
}
_WEEKDAYS = {
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "en": [
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    ],
}


def french(text: str) -> str:
    """Return ``text`` in French typography, with U+00A0 as its only non-breaking space.

    A space before ``; : ! ? % €``, inside « » and between thousands (``1 920,00``) does not break; a
    missing one is added where that cannot be anything else (``12%``, ``Vraiment?``, ``«mot»``) and never
    before a colon, so that ``9:00`` and ``Subject:`` stay whole. Links and e-mail addresses are left
    alone. Idempotent.
    """
    return _TEXT.sub(_fixed, text)


def french_source(source: str) -> str:
    """The same for the source of a template: tags, styles and Jinja expressions are left alone."""
    return _SOURCE.sub(_fixed, source)


def _fixed(match: re.Match[str]) -> str:
    kind, found = match.lastgroup, match.group(match.lastgroup or 0)
    if kind == "kept":
        return found
    if kind in ("open", "number", "article"):
        return found + NBSP
    if kind == "apostrophe":
        return "’"
    if kind == "narrow":
        return NBSP
    return NBSP + found


def long_date(day: date, language: str = "fr", *, year: bool = True) -> str:
    """« 1er janvier 2027 », « 31 octobre »; in English « 1 January 2027 »."""
    text = f"{_day_number(day, language)}{NBSP}{_MONTHS[language][day.month - 1]}"
    return f"{text} {day.year}" if year else text


def short_date(day: date, language: str = "fr") -> str:
    """« 31 oct. 2026 », for tables; in English « 31 Oct 2026 »."""
    return f"{_day_number(day, language)}{NBSP}{_SHORT_MONTHS[language][day.month - 1]}{NBSP}{day.year}"


def read_date(text: str) -> date | None:
    """The day that ``long_date`` or ``short_date`` wrote in French, with its year; None for any other text."""
    found = re.fullmatch(rf"(\d{{1,2}})(?:er)?{_SPACES}(\w+\.?){_SPACES}(\d{{4}})", text)
    for months in (_MONTHS["fr"], _SHORT_MONTHS["fr"]):
        if found and found[2] in months:
            with suppress(ValueError):  # « 31 février 2026 », typed by somebody
                return date(int(found[3]), months.index(found[2]) + 1, int(found[1]))
    return None


def weekday_date(day: date, language: str = "fr") -> str:
    """« lundi 30 novembre », for days close to now; in English « Monday 30 November »."""
    return f"{_WEEKDAYS[language][day.weekday()]} {long_date(day, language, year=False)}"


def _day_number(day: date, language: str) -> str:
    return "1er" if day.day == 1 and language == "fr" else str(day.day)
