"""What an account still needs before it can send one correct reminder."""

import datetime as dt

from relance.models.accounts import Account, SmtpServer
from relance.models.invoices import Invoice
from relance.models.signatures import Signature
from relance.services import gathering


def done(account: Account) -> set[str]:
    """The tasks done, among: company, iban, sender, signature, invoice.

    ``sender`` is done once a test e-mail was received, or an own server was verified.
    """
    found = set()
    if account.address:  # the form says the SIRET is optional: a task must not wait for it in silence
        found.add("company")
    if account.iban:
        found.add("iban")
    servers = SmtpServer.select().where(SmtpServer.account == account, SmtpServer.verified_at.is_null(False))
    invoices = Invoice.select().where(Invoice.account == account)
    signatures = Signature.select().where(Signature.account == account, Signature.archived_at.is_null())
    verified, invoiced, signed = gathering.numbers((servers, invoices, signatures), most=1)
    if account.has_received_test or verified:
        found.add("sender")
    if signed:
        found.add("signature")
    if invoiced:
        found.add("invoice")
    return found


def dismiss(account: Account, *, now: dt.datetime) -> None:
    """Stop showing the list on the dashboard. Safe to repeat."""
    Account.update(onboarding_dismissed_at=now).where(
        Account.id == account.id, Account.onboarding_dismissed_at.is_null()
    ).execute()
