"""Payment plans: agreed on a page of their own, followed on another, ended by a person."""

import datetime as dt
from typing import Any

from flask import Blueprint, Response, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.db import transaction
from relance.imports import guard
from relance.imports.values import RefusedError
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.payment_plans import PaymentPlan
from relance.rules import payment_plans as rules
from relance.services import chasing, filing, payment_plans, plan_rows
from relance.services.payment_plans import PlanError
from relance.web import plan_words, scope
from relance.web.forms.payment_plans import COUNT, EndForm, PlanForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.nav import today
from relance.web.numbers import row_id
from relance.web.scope import client_or_404, current_account, current_user, document_or_404, plan_or_404

blueprint = Blueprint("payment_plans", __name__)

FIRST_AFTER = dt.timedelta(30)  # days before the first part of a proposal


@blueprint.get("/clients/<int:id>/echeancier")
def new(id: int) -> ResponseReturnValue:
    """A first proposal for the invoices of ``?factures=1,2``, or for all those that are late."""
    client = client_or_404(id)
    form = _form(client, formdata=None)
    asked = {row_id(text) for part in request.args.getlist("factures") for text in part.split(",")}
    ticked = [invoice for invoice in form.offered if invoice.id in asked]
    late = [invoice for invoice in form.offered if invoice.next_due_on < today()]
    found = ticked or late or list(form.offered)
    form.invoices.data = [invoice.id for invoice in found if invoice.currency == found[0].currency]
    form.count.data, form.first_on.data = COUNT, today() + FIRST_AFTER
    if found:
        form.propose()
    return _page(client, form)


@blueprint.post("/clients/<int:id>/echeancier")
def create(id: int) -> ResponseReturnValue:
    """Agree the plan; « calculer » only proposes the dates and amounts again, and ``?somme=1`` adds them up."""
    client = client_or_404(id)
    form = _form(client)
    if "calculer" in request.form:
        form.propose()
        return _page(client, form, 422 if form.errors else 200)
    is_valid = form.validate()
    if request.args.get("somme"):
        return _page(client, form)
    if not is_valid:
        return _page(client, form, 422)
    try:
        with transaction():  # terms that are refused keep no file
            document = _kept(form)
            plan = payment_plans.agree(client, form.terms(), document=document, by=current_user(), now=clock.now())
    except filing.FileError as error:
        form.refuse("file", str(error))
        return _page(client, form, 422)
    except PlanError as error:
        form.refuse_terms(error)
        return _page(client, form, 422)
    scope.ring()
    notice = _("Échéancier enregistré. Aucune relance ne part tant que ses dates sont tenues.")
    return go_to(url_for("payment_plans.show", plan_id=plan.id), notice)


@blueprint.get("/echeanciers/<int:plan_id>")
def show(plan_id: int) -> ResponseReturnValue:
    """What was agreed, what came in, and what is awaited."""
    return _shown(plan_or_404(plan_id), EndForm(formdata=None))


@blueprint.post("/echeanciers/<int:plan_id>/terminer")
def end(plan_id: int) -> ResponseReturnValue:
    """Put an end to it: reminders go on."""
    plan, form = plan_or_404(plan_id), EndForm()
    if not form.validate():
        return _shown(plan, form)
    done = payment_plans.end(plan, reason=form.reason.data or "", by=current_user(), now=clock.now())
    place = url_for("payment_plans.show", plan_id=plan.id)
    if not done:
        return go_to(place, _("Cet échéancier n'est plus en cours."), "warn")
    scope.ring()
    return go_to(place, _("Échéancier terminé. Les relances reprennent à leurs prochaines dates."), "info")


@blueprint.get("/echeanciers/<int:plan_id>/accord")
def agreement(plan_id: int) -> Response:
    """The signed agreement, only ever to download: a client may have made it."""
    plan = plan_or_404(plan_id)
    if plan.document_id is None:
        abort(404)
    document = document_or_404(plan.document_id)
    try:
        content = storage.get(document.sha256)
    except storage.StorageError:  # not back yet after a restore
        abort(404)
    response = Response(content, mimetype=document.mime)
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    return response


def _form(client: Client, **more: Any) -> PlanForm:
    invoices = payment_plans.eligible(client)
    held = {invoice.id for invoice in plan_rows.held_elsewhere(None, invoices)}
    return PlanForm([invoice for invoice in invoices if invoice.id not in held], **more)


def _kept(form: PlanForm) -> Document | None:
    if not form.file_name:
        return None
    content = form.content()
    try:
        if content.startswith(b"%PDF-"):
            guard.inspect(content)
    except RefusedError as error:
        raise filing.FileError(str(error)) from error
    return filing.keep_attachment(current_account(), "agreement", content, form.file_name, now=clock.now())


def _page(client: Client, form: PlanForm, status: int = 200) -> Response:
    chosen = form.chosen
    return make_response(
        render_template(
            "payment_plans/new.html",
            client=client,
            form=form,
            currency=chosen[0].currency if chosen else "EUR",
            open_plans=[plan for plan in payment_plans.of_client(client) if plan.state == "open"],
            grace=current_account().promise_grace_days,
        ),
        status,
    )


def _shown(plan: PaymentPlan, form: EndForm) -> Response:
    now = clock.now()
    rows, invoices = payment_plans.parts_of(plan), payment_plans.invoices_of(plan)
    received = min(max(payment_plans.received_cents(plan, invoices), 0), plan.total_cents)
    grace = current_account().promise_grace_days
    standing = rules.standing(
        [plan_rows.as_part(row) for row in rows], received, chasing.today_of(current_account(), now), grace
    )
    return make_response(
        render_template(
            "payment_plans/show.html",
            plan=plan,
            form=form,
            state=plan_words.state_of(plan),
            parts=plan_words.parts_of(plan, rows, standing, today(), grace),
            invoices=invoices,
            received_cents=received,
            owed=[invoice for invoice in invoices if invoice.state == "sent"],
            sheet=plan_words.sheet(plan, rows, invoices),
            confirmation=plan_words.confirmation(plan, rows, invoices),
            why_ended=plan_words.why_ended(plan),
        ),
        422 if form.errors else 200,
    )
