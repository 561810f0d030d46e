"""Whom to turn to: the delivered names, hidden, changed and restored, and one's own; plain links only."""

from urllib.parse import urlsplit

import pytest

from relance.models.events import Event
from relance.models.partners import Partner
from relance.services import partners
from relance.services.partners import Facts, PartnerError
from tests import factories
from tests.factories import NOW


def names(account, *, hidden=False):
    return [one.facts.name for one in partners.listed(account) if one.is_hidden == hidden]


def told():
    return [event.facts["what"] for event in Event.select().where(Event.kind == "partner_changed").order_by(Event.id)]


@pytest.mark.requirement("S0.16")
def test_three_recovery_firms_are_delivered_with_plain_links(account):
    assert names(account) == ["d’Ormane", "Legalstart", "Recogest"]
    for one in partners.listed(account):
        parts = urlsplit(one.facts.url)
        assert one.facts.kind == "firm" and not parts.query and not parts.fragment
        assert parts.scheme in ("https", "")
    assert Partner.select().count() == 0


@pytest.mark.requirement("S0.16")
def test_a_delivered_one_is_hidden_changed_and_restored(account, camille):
    other = factories.make_account("Basile")
    partners.hide(account, "recogest", by=camille, now=NOW)
    partners.hide(account, "recogest", by=camille, now=NOW)
    partners.change_delivered(account, "dormane", Facts("d’Ormane", url="exemple.fr"), by=camille, now=NOW)
    partners.change_delivered(account, "legalstart", partners.DELIVERED["legalstart"], by=camille, now=NOW)
    assert (names(account), names(account, hidden=True)) == (["d’Ormane", "Legalstart"], ["Recogest"])
    assert partners.find(account, "dormane").facts.url == "https://exemple.fr"
    assert names(other) == ["d’Ormane", "Legalstart", "Recogest"], "nothing moves for others"
    for key in ("recogest", "dormane", "legalstart"):
        partners.restore(account, key, by=camille, now=NOW)
    assert names(account) == ["d’Ormane", "Legalstart", "Recogest"] and Partner.select().count() == 0
    assert told() == ["hidden", "changed", "restored", "restored"]


def test_ones_own_are_added_changed_and_deleted(account, camille):
    row = partners.add(account, Facts(" Maître Rey ", "officer", phone="04 72 00 00 00"), by=camille, now=NOW)
    assert [(one.facts.name, one.facts.kind) for one in partners.listed(account)][-1] == ("Maître Rey", "officer")
    facts = Facts("Maître Rey", "lawyer", "https://rey.example/contact", "rey@rey.example", "", "Tutoie.")
    partners.change(row, facts, by=camille, now=NOW)
    partners.change(Partner.get_by_id(row.id), facts, by=camille, now=NOW)
    assert partners.merged([Partner.get_by_id(row.id)])[-1].facts == facts
    partners.remove(row, by=camille, now=NOW)
    assert Partner.select().count() == 0 and told() == ["added", "changed", "removed"]
    assert {event.user_id for event in Event.select()} == {camille.id}


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("", ""),
        ("www.exemple.fr", "https://www.exemple.fr"),
        ("https://exemple.fr/contact?page=2", "https://exemple.fr/contact?page=2"),
        ("http://exemple.fr", None),
        ("javascript:alert(1)", None),
        ("data:text/html,x", None),
        ("https://", None),
        ("https://localhost/", None),
        ("https://a:b@exemple.fr/", None),
        ("https://exemple.fr:8080/", None),
        ("https://exemple.fr:port/", None),
        ("https://exemple.fr/?utm_source=relance", None),
        ("https://exemple.fr/?page=1&ref=relance", None),
        ('https://exemple.fr/"><script>', None),
        ("https://exemple.fr/\u0000", None),
        ("https://société-générale.fr/contact/été", "https://société-générale.fr/contact/été"),
        ("https://пример.рф/", "https://пример.рф/"),
        ("https://xn--socit-esab.fr/", "https://xn--socit-esab.fr/"),
        ("https://exemple.fr/\u202ephp.exe", None),
        ("https://exem\u200bple.fr/", None),
        ("https://exemple.fr/a\u00a0b", None),
        ("https://127.0.0.1/", None),
        ("https://0x7f.1/", None),
        ("https://１２７.０.０.１/", None),
        ("https://[::ffff:127.0.0.1]/", None),
        ("https://x..fr/", None),
        ("https://-x.fr/", None),
        ("https://x_y.fr/", None),
        ("https://" + "a" * 64 + ".fr/", None),
        ("https://imprimante.local/", None),
        ("https://exemple.fr/" + "a" * 300, None),
    ],
)
def test_only_a_plain_https_address_is_kept(url, kept):
    if kept is not None:
        assert partners.checked_url(url) == kept
        return
    with pytest.raises(PartnerError) as refused:
        partners.checked_url(url)
    assert refused.value.field == "url"


@pytest.mark.parametrize(
    ("facts", "field"), [(Facts("  "), "name"), (Facts("A", "usurier"), "kind"), (Facts("A", note="x" * 1001), "note")]
)
def test_what_makes_no_sense_is_refused_and_nothing_is_written(account, facts, field):
    with pytest.raises(PartnerError) as refused:
        partners.add(account, facts, by=None, now=NOW)
    assert refused.value.field == field
    assert (Partner.select().count(), told()) == (0, [])


def test_a_full_list_says_so(account, monkeypatch):
    monkeypatch.setattr(partners, "MAX_PARTNERS", 1)
    partners.add(account, Facts("A"), by=None, now=NOW)
    with pytest.raises(PartnerError):
        partners.add(account, Facts("B"), by=None, now=NOW)
