"""Letters and calls in « À traiter »: done or dropped from the dashboard."""

import pytest

from relance.models.events import Event
from relance.models.holds import Task
from tests import factories
from tests.web import reading
from tests.web.reading import css, fields, words

NOW, TODAY = factories.NOW, factories.TODAY


@pytest.fixture
def call(invoice):
    return Task.create(
        account=invoice.account_id,
        client=invoice.client_id,
        invoice=invoice,
        kind="call",
        due_on=TODAY,
        created_at=NOW,
        slot="1:1:1",
    )


@pytest.mark.requirement("S1.26")
def test_a_call_is_dropped_from_the_dashboard(client, call):
    page = reading.page(client, "/tableau-de-bord")
    [form] = [form for form in css(page, "#todo form") if words(form) == "Abandonner"]
    answer = client.post(form.get("action"), data=fields(form))
    assert answer.headers["Location"] == "/tableau-de-bord"
    assert Task.get_by_id(call.id).outcome == "dropped"
    assert Event.select().where(Event.kind == "task_dropped").exists()
    assert "Appel à passer" not in words(css(reading.page(client, "/tableau-de-bord"), "#todo")[0])


def test_done_by_hand_is_done_once(client, call):
    for notice in ("C’est noté.", "C’était déjà fait."):
        answer = client.post(f"/taches/{call.id}", data={"issue": "faite"})
        assert notice in words(reading.page(client, answer.headers["Location"]))
    assert Task.get_by_id(call.id).outcome == "done"


def test_another_outcome_and_another_person_are_refused(client, stranger, call):
    assert client.post(f"/taches/{call.id}", data={"issue": "x"}).status_code == 422
    assert stranger.post(f"/taches/{call.id}", data={"issue": "faite"}).status_code == 404
    assert Task.get_by_id(call.id).done_at is None
