"""A furnished account and, on the same instance, a stranger: what both tests of strangers need."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from relance import mailbox, models
from relance.models.accounts import Account, Closure, User
from relance.models.batches import Batch
from relance.models.clients import Client, Contact
from relance.models.documents import Document
from relance.models.events import record
from relance.models.evidence import Evidence
from relance.models.holds import Task
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.legal_rates import LegalRate
from relance.models.letters import Letter, LetterBatch
from relance.models.messages import Message
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import Sequence, SequenceStep
from relance.models.signatures import Signature
from relance.services import chasing, keeping_templates, seeding, sending_by_hand, sequencing, templating
from relance.services.writing import Draft
from tests import factories
from tests.services.importing_rows import make_row, make_run

# What « id » is, by the beginning of the address; every other argument has a name of its own.
ID_OF = {"/factures/": Invoice, "/clients/": Client, "/contacts/": Contact, "/devis/": Quote}
MODEL_OF = {
    "message_id": Message,
    "payment_id": Payment,
    "document_id": Document,
    "letter_id": Letter,
    "closure_id": Closure,
    "sequence_id": Sequence,
    "client_id": Client,
    "task_id": Task,
    "evidence_id": Evidence,
    "batch_id": Batch,
    "partner_id": Partner,
    "lot_id": LetterBatch,
    "signature_id": Signature,
    "plan_id": PaymentPlan,
    "rate_id": LegalRate,
    "run_id": ImportRun,
}
# Addresses with no row of an account: files of the application, parts of an e-mail, links with a secret.
NOT_ROWS = {"static", "access.confirm_sign_up", "access.new_password", "downloads.show"}
PART_OF_A_MAIL = "index"
TEMPLATE = "ref"  # the name of a template is not a number
OF_AN_IMPORT = {"file_id": ImportFile, "row_id": ImportRow}  # theirs through their import
LINE = "line"  # a planned step of the agenda: « invoice:step »
SAMPLE = 7  # ids of each kind that are tried on each route


@dataclass(frozen=True)
class World:
    """``hers`` and ``his`` give the ids of each model; ``stranger`` is his browser, ``owner`` hers."""

    app: Flask
    account: Account
    stranger: FlaskClient
    owner: FlaskClient
    nobody: FlaskClient
    hers: dict[Any, list[Any]]
    his: dict[Any, list[Any]]
    secrets: frozenset[str]


@contextmanager
def opened(house: Any) -> Iterator[World]:
    """The furnished instance with a stranger in it, all forgotten at the end."""
    with house.handle.connection_context(), house.handle.atomic() as everything:
        account = User.get(User.email == seeding.EMAIL).account
        basile = _stranger()
        _furnish(account)
        folder = house.settings.data_dir
        mails = [row.id for row in mailbox.list_messages(folder)]
        assert mails, "the furnished instance received mail"
        yield World(
            house.app,
            account,
            _browser(house.app, basile.email),
            _browser(house.app, seeding.EMAIL),
            house.app.test_client(),
            {**ids_of(account), "mail": mails},
            {**ids_of(basile.account), "mail": ["0000000000"]},
            _secrets(account),
        )
        everything.rollback()


def ids_of(account: Account) -> dict[Any, list[Any]]:
    """The ids of the account's rows, by model; every state of invoices and messages among the first ones."""
    found: dict[Any, list[Any]] = {}
    for model in {*ID_OF.values(), *MODEL_OF.values(), User}:
        rows = list(model.select().where(model.account == account).order_by(model.id))
        assert rows, f"{model.__name__}: the account needs one"
        states: dict[str, int] = {}
        for row in rows:
            states.setdefault(str(getattr(row, "state", "")) + str(getattr(row, "kind", "")), row.id)
        found[model] = list(dict.fromkeys([*states.values(), *(row.id for row in rows)]))[:SAMPLE]
    for name, model in OF_AN_IMPORT.items():
        rows = model.select().join(ImportRun).where(ImportRun.account == account).order_by(model.id)
        found[name] = [row.id for row in rows][:SAMPLE]
        assert found[name], "the account needs an import"
    found["block"] = _block_keys(account)
    found[LINE] = [f"{id}:1" for id in found[Invoice]]
    found[TEMPLATE] = [info.ref for info in templating.listed(account) if not info.is_delivered]
    assert found[TEMPLATE], "the account needs a template of its own"
    return found


def _block_keys(account: Account) -> list[int]:
    """A block is named by its key: it stays the same from draft to publication."""
    steps = SequenceStep.select().join(Sequence).where(Sequence.account == account).order_by(SequenceStep.id)
    keys = [step.key for step in steps]
    assert keys, "the account needs a sequence"
    return list(dict.fromkeys(keys))[:SAMPLE]


def rows_of(account: Account) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that names the account, to see that nothing moved."""
    return {
        model._meta.table_name: list(model.select().where(model.account == account).order_by(model.id).tuples())
        for model in models.ALL
        if "account" in model._meta.fields
    }


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """(rule, method) of every route that names rows."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.endpoint not in NOT_ROWS:
            for method in methods_of(rule):
                yield rule, method


