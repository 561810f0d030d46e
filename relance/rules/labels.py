"""What a person reads in the interface: the French sentence is the key, English comes from a catalogue."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import resources

from babel.messages.pofile import read_po

from relance.rules.wording import french

LANGUAGES = ("fr", "en")

_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


def translate(text: str, language: str, **values: object) -> str:
    """Return ``text`` (French) in ``language``, then put ``values`` in its {placeholders}.

    French typography is applied to the sentence, never to the values: a client's name is shown as
    typed. A sentence missing from the catalogue is shown in French. Raises KeyError when values are
    given and a placeholder of the sentence has none.
    """
    key = _typeset(text)
    sentence = catalogue(language).get(key, key) if language != "fr" else key
    return put(sentence, values) if values else sentence


def put(sentence: str, values: Mapping[str, object]) -> str:
    """Put ``values`` in the {placeholders} of ``sentence``. KeyError when one has no value."""
    return _PLACEHOLDER.sub(lambda match: str(values[match.group(1)]), sentence)


def plural(one: str, many: str, n: int, language: str, **values: object) -> str:
    """Choose between ``one`` and ``many`` for ``n``, which is also the value of {n}.

    French counts zero and one as singular, English only one.
    """
    is_one = abs(n) < 2 if language == "fr" else abs(n) == 1
    return translate(one if is_one else many, language, **{"n": n, **values})


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


@lru_cache(maxsize=4096)
def _typeset(text: str) -> str:
    """French typography of a sentence of ours. Cached, but not for ever: an error may quote what was typed."""
    return french(text)
