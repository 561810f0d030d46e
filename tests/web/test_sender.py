import pytest

from relance.models.accounts import Account, SmtpServer
from relance.models.events import Event
from tests import servers

SERVER = {
    "from_address": "camille@atelier-roussel.example",
    "host": "smtp.fournisseur.example",
    "security": "ssl",
    "port": "465",
    "username": "camille@atelier-roussel.example",
    "password": "secret d'application",
}


def _local(server):
    return SERVER | {"host": "127.0.0.1", "port": str(server.port), "security": "none", "username": "", "password": ""}


@pytest.mark.requirement("S0.13")
def test_the_displayed_name_and_the_address_of_answers_are_saved(client, camille):
    client.post("/reglages/expediteur", data={"sender_name": "Camille R.", "reply_to": "Compta@Atelier.example"})
    account = Account.get_by_id(camille.account_id)
    assert (account.sender_name, account.reply_to) == ("Camille R.", "compta@atelier.example")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"sender_name": "Camille\r\nBcc: x@y.example", "reply_to": ""}, "une seule ligne"),
        ({"sender_name": "Camille", "reply_to": "a@b.example\r\nBcc: x@y.example"}, "une seule ligne"),
        ({"sender_name": "Camille", "reply_to": "a, b@c.example"}, "pas une adresse e-mail"),
    ],
)
def test_a_header_cannot_be_forged_by_a_name_or_an_address(client, camille, data, sentence):
    page = client.post("/reglages/expediteur", data=data)
    assert page.status_code == 422
    assert sentence in page.text
    assert Account.get_by_id(camille.account_id).sender_name == ""


@pytest.mark.parametrize(
    ("preset", "host"), [("gmail", "smtp.gmail.com"), ("ovh", "ssl0.ovh.net"), ("gandi", "mail.gandi.net")]
)
def test_a_provider_fills_the_server(client, preset, host):
    page = client.get(f"/reglages/expediteur?fournisseur={preset}").text
    assert f'value="{host}"' in page
    assert 'aria-current="true"' in page


def test_the_secret_is_never_shown_again(client):
    client.post("/reglages/expediteur/serveur", data=SERVER)
    page = client.get("/reglages/expediteur").text
    assert "secret d" not in page
    assert "ne s’affiche plus" in page
    assert "pas encore vérifié" in page
    assert SmtpServer.get().verified_at is None


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("host", "", "Indiquez le serveur d’envoi"),
        ("host", "smtp://a.example", "seulement le nom du serveur"),
        ("port", "70000", "entre 1 et 65535"),
        ("from_address", "nulle part", "pas une adresse e-mail"),
        ("password", "", "mot de passe d’application"),
    ],
)
def test_a_wrong_server_is_refused_and_what_was_typed_is_kept(client, field, value, sentence):
    page = client.post("/reglages/expediteur/serveur", data=SERVER | {field: value})
    assert page.status_code == 422
    assert sentence in page.text
    assert "secret d" not in page.text
    assert 'id="username"' in page.text
    assert SmtpServer.select().count() == 0


def test_testing_sends_one_mail_to_the_user_and_asks_whether_it_came(client, camille, smtp_server):
    client.post("/reglages/expediteur/serveur", data=_local(smtp_server))
    page = client.post("/reglages/expediteur/test", follow_redirects=True)
    assert f"E-mail envoyé à {camille.email}. L’avez-vous reçu\u00a0?" in page.text
    (mail,) = smtp_server.received
    assert mail.recipients == [camille.email]
    assert mail.message["Reply-To"] == camille.email
    assert SmtpServer.get().verified_at is not None
    done = client.post("/reglages/expediteur/recu", data={"answer": "yes"}, follow_redirects=True)
    assert "prête" in done.text
    assert "Oui, bien reçu" not in done.text
    assert Account.get_by_id(camille.account_id).has_received_test


def test_a_mail_that_did_not_come_gets_three_checks(client, camille, smtp_server):
    client.post("/reglages/expediteur/test")
    page = client.post("/reglages/expediteur/recu", data={"answer": "no"}, follow_redirects=True).text
    assert "Trois vérifications" in page
    assert "indésirables" in page
    assert not Account.get_by_id(camille.account_id).has_received_test


def test_a_server_that_cannot_be_reached_is_said_and_stays_unused(client, smtp_server):
    client.post("/reglages/expediteur/serveur", data=_local(smtp_server) | {"port": str(servers.free_port())})
    page = client.post("/reglages/expediteur/test", follow_redirects=True).text
    assert "127.0.0.1" in page
    assert 'data-s="late"' in page
    assert SmtpServer.get().verified_at is None


def test_a_change_of_server_must_be_tested_again(client, smtp_server):
    client.post("/reglages/expediteur/serveur", data=_local(smtp_server))
    client.post("/reglages/expediteur/test")
    client.post("/reglages/expediteur/serveur", data=_local(smtp_server) | {"from_address": "autre@a.example"})
    assert SmtpServer.get().verified_at is None


def test_the_own_server_can_be_left(client, smtp_server):
    client.post("/reglages/expediteur/serveur", data=_local(smtp_server))
    client.post("/reglages/expediteur/serveur/retirer")
    assert SmtpServer.select().count() == 0
    assert Event.select().where(Event.kind == "settings_changed").count() == 2


def test_tests_are_counted(client, smtp_server):
    answers = [client.post("/reglages/expediteur/test").status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]
    assert len(smtp_server.received) == 10
