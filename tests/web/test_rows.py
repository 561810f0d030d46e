"""An invoice in words, for lists and pages."""

import datetime as dt
from types import SimpleNamespace

import pytest

from relance.db import database as proxy
from relance.services import disputing, promising
from relance.services.disputing import DisputeFacts
from relance.services.holding import Held
from relance.services.promising import PromiseFacts
from relance.services.threads import Knot, Thread
from relance.web import rows
from tests import factories
from tests.factories import NOW, TODAY

pytestmark = pytest.mark.usefixtures("as_camille")


def on(days):
    return TODAY + dt.timedelta(days=days)


@pytest.mark.parametrize(
    ("fields", "status", "delay"),
    [
        ({}, "late", "10 j de retard"),
        ({"due_on": TODAY}, "open", "aujourd’hui"),
        ({"due_on": on(1)}, "open", "demain"),
        ({"due_on": on(8)}, "open", "dans 8 jours"),
        ({"state": "draft"}, "draft", ""),
        ({"state": "cancelled"}, "cancelled", ""),
        ({"state": "paid", "paid_on": on(-3), "balance_cents": 0}, "paid", "payée le 20 nov. 2026"),
        ({"kind": "credit_note", "balance_cents": 0}, "credit_note", ""),
    ],
)
def test_the_badge_and_the_delay_say_the_most_useful_truth(latitude, fields, status, delay):
    invoice = factories.make_invoice(latitude, **fields)
    assert rows.status_of(invoice, TODAY) == status
    assert rows.delay_of(invoice, TODAY).replace("\u00a0", " ") == delay


def test_a_day_is_near_or_has_its_name():
    assert rows.when_of(TODAY, NOW, TODAY).replace("\u00a0", " ").startswith("Aujourd’hui 9")
    assert rows.when_of(on(1), None, TODAY) == "Demain"
    assert rows.when_of(on(7), NOW, TODAY).replace("\u00a0", " ") == "Lun. 30 nov."


def thread_of(*kinds, **values):
    return Thread(tuple(Knot(kind, on(n)) for n, kind in enumerate(kinds)), **values)


def test_the_small_thread_has_at_most_nine_points_and_always_its_due_date():
    long = thread_of("issued", *["sent"] * 12, "due", *["sent"] * 4, "next", *["plan"] * 6, is_on=True)
    for thread in (long, thread_of("due", *["sent"] * 14, "next", "plan", is_on=True)):
        points = [point["kind"] for point in rows.mini(thread)]
        assert len(points) == rows.MAX_POINTS
        assert "due" in points and "next" in points


def test_without_reminders_the_small_thread_is_drawn_off():
    assert [point["kind"] for point in rows.mini(thread_of("due"))] == ["off", "due", "off", "off", "off"]


def test_the_long_thread_counts_its_middle_together(account):
    thread = thread_of("issued", "due", "next", *["plan"] * 11, is_on=True)
    points = rows.full(thread, account)
    assert len(points) == 5
    assert points[3]["name"].replace("\u00a0", " ") == "10 relances"
    assert rows.full(thread_of("issued", "due", "sent"), account)[2]["kind"] == "done"


def test_the_drawing_is_said_in_words_too(account):
    assert rows.sentence_of(thread_of("due"), account) == "aucun e-mail envoyé, aucun prévu"
    assert rows.sentence_of(thread_of("due", "sent", "sent"), account) == "2 e-mails envoyés, aucun prévu"


@pytest.mark.parametrize(
    ("fields", "thread", "words"),
    [
        ({"kind": "credit_note", "balance_cents": 0}, Thread(), "–"),
        ({"state": "draft"}, Thread(is_on=True), "Prêtes à démarrer"),
        ({"state": "draft"}, Thread(), "Désactivées"),
        ({"state": "cancelled"}, Thread(), "–"),
        ({"state": "cancelled"}, Thread(ended_because="cancelled"), "Terminées"),
        ({}, Thread(ended_because="finished"), "Terminées, à vous de décider"),
        ({}, Thread(is_on=True, why_silent="no_recipient"), "Sans adresse utilisable"),
        ({}, Thread(is_on=True, why_silent="of another version"), "Rien de prévu"),
        ({}, Thread(), "Désactivées"),
    ],
)
def test_what_comes_next_or_why_nothing_does(account, latitude, fields, thread, words):
    assert rows.next_of(factories.make_invoice(latitude, **fields), thread, account, TODAY) == words


