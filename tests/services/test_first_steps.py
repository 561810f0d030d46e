from relance.models.accounts import Account, SmtpServer
from relance.services import first_steps, signing
from tests import factories
from tests.services.test_signature_images import drawn, saved


def test_the_tasks_of_a_complete_account_are_done_one_by_one(database, now):
    account = factories.make_account(siret="", address="", iban="")
    assert first_steps.done(account) == set()
    account.siret, account.address = "73282932000074", "12 rue de la Charité\n69002 LYON"
    assert first_steps.done(account) == {"company"}
    account.iban = factories.IBAN
    assert first_steps.done(account) == {"company", "iban"}
    server = SmtpServer.create(account=account, host="h", port=25, from_address="a@b.example", updated_at=now)
    assert "sender" not in first_steps.done(account)
    server.verified_at = now
    server.save()
    assert "sender" in first_steps.done(account)
    client = factories.make_client(account)
    factories.make_contact(client)
    factories.make_invoice(client, "F-1")
    assert first_steps.done(account) == {"company", "iban", "sender", "invoice"}
    signing.add(factories.make_user(account), saved(drawn()), "", "drawn", now)
    assert "signature" in first_steps.done(account)


def test_an_address_is_enough_for_the_business_since_the_siret_is_optional(database):
    account = factories.make_account(siret="", address="12 rue de la Charité\n69002 LYON", iban="")
    assert first_steps.done(account) == {"company"}


def test_a_test_mail_received_is_enough_for_the_sender(account):
    account.has_received_test = True
    assert "sender" in first_steps.done(account)


def test_skipping_is_kept_with_its_first_date(account, now, today):
    first_steps.dismiss(account, now=now)
    first_steps.dismiss(account, now=now.replace(year=2027))
    assert Account.get_by_id(account.id).onboarding_dismissed_at == now
