"""The clients and contacts an import makes: once each, whatever the documents that name them."""

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.imports import ImportRow
from tests import factories
from tests.data import making
from tests.services.import_made import imported, rows


def contacts(account: Account) -> list[tuple[str, str, bool]]:
    query = Contact.select().where(Contact.account == account).order_by(Contact.id)
    return [(contact.name, contact.email, contact.is_main) for contact in query]


def test_an_individual_keeps_one_contact(account: Account) -> None:
    header = "numero;client;client_type;date_emission;montant_ttc;email"
    run = imported(account, making.csv(
        "F-1;Odile Perrin;particulier;02/11/2026;10;odile@perrin.example,autre@perrin.example",
        "F-2;Odile Perrin;particulier;03/11/2026;20;encore@perrin.example",
        header=header,
    ))  # fmt: skip
    assert [contact.email for contact in Contact.select()] == ["odile@perrin.example"]
    assert [row.invoice.contact_id is None for row in rows(run)] == [False, True]


def test_a_contact_without_address_is_kept_by_name(account: Account) -> None:
    imported(
        account, making.csv("F-1;V;02/11/2026;10;Léa Martin", header="numero;client;date_emission;montant_ttc;contact")
    )
    assert contacts(account) == [("Léa Martin", "", True)]


def test_a_client_named_twice_is_made_once_with_all_its_contacts(account: Account) -> None:
    header = "numero;client;client_siren;date_emission;montant_ttc;email;contact"
    imported(account, making.csv(
        "F-1;Maison Vauquelin;;02/11/2026;10;lea@vauquelin.example;Léa Martin",
        "F-2;MAISON VAUQUELIN;552081317;03/11/2026;20;jean@vauquelin.example;Jean Roy",
        "F-3;Vauquelin;552081317;03/11/2026;30;LEA@vauquelin.example;L. Martin",
        header=header,
    ))  # fmt: skip
    (client,) = Client.select().where(Client.account == account)
    assert client.name == "Maison Vauquelin"
    assert contacts(account) == [
        ("Léa Martin", "lea@vauquelin.example", True),
        ("Jean Roy", "jean@vauquelin.example", False),
    ]
    assert Event.select().where(Event.kind == "client_created").count() == 1


@pytest.mark.parametrize("name", ["A" * 200, "L'Hôtel & Cie «\u00a0Cimes\u00a0»"])
def test_a_name_is_kept_as_it_is_written(account: Account, name: str) -> None:
    imported(account, making.csv(f'F-1;"{name}";02/11/2026;10'))
    assert " ".join(Client.get(Client.account == account).name.split()) == " ".join(name.split())


def test_what_was_made_is_remembered_for_undoing(account: Account) -> None:
    factories.make_client(account, "Vauquelin")
    header = "numero;client;date_emission;montant_ttc;email"
    run = imported(
        account, making.csv("F-1;Vauquelin;02/11/2026;10;a@v.example", "F-2;Perrin;02/11/2026;10;", header=header)
    )
    kept, made = ImportRow.select().where(ImportRow.run == run).order_by(ImportRow.position)
    assert '"client": false' in kept.before_json
    assert '"client": true' in made.before_json
    assert str(Contact.get().id) in kept.before_json
