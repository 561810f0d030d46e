import flask_login
import pytest

from relance.models.clients import Client
from relance.services.listing import AGES as LISTED_AGES
from relance.services.listing import SORTS as LISTED_SORTS
from relance.services.listing import STATUSES, Filter, Page
from relance.web import invoice_filters, scope
from relance.web.invoice_filters import filter_of_request, is_shown, link_to, title_of
from tests import factories

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
    return Page(Filter(status=status), [], "", [], dict.fromkeys(STATUSES, 0) | {"brouillons": drafts}, 0)


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


@pytest.fixture
def asked(app, camille):
    """``asked(query)``: the filter of that address, and whether it is shown as it was asked."""

    def _asked(query):
        with app.test_request_context(f"/factures?{query}"):
            flask_login.login_user(scope.Visitor(camille))
            return invoice_filters.sensible(filter_of_request())

    return _asked


@pytest.mark.parametrize(
    "query",
    [
        "statut=inconnu",
        "type=devis",
        "age=7",
        "relances=peut-être",
        "tri=couleur",
        "ordre=travers",
        "min=abc",
        "max=%F0",
        "client=abc",
        "client=²",
        "client=987654",
        "client=99999999999999999999",
        "sequence=987654",
        "sequence=x",
        "apres=z",
        "apres=WzFd",
        "statut=retard&tri=client&apres=WyIyMDI2LTAxLTAxIiwgIngiXQ",
    ],
)
def test_what_makes_no_sense_is_answered_with_all_that_is_to_collect(asked, query):
    assert asked(query) == (Filter(), False)


@pytest.mark.parametrize(
    "query", ["", "q=&client=&age=&min=&max=&relances=&sequence=&type=", "statut=retard&ordre=asc&min=1 000,50"]
)
def test_what_makes_sense_is_shown_as_it_is_asked(asked, query):
    wanted, is_asked = asked(query)
    assert is_asked
    assert wanted.min_cents in (None, 100_050)


def test_the_client_of_another_account_is_a_filter_that_does_not_exist(asked, basile):
    theirs = Client.get(Client.account == basile.account)
    assert asked(f"client={theirs.id}") == (Filter(), False)
    assert asked(f"client={theirs.name}") == (Filter(), False)


@pytest.mark.parametrize("typed", ["latitude conseil", "Látitude", "LATITUDE  conseil", "titu"])
def test_a_client_is_found_by_its_name_or_by_the_only_one_that_holds_it(asked, latitude, account, typed):
    factories.make_client(account, "Studio Kérity")
    assert asked(f"client={typed}") == (Filter(client_id=latitude.id), True)


def test_a_name_that_several_hold_is_no_filter_unless_one_has_just_that_name(asked, account, latitude):
    other = factories.make_client(account, "Latitude")
    factories.make_client(account, "Latitude Nord", archived_at=factories.NOW)
    assert asked("client=latit")[1] is False
    assert asked("client=latitude")[0].client_id == other.id


def test_a_few_clients_are_a_list_and_too_many_a_field(as_camille, account, latitude, monkeypatch):
    gone = factories.make_client(account, "Ancien", archived_at=factories.NOW)
    assert [one.name for one in invoice_filters.client_choices(Filter())] == ["Latitude Conseil"]
    assert gone in invoice_filters.client_choices(Filter(client_id=gone.id))
    monkeypatch.setattr(invoice_filters, "MOST_CLIENTS", 1)
    factories.make_client(account, "Studio Kérity")
    assert invoice_filters.client_choices(Filter()) == []


@pytest.mark.usefixtures("as_camille")
def test_the_filter_is_said_in_words_for_paper():
    shown = Page(WANTED, [], "", [], dict.fromkeys(STATUSES, 0), 0)
    said = invoice_filters.in_words(shown, "Latitude Conseil", "Douce").replace("\u00a0", " ")
    assert said == (
        "Factures en retard, 31 à 60 jours, facture d’acompte, relances désactivées, Latitude Conseil, séquence Douce, "
        "à partir de 1 000,50 €, jusqu’à 5 000,00 €, recherche « site vitrine & co »"
    )
