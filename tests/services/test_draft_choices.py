"""What a draft keeps of what was chosen, and whose signature stays on it."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.models.letters import Letter
from relance.services import amicable, drafting, letter_batches, letter_parts, noticing
from relance.services.amicable import AmicableChoices, AmicableError
from relance.services.amicable_text import Words
from relance.services.letter_parts import PartError
from relance.services.noticing import NoticeChoices, NoticeError
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late
from tests.services.test_letter_parts import signature

SOON = NOW + dt.timedelta(hours=1)
WORDS = Words("Notre affaire", "Bonjour,\n\n{tableau}\n\n{paiement}\n\nMerci,")
REFUSED = (NoticeError, AmicableError)


@pytest.fixture
def paul(account):
    """A colleague of Camille."""
    return factories.make_user(account, "paul@studio.example", first_name="Paul", last_name="Rey")


@pytest.fixture(params=["notice", "amicable"])
def signed(request, camille, brewery):
    """The draft of each kind, with the signature that Camille put on it."""
    mine = signature(camille).id
    choices = (
        NoticeChoices(TODAY, words=(("courtesy", "Appelez-moi."),), signature_id=mine)
        if request.param == "notice"
        else AmicableChoices("rappel", TODAY, WORDS, signature_id=mine)
    )
    return drafting.save(brewery.account, brewery, [late(brewery), late(brewery)], choices, by=camille, now=NOW)


def update(letter, choices, by, invoices=None):
    invoices = invoices or drafting.invoices_of(letter)
    return drafting.update(letter, invoices, choices, version=letter.version, by=by, now=SOON)


def freeze(letter, choices, by, invoices=None):
    invoices = invoices or drafting.invoices_of(letter)
    basis = letter_parts.basis_of(invoices)
    return drafting.freeze(letter, invoices, choices, version=letter.version, basis=basis, by=by, now=SOON)


@pytest.mark.parametrize("kind", ["notice", "amicable"])
def test_nobody_puts_the_signature_of_somebody_else_on_a_letter(account, camille, paul, brewery, kind):
    plain = NoticeChoices(TODAY) if kind == "notice" else AmicableChoices("rappel", TODAY)
    service = noticing if kind == "notice" else amicable
    where = (account, brewery, [late(brewery)])
    letter = drafting.save(*where, plain, by=camille, now=NOW)
    theirs = signature(camille)
    choices = replace(plain, signature_id=theirs.id)
    attempts = (
        lambda by: service.draft(*where, choices, TODAY, by=by),
        lambda by: service.prepare(*where, choices=choices, by=by, now=SOON),
        lambda by: drafting.save(*where, choices, by=by, now=SOON),
        lambda by: update(letter, choices, by),
        lambda by: freeze(letter, choices, by),
    )
    for by in (paul, None):
        for attempt in attempts:
            with pytest.raises(REFUSED) as refused:
                attempt(by)
            assert refused.value.errors == {"signature": letter_parts.NOT_YOURS}
        with pytest.raises(PartError):
            letter_batches.ask(account, [], kind=kind, delay_days=8, signature=theirs, by=by, now=NOW)
    assert [row.signature_id for row in Letter.select()] == [None]


def test_a_draft_that_its_owner_signed_keeps_the_signature_when_a_colleague_saves_or_freezes_it_as_it_is(signed, paul):
    choices = replace(drafting.choices_of(signed), dated_on=TODAY + dt.timedelta(days=1))
    again = update(signed, choices, paul)
    frozen = freeze(again, choices, paul, drafting.invoices_of(again)[:1])  # one less is owed, say
    assert frozen.signature_id == signed.signature_id
    assert signed.signature.document.sha256 in frozen.facts
    copied = drafting.copy(frozen, by=paul, now=SOON)
    assert copied.signature_id is None
    assert drafting.copy(frozen, by=signed.created_by, now=SOON).signature_id == signed.signature_id


def test_it_does_not_when_the_colleague_changes_what_the_letter_says(signed, camille, paul, brewery):
    choices = drafting.choices_of(signed)
    words = {"words": (("courtesy", "Payez."),)} if signed.kind == "formal_notice" else {"words": None}
    more = [*drafting.invoices_of(signed), late(brewery)]
    changes = [(words, None), ({"enclosures": ("Devis",)}, None), ({}, more)]
    for change, invoices in changes:
        for act in (update, freeze):
            with pytest.raises(REFUSED) as refused:
                act(signed, replace(choices, **change), paul, invoices)
            assert set(refused.value.errors) == {"signature"}
    assert drafting.choices_of(Letter.get()) == choices
    unsigned = update(signed, replace(choices, **words, signature_id=None), paul)
    with pytest.raises(REFUSED):
        update(unsigned, replace(choices, **words), paul)  # once off, its owner alone puts it back
    assert update(unsigned, replace(choices, **words), camille).signature_id == signed.signature_id


def test_other_paragraphs_take_off_the_signature_of_somebody_else(account, camille, paul, brewery):
    choices = NoticeChoices(TODAY, signature_id=signature(camille).id)
    letter = drafting.save(account, brewery, [late(brewery)], choices, by=camille, now=NOW)
    own = (("courtesy", "Appelez-moi."),)
    for by, words, stays in ((camille, own, True), (paul, own, True), (paul, (), False)):
        letter = drafting.rewrite(letter, words, version=letter.version, by=by, now=SOON)
        assert (letter.signature_id is not None) is stays
