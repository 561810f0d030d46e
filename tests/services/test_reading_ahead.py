"""What the page of an invoice reads is asked at once, then found by its parts."""

import datetime as dt

from relance.db import remembering
from relance.models.chases import Chase
from relance.services import client_figures, holds, reading_ahead, settling, situations, threads
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.making import switch_on


def test_the_parts_of_the_page_find_what_was_read(account, invoice, nadia):
    switch_on(invoice, nadia, start="gently")
    with remembering(), counted() as queries:
        reading_ahead.of_invoice(invoice, TODAY)
        asked = len(queries)
        thread = threads.of_invoice(invoice, NOW)
        situation = situations.load(account, [invoice.client_id], TODAY)[invoice.client_id]
        figures = client_figures.figures(invoice.client, TODAY)
        assert holds.current(account, [invoice], TODAY) == {}
        assert settling.credit_notes(invoice) == []
        assert Chase.get(Chase.invoice == invoice).is_active
    assert (asked, len(queries)) == (2, 2)
    assert thread.is_on
    assert [one.invoice for one in situation.tracked.values()] == [invoice]
    assert figures.owed[0].late_count == 1


def test_elsewhere_nothing_is_read(invoice):
    with counted() as queries:
        reading_ahead.of_invoice(invoice, TODAY + dt.timedelta(1))
    assert queries == []
