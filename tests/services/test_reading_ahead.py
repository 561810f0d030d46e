"""What the page of an invoice reads is asked at once, then found by its parts."""

import datetime as dt
from dataclasses import replace

import pytest

from relance.db import remembering
from relance.models.chases import Chase
from relance.services import (
    asking,
    chasing,
    client_figures,
    holds,
    previewing,
    reading_ahead,
    sequencing,
    settling,
    situations,
    threads,
)
from relance.services.chasing import ChasePlan
from tests.counting import counted
from tests.factories import NOW, TODAY
from tests.making import make_sequence, switch_on


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


@pytest.mark.parametrize("is_frozen", [False, True])
def test_the_reminder_settings_find_what_was_read(account, camille, invoice, nadia, is_frozen):
    sequence = make_sequence(account, (1, "rappel"), (8, "relance_1"))
    plan = ChasePlan("sequence", sequence_id=sequence.id, contact_ids=(nadia.id,), start="gently", is_frozen=is_frozen)
    chase = chasing.start(invoice, plan, by=camille, now=NOW)

    def shown():
        plan = replace(chasing.plan_of(chase), start="keep")
        asks = asking.asking_among(account, [invoice.id])
        return (
            previewing.preview(account, invoice, plan, NOW),
            asks,
            sequencing.listed(account),
            situations.steps_of(chase),
        )

    alone = shown()
    with remembering(), counted() as queries:
        reading_ahead.of_reminders(invoice, TODAY)
        asked = len(queries)
        assert shown() == alone
    assert (asked, len(queries)) == (4, 4)
    assert len(alone[0].sends) == 2


def test_elsewhere_nothing_is_read(invoice):
    with counted() as queries:
        reading_ahead.of_invoice(invoice, TODAY + dt.timedelta(1))
        reading_ahead.of_reminders(invoice, TODAY)
    assert queries == []
