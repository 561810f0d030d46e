"""First steps: what is left to do before the first reminder can leave. Each task is an ordinary page."""

from dataclasses import dataclass

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.services import first_steps
from relance.web import nav
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account

blueprint = Blueprint("onboarding", __name__)


@dataclass(frozen=True)
class Task:
    """One line of the list. An optional one is never missed elsewhere."""

    title: str
    hint: str
    href: str
    is_done: bool
    is_optional: bool = False


@blueprint.get("/bienvenue")
def index() -> ResponseReturnValue:
    """The list of tasks, with their state computed."""
    return render_template("onboarding/index.html", tasks=tasks())


@blueprint.post("/bienvenue/passer")
def skip() -> ResponseReturnValue:
    """« Passer pour l'instant »: the dashboard no longer reminds of the list."""
    first_steps.dismiss(current_account(), now=clock.now())
    return go_to(url_for("system.home"))


def tasks() -> list[Task]:
    """The tasks of this version: a page that does not exist is not one."""
    done = first_steps.done(current_account())
    found = [
        Task(
            _("Votre entreprise"),
            _("Nom, adresse et SIRET, repris sur les lettres."),
            url_for("settings.company", depuis="bienvenue"),
            "company" in done,
        ),
        Task(
            _("Votre IBAN"),
            _("Affiché à vos clients pour qu’ils paient par virement."),
            url_for("settings.bank", depuis="bienvenue"),
            "iban" in done,
        ),
        Task(
            _("L’adresse d’envoi"),
            _("Le nom que vos clients voient, l'adresse où arrivent leurs réponses."),
            url_for("sender.edit", depuis="bienvenue"),
            "sender" in done,
        ),
        Task(
            _("Votre signature"),
            _("Facultatif, pour les lettres."),
            url_for("signatures.index", depuis="bienvenue"),
            "signature" in done,
            is_optional=True,
        ),
    ]
    if nav.has_page("/factures/nouvelle"):
        title, hint = _("Votre première facture"), _("Saisissez-la ou importez un fichier.")
        found.append(Task(title, hint, "/factures/nouvelle", "invoice" in done))
    return found
