import pytest
from flask import abort

from relance.web.scope import public


@pytest.fixture
def broken(app):
    """An application with one page for each thing that can go wrong."""

    @public
    def fail(code):
        if code == 500:
            raise ZeroDivisionError("the secret of the house")
        abort(code)

    app.add_url_rule("/panne/<int:code>", "fail", fail, methods=["GET", "POST"])
    app.testing = False
    return app.test_client()


@pytest.mark.parametrize(
    ("code", "title"),
    [
        (400, "Demande refusée"),
        (403, "Accès refusé"),
        (404, "Page introuvable"),
        (409, "Cette page a changé"),
        (422, "Demande incomplète"),
        (429, "Trop de demandes"),
        (500, "Une erreur est survenue"),
        (503, "Maintenance en cours"),
    ],
)
def test_each_error_is_a_page_in_french(broken, code, title):
    page = broken.get(f"/panne/{code}")
    assert page.status_code == code
    assert f"<h1>{title}</h1>" in page.text
    assert page.text.startswith("<!doctype html>")


@pytest.mark.parametrize("code", [403, 404, 429, 500])
def test_htmx_gets_the_same_words_without_a_page(broken, code):
    answer = broken.get(f"/panne/{code}", headers={"HX-Request": "true"})
    assert answer.status_code == code
    assert answer.text.startswith('<div id="trouble"')


def test_an_incident_has_a_reference_that_the_log_knows_and_no_detail(broken, caplog):
    page = broken.get("/panne/500").text
    assert "secret of the house" not in page
    reference = page.partition('data-reference="')[2].partition('"')[0]
    assert len(reference) == 6
    assert reference in caplog.text
    assert reference in page.replace("data-reference", "")


def test_a_wrong_method_says_which_are_right(client):
    answer = client.get("/deconnexion")
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_an_unknown_address_is_404_signed_in_or_not(client, anonymous):
    assert client.get("/nulle-part").status_code == 404
    assert anonymous.get("/nulle-part").status_code == 404


def test_the_log_of_an_incident_names_its_route_and_never_the_secret_of_a_link(app, caplog, monkeypatch):
    def _broken(*_args, **_values):
        raise ZeroDivisionError

    monkeypatch.setattr("relance.services.onboarding.user_of_reset", _broken)
    app.testing = False
    assert app.test_client().get("/mot-de-passe/a-secret-token").status_code == 500
    assert "/mot-de-passe/<token>" in caplog.text
    assert "a-secret-token" not in caplog.text
