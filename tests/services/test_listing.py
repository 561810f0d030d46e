import datetime as dt

import pytest

from relance.db import database as proxy
from relance.db import is_sqlite
from relance.models.chases import Chase
from relance.models.invoices import Instalment, Invoice
from relance.models.sequences import Sequence
from relance.services import disputing, listing, pausing, promising
from relance.services.disputing import DisputeFacts
from relance.services.listing import Filter
from relance.services.promising import PromiseFacts
from tests.counting import counted
from tests.making import NOW, TODAY, make_account, make_client, make_contact, make_invoice


@pytest.fixture
def account(database):
    return make_account()


def rows_in_bulk(client, count, **values):
    base = {
        "account": client.account_id,
        "client": client.id,
        "kind": "invoice",
        "state": "paid",
        "issued_on": TODAY - dt.timedelta(days=90),
        "due_on": TODAY - dt.timedelta(days=60),
        "next_due_on": TODAY - dt.timedelta(days=60),
        "total_cents": 10_000,
        "balance_cents": 0,
        "created_at": NOW,
        "updated_at": NOW,
    }
    first = Invoice.select().count()
    rows = [base | {"number": f"N-{first + n:05d}"} | values for n in range(count)]
    for start in range(0, count, 500):
        Invoice.insert_many(rows[start : start + 500]).execute()


def numbers(account, **wanted):
    return [invoice.number for invoice in listing.page(account, Filter(**wanted), TODAY).invoices]


@pytest.fixture
def cast(account):
    latitude, kerity = make_client(account), make_client(account, name="Studio Kérity")
    make_contact(latitude)
    make_contact(kerity, name="Yann Le Goff", email="yann@kerity.example")
    make_invoice(latitude, number="LATE", note="relu par Hugo")
    make_invoice(kerity, number="SOON", due_on=TODAY, total_cents=120_000, object="Affiches")
    make_invoice(latitude, number="DRAFT", state="draft")
    make_invoice(latitude, number="DONE", already_paid_cents=432_000)
    make_invoice(latitude, number="CREDIT", kind="credit_note", total_cents=100, source="csv")
    make_invoice(latitude, number="VOID", state="cancelled")
    make_invoice(make_client(make_account()), number="STRANGER")
    return latitude, kerity


@pytest.mark.requirement("S4.8")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("a-encaisser", ["LATE", "SOON"]),
        ("retard", ["LATE"]),
        ("a-echoir", ["SOON"]),
        ("payees", ["DONE"]),
        ("brouillons", ["DRAFT"]),
        ("nonsense", ["LATE", "SOON"]),
    ],
)
def test_each_pill_lists_its_invoices_and_counts_them(account, cast, status, expected):
    page = listing.page(account, Filter(status=status), TODAY)
    assert [invoice.number for invoice in page.invoices] == expected
    assert page.count == len(expected)
    assert page.counts == {
        "a-encaisser": 2,
        "retard": 1,
        "a-echoir": 1,
        "promesses": 0,
        "litiges": 0,
        "payees": 1,
        "brouillons": 1,
        "toutes": 6,
    }


def test_an_invoice_is_late_the_day_after_its_date(account):
    make_invoice(make_client(account), number="J", due_on=TODAY)
    assert listing.counts(account, TODAY)["retard"] == 0
    assert listing.counts(account, TODAY + dt.timedelta(days=1))["retard"] == 1


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("latitude", ["LATE"]),
        ("KERITY", ["SOON"]),
        ("le goff", ["SOON"]),
        ("yann@", ["SOON"]),
        ("soo", ["SOON"]),
        ("affiches", ["SOON"]),
        ("Hugo", ["LATE"]),
        ("1 200,00", ["SOON"]),
        ("1200", ["SOON"]),
        ("4320", ["LATE"]),
        ("%", []),
        ("_", []),
        ("rien", []),
    ],
)
def test_the_search_finds_client_contact_number_text_and_exact_amount(account, cast, q, expected):
    assert numbers(account, q=q) == expected


