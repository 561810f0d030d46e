"""Every page of the application, furnished: what a crawl of them all needs, whatever it looks for.

``PAGES`` names each route that shows a page, with the rows to show; ``NOT_PAGES`` says why a route is not one.
A new route is in neither: ``test_every_route_is_a_page_to_read_or_has_a_reason`` (test_french.py) then fails.
"""

import datetime as dt
import itertools
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

import peewee
from flask import Flask

from relance import db as relance_db
from relance import mailbox, models, storage, vault
from relance.config import Settings
from relance.models.accounts import Account, Closure, Heartbeat, User
from relance.models.batches import BatchLine
from relance.models.chases import Chase
from relance.models.clients import Client, Contact
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterBatch
from relance.models.messages import Message
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.rules.texts import Wording
from relance.services import (
    amicable,
    batch_review,
    batches,
    chasing,
    disputing,
    extending,
    forecasting,
    invoicing,
    keeping_templates,
    letter_batches,
    noticing,
    onboarding,
    pausing,
    promising,
    quoting,
    quoting_by_hand,
    seeding,
    sending_by_hand,
    sequencing,
    sweeping,
    templating,
)
from relance.services.batch_review import Choices
from relance.services.batches import Shown
from relance.services.carrying import Post
from relance.services.disputing import DisputeFacts
from relance.services.invoice_facts import InvoiceFacts
from relance.services.promising import PromiseFacts
from relance.services.signing_up import Wish
from relance.services.writing import Draft
from tests import pages_exits, pages_imports, pages_letters, pages_plans, pages_statuses
from tests.factories import NOW, PASSWORD, PASSWORD_HASH, make_document, make_invoice, make_quote

