"""The file behind a signed address of a message: for the client, who has no account."""

from flask import Blueprint, Response, abort
from flask.typing import ResponseReturnValue

from relance import links, storage
from relance.models.documents import Document
from relance.web.scope import public

blueprint = Blueprint("downloads", __name__)


@blueprint.get("/telecharger/<int:id>-<signature>")
@public
def show(id: int, signature: str) -> ResponseReturnValue:
    """The invoice's file; 404 for any address this instance did not sign."""
    # A number that no column can hold is not found either: SQLite would refuse to compare it.
    document = Document.get_or_none(Document.id == id, Document.kind == "invoice") if id < 2**63 else None
    if document is None or not links.is_signed(document.id, document.sha256, signature):
        abort(404)
    try:
        content = storage.get(document.sha256)
    except storage.StorageError:  # not back yet after a restore: nothing that the client could do about it
        abort(404)
    response = Response(content, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=document.name)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "private, no-store"
    return response
