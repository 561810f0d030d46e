"""Which client a document names, and whose invoice it is."""

import pytest

from relance.imports.values import Party
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.services.import_matching import Directory, may_be_ours, seller_problem, siren_of
from tests import factories


def test_a_client_is_found_by_siren_whatever_its_name(account: Account) -> None:
    client = factories.make_client(account, "Latitude Conseil", siren="55210055400013")
    found = Directory(account).find_or_add(Party(name="LATITUDE", siren="552100554"), "organisation")
    assert found.client == client


def test_a_client_is_found_by_the_siren_inside_its_vat_number(account: Account) -> None:
    client = factories.make_client(account, siren="552100554")
    found = Directory(account).find_or_add(Party(name="X", vat="FR55552100554"), "organisation")
    assert found.client == client


def test_a_client_is_found_by_its_exact_name_whatever_the_capitals(account: Account) -> None:
    client = factories.make_client(account, "Maison  Vauquelin", siren="")
    assert Directory(account).find_or_add(Party(name="MAISON VAUQUELIN"), "organisation").client == client


def test_the_same_name_with_another_siren_is_another_client_and_it_is_told(account: Account) -> None:
    factories.make_client(account, "Maison Vauquelin", siren="552100554")
    found = Directory(account).find_or_add(Party(name="Maison Vauquelin", siren="552081317"), "organisation")
    assert found.is_new
    assert [other.name for other in found.looks_like] == ["Maison Vauquelin"]


def test_a_close_name_is_a_new_client_that_looks_like_one(account: Account) -> None:
    factories.make_client(account, "Maison Vauquelin", siren="")
    directory = Directory(account)
    found = directory.find_or_add(Party(name="MAISON VAUQUELIN SAS"), "organisation")
    assert found.is_new
    assert [other.name for other in found.looks_like] == ["Maison Vauquelin"]
    assert directory.find_or_add(Party(name="Boulangerie du Port"), "organisation").looks_like == ()


def test_a_new_client_named_twice_is_one(account: Account) -> None:
    directory = Directory(account)
    first = directory.find_or_add(Party(name="Maison Vauquelin"), "organisation")
    second = directory.find_or_add(Party(name="maison vauquelin", siren="552081317"), "organisation")
    third = directory.find_or_add(Party(name="Vauquelin", siren="552081317"), "organisation")
    assert first is second is third
    assert first.siren == "552081317"
    assert directory.new == [first]


def test_a_merged_client_leads_to_the_one_that_remains(account: Account) -> None:
    survivor = factories.make_client(account, "Maison Vauquelin", siren="")
    factories.make_client(account, "Vauquelin SARL", siren="", merged_into=survivor, archived_at=factories.NOW)
    assert Directory(account).find_or_add(Party(name="Vauquelin SARL"), "organisation").client == survivor


def test_clients_of_another_account_are_not_seen(account: Account) -> None:
    other = factories.make_account("Menuiserie Basile", siret="")
    factories.make_client(other, "Hôtel des Cimes")
    assert Directory(account).find_or_add(Party(name="Hôtel des Cimes"), "organisation").is_new
    assert Client.select().where(Client.account == account).count() == 0


@pytest.mark.parametrize(
    ("party", "siren"),
    [
        (Party(siren="552081317"), "552081317"),
        (Party(siret="73282932000074"), "732829320"),
        (Party(vat="FR03552081317"), "552081317"),
        (Party(siren="123456789"), ""),
        (Party(vat="DE123456789"), ""),
        (Party(), ""),
    ],
)
def test_only_a_siren_with_a_right_key_identifies(party: Party, siren: str) -> None:
    assert siren_of(party) == siren


OURS = Party(name="Atelier Roussel", siren="732829320")
VAUQUELIN = Party(name="Maison Vauquelin", siren="552081317")


def test_our_own_invoice_is_ours_by_siren_even_under_another_name(account: Account) -> None:
    assert seller_problem(account, Party(name="Camille R.", siren="732829320"), VAUQUELIN) is None


def test_someone_else_s_invoice_is_told(account: Account) -> None:
    problem = seller_problem(account, VAUQUELIN, Party(name="Hôtel des Cimes"))
    assert problem == "Cette facture est émise par Maison Vauquelin, pas par Atelier Roussel."


def test_an_invoice_we_received_is_told_as_such(account: Account) -> None:
    problem = seller_problem(account, VAUQUELIN, OURS)
    assert problem is not None
    assert "que vous avez reçue" in problem


def test_without_numbers_names_decide(account: Account) -> None:
    account.siret = ""
    assert seller_problem(account, Party(name="ATELIER ROUSSEL EI"), VAUQUELIN) is None
    assert seller_problem(account, Party(name="Camille Roussel"), VAUQUELIN) is None
    assert seller_problem(account, Party(name="Menuiserie Basile"), VAUQUELIN) is not None


def test_vat_numbers_decide_where_there_is_no_siren(account: Account) -> None:
    account.siret, account.vat_number = "", "DE 123456789"
    assert seller_problem(account, Party(name="X GmbH", vat="DE123456789"), VAUQUELIN) is None
    assert seller_problem(account, Party(name="Atelier Roussel", vat="DE999999999"), VAUQUELIN) is not None


def test_a_file_that_names_no_seller_is_believed(account: Account) -> None:
    assert seller_problem(account, Party(), VAUQUELIN) is None


def test_a_trade_name_of_the_account_is_its_own(account: Account) -> None:
    account.siret, account.trade_names = "", "Studio Perle\nPerle Graphisme"
    assert seller_problem(account, Party(name="PERLE GRAPHISME"), VAUQUELIN) is None
    assert seller_problem(account, Party(name="Menuiserie Basile"), VAUQUELIN) is not None


@pytest.mark.parametrize(
    ("siret", "vat", "seller", "may_be"),
    [
        ("", "", Party(name="Studio Perle"), True),
        ("73282932000074", "", Party(name="Studio Perle"), True),
        ("73282932000074", "", Party(name="Studio Perle", siren="552081317"), False),
        ("", "FR1", Party(name="Studio Perle", vat="FR2"), False),
        ("", "", Party(), False),
    ],
)
def test_only_a_name_that_nothing_contradicts_may_be_ours(
    account: Account, siret: str, vat: str, seller: Party, may_be: bool
) -> None:
    account.siret, account.vat_number = siret, vat
    assert may_be_ours(account, seller) == may_be


def test_a_choice_makes_two_names_one(account: Account) -> None:
    client = factories.make_client(account, "Maison Vauquelin", siren="")
    directory = Directory(account, {"vauquelin sas": str(client.id), "perrin o.": "nom:odile perrin"})
    named = directory.find_or_add(Party(name="Vauquelin SAS"), "organisation")
    assert (named.is_new, named.who.client) == (True, client)
    first = directory.find_or_add(Party(name="Odile Perrin"), "individual")
    assert directory.find_or_add(Party(name="Perrin O."), "individual").who is first
    assert first.who is first


def test_names_that_differ_by_a_number_are_two_clients(account: Account) -> None:
    directory = Directory(account)
    directory.find_or_add(Party(name="Résidence des Lilas 12"), "organisation")
    assert directory.find_or_add(Party(name="Résidence des Lilas 13"), "organisation").looks_like == ()
    assert directory.find_or_add(Party(name="Residence des Lilas 12 SA"), "organisation").looks_like != ()
