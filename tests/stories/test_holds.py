"""What holds reminders back, from the click to what a real SMTP server received, day after day."""

import datetime as dt

import pytest

from relance.models.events import Event
from relance.models.holds import Dispute, Extension, Pause, Promise
from relance.models.invoices import Invoice
from relance.services import queueing, sweeping
from relance.services.carrying import Post
from tests import factories
from tests.making import switch_on
from tests.web import reading

D = dt.date
STEPS = (D(2026, 11, 24), D(2026, 12, 1), D(2026, 12, 8))  # J+1, J+8, J+15 of an invoice due on Monday 23 November


@pytest.fixture
def run(settings, clock, smtp_server, account):
    """``run(first, last)``: the worker each morning from a day to another; returns what clients received, by day."""
    account.alerts_overdue = False
    account.save()

    def _run(first, last):
        found = []
        for offset in range((last - first).days + 1):
            morning = at(clock, first + dt.timedelta(offset))
            before = len(smtp_server.received)
            sweeping.sweep(morning, Post.of(settings))
            for mail in smtp_server.received[before:]:
                found.append((morning.date(), mail))
        return found

    return _run


def at(clock, day, hour=8):
    """Move the machine's clock to 9 in Paris (8 UTC in winter) of a day; the instant, naive UTC."""
    instant = dt.datetime.combine(day, dt.time(hour))
    clock.move_to(instant.replace(tzinfo=dt.UTC))
    return instant


@pytest.fixture
def chased(latitude, nadia, camille):
    """Due on Monday 23 November, three weekly reminders to Nadia."""
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=factories.TODAY, object="Affiches")
    switch_on(invoice, nadia)
    return invoice


@pytest.fixture
def other(account, camille):
    """Another client's invoice, chased on the same days."""
    client = factories.make_client(account, "Studio Kérity")
    contact = factories.make_contact(client, "Yann Le Goff", "yann@kerity.example")
    invoice = factories.make_invoice(client, "F-2026-0099", due_on=factories.TODAY)
    switch_on(invoice, contact)
    return invoice


def days(found):
    return [day for day, _mail in found]


def numbers(found):
    return [
        (day, sorted(n for n in ("F-2026-0098", "F-2026-0099", "F-2026-0100") if n in mail.text)) for day, mail in found
    ]


def kinds(**links):
    (name, row), *_ = links.items()
    return [event.kind for event in Event.select().where(getattr(Event, name) == row).order_by(Event.id)]


def page(client, invoice):
    return client.get(f"/factures/{invoice.id}").text.replace("\u00a0", " ").replace("’", "'")


def test_without_a_hold_the_three_reminders_leave(run, chased):
    assert days(run(D(2026, 11, 23), D(2026, 12, 20))) == list(STEPS)


@pytest.mark.requirement("S3.30", "S3.31")
def test_a_paused_invoice_sends_nothing_and_the_clients_other_invoices_go_on(client, run, chased, latitude, nadia):
    beside = factories.make_invoice(latitude, "F-2026-0100", due_on=factories.TODAY)
    switch_on(beside, nadia)
    answer = client.post(f"/factures/{chased.id}/pause", data={"until_on": "", "reason": "Livraison en retard"})
    assert answer.status_code == 303
    assert numbers(run(D(2026, 11, 23), D(2026, 12, 20))) == [(day, ["F-2026-0100"]) for day in STEPS]
    shown = page(client, chased)
    assert "Relances en pause, jusqu'à ce que vous les repreniez." in shown and "Livraison en retard" in shown
    assert "paused" in kinds(invoice=chased)


@pytest.mark.requirement("S3.32")
def test_resuming_after_three_missed_steps_sends_nothing_of_them(client, clock, run, latitude, nadia, camille):
    invoice = factories.make_invoice(latitude, "F-2026-0098", due_on=factories.TODAY)
    switch_on(invoice, nadia, count=5)  # 24 November, 1, 8, 15 and 22 December
    client.post(f"/factures/{invoice.id}/pause", data={"until_on": "", "reason": ""})
    assert run(D(2026, 11, 23), D(2026, 12, 9)) == []
    at(clock, D(2026, 12, 10))
    dialog = client.get(f"/factures/{invoice.id}/reprendre").text.replace("\u00a0", " ")
    assert "mardi 15 décembre" in dialog
    client.post(f"/factures/{invoice.id}/reprendre", data={"step": ""})
    assert days(run(D(2026, 12, 10), D(2027, 1, 10))) == [D(2026, 12, 15), D(2026, 12, 22)]
    assert "resumed" in kinds(invoice=invoice)


