"""« Taux légaux »: the table and its sources, a half-year entered by hand, asked of the ECB, put off."""

import dataclasses
import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.legal_rates import LegalRate
from relance.rules import rates as table
from tests import factories
from tests.ecb_server import GOOD, serving
from tests.web.reading import css, fields, page, parse, words

PAGE = "/reglages/taux"
ENTRY = {
    "half_year": "2027-1",
    "mro": "2,65",
    "professional": "2,80",
    "individual": "6,90",
    "source": "arrêté du 18/12",
}
SECOND = dt.datetime(2027, 1, 2, 8, 0, tzinfo=dt.UTC)


def form_of(shown):
    return next(form for form in css(shown, "#saisie form"))


def figures(shown):
    """The figures of each half-year, by its name."""
    rows = [row for row in css(shown, "tbody tr") if css(row, "th")]
    return {words(css(row, "th")[0]): [words(cell) for cell in css(row, "td")] for row in rows}


@pytest.fixture
def allowed(app):
    """A host that allows the ECB to be asked, at an address of ours."""
    with serving(GOOD) as server:
        app.config["RELANCE"] = dataclasses.replace(app.config["RELANCE"], fetches_ecb_rates=True, ecb_url=server.url)
        yield server


def test_every_half_year_is_there_with_its_figures_its_source_and_when_it_was_reviewed(client):
    shown = page(client, PAGE)
    text = words(shown)
    rows = figures(shown)
    assert len(rows) == len(table.TABLE)
    assert rows["2e semestre 2026"] == ["2,40 %", "12,40 %", "10,40 %", "2,75 %", "6,84 %", "8,25 %"]
    assert rows["1er semestre 2016"] == ["0,05 %", "10,05 %", "8,05 %", "1,01 %", "4,54 %", "3,03 %"]
    for row in table.TABLE:
        assert row.source.replace("'", "’") in text
    assert "Vérifié le 22 nov. 2026, deux sources concordent" in text and "texte lu" in text
    assert css(page(client, "/reglages/penalites"), f'a[href="{PAGE}"]')


def test_a_new_half_year_is_entered_with_its_source_and_may_be_removed(client, account, camille):
    values = fields(form_of(page(client, PAGE)))
    assert values["half_year"] == "2027-1"
    assert client.post(PAGE, data=values | ENTRY).status_code == 303
    row = LegalRate.get()
    assert (row.account, row.mro_bp, row.legal_professional_bp, row.entered_by) == (account, 265, 280, camille)
    shown = page(client, PAGE)
    wanted = ["2,65 %", "12,65 %", "10,65 %", "2,80 %", "6,90 %", "8,40 %"]
    assert next(iter(figures(shown).items())) == ("1er semestre 2027", wanted)
    assert "Saisi par vous. arrêté du 18/12. Vérifié le" in words(shown)
    assert "Taux légaux saisis : 1er semestre 2027, d’après arrêté du 18/12" in words(page(client, "/journal"))
    assert client.post(f"{PAGE}/{row.id}/supprimer").status_code == 303
    assert LegalRate.select().count() == 0
    assert [event.kind for event in Event.select().order_by(Event.id)][-2:] == ["rate_entered", "rate_removed"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"source": ""}, "Indiquez d’où vient ce taux"),
        ({"mro": "-1"}, "Indiquez un taux en pour cent"),
        ({"mro": "50,01"}, "Indiquez un taux entre 0 et 50 %"),
        ({"mro": "", "professional": "", "individual": ""}, "Indiquez un taux au moins"),
        ({"half_year": "2027-2"}, "Choisissez une option de la liste"),
        ({"half_year": "x"}, "Choisissez une option de la liste"),
    ],
)
def test_what_cannot_be_a_rate_is_refused_at_its_field_and_kept(client, change, sentence):
    shown = parse(client.post(PAGE, data=ENTRY | change), 422)
    assert any(sentence in words(error) for error in css(shown, "#saisie .error"))
    kept = fields(form_of(shown))
    wanted = {name: value for name, value in (ENTRY | change).items() if name != "half_year"}
    assert {name: kept[name] for name in wanted} == wanted
    assert LegalRate.select().count() == 0


def test_a_form_that_grew_old_is_shown_again_with_what_was_typed(client, account):
    stale = fields(form_of(page(client, PAGE)))
    row = factories.make_rate(account, mro_bp=250)
    shown = parse(client.post(PAGE, data=stale | ENTRY), 409)
    assert "modifié entre-temps" in words(shown)
    again = fields(form_of(shown))
    assert again["mro"] == "2,65" and LegalRate.get_by_id(row.id).mro_bp == 250
    assert client.post(PAGE, data=again).status_code == 303
    assert LegalRate.get_by_id(row.id).mro_bp == 265


def test_a_delivered_half_year_is_corrected_in_sight_of_what_was_delivered(client):
    values = fields(form_of(page(client, f"{PAGE}?semestre=2026-2")))
    client.post(PAGE, data=values | {"mro": "2,15", "source": "page de la BCE, relue"})
    shown = page(client, f"{PAGE}?semestre=2026-2")
    assert "2,15 %livré : 2,40 %" in words(shown)
    assert fields(form_of(shown))["mro"] == "2,15"
    assert "12,15 % ce semestre" in words(page(client, "/reglages/penalites"))