# « @late » is the id of that row (see ``_furnish``). What is not in the path is asked after « ? ».
SIGNED_OUT: tuple[tuple[str, dict[str, str]], ...] = (
    ("access.sign_in", {}),
    ("access.forgotten", {}),
    ("access.new_password", {"token": "@reset"}),
    ("access.new_password", {"token": "lien-mort"}),
    ("access.sign_up", {}),
    ("access.sign_up_sent", {}),
    ("access.confirm_sign_up", {"token": "@sign_up"}),
)
PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("dashboard.index", {}),
    ("aged_balance.index", {}),
    ("statistics.index", {}),
    ("onboarding.index", {}),
    ("system.menu", {}),
    ("system.shortcuts", {}),
    ("search.index", {}),
    ("search.index", {"q": "latitude"}),
    ("search.index", {"q": "introuvable"}),
    ("invoices.index", {}),
    ("invoices.index", {"statut": "retard"}),
    ("invoices.index", {"statut": "toutes", "min": "100", "relances": "oui"}),
    ("invoices.index", {"q": "introuvable"}),
    ("invoices.index", {"statut": "promesses"}),
    ("invoices.index", {"statut": "litiges"}),
    ("invoices.index", {"statut": "a-echoir", "relances": "pause"}),
    ("invoices.index", {"statut": "inconnu"}),
    ("selections.show", {}),
    ("selections.show", {"ids": "@late"}),
    ("bulk.pause", {"ids": "@planned"}),
    ("bulk.pause", {"ids": "@draft"}),
    ("bulk.pay", {"ids": "@late"}),
    ("bulk_starting.start", {"ids": "@unchased"}),
    ("bulk_starting.start", {"ids": "@paid"}),
    ("bulk_starting.sequence", {"ids": "@late"}),
    ("bulk_letters.prepare", {"ids": "@late"}),
    ("bulk_letters.prepare", {"ids": "@draft"}),
    ("invoices.show", {"id": "@late"}),
    ("invoices.show", {"id": "@paid"}),
    ("invoices.show", {"id": "@draft"}),
    ("invoices.show", {"id": "@partly"}),
    ("invoices.show", {"id": "@refused"}),
    ("invoices.show", {"id": "@written_off"}),
    ("invoices.show", {"id": "@cancelled"}),
    ("invoices.show", {"id": "@credit_note"}),
    ("invoices.show", {"id": "@paused"}),
    ("invoices.show", {"id": "@promised"}),
    ("invoices.show", {"id": "@disputed"}),
    ("pauses.ask", {"id": "@late"}),
    ("pauses.ask_resume", {"id": "@paused"}),
    ("pauses.ask_client", {"id": "@client"}),
    ("pauses.ask_all", {}),
    ("promises.ask", {"id": "@late"}),
    ("promises.ask", {"id": "@promised"}),
    ("disputes.ask", {"id": "@late"}),
    ("evidence.of_invoice", {"id": "@late"}),
    ("evidence.of_client", {"id": "@client"}),
    ("case_files.of_invoice", {"id": "@late"}),
    ("case_files.of_client", {"id": "@client"}),
    ("disputes.ask_close", {"id": "@disputed"}),
    ("extensions.ask", {"id": "@late"}),
    ("invoices.past", {"id": "@late"}),
    ("invoices.ask_cancel", {"id": "@late"}),
    ("invoices.ask_write_off", {"id": "@late"}),
    ("invoicing.new", {}),
    ("invoicing.edit", {"id": "@late"}),
    ("invoicing.edit", {"id": "@draft"}),
    ("invoicing.check", {"id": "@draft"}),
    ("chases.edit", {"id": "@late"}),
    ("chases.edit", {"id": "@draft"}),
    ("chases.edit", {"id": "@unchased", "activer": "1"}),
    ("payments.new", {"id": "@late"}),
    ("payments.ask_delete", {"id": "@partly", "payment_id": "@payment"}),
    ("reminding.choose", {"id": "@late"}),
    ("reminding.choose", {"id": "@disputed"}),
    ("reminding.choose", {"id": "@paid"}),
    ("batches.review", {"ids": "@late"}),
    ("batches.review", {"statut": "toutes", "tout": "1"}),
    ("batches.preview", {"ids": "@late", "ligne": "@batch_line", "modele": "relance_1"}),
    ("batches.show", {"batch_id": "@batch"}),
    ("messages.new", {"id": "@late"}),
    ("messages.new", {"id": "@refused"}),
    ("messages.show", {"id": "@late", "message_id": "@sent"}),
    ("messages.show", {"id": "@late", "message_id": "@queued"}),
    ("clients.index", {}),
    ("clients.index", {"archives": "oui"}),
    ("clients.index", {"q": "introuvable"}),
    ("clients.show", {"id": "@client"}),
    ("clients.show", {"id": "@client", "onglet": "contacts"}),
    ("clients.show", {"id": "@client", "onglet": "reglages"}),
    ("clients.show", {"id": "@client", "onglet": "echanges"}),
    ("histories.of_client", {"id": "@client"}),
    ("histories.of_client", {"id": "@client", "h": "relances"}),
    ("thanks.new", {"id": "@paid"}),
    ("quotes.index", {}),
    ("quotes.index", {"statut": "a-relancer"}),
    ("quotes.index", {"statut": "tous"}),
    ("quotes.index", {"q": "introuvable"}),
    ("quotes.show", {"id": "@quote"}),
    ("quotes.show", {"id": "@accepted_quote"}),
    ("quotes.show", {"id": "@declined_quote"}),
    ("quotes.show", {"id": "@expired_quote"}),
    ("quotes.ask_accept", {"id": "@quote"}),
    ("quotes.ask_decline", {"id": "@quote"}),
    ("quotes.ask_delete", {"id": "@spare_quote"}),
    ("quotes_editing.new", {}),
    ("quotes_editing.edit", {"id": "@quote"}),
    ("quotes_sending.new", {"id": "@quote"}),
    ("quotes_sending.new", {"id": "@expired_quote"}),
    ("quotes_messages.show", {"id": "@quote", "message_id": "@nudge"}),
    ("quotes_many.review", {"ids": "@quote"}),
    ("quotes_many.review", {}),
    ("quotes_many.select", {"ids": "@quote"}),
    ("calls.new", {"id": "@late"}),
    ("calls.new_reply", {"id": "@late"}),
    ("clients.new", {}),
    ("clients.new_contact", {"id": "@client"}),
    ("clients.edit_contact", {"id": "@contact"}),
    ("clients.ask_merge", {"id": "@client"}),
    ("templates.index", {}),
    ("templates.new", {}),
    ("templates.edit", {"ref": "@changed"}),
    ("templates.edit", {"ref": "@template", "version": "tu"}),
    ("templates.edit", {"ref": "devis_prerelance"}),
    ("templates.ask_reset", {"ref": "@changed"}),
    ("templates.delete", {"ref": "@template"}),
    ("sequences.index", {}),
    ("sequences.new", {}),
    ("sequences.show", {"sequence_id": "@sequence"}),
    ("sequences.show", {"sequence_id": "@drafted"}),
    ("sequences.show", {"sequence_id": "@set_aside"}),
    ("sequences.edit", {"sequence_id": "@sequence"}),
    ("sequence_steps.new", {"sequence_id": "@sequence"}),
    ("sequence_steps.edit", {"sequence_id": "@sequence", "step_key": "@block"}),
    ("sequence_ends.effect", {"sequence_id": "@drafted"}),
    ("sequence_ends.ask_publish", {"sequence_id": "@drafted"}),
    ("sequence_ends.ask_delete", {"sequence_id": "@sequence"}),
    ("reminder_settings.edit", {}),
    ("letters_list.index", {}),
    ("letters.new", {}),
    ("letters.new", {"factures": "@late"}),
    ("letters.new", {"factures": "@late", "type": "amiable"}),
    ("letters_list.index", {"type": "amiable", "statut": "prete"}),
    ("amicable.new", {"id": "@late"}),
    ("amicable.new_many", {"factures": "@late"}),
    ("amicable.new", {"id": "@paid"}),
    ("letters.show", {"letter_id": "@amicable"}),
    ("letters.show", {"letter_id": "@letter"}),
    ("letters.show", {"letter_id": "@printing"}),
    ("letters.show", {"letter_id": "@failed"}),
    ("letter_batches.show", {"lot_id": "@lot"}),
    ("sends.index", {}),
    ("sends.index", {"vue": "envoyes"}),
    ("sends.index", {"vue": "retenus"}),
    ("sends.index", {"client": "@client", "niveau": "1"}),
    ("proposals.index", {}),
    ("steps.show", {"id": "@planned", "etape": "@step"}),
    ("steps.ask_day", {"id": "@planned", "etape": "@step"}),
    ("chases.edit", {"id": "@planned"}),
    ("backlog.index", {}),
    ("simulation.index", {}),
    ("simulation.index", {"facture": "@late"}),
    ("simulation.index", {"client": "@client", "type": "taches"}),
    ("journal.index", {}),
    ("journal.index", {"type": "introuvable"}),
    ("mailbox.index", {}),
    ("mailbox.show", {"number": "@mail"}),
    ("settings.index", {}),
    ("settings.company", {}),
    ("settings.bank", {}),
    ("settings.penalties", {}),
    ("rates.index", {"semestre": "2026-2"}),
    ("signatures.index", {}),
    ("payment_plans.new", {"id": "@client"}),
    ("payment_plans.new", {"id": "@client", "factures": "@late"}),
    ("payment_plans.show", {"plan_id": "@plan"}),
    ("payment_plans.show", {"plan_id": "@broken_plan"}),
    ("payment_plans.show", {"plan_id": "@ended_plan"}),
    ("settings.alerts", {}),
    ("settings.display", {}),
    ("settings.security", {}),
    ("data.index", {}),
    ("calendar.edit", {}),
    ("sender.edit", {}),
    ("sender.edit", {"fournisseur": "gmail"}),
    ("sender.edit", {"recu": "non"}),
    *pages_exits.PAGES,
    *pages_imports.PAGES,
    *pages_statuses.PAGES,
    *pages_letters.PAGES,
)
# Once sendings are suspended.
SUSPENDED: tuple[tuple[str, dict[str, str]], ...] = (
    ("sends.ask_resume", {}),
    ("dashboard.index", {}),
    ("sends.index", {}),
)
# In an account where nothing was done yet.
EMPTY: tuple[tuple[str, dict[str, str]], ...] = (
    ("dashboard.index", {}),
    ("onboarding.index", {}),
    ("invoices.index", {}),
    ("clients.index", {}),
    ("quotes.index", {}),
    ("quotes_editing.new", {}),
    ("letters_list.index", {}),
    ("letters.new", {}),
    ("sends.index", {}),
    ("sends.index", {"vue": "envoyes"}),
    ("sends.index", {"vue": "retenus"}),
    ("proposals.index", {}),
    ("journal.index", {}),
    ("mailbox.index", {}),
    ("invoicing.new", {}),
    ("settings.company", {}),
    ("settings.bank", {}),
)
NOT_PAGES = {
    "static": "files of the application",
    "downloads.show": "a file, behind a signed address",
    "system.home": "sends to the dashboard",
    "system.health": "JSON for a machine",
    "access.install": "exists before the first account only: read apart",
    "exports.clients": "a file",
    "exports.export": "a file",
    "invoices.clients": "a fragment of the list",
    "invoices.pdf": "a file",
    "journal.export": "a file",
    "letters.pdf": "a file",
    "statements.show": "a file",
    "aged_balance.export": "a file",
    "disputes.attachment": "a file",
    "evidence.download": "a file",
    "case_files.of_invoice_zip": "leads to the page",
    "case_files.of_client_zip": "leads to the page",
    "messages.attachment": "a file",
    "messages.source": "a file",
    "quotes.export": "a file",
    "quotes.pdf": "a file",
    "quotes_messages.attachment": "a file",
    "quotes_messages.source": "a file",
    "quotes_messages.html": "an e-mail, in a frame of the message",
    "quotes_editing.client_details": "a fragment of the new quote",
    "histories.export": "a file",
    "histories.export_client": "a file",
    "mailbox.raw": "a file",
    "mailbox.attachment": "a file",
    "invoicing.client_details": "a fragment of the new invoice",
    "sends.waiting": "a fragment of the sends",
    "letters.status": "a fragment of the letter",
    "letters.paper": "the paper itself, in a frame of the letter",
    "signatures.image": "a picture",
    "signatures.test_print": "a file",
    "payment_plans.agreement": "a file",
    "messages.html": "an e-mail, in a frame of the message",
    "simulation.html": "an e-mail to come, alone",
    "mailbox.html": "an e-mail, in a frame of the local mailbox",
    **pages_letters.NOT_PAGES,
    **pages_imports.NOT_PAGES,
}


