"""« Envoyer les relances » to a selection: what will leave and what will not, the confirmation, and where it stands."""

import json
import secrets
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from flask import Blueprint, abort, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.mail.layout import unwrapped
from relance.models.accounts import Account
from relance.rules.calendar import local_date
from relance.services import batch_review, batches, listing, sending_many, templating
from relance.services.batch_review import Aside, Choices, Line, Review
from relance.services.batches import BatchError, Shown
from relance.services.carrying import Post
from relance.web import batch_words, names, scope
from relance.web.htmx import go_to, respond, wants_fragment
from relance.web.i18n import _, _n
from relance.web.invoice_filters import filter_of_request
from relance.web.numbers import row_id
from relance.web.scope import batch_or_404, current_account, current_user

blueprint = Blueprint("batches", __name__)

FOLLOWED = timedelta(minutes=10)  # how long a page follows messages that leave


@blueprint.route("/factures/envoyer-relances", methods=["GET", "POST"])
def review() -> ResponseReturnValue:
    """What would be sent about ``ids`` (or the whole of a filter), to be confirmed; with ``key``, it is confirmed."""
    now = clock.now()
    found = _review(now)
    if request.method == "GET" or not request.form.get("key") or "revoir" in request.values:
        return _page(found, now)
    account = current_account()
    try:
        batch = batches.confirm(
            account,
            found,
            _shown(found),
            key=request.form["key"][:64],
            copies_user=bool(request.form.get("copies_user")),
            waits=request.form.get("when") == "next",
            by=current_user(),
            now=now,
        )
    except BatchError as error:
        # What changed since the list was read is in the one that is shown again.
        return _page(_review(now), now, str(error), 409 if error.is_stale else 422)
    batches.work_at_once(batch, now, domain=Post.of(scope.settings()).carrier_of(account).domain)
    scope.ring()
    return go_to(url_for("batches.show", batch_id=batch.id))


@blueprint.get("/factures/envoyer-relances/apercu")
def preview() -> ResponseReturnValue:
    """The exact text of one message of the list, as it would leave now; nothing is saved."""
    account, now = current_account(), clock.now()
    invoices, _missing = batch_review.chosen(account, _asked(account, now))
    key = request.args.get("ligne", "")
    if not invoices or key != batch_review.key_of(invoices) or len({invoice.client_id for invoice in invoices}) > 1:
        abort(404)
    asked = [*request.args.getlist("modele"), *request.args.getlist(f"modele-{key}")]
    template = batch_review.text_for(account, invoices, asked[-1] if asked else "", now)
    contacts = batch_review.recipients_of(invoices[0])
    copies_user = bool(request.args.get("copies_user"))
    composed, problem = None, ""
    try:
        composed = sending_many.compose(account, invoices, contacts, template, now, copies_user=copies_user)
    except ValueError as error:
        problem = _(str(error))
    context: dict[str, Any] = {
        "client": invoices[0].client,
        "template": template,
        "composed": composed,
        "problem": problem,
        "template_name": names.template,
    }
    context["words"] = unwrapped(composed.text) if composed is not None else ""
    return respond("batches/preview.html", "batches/_preview.html", **context)


@blueprint.get("/envois/lots/<int:batch_id>")
def show(batch_id: int) -> ResponseReturnValue:
    """How far a sending is, and what became of each of its messages."""
    batch, now = batch_or_404(batch_id), clock.now()
    progress = batches.progress(batch)
    context: dict[str, Any] = {
        "batch": batch,
        "progress": progress,
        "lines": batches.lines_of(batch),
        "sentence": batch_words.sentence(batch, progress, now),
        "is_followed": not progress.is_over and batch.not_before_at - now < FOLLOWED,
        "state_of": batch_words.state_of,
        "first_invoice": lambda line: json.loads(line.invoice_ids)[0],
        "moment": batch_words.moment,
        "template_name": names.template,
    }
    return respond("batches/show.html", "batches/_progress.html", **context)


@blueprint.post("/envois/lots/<int:batch_id>/annulation")
def undo(batch_id: int) -> ResponseReturnValue:
    """Cancel what has not left."""
    batch = batch_or_404(batch_id)
    undone = batches.undo(batch, by=current_user(), now=clock.now())
    scope.ring()
    notice = _n("Un e-mail annulé.", "{n} e-mails annulés.", undone) if undone else _("Il ne restait rien à annuler.")
    return go_to(url_for("batches.show", batch_id=batch.id), notice, "info")


