"""The sequence a client follows, as its settings show it."""

from typing import Any

from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.web.forms.reminder_settings import sequence_choices
from relance.web.scope import current_account


def context(client: Client, chosen: Sequence | None = None, **more: Any) -> dict[str, Any]:
    """The panel of the settings. ``chosen``: what is selected, not yet saved."""
    current = client.sequence if client.sequence_id else None
    choices = sequence_choices(current_account())
    # A sequence that was never published keeps its clients: it is shown where it is followed.
    if current is not None and str(current.id) not in dict(choices):
        choices.append((str(current.id), current.title))
    found: dict[str, Any] = {
        "followed": current,
        "chosen": current if chosen is None and "is_none" not in more else chosen,
        "sequence_choices": choices,
        "entry": None,
        "moved_rows": [],
        "sequence_problem": "",
        "asks_again": False,
    }
    return found | more