NEWCOMER = "nouvelle@atelier-neuf.example"


@dataclass(frozen=True)
class House:
    """A furnished instance: its application, its database, the addresses of its pages by kind."""

    settings: Settings
    app: Flask
    handle: peewee.Database
    addresses: dict[str, tuple[str, ...]]
    rows: dict[str, Any]

    def reopen(self) -> None:
        """Make this instance the one in use again, after another was."""
        relance_db.database.initialize(self.handle)
        storage.open_storage(self.settings.data_dir)
        vault.open_vault(self.settings.secret_key)

    def suspend(self, at: dt.datetime | None) -> None:
        """Stop the sendings of the demo's account since ``at``, or let them go with None."""
        with self.handle.connection_context():
            Account.update(suspended_at=at, suspended_because="restore" if at else "").execute()


def build(settings: Settings, now: dt.datetime = NOW) -> House:
    """Make an instance with the demo and a row of each state; the machine's clock must stand at ``now``."""
    from relance.web import create_app

    app = create_app(settings)
    app.testing = True
    app.config["WTF_CSRF_ENABLED"] = False
    handle = relance_db.database.obj
    with handle.connection_context():
        handle.create_tables(models.ALL)
        with mailbox.running_mailbox(settings.data_dir):
            rows = _furnish(settings, now)
    kinds = {"pages": PAGES, "signed out": SIGNED_OUT, "suspended": SUSPENDED, "empty": EMPTY}
    with app.test_request_context():
        addresses = {
            kind: tuple(app.url_for(name, **_filled(values, rows)) for name, values in places)
            for kind, places in kinds.items()
        }
    return House(settings, app, handle, addresses, rows)


