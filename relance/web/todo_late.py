"""« À relancer aujourd'hui »: the late invoices that nothing chases, by amount times age, and whom to phone."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import url_for
from markupsafe import Markup

from relance.models.invoices import Invoice
from relance.services.attending import Group
from relance.web.i18n import _
from relance.web.todo_lines import Action, Context, Line, about, phone, see_invoice

KINDS = ("ancient", "late")
SHOWN = 5


@dataclass(frozen=True)
class Panel:
    """The first lines, and how many invoices there are in all."""

    lines: list[Line]
    count: int

    @property
    def others(self) -> int:
        """How many are not shown."""
        return self.count - len(self.lines)


def panel(groups: Iterable[Group], context: Context) -> Panel:
    """The SHOWN heaviest of the groups of KINDS, each of which brings its own heaviest."""
    rows: list[tuple[str, Invoice]] = [(group.kind, row) for group in groups for row in group.rows]
    rows.sort(key=lambda row: (-row[1].balance_cents * (context.today - row[1].next_due_on).days, row[1].id))
    count = sum(group.count for group in groups)
    return Panel([_line(kind, invoice, context) for kind, invoice in rows[:SHOWN]], count)


def _line(kind: str, invoice: Invoice, context: Context) -> Line:
    parts = [about(invoice, context.today), phone(context, invoice.client)]
    detail = Markup("{}.").format(Markup(". ").join(part for part in parts if part))
    chase = Action(_("Relancer"), url_for("reminding.choose", id=invoice.id), is_dialog=True)
    notice = Action(_("Mise en demeure"), f"/courriers/nouveau?factures={invoice.id}", is_quiet=True)
    actions = (chase, notice) if kind == "ancient" else (chase,)
    return Line("clock", "late", invoice.client.name, detail, actions, see_invoice(invoice))
