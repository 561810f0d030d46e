"""« Mes signatures »: pictures of a person's handwriting, deposited or drawn, for their letters.

They belong to the person, not to the account: another user of the same account does not find them.
"""

from flask import Blueprint, Response, abort, url_for
from flask.typing import ResponseReturnValue

from relance import clock, storage
from relance.letters import test_print as test_print_page
from relance.letters.press import PressError
from relance.models.signatures import Signature
from relance.rules.address import town_of
from relance.services import signing
from relance.services.signing import SignatureError
from relance.web.forms.signatures import RenameForm, SignatureForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user, signature_or_404
from relance.web.security import embeddable
from relance.web.topics import page, saved

blueprint = Blueprint("signatures", __name__)


@blueprint.get("/reglages/signatures")
def index() -> ResponseReturnValue:
    """The signatures of this person, each on the foot of a letter, and the way to add one."""
    return _page(SignatureForm(formdata=None))


@blueprint.post("/reglages/signatures/ajouter")
def add() -> ResponseReturnValue:
    """Keep a file, or what was drawn."""
    form = SignatureForm()
    if not form.validate():
        return _page(form)
    if not form.source:
        form.refuse("file", "Choisissez une image, ou signez dans le cadre.")
        return _page(form)
    try:
        signing.add(current_user(), form.content(), form.name.data or "", form.source, clock.now())
    except SignatureError as error:
        form.refuse(error.field, str(error))
        return _page(form)
    return saved("signatures.index", _("Signature enregistrée."))


@blueprint.post("/reglages/signatures/<int:signature_id>/defaut")
def make_default(signature_id: int) -> ResponseReturnValue:
    """Letters offer this one first."""
    signing.make_default(signature_or_404(signature_id))
    return _back(_("Cette signature est proposée en premier."))


@blueprint.post("/reglages/signatures/<int:signature_id>/renommer")
def rename(signature_id: int) -> ResponseReturnValue:
    """Give it another name."""
    row = signature_or_404(signature_id)
    form = RenameForm(prefix=_prefix(row))
    if form.validate():
        try:
            signing.rename(row, form.name.data or "")
            return _back(_("C'est enregistré."))
        except SignatureError as error:
            form.refuse(error.field, str(error))
    return _page(SignatureForm(formdata=None), form, row)


@blueprint.post("/reglages/signatures/<int:signature_id>/supprimer")
def remove(signature_id: int) -> ResponseReturnValue:
    """Take it away; letters that carry it keep it."""
    signing.remove(signature_or_404(signature_id), by=current_user(), now=clock.now())
    return _back(_("Signature supprimée. Les lettres qui la portent la gardent."))


@blueprint.get("/reglages/signatures/<int:signature_id>/image")
def image(signature_id: int) -> Response:
    """The picture, which is ours: it was redrawn when it came."""
    try:
        content = signing.bytes_of(signature_or_404(signature_id))
    except storage.StorageError:  # not back yet after a restore
        abort(404)
    return Response(content, mimetype="image/png")


@blueprint.get("/reglages/lettres/test.pdf")
def test_print() -> ResponseReturnValue:
    """The page that is printed once, to see where the windows of envelopes fall."""
    try:
        content = test_print_page.pdf()
    except PressError as error:
        return go_to(url_for("signatures.index"), str(error), "late")
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename="page-d-essai.pdf")
    return embeddable(response)


def _page(form: SignatureForm, renaming: RenameForm | None = None, renamed: Signature | None = None) -> Response:
    account, rows = current_account(), signing.of_user(current_user())
    names = {row.id: RenameForm(formdata=None, prefix=_prefix(row), obj=row) for row in rows}
    if renaming is not None and renamed is not None:
        names[renamed.id] = renaming
    wrong = renaming if renaming is not None and renaming.errors else form
    return page(
        "settings/signatures.html",
        form,
        status=422 if wrong.errors else 200,
        wrong=wrong,
        signatures=rows,
        names=names,
        most=signing.MOST,
        place=town_of(account.address),
    )


def _prefix(row: Signature) -> str:
    return f"signature-{row.id}-"


def _back(notice: str) -> ResponseReturnValue:
    return go_to(url_for("signatures.index"), notice)
