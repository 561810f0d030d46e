from dataclasses import replace

import pytest
from flask import make_response

from relance.web import create_app, security
from relance.web.security import is_own_path, visitor_ip, visitor_place


def _policy(response):
    parts = (part.strip().partition(" ") for part in response.headers["Content-Security-Policy"].split(";"))
    return {name: values for name, _, values in parts}


@pytest.mark.parametrize("path", ["/menu", "/reglages/entreprise", "/nulle-part", "/healthz"])
def test_every_answer_forbids_what_a_page_does_not_need(client, path):
    headers = client.get(path).headers
    policy = _policy(client.get(path))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["style-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert headers["Cache-Control"] == "no-store"


def test_https_is_remembered_only_where_it_is_served(client, settings, app):
    assert "Strict-Transport-Security" not in client.get("/menu").headers
    app.config["RELANCE"] = replace(settings, base_url="https://relance.example")
    assert "max-age=31536000" in client.get("/menu").headers["Strict-Transport-Security"]


def test_cookies_are_secure_behind_https(settings, database):
    app = create_app(replace(settings, base_url="https://relance.example"))
    assert app.config["SESSION_COOKIE_SECURE"]
    assert not create_app(settings).config["SESSION_COOKIE_SECURE"]


def test_a_form_without_its_token_is_refused_in_french(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.post("/reglages/affichage", data={"theme": "dark", "language": "fr"})
    assert page.status_code == 400
    assert "rechargez-la" in page.text


def test_a_form_with_its_token_is_accepted(app, client):
    app.config["WTF_CSRF_ENABLED"] = True
    page = client.get("/reglages/alertes").text
    token = page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]
    assert client.post("/reglages/alertes", data={"csrf_token": token}).status_code == 303


def test_a_file_over_ten_megabytes_is_refused_with_its_size(client):
    content = b"x" * (security.MAX_UPLOAD_BYTES + 1_000_000)
    page = client.post("/reglages/entreprise", data=content, content_type="multipart/form-data; boundary=x")
    assert page.status_code == 413
    assert "Ce fichier pèse 11,5\u00a0Mo. Le maximum est de 10\u00a0Mo." in page.text


@pytest.mark.parametrize("path", ["/", "/menu", "/factures?q=a%20b", "/a?suite=//b"])
def test_a_path_of_ours_may_be_returned_to(path):
    assert is_own_path(path)


@pytest.mark.parametrize("target", ["", "menu", "//a", "/\\a", "https://a", "javascript:x", "/a\nb", "/a\\b", " /a"])
def test_anything_else_may_not(target):
    assert not is_own_path(target)


def test_a_proxy_on_this_machine_tells_the_visitors_address(app):
    with app.test_request_context(headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}):
        assert visitor_ip() == "198.51.100.7"
    with app.test_request_context(
        headers={"X-Forwarded-For": "203.0.113.9"}, environ_base={"REMOTE_ADDR": "198.51.100.7"}
    ):
        assert visitor_ip() == "198.51.100.7", "a stranger does not choose their address"


def test_what_is_no_address_is_not_one(app):
    with app.test_request_context(headers={"X-Forwarded-For": "x" * 5000}, environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert visitor_ip() == "127.0.0.1"


@pytest.mark.parametrize(
    ("address", "place"),
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("", "")],
)
def test_one_home_is_one_place(app, address, place):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert visitor_place() == place


@pytest.mark.parametrize("path", ["/factures?q=a%00b", "/clients?q=%00", "/connexion?suite=/%00"])
def test_no_address_carries_a_nul(client, path):
    assert client.get(path).status_code == 422


@pytest.mark.postgres
def test_no_field_carries_a_nul_to_postgresql(client, invoice):
    for path in (f"/factures/{invoice.id}/notes", f"/factures/{invoice.id}/paiements", "/clients/nouveau"):
        page = client.post(path, data={"note": "a\0b", "form_key": "\0", "name": "\0", "amount": "1"})
        assert page.status_code == 422
        assert "<h1>Demande incomplète</h1>" in page.text


def test_a_message_in_a_frame_may_run_nothing(app):
    with app.test_request_context():
        policy = security.sandboxed(make_response("")).headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "frame-ancestors 'self'" in policy


def test_a_file_may_be_framed_by_our_own_pages_only(app):
    with app.test_request_context():
        response = security.embeddable(make_response(""))
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("path", ["/modeles/a%00b", "/mot-de-passe/a%00b", "/telecharger/1-%00"])
def test_an_address_with_a_nul_is_not_found(client, path):
    assert client.get(path).status_code == 404
