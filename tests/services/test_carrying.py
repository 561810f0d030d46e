"""Which server carries an account's mail, and how long one that failed is left alone."""

import datetime as dt

from relance import vault
from relance.models.accounts import SmtpServer, Transport
from relance.services import carrying
from relance.services.carrying import Post
from tests import factories


def own_server(account, **values):
    return SmtpServer.create(
        account=account,
        host="smtp.roussel.example",
        port=587,
        username="camille",
        password_encrypted=vault.encrypt("un secret"),
        from_address="camille@atelier-roussel.example",
        updated_at=factories.NOW,
        **values,
    )


def test_the_accounts_own_server_is_used_only_once_verified(account, post):
    server = own_server(account)
    assert post.carrier_of(account).is_instance
    server.verified_at = factories.NOW
    server.save()
    carrier = post.carrier_of(account)
    assert (carrier.smtp.host, carrier.smtp.password) == ("smtp.roussel.example", "un secret")
    assert carrier.from_address == "camille@atelier-roussel.example" and not carrier.is_instance


def test_without_smtp_the_local_mailbox_carries(settings, database, data_dir):
    from relance import mailbox

    controller = mailbox.start_mailbox(data_dir, 0)
    try:
        carrier = Post(None, None, data_dir).instance_carrier()
        assert carrier.smtp.host == "127.0.0.1" and carrier.smtp.port == mailbox.mailbox_address(data_dir)[1]
    finally:
        controller.stop()


def test_a_server_that_fails_waits_longer_each_time_until_it_answers(account, post, now):
    carrier = post.instance_carrier()
    waits = [(carrying.note_failure(carrier, "injoignable", now) - now).seconds // 60 for _ in range(9)]
    assert waits == [1, 2, 5, 10, 20, 40, 60, 60, 60]
    assert carrying.waits_until(carrier.key, now) == now + dt.timedelta(hours=1)
    carrying.note_success(carrier)
    assert carrying.waits_until(carrier.key, now) is None
    assert Transport.get().failures == 0
