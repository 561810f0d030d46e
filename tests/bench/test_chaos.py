"""The fault suite itself, for a few rounds: nothing doubled, nothing lost, and it does kill workers."""

import pytest

from bench import chaos


@pytest.mark.slow
@pytest.mark.postgres
def test_workers_killed_in_the_middle_double_nothing_and_lose_nothing(pg_url: str) -> None:
    tally = chaos.run(6, seed=7, pg_url=pg_url)
    assert (tally.duplicates, tally.lost) == (0, 0), tally.details
    assert tally.kills >= 3
    assert tally.handed_over + tally.uncertain >= 6 * chaos.CLIENTS
    assert tally.line.startswith("6 rounds: 0 duplicates, 0 lost, ")
