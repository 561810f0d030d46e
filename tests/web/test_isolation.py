"""Every route of the application, walked by a stranger, by nobody, and without the form's token."""

import json
from collections.abc import Iterator
from typing import Any

import peewee
import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import IntegerConverter, Rule

from relance import models
from relance.models.accounts import Account, Closure, User
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.events import record
from relance.models.holds import Task
from relance.models.imports import ImportFile, ImportRow, ImportRun
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.models.payment_plans import PaymentPlan
from relance.models.sequences import Sequence, SequenceStep
from relance.models.signatures import Signature
from relance.models.templates import Template
from tests import factories
from tests.letters import samples

HERS = 777  # the id of each of Camille's rows; Basile's have others
# Addresses that name no row of an account: files of the application, mail on this machine, single-use tokens.
NOT_ROWS = ("/static/", "/boite-locale/", "/inscription/", "/mot-de-passe/", "/telecharger/")


REF = "modele-hers"


def rules(app: Flask) -> Iterator[tuple[Rule, str]]:
    """(rule, method) of every route that names rows by their ids."""
    for rule in app.url_map.iter_rules():
        if rule.arguments and not rule.rule.startswith(NOT_ROWS):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def path_of(rule: Rule) -> str:
    values: dict[str, Any] = {}
    for name in rule.arguments:
        if name == "ref":  # of a template, which has a name
            values[name] = REF
            continue
        assert isinstance(rule._converters[name], IntegerConverter), f"{rule.rule}: give {name} a type, or NOT_ROWS"
        values[name] = HERS
    _, path = rule.build(values)  # type: ignore[misc]
    return str(path)


@pytest.fixture
def hers(account: Account, camille: User, basile: User) -> Account:
    """Camille's account with one row of each kind, all with the same id."""
    client = factories.make_client(account, id=HERS)
    contact = factories.make_contact(client, id=HERS)
    document = factories.make_document(account, id=HERS)
    invoice = factories.make_invoice(client, "F-2026-0087", id=HERS, document=document)
    invoice.instalments.get().save()
    factories.make_payment(invoice, 10_000, id=HERS)
    now = factories.NOW
    Closure.create(id=HERS, account=account, starts_on=now.date(), ends_on=now.date())
    Chase.create(id=HERS, account=account, client=client, invoice=invoice, started_at=now)
    Task.create(
        id=HERS, account=account, client=client, invoice=invoice, kind="call", due_on=now.date(), created_at=now
    )
    message = Message.create(
        id=HERS,
        account=account,
        client=client,
        kind="manual",
        state="uncertain",
        to_json=json.dumps([[contact.name, contact.email]]),
        subject="Facture F-2026-0087",
        body_text="Bonjour,",
        message_id="<hers@relance.example>",
        token="hers",
        not_before_at=now,
        created_at=now,
    )
    Letter.create(
        id=HERS,
        account=account,
        client=client,
        dated_on=now.date(),
        document=document,
        sha256=document.sha256,
        facts=samples.organisation().to_json(),
        created_at=now,
        state="received",
        mode="lrar_counter",
        posted_on=now.date(),
        received_on=now.date(),
        deposit_proof=document,
        receipt_proof=document,
    )
    Signature.create(id=HERS, account=account, user=camille, document=document, created_at=now)
    PaymentPlan.create(
        id=HERS,
        account=account,
        client=client,
        total_cents=1,
        agreed_on=now.date(),
        made_at=now,
        state="ended",
        closed_on=now.date(),
    )
    run = ImportRun.create(id=HERS, account=account, state="done", finished_at=now, created_at=now)
    file = ImportFile.create(id=HERS, run=run, position=1, name="factures.csv", format="csv", is_read=True)
    ImportRow.create(id=HERS, run=run, file=file, position=1, invoice=invoice, action="create", written="created")
    named = {"ref": REF, "name": "Son modèle", "name_key": "son modèle", "created_at": now, "updated_at": now}
    Template.create(account=account, **named)
    titled = {"title": "Sa séquence", "title_key": "sa séquence", "revision": 1, "created_at": now, "updated_at": now}
    sequence = Sequence.create(id=HERS, account=account, **titled)
    SequenceStep.create(sequence=sequence, revision=1, key=HERS, offset_days=5, template="rappel")
    record("note_added", account=account, at=now, client=client, invoice=invoice, message=message, text="secret")
    return account


