"""Quotes from the form to the invoice, with the clock and a real SMTP server: never chased as money owed."""

import datetime as dt
import re
import subprocess
import sys

import pytest

from relance import clock as machine
from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.messages import Message
from relance.models.quotes import Quote
from relance.services import chasing, sweeping
from relance.services.carrying import Post
from relance.services.chasing import ChasePlan
from tests import factories
from tests.making import enrol, make_sequence
from tests.web.reading import css, fields, page, words

D = dt.date
MONDAY = factories.TODAY
UNPAID = re.compile(r"factur|impay|échéance|régler|IBAN|retard|pénalit", re.IGNORECASE)


@pytest.fixture
def live(settings, clock):
    """``live(days)``: the worker's turn at nine in Paris on so many days, from the day of the clock."""
    post, today = Post.of(settings), [MONDAY]

    def _live(days):
        left = []
        for _ in range(days):
            day = today[0]
            clock.move_to(dt.datetime.combine(day, dt.time(8), dt.UTC))
            swept = sweeping.sweep(dt.datetime.combine(day, dt.time(8)), post)
            left += [day] * Message.select().where(Message.id.in_(swept.report.sent), Message.kind == "quote").count()
            today[0] = day + dt.timedelta(1)
        return left

    return _live


def make(client, **typed):
    """A quote made through the form, as it opens but for what is typed."""
    form = fields(css(page(client, "/devis/nouveau"), "#quote-form")[0])
    form.pop("file", None)
    answer = client.post("/devis/nouveau", data=form | {"client": "Latitude Conseil", "total": "1 800"} | typed)
    assert answer.status_code == 303, words(css(page(client, "/devis/nouveau"), "main")[0])
    return Quote.select().order_by(Quote.id.desc()).get()


def body_of(mail):
    return " ".join(f"{mail.subject} {mail.text} {mail.html}".replace("\u00a0", " ").split())


@pytest.mark.requirement("S3.9")
def test_a_quote_of_an_enrolled_client_sends_nothing_for_sixty_days(
    client, sign_in, camille, account, latitude, nadia, live, smtp_server
):
    enrol(make_sequence(account, (-3, "prerelance"), (3, "rappel"), (10, "relance_1"), title="Tout"), latitude)
    for number, days in (("D-1", 5), ("D-2", 30)):
        last = (MONDAY + dt.timedelta(days)).strftime("%d/%m/%Y")
        make(client, number=number, valid_until=last)
    assert live(60) == []
    assert not smtp_server.received and not Message.select().exists()
    assert {row.state for row in Quote.select()} == {"pending"}
    # The session ended meanwhile.
    assert "Expirés 2" in words(css(page(sign_in(camille), "/devis"), "#pills")[0])


@pytest.mark.requirement("S3.9", "S2.13", "S2.14")
def test_with_its_switch_on_only_the_nudges_leave_and_none_says_unpaid_invoice(
    client, account, latitude, nadia, live, smtp_server
):
    enrol(make_sequence(account, (-3, "prerelance"), (3, "rappel"), title="Tout"), latitude)
    quote = make(client, number="D-1", valid_until="18/12/2026", reminds="y", nudges="2", remind_days="5")
    # Five days before is Sunday 13 December: the Friday before; then the account's gap.
    assert live(60) == [D(2026, 12, 11), D(2026, 12, 16)]
    assert [mail.recipients for mail in smtp_server.received] == [[nadia.email]] * 2
    for mail in smtp_server.received:
        assert not UNPAID.search(body_of(mail)), body_of(mail)
        assert "D-1" in mail.subject and "18 décembre" in body_of(mail)
    kinds = [event.kind for event in Event.select().where(Event.quote == quote).order_by(Event.id)]
    assert kinds == ["quote_created", "nudge_queued", "reminder_sent", "nudge_queued", "reminder_sent"]
    first, second = Message.select().where(Message.quote == quote).order_by(Message.id)
    assert second.references == first.message_id


