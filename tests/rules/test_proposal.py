"""The text proposed to someone who chases by hand: the table of docs/proposal.md, line by line, and what it tells."""

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from relance.rules.proposal import Delays, propose
from tests.rules.proposal_cases import CASES, TODAY

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.requirement("S2.2", "S2.3", "S2.4", "S2.5", "S2.6", "S2.16")
@pytest.mark.parametrize("case", CASES, ids=[f"line-{n}" for n in range(1, len(CASES) + 1)])
def test_the_template_follows_lateness_history_and_delays(case):
    found = case.decided
    opens_in = (found.opens_on - TODAY).days if found.opens_on else None
    expected = (case.template, case.following, case.opens_in, case.notice)
    assert (found.template, found.next_template, opens_in, found.offers_notice) == expected


def test_the_reasons_travel_with_the_proposal():
    late = next(case for case in CASES if case.template == "relance_2" and case.notice).decided
    assert (late.days_late, late.reminders, late.last_on) == (15, 2, TODAY - dt.timedelta(7))
    assert not late.warns_of_notice
    alone = propose(TODAY - dt.timedelta(12), [], TODAY)
    assert (alone.days_late, alone.reminders, alone.last_on, alone.warns_of_notice) == (12, 0, None, True)
    assert propose(TODAY, [], TODAY).days_late == 0


@pytest.mark.parametrize(
    ("following", "days"), [("relance_1", 1), ("relance_2", 2), ("dernier_rappel", 3), ("formal_notice", 4)]
)
def test_each_step_has_its_own_delay(following, days):
    assert Delays(1, 2, 3, 4).before(following) == days


def test_the_table_of_the_docs_is_the_one_the_code_decides():
    checked = subprocess.run(
        [sys.executable, "script/proposals", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")
    rows = [line for line in (ROOT / "docs/proposal.md").read_text(encoding="utf-8").splitlines() if line[:2] == "| "]
    assert len(rows) == 1 + len(CASES)