def _review(now: datetime) -> Review:
    """The selection as it stands, with what the person changed in the form."""
    account = current_account()
    invoices, missing = batch_review.chosen(account, _asked(account, now))
    templates = {
        name.removeprefix("modele-"): value for name, value in request.values.items() if name.startswith("modele-")
    }
    choices = Choices(templates, frozenset(request.values.getlist("anyway")))
    return batch_review.review(account, invoices, choices, now, missing=missing)


def _asked(account: Account, now: datetime) -> list[int]:
    """The ids chosen: ``ids``, several times; or with ``tout`` all that the filter in the address holds."""
    if request.args.get("tout"):
        rows = listing.every(account, filter_of_request(), local_date(now, account.time_zone))
        return [invoice.id for invoice in islice(rows, batch_review.MOST)]
    return [row_id(text) for text in request.values.getlist("ids")]


def _shown(found: Review) -> Shown:
    """The balances and the contacts that the form was showing."""
    balances: dict[int, int] = {}
    contacts: dict[str, tuple[int, ...]] = {}
    for line in found.lines:
        owed, _bar, people = request.form.get(f"shown-{line.key}", "").partition("|")
        for pair in owed.split(","):
            number, _colon, cents = pair.partition(":")
            if row_id(number):
                balances[row_id(number)] = row_id(cents)
        contacts[line.key] = tuple(row_id(number) for number in people.split(",") if row_id(number))
    return Shown(balances, contacts)


def shown_mark(line: Line) -> str:
    """What a line shows, to be sent back with the confirmation: balances by invoice, then contacts."""
    owed = ",".join(f"{invoice.id}:{invoice.balance_cents}" for invoice in line.invoices)
    return f"{owed}|{','.join(str(contact.id) for contact in line.contacts)}"


def _page(found: Review, now: datetime, problem: str = "", status: int = 200) -> ResponseReturnValue:
    account = current_account()
    today = local_date(now, account.time_zone)
    opens_at = batches.opens_at(account, now)
    context: dict[str, Any] = {
        "review": found,
        "count": len(found.leaving),
        "problem": _(problem) if problem else "",
        "lead": _lead(found),
        "templates": [(ref, names.template(ref)) for ref, _name in templating.choices(account)],
        "aside_words": lambda aside: batch_words.aside(aside, today),
        "mending": batch_words.mending,
        "last_words": lambda line: _last_words(line, today),
        "mark": shown_mark,
        "key": request.form.get("key") or secrets.token_hex(16),
        "ids": [invoice.id for line in found.lines for invoice in line.invoices]
        + [aside.invoice.id for aside in found.aside],
        "opens": batch_words.moment(opens_at) if opens_at is not None else "",
        "when": request.form.get("when", "next"),
        "copies_user": bool(request.form.get("copies_user")),
    }
    if "revoir" in request.values and wants_fragment():
        return make_response(render_template("batches/_form.html", **context), status)
    return respond("batches/review.html", "batches/_dialog.html", status=status, **context)


def _last_words(line: Line, today: date) -> str:
    """When the client last received an e-mail."""
    if line.last_on is None:
        return _("aucun e-mail envoyé")
    days = (today - line.last_on).days
    if days <= 0:
        return _("dernier e-mail aujourd'hui")
    return _n("dernier e-mail hier", "dernier e-mail il y a {n} jours", days)


def _lead(found: Review) -> str:
    """What the list does, and how many invoices are set aside."""
    words = [_("Chaque client reçoit le modèle adapté à son retard.")]
    by_client: dict[str, Aside] = {aside.invoice.client.name: aside for aside in found.aside}
    if len(by_client) == 1:
        words.append(_("{client} est mis de côté.", client=next(iter(by_client))))
    elif found.aside:
        words.append(_n("Une facture est mise de côté.", "{n} factures sont mises de côté.", len(found.aside)))
    recent = sum(1 for line in found.lines if not line.leaves)
    if recent:
        words.append(
            _n(
                "Un client a reçu un e-mail récemment : cochez-le pour le relancer quand même.",
                "{n} clients ont reçu un e-mail récemment : cochez ceux à relancer quand même.",
                recent,
            )
        )
    if found.missing:
        words.append(_n("Une facture choisie n'existe plus.", "{n} factures choisies n'existent plus.", found.missing))
    if found.leaving:
        words.append(_("Vous pouvez annuler pendant une minute."))
    return " ".join(words)
