"""Reminders of one invoice: the switch, its preview, the test e-mail, the panel of the invoice page."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.services import chasing, following, forecasting, keeping_clients, planning, previewing, reading_ahead
from relance.services.carrying import Post
from relance.services.chasing import ChaseError, ChasePlan
from relance.web import names, posting, scope
from relance.web.forms.chases import CLIENT, ChaseForm
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("chases", __name__)

FIELDS = {name: name for name in ("frequency", "count", "first_offset_days", "sequence", "start")}


@blueprint.get("/factures/<int:id>/relances")
def edit(id: int) -> ResponseReturnValue:
    """The reminder settings of an invoice; step 2 of a new one."""
    invoice = invoice_or_404(id)
    reading_ahead.of_reminders(invoice, chasing.today_of(current_account(), clock.now()))
    chase = chasing.chase_of(invoice)
    is_active = chase is not None and chase.is_active
    follows = following.follows_client(invoice) or (not is_active and following.may_follow_client(invoice))
    plan = chasing.plan_of(chase) if chase is not None else chasing.default_plan(invoice)
    if follows:
        plan = following.plan_of_client(invoice) or plan
    form = ChaseForm(
        invoice=invoice,
        is_on=is_active or (chase is None and following.follows_client(invoice)),
        frequency=CLIENT if follows else plan.frequency,
        count=plan.count if plan.frequency == "weekly" else 4,
        first_offset_days=plan.first_offset_days,
        sequence=str(plan.sequence_id or invoice.client.sequence_id or ""),
        is_frozen=plan.is_frozen,
        copies_user=plan.copies_user,
        attaches_invoice=plan.attaches_invoice,
        asks_before_sending=plan.asks_before_sending,
    )
    return _page(invoice, form, plan)


@blueprint.post("/factures/<int:id>/relances")
def update(id: int) -> ResponseReturnValue:
    """Switch on, change or switch off."""
    invoice = invoice_or_404(id)
    form = ChaseForm(invoice=invoice)
    now = clock.now()
    chase = chasing.chase_of(invoice)
    if not form.is_on.data:
        if (chase is not None and chase.is_active) or following.follows_client(invoice):
            following.stay_out(invoice, by=current_user(), now=now)
            return go_to(_next_page(invoice), _("Relances désactivées."))
        return go_to(_next_page(invoice))
    plan = form.to_plan()
    if not form.validate_on_submit():
        return _page(invoice, form, plan, 422)
    try:
        if form.is_of_client:
            following.follow(invoice, form.start.data or "", by=current_user(), now=now)
        else:
            chasing.start(invoice, plan, by=current_user(), now=now)
    except ChaseError as error:
        return _refused(invoice, form, plan, error)
    scope.ring()
    return go_to(_next_page(invoice), "" if _is_new() else _("Relances activées."))


@blueprint.post("/factures/<int:id>/relances/etat")
def toggle(id: int) -> ResponseReturnValue:
    """The one-click switch of the invoice page: on with the usual choices, or off."""
    invoice, now = invoice_or_404(id), clock.now()
    chase = chasing.chase_of(invoice)
    if chase is not None and chase.is_active:
        chasing.stop(chase, because="switched_off", by=current_user(), now=now)
        return go_to(url_for("invoices.show", id=invoice.id), _("Relances désactivées."))
    if following.may_follow_client(invoice):
        return follow_client(id)
    plan = chasing.plan_of(chase) if chase is not None else chasing.default_plan(invoice)
    if chasing.start_choices(invoice, plan, now) != ["normal"] or not plan.contact_ids:
        return go_to(url_for("chases.edit", id=invoice.id, activer=1))
    try:
        chasing.start(invoice, plan, by=current_user(), now=now)
    except ChaseError as error:
        return go_to(url_for("chases.edit", id=invoice.id), _(str(error)), "warn")
    scope.ring()
    return go_to(url_for("invoices.show", id=invoice.id), _("Relances activées."))


@blueprint.post("/factures/<int:id>/relances/client")
def follow_client(id: int) -> ResponseReturnValue:
    """« Suivre la séquence du client » : nothing is set for this invoice alone any more."""
    invoice = invoice_or_404(id)
    try:
        following.follow(invoice, by=current_user(), now=clock.now())
    except ChaseError as error:
        return go_to(url_for("invoices.show", id=id), _(str(error)), "warn")
    scope.ring()
    chase = chasing.chase_of(invoice)
    if chase is not None and chase.is_active and following.is_out(chase):
        # Too late to enter by itself: the person chooses where it begins, with dates and texts.
        return go_to(url_for("backlog.index", facture=id))
    return go_to(url_for("invoices.show", id=id), _("Cette facture suit la séquence du client."))


@blueprint.post("/factures/<int:id>/relances/apercu")
def preview(id: int) -> ResponseReturnValue:
    """The dates and the text of what is chosen, before anything is saved."""
    invoice = invoice_or_404(id)
    form = ChaseForm(invoice=invoice)
    plan = form.to_plan()
    if not wants_fragment():
        return _page(invoice, form, plan)
    return make_response(render_template("chases/preview.htmx.html", **_context(invoice, form, plan)))


@blueprint.post("/factures/<int:id>/relances/contacts")
def contacts(id: int) -> ResponseReturnValue:
    """Add or remove a recipient in the picker; a new address becomes a contact of the client."""
    invoice = invoice_or_404(id)
    form = ChaseForm(invoice=invoice)
    chosen = list(form.contact_ids())
    problem = ""
    removed, added = row_id(request.form.get("retirer")), row_id(request.form.get("ajouter"))
    if removed:
        chosen = [key for key in chosen if key != removed]
    elif added:
        chosen.append(added)
    elif request.form.get("contact_text", "").strip():
        found, problem = _find_or_add(invoice, request.form["contact_text"].strip())
        chosen += [found.id] if found is not None else []
    else:
        problem = _("Ajoutez au moins un contact à relancer.") if not chosen else ""
    if invoice.client.kind == "individual":
        chosen = chosen[-1:]
    keys = tuple(dict.fromkeys(chosen))
    plan = ChasePlan(**{**vars(form.to_plan()), "contact_ids": keys})
    status = 422 if problem else 200
    context = _context(invoice, form, plan, keys) | {"contact_problem": problem}
    template = "chases/contacts.htmx.html" if wants_fragment() else "chases/edit.html"
    return make_response(render_template(template, **context), status)


@blueprint.post("/factures/<int:id>/relances/test")
def test(id: int) -> ResponseReturnValue:
    """Send the chosen message to the user alone, now; nothing is saved."""
    invoice = invoice_or_404(id)
    form = ChaseForm(invoice=invoice)
    plan = form.to_plan()
    context = _context(invoice, form, plan)
    composed = context["preview"].composed
    if composed is None or not (plan.contact_ids or plan.is_inherited):
        answer, is_sent = _("Choisissez d'abord un contact et une fréquence."), False
    else:
        answer, is_sent = posting.send_test(composed)
    context |= {"test_answer": answer, "is_test_sent": is_sent}
    template = "chases/_test.html" if wants_fragment() else "chases/edit.html"
    return make_response(render_template(template, **context), 200 if is_sent else 422)


def _find_or_add(invoice: Invoice, text: str) -> tuple[Contact | None, str]:
    """The client's contact of that name or address, or a new one when it is an address."""
    known = list(keeping_clients.active_contacts(invoice.client))
    for contact in known:
        label = f"{contact.name} ({contact.email})"
        if text.casefold() in (contact.name.casefold(), contact.email.casefold(), label.casefold()):
            return contact, ""
    if "@" not in text:
        return None, _("Aucun contact ne s'appelle « {nom} ». Saisissez son adresse e-mail pour l'ajouter.", nom=text)
    try:
        facts = keeping_clients.ContactFacts(email=text)
        return keeping_clients.add_contact(invoice.client, facts, by=current_user(), now=clock.now()), ""
    except keeping_clients.ClientError as error:
        return None, _(next(iter(error.errors.values())))


