"""A large SQLite database, made by the database itself: a million invoices take seconds, not minutes."""

import datetime as dt
from typing import Any

from relance import db, models
from relance.models.accounts import Account
from relance.models.chases import Chase, ChaseContact, Entry
from relance.models.clients import Client, Contact
from relance.models.holds import Dispute, Pause, Promise
from relance.models.invoices import Instalment, Invoice
from relance.models.sequences import Sequence
from tests import factories, making

NOW = dt.datetime(2026, 11, 23, 10, 0)  # a Monday, 11:00 in Paris
INVOICES_PER_CLIENT = 10


def fill(model: type[db.BaseModel], count: int, **expressions: str) -> None:
    """Insert ``count`` rows. ``expressions``: SQL of ``n`` (1 to count) by field; others take their default."""
    columns, values = [], []
    for field in model._meta.sorted_fields:
        columns.append(f'"{field.column_name}"')
        values.append(expressions.get(field.name) or ("n" if field.name == "id" else _literal(field)))
    db.database.execute_sql(
        f'INSERT INTO "{model._meta.table_name}" ({", ".join(columns)}) '
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count}) "
        f"SELECT {', '.join(values)} FROM numbers"
    )


def _literal(field: Any) -> str:
    if field.default is None:
        assert field.null, f"{field.name} needs an expression"
        return "NULL"
    assert not callable(field.default), f"{field.name} needs an expression"
    value = field.db_value(field.default)
    return str(int(value)) if isinstance(value, bool | int) else "'" + str(value).replace("'", "''") + "'"


