import datetime as dt
import re

import pytest

from relance.models.clients import Client, Contact
from relance.models.events import Event
from relance.models.invoices import Invoice
from tests import factories
from tests.factories import NOW

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def section(page, id):
    start = page.rindex("<section", 0, page.index(f'id="{id}"') + 1)
    return re.sub(r"\s+", " ", page[start : page.index("</section>", start)])


def kinds(client):
    return [event.kind for event in Event.select().where(Event.client == client).order_by(Event.id)]


def test_the_list_shows_what_each_owes_and_is_searched(client, latitude, nadia, invoice, account):
    factories.make_client(account, "Studio Kérity")
    page = text_of(client.get("/clients"))
    assert "1 en retard" in page
    assert "1 200,00 €" in page
    assert "Sans adresse e-mail" in page
    found = text_of(client.get("/clients?q=kerity", headers=HTMX))
    assert "Studio Kérity" in found
    assert "Latitude" not in found
    assert "<html" not in found
    assert "Latitude" in text_of(client.get("/clients?q=nadia"))


def test_a_client_is_added_with_its_first_contact(client, account):
    data = {
        "name": "Studio Kérity",
        "kind": "organisation",
        "siren": "732 829 320",
        "country": "fr",
        "language": "fr",
        "contact_name": "Yann",
        "contact_email": "yann@kerity.example",
    }
    answer = client.post("/clients/nouveau", data=data)
    made = Client.get()
    assert answer.location == f"/clients/{made.id}"
    assert (made.siren, Contact.get().email) == ("732829320", "yann@kerity.example")
    assert kinds(made) == ["client_created", "contact_added"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"siren": "123"}, "siren"),
        ({"payment_days": "beaucoup"}, "payment_days"),
        ({"country": "France"}, "country"),
        ({"contact_email": "x"}, "contact_email"),
    ],
)
def test_an_error_stands_at_its_field_and_nothing_is_kept(client, account, values, field):
    data = {"name": "Neuf", "kind": "organisation", "country": "FR", "language": "fr"} | values
    answer = client.post("/clients/nouveau", data=data)
    assert answer.status_code == 422
    assert f'id="{field}-err"' in text_of(answer)
    assert not Client.select().exists()


@pytest.mark.parametrize("tab", ["factures", "contacts", "echanges", "reglages", "nonsense"])
def test_every_tab_has_an_address(client, latitude, nadia, invoice, tab):
    assert client.get(f"/clients/{latitude.id}?onglet={tab}").status_code == 200


def test_the_settings_of_a_client_are_saved(client, latitude):
    data = {
        "name": "Latitude",
        "kind": "public",
        "country": "FR",
        "language": "en",
        "payment_days": "45",
        "is_exempt": "y",
    }
    client.post(f"/clients/{latitude.id}/reglages", data=data)
    after = Client.get_by_id(latitude.id)
    assert (after.name, after.kind, after.language, after.payment_days, after.is_exempt) == (
        "Latitude",
        "public",
        "en",
        45,
        True,
    )
    assert "Premier contact" not in text_of(client.get(f"/clients/{latitude.id}?onglet=reglages"))
    bad = client.post(f"/clients/{latitude.id}/reglages", data=data | {"name": ""})
    assert bad.status_code == 422
    assert Client.get_by_id(latitude.id).name == "Latitude"


@pytest.mark.requirement("S0.9")
def test_a_contact_is_added_edited_made_main_and_archived(client, latitude, nadia):
    path = f"/clients/{latitude.id}/contacts"
    client.post(path, data={"name": "Hugo", "email": "hugo@latitude.example", "register": "tu"})
    hugo = Contact.get(Contact.name == "Hugo")
    assert (hugo.register, hugo.is_main) == ("tu", False)
    client.post(
        f"/contacts/{hugo.id}/modifier", data={"name": "Hugo M.", "email": "h@latitude.example", "register": "vous"}
    )
    client.post(f"/contacts/{hugo.id}/principal")
    hugo = Contact.get_by_id(hugo.id)
    assert (hugo.name, hugo.email, hugo.is_main) == ("Hugo M.", "h@latitude.example", True)
    client.post(f"/contacts/{hugo.id}/archivage")
    assert Contact.get_by_id(hugo.id).archived_at == NOW
    assert kinds(latitude) == ["contact_added", "contact_changed", "contact_changed", "contact_archived"]


