from relance.web import htmx


def test_after_a_change_a_browser_is_redirected_and_htmx_told_to_go(app):
    with app.test_request_context():
        assert htmx.go_to("/menu").status_code == 303
    with app.test_request_context(headers={"HX-Request": "true"}):
        assert htmx.go_to("/menu") == ("", 200, {"HX-Redirect": "/menu"})


def test_caches_are_told_that_page_and_fragment_differ(client):
    assert "HX-Request" in client.get("/menu").headers["Vary"]