@pytest.mark.requirement("S3.32")
def test_another_step_may_be_chosen_and_leaves_on_the_next_working_day_alone(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/pause", data={"until_on": "", "reason": ""})
    assert run(D(2026, 11, 23), D(2026, 12, 9)) == []
    at(clock, D(2026, 12, 11))  # a Friday: every step is past
    dialog = client.get(f"/factures/{chased.id}/reprendre").text.replace("\u00a0", " ")
    assert "Aucune : je déciderai" in dialog and "lundi 14 décembre" in dialog
    client.post(f"/factures/{chased.id}/reprendre", data={"step": "2"})
    found = run(D(2026, 12, 11), D(2027, 1, 10))
    assert days(found)[:1] == [D(2026, 12, 14)]
    assert len(found) <= 2


def test_when_no_step_is_left_the_invoice_asks_for_a_decision(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/pause", data={"until_on": "", "reason": ""})
    run(D(2026, 11, 23), D(2026, 12, 9))
    at(clock, D(2026, 12, 10))
    answer = client.post(f"/factures/{chased.id}/reprendre", data={"step": ""}, follow_redirects=True)
    assert "Il ne reste aucune relance" in answer.text.replace("\u00a0", " ")
    assert run(D(2026, 12, 10), D(2026, 12, 20)) == []
    assert kinds(invoice=chased)[-1] == "chase_finished"


@pytest.mark.requirement("S3.33")
def test_a_client_paused_until_a_date_gets_nothing_then_goes_on(client, run, chased, other, latitude):
    client.post(f"/clients/{latitude.id}/pause", data={"until_on": "02/12/2026", "reason": "Congés du comptable"})
    found = numbers(run(D(2026, 11, 23), D(2026, 12, 20)))
    theirs = [day for day, told in found if told == ["F-2026-0098"]]
    assert theirs == [D(2026, 12, 8)]
    assert [day for day, told in found if told == ["F-2026-0099"]] == list(STEPS)
    assert kinds(client=latitude).count("client_paused") == 1


def test_everything_suspended_says_so_on_every_page_and_resumes_by_itself(client, clock, run, chased, other):
    client.post("/envois/suspendre", data={"until_on": "01/12/2026", "reason": "Vacances"})
    for path in ("/factures", "/clients", "/reglages/entreprise", "/tableau-de-bord"):
        assert "Envois suspendus jusqu’au 1<sup>er</sup> décembre 2026" in client.get(path).text.replace("\u00a0", " ")
    assert days(run(D(2026, 11, 23), D(2026, 12, 20))) == [D(2026, 12, 8)] * 2
    assert "Envois suspendus jusqu" not in client.get("/factures").text


def test_everything_resumed_by_hand_leaves_no_burst(client, clock, run, chased, other):
    client.post("/envois/suspendre", data={"until_on": "", "reason": ""})
    assert run(D(2026, 11, 23), D(2026, 12, 2)) == []
    at(clock, D(2026, 12, 3))
    client.post("/envois/reprendre-tout")
    assert days(run(D(2026, 12, 3), D(2026, 12, 20))) == [D(2026, 12, 8)] * 2
    assert Pause.get().ended_on == D(2026, 12, 3)


@pytest.mark.requirement("S1.25")
def test_fifteen_days_granted_send_nothing_before_and_leave_the_due_date(client, run, chased):
    answer = client.post(f"/factures/{chased.id}/delai", data={"granted_on": "08/12/2026", "reason": "Trésorerie"})
    assert answer.status_code == 303
    found = run(D(2026, 11, 23), D(2026, 12, 20))
    assert days(found) == [D(2026, 12, 9), D(2026, 12, 16)]
    assert "8 décembre" in found[0][1].text.replace("\u00a0", " ")
    fresh = Invoice.get_by_id(chased.id)
    assert (fresh.due_on, fresh.next_due_on) == (D(2026, 11, 23), D(2026, 11, 23))
    [sheet] = reading.css(reading.page(client, f"/courriers/nouveau?factures={chased.id}"), "iframe")
    letter = sheet.get("srcdoc").replace("\u00a0", " ")
    subjects = "échue le 8 décembre"  # the e-mails that left are listed under their own words
    assert "23 novembre 2026" in letter and "8 décembre" not in letter.replace(subjects, "")
    assert Extension.get().reason == "Trésorerie"


def test_a_withdrawn_delay_goes_back_to_the_due_date_without_catching_up(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/delai", data={"granted_on": "15/01/2027", "reason": ""})
    assert run(D(2026, 11, 23), D(2026, 12, 3)) == []
    at(clock, D(2026, 12, 4))
    client.post(f"/factures/{chased.id}/delai/retrait")
    assert days(run(D(2026, 12, 4), D(2026, 12, 20))) == [D(2026, 12, 8)]
    assert kinds(invoice=chased).count("extension_withdrawn") == 1


PROMISED = {"promised_on": "27/11/2026", "amount": "1 200,00", "given_by": "Nadia Benali", "note": ""}


def test_a_broken_promise_holds_until_its_grace_is_over_then_reminders_go_on(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/promesse", data=PROMISED)
    assert run(D(2026, 11, 23), D(2026, 11, 29)) == []
    assert Promise.get().state == "open"
    found = run(D(2026, 11, 30), D(2026, 12, 20))
    assert days(found) == [D(2026, 12, 1), D(2026, 12, 8)]
    assert (Promise.get().state, Promise.get().closed_on) == ("broken", D(2026, 11, 30))
    assert kinds(invoice=chased).count("promise_broken") == 1


def test_a_kept_promise_is_known_from_the_payment_and_nothing_leaves(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/promesse", data=PROMISED | {"amount": "500,00"})
    run(D(2026, 11, 23), D(2026, 11, 26))
    at(clock, D(2026, 11, 27))
    paid = {"amount": "500,00", "received_on": "27/11/2026", "method": "transfer", "form_key": "k"}
    client.post(f"/factures/{chased.id}/paiements", data=paid)
    assert Promise.get().state == "kept"
    assert "promise_kept" in kinds(invoice=chased)
    found = run(D(2026, 11, 28), D(2026, 12, 20))  # the rest is still owed: the next steps ask for it alone
    assert days(found) == [D(2026, 12, 1), D(2026, 12, 8)]
    assert "700,00 €" in found[0][1].text.replace("\u00a0", " ")


def test_a_disputed_invoice_is_left_alone_until_the_dispute_is_closed(client, clock, run, chased):
    client.post(f"/factures/{chased.id}/litige", data={"kind": "amount", "text": "Deux heures de trop"})
    assert run(D(2026, 11, 23), D(2026, 12, 2)) == []
    at(clock, D(2026, 12, 3))
    client.post(f"/factures/{chased.id}/litige/clore", data={"outcome": "Avoir envoyé", "step": ""})
    assert days(run(D(2026, 12, 3), D(2026, 12, 20))) == [D(2026, 12, 8)]
    assert Dispute.get().outcome == "Avoir envoyé"
    assert [kind for kind in kinds(invoice=chased) if kind.startswith("dispute")] == [
        "dispute_opened",
        "dispute_closed",
    ]


def test_a_reminder_that_waits_in_the_queue_is_cancelled_by_a_hold(client, clock, run, chased, settings, smtp_server):
    morning = at(clock, STEPS[0])
    assert queueing.advance_due(morning, domain="relance.example")
    client.post(f"/factures/{chased.id}/pause", data={"until_on": "", "reason": ""})
    sweeping.sweep(morning + dt.timedelta(minutes=1), Post.of(settings))
    assert smtp_server.received == []
    assert "reminder_cancelled" in kinds(invoice=chased)
