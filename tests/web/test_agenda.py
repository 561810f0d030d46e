"""What leaves, in words and by day."""

import datetime as dt

import pytest

from relance.models.accounts import Account
from relance.models.chases import Chase
from relance.models.messages import Message
from relance.services import pausing, sending_by_hand, stepping, writing
from tests import factories
from tests.making import make_sequence, switch_on
from tests.web import reading
from tests.web.reading import css, words

NOW, TODAY = factories.NOW, factories.TODAY


DAY = dt.timedelta(1)


def page(browser, path="/tableau-de-bord"):
    return reading.page(browser, path)


def lede(browser):
    return words(css(page(browser), ".page-head .lede")[0])


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (dt.datetime(2026, 11, 22, 9), "Rien ne part le week-end : deux e-mails sont prêts pour demain, 9 h."),
        (dt.datetime(2026, 11, 20, 18), "Prochain envoi lundi 23 novembre à 9 h : deux e-mails sont prêts."),
        (dt.datetime(2026, 11, 23, 6), "Deux e-mails partent aujourd’hui à 9 h."),
        (dt.datetime(2026, 11, 23, 9), "Deux e-mails partent dans quelques instants."),
        (dt.datetime(2026, 11, 16, 9), "Aucun envoi prévu cette semaine."),
    ],
)
def test_the_sentence_says_what_leaves_next(account, latitude, nadia, camille, sign_in, clock, at, sentence):
    other = factories.make_client(account, "Les Blés d’Or")
    clock.move_to(at.replace(tzinfo=dt.UTC))
    for debtor, contact in ((latitude, nadia), (other, factories.make_contact(other, "Paul Henry"))):
        switch_on(factories.make_invoice(debtor, due_on=dt.date(2026, 11, 23)), contact, frequency="once", now=at)
    assert lede(sign_in(camille)).split(". ", 1)[1] == sentence


def test_the_sentence_says_what_has_left_and_that_sending_is_suspended(client, invoice, nadia, account):
    row = switch_on(invoice, nadia, start="gently")
    message = sending_by_hand.send(
        invoice, writing.first_draft(invoice, TODAY), key="k", by=None, now=NOW, domain="relance.example"
    )
    Message.update(state="sent", kind="reminder", sent_at=NOW + dt.timedelta(minutes=2)).where(
        Message.id == message.id
    ).execute()
    Chase.update(ended_at=NOW, ended_because="switched_off", next_check_at=None).where(Chase.id == row.id).execute()
    assert lede(client).endswith("L’e-mail du jour est parti à 9 h 02.")
    Account.update(suspended_at=NOW).where(Account.id == account.id).execute()
    assert lede(client).endswith("Les envois sont suspendus.")


def test_the_week_to_come_is_shown_by_day_with_hour_template_offset_and_reason(client, latitude, nadia, account):
    other = factories.make_client(account, "Les Blés d’Or")
    paul = factories.make_contact(other, "Paul Henry")
    switch_on(factories.make_invoice(latitude, due_on=TODAY - DAY, total_cents=132_000), nadia)
    switch_on(factories.make_invoice(other, due_on=TODAY + 3 * DAY, total_cents=78_000), paul, frequency="once")
    days = css(page(client), "#sends .agenda > li")
    assert [words(css(day, ".day")[0]) for day in days] == [
        "Aujourd’hui, lundi 23 novembre9 h",
        "Jeudi 26 novembre9 h",
    ]
    assert words(css(days[0], "ul li")[0]) == "Latitude ConseilRappel (J+1), 1 320,00 € Retenir Latitude Conseil"
    assert words(css(days[1], "ul li")[0]) == "Les Blés d’OrRelance à l’échéance (J), 780,00 € Retenir Les Blés d’Or"


def test_an_advance_that_the_gap_undid_gives_the_gap_as_its_reason(client, latitude, nadia, account, clock):
    """J−3 is Sunday 29 November, advanced to Friday 27: an e-mail of the 25th keeps it until the 30th."""
    early = make_sequence(account, (-3, "prerelance"))
    factories.make_message(latitude, day_on=TODAY + 2 * DAY, sent_at=NOW + 2 * DAY)
    clock.move_to((NOW + 3 * DAY).replace(tzinfo=dt.UTC))
    switch_on(
        factories.make_invoice(latitude, due_on=dt.date(2026, 12, 2)),
        nadia,
        now=NOW + 3 * DAY,
        frequency="sequence",
        sequence_id=early.id,
    )
    coming = css(page(client, "/envois"), ".agenda > li")
    assert words(css(coming[0], ".day strong")[0]) == "Lundi 30 novembre"
    assert words(css(coming[0], ".d")[0]) == (
        "Prérelance (J−3), 1 200,00 €Retardée pour laisser quelques jours entre deux e-mails à ce client"
    )


def test_a_moved_date_says_from_which_day_and_why(client, latitude, nadia):
    switch_on(factories.make_invoice(latitude, due_on=TODAY + 5 * DAY), nadia, frequency="once")
    coming = css(page(client, "/envois"), ".agenda > li")
    assert words(css(coming[0], ".day strong")[0]) == "Lundi 30 novembre"
    assert words(css(coming[0], ".d")[0]).endswith("Reportée du samedi 28 novembre")


def test_a_holiday_is_named(client, latitude, nadia):
    switch_on(factories.make_invoice(latitude, due_on=dt.date(2026, 12, 25)), nadia, frequency="once")
    coming = css(page(client, "/envois"), ".agenda > li")
    assert words(css(coming[0], ".d")[0]).endswith("Reportée du vendredi 25 décembre (Noël)")


def test_the_sentence_says_what_waits_for_a_yes_and_that_everything_is_paused(
    client, latitude, nadia, account, camille
):
    other = factories.make_client(account, "Les Blés d’Or")
    mine = switch_on(factories.make_invoice(latitude, due_on=TODAY + DAY), nadia)
    switch_on(factories.make_invoice(other, due_on=TODAY + DAY), factories.make_contact(other, "Paul Henry"))
    Chase.update(asks_before_sending=True).where(Chase.id == mine.id).execute()
    assert "deux e-mails sont prêts, dont un attendra votre accord" in lede(client)
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    assert "deux e-mails attendront votre accord" in lede(client)
    pausing.pause_all(account, until_on=TODAY + 30 * DAY, reason="congés", by=camille, now=NOW)
    assert lede(client).endswith("Envois suspendus jusqu’au mercredi 23 décembre.")
    pausing.pause_all(account, until_on=None, reason="", by=camille, now=NOW)
    assert lede(client).endswith("Les envois sont suspendus.")


def test_a_held_step_keeps_its_place_and_says_its_day_once_it_is_past(client, latitude, nadia, camille, clock):
    invoice = factories.make_invoice(latitude, due_on=TODAY)
    switch_on(invoice, nadia)
    stepping.hold(invoice, 0, because="il paie", by=camille, now=NOW)
    [line] = css(page(client), "#sends .held")
    assert words(css(line, ".d")[0]) == "Rappel (J+1), 1 200,00 €Retenue : il paie"
    clock.move_to(dt.datetime(2026, 11, 27, 9, tzinfo=dt.UTC))
    [day] = [day for day in css(page(client), "#sends .agenda > li") if css(day, ".held")]
    assert words(css(day, ".day strong")[0]) == "Aujourd’hui, vendredi 27 novembre"
    assert "Retenue : il paie, prévue le 24 nov." in words(day)
