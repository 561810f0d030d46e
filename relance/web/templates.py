"""Templates: their list, and the editor of one, with its preview, its test and its way back."""

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.templates import VARIANTS
from relance.rules.comparing import compare
from relance.services import keeping_templates, templating
from relance.services.keeping_templates import StaleTemplateError
from relance.services.template_checks import TemplateError
from relance.services.templating import Info
from relance.web import names, posting, template_page
from relance.web.forms.templates import DeleteTemplateForm, NewTemplateForm, TemplateForm
from relance.web.htmx import go_to, respond
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, template_or_404

blueprint = Blueprint("templates", __name__)

STALE = (
    "Ce modèle a changé entre-temps dans une autre fenêtre. Vos modifications sont gardées ci-dessous : "
    "enregistrez de nouveau pour les garder."
)


@blueprint.get("/modeles")
def index() -> ResponseReturnValue:
    """Every template in use, by what it is for."""
    account = current_account()
    listed, usages = templating.listed(account), templating.usages(account)
    return render_template(
        "texts/index.html",
        groups=[
            (_(title), [info for info in listed if info.category == category])
            for category, title in template_page.CATEGORIES.items()
        ],
        usages=usages,
        template_name=names.template,
        tone=template_page.tone,
        versions_of=template_page.versions_of,
    )


@blueprint.route("/modeles/nouveau", methods=["GET", "POST"])
def new() -> ResponseReturnValue:
    """A name, a tone, and the text to begin with."""
    account = current_account()
    models = [info.ref for info in templating.listed(account)]
    form = NewTemplateForm(models=models)
    if not form.is_submitted():
        wanted = request.args.get("depuis", "")
        form.model.data = wanted if wanted in models else "relance_1"
    elif form.validate():
        try:
            info = keeping_templates.create(
                account,
                form.name.data or "",
                form.model.data or "",
                form.tone.data or 2,
                by=current_user(),
                now=clock.now(),
            )
            return go_to(_editor(info), _("Modèle créé : écrivez son texte."))
        except TemplateError as error:
            _refuse(form, error)
    status = 422 if form.errors else 200
    return make_response(render_template("texts/new.html", form=form, back=template_page.back()), status)


@blueprint.get("/modeles/<ref>")
def edit(ref: str) -> ResponseReturnValue:
    """One version of a template (?version=), with its preview."""
    info = template_or_404(ref)
    return render_template("texts/edit.html", **template_page.opening(info, _variant(request.args.get("version", ""))))


@blueprint.post("/modeles/<ref>")
def update(ref: str) -> ResponseReturnValue:
    """Save the version shown, the name and the tone; 409 when another window was first."""
    info, form = template_or_404(ref), TemplateForm()
    if not form.validate():
        return _page(info, form, 422)
    wish = form.change(info)
    try:
        keeping_templates.change(
            current_account(), info, wish, version=form.shown_version(), by=current_user(), now=clock.now()
        )
    except TemplateError as error:
        _refuse(form, error)
        return _page(info, form, 422)
    except StaleTemplateError:
        form.refuse("", STALE)
        form.version.data = str(template_or_404(ref).version)
        return _page(template_or_404(ref), form, 409)
    names.forget_templates()
    return go_to(_editor(info, wish.variant), _("Modèle enregistré."))


@blueprint.post("/modeles/<ref>/apercu")
def preview(ref: str) -> ResponseReturnValue:
    """The preview of what is typed; nothing is saved."""
    info, form = template_or_404(ref), TemplateForm()
    return respond("texts/edit.html", "texts/_preview.html", **template_page.context(info, form))


@blueprint.post("/modeles/<ref>/test")
def test(ref: str) -> ResponseReturnValue:
    """Send what is typed to the user alone, now; nothing is saved."""
    info, form = template_or_404(ref), TemplateForm()
    context = template_page.context(info, form)
    composed = context["composed"]
    answer, is_sent = posting.send_test(composed) if composed is not None else (context["problem"], False)
    context |= {"test_answer": answer, "is_test_sent": is_sent}
    return respond("texts/edit.html", "chases/_test.html", status=200 if is_sent else 422, **context)


