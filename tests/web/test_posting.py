from dataclasses import replace

from relance.models.messages import Message
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
