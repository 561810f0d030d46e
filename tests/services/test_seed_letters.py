"""The letters of the demo, made by the code that makes real ones."""

import datetime as dt

import pytest

from relance.models.accounts import User
from relance.models.events import Event
from relance.models.evidence import Evidence
from relance.models.letters import Letter
from relance.models.payment_plans import PaymentPlan
from relance.services import journal, seed_letters, seeding

SUNDAY = dt.datetime(2026, 11, 22, 9, 30)


@pytest.mark.slow
def test_the_demo_has_letters_in_several_states_and_running_it_again_changes_nothing(database):
    demo = seeding.seed(SUNDAY)
    account = User.get(User.email == demo.email).account
    for _time in range(2):
        seed_letters.add(demo.email, SUNDAY)
        letters = {letter.lines.get().invoice.number[-4:]: letter for letter in Letter.select()}
        assert {number: (letter.kind, letter.state) for number, letter in letters.items()} == {
            "0071": ("formal_notice", "received"),
            "0083": ("amicable", "ready"),
            "0079": ("formal_notice", "draft"),
        }
        received = letters["0071"]
        assert received.deposit_proof is not None
        assert received.receipt_proof is not None
        assert received.signature is not None
        assert SUNDAY.date() < received.deadline_on <= SUNDAY.date() + dt.timedelta(days=8)
        assert {piece.kind for piece in Evidence.select()} == {"quote", "performance"}
        assert PaymentPlan.select().count() == 1
    kinds = [event.kind for event in Event.select().where(Event.account == account)]
    for kind in ("letter_ready", "letter_posted", "letter_received", "letter_drafted", "plan_agreed", "evidence_added"):
        assert kind in kinds
    assert not Event.select().where(Event.account == account, Event.at > SUNDAY).exists()
    journal.seal(SUNDAY)
