import datetime as dt
import stat

import pytest

from relance import vault
from relance.models.accounts import Account, PasswordReset, User
from relance.models.events import Event
from relance.services import onboarding
from relance.services.onboarding import OnboardingError
from tests import factories

PHRASE = "trois pommes vertes"


def _kinds():
    return [event.kind for event in Event.select().order_by(Event.id)]


def test_the_installation_token_is_made_once_and_only_its_owner_may_read_it(data_dir):
    token = onboarding.installation_token(data_dir)
    assert onboarding.installation_token(data_dir) == token
    assert len(token) >= 32
    assert stat.S_IMODE((data_dir / "installation_token").stat().st_mode) == 0o600
    assert onboarding.is_installation_token(data_dir, token)
    assert not onboarding.is_installation_token(data_dir, "")
    assert not onboarding.is_installation_token(data_dir, "é" * 32)


def test_an_account_is_created_with_its_user_and_its_event(database, now):
    user = onboarding.create_account(
        business_name="Atelier Roussel",
        email=" Camille@Atelier.EXAMPLE ",
        password=PHRASE,
        now=now,
        first_name="Camille",
        last_name="Roussel",
    )
    assert user.email == "camille@atelier.example"
    assert user.account.business_name == "Atelier Roussel"
    assert user.account.owner_name == "Camille Roussel"
    assert vault.is_password(PHRASE, user.password_hash)
    assert _kinds() == ["account_created"]


def test_the_first_installation_refuses_a_second_account(camille, now):
    with pytest.raises(OnboardingError, match="déjà un compte"):
        onboarding.create_account(business_name="B", email="b@b.example", password=PHRASE, now=now, only_first=True)
    assert Account.select().count() == 1


def test_an_address_has_one_account(camille, now):
    with pytest.raises(OnboardingError, match="déjà un compte") as error:
        onboarding.create_account(business_name="B", email=camille.email.upper(), password=PHRASE, now=now)
    assert error.value.field == "email"
    assert Account.select().count() == 1


def test_a_short_password_creates_nothing(database, now):
    with pytest.raises(OnboardingError, match="12 caractères"):
        onboarding.create_account(business_name="B", email="b@b.example", password="court", now=now)
    assert Account.select().count() == 0
    assert _kinds() == []


def test_the_right_password_signs_in_and_is_written_down(camille, now):
    found = onboarding.check_sign_in(camille.email.upper(), factories.PASSWORD, now=now, ip="192.0.2.1")
    assert found == camille
    assert User.get_by_id(camille.id).last_seen_at == now
    assert Event.get(Event.kind == "signed_in").facts == {"ip": "192.0.2.1"}


def test_a_wrong_password_is_written_down(camille, now):
    assert onboarding.check_sign_in(camille.email, "un autre mot de passe", now=now) is None
    assert _kinds() == ["sign_in_failed"]


def test_an_unknown_address_costs_a_comparison_like_a_known_one(camille, now, monkeypatch):
    compared = []

    def spy(password, password_hash):
        compared.append(password_hash)
        return False

    monkeypatch.setattr(vault, "is_password", spy)
    onboarding.check_sign_in("personne@nulle-part.example", "x", now=now)
    onboarding.check_sign_in(camille.email, "x", now=now)
    assert len(compared) == 2
    assert compared[0].startswith("scrypt:")


def test_a_new_password_closes_every_session(camille, now):
    before = camille.session_key
    onboarding.change_password(camille, PHRASE, now=now)
    stored = User.get_by_id(camille.id)
    assert stored.session_key != before
    assert vault.is_password(PHRASE, stored.password_hash)
    assert _kinds() == ["password_changed"]


def test_a_refused_password_changes_nothing(camille, now):
    with pytest.raises(OnboardingError, match="trop courant"):
        onboarding.change_password(camille, "motdepasse1234", now=now)
    assert User.get_by_id(camille.id).session_key == camille.session_key
    assert _kinds() == []


def test_a_reset_link_is_stored_as_a_hash_and_serves_once(camille, now):
    user, token = onboarding.ask_reset(camille.email, now=now)
    assert user == camille
    assert token not in PasswordReset.get().token_hash
    assert onboarding.user_of_reset(token, now=now) == camille
    assert onboarding.use_reset(token, PHRASE, now=now) == camille
    assert onboarding.use_reset(token, "une autre phrase longue", now=now) is None
    assert vault.is_password(PHRASE, User.get_by_id(camille.id).password_hash)
    assert _kinds() == ["password_reset_asked", "password_changed"]


def test_a_reset_link_lives_one_hour(camille, now):
    _, token = onboarding.ask_reset(camille.email, now=now)
    assert onboarding.user_of_reset(token, now=now + dt.timedelta(minutes=59)) == camille
    assert onboarding.user_of_reset(token, now=now + dt.timedelta(minutes=60)) is None
    assert onboarding.use_reset(token, PHRASE, now=now + dt.timedelta(minutes=60)) is None


def test_asking_again_kills_the_link_before(camille, now):
    _, first = onboarding.ask_reset(camille.email, now=now)
    _, second = onboarding.ask_reset(camille.email, now=now)
    assert onboarding.user_of_reset(first, now=now) is None
    assert onboarding.user_of_reset(second, now=now) == camille


def test_changing_the_password_kills_the_pending_links(camille, now):
    _, token = onboarding.ask_reset(camille.email, now=now)
    onboarding.change_password(camille, PHRASE, now=now)
    assert onboarding.user_of_reset(token, now=now) is None


def test_a_refused_password_keeps_the_link_alive(camille, now):
    _, token = onboarding.ask_reset(camille.email, now=now)
    with pytest.raises(OnboardingError):
        onboarding.use_reset(token, "court", now=now)
    assert onboarding.user_of_reset(token, now=now) == camille


def test_nobody_is_asked_for_an_unknown_address(database, now):
    assert onboarding.ask_reset("personne@nulle-part.example", now=now) is None
    assert _kinds() == []
