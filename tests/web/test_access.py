import datetime as dt
import re
from dataclasses import replace

import pytest

from relance.models.accounts import Account, Throttle, User
from relance.models.events import Event
from relance.models.messages import Message
from relance.services import onboarding
from relance.web import create_app
from tests import factories

PHRASE = "trois pommes vertes"
NEW = {
    "business_name": "Studio Zoé",
    "first_name": "Zoé",
    "last_name": "Martin",
    "email": "zoe@studio.example",
    "password": PHRASE,
}


def _sign_in(browser, email, password=factories.PASSWORD, **query):
    return browser.post("/connexion", query_string=query, data={"email": email, "password": password})


def _reset_link():
    return re.search(r"/mot-de-passe/\S+", Message.get(Message.kind == "password_reset").body_text)[0]


@pytest.fixture
def open_app(app, settings):
    """The same instance, where anybody may ask for an account."""
    app.config["RELANCE"] = replace(settings, signup="open")
    return app


# Installation


def test_the_first_account_is_made_with_the_token_of_the_server_log(anonymous, data_dir):
    token = onboarding.installation_token(data_dir)
    page = anonymous.get("/installation", query_string={"jeton": token})
    assert page.status_code == 200
    assert "Base de données" in page.text
    answer = anonymous.post("/installation", query_string={"jeton": token}, data=NEW)
    assert (answer.status_code, answer.location) == (303, "/bienvenue")
    assert anonymous.get("/bienvenue").status_code == 200
    assert User.get().email == "zoe@studio.example"
    assert Event.get().kind == "account_created"


def test_the_installation_without_its_token_says_where_to_find_it(anonymous):
    for query in ({}, {"jeton": "faux"}):
        page = anonymous.get("/installation", query_string=query)
        assert page.status_code == 403
        assert "Copiez le lien affiché dans le journal du serveur" in page.text
        assert anonymous.post("/installation", query_string=query, data=NEW).status_code == 403
    assert Account.select().count() == 0


def test_the_installation_is_gone_once_an_account_exists(anonymous, camille, data_dir):
    token = onboarding.installation_token(data_dir)
    assert anonymous.get("/installation", query_string={"jeton": token}).status_code == 404
    assert anonymous.post("/installation", query_string={"jeton": token}, data=NEW).status_code == 404


def test_a_refused_installation_keeps_what_was_typed_but_the_password(anonymous, data_dir):
    token = onboarding.installation_token(data_dir)
    page = anonymous.post("/installation", query_string={"jeton": token}, data=NEW | {"password": "motdepasse123"})
    assert page.status_code == 422
    assert "trop courant" in page.text
    assert 'value="Studio Zoé"' in page.text
    assert "motdepasse123" not in page.text
    assert Account.select().count() == 0


def test_a_visitor_of_a_fresh_instance_is_sent_to_the_installation(anonymous):
    assert anonymous.get("/connexion").location == "/installation"


# Sign-in


@pytest.mark.parametrize("suite", ["/reglages/entreprise?x=1", "/menu"])
def test_signing_in_goes_where_the_visitor_was_going(anonymous, camille, suite):
    assert _sign_in(anonymous, camille.email, suite=suite).location == suite


@pytest.mark.parametrize(
    "suite",
    ["https://ailleurs.example", "//ailleurs.example", "/\\ailleurs.example", "javascript:alert(1)", "\\/a", "/\t/a"],
)
def test_signing_in_never_leads_to_another_site(anonymous, camille, suite):
    assert _sign_in(anonymous, camille.email, suite=suite).location == "/"


def test_a_page_asked_for_without_a_session_comes_back_after_sign_in(anonymous, camille):
    answer = anonymous.get("/reglages/entreprise?depuis=bienvenue")
    assert answer.status_code == 303
    assert answer.location == "/connexion?suite=/reglages/entreprise?depuis%3Dbienvenue"


@pytest.mark.parametrize(("email", "password"), [("camille@atelier-roussel.example", "faux"), ("x@y.example", "faux")])
def test_a_wrong_pair_gets_the_same_answer_whoever_it_is(anonymous, camille, email, password):
    page = _sign_in(anonymous, email, password)
    assert page.status_code == 422
    assert "Adresse ou mot de passe incorrect." in page.text
    assert f'value="{email}"' in page.text
    assert "faux" not in page.text