def test_filters_narrow_by_client_kind_age_amount_and_reminders(account, cast):
    latitude, _ = cast
    make_invoice(latitude, number="OLD", due_on=TODAY - dt.timedelta(days=95), kind="deposit")
    assert numbers(account, client_id=latitude.id) == ["OLD", "LATE"]
    assert numbers(account, kind="deposit") == ["OLD"]
    assert numbers(account, age="1-30") == ["LATE"]
    assert numbers(account, age="90") == ["OLD"]
    assert numbers(account, min_cents=120_001) == ["OLD", "LATE"]
    assert numbers(account, max_cents=120_000) == ["SOON"]
    late = Invoice.get(Invoice.number == "LATE")
    Chase.create(account=account, client=latitude, invoice=late, started_at=NOW)
    assert numbers(account, is_chased=True) == ["LATE"]
    assert numbers(account, is_chased=False) == ["OLD", "SOON"]


@pytest.mark.parametrize("sort", listing.SORTS)
@pytest.mark.parametrize("is_descending", [False, True])
def test_pages_follow_each_other_without_a_gap_or_a_double(account, sort, is_descending):
    for name in ("a", "B", "c"):
        client = make_client(account, name=name)
        for day in range(3):
            rows_in_bulk(
                client, 15, state="sent", balance_cents=100 * (day + 1), next_due_on=TODAY - dt.timedelta(days=day)
            )
    seen, after = [], ""
    for _ in range(4):
        page = listing.page(account, Filter(sort=sort, is_descending=is_descending, after=after), TODAY)
        seen += [(invoice.next_due_on, invoice.balance_cents, invoice.client.name.lower()) for invoice in page.invoices]
        after = page.after
        if not after:
            break
    column = {"echeance": 0, "montant": 1, "client": 2}[sort]
    keys = [row[column] for row in seen]
    assert len(seen) == 135
    assert keys == sorted(keys, reverse=is_descending)
    assert page.after == ""


@pytest.mark.parametrize("after", ["x", "W10", "é", "bnVsbA", "WzEsMl0"])
def test_a_cursor_that_cannot_be_read_starts_again(account, cast, after):
    assert numbers(account, after=after) == ["LATE", "SOON"]


def test_totals_never_mix_currencies(account, cast):
    make_invoice(cast[0], number="CHF", currency="CHF", total_cents=5_000)
    totals = {
        total.currency: (total.count, total.balance_cents) for total in listing.page(account, Filter(), TODAY).totals
    }
    assert totals == {"EUR": (2, 552_000), "CHF": (1, 5_000)}


class Counter:
    """Counts the statements that reach the database."""

    def __init__(self, monkeypatch):
        self.statements = []
        execute = proxy.obj.execute_sql

        def counted(sql, *args, **options):
            self.statements.append(sql)
            return execute(sql, *args, **options)

        monkeypatch.setattr(proxy.obj, "execute_sql", counted)


def test_a_full_page_costs_as_many_queries_as_a_short_one(account, cast, monkeypatch):
    counter = Counter(monkeypatch)
    for invoice in listing.page(account, Filter(), TODAY).invoices:
        assert invoice.client.name
    few = len(counter.statements)
    rows_in_bulk(cast[0], 200, state="sent", balance_cents=100)
    counter.statements.clear()
    for invoice in listing.page(account, Filter(), TODAY).invoices:
        assert invoice.client.name
    assert len(counter.statements) - 1 <= few  # the insert above was one statement
    assert few <= 4


def test_the_list_goes_through_indexes(account, monkeypatch):
    if not is_sqlite():
        return  # PostgreSQL chooses by statistics; its time is measured below
    rows_in_bulk(make_client(account), 100)
    counter = Counter(monkeypatch)
    for status in listing.STATUSES:
        for sort in listing.SORTS:
            listing.page(account, Filter(status=status, sort=sort), TODAY)
    for sql in [text for text in counter.statements if text.startswith("SELECT")]:
        values = [0] * sql.count("?")
        plan = " | ".join(row[3] for row in proxy.obj.connection().execute(f"EXPLAIN QUERY PLAN {sql}", values))
        assert 'SCAN "t1"' not in plan
        assert "SCAN t1" not in plan, (sql, plan)


