"""The rows of an export: an account's own, by pages, readable by a person and by a program."""

import json
from pathlib import Path

import pytest

from relance import models
from relance.models.events import Event, record
from relance.models.messages import Message
from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.services import export_tables
from relance.services.export_columns import COLUMNS
from relance.services.export_tables import TABLES, rows_of
from tests import factories
from tests.counting import counted
from tests.factories import NOW, TODAY

BY_KEY = {table.key: table for table in TABLES}


def rows(account, key, **options):
    return [row for page in rows_of(account, BY_KEY[key], **options) for row in page]


def cells(account, key, **options):
    """The rows as a person reads them, by title."""
    return [dict(zip(BY_KEY[key].titles, row.cells, strict=True)) for row in rows(account, key, **options)]


def test_every_table_that_is_named_is_exported_once():
    assert [table.model for table in TABLES if table.model not in COLUMNS] == []
    assert {table.model for table in TABLES} == set(COLUMNS)
    for names in ([table.key for table in TABLES], [table.file for table in TABLES], [table.title for table in TABLES]):
        assert len(set(names)) == len(names)
    assert [table.title for table in TABLES if len(table.title) > 31] == []  # the title of a sheet


def test_the_document_names_every_table_and_every_key(account, latitude):
    text = (Path(__file__).parents[2] / "docs" / "export.md").read_text(encoding="utf-8")
    factories.make_invoice(latitude, paid_cents=5)
    for table in TABLES:
        names = COLUMNS[table.model]
        keys = [table.model._meta.fields[name].column_name.removesuffix("_json") for name in names]
        keys += ["currency"] if table.currency else []
        keys += ["path"] if table.titles[-1] == "Chemin" else []
        assert f"| `{table.key}` | `{table.file}` | {', '.join(keys)} |" in text
        for row in rows(account, table.key):
            assert list(row.record) == keys


def test_a_row_names_what_it_is_linked_to_and_its_currency(account, latitude):
    invoice = factories.make_invoice(latitude, "F-1", currency="CHF", late_rate_bp=1_225, paid_cents=20_000)
    (payment,) = rows(account, "payments")
    assert payment.record["amount_cents"] == 20_000
    assert (payment.record["currency"], payment.record["invoice_id"]) == ("CHF", invoice.id)
    assert payment.record["received_on"] == TODAY.isoformat()
    assert payment.record["created_at"] == "2026-11-23T08:00:00Z"
    (shown,) = cells(account, "payments")
    assert (shown["Facture"], shown["Facture (identifiant)"], shown["Devise"]) == ("F-1", invoice.id, "CHF")
    assert shown["Montant"] == (20_000,)
    assert shown["Saisi le"] == NOW.replace(hour=9)  # in the account's time zone
    (shown,) = cells(account, "invoices")
    assert (shown["Client"], shown["Taux de pénalités (%)"]) == ("Latitude Conseil", "12,25")


def test_what_is_kept_as_json_is_json_again_and_an_event_is_told(account, latitude):
    record("note_added", account=account, at=NOW, client=latitude, text="« à rappeler »")
    (event,) = rows(account, "events", tell=lambda event: ("Note", f"dit : {event.kind}"))
    assert event.record["data"] == {"text": "« à rappeler »"}
    assert event.record["kind"] == "note_added"
    (shown,) = cells(account, "events", tell=lambda event: ("Note", f"dit : {event.kind}"))
    assert (shown["Type"], shown["Ce qui s’est passé"], "Données" in shown) == ("Note", "dit : note_added", False)
    factories.make_message(latitude, to_json=json.dumps([["Nadia", "n@x.example"]]))
    (message,) = rows(account, "messages")
    assert message.record["to"] == [["Nadia", "n@x.example"]]
    (shown,) = cells(account, "messages")
    assert (shown["À"], shown["Langue"]) == ("Nadia <n@x.example>", "Français")
    assert message.record["path"].startswith("files/messages/2026-11-23-Facture-à-régler-")


def test_e_mails_to_the_user_stay_since_their_links_open_the_account(account, camille, latitude):
    factories.make_message(latitude, subject="À un client")
    notice = factories.make_message(latitude, subject="Nouveau mot de passe", kind="password_reset")
    Message.update(client=None, user=camille).where(Message.id == notice.id).execute()
    assert [row.record["subject"] for row in rows(account, "messages")] == ["À un client"]


def test_rows_of_others_are_never_read_not_even_through_a_parent(account, latitude):
    theirs = factories.make_client(factories.make_account("Basile"), "Autre")
    for client in (latitude, theirs):
        invoice = factories.make_invoice(client, paid_cents=10)
        factories.make_letter(client, [invoice])
        factories.make_message(client, [invoice])
        factories.make_quote(client)
        factories.make_evidence(client, invoice)
        plan = PaymentPlan.create(account=client.account_id, client=client, total_cents=9, agreed_on=TODAY, made_at=NOW)
        PlanPart.create(plan=plan, due_on=TODAY, amount_cents=9)
    filled = [table for table in TABLES if rows(account, table.key)]
    assert len(filled) > 12
    for table in filled:
        numbers = [row.record["id"] for row in rows(account, table.key)]
        everyone = [row.id for row in table.model.select().order_by(table.model.id)]
        assert len(numbers) * 2 == len(everyone), table.key
        assert numbers == everyone[: len(numbers)], table.key


def test_a_page_takes_as_many_statements_whatever_it_holds(account, latitude, monkeypatch):
    monkeypatch.setattr(export_tables, "PAGE", 10)
    for _each in range(35):
        factories.make_invoice(latitude)
    with counted() as asked:
        sizes = [len(page) for page in rows_of(account, BY_KEY["invoices"])]
    assert sizes == [10, 10, 10, 5]
    assert len(asked) == 4 * 4  # the page, its clients, its contacts, the invoices that credit notes lower


@pytest.mark.parametrize("model", [model for model in models.ALL if model in COLUMNS and model is not Event])
def test_a_table_without_the_account_says_whose_it_is(model):
    table = next(table for table in TABLES if table.model is model)
    assert bool(table.parent) == ("account" not in model._meta.fields and model._meta.table_name != "account")
    has_cents = any(name.endswith("_cents") for name in COLUMNS[model])
    names_it = "currency" in COLUMNS[model] or bool(table.currency) or table.key == "account"
    assert names_it or not has_cents
