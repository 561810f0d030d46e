import datetime as dt
import re

import pytest

from relance import vault
from relance.models.accounts import Account, User
from relance.models.messages import Message
from relance.services import signing_up
from relance.services.onboarding import OnboardingError
from relance.services.signing_up import Wish

ZOE = Wish(business_name="Studio Zoé", first_name="Zoé", last_name="Martin", email="zoe@studio.example")
PHRASE = "trois pommes vertes"


def _ask(now, wish=ZOE, password=PHRASE):
    signing_up.ask(wish, password, now=now, base_url="https://relance.example", domain="relance.example")


def _token():
    return re.search(r"/inscription/(\S+)", Message.get(Message.kind == "sign_up").body_text)[1]


def test_nothing_is_created_before_the_address_is_confirmed(database, now):
    _ask(now)
    assert Account.select().count() == 0
    user = signing_up.confirm(_token(), now=now + dt.timedelta(hours=23))
    assert (user.email, user.account.business_name) == ("zoe@studio.example", "Studio Zoé")
    assert vault.is_password(PHRASE, user.password_hash)


def test_a_link_lives_one_day_and_serves_once(database, now):
    _ask(now)
    with pytest.raises(OnboardingError, match="expiré"):
        signing_up.confirm(_token(), now=now + dt.timedelta(hours=24))
    signing_up.confirm(_token(), now=now)
    with pytest.raises(OnboardingError, match="déjà créé"):
        signing_up.confirm(_token(), now=now)
    assert User.select().count() == 1


def test_a_known_address_gets_another_mail_and_no_account(camille, now):
    _ask(now, Wish("X", "Y", "Z", camille.email))
    message = Message.get()
    assert message.subject == "Vous avez déjà un compte"
    assert "/connexion" in message.body_text
    assert "/inscription" not in message.body_text
    assert Account.select().count() == 1


def test_a_made_up_link_is_refused(database, now):
    with pytest.raises(OnboardingError, match="plus valable"):
        signing_up.confirm("gAAAAABfake", now=now)


def test_a_weak_password_sends_nothing(database, now):
    with pytest.raises(OnboardingError):
        _ask(now, password="court")
    assert Message.select().count() == 0
