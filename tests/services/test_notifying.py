import json

from relance.mail import account_notices
from relance.models.messages import Message
from relance.services import notifying


def test_a_mail_to_the_user_waits_in_the_queue_ready_to_leave(camille, now):
    words = account_notices.password_changed("Camille", "fr")
    message = notifying.queue_user_mail(camille, "password_changed", words, now=now, domain="relance.example")
    stored = Message.get_by_id(message.id)
    assert (stored.state, stored.kind, stored.not_before_at) == ("queued", "password_changed", now)
    assert stored.account == camille.account
    assert json.loads(stored.to_json) == [["Camille Roussel", camille.email]]
    assert stored.subject == "Votre mot de passe a changé"
    assert "fermées" in stored.body_text
    assert "fermées" in stored.body_html
    assert stored.message_id == f"<relance.{stored.token}@relance.example>"
    assert not stored.is_automatic
    assert stored.slot is None


def test_a_visitor_is_written_to_without_an_account(database, now):
    words = account_notices.confirm_sign_up("Zoé", "http://relance.example/inscription/x")
    notifying.queue_visitor_mail("zoe@b.example", "Zoé", "sign_up", words, now=now, domain="relance.example")
    stored = Message.get()
    assert stored.account is None
    assert json.loads(stored.to_json) == [["Zoé", "zoe@b.example"]]
