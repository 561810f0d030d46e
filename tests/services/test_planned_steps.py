"""To which days a step may be moved, and which steps can no longer be."""

import datetime as dt

import pytest

from relance.models.holds import Reschedule
from relance.services import chasing, pausing, stepping
from relance.services.stepping import SteppingError
from tests import factories
from tests.making import switch_on
from tests.services.sending import nine_on, sweep

NOW, TODAY = factories.NOW, factories.TODAY
D = dt.date


def refused(invoice, step, day, by, now=NOW):
    with pytest.raises(SteppingError) as caught:
        stepping.move(invoice, step, day, by=by, now=now)
    assert not Reschedule.select().exists()
    assert caught.value.field == "day"
    return str(caught.value)


@pytest.mark.parametrize(
    ("step", "day", "sentence"),
    [
        (0, D(2026, 11, 22), "à partir d'aujourd'hui"),
        (0, D(2027, 12, 1), "dans l'année qui vient"),
        (0, D(2026, 12, 1), "La relance suivante est prévue le 1er décembre 2026"),
        (0, D(2026, 11, 28), ""),
        (1, D(2026, 11, 24), "La relance précédente est prévue le 24 novembre 2026"),
        (1, D(2026, 12, 8), "La relance suivante est prévue le 8 décembre 2026"),
    ],
)
def test_the_steps_stay_in_order(chased, camille, step, day, sentence):
    if not sentence:
        assert stepping.move(chased, step, day, by=camille, now=NOW) == D(2026, 11, 30)
        return
    assert sentence in refused(chased, step, day, camille).replace("\u00a0", " ")


def test_nothing_leaves_the_day_another_left(chased, camille, post, smtp_server):
    sweep(D(2026, 11, 24), post)
    sentence = refused(chased, 1, D(2026, 11, 24), camille, now=nine_on(D(2026, 11, 24)))
    assert "est partie le 24" in sentence


def test_what_comes_before_the_due_date_stays_before_it(latitude, nadia, camille):
    from relance.models.sequences import Sequence, SequenceStep

    invoice = factories.make_invoice(latitude, due_on=D(2026, 12, 3))
    chase = switch_on(invoice, nadia)
    plan = Sequence.create(
        account=latitude.account, title="Avant", title_key="avant", revision=1, created_at=NOW, updated_at=NOW
    )
    SequenceStep.create(sequence=plan, revision=1, key=1001, offset_days=-3, template="prerelance")
    chase.frequency, chase.sequence = "sequence", plan
    chase.save()
    assert stepping.move(invoice, 1001, D(2026, 12, 2), by=camille, now=NOW) == D(2026, 12, 2)
    Reschedule.delete().execute()
    assert "avant l'échéance" in refused(invoice, 1001, D(2026, 12, 3), camille)


def test_a_step_is_not_moved_into_a_pause(chased, camille):
    pausing.pause_invoice(chased, until_on=D(2026, 11, 26), reason="", by=camille, now=NOW)
    assert "27 novembre" in refused(chased, 1, D(2026, 11, 26), camille).replace("\u00a0", " ")
    pausing.pause_invoice(chased, until_on=None, reason="", by=camille, now=NOW)
    with pytest.raises(SteppingError, match="reprenez-les d'abord"):
        stepping.move(chased, 1, D(2026, 11, 27), by=camille, now=NOW)


def test_a_step_that_left_or_never_was_is_refused(chased, camille, post, smtp_server):
    sweep(D(2026, 11, 24), post)
    now = nine_on(D(2026, 11, 24))
    for step in (0, 99):
        with pytest.raises(SteppingError, match="déjà partie"):
            stepping.hold(chased, step, by=camille, now=now)
    factories.make_payment(chased, 120_000)
    with pytest.raises(SteppingError, match="déjà partie"):
        stepping.skip(chased, 1, by=camille, now=now)


def test_without_reminders_there_is_no_step(invoice, nadia, camille):
    with pytest.raises(SteppingError):
        stepping.hold(invoice, 0, by=camille, now=NOW)
    chase = switch_on(invoice, nadia, start="gently")
    chasing.stop(chase, because="switched_off", by=camille, now=NOW)
    with pytest.raises(SteppingError):
        stepping.restore(invoice, 0, by=camille, now=NOW)
