import datetime as dt
from dataclasses import replace

from relance.models.accounts import Heartbeat


def test_home_leads_to_a_page_that_exists(client):
    assert client.get("/", follow_redirects=True).status_code == 200


def test_the_menu_of_a_phone_holds_the_whole_side_bar(client):
    page = client.get("/menu").text
    assert page.count('href="/reglages"') >= 2
    assert "Se déconnecter" in page


def test_the_shortcuts_are_a_page_and_a_dialog(client):
    page = client.get("/raccourcis").text
    dialog = client.get("/raccourcis", headers={"HX-Request": "true"}).text
    assert page.startswith("<!doctype html>")
    assert dialog.startswith("<dialog")
    assert "<kbd>g</kbd> <kbd>f</kbd>" in page
    assert "<kbd>g</kbd> <kbd>f</kbd>" in dialog


def test_a_history_restore_gets_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert client.get("/raccourcis", headers=headers).text.startswith("<!doctype html>")


def test_a_watcher_sees_the_database_the_queue_and_the_worker(anonymous, now):
    answer = anonymous.get("/healthz")
    assert answer.status_code == 200
    assert answer.json == {"database": "ok", "queue": "ok", "worker_seen": None}
    Heartbeat.beat("worker", now)
    assert anonymous.get("/healthz").json["worker_seen"] == "2026-11-23T08:00:00Z"


def test_a_queue_that_does_not_answer_is_503(anonymous, app, settings, data_dir):
    (data_dir / "not-a-database").write_bytes(b"x" * 4096)
    app.config["RELANCE"] = replace(settings, queue_url=f"sqlite:///{data_dir / 'not-a-database'}")
    answer = anonymous.get("/healthz")
    assert answer.status_code == 503
    assert answer.json["queue"] == "error"
    app.config["RELANCE"] = replace(settings, queue_url="redis://127.0.0.1:1/0")
    assert anonymous.get("/healthz").status_code == 503


def test_a_silent_worker_is_said_on_every_page(client, now):
    Heartbeat.beat("worker", now - dt.timedelta(minutes=14))
    assert "Les envois sont arrêtés" not in client.get("/menu").text
    Heartbeat.beat("worker", now - dt.timedelta(minutes=48))
    assert "Les envois sont arrêtés depuis 8\u00a0h\u00a012." in client.get("/menu").text


def test_the_banner_says_that_nothing_leaves_the_machine(client, app, settings):
    assert "Rien ne sort de cette machine" in client.get("/menu").text
    assert 'href="/boite-locale"' in client.get("/menu").text


def test_the_banner_is_gone_with_a_real_server(smtp_server, client):
    assert "Rien ne sort de cette machine" not in client.get("/menu").text


def test_the_page_names_who_is_signed_in(client, camille):
    page = client.get("/menu").text
    assert "Camille Roussel" in page
    assert "Atelier Roussel" in page
    assert ">CR<" in page