def test_a_silent_chase_is_flagged_and_a_quiet_invoice_is_not(account, invoice):
    assert rows.row_of(account, invoice, Thread(is_on=True, why_silent="no_recipient"), TODAY).is_flagged
    assert not rows.row_of(account, invoice, Thread(), TODAY).is_flagged
    assert rows.reason("no_recipient") and rows.reason("of another version") == ""


def held(kind, days=None):
    until_on = on(days) if days is not None else None
    return Held(kind, until_on, "", SimpleNamespace(starts_on=on(-20)))


@pytest.mark.parametrize(
    ("one", "badge", "words"),
    [
        (held("pause", 4), "paused", "En pause jusqu’au 27 nov."),
        (held("client_pause"), "paused", "En pause"),
        (held("promise", 7), "promise", "En pause jusqu’au 30 nov."),
        (held("dispute"), "dispute", "Suspendues, litige du 3 nov."),
        (held("account_pause", 7), "late", "Envois suspendus jusqu’au 30 nov."),
    ],
)
def test_what_holds_an_invoice_is_its_badge_and_its_line(account, invoice, one, badge, words):
    for thread in (thread_of("due", "sent", "next", "plan", is_on=True), thread_of("due", "sent", is_on=True)):
        row = rows.row_of(account, invoice, thread, TODAY, [one])
        assert (row.status, row.next.replace("\u00a0", " ")) == (badge, words)
        assert [point["kind"] for point in row.points][:3] == ["due", "sent", "held"]
        assert row.sentence == "un e-mail envoyé, les suivants sont retenus"
        assert row.held == {one.kind} and row.is_chased and not row.is_flagged


def test_a_pause_means_nothing_where_reminders_are_off_and_a_promise_does(account, invoice):
    row = rows.row_of(account, invoice, thread_of("due"), TODAY, [held("client_pause")])
    assert (row.status, row.next, row.held) == ("late", "Désactivées", frozenset())
    row = rows.row_of(account, invoice, thread_of("due"), TODAY, [held("promise", 3)])
    assert (row.status, row.next, row.held) == ("promise", "Désactivées", {"promise"})


def test_a_paid_invoice_is_held_by_nothing(account, latitude):
    invoice = factories.make_invoice(latitude, state="paid", paid_on=TODAY, balance_cents=0)
    assert rows.row_of(account, invoice, Thread(), TODAY, [held("dispute")]).status == "paid"


def test_the_long_thread_draws_what_is_held_back(account):
    planned = rows.full(thread_of("issued", "due", "next", "plan", is_on=True), account, [held("pause", 4)])
    assert [point["kind"] for point in planned] == ["done", "due", "held", "plan"]
    empty = rows.full(thread_of("issued", "due", is_on=True), account, [held("dispute")])
    assert (empty[-1]["kind"], empty[-1]["name"]) == ("held", "Relances retenues")
    after = rows.full(thread_of("issued", "due", "sent", "task", is_on=True), account, [held("promise", 4)])
    assert [point["kind"] for point in after] == ["done", "due", "done", "held", "letter"], "the letter comes after it"


def test_a_page_of_held_invoices_costs_no_more_queries(account, latitude, nadia, monkeypatch):
    def count(invoices):
        seen = []
        execute = type(proxy.obj).execute_sql
        monkeypatch.setattr(type(proxy.obj), "execute_sql", lambda *a, **k: seen.append(a[1]) or execute(*a, **k))
        rows.rows_of(account, invoices, NOW)
        monkeypatch.undo()
        return len(seen)

    invoices = [factories.make_invoice(latitude) for _ in range(8)]
    for invoice in invoices:
        promising.promise(invoice, PromiseFacts(on(3), 100), by=None, now=NOW)
        disputing.open_dispute(invoice, DisputeFacts("amount"), by=None, now=NOW)
    assert 0 < count(invoices) == count(invoices[:2])
