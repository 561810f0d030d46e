"""What is simulated is what then leaves: the same days, the same words, byte for byte."""

import datetime as dt

import pytest

from relance.db import remembering
from relance.models.accounts import Account, Closure
from relance.models.chases import Chase
from relance.models.events import Event
from relance.models.holds import Hold, Task
from relance.models.messages import Message
from relance.services import chasing, extending, pausing, promising, simulating, sweeping
from relance.services.promising import PromiseFacts
from tests import factories, making
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.making import switch_on
from tests.services.sending import nine_on

D = dt.date
DAY = dt.timedelta(1)


@pytest.fixture
def world(account, latitude, nadia, hugo, camille):
    """Several clients, in every situation that changes a text or a day."""
    Account.update(claims_penalties=True, copies_user=True).where(Account.id == account.id).execute()
    document = factories.make_document(account, b"%PDF-1.7 une", "F-1.pdf")
    for number, days in (("F-1", 3), ("F-2", 3), ("F-3", -20)):
        invoice = factories.make_invoice(latitude, number, due_on=TODAY + days * DAY, document=document)
        switch_on(invoice, nadia, count=5, start="gently" if days < 0 else "normal")
    sabatier = factories.make_client(account, "Imprimerie Sabatier", language="en")
    factories.make_contact(sabatier, "Ann Lee", "ann@sabatier.example")
    parts = [(TODAY + 2 * DAY, 50_000), (TODAY + 9 * DAY, 50_000)]
    factories.make_invoice(sabatier, "F-4", instalments=parts)
    blocks = ((-3, "prerelance"), (3, "rappel"), (10, "relance_1"), (14, "", "call"), (20, "relance_2"))
    sequence = making.make_sequence(account, *blocks, (30, "dernier_rappel"), (38, "formal_notice", "letter"))
    perrin = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    factories.make_contact(perrin, "Odile Perrin", "odile@perrin.example", register="tu")
    paused = factories.make_invoice(perrin, "F-5", due_on=TODAY)
    later = factories.make_invoice(perrin, "F-6", due_on=TODAY - DAY)
    making.enrol(sequence, sabatier, perrin)
    pausing.pause_invoice(paused, until_on=TODAY + 12 * DAY, reason="", by=camille, now=NOW)
    extending.grant(later, granted_on=TODAY + 15 * DAY, reason="", by=camille, now=NOW)
    kerity = factories.make_client(account, "Studio Kérity")
    contact = factories.make_contact(kerity, "Service comptabilité", "compta@kerity.example")
    promised = factories.make_invoice(kerity, "F-7", due_on=TODAY - DAY)
    switch_on(promised, contact, count=4)
    promising.promise(promised, PromiseFacts(TODAY + 10 * DAY, 50_000), by=camille, now=NOW)
    Closure.create(account=account, starts_on=D(2026, 12, 24), ends_on=D(2027, 1, 3))
    return Account.get_by_id(account.id)


def everything(account, now):
    """All the events of an account, page by page."""
    found, after = [], 0
    while True:
        page = simulating.of_account(account, now, after)
        found += [event for _client, events in page.clients for event in events]
        after = page.after
        if not after:
            return found


def shown(event):
    text = event.composed
    return (event.on, tuple(email for _, email in text.to), text.subject, text.text.strip(), text.html.strip())


def received(mail):
    message = mail.message
    on = message["Date"].datetime.date()
    to = tuple(address.addr_spec for address in message["To"].addresses)
    return on, to, mail.subject, *(text.replace("\r\n", "\n").strip() for text in (mail.text, mail.html))


@pytest.mark.requirement("S1.6", "S3.3")
def test_what_is_simulated_is_then_sent_to_the_letter_over_sixty_days(world, camille, post, smtp_server):
    planned = [event for event in everything(world, NOW) if event.is_mail]
    assert len({event.client.id for event in planned}) == 4 and len(planned) > 15
    assert any(len(event.about) > 1 for event in planned)
    assert all(event.composed is not None and event.problem == "" for event in planned)
    for n in range(simulating.DAYS + 1):
        sweeping.sweep(nine_on(TODAY + n * DAY), post)
    left = [mail for mail in smtp_server.received if mail.recipients[0] != camille.email]
    assert sorted(received(mail) for mail in left) == sorted(shown(event) for event in planned)
    names = {event.documents for event in planned}
    assert ("F-1.pdf",) in names and () in names


