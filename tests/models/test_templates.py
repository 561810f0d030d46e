"""The user's texts: one row for each version of a template, one name for each template of an account."""

import pytest
from peewee import IntegrityError

from relance.mail import delivered
from relance.models.templates import CATEGORIES, VARIANTS, Template, TemplateText
from tests import factories

NOW = factories.NOW


def template(account, ref="modele-a", name="Le mien"):
    return Template.create(
        account=account, ref=ref, name=name, name_key=name.casefold(), created_at=NOW, updated_at=NOW
    )


def write(account, variant="vous", is_many=False):
    values = {"subject": "F", "body": "B", "updated_at": NOW}
    return TemplateText.create(account=account, ref="modele-a", variant=variant, is_many=is_many, **values)


def test_a_name_and_a_ref_are_those_of_one_template_of_the_account(account, basile):
    assert (template(account).version, template(basile.account).level) == (1, 1)
    with pytest.raises(IntegrityError):
        template(account, name="Un autre")
    with pytest.raises(IntegrityError):
        template(account, ref="modele-b")


def test_each_version_has_one_text_for_one_invoice_and_one_for_several(account):
    write(account)
    write(account, is_many=True)
    write(account, "tu")
    with pytest.raises(IntegrityError):
        write(account)


def test_the_delivered_texts_know_the_same_versions_and_categories():
    assert delivered.VARIANTS == VARIANTS
    assert {kind.category for kind in delivered.KINDS.values()} == set(CATEGORIES)
