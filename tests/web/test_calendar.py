import datetime as dt

import pytest

from relance.models.accounts import Account, Closure
from relance.models.chases import Chase

GOOD = {
    "days": ["1", "2", "4"],
    "send_from_minute": "570",
    "send_until_minute": "1080",
    "skips_holidays": "y",
    "holiday_region": "alsace-moselle",
    "time_zone": "Indian/Reunion",
    "min_gap_days": "0",
    "min_amount": "15,50",
    "tolerance": "1",
}


def test_the_days_and_hours_are_saved_and_the_chases_looked_at_again(client, camille, invoice, now, bell):
    chase = Chase.create(
        account=camille.account,
        client=invoice.client,
        invoice=invoice,
        started_at=now,
        next_check_at=now + dt.timedelta(days=7),
    )
    assert client.post("/reglages/calendrier", data=GOOD).status_code == 303
    account = Account.get_by_id(camille.account_id)
    assert (account.send_days, account.send_from_minute, account.time_zone) == ("124", 570, "Indian/Reunion")
    assert (account.min_gap_days, account.is_grouping, account.holiday_region) == (0, False, "alsace-moselle")
    assert (account.min_amount_cents, account.tolerance_cents) == (1550, 100)
    assert Chase.get_by_id(chase.id).next_check_at == now
    assert bell


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"days": []}, "Choisissez au moins un jour d’envoi."),
        ({"days": ["8"]}, "option de la liste"),
        ({"send_until_minute": "570"}, "doit suivre l’heure d’envoi"),
        ({"min_gap_days": "31"}, "entre 0 et 30"),
        ({"min_gap_days": ""}, "entre 0 et 30"),
        ({"time_zone": "Mars/Olympus"}, "option de la liste"),
        ({"holiday_region": "atlantide"}, "option de la liste"),
        ({"min_amount": "beaucoup"}, "montant"),
        ({"min_amount": "99 999 999,00"}, "1\u00a0000\u00a0000,00"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(client, camille, change, sentence):
    page = client.post("/reglages/calendrier", data=GOOD | change)
    assert page.status_code == 422
    assert sentence in page.text
    assert Account.get_by_id(camille.account_id).send_days == "12345"


def test_a_closure_is_written_as_people_write_dates(client, camille):
    data = {"starts_on": "24/12", "ends_on": "2/1/2027", "label": "Noël"}
    page = client.post("/reglages/calendrier/fermetures", data=data, follow_redirects=True).text
    closure = Closure.get()
    assert (closure.starts_on, closure.ends_on) == (dt.date(2026, 12, 24), dt.date(2027, 1, 2))
    assert "Noël" in page
    assert 'datetime="2026-12-24"' in page
    client.post(f"/reglages/calendrier/fermetures/{closure.id}/supprimer")
    assert Closure.select().count() == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"starts_on": "31/02", "ends_on": "2/1/2027"}, "«\u00a031/02\u00a0» n’est pas une date"),
        ({"starts_on": "24/12/2026", "ends_on": "23/12/2026"}, "doit suivre le premier"),
        ({"starts_on": "24/12/2026", "ends_on": "24/12/2036"}, "un an au plus"),
        ({"starts_on": "", "ends_on": ""}, "Indiquez le premier jour."),
    ],
)
def test_a_closure_that_cannot_be_is_refused_and_kept(client, data, sentence):
    page = client.post("/reglages/calendrier/fermetures", data=data)
    assert page.status_code == 422
    assert sentence in page.text
    assert f'value="{data["starts_on"]}"' in page.text
    assert Closure.select().count() == 0


def test_a_closure_of_another_account_does_not_exist(client, basile, today):
    closure = Closure.create(account=basile.account, starts_on=today, ends_on=today)
    assert client.post(f"/reglages/calendrier/fermetures/{closure.id}/supprimer").status_code == 404
    assert Closure.select().count() == 1
