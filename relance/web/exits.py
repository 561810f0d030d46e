"""« Et maintenant ? »: what is left to do about an invoice when reminders did not help; and handing it over."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.chases import Chase
from relance.models.invoices import Invoice
from relance.rules import exit_facts, exits, limitation
from relance.rules.exit_facts import Source
from relance.rules.exits import Route
from relance.services import (
    charging,
    chasing,
    confiding,
    gathering,
    holds,
    limiting,
    partners,
    proposing,
    settling,
    standing,
)
from relance.services.holding import HoldError
from relance.services.partners import Shown
from relance.services.standing import Standing
from relance.web import nav, scope
from relance.web.forms.exits import ConfideForm
from relance.web.hold_dialogs import dialog, refuse
from relance.web.holds import short
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.pauses import resumed_words
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("exits", __name__)

PLAN = "/clients/<int:id>/echeancier"
CASE_FILE = "/factures/<int:id>/dossier"
ACTIVITIES = {"merchant": "Commerciale", "liberal": "Libérale", "unknown": "Je ne sais pas"}
ICONS = {
    "plan": "calendar",
    "notice": "stamp",
    "insolvency": "search",
    "mediation": "handshake",
    "injunction": "landmark",
    "lawsuit": "scale",
    "officer": "user",
    "uncontested": "receipt-text",
    "firm": "users",
}
# Which ways stand together, and whom of the list each one names.
GROUPS = (
    ("Avec votre client", ("plan", "notice", "insolvency", "mediation")),
    ("Devant la justice", ("injunction", "lawsuit", "officer", "uncontested")),
    ("Passer la main", ("firm",)),
)
NAMED = {
    "mediation": ("mediator",),
    "injunction": ("court",),
    "lawsuit": ("lawyer", "court"),
    "officer": ("officer",),
    "uncontested": ("officer",),
    "firm": ("firm", "officer", "lawyer"),
}


@dataclass(frozen=True)
class Group:
    """Ways that stand together: those that may apply, and those that do not."""

    title: str
    routes: tuple[Route, ...]
    closed: tuple[Route, ...]


@blueprint.get("/factures/<int:id>/et-maintenant")
def show(id: int) -> ResponseReturnValue:
    """Where the invoice stands, and the ways out: facts and links, no advice."""
    invoice = invoice_or_404(id)
    if invoice.state != "sent" or invoice.is_credit_note:
        return go_to(url_for("invoices.show", id=invoice.id), _("Cette facture n'est pas à encaisser."), "info")
    return render_template("exits/show.html", **_context(invoice))


@blueprint.get("/factures/<int:id>/confier")
def ask(id: int) -> ResponseReturnValue:
    """To whom the invoice is handed over."""
    invoice = invoice_or_404(id)
    before = confiding.of_invoice(invoice)
    typed = {"to": before.to, "on": before.on, "note": before.note} if before else {"on": _today()}
    return _dialog(invoice, ConfideForm(formdata=None, data={"to": request.args.get("a", "")} | typed))


@blueprint.post("/factures/<int:id>/confier")
def confide(id: int) -> ResponseReturnValue:
    """Hand the invoice over; its reminders are held."""
    invoice, form = invoice_or_404(id), ConfideForm()
    if not form.validate():
        return _dialog(invoice, form, 422)
    facts = {"to": form.to.data or "", "on": form.on.data, "note": form.note.data or ""}
    try:
        confiding.confide(invoice, **facts, by=current_user(), now=clock.now())
    except HoldError as error:
        return _dialog(invoice, refuse(form, error), 422)
    scope.ring()
    return go_to(url_for("invoices.show", id=invoice.id), _("C'est noté. Transmettez le dossier vous-même."))


@blueprint.post("/factures/<int:id>/confier/reprendre")
def take_back(id: int) -> ResponseReturnValue:
    """The invoice is followed here again."""
    invoice = invoice_or_404(id)
    place = url_for("invoices.show", id=invoice.id)
    try:
        resumed = confiding.take_back(invoice, by=current_user(), now=clock.now())
    except HoldError as error:
        return go_to(place, _(str(error)), "warn")
    scope.ring()
    return go_to(place, resumed_words(resumed, _("Dossier repris.")) if resumed else _("Dossier repris."))


def _context(invoice: Invoice) -> dict[str, Any]:
    now, account = clock.now(), current_account()
    today, client = chasing.today_of(account, now), invoice.client
    letters, events, own, chases, *held = gathering.read(
        *standing.reads(invoice),
        partners.read(account),
        Chase.select().where(Chase.invoice == invoice),
        *holds.current_reads(account, [invoice]),
        *limiting.reads([invoice.id]),
        settling.credit_notes_read(invoice),
    )
    chase = gathering.first(chases)
    is_finished = chase is not None and chase.ended_because == "finished"
    stands = standing.of_rows(letters, events, today, is_finished=is_finished)
    interest = charging.interest_of([invoice], today) if invoice.is_overdue(today) else 0
    ends_on = limiting.of_invoices([invoice]).get(invoice.id)
    activity = _activity()
    found = exits.routes(
        client.kind, activity, invoice.balance_cents + (interest or 0), invoice.currency, country=client.country
    )
    holding_now = holds.current_of([invoice], today, *held[:3]).get(invoice.id, ())
    return {
        "invoice": invoice,
        "client": client,
        "day": today,
        "stands": stands,
        "proposal": proposing.of_invoice(invoice, today),
        "interest_cents": interest,
        "ends_on": ends_on,
        "ends_level": limitation.level_of(ends_on, today) if ends_on else "",
        "hold_words": short([one for one in holding_now if one.kind in ("promise", "dispute")]),
        "is_disputed": any(one.kind == "dispute" for one in holding_now),
        "groups": _groups(found),
        "court": exits.court_of(client.kind, activity),
        "named": _named(partners.merged(own)),
        "icons": ICONS,
        "activity": activity,
        "activities": [(key, _(text)) for key, text in ACTIVITIES.items()] if client.kind == "organisation" else [],
        "siren": _siren(invoice),
        "reviewed_on": exit_facts.REVIEWED_ON,
        **doors(invoice),
    }


def doors(invoice: Invoice) -> dict[str, str]:
    """The addresses of pages that other parts of Relance give; '' where this version has none."""
    plan = f"/clients/{invoice.client_id}/echeancier?factures={invoice.id}" if nav.has_page(PLAN) else ""
    case_file = f"/factures/{invoice.id}/dossier" if nav.has_page(CASE_FILE) else ""
    return {"plan_url": plan, "case_file_url": case_file, "notice_url": f"/courriers/nouveau?factures={invoice.id}"}


def panel(invoice: Invoice, today: date, *, is_finished: bool) -> dict[str, Any]:
    """What the page of an invoice needs to say « Et maintenant ? » and who has the file."""
    stands: Standing = standing.of_invoice(invoice, today, is_finished=is_finished)
    return {"stands": stands, "siren": _siren(invoice), **doors(invoice)}


def _activity() -> str:
    """What the business does: as asked in the address, else what its legal form says."""
    asked = request.args.get("activite", "")
    return asked if asked in ACTIVITIES else exits.creditor_of(current_account().legal_form)


def _groups(found: tuple[Route, ...]) -> list[Group]:
    by_key = {route.key: route for route in found}
    groups = []
    for title, keys in GROUPS:
        here = [by_key[key] for key in keys if key in by_key]
        open_ones = tuple(route for route in here if route.state != "closed")
        groups.append(Group(_(title), open_ones, tuple(route for route in here if route.state == "closed")))
    return groups


def _named(listed: list[Shown]) -> dict[str, list[Shown]]:
    """Whom of the account's list each way names."""
    shown = [one for one in listed if not one.is_hidden]
    return {key: [one for one in shown if one.facts.kind in kinds] for key, kinds in NAMED.items()}


def _siren(invoice: Invoice) -> str:
    """The nine digits of the client, '' when they are not known or when it is no company of France."""
    client = invoice.client
    digits = client.siren[:9]
    is_known = client.country == "FR" and client.kind == "organisation" and len(digits) == 9 and digits.isdigit()
    return digits if is_known else ""


def _dialog(invoice: Invoice, form: ConfideForm, status: int = 200) -> ResponseReturnValue:
    chase = chasing.chase_of(invoice)
    return dialog(
        "confide",
        form,
        status,
        (_("Confier le dossier"), _("Confier le dossier")),
        invoice=invoice,
        route="exits.confide",
        known=[one.facts.name for one in partners.listed(current_account()) if not one.is_hidden],
        is_chased=chase is not None and chase.is_active,
        case_file_url=doors(invoice)["case_file_url"],
    )


def _today() -> date:
    return chasing.today_of(current_account(), clock.now())


@blueprint.app_template_global("help_pages")
def help_pages() -> tuple[Source, ...]:
    """Where to find help: a lawyer, legal aid, a point-justice."""
    return exit_facts.HELP
