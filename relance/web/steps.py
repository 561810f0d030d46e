"""One planned step: held, released, skipped, moved, from the agenda or from its invoice."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from relance import clock
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.services import forecasting, previewing, situations, stepping, upcoming
from relance.services.stepping import SteppingError
from relance.services.upcoming import Coming
from relance.web import agenda, dashboard, filters, history, names, scope, sends
from relance.web.forms import Form
from relance.web.forms.fields import DateField, required
from relance.web.history_phrases import strong
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("steps", __name__)

REASON = 255  # characters of the reason of a hold
MOST = 2_000  # steps of one form: more than any view lists, and few enough for one short transaction


class DayForm(Form):
    """Another day for a step."""

    day = DateField("Nouvelle date", [required("la nouvelle date")])


@blueprint.app_template_global("steps_ahead")
def ahead(invoice: Invoice) -> list[Coming]:
    """What is to come for an invoice, for the fragments that show it."""
    return upcoming.of_invoice(invoice, clock.now())


@blueprint.app_template_global("step_name")
def step_name(kind: str, template: str) -> str:
    """« Relance 1 », « Mise en demeure », « Appel »."""
    return agenda.step_name(kind, template)


@blueprint.app_template_global("step_sentence")
def sentence(coming: Coming) -> Markup:
    """« **Relance 1**, lundi 30 novembre à 9 h, pour Nadia Benali »."""
    name, day = strong(step_name(coming.kind, coming.template)), filters.weekday_date(coming.on)
    if coming.state != "planned":
        return Markup("<s>{}</s>, {}").format(name, day)
    if coming.send is not None:
        hour = filters.local_time(coming.send.at)
        words = _("{relance}, {date} à {heure}", relance=name, date=day, heure=hour)
        if not coming.people:
            return Markup(words)  # noqa: S704 (escaped by _)
        return Markup(", ").join([words, _("pour {nom}", nom=Markup(", ").join(coming.people))])
    words = "{relance} à passer, {date}" if coming.kind == "call" else "{relance} à relire, {date}"
    return Markup(_(words, relance=name, date=day))  # noqa: S704


@blueprint.app_template_global("step_detail")
def detail(coming: Coming) -> Markup:
    """« J+30 · attendra votre accord »: its place in the plan, and what a person decided about it."""
    parts = [history.offset(coming.days_from_due)]
    if coming.state == "held":
        parts.append(_("Retenue : {motif}", motif=coming.reason) if coming.reason else _("Retenue par vous"))
    elif coming.state == "skipped":
        parts.append(_("Passée par vous"))
    elif coming.is_moved:
        parts.append(_("date choisie par vous"))
    elif coming.send is not None and (why := agenda.note(coming.send)):
        parts.append(why)
    if coming.asks and coming.state == "planned":
        parts.append(_("attendra votre accord"))
    return Markup(" · ").join(parts)


@blueprint.app_template_global("sooner")
def sooner(coming: Coming) -> str:
    """« Avancer à aujourd'hui »: brings a step to the next day of sending; '' for one already there."""
    account, now = current_account(), clock.now()
    soonest = situations.policy_of(account).calendar.next_working(forecasting.first_day(account, now))
    if coming.on <= soonest:
        return ""
    if soonest == local_date(now, account.time_zone):
        return _("Avancer à aujourd’hui")
    return _("Avancer au {date}", date=filters.weekday_date(soonest))


@blueprint.post("/envois/retenir")
def hold() -> ResponseReturnValue:
    """Hold the steps of one line, or change the reason of those held (etape: « facture:étape », several)."""
    keys = _keys()
    because = request.form.get("motif", "")[:REASON]
    try:
        count = stepping.hold_all(current_account(), keys, because=because, by=current_user(), now=clock.now())
    except SteppingError as error:
        return _answer(_(str(error)), "info")
    scope.ring()
    if not count:
        return _answer(_("Motif enregistré."))
    return _answer(_("Envoi retenu : il ne partira pas avant que vous le libériez."))


