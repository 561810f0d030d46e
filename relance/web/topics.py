"""The pages of the settings: their list, and what they share."""

from dataclasses import dataclass
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance.web.forms import Form
from relance.web.htmx import go_to
from relance.web.i18n import _

_LED_FROM = {"settings.penalties": ("/reglages/taux",)}


@dataclass(frozen=True)
class Topic:
    """One page of the settings."""

    endpoint: str
    title: str
    icon: str

    @property
    def href(self) -> str:
        """Its address."""
        return url_for(self.endpoint)

    @property
    def is_current(self) -> bool:
        """True on this page, and on the one that it leads to."""
        return request.path == self.href or request.path in _LED_FROM.get(self.endpoint, ())


def topics() -> list[Topic]:
    """The side list."""
    return [
        Topic("settings.company", _("Entreprise"), "building-2"),
        Topic("settings.bank", _("Coordonnées bancaires"), "landmark"),
        Topic("sender.edit", _("Expéditeur"), "mail"),
        Topic("calendar.edit", _("Jours et heures d’envoi"), "calendar-clock"),
        Topic("reminder_settings.edit", _("Relances par défaut"), "route"),
        Topic("signatures.index", _("Mes signatures"), "file-pen-line"),
        Topic("settings.penalties", _("Pénalités et indemnité"), "percent"),
        Topic("partners.index", _("Partenaires"), "handshake"),
        Topic("settings.alerts", _("Alertes"), "bell"),
        Topic("settings.display", _("Affichage"), "monitor"),
        Topic("settings.security", _("Sécurité"), "lock"),
        Topic("data.index", _("Données"), "download"),
    ]


def page(template: str, form: Form, *, status: int = 0, **context: Any) -> Response:
    """A page of the settings; 422 when the form has errors."""
    html = render_template(template, form=form, topics=topics(), back=came_from_welcome(), **context)
    return make_response(html, status or (422 if form.errors else 200))


def saved(endpoint: str, notice: str = "") -> ResponseReturnValue:
    """After saving: back to the first steps when one came from there, else to the same page."""
    target = url_for("onboarding.index") if came_from_welcome() else url_for(endpoint)
    return go_to(target, notice or _("C'est enregistré."))


def came_from_welcome() -> bool:
    """True when the page was opened from the list of first steps."""
    return request.args.get("depuis") == "bienvenue"
