"""A letter's facts: what is claimed adds up, and JSON keeps it whole."""

import dataclasses
import json

from relance.letters.facts import Joined, NoticeFacts
from tests.letters import samples


def test_facts_read_back_from_json_are_the_same():
    for facts in (samples.organisation(), samples.individual(), samples.public_body(), samples.several()):
        assert NoticeFacts.from_json(facts.to_json()) == facts
        assert facts.to_json() == NoticeFacts.from_json(facts.to_json()).to_json()


def test_the_text_kept_is_the_same_whatever_the_order_it_was_made_in():
    facts = samples.several()
    again = NoticeFacts(**dict(reversed([(one.name, getattr(facts, one.name)) for one in dataclasses.fields(facts)])))
    assert again.to_json() == facts.to_json()
    assert json.loads(facts.to_json())["dated_on"] == "2026-11-23"


def test_what_is_claimed_is_the_sum_of_its_invoices():
    facts = samples.several()
    assert facts.principal_cents == 186_000 + 1_000_000 + 136_000 + 100_000
    assert facts.interest_cents == 3777 + 52_929 + 3777 + 3777
    assert (facts.fee_cents, facts.daily_cents) == (4 * 4000, 4 * 62)
    assert facts.total_cents == facts.principal_cents + facts.interest_cents + facts.fee_cents


def test_despite_needs_a_reminder_about_every_invoice():
    assert samples.organisation().every_invoice_was_chased
    assert not samples.several().every_invoice_was_chased


def test_facts_written_before_a_field_existed_take_its_default():
    facts = samples.organisation()
    old = {
        name: value
        for name, value in json.loads(facts.to_json()).items()
        if name not in ("mention", "words", "signature", "enclosures", "joined", "anchor")
    }
    assert NoticeFacts.from_json(json.dumps(old)) == facts
    joined = (Joined("", "a" * 64, 2, "Bon de commande"),)
    chosen = samples.organisation(words=(("opening", "Bonjour"),), joined=joined, enclosures=("Devis signé",))
    assert NoticeFacts.from_json(chosen.to_json()) == chosen
