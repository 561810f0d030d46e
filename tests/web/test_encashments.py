import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.events import Event
from relance.services import paying
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import fresh
from tests.web.test_disputes import text_of

WAITS = "Encaissement à déclarer sur votre plateforme"


@pytest.fixture
def cashed(account, invoice):
    account.reports_encashments = True
    account.save()
    paying.record(invoice, invoice.total_cents, TODAY, by=None, now=NOW - dt.timedelta(minutes=5))
    return invoice


def told():
    return [event.kind for event in Event.select().order_by(Event.id) if event.kind.startswith("encashment")]


def test_the_line_of_what_is_to_report_goes_once_answered_and_comes_back_when_taken_back(client, cashed):
    page = text_of(client.get("/tableau-de-bord")).replace("\u202f", " ")
    assert WAITS in page and cashed.number in page and "1 200,00 €" in page
    assert "Relance ne le déclare pas à votre place." in page
    answer = client.post(f"/factures/{cashed.id}/encaissement", data={"issue": "declare", "depuis": "tableau"})
    assert (answer.status_code, answer.location) == (303, "/tableau-de-bord")
    assert WAITS not in text_of(client.get("/tableau-de-bord"))
    assert "Encaissement noté comme déclaré" in text_of(client.get(f"/factures/{cashed.id}"))
    client.post(f"/factures/{cashed.id}/encaissement/annuler")
    assert told() == ["encashment_reported", "encashment_reopened"]
    assert WAITS in text_of(client.get("/tableau-de-bord"))
    assert WAITS in text_of(client.get(f"/factures/{cashed.id}"))


def test_it_may_be_answered_from_the_invoice_as_not_needed(client, cashed):
    answer = client.post(f"/factures/{cashed.id}/encaissement", data={"issue": "sans-objet"})
    assert answer.location == f"/factures/{cashed.id}"
    assert fresh(cashed).encashment_reported_at == NOW and told() == ["encashment_reported"]
    assert client.post(f"/factures/{cashed.id}/encaissement", data={"issue": "autre"}).status_code == 400


def test_somebody_else_answers_nothing(stranger, cashed):
    for end in ("", "/annuler"):
        answer = stranger.post(f"/factures/{cashed.id}/encaissement{end}", data={"issue": "declare"})
        assert answer.status_code == 404
    assert told() == []


def test_the_setting_is_off_until_asked_and_then_asks_about_what_comes(client, account, invoice):
    factories.make_payment(invoice, 1000, created_at=NOW - dt.timedelta(days=1))
    assert WAITS not in text_of(client.get("/tableau-de-bord"))
    assert "1er septembre 2027" in text_of(client.get("/reglages/alertes"))
    client.post("/reglages/alertes", data={"alerts_overdue": "y", "reports_encashments": "y"})
    assert Account.get_by_id(account.id).reports_encashments
    assert Event.select().where(Event.kind == "settings_changed").get().facts["fields"] == ["reports_encashments"]
    assert WAITS not in text_of(client.get("/tableau-de-bord"))
    paying.record(invoice, 2000, TODAY, by=None, now=NOW + dt.timedelta(minutes=1))
    assert WAITS in text_of(client.get("/tableau-de-bord"))