@pytest.mark.slow
@pytest.mark.requirement("S4.9")
@pytest.mark.parametrize(
    "wanted", [Filter(status="retard"), Filter(status="toutes", q="client 7"), Filter(sort="client")]
)
def test_a_page_of_ten_thousand_invoices_reads_no_more_than_itself(account, wanted):
    for n in range(20):
        client = make_client(account, name=f"Client {n}")
        rows_in_bulk(client, 450)
        rows_in_bulk(client, 50, state="sent", balance_cents=10_000)
    with counted() as asked:
        page = listing.page(account, wanted, TODAY)
    assert len(page.invoices) == 50 and len(asked) <= 3
    assert Instalment.select().count() == 0


def test_promises_and_disputes_are_lists_of_what_is_owed(account, cast):
    late, soon = (Invoice.get(Invoice.number == number) for number in ("LATE", "SOON"))
    promising.promise(late, PromiseFacts(TODAY, 100), by=None, now=NOW)
    disputing.open_dispute(soon, DisputeFacts("amount"), by=None, now=NOW)
    page = listing.page(account, Filter(status="promesses"), TODAY)
    assert [invoice.number for invoice in page.invoices] == ["LATE"]
    assert (page.counts["promesses"], page.counts["litiges"]) == (1, 1)
    assert numbers(account, status="litiges") == ["SOON"]
    Invoice.update(state="paid", balance_cents=0).where(Invoice.id == soon.id).execute()
    assert numbers(account, status="litiges") == []


def test_what_is_paused_and_what_a_sequence_chases_are_filters(account, cast):
    latitude, _kerity = cast
    late = Invoice.get(Invoice.number == "LATE")
    assert numbers(account, is_paused=True) == numbers(account, sequence_id=1) == []
    sequence = Sequence.create(account=account, title="Douce", title_key="d", created_at=NOW, updated_at=NOW)
    Chase.create(account=account, client=latitude, invoice=late, sequence=sequence, started_at=NOW)
    pausing.pause_client(latitude, until_on=None, reason="", by=None, now=NOW)
    assert numbers(account, is_paused=True) == numbers(account, sequence_id=sequence.id) == ["LATE"]
    assert Filter(is_paused=True, sequence_id=sequence.id).refinements == 2
    assert [found.title for found in listing.sequences(account)] == ["Douce"]


@pytest.mark.parametrize("sort", listing.SORTS)
def test_all_of_a_filter_is_read_by_batches_without_a_gap_or_a_double(account, cast, monkeypatch, sort):
    wanted = Filter(status="toutes", sort=sort, is_descending=True)
    whole = [invoice.id for invoice in listing.every(account, wanted, TODAY)]
    assert len(whole) == Invoice.select().where(Invoice.account == account).count()
    monkeypatch.setattr(listing, "BATCH_SIZE", 2)
    assert [invoice.id for invoice in listing.every(account, wanted, TODAY)] == whole


@pytest.mark.parametrize("sort", listing.SORTS)
@pytest.mark.parametrize("is_descending", [False, True])
def test_the_last_page_is_the_end_of_the_list_in_its_order(account, sort, is_descending):
    for name in ("b", "A"):
        rows_in_bulk(make_client(account, name=name), 40, state="sent", balance_cents=100)
    wanted = Filter(sort=sort, is_descending=is_descending)
    whole = [invoice.id for invoice in listing.every(account, wanted, TODAY)]
    page = listing.page(account, listing.replace(wanted, is_last=True), TODAY)
    assert [invoice.id for invoice in page.invoices] == whole[-50:]
    assert (page.after, page.count) == ("", 80)


def test_beyond_what_is_counted_there_is_no_total(account, cast, monkeypatch):
    monkeypatch.setattr(listing, "MOST", 1)
    page = listing.page(account, Filter(), TODAY)
    assert page.is_bounded
    assert (page.count, page.totals) == (2, [])
    assert (page.counts["a-encaisser"], page.counts["toutes"], page.counts["payees"]) == (2, 2, 1)
    assert [invoice.number for invoice in page.invoices] == ["LATE", "SOON"]
    assert not listing.page(account, Filter(status="payees"), TODAY).is_bounded


def test_a_search_that_finds_many_shows_the_first_of_them(account, monkeypatch):
    monkeypatch.setattr(listing, "FEW", 3)
    rows_in_bulk(make_client(account), 60, state="sent", balance_cents=100)
    page = listing.page(account, Filter(q="N-"), TODAY)
    assert (len(page.invoices), page.count) == (50, 60)
