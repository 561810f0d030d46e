"""Reminders of one invoice: the switch, its preview, the test e-mail, the panel of the invoice page."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.services import chasing, forecasting, keeping_clients, previewing
from relance.services.carrying import Post
from relance.services.chasing import ChaseError, ChasePlan
from relance.web import names, posting, scope
from relance.web.forms.chases import ChaseForm
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user, invoice_or_404

blueprint = Blueprint("chases", __name__)

FIELDS = {"frequency": "frequency", "count": "count", "first_offset_days": "first_offset_days", "start": "start"}


@blueprint.get("/factures/<int:id>/relances")
def edit(id: int) -> ResponseReturnValue:
    """The reminder settings of an invoice; step 2 of a new one."""
    invoice = invoice_or_404(id)
    chase = chasing.chase_of(invoice)
    is_active = chase is not None and chase.is_active
    plan = chasing.plan_of(chase) if chase is not None else chasing.default_plan(invoice)
    form = ChaseForm(
        is_on=is_active,
        frequency=plan.frequency,
        count=plan.count if plan.frequency == "weekly" else 4,
        first_offset_days=plan.first_offset_days,
        copies_user=plan.copies_user,
        attaches_invoice=plan.attaches_invoice,
    )
    return _page(invoice, form, plan)


@blueprint.post("/factures/<int:id>/relances")
def update(id: int) -> ResponseReturnValue:
    """Switch on, change or switch off."""
    invoice, form = invoice_or_404(id), ChaseForm()
    now = clock.now()
    chase = chasing.chase_of(invoice)
    if not form.is_on.data:
        if chase is not None and chase.is_active:
            chasing.stop(chase, because="switched_off", by=current_user(), now=now)
            return go_to(_next_page(invoice), _("Relances désactivées."))
        return go_to(_next_page(invoice))
    plan = form.to_plan()
    if not form.validate_on_submit():
        return _page(invoice, form, plan, 422)
    try:
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
    plan = chasing.plan_of(chase) if chase is not None else chasing.default_plan(invoice)
    if chasing.start_choices(invoice, plan, now) != ["normal"] or not plan.contact_ids:
        return go_to(url_for("chases.edit", id=invoice.id, activer=1))
    try:
        chasing.start(invoice, plan, by=current_user(), now=now)
    except ChaseError as error:
        return go_to(url_for("chases.edit", id=invoice.id), _(str(error)), "warn")
    scope.ring()
    return go_to(url_for("invoices.show", id=invoice.id), _("Relances activées."))


@blueprint.post("/factures/<int:id>/relances/apercu")
def preview(id: int) -> ResponseReturnValue:
    """The dates and the text of what is chosen, before anything is saved."""
    invoice, form = invoice_or_404(id), ChaseForm()
    plan = form.to_plan()
    if not wants_fragment():
        return _page(invoice, form, plan)
    return make_response(render_template("chases/preview.htmx.html", **_context(invoice, form, plan)))


@blueprint.post("/factures/<int:id>/relances/contacts")
def contacts(id: int) -> ResponseReturnValue:
    """Add or remove a recipient in the picker; a new address becomes a contact of the client."""
    invoice, form = invoice_or_404(id), ChaseForm()
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
    plan = ChasePlan(**{**vars(form.to_plan()), "contact_ids": tuple(dict.fromkeys(chosen))})
    status = 422 if problem else 200
    context = _context(invoice, form, plan) | {"contact_problem": problem}
    template = "chases/contacts.htmx.html" if wants_fragment() else "chases/edit.html"
    return make_response(render_template(template, **context), status)


@blueprint.post("/factures/<int:id>/relances/test")
def test(id: int) -> ResponseReturnValue:
    """Send the chosen message to the user alone, now; nothing is saved."""
    invoice, form = invoice_or_404(id), ChaseForm()
    plan = form.to_plan()
    context = _context(invoice, form, plan)
    composed = context["preview"].composed
    if composed is None or not plan.contact_ids:
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


def _context(invoice: Invoice, form: ChaseForm, plan: ChasePlan) -> dict[str, Any]:
    """Everything the page and its fragments show, from the choices as they stand."""
    now = clock.now()
    choices = chasing.start_choices(invoice, plan, now)
    if plan.start not in choices:
        plan = ChasePlan(**{**vars(plan), "start": choices[0]})
        form.start.data = choices[0]
    if request.args.get("activer"):
        form.is_on.data = True
    contacts = list(keeping_clients.active_contacts(invoice.client))
    chosen = [contact for key in plan.contact_ids for contact in contacts if contact.id == key]
    found = previewing.preview(current_account(), invoice, plan, now, row_id(request.form.get("apercu")))
    once_plan = ChasePlan(**{**vars(plan), "frequency": "once"})
    once_plan = ChasePlan(**{**vars(once_plan), "start": chasing.start_choices(invoice, once_plan, now)[0]})
    once = previewing.preview(current_account(), invoice, once_plan, now)
    return {
        "invoice": invoice,
        "form": form,
        "plan": plan,
        "chosen": chosen,
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
    contacts = {contact.id: contact for contact in keeping_clients.active_contacts(invoice.client)}
    return {
        "chase": chase,
        "is_chased": is_active,
        "coming": coming,
        "chase_contacts": [contacts[key] for key in plan.contact_ids if key in contacts] if plan else [],
        "chase_why_not": _why_not(invoice),
        "template_name": names.template,
    }
