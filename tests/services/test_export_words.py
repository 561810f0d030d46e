"""A person reads words in the tables of an export, those of the interface, and no code."""

import json

import pytest

from relance.mail import delivered
from relance.models import chases, clients, holds, invoices, letters, messages, quotes, templates
from relance.models import evidence as pieces
from relance.models.accounts import Account
from relance.models.batches import BatchLine
from relance.models.chases import Chase
from relance.models.clients import Client
from relance.models.documents import Document
from relance.models.evidence import Evidence
from relance.models.holds import Dispute, Task
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterBatch
from relance.models.messages import Message
from relance.models.partners import Partner
from relance.models.payment_plans import PaymentPlan
from relance.models.payments import Payment
from relance.models.quotes import Quote
from relance.models.sequences import SequenceStep
from relance.models.templates import Template, TemplateText
from relance.rules import calendar, penalties
from relance.rules.wording import french
from relance.services import export_files, export_words, partners, sequence_blocks
from relance.services.export_columns import COLUMNS
from relance.services.export_words import WORDS, readable
from relance.web import batch_words, history_words, letter_words, names, plan_words, quotes_page
from relance.web.forms import evidence, exits, reminder_settings, settings
from relance.web.forms import letters as letter_forms
from relance.web.template_page import CATEGORIES

KNOWN = {
    (Client, "kind"): clients.KINDS,
    (Invoice, "kind"): invoices.KINDS,
    (Invoice, "state"): invoices.STATES,
    (Invoice, "payment_method"): invoices.PAYMENT_METHODS,
    (Invoice, "source"): ("form", *history_words.SOURCES),
    (Payment, "method"): invoices.PAYMENT_METHODS,
    (Quote, "state"): quotes.STATES,
    (SequenceStep, "kind"): sequence_blocks.KINDS,
    (Template, "category"): templates.CATEGORIES,
    (TemplateText, "variant"): templates.VARIANTS,
    (Chase, "frequency"): (*chases.FREQUENCIES, "sequence"),
    (Message, "state"): messages.STATES,
    (Letter, "kind"): letters.KINDS,
    (LetterBatch, "kind"): letters.KINDS,
    (Letter, "state"): letters.STATES,
    (Letter, "mention"): letters.MENTIONS,
    (Letter, "mode"): letters.MODES,
    (Letter, "imputation"): penalties.IMPUTATIONS,
    (Evidence, "kind"): pieces.KINDS,
    (Dispute, "kind"): holds.DISPUTE_KINDS,
    (Partner, "kind"): partners.KINDS,
    (Document, "kind"): export_files.FOLDERS,
    (Account, "holiday_region"): calendar.REGIONS,
}
SAME = {
    (Client, "kind"): names.CLIENT_KINDS,
    (Client, "language"): names.LANGUAGES,
    (Invoice, "kind"): names.INVOICE_KINDS,
    (Invoice, "state"): names.STATES,
    (Invoice, "payment_method"): names.METHODS,
    (Invoice, "platform_status"): history_words.PLATFORM,
    (Quote, "state"): {key: words for key, (*_badge, words) in quotes_page.STATES.items() if key != "expired"},
    (Template, "category"): CATEGORIES,
    (Chase, "ended_because"): history_words.REASONS,
    (Letter, "state"): {key: words for key, words in letter_words.STATES.items() if key in letters.STATES},
    (Letter, "mode"): letter_words.MODES,
    (Letter, "mention"): letter_forms.MENTIONS,
    (Letter, "imputation"): letter_forms.IMPUTATIONS,
    (Letter, "kind"): {key: names.TEMPLATES[key] for key in letters.KINDS},
    (Evidence, "kind"): evidence.KINDS,
    (PaymentPlan, "state"): {key: words for key, (_badge, words) in plan_words.STATES.items()},
    (BatchLine, "reason"): batch_words.ASIDE,
    (Partner, "kind"): exits.KINDS,
    (Account, "holiday_region"): settings.REGION_NAMES,
    (Account, "forewarns"): reminder_settings.FOREWARNINGS,
}
CODED = ("kind", "state", "method", "payment_method", "mode", "mention", "source", "frequency", "language", "outcome")
TEXTS = {"Dispute.outcome", "LegalRate.source", "Event.kind"}  # typed by somebody; said by the teller


@pytest.mark.parametrize("column", KNOWN, ids=lambda column: f"{column[0].__name__}.{column[1]}")
def test_every_code_of_the_models_has_a_word(column):
    assert set(KNOWN[column]) - set(WORDS[column]) == set(), "a new code: name it in export_words"


@pytest.mark.parametrize("column", SAME, ids=lambda column: f"{column[0].__name__}.{column[1]}")
def test_the_words_are_those_of_the_interface(column):
    assert WORDS[column] == {code: french(words) for code, words in SAME[column].items()}


def test_every_exported_column_of_codes_has_a_table_and_every_table_a_column():
    coded = {(model, name) for model, columns in COLUMNS.items() for name in columns if name in CODED}
    assert {f"{model.__name__}.{name}" for model, name in coded - set(WORDS)} == TEXTS
    told = export_words.PEOPLE | export_words.ANSWERS | export_words.NUMBERS | export_words.ONLY_JSON
    assert [column for column in {*WORDS, *export_words.TEMPLATES, *told} if column[1] not in COLUMNS[column[0]]] == []


def test_addresses_answers_and_templates_are_readable_and_what_is_unknown_is_not_lost(account):
    called = export_words.templates_of(account)
    assert set(delivered.KINDS) | set(letters.KINDS) <= set(called)
    people = json.dumps([["Nadia Benali", "compta@latitude.example"], ["", "b@x.example"]])
    for column, value, words in (
        ((Message, "to_json"), people, "Nadia Benali <compta@latitude.example>, b@x.example"),
        ((Message, "cc_json"), "[]", ""),
        ((Message, "refused_json"), '{"a@x.example": "550 inconnu"}', "a@x.example\u00a0: 550 inconnu"),
        ((LetterBatch, "refused_json"), '[["Latitude", "Sans adresse.", "x", 8]]', "Latitude\u00a0: Sans adresse."),
        ((BatchLine, "invoice_ids"), "[3, 4]", "3, 4"),
        ((Message, "template"), "relance_1", "Relance 1"),
        ((Task, "template"), "formal_notice", "Mise en demeure"),
        ((Message, "to_json"), "illisible", "illisible"),
        ((Message, "to_json"), '["a@x.example"]', '["a@x.example"]'),
        ((Message, "error"), "550 boîte pleine", "550 boîte pleine"),
        ((Message, "state"), "d'une autre version", "d'une autre version"),
        ((Invoice, "issued_on"), None, None),
    ):
        assert readable(column, value, called) == words
