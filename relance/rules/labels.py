"""What a person reads in the interface: the French sentence is the key, English comes from a catalogue."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from babel.messages.pofile import read_po

from relance.rules import money, wording
from relance.rules.wording import french

LANGUAGES = ("fr", "en")

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
_AMOUNT = re.compile(r"(\d[\d\u00a0]*,\d\d)\u00a0(€|[A-Z]{3})")
_CODES = {"€": "EUR"}
_LONGEST = 2_000  # characters of a sentence of ours with its values: beyond, somebody pasted a book into a field
_LEAST_LETTERS = 8  # an entry with fewer letters of its own would recognise almost anything
_NEXT_SENTENCE = re.compile(r"(?<=[.?]) (?=[A-ZÀÉÊ«])")


def translate(text: str, language: str, **values: object) -> str:
    """Return ``text`` (French) in ``language``, then put ``values`` in its {placeholders}.

    French typography is applied to the sentence, never to the values: a client's name is shown as
    typed. A sentence missing from the catalogue is shown in French. Raises KeyError when values are
    given and a placeholder of the sentence has none.
    """
    key = _typeset(text)
    if language == "fr":
        return put(key, values) if values else key
    sentence = catalogue(language).get(key)
    if sentence is None:
        sentence = key if values else recognised(key, language)
    return put(sentence, values) if values else sentence


def put(sentence: str, values: Mapping[str, object]) -> str:
    """Put ``values`` in the {placeholders} of ``sentence``. KeyError when one has no value."""
    return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), sentence)


def plural(one: str, many: str, n: int, language: str, **values: object) -> str:
    """Choose between ``one`` and ``many`` for ``n``, which is also the value of {n}: « 2 997 » (U+00A0), "2,997".

    French counts zero and one as singular, English only one.
    """
    is_one = abs(n) < 2 if language == "fr" else abs(n) == 1
    return translate(one if is_one else many, language, **{"n": grouped(n, language), **values})


def grouped(n: int, language: str) -> str:
    """« 2 997 » (U+00A0), "2,997"."""
    return f"{n:,}" if language == "en" else f"{n:,}".replace(",", wording.NBSP)


@cache
def catalogue(language: str) -> dict[str, str]:
    """The translated sentences of ``language``, by French sentence with its typography."""
    source = resources.files("relance").joinpath("translations", f"{language}.po")
    if not source.is_file():
        return {}
    with source.open("rb") as file:
        messages = read_po(file, locale=language)
    return {
        _typeset(message.id): message.string
        for message in messages
        if isinstance(message.id, str) and isinstance(message.string, str) and message.id and message.string
    }


def recognised(sentence: str, language: str) -> str:
    """The translation of a sentence that already holds its values, or the sentence itself.

    Errors and answers of servers are French sentences made, and often stored, below the web: the entry
    whose words surround the values is found again here. Sentences put side by side are taken one by one.
    """
    if len(sentence) > _LONGEST:
        return sentence
    filled = _filled(sentence, language)
    if filled is not None:
        return filled
    known = catalogue(language)
    return " ".join(known.get(part) or _filled(part, language) or part for part in _NEXT_SENTENCE.split(sentence))


def _filled(sentence: str, language: str) -> str | None:
    for shape, names, translation in _shapes(language):
        if found := shape.fullmatch(sentence):
            values = [_rewritten(value, language) for value in found.groups()]
            return put(translation, dict(zip(names, values, strict=True)))
    return None


def _rewritten(value: str, language: str) -> str:
    """An amount or a date of a sentence, as ``language`` writes it; any other value as it is."""
    if found := _AMOUNT.fullmatch(value):
        return money.format_amount(money.parse_amount(found[1]), _CODES.get(found[2], found[2]), language)
    day = wording.read_date(value)
    if day is None:
        return value
    return wording.long_date(day, language) if value == wording.long_date(day) else wording.short_date(day, language)


@cache
def _shapes(language: str) -> tuple[tuple[re.Pattern[str], tuple[str, ...], str], ...]:
    """The entries with {placeholders}: pattern, names, translation; those with the most words of their own first."""
    found = []
    for text, translation in catalogue(language).items():
        pieces = _PLACEHOLDER.split(text)
        own, names = pieces[::2], tuple(pieces[1::2])
        letters = sum(character.isalpha() for piece in own for character in piece)
        if names and letters >= _LEAST_LETTERS:
            pattern = re.compile("(.+?)".join(_words(piece) for piece in own), re.DOTALL)
            found.append((letters, pattern, names, translation))
    found.sort(key=lambda entry: -entry[0])
    return tuple((pattern, names, translation) for _letters, pattern, names, translation in found)


def _words(piece: str) -> str:
    """The pattern of words of ours: a value beside them may have made a space breakable, or the reverse."""
    return "[ \\u00a0]".join(re.escape(part) for part in re.split("[ \u00a0]", piece))


@lru_cache(maxsize=4096)
def _typeset(text: str) -> str:
    """French typography of a sentence of ours. Cached, but not for ever: an error may quote what was typed."""
    return french(text)
