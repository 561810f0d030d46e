"""Sequences, from the click to what a real SMTP server received, day after day by the commands of the host."""

import datetime as dt
import json

import pytest

from relance import cli
from relance.models.accounts import Account
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Task
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.sequences import Sequence
from relance.services import chasing, sequencing
from tests import factories, making
from tests.making import block_at, enrol, latest, make_sequence, switch_on

D = dt.date
DUE = D(2026, 12, 15)  # a Tuesday
START = factories.TODAY


@pytest.fixture
def command(app, smtp_server, account):
    """``command("tick")``: what a command of the host prints as JSON, on the test's clock."""
    cli.init_app(app)
    Account.update(alerts_overdue=False).where(Account.id == account.id).execute()
    runner = app.test_cli_runner()

    def _command(*arguments):
        done = runner.invoke(args=[*map(str, arguments), "--json"])
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    return _command


@pytest.fixture
def days(command, clock, smtp_server):
    """``days(first, last)``: the worker at nine each morning; what clients received, as (day, mail)."""

    def _days(first, last):
        found = []
        for offset in range((last - first).days + 1):
            day = first + dt.timedelta(offset)
            at(clock, day)
            before = len(smtp_server.received)
            command("tick")
            found += [(day, mail) for mail in smtp_server.received[before:] if not is_own(mail)]
        return found

    return _days


@pytest.fixture
def b2b(account):
    """« Standard B2B », as delivered."""
    sequencing.deliver(account, factories.NOW)
    return Sequence.get(Sequence.account == account, Sequence.key == "standard_b2b")


def at(clock, day, hour=8):
    """Nine in Paris (8 UTC in winter) of a day."""
    clock.move_to(dt.datetime.combine(day, dt.time(hour), dt.UTC))


def is_own(mail):
    return mail.recipients == ["camille@atelier-roussel.example"]


def essence(row):
    items = [(i["number"], i["due_on"], i["balance_cents"], i["step"], i["template"]) for i in row["instalments"]]
    return (row["client"], tuple(sorted(items)), tuple(row["to"]), row["subject"])


def only_days(found):
    return [day for day, _ in found]


def plain(answer):
    return answer.text.replace("\u00a0", " ").replace("’", "'")


def put_in(browser, sequence, *clients):
    """Enrol clients by the form of the sequence's page."""
    data = {"nouveau": [client.id for client in clients], "confirme": "1"}
    data |= {f"suit-{client.id}": Client.get_by_id(client.id).sequence_id or "" for client in clients}
    return browser.post(f"/sequences/{sequence.id}/clients", data=data, follow_redirects=True)


def kinds(**links):
    return making.events(**links)


# The days of a delivered sequence


@pytest.mark.requirement("S3.3", "S3.14", "S3.20")
def test_standard_b2b_sends_on_its_working_days_and_asks_for_the_letter(
    client, sign_in, camille, command, clock, b2b, latitude, nadia, smtp_server
):
    """J is Tuesday 15 December. J−3 is a Saturday, J+10 is Christmas; every morning `due` says what `tick` does."""
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    assert put_in(client, b2b, latitude).status_code == 200
    found = []
    for offset in range(75):
        day = START + dt.timedelta(offset)
        at(clock, day, hour=7)
        foreseen = command("due", "--on", day.isoformat())["send"]
        at(clock, day)
        sent = command("tick")["sent"]
        assert [essence(row) for row in sent] == [essence(row) for row in foreseen], day
        found += [(day, row["instalments"][0]["template"]) for row in sent]
    assert found == [
        (D(2026, 12, 11), "prerelance"),
        (D(2026, 12, 18), "rappel"),
        (D(2026, 12, 28), "relance_1"),
        (D(2027, 1, 4), "relance_2"),
        (D(2027, 1, 14), "dernier_rappel"),
    ]
    assert len(smtp_server.to(nadia.email)) == 5
    [task] = Task.select()
    assert (task.kind, task.template, task.due_on, task.done_at) == ("letter", "formal_notice", D(2027, 1, 22), None)
    assert kinds(invoice=invoice).count("reminder_sent") == 5
    assert kinds(invoice=invoice)[-1] in ("task_due", "chase_finished") and "task_due" in kinds(invoice=invoice)
    assert "Mise en demeure à relire" in plain(sign_in(camille).get("/tableau-de-bord"))


