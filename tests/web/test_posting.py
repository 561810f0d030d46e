from dataclasses import replace

from relance.mail.outcome import NOTHING_LEFT, Unreachable
from relance.models.messages import Message
from relance.services import previewing
from relance.web import posting


def test_the_link_holds_the_public_address_of_the_instance(app, as_camille, settings, now):
    app.config["RELANCE"] = replace(settings, base_url="https://relance.example")
    posting.send_reset_link(as_camille, "abc", now=now)
    assert "https://relance.example/mot-de-passe/abc" in Message.get().body_text


def test_message_ids_are_made_in_the_domain_of_the_sender(app, as_camille, settings, now):
    assert posting.domain() == "relance.localhost"
    app.config["RELANCE"] = replace(settings, mail_from="relances@atelier.example")
    posting.tell_password_changed(as_camille, now=now)
    assert Message.get().message_id.endswith("@atelier.example>")


def test_the_notice_about_an_iban_holds_both_masked(as_camille, now):
    posting.tell_iban_changed(as_camille, "FR76 … 0189", "DE89 … 3000", now=now)
    message = Message.get()
    assert (message.kind, message.user) == ("iban_changed", as_camille)
    assert "DE89 … 3000" in message.body_text


def test_a_test_that_failed_does_not_speak_of_reminders(as_camille, monkeypatch):
    outcome = Unreachable("auth", f"Le serveur smtp.example refuse le mot de passe. {NOTHING_LEFT}")
    monkeypatch.setattr(previewing, "send_test", lambda *_: outcome)
    assert posting.send_test(None) == ("Le serveur smtp.example refuse le mot de passe.", False)