def unknown_routes(app: Flask) -> set[str]:
    """The endpoints that answer GET, are no page here, and have no reason not to be one."""
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    pages = {name for name, _ in itertools.chain(SIGNED_OUT, PAGES, SUSPENDED, EMPTY)}
    return routes - pages - set(NOT_PAGES)


def _filled(values: dict[str, str], rows: dict[str, Any]) -> dict[str, Any]:
    return {name: rows[text[1:]] if text.startswith("@") else text for name, text in values.items()}


def _furnish(settings: Settings, now: dt.datetime) -> dict[str, Any]:
    """Rows of each state; the keys are what PAGES calls them."""
    seeding.seed(now)
    user = User.get(User.email == seeding.EMAIL)
    User.update(password_hash=PASSWORD_HASH).execute()  # cheap to check: PASSWORD opens every account
    account = Account.get_by_id(user.account_id)
    late, partly = _invoice("0087"), _invoice("0083")
    letters = _letters(account, user, now)
    sweeping.sweep(now, Post.of(settings))
    # Asked for after the worker's turn: this one is still being printed.
    letters["printing"] = _prepare(account, user, "0083", now).id
    for state, error in (("failed", "550 5.1.1 adresse inconnue"), ("uncertain", "")):
        message = Message.select().where(Message.state == "sent", Message.client != late.client).first()
        Message.update(state=state, error=error).where(Message.id == message.id).execute()
    proposed = Message.select().where(Message.state == "sent", Message.client != late.client).first()
    Message.update(state="proposed", day_on=now.date()).where(Message.id == proposed.id).execute()
    planned = forecasting.for_account(account, now, now.date() + dt.timedelta(60))[-1]
    contact = Contact.get(Contact.client == late.client_id)
    sent = Message.select().where(Message.state == "sent", Message.client == late.client).order_by(-Message.id).first()
    draft = Draft(template="relance_1", contact_ids=(contact.id,), attaches_invoice=False, replaces_next=False)
    queued = sending_by_hand.send(late, draft, key="page", by=user, now=now, domain="relance.example")
    Client.create(account=account, name="Ancien client", created_at=now, archived_at=now)
    Closure.create(account=account, starts_on=now.date(), ends_on=now.date() + dt.timedelta(days=6))
    _, reset = onboarding.ask_reset(seeding.EMAIL, now=now) or (None, "")
    _newcomer(now)
    Heartbeat.beat("worker", now)
    chased = Chase.select(Chase.invoice)
    return {
        **pages_plans.furnish(user, late.client, now),
        "late": late.id,
        "partly": partly.id,
        "paid": _invoice("0052").id,
        "draft": _invoice("0099").id,
        "unchased": Invoice.get(Invoice.account == account, Invoice.state == "sent", Invoice.id.not_in(chased)).id,
        "refused": _invoice("0094").id,
        **_odd_invoices(late, user, now),
        **_quotes(late.client, user, now),
        **_held_invoices(late, user, now),
        "payment": Payment.get(Payment.invoice == partly).id,
        "planned": planned.invoice_id,
        "step": planned.step,
        "sent": sent.id,
        "queued": queued.id,
        "client": late.client_id,
        "contact": contact.id,
        **letters,
        **_batch(account, user, late, now),
        **_sequences(account, user, now),
        **pages_imports.furnish(account, user, now),
        **pages_exits.furnish(late.client, user, now),
        **pages_statuses.furnish(late.client, user, now),
        **pages_letters.furnish(late.client, user, now),
        **_templates(account, user, now),
        "mail": mailbox.list_messages(settings.data_dir)[0].id,
        "reset": reset,
        "sign_up": _sign_up_link(now),
    }


