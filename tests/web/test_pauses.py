import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.models.holds import Pause
from relance.services import pausing
from relance.web import pauses
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import switch_on

HTMX = {"HX-Request": "true"}


@pytest.fixture
def chased(latitude, nadia):
    """Due today, three weekly reminders from tomorrow on."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia)
    return invoice


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(**values):
    return {"until_on": "30/11/2026", "reason": "Livraison en retard"} | values


@pytest.mark.parametrize("path", ["/factures/{invoice}/pause", "/clients/{client}/pause", "/envois/suspendre"])
def test_each_dialog_is_also_a_page(client, chased, path):
    path = path.format(invoice=chased.id, client=chased.client_id)
    dialog, page = text_of(client.get(path, headers=HTMX)), text_of(client.get(path))
    assert dialog.strip().startswith("<dialog") and "<html" in page
    for shown in (dialog, page):
        assert "1 semaine" in shown and "15 jours" in shown and "Fin du mois" in shown
        assert 'name="until_on"' in shown and 'name="reason"' in shown


@pytest.mark.requirement("S3.31")
def test_a_pause_is_shown_with_who_when_why_and_until(client, chased):
    answer = client.post(f"/factures/{chased.id}/pause", data=typed())
    assert (answer.status_code, answer.location) == (303, f"/factures/{chased.id}")
    page = text_of(client.get(answer.location))
    assert "Relances en pause jusqu'au lundi 30 novembre." in page
    assert "Motif : Livraison en retard." in page and "par Camille Roussel" in page
    assert "Reprendre maintenant" in page and "En pause" in page
    assert Pause.get().made_by.email == "camille@atelier-roussel.example"


def test_htmx_is_sent_to_where_the_click_came_from(client, chased, bell):
    there = client.post(f"/factures/{chased.id}/pause", data=typed(), headers=HTMX)
    assert there.headers["HX-Redirect"] == f"/factures/{chased.id}"
    from_list = client.post(f"/factures/{chased.id}/pause?retour=liste", data=typed(), headers=HTMX)
    assert from_list.headers["HX-Redirect"] == "/factures"
    assert bell  # the worker looks again at once


@pytest.mark.parametrize(
    ("term", "expected"), [("7", "30/11/2026"), ("15", "08/12/2026"), ("fin", "30/11/2026"), ("x", "")]
)
def test_a_chip_fills_the_date_and_writes_nothing(client, chased, term, expected):
    answer = client.post(f"/factures/{chased.id}/pause", data={"terme": term, "until_on": "", "reason": "Congés"})
    page = text_of(answer)
    assert answer.status_code == 200
    assert f'name="until_on" type="text" value="{expected}"' in page or expected == ""
    assert 'value="Congés"' in page
    assert not Pause.select().exists()


def test_the_end_of_a_month_is_its_last_day():
    assert pauses.end_of_term(dt.date(2027, 2, 1), "fin") == dt.date(2027, 2, 28)
    assert pauses.end_of_term(dt.date(2026, 11, 30), "fin") == dt.date(2026, 11, 30)
    assert pauses.end_of_term(dt.date(2026, 12, 31), "7") == dt.date(2027, 1, 7)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"until_on": "22/11/2026"}, "until_on"),
        ({"until_on": "31/02/2027"}, "until_on"),
        ({"until_on": "25/11/2028"}, "until_on"),
        ({"until_on": "bientôt"}, "until_on"),
        ({"reason": "x" * 201}, "reason"),
    ],
)
@pytest.mark.parametrize("path", ["/factures/{invoice}/pause", "/clients/{client}/pause", "/envois/suspendre"])
def test_an_error_stands_at_its_field_and_nothing_is_written(client, chased, path, values, field):
    before = Event.select().count()
    for headers in ({}, HTMX):
        answer = client.post(
            path.format(invoice=chased.id, client=chased.client_id), data=typed(**values), headers=headers
        )
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page
        assert f'value="{values[field]}"' in page
    assert (Pause.select().count(), Event.select().count()) == (0, before)


def test_an_invoice_without_reminders_says_why_it_is_not_paused(client, invoice):
    for headers in ({}, HTMX):
        answer = client.post(f"/factures/{invoice.id}/pause", data=typed(), headers=headers)
        assert answer.status_code == 422
        assert "Les relances de cette facture ne sont pas activées" in text_of(answer)


@pytest.mark.requirement("S3.32")
def test_resuming_offers_the_next_step_first_and_the_others(client, chased, clock):
    pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=NOW)
    clock.move_to(dt.datetime(2026, 12, 3, 9, tzinfo=dt.UTC))
    for headers in ({}, HTMX):
        page = text_of(client.get(f"/factures/{chased.id}/reprendre", headers=headers))
        assert page.index("mardi 8 décembre") < page.index("vendredi 4 décembre")
        assert "Un seul e-mail au plus" in page
    answer = client.post(f"/factures/{chased.id}/reprendre", data={"step": ""})
    assert "mardi 8 décembre" in text_of(client.get(answer.location))
    assert Pause.get().ended_on == dt.date(2026, 12, 3)


@pytest.mark.parametrize("step", ["99", "-1", "²", "x" * 30, "9" * 30])
def test_a_step_that_is_none_is_refused_and_the_pause_stays(client, chased, step):
    pausing.pause_invoice(chased, until_on=None, reason="", by=None, now=NOW)
    answer = client.post(f"/factures/{chased.id}/reprendre", data={"step": step})
    assert answer.status_code == 422
    assert "choisissez-en une autre" in text_of(answer)
    assert Pause.get().ended_at is None


def test_what_is_not_paused_is_not_resumed(client, chased, latitude):
    assert client.post(f"/factures/{chased.id}/reprendre", data={"step": ""}).status_code == 422
    for path in (f"/clients/{latitude.id}/reprendre", "/envois/reprendre-tout"):
        answer = client.post(path, follow_redirects=True)
        assert "pas en pause" in text_of(answer) or "ne sont pas suspendus" in text_of(answer)


@pytest.mark.requirement("S3.33")
def test_a_client_is_paused_from_its_page_and_resumed_there(client, chased, latitude):
    assert "Mettre en pause toutes les relances de ce client" in text_of(
        client.get(f"/clients/{latitude.id}?onglet=reglages")
    )
    client.post(f"/clients/{latitude.id}/pause", data=typed())
    page = text_of(client.get(f"/clients/{latitude.id}"))
    assert "Les relances de ce client sont en pause jusqu'au lundi 30 novembre." in page
    invoice = text_of(client.get(f"/factures/{chased.id}"))
    assert "Les relances de ce client sont en pause" in invoice
    client.post(f"/clients/{latitude.id}/reprendre")
    assert "sont en pause" not in text_of(client.get(f"/clients/{latitude.id}"))


def test_everything_is_suspended_from_the_sends_and_the_line_of_every_page_resumes_it(client, chased):
    assert "Suspendre tous les envois" in text_of(client.get("/envois"))
    client.post("/envois/suspendre", data=typed(until_on=""))
    page = text_of(client.get("/envois"))
    assert "Envois suspendus, jusqu'à ce que vous les repreniez." in page
    assert 'action="/envois/reprendre-tout"' in page and "/envois/suspendre" not in page
    assert Account.get().suspended_at is None  # not what a restore does
    answer = client.post("/envois/reprendre-tout", follow_redirects=True)
    assert "Les envois reprennent." in text_of(answer)
    assert "Envois suspendus" not in text_of(client.get("/factures"))


def test_a_stranger_pauses_nothing_of_hers(stranger, chased, latitude):
    for path in (f"/factures/{chased.id}/pause", f"/factures/{chased.id}/reprendre", f"/clients/{latitude.id}/pause"):
        assert stranger.get(path).status_code == 404
        assert stranger.post(path, data=typed()).status_code == 404
    assert stranger.post(f"/clients/{latitude.id}/reprendre").status_code == 404
    assert not Pause.select().exists()


def test_a_stranger_s_suspension_is_his_own(stranger, sign_in, camille):
    stranger.post("/envois/suspendre", data=typed())
    assert "Envois suspendus" in text_of(stranger.get("/factures"))
    assert "Envois suspendus" not in text_of(sign_in(camille).get("/factures"))
