"""What a reminder says depends on who receives it and how far it has come."""

import datetime as dt

import pytest

from relance.models.clients import Contact
from relance.services import composing
from relance.services.composing import Part
from tests import factories

D = dt.date
TODAY = factories.TODAY


def compose(account, invoice, contacts, template="rappel", **values):
    part = Part(invoice, invoice.instalments.get())
    options = {"copies_user": False, "attaches_invoice": False} | values
    return composing.prepare(
        account, invoice.client, [part], contacts, template=template, today=TODAY, **options
    ).write()


def test_tu_only_when_it_is_so_for_every_recipient(account, camille, invoice, nadia, hugo):
    alone = compose(account, invoice, [hugo])
    together = compose(account, invoice, [nadia, hugo])
    assert "votre" not in alone.text.lower() and "vous" not in alone.text.lower()
    assert "vous" in together.text.lower()


def test_the_language_is_the_clients(account, camille, invoice, nadia):
    invoice.client.language = "en"
    assert "invoice" in compose(account, invoice, [nadia]).subject.lower()


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Nadia Benali"], "Nadia"),
        (["Comptabilité"], ""),
        (["Service comptabilité"], ""),
        (["M. Dupont"], ""),
        (["Nadia Benali", "Hugo Morel"], ""),
        ([""], ""),
    ],
)
def test_a_first_name_is_used_only_when_it_is_one(names, expected):
    assert composing.first_name([Contact(name=name) for name in names]) == expected


@pytest.mark.parametrize(
    ("claims", "kind", "template", "shows"),
    [
        (True, "organisation", "relance_2", True),
        (True, "organisation", "dernier_rappel", True),
        (True, "public", "relance_2", True),
        (True, "organisation", "relance_1", False),
        (True, "individual", "dernier_rappel", False),
        (False, "organisation", "dernier_rappel", False),
    ],
)
def test_penalties_are_a_figure_only_if_claimed_from_relance_2_and_never_for_a_consumer(
    account, camille, invoice, nadia, claims, kind, template, shows
):
    account.claims_penalties = claims
    invoice.client.kind = kind
    text = compose(account, invoice, [nadia], template).text
    assert ("40,00\u00a0€" in text) is shows  # 1 200 € for 10 days at 12,40 % is 4,08 €
    if kind == "organisation" and shows:
        assert "4,08\u00a0€" in text


def test_an_unknown_half_year_claims_nothing(account, camille, latitude, nadia):
    account.claims_penalties = True
    invoice = factories.make_invoice(latitude, due_on=D(2026, 12, 1))
    part = Part(invoice, invoice.instalments.get())
    composed = composing.prepare(
        account,
        latitude,
        [part],
        [nadia],
        template="dernier_rappel",
        today=D(2027, 1, 20),
        copies_user=False,
        attaches_invoice=False,
    ).write()
    assert "40,00" not in composed.text


def test_the_facts_change_when_what_it_says_changes_and_only_then(account, camille, invoice, nadia):
    first = compose(account, invoice, [nadia])
    assert compose(account, invoice, [nadia]).facts == first.facts
    row = invoice.instalments.get()
    row.balance_cents -= 100
    row.save()
    assert compose(account, invoice, [nadia]).facts != first.facts
