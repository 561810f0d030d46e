"""The four things that can become of a mail."""

import dataclasses
from typing import get_args

import pytest

from relance.mail.outcome import Outcome, Reached, Refused, Sent, Uncertain, Unreachable


def test_there_are_four_cases_and_a_mere_connection_is_none_of_them() -> None:
    assert set(get_args(Outcome)) == {Sent, Unreachable, Refused, Uncertain}
    assert Reached not in get_args(Outcome)


def test_a_refusal_is_told_with_the_server_s_own_words() -> None:
    refused = Refused(550, "5.1.1 User unknown")
    assert refused.sentence == "Le serveur refuse le message\u00a0: «\u00a0550 5.1.1 User unknown\u00a0»."


def test_what_happened_cannot_be_changed_afterwards() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Sent("250 OK").server_answer = "550 no"  # type: ignore[misc]


def test_nobody_is_refused_unless_named() -> None:
    assert Sent("250 OK").refused == {}
    assert Sent("250 OK", {"a@b.example": (550, "no")}).refused == {"a@b.example": (550, "no")}
