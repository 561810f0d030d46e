"""One planned step, from the agenda and from its invoice: what a click does and what is said of it."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Skip
from relance.models.events import Event
from relance.models.holds import Hold, Reschedule
from relance.models.messages import Message
from relance.services import sweeping
from relance.services.carrying import Post
from tests import factories
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY
D = dt.date
HTMX = {"HX-Request": "true"}
FIRST, SECOND = D(2026, 11, 24), D(2026, 12, 1)


@pytest.fixture
def chased(latitude, nadia):
    """Due today: a rappel tomorrow, relance 1 on 1 December, dernier rappel on the 8th."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia)
    return invoice


@pytest.fixture
def other(account):
    """The same day, another client."""
    client = factories.make_client(account, "Les Blés d’Or")
    invoice = factories.make_invoice(client, "F-2026-0095", due_on=TODAY)
    switch_on(invoice, factories.make_contact(client, "Paul Henry"))
    return invoice


def kinds(invoice):
    return [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]


def lines(browser, path="/tableau-de-bord"):
    """(held, words) of each line of the agenda."""
    page = reading.page(browser, path)
    return [(line.get("class") == "held", words(css(line, ".a")[0])) for line in css(page, ".agenda ul li")]


def submit(browser, path, button, selector="form"):
    """Press the first button of that name in the page, as a browser without JavaScript does."""
    page = reading.page(browser, path)
    for form in css(page, selector):
        for found in css(form, "button"):
            if words(found).startswith(button):
                values = reading.fields(form)
                if found.get("name"):
                    values[found.get("name")] = found.get("value")
                return browser.post(form.get("action"), data=values)
    raise AssertionError(f"no « {button} » in {path}")


def said(browser, answer):
    """What the page says once the click is done."""
    assert answer.status_code == 303, answer.get_data(as_text=True)[:500]
    return words(css(reading.page(browser, answer.headers["Location"]), ".notice")[0])


@pytest.mark.requirement("S3.30")
@pytest.mark.parametrize("path", ["/tableau-de-bord", "/envois"])
def test_hold_and_release_a_line(client, chased, other, bell, path):
    answer = submit(client, path, "Retenir Latitude Conseil")
    assert "ne partira pas avant que vous le libériez" in said(client, answer)
    assert answer.headers["Location"] == path
    assert (True, "Latitude Conseil") in lines(client, path)
    assert (False, "Les Blés d’Or") in lines(client, path)
    assert "Retenue par vous" in words(css(reading.page(client, path), ".agenda .held")[0])
    assert kinds(chased)[-1] == "step_held"
    assert said(client, submit(client, path, "Libérer Latitude Conseil")) == "Envoi libéré."
    assert not Hold.select().exists()
    assert (False, "Latitude Conseil") in lines(client, path)
    assert kinds(chased)[-1] == "step_released"
    assert len(bell) == 2


def test_with_htmx_the_agenda_and_the_day_in_words_are_drawn_again(client, chased, other):
    data = {"etape": f"{chased.id}:0", "depuis": "tableau"}
    answer = client.post("/envois/retenir", data=data, headers=HTMX)
    page = reading.parse(answer)
    assert [line.get("class") for line in css(page, "#sends .agenda ul li")].count("held") == 1
    [button] = css(page, f"#retenir-{chased.id}-0")
    assert words(button) == "Libérer Latitude Conseil"
    assert css(page, "[data-focus]") == [button]
    text = answer.get_data(as_text=True)
    assert "Prochain envoi demain" in words(page)
    assert 'hx-target="#day"' in text
    assert 'id="annonces"' in text
    answer = client.post("/envois/liberer", data={"etape": f"{chased.id}:0", "depuis": "a-venir"}, headers=HTMX)
    assert css(reading.parse(answer), "#agenda .agenda")


def test_a_whole_day_is_held_and_released(client, chased, other):
    answer = submit(client, "/envois", "Retenir tout le mardi 24 novembre", "form.whole")
    assert said(client, answer) == "2 envois retenus mardi 24 novembre."
    assert Hold.select().count() == 2
    held = lines(client, "/envois?vue=retenus")
    assert [is_held for is_held, _ in held] == [True, True]
    assert said(client, submit(client, "/envois?vue=retenus", "Tout libérer")) == "2 envois libérés."
    assert "Rien n’est retenu" in words(reading.page(client, "/envois?vue=retenus"))


def test_the_reason_is_written_down_and_shown(client, chased, other):
    submit(client, "/envois", "Retenir Latitude Conseil")
    page = reading.page(client, "/envois?vue=retenus")
    [form] = [form for form in css(page, ".agenda form") if css(form, "[name=motif]")]
    values = reading.fields(form) | {"motif": "<b>congés</b>"}
    assert said(client, client.post(form.get("action"), data=values)) == "Motif enregistré."
    assert Hold.get().because == "<b>congés</b>"
    assert "Retenue : <b>congés</b>" in words(css(reading.page(client, "/envois"), ".agenda .held")[0])


