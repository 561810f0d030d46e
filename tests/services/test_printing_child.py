"""The child of the press, started as printing_many starts it."""

import json
import subprocess
import sys

from relance import db
from relance.models.letters import Letter
from tests.factories import NOW
from tests.services.notices import kinds, late, prepare


def test_it_prints_what_it_is_handed_and_ends_with_its_input(account, brewery, data_dir):
    letter = prepare(account, brewery, [late(brewery)])
    job = json.dumps({"database_url": db.url(), "data_dir": str(data_dir)})
    lines = [job, f"{letter.id} {NOW.isoformat()}", f"{letter.id} {NOW.isoformat()}"]
    done = subprocess.run(
        [sys.executable, "-m", "relance.services.printing_child"],
        input="\n".join(lines) + "\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split() == ["r", "1", "1"]  # asked twice, it gives the same bytes
    assert Letter.get_by_id(letter.id).sha256
    assert kinds(letter) == ["letter_requested", "letter_ready"]
