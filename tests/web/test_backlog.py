"""The backlog, through the pages: choose, see the dates and the texts, confirm; bad and stale choices are told."""

import datetime as dt

import pytest

from relance.models.chases import Entry
from relance.models.events import Event
from relance.services import chasing, enrolling, reentering, sweeping
from relance.services.carrying import Post
from tests import factories
from tests.factories import NOW, TODAY
from tests.making import enrol, make_sequence
from tests.services.sending import nine_on
from tests.web import reading
from tests.web.reading import css, fields, page, words

DAY = dt.timedelta(1)
PLACE = "/relances/reprise"


@pytest.fixture
def late(account, latitude, nadia, camille):
    """Two invoices of one client, 15 and 25 days late, and a sequence that begins on J+3."""
    rows = [factories.make_invoice(latitude, f"F-{days}", due_on=TODAY - days * DAY) for days in (15, 25)]
    sequence = make_sequence(account, (3, "rappel"), (10, "relance_1"), (20, "relance_2"), (30, "dernier_rappel"))
    enrol(sequence, latitude)
    return rows


def chosen(*rows, **starts):
    return {f"choix-{row.id}": start for row, start in zip(rows, starts.values(), strict=True)}


def check(browser, data, status=200):
    return reading.parse(browser.post(f"{PLACE}/verification", data=data), status)


def confirmation(node):
    return fields(css(node, 'form[action="/relances/reprise"]')[0])


def told():
    return [event.facts["start"] for event in Event.select().where(Event.kind == "entry_chosen").order_by(Event.id)]


@pytest.mark.requirement("S0.4", "S3.15")
def test_dates_and_texts_are_seen_before_anything_then_leave_as_shown(client, late, nadia, settings, smtp_server, bell):
    shown = page(client, PLACE)
    assert [words(one) for one in css(shown, "tbody .c-who .sub")] == ["F-25 · Ma séquence", "F-15 · Ma séquence"]
    options = [words(one) for one in css(shown, f'select[name="choix-{late[0].id}"] option')]
    assert options == [
        "Choisir plus tard",
        "Commencer en douceur : Rappel, dès le mardi 24 novembre",
        "Reprendre à l’étape de son âge : Relance 1, dès le mardi 24 novembre",
        "Attendre la prochaine étape : Relance 2, dès le lundi 30 novembre",
        "Laisser sans relance",
    ]
    verified = check(client, chosen(*late, first="join", second="gently"))
    subjects = [one.text_content() for one in css(verified, "details.text summary")]
    assert subjects and told() == [] and bell == []
    answer = client.post(PLACE, data=confirmation(verified))
    assert answer.status_code == 303 and sorted(told()) == ["gently", "join"] and bell == ["rung"]
    after = client.get(answer.headers["Location"])
    assert "2 factures reprises, premier e-mail le mardi 24 novembre." in words(reading.parse(after))
    for n in range(60):
        sweeping.sweep(nine_on(TODAY + n * DAY), Post.of(settings))
    left = smtp_server.to(nadia.email)
    assert [mail.subject for mail in left] == subjects
    days = [mail.message["Date"].datetime.date() for mail in left]
    assert len(days) == len(set(days))


def test_ticked_ones_have_the_choice_made_for_all_unless_they_have_their_own(client, late):
    data = {"facture": [row.id for row in late], "pour-toutes": "leave", f"choix-{late[0].id}": "next"}
    verified = check(client, data)
    assert "Sans relance : F-25." in words(verified)
    client.post(PLACE, data=confirmation(verified))
    assert told() == ["next"]
    assert chasing.chase_of(late[1]).ended_because == "switched_off"
    assert "Aucune facture n’attend votre choix" in words(page(client, PLACE))