@pytest.mark.parametrize("data", [{}, {"etape": "x"}, {"etape": "1:x"}, {"etape": "1:99999999999999"}])
def test_what_is_no_step_is_refused(client, chased, data):
    assert client.post("/envois/retenir", data=data).status_code in (404, 422)


@pytest.mark.parametrize("day", ["", "demain", "2026-11-22", "2027-11-24"])
def test_what_is_no_day_to_come_is_refused(client, chased, day):
    assert client.post("/envois/retenir-jour", data={"jour": day}).status_code == 422


def test_a_stranger_holds_and_releases_nothing(client, chased, stranger):
    submit(client, "/envois", "Retenir Latitude Conseil")
    for path in ("/envois/retenir", "/envois/liberer"):
        assert stranger.post(path, data={"etape": f"{chased.id}:0"}).status_code == 404
    assert Hold.select().count() == 1
    assert "Latitude" not in words(reading.page(stranger, "/envois?vue=retenus"))


def test_a_step_already_gone_says_so(client, chased):
    data = {"etape": f"{chased.id}:7", "depuis": "tableau"}
    assert "ne fait plus partie du calendrier" in said(client, client.post("/envois/retenir", data=data))
    assert not Hold.select().exists()


def test_the_agenda_is_read_by_client_and_by_level(client, chased, other, latitude):
    assert {name for _, name in lines(client, f"/envois?client={latitude.id}")} == {"Latitude Conseil"}
    text = words(css(reading.page(client, "/envois?niveau=4"), "#agenda")[0])
    assert "Dernier rappel" in text
    assert "Rappel (J+1)" not in text
    page = reading.page(client, f"/envois?client={latitude.id}&niveau=1")
    assert len(css(page, ".agenda ul li")) == 1
    answer = submit(client, f"/envois?client={latitude.id}&niveau=1", "Retenir Latitude")
    assert answer.headers["Location"] == f"/envois?client={latitude.id}&niveau=1"


def steps(browser, invoice, path="/factures/{}"):
    """(words, labels of what can be done) of the steps to come, the nearest last as in the history."""
    page = reading.page(browser, path.format(invoice.id))
    return [
        (words(css(line, ".h p")[0]), [words(one) for one in css(line, ".step-actions .btn")])
        for line in css(page, ".history li")
        if css(line, ".step-actions")
    ]


def test_the_history_shows_each_step_to_come_with_what_can_be_done(client, chased):
    *_, second, first = steps(client, chased)
    assert first == (
        "Rappel, mardi 24 novembre à 9 h, pour Nadia Benali",
        ["Aperçu", "Avancer à aujourd’hui", "Retenir", "Passer cette étape", "Changer la date"],
    )
    assert "Avancer à aujourd’hui" not in second[1]


def test_on_a_closed_day_a_step_is_brought_to_the_next_day_of_sending(chased, camille, sign_in, clock):
    clock.move_to(dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC))
    *_, first = steps(sign_in(camille), chased)
    assert "Avancer au lundi 23 novembre" in first[1]


def test_a_step_of_the_next_day_of_sending_cannot_be_brought_forward(chased, camille, sign_in, clock):
    clock.move_to(dt.datetime(2026, 11, 23, 19, tzinfo=dt.UTC))
    *_, first = steps(sign_in(camille), chased)
    assert first[1] == ["Aperçu", "Retenir", "Passer cette étape", "Changer la date"]


@pytest.mark.requirement("S1.11")
def test_the_preview_is_the_text_that_leaves(client, chased, clock, settings, smtp_server):
    path = f"/factures/{chased.id}/relances/etape?etape=0"
    page = reading.page(client, path)
    shown = " ".join(words(css(page, ".mail-text")[0]).split())
    clock.move_to(dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC))
    sweeping.sweep(dt.datetime(2026, 11, 24, 8), Post.of(settings))
    [row] = Message.select().where(Message.kind == "reminder")
    assert " ".join(row.body_text.replace("\u00a0", " ").split()) == shown
    assert client.get(path).status_code == 303


@pytest.mark.parametrize(
    ("action", "notice", "event", "row"),
    [
        ("Passer cette étape", "Étape passée", "step_skipped", Skip),
        ("Avancer à aujourd’hui", "Elle part dans quelques instants", "step_moved", Reschedule),
        ("Retenir", "ne partira pas", "step_held", Hold),
    ],
)
def test_each_action_of_the_history_does_what_it_says(client, chased, bell, action, notice, event, row):
    page = reading.page(client, f"/factures/{chased.id}")
    form = css(page, ".step-actions")[-1]
    [button] = [one for one in css(form, "button") if words(one) == action]
    answer = client.post(form.get("action"), data=reading.fields(form) | {"action": button.get("value")})
    assert notice in said(client, answer)
    assert kinds(chased)[-1] == event
    assert row.select().exists()
    assert bell


def test_a_skip_is_taken_back_from_the_history(client, chased):
    path = f"/factures/{chased.id}/relances/etape"
    client.post(path, data={"etape": 0, "action": "passer"})
    assert steps(client, chased)[-1][1] == ["Rétablir"]
    assert "Elle part mardi 24 novembre à 9 h" in said(
        client, client.post(path, data={"etape": 0, "action": "retablir"})
    )
    assert not Skip.select().exists()


