"""Instalments before they enter a plan, read for many invoices at once."""

import datetime as dt

from relance.db import database
from relance.rules.plans import Step
from relance.services import entry_items
from tests import factories

STEPS = (Step(1001, 3, "rappel"),)


def count_queries(call):
    seen = []
    execute = database.obj.execute_sql

    def spy(sql, *args, **kwargs):
        seen.append(sql)
        return execute(sql, *args, **kwargs)

    database.obj.execute_sql = spy
    try:
        call()
    finally:
        del database.obj.execute_sql
    return len(seen)


def test_only_what_is_owed_is_gathered_by_invoice(latitude, account):
    one = factories.make_invoice(latitude, due_on=dt.date(2026, 12, 1))
    paid = factories.make_invoice(latitude, due_on=dt.date(2026, 12, 1))
    one_part = one.instalments.get()
    part = paid.instalments.get()
    part.balance_cents = 0
    part.save()
    found = entry_items.gather(account.id, [one, paid], STEPS)
    assert found[paid.id] == []
    [(row, item)] = found[one.id]
    assert (row.id, item.key, item.due_on, item.steps) == (one_part.id, one_part.id, dt.date(2026, 12, 1), STEPS)


def test_ten_invoices_cost_as_many_queries_as_one(latitude, account):
    invoices = [factories.make_invoice(latitude) for _ in range(10)]
    one = count_queries(lambda: entry_items.gather(account.id, invoices[:1], STEPS))
    assert count_queries(lambda: entry_items.gather(account.id, invoices, STEPS)) == one