@pytest.mark.requirement("S3.3", "S3.4", "S3.5")
def test_half_paid_it_goes_on_for_what_is_left_and_paid_it_stops(client, days, b2b, latitude, nadia, clock):
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    put_in(client, b2b, latitude)
    assert only_days(days(START, D(2026, 12, 18))) == [D(2026, 12, 11), D(2026, 12, 18)]
    paid = {"received_on": "18/12/2026", "method": "transfer"}
    client.post(f"/factures/{invoice.id}/paiements", data=paid | {"amount": "600,00", "form_key": "half"})
    [(day, mail)] = days(D(2026, 12, 19), D(2026, 12, 30))
    assert day == D(2026, 12, 28) and "600,00 €" in mail.text.replace("\u00a0", " ")
    client.post(f"/factures/{invoice.id}/paiements", data=paid | {"amount": "600,00", "form_key": "rest"})
    assert Invoice.get_by_id(invoice.id).state == "paid"
    assert days(D(2026, 12, 31), D(2027, 2, 1)) == []
    assert not Task.select().exists()
    assert "chase_stopped" in kinds(invoice=invoice)


# New invoices


@pytest.mark.requirement("S3.26")
def test_a_new_invoice_of_the_client_is_scheduled_with_no_action(client, days, b2b, latitude, nadia):
    put_in(client, b2b, latitude)
    typed = {
        "client": "Latitude Conseil",
        "client_kind": "organisation",
        "contact": "0",
        "kind": "invoice",
        "number": "F-2026-0200",
        "issued_on": "20/11/2026",
        "due_on": "15/12/2026",
        "total": "1 920,00",
        "currency": "EUR",
        "payment_method": "transfer",
        "credited_invoice": "0",
        "action": "continuer",
    }
    assert client.post("/factures/nouvelle", data=typed).status_code == 303
    made = Invoice.get()
    assert days(START, START) == []  # a draft sends nothing, whatever its client follows
    client.post(f"/factures/{made.id}/verification", data={"action": "enregistrer"})
    assert chasing.chase_of(made).is_inherited
    found = days(START + dt.timedelta(1), D(2026, 12, 20))
    assert only_days(found) == [D(2026, 12, 11), D(2026, 12, 18)]
    assert all("F-2026-0200" in mail.text for _, mail in found)


# One sequence at most


@pytest.mark.requirement("S3.28", "S3.29")
def test_moved_to_another_sequence_the_old_one_loses_it_and_no_second_mail_leaves_that_day(
    client, days, account, b2b, latitude, nadia, clock
):
    invoice = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    put_in(client, b2b, latitude)
    day = D(2026, 12, 18)
    assert only_days(days(START, day)) == [D(2026, 12, 11), day]
    other = make_sequence(account, (3, "rappel"), (9, "relance_1"), title="Suivi serré")
    asked = client.post(f"/sequences/{other.id}/clients", data={"nouveau": latitude.id, f"suit-{latitude.id}": b2b.id})
    assert "Standard B2B" in plain(asked)  # it says from where, and asks once more
    assert Client.get_by_id(latitude.id).sequence_id == b2b.id
    at(clock, day, hour=10)
    assert put_in(client, other, latitude).status_code == 200
    assert Client.get_by_id(latitude.id).sequence_id == other.id
    leave = f"/clients/{latitude.id}/retrait"
    assert leave not in plain(client.get(f"/sequences/{b2b.id}"))
    assert leave in plain(client.get(f"/sequences/{other.id}"))
    assert only_days(days(day, D(2027, 2, 1))) == [D(2026, 12, 24)]  # J+9; nothing of the former one
    assert kinds(client=latitude).count("client_enrolled") == 2
    assert chasing.chase_of(invoice).sequence_id == other.id


