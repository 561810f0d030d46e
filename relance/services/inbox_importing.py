"""One file of the watched folder, imported: what became of it, in French."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from relance.imports.values import RefusedError
from relance.models.accounts import Account
from relance.rules.calendar import local_date
from relance.rules.money import format_amount
from relance.rules.wording import short_date
from relance.services import importing
from relance.services.import_planning import CREATE, DIFFERENT, FIX, SAME, Item
from relance.services.inbox_files import DONE, REFUSED, TO_FIX

SHOWN = 100  # lines of a note
NOTHING = "Rien n'a été enregistré."
AGAIN = "Tout ce qu'il contient était déjà enregistré : rien n'a changé."


@dataclass(frozen=True)
class Outcome:
    """The folder a file goes to, and what its note says."""

    folder: str
    sentences: tuple[str, ...]


def hand_over(
    account: Account, name: str, content: bytes, token: str, *, now: datetime, patience: float
) -> Outcome | None:
    """Import a file as far as nothing needs a person; None when it goes on at the next look."""
    try:
        if content.startswith(b"%PDF-"):
            lines = [importing.read_pdf(content, name)]
        else:
            lines, _warnings = importing.read_csv(content, name)
        planned = importing.plan(account, lines, local_date(now, account.time_zone))
    except RefusedError as error:
        return Outcome(REFUSED, (NOTHING, str(error)))
    if planned.of(FIX) or planned.of(DIFFERENT):
        return Outcome(TO_FIX, (NOTHING, "", *_lines(planned.of(FIX)), *_lines(planned.of(DIFFERENT))))
    try:
        done = importing.apply(planned, by=None, now=now)
    except importing.ImportBlockedError as error:
        return Outcome(TO_FIX, (str(error),))
    created = done.plan.of(CREATE)
    if not created:
        return Outcome(DONE, (AGAIN,))
    told = [f"{len(created)} facture(s) créée(s), {len(done.plan.of(SAME))} déjà enregistrée(s).", "", *_lines(created)]
    return Outcome(DONE, tuple(told))


def _lines(items: Sequence[Item]) -> list[str]:
    lines = []
    for item in items[:SHOWN]:
        words = [item.line.read.number or "?"]
        if item.wanted is not None:
            words.append(format_amount(item.wanted.total_cents, item.wanted.currency))
            words.append(f"échéance le {short_date(item.wanted.due_on)}")
        words += [problem.reason for problem in item.problems]
        words += item.warnings
        lines.append(" ; ".join(words))
    if len(items) > SHOWN:
        lines.append(f"… et {len(items) - SHOWN} autres.")
    return lines