def _batch(account: Account, user: User, late: Invoice, now: dt.datetime) -> dict[str, Any]:
    """A sending to several clients, one of them set aside, and the key of a line to read beforehand."""
    rows, _missing = batch_review.chosen(
        account, [row.id for row in Invoice.select().where(Invoice.account == account)]
    )
    keys = [line.key for line in batch_review.review(account, rows, Choices({}), now).lines]
    review = batch_review.review(account, rows, Choices({}, keys), now)
    shown = Shown(
        {invoice.id: invoice.balance_cents for line in review.lines for invoice in line.invoices},
        {line.key: tuple(contact.id for contact in line.contacts) for line in review.lines},
    )
    batch = batches.confirm(account, review, shown, key="page", copies_user=False, waits=True, by=user, now=now)
    batches.work(batch.id, now, domain="relance.example", limit=2)
    BatchLine.update(state="aside", reason="balance_changed").where(BatchLine.state == "waiting").execute()
    [alone] = batch_review.review(account, [late], Choices({}), now).lines
    return {"batch": batch.id, "batch_line": alone.key}


def _invoice(number: str) -> Invoice:
    return Invoice.get(Invoice.number == f"F-2026-{number}")


def _quotes(client: Client, user: User, now: dt.datetime) -> dict[str, int]:
    """A quote in each state; one was recalled by hand, one became an invoice."""
    names = ("quote", "spare_quote", "accepted_quote", "declined_quote", "expired_quote")
    found = {
        name: make_quote(client, f"D-2026-01{n}", nudges=2 if name == "quote" else 0) for n, name in enumerate(names)
    }
    sent = quoting_by_hand.send(
        found["quote"],
        quoting_by_hand.first_draft(found["quote"]),
        key="page",
        by=user,
        now=now,
        domain="relance.example",
    )
    quoting.accept(found["accepted_quote"], by=user, now=now)
    quoting.to_invoice(found["accepted_quote"], by=user, now=now)
    quoting.decline(found["declined_quote"], because="Budget reporté", by=user, now=now)
    yesterday = now.date() - dt.timedelta(days=1)
    Quote.update(valid_until=yesterday).where(Quote.id == found["expired_quote"].id).execute()
    return {name: quote.id for name, quote in found.items()} | {"nudge": sent.id}


