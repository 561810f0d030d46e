"""What letters are called, and the filters of their list."""

import pytest

from relance.models.letters import Letter
from relance.services import amicable, keeping_templates, noticing
from relance.web import letter_words
from tests import factories
from tests.factories import NOW, TODAY
from tests.web.reading import css, page, words


@pytest.fixture
def letters(account, latitude, camille):
    """A friendly letter being prepared, one ready, a formal notice that failed."""
    invoice = factories.make_invoice(latitude, "F-1")
    waiting = amicable.prepare(account, latitude, [invoice], template="rappel", by=camille, now=NOW)
    ready = amicable.prepare(account, latitude, [invoice], template="relance_1", by=camille, now=NOW)
    noticing.render(ready.id, NOW)
    failed = noticing.prepare(
        account,
        latitude,
        [invoice],
        dated_on=TODAY,
        delay_days=8,
        claims_interest=False,
        claims_fee=False,
        by=camille,
        now=NOW,
    )
    Letter.update(error="Il manque libpango.", requested_at=None).where(Letter.id == failed.id).execute()
    return {"waiting": waiting.id, "ready": ready.id, "failed": failed.id}


def shown(client, query):
    node = page(client, f"/courriers{query}")
    links = [a.get("href").rpartition("/")[2] for a in css(node, ".table .c-who a")]
    return {int(link) for link in links}, node


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", {"waiting", "ready", "failed"}),
        ("?type=amiable", {"waiting", "ready"}),
        ("?type=mise-en-demeure", {"failed"}),
        ("?statut=prete", {"ready"}),
        ("?statut=preparation", {"waiting"}),
        ("?statut=echec", {"failed"}),
        ("?type=amiable&statut=prete", {"ready"}),
        ("?type=&statut=", {"waiting", "ready", "failed"}),
    ],
)
@pytest.mark.requirement("S4.19")
def test_the_list_is_filtered_by_kind_and_state(client, letters, query, names):
    found, _node = shown(client, query)
    assert found == {letters[name] for name in names}


def test_the_list_names_the_kind_of_each_letter(client, letters):
    text = words(page(client, "/courriers"))
    assert "Relance amiable, rappel" in text
    assert "Relance amiable, relance 1" in text
    assert "Mise en demeure" in text


@pytest.mark.parametrize("query", ["?type=carte", "?statut=postee", "?type=amicable"])
def test_a_filter_that_does_not_exist_shows_everything_and_says_so(client, letters, query):
    found, node = shown(client, query)
    assert found == set(letters.values())
    assert "Ce filtre n’existe pas : voici tous les courriers." in words(node)


def test_filters_that_leave_nothing_are_said_and_can_be_dropped(client, letters):
    _found, node = shown(client, "?type=mise-en-demeure&statut=prete")
    assert "Aucun courrier de ce type" in words(node)
    assert css(node, 'main a[href="/courriers"]')


def test_the_filters_stay_on_the_other_pages(as_camille):
    assert letter_words.page_url(2, {"type": "amiable", "x": "y", "statut": "bof"}) == "/courriers?page=2&type=amiable"


def test_a_letter_is_named_with_the_text_it_carries(as_camille, account):
    own = keeping_templates.create(account, "Ma Relance", "rappel", 2, by=None, now=NOW)
    assert letter_words.full_title("amicable", "dernier_rappel") == "Relance amiable, dernier rappel"
    assert letter_words.full_title("amicable", own.ref) == "Relance amiable, Ma Relance"
    assert letter_words.full_title("amicable", "") == "Relance amiable"
    assert letter_words.full_title("formal_notice", "rappel") == "Mise en demeure"


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("", "Mise en demeure"),
        ("formal_notice", "Mise en demeure"),
        ("amicable", "Relance amiable"),
        ("relance_2", "Relance amiable, relance 2"),
    ],
)
def test_what_a_sequence_asks_to_validate_is_named(as_camille, template, name):
    assert letter_words.of_task(template) == name