def test_the_date_of_a_step_is_changed_in_a_dialog_that_is_a_page(client, chased):
    path = f"/factures/{chased.id}/relances/date"
    page = reading.page(client, f"{path}?etape=0")
    assert words(css(page, "h1")[0]) == "Changer la date"
    form = css(page, "form.panel")[0]
    values = reading.fields(form)
    assert values["day"] == "24/11/2026"
    dialog = reading.parse(client.get(f"{path}?etape=0", headers=HTMX))
    assert dialog.tag == "dialog" or css(dialog, "dialog")
    answer = client.post(path, data=values | {"day": "28/11/2026"})
    assert "Elle part lundi 30 novembre à 9 h" in said(client, answer)
    assert Reschedule.get().planned_on == D(2026, 11, 28)
    first = steps(client, chased)[-1]
    assert first[0].startswith("Rappel, lundi 30 novembre")
    assert "Revenir à la date prévue" in first[1]


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("", "Indiquez"),
        ("31/02/2026", ""),
        ("22/11/2026", "à partir d’aujourd’hui"),
        ("01/12/2026", "relance suivante"),
    ],
)
def test_a_date_that_does_not_fit_is_refused_at_its_field(client, chased, day, sentence):
    answer = client.post(f"/factures/{chased.id}/relances/date", data={"etape": 0, "day": day})
    page = reading.parse(answer, 422)
    assert sentence in words(css(page, "#champ-day .error")[0])
    assert css(page, "#day")[0].get("value") == day
    assert not Reschedule.select().exists()


def test_the_settings_of_the_invoice_list_all_its_steps(client, chased):
    found = steps(client, chased, "/factures/{}/relances")
    assert [text.split(",")[0] for text, _ in found] == ["Rappel", "Relance 1", "Dernier rappel"]
    data = {"etape": 1, "action": "passer", "retour": "relances"}
    answer = client.post(f"/factures/{chased.id}/relances/etape", data=data)
    assert answer.headers["Location"] == f"/factures/{chased.id}/relances"


@pytest.mark.parametrize("action", ["", "supprimer"])
def test_an_unknown_action_is_refused(client, chased, action):
    answer = client.post(f"/factures/{chased.id}/relances/etape", data={"etape": 0, "action": action})
    assert answer.status_code == 422


def test_a_step_that_cannot_be_changed_says_why(client, chased, camille):
    answer = client.post(f"/factures/{chased.id}/relances/etape", data={"etape": 9, "action": "passer"})
    assert "déjà partie" in said(client, answer)
    for path in ("date", "etape"):
        assert "plus prévue" in said(client, client.get(f"/factures/{chased.id}/relances/{path}?etape=9"))


def test_a_step_that_will_ask_says_so(client, chased, account):
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    assert "Attendra votre accord" in words(css(reading.page(client, "/envois"), "#agenda")[0])
    assert "un e-mail attendra votre accord" in words(css(reading.page(client, "/tableau-de-bord"), "#day")[0])
    page = reading.page(client, f"/factures/{chased.id}")
    assert "attendra votre accord" in words(css(page, "#history")[0])


@pytest.mark.requirement("S3.30", "S3.32")
def test_held_released_skipped_and_moved_by_clicks_the_clock_does_what_was_decided(
    client, chased, clock, settings, smtp_server
):
    def left_on(day, hour=8):
        at = dt.datetime.combine(day, dt.time(hour))
        clock.move_to(at.replace(tzinfo=dt.UTC))
        before = len(smtp_server.to("compta@latitude-conseil.example"))
        sweeping.sweep(at, Post.of(settings))
        return len(smtp_server.to("compta@latitude-conseil.example")) - before

    path = f"/factures/{chased.id}/relances/etape"
    client.post(path, data={"etape": 0, "action": "retenir", "motif": "il paie demain"})
    assert left_on(FIRST) == 0
    client.post(path, data={"etape": 0, "action": "liberer"})
    assert left_on(FIRST, 9) == 1
    client.post(path, data={"etape": 1, "action": "passer"})
    assert left_on(SECOND) == 0
    client.post(f"/factures/{chased.id}/relances/date", data={"etape": 2, "day": "10/12/2026"})
    assert left_on(D(2026, 12, 8)) == 0
    assert left_on(D(2026, 12, 10)) == 1
    assert [kind for kind in kinds(chased) if kind.startswith(("step_", "reminder_sent"))] == [
        "step_held",
        "step_released",
        "reminder_sent",
        "step_skipped",
        "step_moved",
        "reminder_sent",
    ]


@pytest.mark.parametrize("path", ["/envois/retenir", "/envois/liberer"])
def test_a_form_of_ten_thousand_steps_is_refused(client, chased, path):
    """Each takes the client's turn: all together would hold SQLite's only lock for a minute."""
    steps = [f"{chased.id}:{step}" for step in range(10_000)]
    assert client.post(path, data={"etape": steps}).status_code == 422
    assert client.post(path, data={"etape": steps[:1] * 10_000}).status_code == 303