@pytest.mark.requirement("S2.15")
def test_the_text_the_user_wrote_is_the_one_that_leaves(client, latitude, nadia, live, smtp_server):
    path = "/modeles/devis_prerelance"
    form = fields(css(page(client, path), "form#text")[0])
    mine = (
        "{salutation}\n\nAvez-vous pu lire le devis {numero} ? Il vous attend jusqu'au {date_validite}.\n\n{signature}"
    )
    assert client.post(path, data=form | {"subject": "Notre projet {numero}", "body": mine}).status_code == 303
    make(client, number="D-7", valid_until="30/11/2026", issued_on="20/11/2026", reminds="y")
    assert live(5) == [MONDAY]
    [mail] = smtp_server.received
    assert mail.subject == "Notre projet D-7"
    text = " ".join(mail.text.replace("\u00a0", " ").split())
    assert "Avez-vous pu lire le devis D-7 ? Il vous attend jusqu’au 30 novembre." in text.replace("'", "’")
    sent = Message.get(Message.kind == "quote")
    shown = page(client, f"/devis/{sent.quote_id}/messages/{sent.id}")
    assert words(css(shown, ".mail-text")[0]) == text


@pytest.mark.requirement("S2.13")
def test_from_a_recall_by_hand_to_the_yes_and_the_invoice(client, account, latitude, nadia, live, smtp_server):
    quote = make(client, number="D-9", object="Refonte", valid_until="18/12/2026", reminds="y")
    form = fields(css(page(client, f"/devis/{quote.id}/relancer"), "#letter")[0])
    client.post(f"/devis/{quote.id}/relancer", data=form)
    live(1)
    assert not smtp_server.received  # within its minute
    live(1)
    assert len(smtp_server.received) == 1
    assert live(20) == []  # by hand took the place of the only nudge
    form = fields(css(page(client, f"/devis/{quote.id}/acceptation"), "form.panel")[0])
    assert client.post(f"/devis/{quote.id}/acceptation", data=form).status_code == 303
    location = client.post(f"/devis/{quote.id}/facture").headers["Location"]
    invoice = Invoice.get()
    assert location == f"/factures/{invoice.id}/modifier" and (invoice.state, invoice.object) == ("draft", "Refonte")
    lines = [words(css(line, ".h > p")[0]) for line in css(page(client, f"/devis/{quote.id}"), "#history li")]
    assert lines == [
        f"Facture créée, {invoice.number}, d’après le devis D-9",
        "Devis accepté, D-9, le 14 décembre 2026",
        "Prérelance de devis envoyée à Nadia Benali",
        "Prérelance de devis prête à partir, pour compta@latitude-conseil.example",
        "Devis enregistré, D-9, 1 800,00 €",
    ]
    assert live(20) == [] and len(smtp_server.received) == 1


@pytest.mark.slow
def test_two_runs_at_once_write_to_each_client_once_and_reminders_go_first(
    account, camille, environment, root, smtp_server
):
    """Thirty clients with a quote whose day has come, ten of them with a reminder of that day too."""
    now = machine.now()
    account.send_days, account.skips_holidays, account.alerts_overdue = "1234567", False, False
    account.send_from_minute, account.send_until_minute = 0, 24 * 60
    account.save()
    today = chasing.today_of(account, now)
    for n in range(30):
        debtor = factories.make_client(account, f"Client {n:02}")
        contact = factories.make_contact(debtor, f"Anne {n}", f"anne-{n}@client.example")
        factories.make_quote(
            debtor, issued_on=today - dt.timedelta(20), valid_until=today + dt.timedelta(3), nudges=1, next_check_at=now
        )
        if n < 10:
            invoice = factories.make_invoice(debtor, due_on=today - dt.timedelta(1))
            chasing.start(invoice, ChasePlan(contact_ids=(contact.id,), start="normal"), by=None, now=now)
    tick = [sys.executable, "-m", "flask", "--app", "app", "tick", "--json"]
    running = [subprocess.Popen(tick, cwd=root, env=environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(120) for process in running] == [0, 0]
    recipients = [address for mail in smtp_server.received for address in mail.recipients]
    assert len(recipients) == len(set(recipients)) == 30
    by_kind = [Message.select().where(Message.kind == kind).count() for kind in ("reminder", "quote")]
    assert by_kind == [10, 20]
