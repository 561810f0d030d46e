"""A child of printing_many: ``python -m relance.services.printing_child``. It prints the letters it is handed.

First line of its input: where the rows and the files are, as JSON, so that no secret stands in its arguments. Then
a letter a line, « id instant »; it answers a byte and a new line for each. It ends with its input, so when its
parent does, however that was: the letter it is printing is finished first.
"""

import datetime as dt
import json
import os
import sys
from pathlib import Path

from relance import db, storage
from relance.services import printing_many
from relance.services.printing_many import NOT_PRINTED, PRINTED, READY


def main() -> int:
    """Print until the input ends."""
    # The answers have the output to themselves: what a library would print goes where errors do.
    answers = os.dup(1)
    os.dup2(2, 1)
    job = json.loads(sys.stdin.buffer.readline())
    db.open_database(job["database_url"], max_connections=2)
    storage.open_storage(Path(job["data_dir"]))
    with db.connection():
        os.write(answers, READY + b"\n")
        for line in sys.stdin.buffer:
            letter_id, at = line.decode().split()
            is_printed = printing_many.make(int(letter_id), dt.datetime.fromisoformat(at))
            os.write(answers, (PRINTED if is_printed else NOT_PRINTED) + b"\n")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # the parent is gone: nobody to answer
        os._exit(0)