def test_ten_wrong_tries_lock_the_address_for_a_quarter_of_an_hour(anonymous, camille, clock, now):
    for _ in range(10):
        assert _sign_in(anonymous, camille.email, "faux").status_code == 422
    locked = _sign_in(anonymous, camille.email)
    assert locked.status_code == 429
    assert "Trop d’essais" in locked.text
    clock.move_to(now.replace(tzinfo=dt.UTC) + dt.timedelta(minutes=16))
    assert _sign_in(anonymous, camille.email).status_code == 303


def test_a_lock_on_one_address_or_from_one_place_leaves_the_others_alone(app, camille, basile):
    attacker = app.test_client()
    for _ in range(11):
        attacker.post(
            "/connexion",
            data={"email": camille.email, "password": "faux"},
            environ_base={"REMOTE_ADDR": "198.51.100.7"},
        )
    assert _sign_in(app.test_client(), camille.email).status_code == 303
    assert _sign_in(app.test_client(), basile.email).status_code == 303


def test_a_success_forgets_the_failures(anonymous, camille):
    _sign_in(anonymous, camille.email, "faux")
    _sign_in(anonymous, camille.email)
    assert not Throttle.select().where(Throttle.key.startswith("signin:"), Throttle.key.contains(":127")).exists() or (
        Throttle.select().where(Throttle.count > 2).count() == 0
    )


def test_the_table_of_attempts_keeps_no_address(anonymous, camille):
    _sign_in(anonymous, camille.email, "faux")
    assert not any(camille.email in row.key for row in Throttle.select())


def test_the_session_outlives_the_browser_only_when_asked(app, camille):
    plain = app.test_client()
    _sign_in(plain, camille.email)
    lasting = app.test_client()
    lasting.post("/connexion", data={"email": camille.email, "password": factories.PASSWORD, "remembers": "y"})
    assert plain.get_cookie("relance").expires is None
    assert lasting.get_cookie("relance").expires is not None


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(app, camille):
    header = _sign_in(app.test_client(), camille.email).headers["Set-Cookie"]
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header


def test_what_a_visitor_brought_does_not_survive_sign_in(anonymous, camille):
    with anonymous.session_transaction() as session:
        session["planted"] = "x"
    _sign_in(anonymous, camille.email)
    with anonymous.session_transaction() as session:
        assert "planted" not in session


def test_signing_out_closes_this_session(client):
    assert client.post("/deconnexion").status_code == 303
    assert client.get("/menu").location.startswith("/connexion")


def test_signing_out_is_never_a_link(client):
    assert client.get("/deconnexion").status_code == 405
    assert client.get("/menu").status_code == 200


