"""What went wrong, in French: a page of its own, or a notice when htmx asked."""

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from flask import Flask, Response, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError, RequestEntityTooLarge

from relance.rules.money import NBSP
from relance.web.htmx import wants_fragment
from relance.web.i18n import _

_log = logging.getLogger(__name__)

_DRAINED_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True)
class Trouble:
    """What the page says: a fact, then what to do. ``reference`` is what the log calls it."""

    code: int
    title: str
    sentence: str
    reference: str = ""


class Application(Flask):
    """A Flask whose log names the route of an incident and not its address: a link to reset a password is a secret."""

    def log_exception(self, exc_info: Any) -> None:
        """The exception, its route and its method."""
        self.logger.error("Exception on %s [%s]", _route(), request.method, exc_info=exc_info)


def init_app(app: Flask) -> None:
    """Answer every error with a page of ours."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(RequestEntityTooLarge, _too_large)
    app.register_error_handler(InternalServerError, _crashed)


def _refused(error: HTTPException) -> Response:
    if error.response is not None:  # abort(some response): the view wrote it itself
        return make_response(error.response)
    sentences = {
        401: (_("Connexion"), _("Votre session a expiré. Reconnectez-vous.")),
        403: (_("Accès refusé"), _("Cette page appartient à un autre espace.")),
        404: (_("Page introuvable"), _("Le lien est peut-être ancien, ou la facture supprimée.")),
        405: (_("Page introuvable"), _("Cette adresse ne s'ouvre pas ainsi. Revenez à la page précédente.")),
        409: (_("Cette page a changé"), _("Rechargez-la pour voir ce qui a changé, puis recommencez.")),
        422: (_("Demande incomplète"), _("Revenez à la page précédente et vérifiez votre saisie.")),
        429: (_("Trop de demandes"), _("Patientez une minute avant de réessayer.")),
        503: (_("Maintenance en cours"), _("Les envois prévus reprendront automatiquement.")),
    }
    code = error.code or 500
    title, sentence = sentences.get(code, (_("Demande refusée"), _("Revenez à la page précédente et réessayez.")))
    answer = _answer(Trouble(code, title, sentence))
    for name, value in error.get_headers():
        if name == "Allow":
            answer.headers[name] = value
    return answer


def _stale(error: CSRFError) -> Response:
    sentence = _("Votre session a expiré. Revenez à la page précédente, rechargez-la et recommencez.")
    return _answer(Trouble(400, _("Session expirée"), sentence))


def _too_large(error: RequestEntityTooLarge) -> Response:
    # A browser reads the answer only once it has sent its file: take the rest in, and drop it.
    left = min(request.content_length or 0, _DRAINED_BYTES)
    while left > 0:
        piece = request.environ["wsgi.input"].read(min(left, 65536))
        if not piece:
            break
        left -= len(piece)
    size = f"{(request.content_length or 0) / 1_000_000:.1f}".replace(".", ",") + f"{NBSP}Mo"
    sentence = _("Ce fichier pèse {taille}. Le maximum est de 10 Mo.", taille=size)
    return _answer(Trouble(413, _("Fichier trop lourd"), sentence))


def _crashed(error: InternalServerError) -> Response:
    # Flask has just logged the exception itself; this line ties it to what the user was told.
    reference = secrets.token_hex(3).upper()
    _log.error("Incident %s: %r on %s %s", reference, error.original_exception, request.method, _route())
    # True because what leaves is written in the transaction that has just been rolled back.
    sentence = _("Rien n'a été envoyé. L'incident est noté sous la référence {id}.", id=reference)
    return _answer(Trouble(500, _("Une erreur est survenue"), sentence, reference))


def _route() -> str:
    return request.url_rule.rule if request.url_rule is not None else ""


def _answer(trouble: Trouble) -> Response:
    template = "errors/_trouble.html" if wants_fragment() else "errors/show.html"
    return make_response(render_template(template, trouble=trouble), trouble.code)
