"""The words that the lines of « À traiter » share."""

import datetime as dt

import pytest

from relance.web import todo_lines
from tests import factories

TODAY = factories.TODAY


@pytest.mark.parametrize(("days", "words"), [(0, ""), (1, "un jour de retard"), (22, "22 jours de retard")])
def test_a_delay_is_said_once_it_is_one(as_camille, latitude, days, words):
    invoice = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(days))
    assert todo_lines.days_late(invoice, TODAY).replace("\u00a0", " ") == words


def test_an_invoice_is_told_on_one_line_and_escaped(as_camille, latitude):
    invoice = factories.make_invoice(latitude, "<b>1</b>", due_on=TODAY - dt.timedelta(3))
    told = str(todo_lines.about(invoice, TODAY)).replace("\u00a0", " ")
    assert told == (
        '<span class="nowrap">&lt;b&gt;1&lt;/b&gt;</span>, <span class="money">1 200,00 €</span>, 3 jours de retard'
    )
    assert todo_lines.see_invoice(invoice).href == f"/factures/{invoice.id}"
