import pytest

from relance.models.clients import KINDS as CLIENT_KINDS
from relance.models.invoices import KINDS, PAYMENT_METHODS, STATES
from relance.models.templates import Template
from relance.rules.plans import LEVELS
from relance.web import names
from tests import factories

pytestmark = pytest.mark.usefixtures("as_camille")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        (KINDS, names.INVOICE_KINDS),
        (PAYMENT_METHODS, names.METHODS),
        (CLIENT_KINDS, names.CLIENT_KINDS),
        (STATES, names.STATES),
    ],
)
def test_every_word_of_the_database_has_its_name(stored, shown):
    assert set(shown) == set(stored)


def test_every_template_has_its_name_and_one_of_another_version_keeps_its_key():
    assert set(LEVELS) <= set(names.TEMPLATES)
    assert names.template("relance_1") == "Relance 1"
    assert names.template("relance_9") == "relance_9"


def test_a_template_is_called_as_the_user_named_it_even_set_aside(account):
    row = {"category": "reminder", "created_at": factories.NOW, "updated_at": factories.NOW}
    Template.create(account=account, ref="rappel", name="Premier signe", name_key="premier signe", **row)
    Template.create(account=account, ref="modele-a", name="Ancien", name_key="a", archived_at=factories.NOW, **row)
    Template.create(account=account, ref="relance_1", name="", name_key="delivered:relance_1", **row)
    assert names.template("relance_1") == "Relance 1"
    assert (names.template("rappel"), names.template("modele-a")) == ("Premier signe", "Ancien")
    Template.update(name="Second signe").where(Template.ref == "rappel").execute()
    names.forget_templates()
    assert names.template("rappel") == "Second signe"


def test_money_in_a_sentence_holds_together():
    assert names.money(123_456, "EUR") == "1\u00a0234,56\u00a0€"