def rows_of(account: Account) -> dict[str, list[tuple[Any, ...]]]:
    """Every row that names the account, to see that nothing moved."""
    return {
        model._meta.table_name: list(model.select().where(model.account == account).order_by(model.id).tuples())
        for model in models.ALL
        if "account" in model._meta.fields
    }


def test_a_stranger_finds_nothing_and_changes_nothing(app: Flask, hers: Account, stranger: FlaskClient) -> None:
    before = rows_of(hers)
    leaks = []
    for rule, method in rules(app):
        for headers in ({}, {"HX-Request": "true"}):
            answer = stranger.open(path_of(rule), method=method, headers=headers)
            if answer.status_code != 404:
                leaks.append(f"{method} {rule.rule}: {answer.status_code}")
    assert leaks == []
    assert rows_of(hers) == before


def test_the_same_addresses_answer_their_owner(app: Flask, hers: Account, client: FlaskClient) -> None:
    """Without this, the test above would pass on an application that finds nothing at all."""
    found = {rule.rule: client.get(path_of(rule)).status_code for rule, method in rules(app) if method == "GET"}
    assert [rule for rule, status in found.items() if status >= 500] == []
    missing = [rule for rule, status in found.items() if status == 404]
    assert len(missing) <= len(found) // 4, missing


def test_a_stranger_s_lists_show_nothing_of_hers(app: Flask, hers: Account, stranger: FlaskClient) -> None:
    shown = []
    for rule in app.url_map.iter_rules():
        if "GET" in (rule.methods or set()) and not rule.arguments:
            page = stranger.get(rule.rule, follow_redirects=True)
            assert page.status_code < 500, rule.rule
            text = page.data.decode(errors="replace")  # the page of a test print is a PDF
            if any(secret in text for secret in ("Latitude Conseil", "F-2026-0087", "Roussel")):
                shown.append(rule.rule)
    assert shown == []


def test_nobody_gets_past_the_door_but_on_public_pages(app: Flask, hers: Account, anonymous: FlaskClient) -> None:
    before = rows_of(hers)
    open_doors = []
    for rule in app.url_map.iter_rules():
        if getattr(app.view_functions[rule.endpoint], "is_public", False):
            continue
        if rule.rule.startswith(NOT_ROWS):
            continue
        path = path_of(rule) if rule.arguments else rule.rule
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            answer = anonymous.open(path, method=method)
            is_sent_away = answer.status_code in (302, 303) and "/connexion" in answer.headers["Location"]
            if not (is_sent_away or answer.status_code == 401):
                open_doors.append(f"{method} {rule.rule}: {answer.status_code}")
    assert open_doors == []
    assert rows_of(hers) == before


def test_public_pages_are_few_and_known(app: Flask) -> None:
    public = {
        rule.rule for rule in app.url_map.iter_rules() if getattr(app.view_functions[rule.endpoint], "is_public", False)
    }
    expected = (
        "/static",
        "/healthz",
        "/connexion",
        "/deconnexion",
        "/inscription",
        "/installation",
        "/mot-de-passe",
        "/telecharger",
        "/favicon",
    )
    assert sorted(rule for rule in public if not rule.startswith(expected)) == []


def test_every_form_without_its_token_is_refused(
    app: Flask, hers: Account, client: FlaskClient, database: peewee.Database
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    before = rows_of(hers)
    accepted = []
    for rule in app.url_map.iter_rules():
        if "POST" in (rule.methods or set()) and not rule.rule.startswith(NOT_ROWS):
            answer = client.post(path_of(rule) if rule.arguments else rule.rule, data={"number": "x", "name": "x"})
            if answer.status_code not in (400, 403):
                accepted.append(f"{rule.rule}: {answer.status_code}")
    assert accepted == []
    assert rows_of(hers) == before
    assert Invoice.select().where(Invoice.account == hers).count() == 1
    assert Client.select().where(Client.account == hers).count() == 1
