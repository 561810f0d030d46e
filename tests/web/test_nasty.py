"""Whatever is typed in whatever field of whatever page, the answer is a page: never an incident."""

import itertools
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.web import reading, strangers
from tests.web.strangers import World

NASTY = (
    "99999999999999999999",
    "9" * 35,
    "9" * 5000,
    "²",
    "-1",
    "31/12/9999",
    "0001-01-01",
    "99999999999,99",
    "x" * 255,
    "\U0001f4a9" * 250,
    "x\r\nBcc: a@client.example",
    "{nom}%s%(x)s",
    "[]",
    "[" * 50_000,
    '{"object": "\\ud800", "\\ud800": ""}',
    "a\u0000b",
    "https://exemple.fr/\u202e\u200b",
)
TRIED = 3  # values for each field: the next field takes the next ones
QUESTIONS = (
    "avant",
    "apres",
    "page",
    "client",
    "factures",
    "du",
    "au",
    "auteur",
    "min",
    "h",
    "onglet",
    "modele",
    "terme",
)


@pytest.fixture
def world(house: Any) -> Iterator[World]:
    with strangers.opened(house) as found:
        yield found


def forms(world: World, house: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """(address, values) of each form of each page, once for all the rows of its kind."""
    seen = set()
    for path in house.addresses["pages"]:
        page = world.owner.get(path)
        for form in reading.parse(page).forms if page.status_code == 200 else ():
            if (form.method or "GET").upper() != "POST":
                continue
            values = {name: value for name, value in reading.fields(form).items() if value is not None}
            for action in {form.get("action") or path, *(node.get("formaction") for node in form.iter())} - {None}:
                key = (re.sub(r"\d+", "N", urlsplit(action).path), tuple(sorted(values)))
                if key not in seen and "/test" not in action:
                    seen.add(key)
                    yield action, values


def test_no_field_of_any_form_makes_an_incident(world: World, house: Any) -> None:
    world.app.testing = False
    values, incidents, count = itertools.cycle(NASTY), [], 0
    try:
        for action, fields in list(forms(world, house)):
            for name in fields:
                for text in itertools.islice(values, TRIED):
                    with house.handle.atomic() as everything:
                        answer = world.owner.post(action, data={**fields, name: text})
                        everything.rollback()
                    count += 1
                    if answer.status_code >= 500:
                        incidents.append(f"{action} {name}={text[:20]!r}")
    finally:
        world.app.testing = True
    assert incidents == []
    assert count > 300


def test_no_question_of_any_address_makes_an_incident(world: World, house: Any) -> None:
    world.app.testing = False
    values, names, incidents = itertools.cycle(NASTY), itertools.cycle(QUESTIONS), []
    try:
        for path in dict.fromkeys(urlsplit(address).path for address in house.addresses["pages"]):
            for name in itertools.islice(names, TRIED + 1):
                text = next(values)
                if world.owner.get(path, query_string={name: text}).status_code >= 500:
                    incidents.append(f"{path}?{name}={text[:20]!r}")
    finally:
        world.app.testing = True
    assert incidents == []