def test_letters_and_calls_come_up_on_the_days_that_were_shown(world, post):
    planned = sorted((e.on, e.kind, e.about[0].number) for e in everything(world, NOW) if e.kind in ("letter", "call"))
    assert {kind for _, kind, _ in planned} == {"letter", "call"}
    for n in range(simulating.DAYS + 1):
        sweeping.sweep(nine_on(TODAY + n * DAY), post)
    assert sorted((task.due_on, task.kind, task.invoice.number) for task in Task.select()) == planned


def test_nothing_is_written(world):
    before = [list(model.select().order_by(model.id).tuples()) for model in (Chase, Event, Message, Task)]
    everything(world, NOW)
    simulating.weeks(world, NOW)
    assert [list(model.select().order_by(model.id).tuples()) for model in (Chase, Event, Message, Task)] == before


def test_the_weeks_count_what_the_pages_show(world):
    weeks = simulating.weeks(world, NOW)
    mails = [event for event in everything(world, NOW) if event.kind == "mail"]
    assert weeks[0][0] == TODAY and sum(count for _, count in weeks) == len(mails)
    for monday, count in weeks:
        assert count == sum(monday <= event.on < monday + 7 * DAY for event in mails)


def test_a_big_account_is_read_page_by_page_in_the_order_of_names(world, monkeypatch):
    whole = [(event.client.name, event.on, event.kind) for event in everything(world, NOW)]
    monkeypatch.setattr(simulating, "PAGE_SIZE", 1)
    monkeypatch.setattr(simulating, "COUNTED", 3)
    assert [(event.client.name, event.on, event.kind) for event in everything(world, NOW)] == whole
    names = [name for name, _, _ in whole]
    assert names == sorted(names)
    assert simulating.weeks(world, NOW) is None


def test_a_message_that_waits_is_shown_as_it_stands_and_counts_for_the_next(invoice, nadia, send):
    switch_on(invoice, nadia, count=4, start="next")
    message = send(replaces_next=False)
    first, *others = simulating.of_invoice(invoice, NOW)
    assert (first.kind, first.message_id, first.on) == ("waiting", message.id, TODAY)
    assert (first.composed.subject, first.composed.text) == (message.subject, message.body_text)
    assert others and "23\u00a0novembre" in others[0].composed.text


def test_a_step_held_by_a_person_is_shown_on_its_day_and_does_not_leave(chased):
    chase = chasing.chase_of(chased)
    Hold.create(chase=chase, step=0, made_at=NOW)
    kinds = [(event.kind, event.on) for event in simulating.of_invoice(chased, NOW)]
    assert kinds[0] == ("held", TODAY + DAY)
    assert [kind for kind, _ in kinds[1:]] == ["mail", "mail"]


def test_what_waits_for_a_yes_says_so(chased, account):
    Account.update(asks_before_sending=True).where(Account.id == account.id).execute()
    assert all(event.asks for event in simulating.of_invoice(making.fresh(chased), NOW))


def test_an_invoice_shows_whole_messages_and_only_those_about_it(latitude, nadia, camille):
    first, second = (factories.make_invoice(latitude, number, due_on=TODAY) for number in ("F-1", "F-2"))
    other = factories.make_invoice(latitude, "F-3", due_on=TODAY + 30 * DAY)
    for row in (first, second, other):
        switch_on(row, nadia, count=2)
    found = simulating.of_invoice(first, NOW)
    assert [{about.number for about in event.about} for event in found] == [{"F-1", "F-2"}, {"F-1", "F-2"}]


def test_a_suspended_account_sends_nothing(chased, account):
    Account.update(suspended_at=NOW).where(Account.id == account.id).execute()
    assert simulating.of_invoice(making.fresh(chased), NOW) == ()


def test_what_is_read_ahead_for_a_page_changes_nothing_of_it(world):
    alone = everything(world, NOW)
    with remembering(), counted() as queries:
        assert everything(world, NOW) == alone
    assert len(queries) <= 7
