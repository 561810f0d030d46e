"""Which text is sent: the user's own, else the delivered one, in every version."""

import pytest

from relance.mail import delivered
from relance.models.chases import Chase
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template, TemplateText
from relance.rules.texts import Wording
from relance.services import templating
from tests import factories
from tests.making import switch_on

NBSP = "\u00a0"


def own(account, ref="modele-a", name="Le mien", level=3, category="reminder", **fields):
    return Template.create(
        account=account,
        ref=ref,
        name=name,
        name_key=name.casefold(),
        category=category,
        level=level,
        created_at=factories.NOW,
        updated_at=factories.NOW,
        **fields,
    )


def write(account, ref, variant, body, *, is_many=False, subject="Objet"):
    return TemplateText.create(
        account=account,
        ref=ref,
        variant=variant,
        is_many=is_many,
        subject=subject,
        body=body,
        updated_at=factories.NOW,
    )


def sequence(account, title, revisions, **fields):
    """A published sequence: the blocks (offset, template) of each of its revisions."""
    values = {"revision": 1, "created_at": factories.NOW, "updated_at": factories.NOW} | fields
    row = Sequence.create(account=account, title=title, title_key=title.casefold(), **values)
    for revision, blocks in revisions.items():
        for key, (offset, template) in enumerate(blocks, start=1000):
            SequenceStep.create(sequence=row, revision=revision, key=key, offset_days=offset, template=template)
    return row


def test_a_delivered_text_is_used_until_the_user_rewrites_that_version(account):
    delivered_text = delivered.wording("rappel", "vous", False)
    assert templating.text_of(account, "rappel", "vous", False) == delivered_text
    write(account, "rappel", "vous", "L'essai : {numero} !")
    assert templating.text_of(account, "rappel", "vous", False) == Wording("Objet", f"L’essai{NBSP}: {{numero}}{NBSP}!")
    assert templating.text_of(account, "rappel", "tu", False) == delivered.wording("rappel", "tu", False)
    assert templating.text_of(account, "rappel", "vous", True) == delivered.wording("rappel", "vous", True)


def test_what_an_own_template_lacks_is_taken_from_the_nearest_text(account):
    own(account)
    write(account, "modele-a", "vous", "À vous")
    assert templating.text_of(account, "modele-a", "tu", False).body == "À vous"
    assert templating.text_of(account, "modele-a", "en", False) == delivered.wording("relance_2", "en", False)
    assert templating.text_of(account, "modele-a", "vous", True) == delivered.wording("relance_2", "vous", True)
    assert templating.text_of(account, "modele-a", "tu", True) == delivered.wording("relance_2", "tu", True)
    write(account, "modele-a", "en", "To you: it's late")
    assert templating.text_of(account, "modele-a", "en", False).body == "To you: it's late"


def test_another_account_s_text_is_never_used(account, basile):
    own(basile.account)
    write(basile.account, "rappel", "vous", "Le texte d'un autre")
    assert templating.text_of(account, "rappel", "vous", False) == delivered.wording("rappel", "vous", False)
    with pytest.raises(LookupError):
        templating.text_of(account, "modele-a", "vous", False)
    assert "modele-a" not in templating.names(account) and templating.find(account, "modele-a") is None


def test_templates_are_listed_by_category_and_firmness(account):
    own(account, level=4)
    own(account, "modele-b", "Ancien", archived_at=factories.NOW)
    own(account, "rappel", "Premier rappel", level=2)
    listed = templating.listed(account)
    assert [info.ref for info in listed] == [
        "standard",
        "prerelance",
        "echeance",
        "rappel",
        "relance_1",
        "relance_2",
        "dernier_rappel",
        "modele-a",
        "remerciement",
        "devis_prerelance",
    ]
    known = templating.names(account)
    assert known["modele-b"] == "Ancien" and known["rappel"] == "Premier rappel" and known["standard"]
    assert templating.levels(account)["rappel"] == 2 and templating.levels(account)["modele-a"] == 4
    offered = [ref for ref, _ in templating.choices(account)]
    assert "modele-a" in offered and "remerciement" not in offered and "modele-b" not in offered
    assert [ref for ref, _ in templating.choices(account, ("quote",))] == ["devis_prerelance"]


@pytest.mark.parametrize(("level", "tone"), [(0, 1), (1, 2), (2, 2), (3, 3), (4, 4), (5, 5)])
def test_each_firmness_has_its_tone(account, level, tone):
    own(account, level=level)
    assert templating.find(account, "modele-a").tone == tone


def test_what_is_written_is_known(account):
    own(account)
    write(account, "modele-a", "vous", "À vous")
    info = templating.find(account, "modele-a")
    assert (info.variants, info.is_delivered, info.version) == (("vous",), False, 1)
    assert templating.find(account, "relance_1").variants == delivered.VARIANTS
    assert templating.nearest_delivered(account, "modele-a") == "relance_2"
    assert templating.nearest_delivered(account, "relance_1") == "relance_1"


def test_a_template_is_used_by_the_sequences_that_send_it(account, camille, latitude, nadia):
    first = sequence(account, "B2B", {1: [(3, "rappel"), (10, "relance_1")], 2: [(3, "relance_2")]}, has_draft=True)
    sequence(account, "Associations", {1: [(5, "rappel")], 0: [(5, "standard")]})

    def used():
        return {ref: [row.title for row in rows] for ref, rows in templating.usages(account).items()}

    assert used() == {"rappel": ["Associations", "B2B"], "relance_1": ["B2B"], "relance_2": ["B2B"]}
    first.has_draft, first.revision = False, 2
    first.save()
    assert used() == {"rappel": ["Associations"], "relance_2": ["B2B"]}
    chase = switch_on(factories.make_invoice(latitude, due_on=factories.TODAY), nadia)
    Chase.update(frequency="sequence", sequence=first, frozen_revision=1).where(Chase.id == chase.id).execute()
    assert used()["relance_1"] == ["B2B"]


def test_a_template_has_history_once_a_message_was_made_with_it(account, invoice, nadia, send):
    assert not templating.has_history(account, "relance_1")
    send(invoice, template="relance_1")
    assert templating.has_history(account, "relance_1")
