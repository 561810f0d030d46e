from dataclasses import replace

import pytest

from relance import vault
from relance.models.accounts import SmtpServer
from relance.models.events import Event
from relance.services import connecting
from relance.services.carrying import Post
from relance.services.connecting import ServerWish
from tests import servers

WISH = ServerWish("smtp.a.example", 465, "ssl", "camille@a.example", "mot de passe d'application", "camille@a.example")


def _local_wish(server):
    return ServerWish("127.0.0.1", server.port, "none", "", "", "camille@atelier-roussel.example")


@pytest.mark.requirement("S0.12", "S0.15")
def test_a_saved_server_is_not_used_before_a_test_succeeded(camille, now, settings, smtp_server):
    account = camille.account
    instance = Post.of(settings)
    connecting.save_server(account, _local_wish(smtp_server), by=camille, now=now)
    assert instance.carrier_of(account).is_instance
    result = connecting.send_test(camille, connecting.carrier_to_test(account, instance), now=now)
    assert result.has_left
    assert instance.carrier_of(account).from_address == "camille@atelier-roussel.example"
    (mail,) = smtp_server.received
    assert mail.recipients == [camille.email]
    assert mail.subject.startswith("[TEST] ") and "EXEMPLE-0042" in mail.text
    assert "Atelier Roussel" in mail.text and "{" not in mail.text
    assert Event.get(Event.kind == "smtp_verified").facts == {"host": "127.0.0.1"}


def test_the_secret_is_encrypted_and_kept_when_it_is_not_typed_again(camille, now):
    server = connecting.save_server(camille.account, WISH, by=camille, now=now)
    assert "application" not in server.password_encrypted
    connecting.save_server(camille.account, replace(WISH, password=None, port=587), by=camille, now=now)
    stored = SmtpServer.get()
    assert vault.decrypt(stored.password_encrypted) == "mot de passe d'application"
    assert stored.port == 587


def test_a_change_takes_the_verification_away_and_the_same_again_does_not(camille, now):
    account = camille.account
    connecting.save_server(account, WISH, by=camille, now=now)
    SmtpServer.update(verified_at=now).execute()
    connecting.save_server(account, replace(WISH, password=None), by=camille, now=now)
    assert SmtpServer.get().verified_at == now
    connecting.save_server(account, replace(WISH, password=None, host="smtp.b.example"), by=camille, now=now)
    assert SmtpServer.get().verified_at is None


def test_the_journal_never_holds_the_secret(camille, now):
    connecting.save_server(camille.account, WISH, by=camille, now=now)
    assert "application" not in Event.get().data


def test_a_server_that_refuses_says_why_and_stays_unverified(camille, now, settings, smtp_server):
    smtp_server.answers["DATA"] = "554 5.7.1 spam"
    connecting.save_server(camille.account, _local_wish(smtp_server), by=camille, now=now)
    carrier = connecting.carrier_to_test(camille.account, Post.of(settings))
    result = connecting.send_test(camille, carrier, now=now)
    assert not result.has_left
    assert "spam" in result.sentence
    assert SmtpServer.get().verified_at is None
    assert smtp_server.received == []


def test_a_server_that_is_not_there_is_named(camille, now, settings, smtp_server):
    wish = replace(_local_wish(smtp_server), port=servers.free_port())
    connecting.save_server(camille.account, wish, by=camille, now=now)
    carrier = connecting.carrier_to_test(camille.account, Post.of(settings))
    result = connecting.send_test(camille, carrier, now=now, timeout=2)
    assert not result.has_left
    assert "127.0.0.1" in result.sentence


def test_forgetting_the_server_goes_back_to_the_instance(camille, now, settings, smtp_server):
    account = camille.account
    connecting.save_server(account, _local_wish(smtp_server), by=camille, now=now)
    SmtpServer.update(verified_at=now).execute()
    connecting.forget_server(account, by=camille, now=now)
    connecting.forget_server(account, by=camille, now=now)
    assert Post.of(settings).carrier_of(account).is_instance
    assert Event.select().where(Event.kind == "settings_changed").count() == 2


def test_where_anybody_signs_up_no_account_calls_the_host_s_own_network(camille, now, settings, smtp_server):
    connecting.save_server(camille.account, _local_wish(smtp_server), by=camille, now=now)
    post = Post.of(replace(settings, signup="open"))
    assert not connecting.send_test(camille, connecting.carrier_to_test(camille.account, post), now=now).has_left
    assert smtp_server.received == []
    SmtpServer.update(verified_at=now).execute()  # verified before the host opened sign-ups: no more used
    assert post.carrier_of(camille.account).smtp.is_public_only
    assert not post.instance_carrier().smtp.is_public_only