def _is_new() -> bool:
    return request.values.get("etape") == "2"


def _next_page(invoice: Invoice) -> str:
    if request.form.get("brouillon"):
        return url_for("invoices.show", id=invoice.id)
    if _is_new():
        return f"/factures/{invoice.id}/verification"
    return url_for("invoices.show", id=invoice.id)


def _refused(invoice: Invoice, form: ChaseForm, plan: ChasePlan, error: ChaseError) -> ResponseReturnValue:
    if error.field == "contacts":
        context = _context(invoice, form, plan) | {"contact_problem": _(str(error))}
        form.form_errors = [_(str(error))]
        return make_response(render_template("chases/edit.html", **context), 422)
    form.refuse(FIELDS.get(error.field, ""), str(error))
    return _page(invoice, form, plan, 422)


def _page(invoice: Invoice, form: ChaseForm, plan: ChasePlan, status: int = 200) -> ResponseReturnValue:
    return make_response(render_template("chases/edit.html", **_context(invoice, form, plan)), status)


def _start_choices(invoice: Invoice, form: ChaseForm, plan: ChasePlan) -> list[str]:
    """Where to begin; following the client, only an invoice that was too late to enter has a choice."""
    choices = chasing.start_choices(invoice, plan, clock.now())
    if not form.is_of_client:
        return choices
    chase = chasing.chase_of(invoice)
    if chase is not None and chase.is_active and chase.is_inherited:
        return choices if following.is_out(chase) else ["keep"]
    return ["normal"]


