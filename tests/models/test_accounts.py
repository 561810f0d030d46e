"""What an account, a user and a heartbeat answer about themselves."""

import datetime as dt

import peewee
import pytest

from relance.models.accounts import Account, Heartbeat, SmtpServer, Throttle, User
from tests import factories


def test_clients_see_the_business_unless_another_name_was_chosen(account: Account) -> None:
    assert account.display_sender == "Atelier Roussel"
    account.sender_name = "Camille (Atelier Roussel)"
    assert account.display_sender == "Camille (Atelier Roussel)"


def test_a_user_without_a_name_is_called_by_the_address(camille: User) -> None:
    assert camille.full_name == "Camille Roussel"
    assert User(email="a@b.example", first_name="", last_name="").full_name == "a@b.example"


def test_an_address_opens_one_account_only(camille: User, account: Account, database: peewee.Database) -> None:
    with pytest.raises(peewee.IntegrityError), database.atomic():
        factories.make_user(account, camille.email)


def test_each_user_has_a_session_key_of_their_own(camille: User, basile: User) -> None:
    assert len(camille.session_key) >= 20
    assert camille.session_key != basile.session_key


def test_a_heartbeat_is_one_row_that_moves(database: peewee.Database, now: dt.datetime) -> None:
    Heartbeat.beat("worker", now)
    Heartbeat.beat("worker", now + dt.timedelta(minutes=1))
    assert [(row.name, row.seen_at) for row in Heartbeat.select()] == [("worker", now + dt.timedelta(minutes=1))]


def test_an_account_has_one_server_of_its_own(account: Account, database: peewee.Database, now: dt.datetime) -> None:
    values = {"account": account, "host": "smtp.example", "port": 587, "from_address": "a@b.example", "updated_at": now}
    SmtpServer.create(**values)
    with pytest.raises(peewee.IntegrityError), database.atomic():
        SmtpServer.create(**values)


def test_what_is_limited_is_counted_once_for_all_processes(database: peewee.Database, now: dt.datetime) -> None:
    Throttle.create(key="sign-in:1.2.3.4", window_started_at=now)
    with pytest.raises(peewee.IntegrityError), database.atomic():
        Throttle.create(key="sign-in:1.2.3.4", window_started_at=now)


def test_deleting_an_account_takes_its_people_with_it(camille: User, basile: User) -> None:
    camille.account.delete_instance()
    assert [user.email for user in User.select()] == [basile.email]
