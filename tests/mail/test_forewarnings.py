"""The words of the evening before."""

import datetime as dt

import pytest

from relance.mail.forewarnings import ForewarnedLine, forewarning

DAY = dt.date(2026, 12, 1)
LINK = "https://r.example/envois"


def line(client: str = "Latitude <Conseil>", *, asks: bool = False, currency: str = "EUR") -> ForewarnedLine:
    return ForewarnedLine(client, "Relance 1", 432_000, currency, asks)


def plain(text: str) -> str:
    return " ".join(text.replace("\u00a0", " ").split())


@pytest.mark.parametrize(
    ("asks", "sentence"),
    [
        ((False, False), "Voici ce qui partira mardi 1er décembre à 9 h 30, si rien ne change"),
        ((True, False), "Ce qui demande votre accord ne partira pas sans lui."),
        ((True, True), "Voici ce qui attendra votre accord mardi 1er décembre à 9 h 30."),
    ],
)
def test_it_says_what_leaves_and_what_waits(asks: tuple[bool, ...], sentence: str) -> None:
    text = forewarning([line(asks=one) for one in asks], DAY, 570, LINK, first_name="Camille")
    assert plain(text.subject) == "Mardi 1er décembre : 2 relances à vos clients"
    body = plain(text.text)
    assert body.startswith("Bonjour Camille, ")
    assert sentence in body
    assert body.count("attend votre accord") == sum(asks)
    assert "8 640,00 €" in body
    assert LINK in text.text
    assert "Latitude &lt;Conseil&gt;" in text.html


def test_currencies_are_never_added_and_english_is_english() -> None:
    text = forewarning([line(), line(currency="CHF")], DAY, 540, LINK, language="en")
    assert "€4,320.00 + CHF" in text.text
    assert "Tuesday 1 December" in plain(text.subject)
    assert not any(word in text.text for word in ("Bonjour", "partira", "accord"))
    single = forewarning([line("Kérity")], DAY, 540, LINK)
    assert plain(single.subject) == "Mardi 1er décembre : une relance à Kérity"