@blueprint.post("/envois/liberer")
def release() -> ResponseReturnValue:
    """Let the held steps of one line, or of the whole view, leave again."""
    count = stepping.release_all(current_account(), _keys(), by=current_user(), now=clock.now())
    scope.ring()
    return _answer(_n("Envoi libéré.", "{n} envois libérés.", count) if count else _("Rien n'était retenu."))


@blueprint.post("/envois/retenir-jour")
def hold_day() -> ResponseReturnValue:
    """Hold everything planned for a day (jour: ISO date)."""
    try:
        day = date.fromisoformat(request.form.get("jour", ""))
    except ValueError:
        abort(422)
    account, now = current_account(), clock.now()
    if not timedelta(0) <= day - local_date(now, account.time_zone) <= sends.AHEAD:
        abort(422)
    because = request.form.get("motif", "")[:REASON]
    try:
        count = stepping.hold_day(account, day, because=because, by=current_user(), now=now)
    except SteppingError as error:
        return _answer(_(str(error)), "info")
    scope.ring()
    words = filters.weekday_date(day)
    if not count:
        return _answer(_("Rien n'était prévu {date}.", date=words), "info")
    return _answer(_n("Un envoi retenu {date}.", "{n} envois retenus {date}.", count, date=words))


def _keys() -> list[stepping.Key]:
    """The steps of the form, once each, of invoices of the account; 422 without any, or for more than a page shows."""
    found = []
    asked = dict.fromkeys(request.form.getlist("etape"))
    if len(asked) > MOST:
        abort(422)
    for text in asked:
        invoice_id, _colon, step = text.partition(":")
        invoice = invoice_or_404(row_id(invoice_id))
        if not (step.isascii() and step.isdigit() and len(step) < 12):
            abort(422)
        found.append((invoice.id, int(step)))
    return found or abort(422)


def _answer(notice: str, family: str = "paid") -> ResponseReturnValue:
    """The page the click came from, or for htmx the agenda as it is now, with what else says what leaves.

    Focus goes to the line that was pressed, which says the contrary now, or to the first one of the day.
    """
    back = request.form.get("depuis", "")
    pressed = request.form.get("etape") or request.form.get("jour", "")
    if not wants_fragment():
        places = {
            "tableau": url_for("dashboard.index"),
            "retenus": url_for("sends.index", vue="retenus"),
        }
        kept: dict[str, Any] = {key: value for key in ("client", "niveau") if (value := request.form.get(key))}
        return go_to(places.get(back) or url_for("sends.index", **kept), notice, family)
    if back == "tableau":
        return make_response(
            render_template("dashboard/sends.htmx.html", notice=notice, pressed=pressed, **dashboard.sends_context())
        )
    context = sends.agenda_context("retenus" if back == "retenus" else "a-venir")
    return make_response(render_template("sends/agenda.htmx.html", notice=notice, pressed=pressed, **context))


@blueprint.get("/factures/<int:id>/relances/etape")
def show(id: int) -> ResponseReturnValue:
    """The message of a step to come, as it would leave (?etape=)."""
    invoice, step = invoice_or_404(id), row_id(request.args.get("etape"))
    found = previewing.of_step(invoice, step, clock.now())
    if found is None:
        return go_to(_back(invoice), _("Cette étape n'est plus prévue."), "info")
    send, composed, documents = found
    context = {"invoice": invoice, "send": send, "composed": composed, "documents": documents, "step": step}
    return make_response(
        render_template("steps/show.html", template_name=names.template, offset=history.offset, **context)
    )


