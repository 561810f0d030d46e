"""Réglages → Partenaires: the delivered names, one's own, and what is refused."""

import pytest

from relance.models.events import Event
from relance.models.partners import Partner
from tests.web import reading
from tests.web.reading import css, words

PATH = "/reglages/partenaires"


def said(client):
    return words(css(reading.page(client, PATH), ".settings-body")[0]).replace("\u00a0", " ")


@pytest.mark.requirement("S0.16")
def test_the_list_is_edited(client, account, camille):
    assert all(name in said(client) for name in ("d’Ormane", "Legalstart", "Recogest"))
    assert client.post(f"{PATH}/masquer", data={"cle": "recogest"}).status_code == 303
    assert "Masqués Recogest" in said(client)
    data = {"kind": "firm", "name": "d’Ormane", "url": "https://exemple.fr"}
    assert client.post(f"{PATH}/livre?cle=dormane", data=data).status_code == 303
    [link] = css(reading.page(client, PATH), "a[href='https://exemple.fr']")
    assert link.get("rel") == "noreferrer noopener" and "(nouvel onglet)" in words(link)
    for key in ("recogest", "dormane"):
        assert client.post(f"{PATH}/retablir", data={"cle": key}).status_code == 303
    assert "Masqués" not in said(client) and Partner.select().count() == 0
    assert client.post(f"{PATH}/ajouter", data={"kind": "officer", "name": "Maître Rey"}).status_code == 303
    row = Partner.get()
    assert "Commissaire de justice Maître Rey" in said(client)
    data = {"kind": "lawyer", "name": "Maître Rey", "phone": "04 72 00 00 00"}
    assert client.post(f"{PATH}/{row.id}", data=data).status_code == 303
    assert "Avocat Maître Rey" in said(client) and "04 72 00 00 00" in said(client)
    assert client.post(f"{PATH}/{row.id}/supprimer").status_code == 303
    assert "Maître Rey" not in said(client)
    told = [event.facts["what"] for event in Event.select().where(Event.kind == "partner_changed").order_by(Event.id)]
    assert told == ["hidden", "changed", "restored", "restored", "added", "changed", "removed"]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "firm", "name": ""}, "Indiquez le nom."),
        ({"kind": "firm", "name": "A", "url": "http://exemple.fr"}, "commence par https://."),
        ({"kind": "firm", "name": "A", "url": "javascript:alert(1)"}, "commence par https://."),
        ({"kind": "usurier", "name": "A"}, "Choisissez une option de la liste."),
        ({"kind": "firm", "name": "A", "email": "pas une adresse"}, "n’est pas une adresse e-mail"),
    ],
)
def test_what_is_refused_is_said_at_its_field_and_kept(client, data, sentence):
    answer = client.post(f"{PATH}/ajouter", data=data)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422 and sentence in html.replace("\u00a0", " ").replace("&#39;", "'")
    assert f'value="{data.get("url", data["name"])}"' in html and not Partner.select().exists()


def test_an_unknown_key_is_not_found(client):
    for verb in ("masquer", "retablir"):
        assert client.post(f"{PATH}/{verb}", data={"cle": "inconnu"}).status_code == 404
    assert client.get(f"{PATH}/livre?cle=").status_code == 404