@pytest.mark.requirement("S3.29")
def test_moved_in_another_window_meanwhile_the_second_is_told(client, account, b2b, latitude):
    other = make_sequence(account, (3, "rappel"), title="Autre")
    shown = {"nouveau": latitude.id, f"suit-{latitude.id}": "", "confirme": "1"}
    assert client.post(f"/sequences/{b2b.id}/clients", data=shown).status_code == 303
    told = client.post(f"/sequences/{other.id}/clients", data=shown)
    assert told.status_code == 409 and "Latitude Conseil" in plain(told)
    assert Client.get_by_id(latitude.id).sequence_id == b2b.id


# Blocks that move or go


@pytest.fixture
def weekly(account, latitude, nadia):
    """J+2, J+7, J+14 for an invoice due on Tuesday 15 December: the 17th, the 22nd and the 29th."""
    sequence = make_sequence(account, (2, "rappel"), (7, "relance_1"), (14, "relance_2"), title="Suivi")
    factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    return sequence


def change_block(browser, sequence, offset, to, template="relance_1"):
    data = {"days": to, "side": "after", "kind": "mail", "template": template, "version": latest(sequence).version}
    return browser.post(f"/sequences/{sequence.id}/blocs/{block_at(sequence, offset).key}", data=data)


def update(browser, sequence):
    shown = [browser.get(f"/sequences/{sequence.id}/{page}") for page in ("publication", "effet")]
    done = browser.post(f"/sequences/{sequence.id}/publication", data={"version": latest(sequence).version})
    assert done.status_code == 303
    return " ".join(plain(page) for page in shown)


@pytest.mark.requirement("S3.24")
def test_from_seven_days_to_nine_what_is_to_come_moves_and_what_left_stays(
    client, sign_in, camille, days, weekly, latitude
):
    put_in(client, weekly, latitude)
    [(_, first)] = days(START, D(2026, 12, 18))
    change_block(client, weekly, 7, 9)
    assert days(D(2026, 12, 19), D(2026, 12, 19)) == []  # a draft changes nothing
    assert latest(weekly).revision == 1
    shown = update(client, weekly)
    assert "Une facture concernée" in shown
    assert "F-2026-0100" in shown and "22 déc" in shown and "24 déc" in shown
    found = days(D(2026, 12, 20), D(2027, 1, 20))
    assert only_days(found) == [D(2026, 12, 24), D(2026, 12, 29)]
    history = plain(sign_in(camille).get(f"/factures/{Invoice.get().id}/historique"))
    assert "17 déc" in history and "24 déc" in history and "29 déc" in history
    sent = Message.get(Message.day_on == D(2026, 12, 17), Message.kind == "reminder")
    assert (sent.state, sent.subject) == ("sent", first.subject)
    assert Event.select().where(Event.kind == "sequence_published").count() == 2


@pytest.mark.requirement("S3.23")
def test_without_the_second_block_the_third_keeps_its_date_and_nobody_gets_the_second(client, days, weekly, latitude):
    put_in(client, weekly, latitude)
    assert only_days(days(START, D(2026, 12, 18))) == [D(2026, 12, 17)]
    key = block_at(weekly, 7).key
    client.post(f"/sequences/{weekly.id}/blocs/{key}/suppression", data={"version": latest(weekly).version})
    update(client, weekly)
    found = days(D(2026, 12, 19), D(2027, 1, 20))
    assert only_days(found) == [D(2026, 12, 29)]


# Paused, then reactivated


@pytest.mark.requirement("S3.30", "S3.31", "S3.32")
def test_one_invoice_paused_across_three_steps_then_reactivated_sends_one_mail_at_most_that_day(
    client, sign_in, camille, days, account, latitude, nadia, clock
):
    sequence = make_sequence(
        account, (2, "rappel"), (7, "relance_1"), (14, "relance_2"), (21, "relance_2"), title="Quatre"
    )
    held = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    factories.make_invoice(latitude, "F-2026-0101", due_on=DUE)
    put_in(client, sequence, latitude)
    client.post(f"/factures/{held.id}/pause", data={"until_on": "", "reason": "Livraison en retard"})
    found = days(START, D(2026, 12, 31))
    assert only_days(found) == [D(2026, 12, 17), D(2026, 12, 22), D(2026, 12, 29)]
    assert all("F-2026-0101" in mail.text and "F-2026-0100" not in mail.text for _, mail in found)
    at(clock, D(2027, 1, 4))
    sign_in(camille).post(f"/factures/{held.id}/reprendre", data={"step": ""})
    found = days(D(2027, 1, 4), D(2027, 2, 1))
    assert only_days(found) == [D(2027, 1, 5)]  # J+21, for both, in one message
    assert all(number in found[0][1].text for number in ("F-2026-0100", "F-2026-0101"))
    told = [kind for kind in kinds(invoice=held) if kind in ("paused", "resumed", "step_waits", "reminder_sent")]
    assert told == ["paused", "step_waits", "step_waits", "step_waits", "resumed", "reminder_sent"]