def test_rows_of_others_are_not_found(client, basile):
    row = factories.make_rate(basile.account, mro_bp=265)
    fetched = factories.make_rate(None, mro_bp=265)
    for one in (row, fetched):
        assert client.post(f"{PAGE}/{one.id}/supprimer").status_code == 404
    assert client.post(f"{PAGE}/{2**70}/supprimer").status_code == 404
    assert LegalRate.select().count() == 2
    assert "Reçu de la BCE" in words(page(client, PAGE))


def test_the_ecb_is_not_asked_where_the_host_did_not_allow_it(client):
    shown = page(client, PAGE)
    assert "RELANCE_ECB_RATES" in words(shown) and not css(shown, 'form[action$="/bce"]')
    assert client.post(f"{PAGE}/bce").status_code == 404


def test_the_ecb_is_asked_by_a_button(client, allowed, clock, account, camille, sign_in):
    assert "Rien à demander" in words(page(client, PAGE))
    clock.move_to(SECOND)
    client = sign_in(camille)
    assert css(page(client, PAGE), 'form[action$="/bce"]')
    answer = client.post(f"{PAGE}/bce", follow_redirects=True)
    assert "Taux de la BCE du 1er semestre 2027 enregistré." in words(parse(answer))
    assert LegalRate.get().mro_bp == 265 and Event.get(Event.kind == "rate_fetched").account == account
    assert "Relance connaît déjà" in words(parse(client.post(f"{PAGE}/bce", follow_redirects=True)))
    assert len(allowed.asked) == 1


def test_a_failure_of_the_ecb_is_said_and_changes_nothing(app, clock, camille, sign_in):
    clock.move_to(SECOND)
    client = sign_in(camille)
    with serving("<html>", status=503) as server:
        app.config["RELANCE"] = dataclasses.replace(app.config["RELANCE"], fetches_ecb_rates=True, ecb_url=server.url)
        text = words(parse(client.post(f"{PAGE}/bce", follow_redirects=True)))
    assert "Le service de la BCE ne répond pas comme prévu. Rien n’a changé." in text
    assert LegalRate.select().count() == 0


def test_six_weeks_before_the_user_is_told_may_put_it_off_and_is_told_again_on_the_first_day(
    client, account, invoice, clock, camille, sign_in
):
    Account.update(rates_acknowledged="").execute()
    line = "Taux du 1er semestre 2027 à venir"
    assert line in words(page(client, "/tableau-de-bord"))
    for where in (PAGE, "/courriers"):
        assert "ne sont pas encore connus" in words(page(client, where))
    assert client.post(f"{PAGE}/vu").status_code == 303
    assert Account.get_by_id(account.id).rates_acknowledged == "2027-1"
    assert line not in words(page(client, "/tableau-de-bord"))
    assert "ne sont pas encore connus" not in words(page(client, PAGE))
    clock.move_to(dt.datetime(2027, 1, 1, 9, tzinfo=dt.UTC))
    client = sign_in(camille)
    shown = page(client, "/tableau-de-bord")
    assert "Taux du 1er semestre 2027 à saisir" in words(shown)
    assert css(shown, f'a[href^="{PAGE}?semestre=2027-1"]')
    assert not css(page(client, PAGE), 'form[action$="/vu"]'), "it cannot be put off any more"


def test_from_the_dashboard_one_stays_there(client, invoice):
    Account.update(rates_acknowledged="").execute()
    headers = {"HX-Request": "true", "HX-Target": "desk"}
    answer = client.post(f"{PAGE}/vu", data={"ligne": "1"}, headers=headers)
    assert answer.status_code == 200 and "semestre 2027" not in answer.text


def test_the_rate_of_a_client_is_kept_and_warned_of_under_three_times_the_legal_rate(client, latitude, account):
    shown = page(client, f"/clients/{latitude.id}?onglet=reglages")
    values = fields(next(form for form in css(shown, "form") if css(form, "#late_rate_bp")))
    target = f"/clients/{latitude.id}/reglages"
    assert client.post(target, data=values | {"late_rate_bp": "8,00"}).status_code == 303
    assert Client.get_by_id(latitude.id).late_rate_bp == 800
    assert Event.get(Event.kind == "client_changed").facts["changes"]["late_rate_bp"] == [None, 800]
    warned = words(page(client, f"/clients/{latitude.id}?onglet=reglages"))
    assert "8,00 % est sous le minimum légal entre professionnels : 8,25 % au 2e semestre 2026" in warned
    assert client.post(target, data=values | {"late_rate_bp": "12"}).status_code == 303
    assert "sous le minimum" not in words(page(client, f"/clients/{latitude.id}?onglet=reglages"))
    Account.update(late_rate_bp=500).execute()
    assert "5,00 % est sous le minimum légal" in words(page(client, "/reglages/penalites"))
    assert Account.get_by_id(account.id).late_rate_bp == 500, "warned of, never rewritten"


def test_a_new_invoice_follows_the_rate_of_its_client_unless_it_says_its_own(client, latitude):
    Account.update(late_rate_bp=1500).execute()
    Client.update(late_rate_bp=1300).where(Client.id == latitude.id).execute()
    (field,) = css(page(client, f"/factures/nouvelle?client={latitude.id}"), "#late_rate")
    assert not field.get("value")
    invoice = factories.make_invoice(latitude)
    assert "13,00 %" in words(page(client, f"/factures/{invoice.id}"))
