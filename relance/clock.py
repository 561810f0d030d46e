"""The only reader of the machine's clock.

web, cli and huey_tasks call it; everything below takes ``now`` or ``today`` as an argument.
A command run under ``faketime`` therefore behaves as on that day.
"""

import datetime as dt


def now() -> dt.datetime:
    """Return the current instant, naive, in UTC, without microseconds."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
