"""What the editor says beside the text: the variables by group, the versions, the page it came from."""

import pytest

from relance.models.templates import CATEGORIES, VARIANTS
from relance.services import templating
from relance.web import template_page

pytestmark = pytest.mark.usefixtures("as_camille")


def test_every_category_and_version_has_its_words():
    assert set(template_page.CATEGORIES) == set(CATEGORIES)
    assert set(template_page.VERSIONS) == set(VARIANTS)


@pytest.mark.parametrize("ref", ["rappel", "dernier_rappel", "remerciement", "devis_prerelance"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_each_variable_has_a_meaning_and_an_example(account, ref, variant):
    groups = template_page.reference(account, templating.find(account, ref), variant)
    for _group, rows in groups:
        for name, meaning, example, language in rows:
            assert meaning and example, name
            assert language in ("", "en" if variant == "en" else "fr")


def test_the_versions_written_are_named(account):
    info = templating.find(account, "rappel")
    assert template_page.versions_of(info) == [("vous", "fr"), ("tu", "fr"), ("anglais", "")]
    assert template_page.tone(info) == "cordial"