def test_a_row_becomes_a_form_and_the_swap_is_the_page(client, latitude, nadia):
    path = f"/contacts/{nadia.id}/modifier"
    swap, page = text_of(client.get(path, headers=HTMX)), text_of(client.get(path))
    assert "<html" not in swap
    assert 'value="Nadia Benali"' in swap
    assert section(swap, "contacts") == section(page, "contacts")
    saved = text_of(
        client.post(path, data={"name": "Nadia B.", "email": nadia.email, "register": "vous"}, headers=HTMX)
    )
    assert section(saved, "contacts") == section(
        text_of(client.get(f"/clients/{latitude.id}?onglet=contacts")), "contacts"
    )


@pytest.mark.parametrize("email", ["x", "a@b.fr\nBcc: tous@c.fr"])
def test_a_wrong_address_is_refused_in_place(client, latitude, nadia, email):
    for headers in ({}, HTMX):
        answer = client.post(
            f"/contacts/{nadia.id}/modifier",
            data={"name": "Nadia", "email": email, "register": "vous"},
            headers=headers,
        )
        assert answer.status_code == 422
        assert 'id="email-err"' in text_of(answer)
    assert Contact.get_by_id(nadia.id).email == "compta@latitude-conseil.example"


def test_two_clients_are_merged_after_it_is_said_what_moves(client, account, latitude, invoice):
    other = factories.make_client(account, "LATITUDE CONSEIL SAS", siren="")
    factories.make_invoice(other, "X-1")
    path = f"/clients/{other.id}/fusionner"
    first = text_of(client.post(path, data={"survivor": latitude.id}))
    assert "une facture" in first
    assert Invoice.select().where(Invoice.client == latitude).count() == 1
    done = client.post(path, data={"survivor": latitude.id, "confirmed": latitude.id})
    assert done.location == f"/clients/{latitude.id}"
    assert Invoice.select().where(Invoice.client == latitude).count() == 2
    assert client.get(f"/clients/{other.id}").location == f"/clients/{latitude.id}"


def test_a_client_is_archived_only_without_open_invoices_and_comes_back(client, latitude, invoice):
    client.post(f"/clients/{latitude.id}/archivage")
    assert Client.get_by_id(latitude.id).archived_at is None
    Invoice.update(state="paid", balance_cents=0).execute()
    client.post(f"/clients/{latitude.id}/archivage")
    assert "Latitude Conseil est archivé" in text_of(client.get("/clients"))
    assert "Latitude" not in text_of(client.get("/clients"))
    assert "Latitude" in text_of(client.get("/clients?archives=oui"))
    client.post(f"/clients/{latitude.id}/restauration")
    assert Client.get_by_id(latitude.id).archived_at is None


def test_what_is_another_account_s_is_not_found(client, account, latitude, basile):
    other = Client.get(Client.name == "Hôtel des Cimes")
    contact = Contact.get(Contact.client == other)
    for path in (
        f"/clients/{other.id}",
        f"/clients/{other.id}/fusionner",
        f"/clients/{other.id}/contacts/nouveau",
        f"/contacts/{contact.id}/modifier",
    ):
        assert client.get(path).status_code == 404, path
    for path in ("reglages", "contacts", "archivage", "restauration", "fusionner"):
        assert client.post(f"/clients/{other.id}/{path}", data={"name": "x"}).status_code == 404, path
    for path in ("modifier", "archivage", "principal"):
        assert client.post(f"/contacts/{contact.id}/{path}", data={"name": "x"}).status_code == 404, path
    answer = client.post(f"/clients/{latitude.id}/fusionner", data={"survivor": other.id, "confirmed": other.id})
    assert answer.status_code == 422
    assert "Hôtel" not in text_of(client.get("/clients"))


def test_the_average_delay_is_shown(client, latitude):
    for days in (10, 20):
        due = factories.TODAY.replace(month=9)
        factories.make_invoice(
            latitude, due_on=due, state="paid", balance_cents=0, paid_on=due + dt.timedelta(days=days)
        )
    assert "15 j" in text_of(client.get(f"/clients/{latitude.id}"))