def test_one_invoice_is_chosen_for_from_its_own_page(client, late):
    shown = page(client, f"/factures/{late[0].id}")
    [link] = list(css(shown, f'a[href^="{PLACE}"]'))
    assert "déjà 15 jours de retard" in words(shown)
    alone = page(client, link.get("href"))
    assert len(css(alone, "tbody tr")) == 1
    form = fields(css(alone, "form.panel")[0]) | {f"choix-{late[0].id}": "gently"}
    answer = client.post(PLACE, data=confirmation(check(client, form)))
    assert answer.headers["Location"] == f"/factures/{late[0].id}"
    shown = page(client, answer.headers["Location"])
    assert "Reprise choisie : commencer en douceur" in words(css(shown, "#history")[0])
    assert "déjà 15 jours" not in words(shown)


@pytest.mark.parametrize(
    ("start", "sentence"),
    [("", "au moins une facture"), ("tout-de-suite", "Choisissez dans la liste"), ("next", "n’enverrait rien")],
)
def test_a_bad_choice_is_refused_and_the_others_are_kept(client, account, late, latitude, start, sentence):
    old = factories.make_invoice(latitude, "F-90", due_on=TODAY - 90 * DAY)
    enrolling.on_new_invoice(old, now=NOW)
    data = {f"choix-{old.id}": start} | ({f"choix-{late[0].id}": "join"} if start else {})
    shown = check(client, data, 422)
    assert sentence in words(css(shown, ".error-summary")[0])
    if start:
        assert fields(css(shown, "form.panel")[0])[f"choix-{late[0].id}"] == "join"
    assert told() == []


def test_a_choice_made_in_another_window_is_told_and_nothing_is_lost(client, late, camille):
    verified = check(client, chosen(*late, first="join", second="gently"))
    reentering.choose(chasing.chase_of(late[1]), "join", by=camille, now=NOW)
    shown = reading.parse(client.post(PLACE, data=confirmation(verified)), 409)
    assert "n’attend plus votre choix" in words(css(shown, ".error-summary")[0])
    assert fields(css(shown, "form.panel")[0])[f"choix-{late[0].id}"] == "join"
    assert told() == ["join"] and Entry.get(Entry.chase == chasing.chase_of(late[0])).is_out


def test_dates_that_changed_overnight_are_shown_again_before_anything(client, late, clock):
    verified = check(client, chosen(late[0], first="join"))
    clock.move_to((NOW + DAY).replace(tzinfo=dt.UTC))
    shown = reading.parse(client.post(PLACE, data=confirmation(verified)), 409)
    assert "voici les nouvelles dates" in words(css(shown, ".notice")[0])
    assert told() == []
    assert client.post(PLACE, data=confirmation(shown)).status_code == 303
    assert told() == ["join"]


def test_an_invoice_of_another_account_is_not_found(stranger, late):
    data = chosen(late[0], first="join")
    assert stranger.get(f"{PLACE}?seule={late[0].id}").status_code == 404
    assert stranger.post(f"{PLACE}/verification", data=data).status_code == 404
    assert stranger.post(PLACE, data=data | {"empreinte": "x"}).status_code == 404
    assert "F-15" not in stranger.get(PLACE).text and told() == []


def test_an_invoice_that_waits_before_its_date_is_not_called_late(client, account, latitude, nadia):
    enrol(make_sequence(account, (3, "rappel"), (10, "relance_1")), latitude)
    soon = factories.make_invoice(latitude, "F-SOON", due_on=TODAY + 21 * DAY)
    enrolling.on_new_invoice(soon, now=NOW, waits=True)
    shown = page(client, PLACE)
    assert words(css(shown, "h1")[0]) == "Factures qui attendent votre choix"
    assert words(css(shown, "tbody .c-due .sub")[0]) == "à échoir"
    assert not css(shown, "tbody .late")
    options = [words(one) for one in css(shown, f'select[name="choix-{soon.id}"] option')]
    assert options == [
        "Choisir plus tard",
        "Attendre la prochaine étape : Rappel, dès le jeudi 17 décembre",
        "Laisser sans relance",
    ]
    alone = words(page(client, f"/factures/{soon.id}"))
    assert "attend que vous choisissiez quand commencer" in alone and "de retard" not in alone
    client.post(PLACE, data=confirmation(check(client, {f"choix-{soon.id}": "next"})))
    assert told() == ["next"]
    assert not Entry.get(Entry.chase == chasing.chase_of(soon)).is_out