def _context(invoice: Invoice, form: ChaseForm, plan: ChasePlan, keys: tuple[int, ...] | None = None) -> dict[str, Any]:
    """Everything the page and its fragments show, from the choices as they stand. ``keys``: the contacts picked."""
    now = clock.now()
    choices = _start_choices(invoice, form, plan)
    if plan.start not in choices:
        plan = ChasePlan(**{**vars(plan), "start": choices[0]})
        form.start.data = choices[0]
    if request.args.get("activer"):
        form.is_on.data = True
    contacts = list(keeping_clients.active_contacts(invoice.client))
    # Chosen by hand they stay in the picker while the client's sequence decides, where they are not used.
    if keys is None:
        keys = form.contact_ids() if request.method == "POST" else plan.contact_ids
        if plan.is_inherited and request.method == "GET":
            keys = chasing.default_plan(invoice).contact_ids
    chosen = [contact for key in keys for contact in contacts if contact.id == key]
    found = previewing.preview(current_account(), invoice, plan, now, row_id(request.form.get("apercu")))
    once_plan = ChasePlan(**{**vars(plan), "frequency": "once", "sequence_id": None})
    once_plan = ChasePlan(**{**vars(once_plan), "start": chasing.start_choices(invoice, once_plan, now)[0]})
    once = previewing.preview(current_account(), invoice, once_plan, now)
    return {
        "invoice": invoice,
        "form": form,
        "plan": plan,
        "chosen": chosen,
        "has_recipient": bool(chosen) or plan.is_inherited,
        "followed": form.followed,
        "is_out": form.is_of_client and bool(following.entry_of(invoice, now).of("out")) and choices == ["normal"],
        "others": [contact for contact in contacts if contact not in chosen],
        "start_choices": choices,
        "preview": found,
        "once": once.sends[0] if once.sends else None,
        "is_new": _is_new(),
        "why_not": _why_not(invoice),
        "weekly_cap": current_account().weekly_cap,
        "template_name": names.template,
        "from_address": Post.of(scope.settings()).carrier_of(current_account()).from_address,
    }


def _why_not(invoice: Invoice) -> str:
    """Why nothing would leave even if it were switched on; a draft is no reason while it is being written."""
    if invoice.state == "draft":
        return ""
    return chasing.why_not(invoice) or ""


def panel_context(invoice: Invoice) -> dict[str, Any]:
    """What the « Relances » panel and the thread of the invoice page show."""
    now = clock.now()
    chase: Chase | None = chasing.chase_of(invoice)
    is_active = chase is not None and chase.is_active
    coming = forecasting.for_invoice(invoice, now) if is_active else []
    plan = chasing.plan_of(chase) if chase is not None else None
    return {
        "chase": chase,
        "is_chased": is_active,
        "coming": coming,
        "chase_contacts": planning.recipients_of(invoice, plan) if plan else (),
        "chase_sequence": chase.sequence if chase is not None and chase.sequence_id else None,
        "client_sequence": following.sequence_of(invoice),
        "follows_client": following.follows_client(invoice),
        "chase_why_not": _why_not(invoice),
        "template_name": names.template,
    }