@blueprint.get("/modeles/<ref>/origine")
def ask_reset(ref: str) -> ResponseReturnValue:
    """What going back to the text of origin would change, word by word."""
    info = template_or_404(ref)
    variant = _variant(request.args.get("version", ""))
    return render_template("texts/reset.html", **_difference(info, variant))


@blueprint.post("/modeles/<ref>/origine")
def reset(ref: str) -> ResponseReturnValue:
    """Go back to the text of origin of that version."""
    info = template_or_404(ref)
    form = TemplateForm()
    variant = form.shown_variant()
    try:
        keeping_templates.reset(
            current_account(), info, variant, version=form.shown_version(), by=current_user(), now=clock.now()
        )
    except StaleTemplateError:
        return make_response(render_template("texts/reset.html", is_stale=True, **_difference(info, variant)), 409)
    return go_to(_editor(info, variant), _("Le texte d'origine est de retour."))


@blueprint.post("/modeles/<ref>/dupliquer")
def duplicate(ref: str) -> ResponseReturnValue:
    """A copy to change."""
    info = template_or_404(ref)
    copy = keeping_templates.duplicate(current_account(), info, by=current_user(), now=clock.now())
    return go_to(_editor(copy), _("Modèle copié."))


@blueprint.route("/modeles/<ref>/supprimer", methods=["GET", "POST"])
def delete(ref: str) -> ResponseReturnValue:
    """Delete an own template; one that sequences send asks which takes its place."""
    account, info = current_account(), template_or_404(ref)
    others = [each for each, _name in templating.choices(account) if each != ref]
    form = DeleteTemplateForm(others=others)
    if form.is_submitted():
        title, by = names.template(ref), form.replace_by.data or ""
        try:
            is_gone = keeping_templates.delete(account, info, by=current_user(), now=clock.now(), replace_by=by)
            told = _("Modèle « {nom} » supprimé.", nom=title)
            if not is_gone:
                told = _("Modèle « {nom} » retiré. Ce qu'il a envoyé garde son nom.", nom=title)
            return go_to(url_for("templates.index"), told)
        except TemplateError as error:
            _refuse(form, error)
    used = templating.usages(account).get(ref, [])
    page = render_template("texts/delete.html", form=form, info=info, title=names.template(ref), used=used)
    return make_response(page, 422 if form.all_errors() else 200)


def _page(info: Info, form: TemplateForm, status: int) -> ResponseReturnValue:
    return make_response(render_template("texts/edit.html", **template_page.context(info, form)), status)


def _difference(info: Info, variant: str) -> dict[str, Any]:
    """The texts written and those of origin, compared piece by piece, for one invoice and for several."""
    account, found = current_account(), []
    for is_many in (False, True):
        if (variant, is_many) not in info.changed or (not info.is_delivered and (variant, is_many) == ("vous", False)):
            continue
        written = templating.text_of(account, info.ref, variant, is_many)
        first = keeping_templates.origin(account, info.ref, variant, is_many)
        # The last line ends like the others, so that it is found again among them.
        subject, body = compare(written.subject, first.subject), compare(f"{written.body}\n", f"{first.body}\n")
        found.append((is_many, subject, body))
    return {
        "info": info,
        "title": names.template(info.ref),
        "variant": variant,
        "version_name": template_page.VERSIONS[variant],
        "differences": found,
    }


def _refuse(form: Any, error: TemplateError) -> None:
    for field, sentence in error.errors.items():
        form.refuse(field, sentence)


def _editor(info: Info, variant: str = "vous") -> str:
    """The address of the editor, with the page to go back to."""
    suite = template_page.back() or None
    return url_for("templates.edit", ref=info.ref, version=variant if variant != "vous" else None, suite=suite)


def _variant(wanted: str) -> str:
    return wanted if wanted in VARIANTS else "vous"