def test_an_expired_session_sends_htmx_to_the_sign_in_page(anonymous):
    answer = anonymous.get("/raccourcis", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/connexion"
    assert answer.text == ""


# Forgotten password


def test_a_link_by_mail_changes_the_password_once_and_signs_in(app, camille, sign_in, bell):
    elsewhere = sign_in(camille)
    visitor = app.test_client()
    assert visitor.post("/mot-de-passe-oublie", data={"email": camille.email}).location == "/connexion"
    assert bell
    link = _reset_link()
    assert visitor.get(link).status_code == 200
    answer = visitor.post(link, data={"password": PHRASE})
    assert answer.status_code == 303
    assert visitor.get("/menu").status_code == 200
    assert elsewhere.get("/menu").status_code == 303, "every other session is closed"
    assert app.test_client().get(link).status_code == 410
    assert app.test_client().post(link, data={"password": "une autre phrase"}).status_code == 410
    assert _sign_in(app.test_client(), camille.email, PHRASE).status_code == 303
    kinds = [message.kind for message in Message.select().order_by(Message.id)]
    assert kinds == ["password_reset", "password_changed"]


def test_an_unknown_address_gets_the_same_answer_and_no_mail(app, camille):
    known = app.test_client().post("/mot-de-passe-oublie", data={"email": camille.email}, follow_redirects=True)
    unknown = app.test_client().post("/mot-de-passe-oublie", data={"email": "x@y.example"}, follow_redirects=True)
    assert "Si un compte existe à cette adresse" in known.text
    assert known.text == unknown.text
    assert Message.select().count() == 1


def test_the_fourth_link_in_a_quarter_of_an_hour_is_not_sent(anonymous, camille):
    answers = [anonymous.post("/mot-de-passe-oublie", data={"email": camille.email}) for _ in range(5)]
    assert {answer.status_code for answer in answers} == {303}
    assert Message.select().count() == 3


def test_a_link_that_expired_offers_another(anonymous, camille, clock, now):
    anonymous.post("/mot-de-passe-oublie", data={"email": camille.email})
    clock.move_to(now.replace(tzinfo=dt.UTC) + dt.timedelta(hours=1, seconds=1))
    page = anonymous.get(_reset_link())
    assert page.status_code == 410
    assert "Ce lien a expiré." in page.text
    assert "Recevoir un lien" in page.text


def test_a_weak_new_password_is_refused_and_the_link_lives_on(anonymous, camille):
    anonymous.post("/mot-de-passe-oublie", data={"email": camille.email})
    page = anonymous.post(_reset_link(), data={"password": "court"})
    assert page.status_code == 422
    assert "12 caractères" in page.text
    assert anonymous.post(_reset_link(), data={"password": PHRASE}).status_code == 303


# Sign-up


def test_sign_up_does_not_exist_unless_the_host_opened_it(anonymous, camille):
    for path in ("/inscription", "/inscription/envoyee", "/inscription/x"):
        assert anonymous.get(path).status_code == 404


def test_an_account_is_created_by_the_link_received(open_app, camille):
    visitor = open_app.test_client()
    assert visitor.post("/inscription", data=NEW).location == "/inscription/envoyee"
    assert User.select().count() == 1
    link = re.search(r"/inscription/\S+", Message.get().body_text)[0]
    assert visitor.get(link).status_code == 200
    assert User.select().count() == 1, "opening a link acts on nothing"
    assert visitor.post(link).location == "/bienvenue"
    assert visitor.get("/bienvenue").status_code == 200


def test_a_known_address_is_not_given_away(open_app, camille):
    known = open_app.test_client().post("/inscription", data=NEW | {"email": camille.email})
    unknown = open_app.test_client().post("/inscription", data=NEW)
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)


def test_the_mail_to_an_unconfirmed_address_says_nothing_that_was_typed(open_app, database):
    """Otherwise the form would carry anybody's advertisement to anybody, from the host's address."""
    advert = "Gagnez 500 EUR sur casino.example"
    open_app.test_client().post("/inscription", data=NEW | {"first_name": advert, "business_name": advert})
    sent = Message.get(Message.kind == "sign_up")
    assert "casino" not in sent.subject + sent.body_text + sent.body_html + sent.to_json


def test_one_address_receives_few_sign_up_mails_wherever_they_are_asked_from(open_app, database):
    for n in range(6):
        answer = open_app.test_client().post("/inscription", data=NEW, environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
        assert answer.location == "/inscription/envoyee"
    assert Message.select().where(Message.kind == "sign_up").count() == 3


def test_capitals_and_spaces_do_not_start_the_count_of_attempts_again(anonymous, camille):
    words = [camille.email, camille.email.upper(), f" {camille.email} ", camille.email.title()]
    answers = [anonymous.post("/connexion", data={"email": words[n % 4], "password": "x"}) for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]


def test_the_addresses_of_one_home_count_together(anonymous, camille):
    data = {"email": camille.email, "password": "x"}
    places = [f"2001:db8:1:2::{n}" for n in range(1, 12)]
    codes = [anonymous.post("/connexion", data=data, environ_base={"REMOTE_ADDR": ip}).status_code for ip in places]
    assert codes == [422] * 10 + [429]
    away = anonymous.post("/connexion", data=data, environ_base={"REMOTE_ADDR": "2001:db8:1:3::1"})
    assert away.status_code == 422


@pytest.mark.postgres
def test_the_longest_names_fit_where_both_are_kept_together(open_app, database):
    names = {"first_name": "x" * 101, "last_name": "y" * 255}
    assert open_app.test_client().post("/inscription", data=NEW | names).status_code == 422
    names = {"first_name": "x" * 100, "last_name": "y" * 100}
    visitor = open_app.test_client()
    visitor.post("/inscription", data=NEW | names)
    assert visitor.post(re.search(r"/inscription/\S+", Message.get().body_text)[0]).location == "/bienvenue"


def test_a_closed_instance_has_no_installation(settings, database, clock, data_dir):
    app = create_app(replace(settings, signup="closed"))
    token = onboarding.installation_token(data_dir)
    assert app.test_client().get("/installation", query_string={"jeton": token}).status_code == 404
