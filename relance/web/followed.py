"""The sequence a client follows, as its settings show it."""

from typing import Any

from flask import request

from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import sequencing
from relance.web.forms.reminder_settings import sequence_choices
from relance.web.i18n import _
from relance.web.scope import current_account

AS_ACCOUNT = "compte"


def context(client: Client, chosen: Sequence | None = None, **more: Any) -> dict[str, Any]:
    """The panel of the settings. ``chosen``: what is selected, not yet saved."""
    current = client.sequence if client.sequence_id else None
    account = current_account()
    default = sequencing.default_of(account)
    title = default.title if default is not None else _("aucune")
    choices = [(AS_ACCOUNT, _("Comme le compte : {séquence}", séquence=title)), *sequence_choices(account)]
    # A sequence that was never published keeps its clients: it is shown where it is followed.
    if current is not None and str(current.id) not in dict(choices):
        choices.append((str(current.id), current.title))
    selected = current if chosen is None and "is_none" not in more else chosen
    key = str(selected.id) if selected is not None else ""
    is_own = client.chooses_sequence if not more.get("asks_again") else request.form.get("sequence") != AS_ACCOUNT
    found: dict[str, Any] = {
        "selected_choice": key if is_own else AS_ACCOUNT,
        "followed": current,
        "chosen": selected,
        "sequence_choices": choices,
        "entry": None,
        "moved_rows": [],
        "sequence_problem": "",
        "asks_again": False,
    }
    return found | more
