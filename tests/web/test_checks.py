from dataclasses import replace

from relance.config import Smtp
from relance.web.checks import all_checks


def _by_name(app, settings):
    with app.test_request_context():
        return {check.name: check for check in all_checks(settings)}


def test_what_is_missing_comes_with_the_variable_to_set(app, settings):
    checks = _by_name(app, settings)
    assert checks["Base de données"].found == "SQLite"
    assert not checks["Envoi d’e-mails"].is_right
    assert "RELANCE_SMTP_URL" in checks["Envoi d’e-mails"].remedy
    assert "RELANCE_BASE_URL" in checks["Adresse publique"].remedy


def test_a_configured_instance_has_nothing_to_do(app, settings):
    ready = replace(settings, smtp=Smtp("smtp.a.example", 465), base_url="https://relance.example")
    assert all(check.is_right and not check.remedy for check in _by_name(app, ready).values())
