"""The statement of account of a client, as a PDF to print or to send."""

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.letters.press import PressError
from relance.rules.calendar import local_date
from relance.services import statements
from relance.web.htmx import go_to
from relance.web.scope import client_or_404, current_account
from relance.web.security import embeddable

blueprint = Blueprint("statements", __name__)


@blueprint.get("/clients/<int:id>/releve")
def show(id: int) -> ResponseReturnValue:
    """Today's statement: to open and print, or to keep with ``?telecharger=1``. Nothing is stored."""
    client = client_or_404(id)
    today = local_date(clock.now(), current_account().time_zone)
    try:
        content = statements.pdf(client, today)
    except PressError as error:
        return go_to(url_for("clients.show", id=client.id), str(error), "late")
    response = Response(content, mimetype="application/pdf")
    kind = "attachment" if request.args.get("telecharger") else "inline"
    response.headers.set("Content-Disposition", kind, filename=statements.file_name(client, today))
    return embeddable(response)