def _odd_invoices(late: Invoice, user: User, now: dt.datetime) -> dict[str, int]:
    """Invoices that left the ordinary path, of the same client as ``late``."""
    lost, dead = (make_invoice(late.client, number) for number in ("F-2026-0041", "F-2026-0042"))
    invoicing.write_off(lost, by=user, now=now)
    invoicing.cancel(dead, by=user, now=now)
    facts = InvoiceFacts(
        client_id=late.client_id,
        kind="credit_note",
        number="A-2026-0003",
        issued_on=now.date(),
        due_on=now.date(),
        total_cents=12_000,
        credited_invoice_id=late.id,
        object="Remise",
    )
    note = invoicing.create(late.account, facts, by=user, now=now).invoice
    return {"written_off": lost.id, "cancelled": dead.id, "credit_note": note.id}


def _held_invoices(late: Invoice, user: User, now: dt.datetime) -> dict[str, int]:
    """Invoices of which reminders are held back, each for its own reason; all of them have a delay granted."""
    names = ("paused", "promised", "disputed")
    found = {name: make_invoice(late.client, f"F-2026-003{n}") for n, name in enumerate(names)}
    for invoice in found.values():
        chasing.start(invoice, replace(chasing.default_plan(invoice), start="next"), by=user, now=now)
        extending.grant(invoice, granted_on=now.date() + dt.timedelta(9), reason="Trésorerie", by=user, now=now)
    pausing.pause_invoice(found["paused"], until_on=None, reason="Livraison en retard", by=user, now=now)
    said = PromiseFacts(now.date(), 50_000, "Nadia Benali", "Virement en cours")
    promising.promise(found["promised"], said, by=user, now=now)
    facts = DisputeFacts("amount", "Deux heures de trop", make_document(late.account, kind="dispute"))
    disputing.open_dispute(found["disputed"], facts, by=user, now=now)
    return {name: invoice.id for name, invoice in found.items()}


