"""Réglages → Partenaires: whom to turn to when reminders did not help."""

from collections.abc import Callable

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.partners import Partner
from relance.services import partners
from relance.services.partners import Facts, PartnerError, Shown
from relance.web.forms.exits import KINDS, PartnerForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, partner_or_404
from relance.web.topics import page

blueprint = Blueprint("partners", __name__)


@blueprint.get("/reglages/partenaires")
def index() -> ResponseReturnValue:
    """The list, by kind."""
    found = partners.listed(current_account())
    shown = [(kind, _(text), [one for one in found if one.facts.kind == kind]) for kind, text in KINDS.items()]
    return page(
        "settings/partners.html",
        PartnerForm(formdata=None),
        kinds=[(kind, text, rows) for kind, text, rows in _visible(shown) if rows],
        hidden=[one for one in found if one.is_hidden],
        delivered=partners.DELIVERED,
    )


@blueprint.route("/reglages/partenaires/ajouter", methods=["GET", "POST"])
def add() -> ResponseReturnValue:
    """One more."""
    form = PartnerForm(kind=request.args.get("metier", "firm"))
    return _form(
        form,
        _("Ajouter un partenaire"),
        lambda facts: partners.add(current_account(), facts, by=current_user(), now=clock.now()),
    )


@blueprint.route("/reglages/partenaires/<int:partner_id>", methods=["GET", "POST"])
def edit(partner_id: int) -> ResponseReturnValue:
    """Change one of one's own, or one's version of a delivered one."""
    partner = partner_or_404(partner_id)
    return _form(
        PartnerForm(obj=partner),
        _("Modifier un partenaire"),
        lambda facts: partners.change(partner, facts, by=current_user(), now=clock.now()),
        partner=partner,
    )


@blueprint.route("/reglages/partenaires/livre", methods=["GET", "POST"])
def edit_delivered() -> ResponseReturnValue:
    """Change a delivered one, named by ?cle=."""
    shown = _delivered(request.args.get("cle", ""))
    return _form(
        PartnerForm(data=shown.facts.__dict__),
        _("Modifier un partenaire"),
        lambda facts: partners.change_delivered(
            current_account(), shown.key, facts, by=current_user(), now=clock.now()
        ),
    )


@blueprint.post("/reglages/partenaires/<int:partner_id>/supprimer")
def remove(partner_id: int) -> ResponseReturnValue:
    """Delete one of one's own."""
    partners.remove(partner_or_404(partner_id), by=current_user(), now=clock.now())
    return go_to(url_for("partners.index"), _("Partenaire supprimé."))


@blueprint.post("/reglages/partenaires/masquer")
def hide() -> ResponseReturnValue:
    """A delivered one leaves the lists."""
    shown = _delivered(request.form.get("cle", ""))
    partners.hide(current_account(), shown.key, by=current_user(), now=clock.now())
    return go_to(url_for("partners.index"), _("« {nom} » est masqué. Vous pouvez le rétablir.", nom=shown.facts.name))


@blueprint.post("/reglages/partenaires/retablir")
def restore() -> ResponseReturnValue:
    """A delivered one comes back as it was delivered."""
    shown = _delivered(request.form.get("cle", ""))
    partners.restore(current_account(), shown.key, by=current_user(), now=clock.now())
    return go_to(url_for("partners.index"), _("Partenaire rétabli."))


def _visible(shown: list[tuple[str, str, list[Shown]]]) -> list[tuple[str, str, list[Shown]]]:
    return [(kind, text, [one for one in rows if not one.is_hidden]) for kind, text, rows in shown]


def _delivered(key: str) -> Shown:
    shown = partners.find(current_account(), key)
    if shown is None:
        abort(404)
    return shown


def _form(
    form: PartnerForm, title: str, keep: Callable[[Facts], object], partner: Partner | None = None
) -> ResponseReturnValue:
    if form.validate_on_submit():
        try:
            keep(form.facts())
        except PartnerError as error:
            form.refuse(error.field, str(error))
        else:
            return go_to(url_for("partners.index"), _("C'est enregistré."))
    return page("settings/partner.html", form, title=title, partner=partner)
