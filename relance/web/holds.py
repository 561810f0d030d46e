"""What holds an invoice back, in words: its badge, its line in the list, the notices of its page."""

from collections.abc import Iterable
from datetime import date

from markupsafe import Markup

from relance.models.holds import Extension
from relance.models.invoices import Invoice
from relance.services import extending, holding
from relance.services.holding import Held
from relance.web import filters
from relance.web.i18n import _

# The most useful truth first.
RANK = ("dispute", "plan", "promise", "letter", "pause", "client_pause", "account_pause")
SAID = ("dispute", "promise", "plan")  # these mean something even where nothing is on
BADGES = {
    "dispute": "dispute",
    "plan": "plan",
    "promise": "promise",
    "letter": "paused",
    "pause": "paused",
    "client_pause": "paused",
}
FAR = 300  # days: beyond, a date without its year is ambiguous


def ranked(holds: Iterable[Held], *, is_chased: bool) -> tuple[Held, ...]:
    """The holds that mean something for an invoice, the most useful first: nothing is paused where nothing is on."""
    known = [held for held in holds if held.kind in RANK and (is_chased or held.kind in SAID)]
    return tuple(sorted(known, key=lambda held: RANK.index(held.kind)))


def badge(holds: Iterable[Held]) -> str:
    """The badge of the first of ``ranked`` holds; '' when none deserves one (everything is paused: a line says so)."""
    return next((BADGES[held.kind] for held in holds if held.kind in BADGES), "")


def short(holds: Iterable[Held]) -> str:
    """« Suspendues, litige du 14 sept. », « En pause jusqu'au 27 nov. »: what lasts longest."""
    held = longest(holds)
    if held is None:
        return ""
    if held.kind == "dispute":
        return _("Suspendues, litige du {date}", date=filters.day_month(held.row.starts_on))
    if held.kind == "account_pause":
        if held.until_on is None:
            return _("Envois suspendus")
        return _("Envois suspendus jusqu'au {date}", date=filters.day_month(held.until_on))
    if held.until_on is None:
        return _("En pause, lettre postée") if held.kind == "letter" else _("En pause")
    return _("En pause jusqu'au {date}", date=filters.day_month(held.until_on))


def longest(holds: Iterable[Held]) -> Held | None:
    """The hold that ends last."""
    return max(holds, key=lambda held: held.until_on or date.max, default=None)


def until(day: date, today: date) -> Markup:
    """« vendredi 27 novembre »; with its year instead of its weekday when it is far away."""
    return filters.long_date(day) if (day - today).days > FAR else filters.weekday_date(day)


def of(invoice: Invoice, today: date) -> str:
    """Why the automatic reminders of this invoice are held, in a few words inside a sentence; '' when they are not."""
    return inside(holding.current(invoice.account, [invoice], today).get(invoice.id, ()))


def inside(holds: Iterable[Held]) -> str:
    """The same for holds that were read already."""
    words = str(short(list(holds)))
    return words[:1].lower() + words[1:]


def extension_of(invoice: Invoice) -> Extension | None:
    """The extension in force, for the page of an invoice that is owed."""
    return extending.current(invoice) if invoice.state == "sent" else None