def _prepare(account: Account, user: User, number: str, now: dt.datetime) -> Letter:
    invoice = _invoice(number)
    choices = noticing.NoticeChoices(dated_on=now.date())
    return noticing.prepare(account, invoice.client, [invoice], choices=choices, by=user, now=now)


def _letters(account: Account, user: User, now: dt.datetime) -> dict[str, int]:
    ready, failed = _prepare(account, user, "0079", now), _prepare(account, user, "0071", now)
    Letter.update(requested_at=None, error="La lettre dépasse trois pages.").where(Letter.id == failed.id).execute()
    invoice = _invoice("0079")
    rappel = amicable.AmicableChoices("rappel", now.date())
    gentle = amicable.prepare(account, invoice.client, [invoice], choices=rappel, by=user, now=now)
    refused = json.dumps([["Transports Gallois", letter_batches.CHANGED, "", 8]])
    lot = LetterBatch.create(account=account, total=2, refused_json=refused, created_by=user, created_at=now)
    Letter.update(batch=lot).where(Letter.id == failed.id).execute()
    return {"letter": ready.id, "failed": failed.id, "amicable": gentle.id, "lot": lot.id}


def _templates(account: Account, user: User, now: dt.datetime) -> dict[str, str]:
    """A delivered template with the user's words, and one of their own, in French only."""
    info = templating.find(account, "rappel")
    assert info is not None
    wording = Wording("Facture {numero}", "{salutation}\n\nIl reste {reste_du}. Voici où payer.\n\n{objet_facture}")
    change = keeping_templates.Change("", 2, "vous", wording, Wording("", ""))
    keeping_templates.change(account, info, change, version=info.version, by=user, now=now)
    own = keeping_templates.create(account, "Un mot de plus", "relance_1", 3, by=user, now=now)
    return {"changed": info.ref, "template": own.ref}


def _sequences(account: Account, user: User, now: dt.datetime) -> dict[str, int]:
    """One that clients follow, one whose blocks wait to be published, one set aside."""
    listed = {sequence.key: sequence for sequence in sequencing.listed(account)}
    sequence, aside = listed["standard_b2b"], sequencing.duplicate(listed["douce"], by=user, now=now)
    sequencing.archive(aside, by=user, now=now)
    drafted = sequencing.duplicate(sequence, by=user, now=now)
    close = sequencing.Block("mail", 31, "relance_2")
    sequencing.add_step(drafted, close, version=drafted.version, by=user, now=now)
    block = sequencing.steps_of(sequence)[0]
    return {"sequence": sequence.id, "drafted": drafted.id, "set_aside": aside.id, "block": block.key}


def _newcomer(now: dt.datetime) -> None:
    """An account of its own, opened a minute ago."""
    user = onboarding.create_account(
        business_name="Atelier Neuf",
        email=NEWCOMER,
        password=PASSWORD,
        first_name="Lou",
        last_name="Neuville",
        now=now,
    )
    User.update(password_hash=PASSWORD_HASH).where(User.id == user.id).execute()


def _sign_up_link(now: dt.datetime) -> str:
    wish = Wish("Atelier Bis", "Dominique", "Bis", "dominique@atelier-bis.example")
    body = {**asdict(wish), "password_hash": PASSWORD_HASH, "expires_at": (now + dt.timedelta(hours=1)).isoformat()}
    return vault.encrypt(json.dumps(body))