# Two sequences, two tones


@pytest.mark.requirement("S3.35")
def test_two_clients_in_two_sequences_get_their_own_texts_and_days(client, days, account, b2b, latitude, nadia):
    studio = factories.make_client(account, "Studio Kérity", kind="individual")
    yann = factories.make_contact(studio, "Yann Le Goff", "yann@kerity.example")
    gentle = make_sequence(account, (10, "relance_1"), (40, "relance_2"), title="Particuliers fidèles")
    for owner in (latitude, studio):
        factories.make_invoice(owner, due_on=DUE)
    put_in(client, b2b, latitude)
    put_in(client, gentle, studio)
    found = days(START, D(2027, 2, 1))
    theirs = {address: [(d, m) for d, m in found if address in m.recipients] for address in (nadia.email, yann.email)}
    assert only_days(theirs[nadia.email])[0] == D(2026, 12, 11) and len(theirs[nadia.email]) == 5
    assert only_days(theirs[yann.email]) == [D(2026, 12, 28), D(2027, 1, 25)]
    same_day = {address: mail for day, mail in found if day == D(2026, 12, 28) for address in mail.recipients}
    assert same_day[nadia.email].text != same_day[yann.email].text
    assert {mail.subject for _, mail in theirs[nadia.email]} != {mail.subject for _, mail in theirs[yann.email]}


# What is chased


@pytest.mark.requirement("S3.10")
def test_deposits_progress_and_final_invoices_are_chased_a_credit_note_is_not(client, days, account, latitude, nadia):
    sequence = make_sequence(account, (3, "rappel"), title="Un rappel")
    put_in(client, sequence, latitude)
    made = {
        kind: making.make_invoice(
            latitude, kind=kind, number=f"{kind}-1", due_on=DUE, total_cents=100_000, now=factories.NOW
        )
        for kind in ("invoice", "deposit", "progress", "final")
    }
    making.make_invoice(
        latitude,
        kind="credit_note",
        number="avoir-1",
        credited_invoice_id=made["deposit"].id,
        total_cents=40_000,
        now=factories.NOW,
    )
    [(day, mail)] = days(START, D(2027, 1, 10))
    text = mail.text.replace("\u00a0", " ")
    assert day == D(2026, 12, 18)
    assert all(f"{kind}-1" in text for kind in made) and "avoir-1" not in text
    assert "600,00 €" in text and "3 600,00 €" in text


@pytest.mark.requirement("S3.7", "S3.8")
def test_drafts_and_direct_debits_of_an_enrolled_client_get_nothing(client, days, account, b2b, latitude, nadia):
    put_in(client, b2b, latitude)
    for state in ("draft", "to_process"):
        making.make_invoice(latitude, state=state, due_on=DUE, now=factories.NOW)
    making.make_invoice(latitude, payment_method="direct_debit", due_on=DUE, now=factories.NOW)
    assert days(START, D(2027, 2, 1)) == []
    assert not Task.select().exists()


# A sequence of one's own beside one setting of an invoice


@pytest.mark.requirement("S3.26")
def test_the_setting_of_an_invoice_wins_over_the_sequence_of_its_client(client, days, b2b, latitude, nadia):
    own = factories.make_invoice(latitude, "F-2026-0100", due_on=DUE)
    switch_on(own, nadia, frequency="once")
    enrol(b2b, latitude)
    found = days(START, D(2027, 2, 1))
    assert only_days(found) == [DUE]
