"""What the first run looks at, with the exact remedy of what is missing."""

from dataclasses import dataclass

from relance import db
from relance.config import Settings
from relance.web.i18n import _


@dataclass(frozen=True)
class Check:
    """One line: is it right, what was found, and what to do when it is not."""

    name: str
    is_right: bool
    found: str
    remedy: str = ""


def all_checks(settings: Settings) -> list[Check]:
    """Database, e-mails, public address."""
    engine = "SQLite" if db.is_sqlite() else "PostgreSQL"
    checks = [Check(_("Base de données"), True, engine)]
    if settings.smtp is None:
        checks.append(
            Check(
                _("Envoi d'e-mails"),
                False,
                _("non configuré : les e-mails restent dans la boîte locale"),
                _("Pour écrire à vos clients, définissez RELANCE_SMTP_URL et RELANCE_MAIL_FROM, puis redémarrez."),
            )
        )
    else:
        checks.append(Check(_("Envoi d'e-mails"), True, settings.smtp.host))
    is_local = "//127.0.0.1" in settings.base_url or "//localhost" in settings.base_url
    remedy = _(
        "Si vous l'ouvrez depuis une autre machine, définissez RELANCE_BASE_URL : les liens des e-mails en partent."
    )
    checks.append(Check(_("Adresse publique"), not is_local, settings.base_url, remedy if is_local else ""))
    checks.append(Check(_("Fuseau horaire"), True, "Europe/Paris"))
    return checks
