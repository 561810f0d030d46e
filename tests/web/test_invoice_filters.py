import pytest

from relance.services.listing import AGES as LISTED_AGES
from relance.services.listing import SORTS as LISTED_SORTS
from relance.services.listing import STATUSES, Filter, Page
from relance.web import invoice_filters
from relance.web.invoice_filters import filter_of_request, is_shown, link_to, title_of

WANTED = Filter(
    status="retard",
    q="site vitrine & co",
    client_id=12,
    kind="deposit",
    age="31-60",
    min_cents=100_050,
    max_cents=500_000,
    is_chased=False,
    sequence_id=3,
    sort="montant",
    is_descending=True,
)


def test_the_words_of_the_filter_are_those_of_the_list():
    assert tuple(invoice_filters.PILLS) == STATUSES
    assert set(invoice_filters.AGES) == set(LISTED_AGES)
    assert tuple(invoice_filters.SORTS) == LISTED_SORTS


@pytest.mark.parametrize("wanted", [WANTED, Filter(), Filter(is_chased=True, status="toutes"), Filter(is_paused=True)])
def test_an_address_holds_the_whole_filter(app, wanted):
    with app.test_request_context(link_to(wanted)):
        assert filter_of_request() == wanted


def test_the_usual_filter_needs_no_words_and_a_change_leaves_the_rest():
    assert link_to(Filter()) == "/factures"
    assert link_to(WANTED, q="", min="", max="", client="", age="", type="", relances="", sequence="") == (
        "/factures?statut=retard&tri=montant&ordre=desc"
    )
    assert link_to(Filter(), path="/factures/exporter", statut="payees") == "/factures/exporter?statut=payees"


@pytest.mark.parametrize("query", ["client=²&min=abc&max=-&relances=oui,non", "client=99999999999999999999"])
def test_what_cannot_be_read_is_left_out(app, query):
    with app.test_request_context(f"/factures?{query}"):
        assert filter_of_request() == Filter()


def page(status, drafts):
    return Page(Filter(status=status), [], "", [], dict.fromkeys(STATUSES, 0) | {"brouillons": drafts})


def test_what_is_not_due_has_a_pill_only_where_a_link_led_to_it():
    assert not is_shown("a-echoir", page("a-encaisser", 0))
    assert is_shown("a-echoir", page("a-echoir", 0))


def test_promises_and_disputes_have_their_pills():
    assert is_shown("promesses", page("a-encaisser", 0)) and is_shown("litiges", page("a-encaisser", 0))


def test_drafts_have_a_pill_only_while_there_are_some():
    assert not is_shown("brouillons", page("a-encaisser", 0))
    assert is_shown("brouillons", page("a-encaisser", 2))
    assert is_shown("brouillons", page("brouillons", 0))
    assert is_shown("payees", page("a-encaisser", 0))


@pytest.mark.usefixtures("as_camille")
def test_every_filter_has_its_title():
    titles = [title_of(page(status, 1)) for status in STATUSES]
    assert len(set(titles)) == len(STATUSES)
    assert titles[1] == "Factures en retard"