def make(invoices: int, due_clients: int = 0) -> Account:
    """One account with ``invoices`` sent ones, ten a client. For ``due_clients`` clients one reminder is due at NOW.

    Every invoice is under chase, its next check in the future but for the due ones.
    """
    db.database.create_tables(models.ALL)
    account = factories.make_account()
    factories.make_user(account)
    clients = max(1, invoices // INVOICES_PER_CLIENT)
    client_of = f"((n - 1) / {INVOICES_PER_CLIENT} + 1)"
    first = f"((n - 1) % {INVOICES_PER_CLIENT} = 0 AND {client_of} <= {due_clients})"
    # Those due were due yesterday (J+1 is today); the others fall due over the year to come.
    due_on = f"CASE WHEN {first} THEN '2026-11-22' ELSE date('2026-11-24', '+' || (n % 365) || ' days') END"
    created = "'2026-09-01 08:00:00'"
    amount = "(10000 + (n * 7919) % 490000)"
    with db.transaction():
        fill(Client, clients, account=str(account.id), name="'Client ' || n", created_at=created)
        fill(
            Contact,
            clients,
            account=str(account.id),
            client="n",
            name="'Contact ' || n",
            email="'contact' || n || '@client.example'",
            is_main="1",
            created_at=created,
        )
        fill(
            Invoice,
            invoices,
            account=str(account.id),
            client=client_of,
            contact=client_of,
            number="'F-' || printf('%07d', n)",
            issued_on="'2026-09-01'",
            due_on=due_on,
            next_due_on=due_on,
            total_cents=amount,
            balance_cents=amount,
            created_at=created,
            updated_at=created,
        )
        fill(
            Instalment,
            invoices,
            account=str(account.id),
            invoice="n",
            due_on=due_on,
            amount_cents=amount,
            balance_cents=amount,
        )
        fill(
            Chase,
            invoices,
            account=str(account.id),
            client=client_of,
            invoice="n",
            started_at=created,
            next_check_at=f"CASE WHEN {first} THEN '2026-11-23' ELSE date({due_on}, '+1 day') END || ' 08:00:00'",
        )
        fill(ChaseContact, invoices, chase="n", contact=client_of)
        fill(Entry, invoices, chase="n", instalment="n", enters_on="'2026-09-01'")
    db.database.execute_sql("ANALYZE")
    return account


def make_mixed(invoices: int) -> Account:
    """One account as a business has it after years: of a hundred invoices 77 are paid, 18 owed, 5 drafts.

    Ten a client. Of those owed half are late, a third have a promise, a third a dispute, a third are paused: with a
    thousand invoices each of these lists already fills a page. Two in three are under chase. Of all, one in twenty has
    a note, one in ten is a deposit, one in twenty in francs.
    """
    db.database.create_tables(models.ALL)
    account = factories.make_account()
    factories.make_user(account)
    clients = max(1, invoices // INVOICES_PER_CLIENT)
    # A client's invoices are spread over the years, and so are those of each state.
    client_of = f"((n - 1) % {clients} + 1)"
    place = "((n * 7919) % 100)"
    state = f"CASE WHEN {place} < 77 THEN 'paid' WHEN {place} < 95 THEN 'sent' ELSE 'draft' END"
    due_on = (
        f"CASE WHEN {place} < 77 THEN date('2026-09-01', '-' || (n % 1500) || ' days') "
        "ELSE date('2026-11-24', (n % 180 - 90) || ' days') END"
    )
    amount, created = "(1000 + (n * 104729) % 9900000)", "'2026-09-01 08:00:00'"
    mine = str(account.id)
    with db.transaction():
        name = "CASE n % 4 WHEN 0 THEN 'Société ' WHEN 1 THEN 'Étude ' WHEN 2 THEN 'atelier ' ELSE 'Mairie ' END || n"
        fill(Client, clients, account=mine, name=name, created_at=created)
        fill(
            Contact,
            clients,
            account=mine,
            client="n",
            name="'Contact ' || n",
            email="'contact' || n || '@client.example'",
            is_main="1",
            created_at=created,
        )
        fill(
            Invoice,
            invoices,
            account=mine,
            client=client_of,
            contact=client_of,
            kind="CASE WHEN n % 10 = 3 THEN 'deposit' ELSE 'invoice' END",
            state=state,
            number="'F-' || printf('%07d', n)",
            issued_on=f"date({due_on}, '-30 days')",
            due_on=due_on,
            next_due_on=due_on,
            total_cents=amount,
            balance_cents=f"CASE WHEN {place} < 77 THEN 0 ELSE {amount} END",
            currency="CASE WHEN n % 20 = 7 THEN 'CHF' ELSE 'EUR' END",
            object="'Mission ' || (n % 977)",
            note="CASE WHEN n % 20 = 11 THEN 'Rappelé le comptable, dossier ' || n ELSE '' END",
            paid_on=f"CASE WHEN {place} < 77 THEN date({due_on}, '+9 days') END",
            created_at=created,
            updated_at=created,
        )
        fill(
            Instalment,
            invoices,
            account=mine,
            invoice="n",
            due_on=due_on,
            amount_cents=amount,
            balance_cents=f"CASE WHEN {place} < 77 THEN 0 ELSE {amount} END",
        )
    _hold_some(account)
    db.database.execute_sql("ANALYZE")
    return account


def _hold_some(account: Account) -> None:
    """Chases, promises, disputes and pauses of what is owed."""
    day, at, owed = "'2026-11-01'", "'2026-11-01 08:00:00'", "FROM invoice WHERE state = 'sent' AND"
    _copy(
        Chase,
        f"{owed} id % 3 <> 2",
        account="account_id",
        client="client_id",
        invoice="id",
        started_at=at,
        next_check_at="'2026-12-01 08:00:00'",
    )
    _copy(
        Entry,
        "FROM chase JOIN instalment ON instalment.invoice_id = chase.invoice_id",
        chase="chase.id",
        instalment="instalment.id",
        enters_on=day,
    )
    about = {"account": "account_id", "client": "client_id", "invoice": "id", "starts_on": day, "made_at": at}
    _copy(
        Promise,
        f"{owed} id % 3 = 1",
        **about,
        promised_on="'2026-12-04'",
        holds_until_on="'2026-12-06'",
        amount_cents="balance_cents",
    )
    _copy(Dispute, f"{owed} id % 3 = 2", **about, kind="'amount'")
    _copy(Pause, f"{owed} id % 6 IN (0, 4)", **about)


def _copy(model: type[db.BaseModel], source: str, **expressions: str) -> None:
    """Insert a row for each of ``source``. ``expressions``: SQL by field; others take their default."""
    fields = [field for field in model._meta.sorted_fields if field.name != "id"]
    columns = ", ".join(f'"{field.column_name}"' for field in fields)
    values = ", ".join(expressions.get(field.name) or _literal(field) for field in fields)
    db.database.execute_sql(f'INSERT INTO "{model._meta.table_name}" ({columns}) SELECT {values} {source}')


def enrol_all(account: Account) -> Sequence:
    """Every client of the account in one sequence of four e-mails, every invoice under chase following it."""
    blocks = ((3, "rappel"), (10, "relance_1"), (20, "relance_2"), (30, "dernier_rappel"))
    sequence: Sequence = making.make_sequence(account, *blocks, title="Mesure", now=NOW)
    with db.transaction():
        Client.update(sequence=sequence, enrolled_at=NOW).where(Client.account == account).execute()
        Chase.update(frequency="sequence", sequence=sequence, is_inherited=True).where(
            Chase.account == account
        ).execute()
        ChaseContact.delete().execute()
    db.database.execute_sql("ANALYZE")
    return sequence