@blueprint.post("/factures/<int:id>/relances/etape")
def change(id: int) -> ResponseReturnValue:
    """Hold, release, skip, send today or put back a step (action: retenir, liberer, passer, avancer, retablir)."""
    invoice, step = invoice_or_404(id), row_id(request.form.get("etape"))
    by, now = current_user(), clock.now()
    action = request.form.get("action", "")
    try:
        if action == "retenir":
            stepping.hold(invoice, step, because=request.form.get("motif", "")[:REASON], by=by, now=now)
            notice = _("Envoi retenu : il ne partira pas avant que vous le libériez.")
        elif action == "liberer":
            stepping.release(invoice, step, by=by, now=now)
            notice = _("Envoi libéré.") + _when(invoice, step)
        elif action == "passer":
            stepping.skip(invoice, step, by=by, now=now)
            notice = _("Étape passée. Les suivantes gardent leurs dates.")
        elif action == "avancer":
            stepping.advance(invoice, step, by=by, now=now)
            notice = _("Étape avancée.") + _when(invoice, step)
        elif action == "retablir":
            stepping.restore(invoice, step, by=by, now=now)
            notice = _("Étape rétablie.") + _when(invoice, step)
        else:
            abort(422)
    except SteppingError as error:
        return go_to(_back(invoice), _(str(error)), "warn")
    scope.ring()
    return go_to(_back(invoice), notice)


@blueprint.get("/factures/<int:id>/relances/date")
def ask_day(id: int) -> ResponseReturnValue:
    """On which day a step should leave (?etape=)."""
    invoice, step = invoice_or_404(id), row_id(request.args.get("etape"))
    known = _known(invoice, step)
    if known is None:
        return go_to(_back(invoice), _("Cette étape n'est plus prévue."), "info")
    form = DayForm()
    form.day.data = known.on
    return _dialog(invoice, known, form)


@blueprint.post("/factures/<int:id>/relances/date")
def move(id: int) -> ResponseReturnValue:
    """Send a step on the day that was typed."""
    invoice, step = invoice_or_404(id), row_id(request.form.get("etape"))
    known, form = _known(invoice, step), DayForm()
    if known is None:
        return go_to(_back(invoice), _("Cette étape n'est plus prévue."), "info")
    if not form.validate() or form.day.data is None:
        return _dialog(invoice, known, form, 422)
    try:
        stepping.move(invoice, step, form.day.data, by=current_user(), now=clock.now())
    except SteppingError as error:
        form.refuse(error.field, str(error))
        return _dialog(invoice, known, form, 422)
    scope.ring()
    return go_to(_back(invoice), _("Date changée.") + _when(invoice, step))


def _known(invoice: Invoice, step: int) -> Coming | None:
    return next((one for one in upcoming.of_invoice(invoice, clock.now()) if one.step == step), None)


def _when(invoice: Invoice, step: int) -> str:
    """When the step then leaves, in words that follow a sentence; '' when nothing says so (held, queued)."""
    now = clock.now()
    send = next((one for one in forecasting.for_invoice(invoice, now) if one.step == step), None)
    if send is None:
        return ""
    today = local_date(now, invoice.account.time_zone)
    if send.on == today:
        return " " + (_("Elle part dans quelques instants.") if send.at <= now else _("Elle part aujourd'hui."))
    day: Markup = filters.weekday_date(send.on)
    return " " + _("Elle part {date} à {heure}.", date=day, heure=filters.local_time(send.at))


def _back(invoice: Invoice) -> str:
    """Where the click came from: the reminder settings, or the invoice."""
    if request.values.get("retour") == "relances":
        return url_for("chases.edit", id=invoice.id)
    return url_for("invoices.show", id=invoice.id)


def _dialog(invoice: Invoice, known: Coming, form: DayForm, status: int = 200) -> ResponseReturnValue:
    context: dict[str, Any] = {
        "invoice": invoice,
        "step": known,
        "form": form,
        "action": url_for("steps.move", id=invoice.id),
        "back": _back(invoice),
        "came_from": request.values.get("retour", ""),
        "offset": history.offset,
    }
    template = "steps/_date.html" if wants_fragment() else "steps/date.html"
    return make_response(render_template(template, **context), status)
