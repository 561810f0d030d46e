import datetime as dt

import pytest

from relance.models.accounts import Account, Closure, User
from relance.models.chases import Chase
from relance.models.events import Event
from relance.services import configuring


@pytest.fixture
def chase(camille, invoice, now):
    return Chase.create(
        account=invoice.account,
        client=invoice.client,
        invoice=invoice,
        started_at=now,
        next_check_at=now + dt.timedelta(days=7),
    )


def _next_check(chase):
    return Chase.get_by_id(chase.id).next_check_at


def test_only_what_changed_is_saved_and_written_down(camille, now):
    account = camille.account
    values = {"business_name": "Atelier Camille", "siret": account.siret}
    assert configuring.save(account, "entreprise", values, by=camille, now=now) == ["business_name"]
    assert Account.get_by_id(account.id).business_name == "Atelier Camille"
    event = Event.get()
    assert (event.kind, event.user) == ("settings_changed", camille)
    assert event.facts == {"page": "entreprise", "fields": ["business_name"]}


def test_saving_the_same_again_writes_nothing(camille, now):
    values = {"siret": camille.account.siret}
    assert configuring.save(camille.account, "entreprise", values, by=camille, now=now) == []
    assert Event.select().count() == 0


@pytest.mark.parametrize(
    ("name", "value"), [("send_days", "1234"), ("min_gap_days", 9), ("time_zone", "Indian/Reunion")]
)
def test_a_change_of_the_days_looks_again_at_every_chase(camille, chase, now, name, value):
    configuring.save(camille.account, "calendrier", {name: value}, by=camille, now=now)
    assert _next_check(chase) == now


def test_a_change_of_name_leaves_the_chases_alone(camille, chase, now):
    configuring.save(camille.account, "entreprise", {"business_name": "B"}, by=camille, now=now)
    assert _next_check(chase) == now + dt.timedelta(days=7)


def test_a_person_keeps_their_own_display(camille, now):
    assert configuring.save_user(camille, "affichage", {"theme": "dark", "language": "fr"}, now=now) == ["theme"]
    assert User.get_by_id(camille.id).theme == "dark"


def test_a_replaced_iban_is_told_with_both_masked(camille, now):
    account = camille.account
    pair = configuring.save_bank(account, holder="", iban="DE89370400440532013000", bic="", by=camille, now=now)
    assert pair == ("FR76 … 0189", "DE89 … 3000")
    assert Account.get_by_id(account.id).iban == "DE89370400440532013000"
    assert Event.get(Event.kind == "iban_changed").facts == {"old": "FR76 … 0189", "new": "DE89 … 3000"}


def test_a_first_iban_or_the_same_one_warns_nobody(camille, now):
    account = camille.account
    assert configuring.save_bank(account, holder="C", iban=account.iban, bic="", by=camille, now=now) is None
    account.iban = ""
    account.save()
    first = configuring.save_bank(account, holder="C", iban="DE89370400440532013000", bic="", by=camille, now=now)
    assert first is None
    assert Event.select().where(Event.kind == "iban_changed").count() == 1


def test_a_closure_is_added_and_deleted_and_the_chases_follow(camille, chase, now, today):
    closure = configuring.add_closure(
        camille.account, starts_on=today, ends_on=today, label="Noël", by=camille, now=now
    )
    assert _next_check(chase) == now
    assert configuring.delete_closure(camille.account, closure.id, by=camille, now=now)
    assert Closure.select().count() == 0
    assert [event.kind for event in Event.select()] == ["settings_changed", "settings_changed"]


def test_nobody_deletes_the_closure_of_another_account(camille, basile, now, today):
    closure = Closure.create(account=basile.account, starts_on=today, ends_on=today)
    assert not configuring.delete_closure(camille.account, closure.id, by=camille, now=now)
    assert Closure.select().count() == 1