def methods_of(rule: Rule) -> list[str]:
    """The methods that a rule answers by itself."""
    return sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})


def kind_of(rule: Rule, argument: str) -> Any:
    """The model that an argument is the id of; KeyError for a route nobody thought of here."""
    if argument == "number":
        return "mail"
    if argument == TEMPLATE:
        return TEMPLATE
    if argument in OF_AN_IMPORT:
        return argument
    if argument == "step_key":
        return "block"
    if argument == "id":
        return next(model for prefix, model in ID_OF.items() if rule.rule.startswith(prefix))
    return MODEL_OF[argument]


def paths(rule: Rule, world: World, *, owners: Iterable[str]) -> Iterator[str]:
    """The addresses of a rule with the ids of each of ``owners`` in each place: « hers », « his »."""
    names = [name for name in rule.arguments if name != PART_OF_A_MAIL]
    choices = [
        [(name, found) for owner in owners for found in getattr(world, owner)[kind_of(rule, name)]] for name in names
    ]
    for values in product(*choices):
        part = {PART_OF_A_MAIL: 0} if PART_OF_A_MAIL in rule.arguments else {}
        _, path = rule.build({**dict(values), **part})  # type: ignore[misc]
        yield str(path)


def _browser(app: Flask, email: str) -> FlaskClient:
    browser = app.test_client()
    assert browser.post("/connexion", data={"email": email, "password": factories.PASSWORD}).status_code == 303
    return browser


def _stranger() -> User:
    """Basile, with a row of each kind, whose words are nobody else's."""
    account = factories.make_account(
        "Menuiserie Basile", owner_name="Basile Ferrand", email="basile@menuiserie.example"
    )
    user = factories.make_user(account, "basile@menuiserie.example", first_name="Basile", last_name="Ferrand")
    client = factories.make_client(account, "Hôtel des Cimes", siren="")
    factories.make_client(account, "Auberge du Lac", siren="")
    sequencing.deliver(account, factories.NOW)
    contact = factories.make_contact(client, "Odile Perrault", "odile@hotel-des-cimes.example")
    document = factories.make_document(account, kind="import", name="menuiserie.csv", mime="text/csv")
    invoice = factories.make_invoice(client, "B-12", total_cents=50_000)
    factories.make_invoice(client, "B-13", state="draft", total_cents=60_000)
    make_row(make_run(account), factories.make_invoice(client, "B-14", total_cents=1_000))
    factories.make_payment(invoice, 10_000)
    factories.make_quote(client, "DB-7", object="Escalier en hêtre")
    draft = Draft(template="rappel", contact_ids=(contact.id,), attaches_invoice=False)
    sending_by_hand.send(invoice, draft, key="b", by=user, now=factories.NOW, domain="menuiserie.example")
    Closure.create(account=account, starts_on=factories.TODAY, ends_on=factories.TODAY)
    factories.make_rate(account)
    Task.create(
        account=account, client=client, invoice=invoice, kind="call", due_on=factories.TODAY, created_at=factories.NOW
    )
    keeping_templates.create(account, "Le rappel de Basile", "rappel", 2, by=user, now=factories.NOW)
    PaymentPlan.create(account=account, client=client, total_cents=1, agreed_on=factories.TODAY, made_at=factories.NOW)
    Signature.create(account=account, user=user, document=document, created_at=factories.NOW)
    Batch.create(account=account, user=user, key="b", not_before_at=factories.NOW, created_at=factories.NOW)
    LetterBatch.create(account=account, total=0, created_at=factories.NOW)
    Letter.create(account=account, client=client, dated_on=factories.TODAY, document=document, created_at=factories.NOW)
    factories.make_evidence(client, invoice)
    Partner.create(account=account, name="Maître Perrault", created_at=factories.NOW)
    return user


def _furnish(account: Account) -> None:
    """What the demo does not have: a note, and an invoice chased from a draft."""
    invoice = Invoice.get(Invoice.account == account, Invoice.state == "sent")
    record(
        "note_added", account=account, at=factories.NOW, client=invoice.client_id, invoice=invoice, text="Chut Xyzzy"
    )
    factories.make_rate(account, mro_bp=265)
    factories.make_evidence(invoice.client, invoice, label="Bon de livraison signé Xyzzy")
    assert any(chasing.chase_of(row) for row in Invoice.select().where(Invoice.account == account))


def _secrets(account: Account) -> frozenset[str]:
    """What only her pages may say: names, numbers and addresses, long enough to be hers alone."""
    words = {
        "Chut Xyzzy",
        "Bon de livraison signé Xyzzy",
        account.business_name,
        account.siret,
        account.email,
        seeding.EMAIL,
    }
    for client in Client.select().where(Client.account == account):
        words |= {client.name}
    for contact in Contact.select().where(Contact.account == account):
        words |= {contact.name, contact.email}
    words |= {row.number for row in Invoice.select().where(Invoice.account == account)}
    words |= {row.object for row in Invoice.select().where(Invoice.account == account)}
    words |= {row.object for row in Quote.select().where(Quote.account == account)}
    return frozenset(word for word in words if word and len(word) >= 8)
