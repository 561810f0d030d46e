import re

import lxml.html
import pytest

from relance.models.sequences import Sequence
from relance.services import sequencing
from tests.factories import NOW

HTMX = {"HX-Request": "true"}


def text_of(answer):
    return re.sub(r"\s+", " ", answer.get_data(as_text=True).replace("\u00a0", " "))


def zone(text, id):
    """The element of that id, as a browser shows it: what only moves the focus is left out."""
    found = lxml.html.fromstring(text).xpath(f'//*[@id="{id}"]')
    assert found, id
    for node in found[0].iter():
        node.attrib.pop("data-focus", None)
    return re.sub(r"\s+", " ", lxml.html.tostring(found[0], encoding="unicode", with_tail=False))


def partial(text, id):
    found = re.search(rf'<hx-partial hx-target="#{id}" hx-swap="outerHTML">(.*?)</hx-partial>', text, re.DOTALL)
    assert found, id
    return zone(f"<div>{found[1]}</div>", id)


@pytest.fixture
def b2b(account):
    sequencing.deliver(account, NOW)
    return Sequence.get(Sequence.key == "standard_b2b")


@pytest.fixture
def relance_1(b2b):
    return next(step for step in sequencing.steps_of(b2b) if step.template == "relance_1")


def fresh(sequence):
    return Sequence.get_by_id(sequence.id)


def days(sequence):
    return [step.offset_days for step in sequencing.steps_of(fresh(sequence))]


def block(days=15, side="after", kind="mail", template="relance_2", version=1, **more):
    return {
        "days": days,
        "side": side,
        "kind": kind,
        "template": template,
        "letter": "formal_notice",
        "version": version,
    } | more


@pytest.mark.requirement("S3.21", "S3.22")
def test_a_card_becomes_a_form_and_the_swap_is_the_page(client, b2b, relance_1):
    path = f"/sequences/{b2b.id}/blocs/{relance_1.key}"
    page = client.get(f"/sequences/{b2b.id}").text
    assert 'aria-label="Modifier Relance 1, J+10"' in page
    swap, whole = client.get(path, headers=HTMX).text, client.get(path).text
    id = f"bloc-{relance_1.key}"
    assert "<html" not in swap
    assert zone(swap, id) == zone(whole, id)
    assert 'value="10"' in zone(swap, id)
    assert 'href="/modeles/relance_1?suite=' in swap
    assert "Créer un nouveau modèle" in text_of(client.get(path, headers=HTMX))
    back = client.get(f"{path}?annuler=oui", headers=HTMX).text
    assert zone(back, id) == zone(page, id)


@pytest.mark.requirement("S3.14", "S3.18")
def test_a_saved_block_is_in_the_draft_and_the_swap_is_the_page(client, b2b, relance_1):
    answer = client.post(f"/sequences/{b2b.id}/blocs/{relance_1.key}", data=block(2, "before"), headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (200, "#blocs")
    assert days(b2b) == [-3, -2, 3, 20, 30, 38]
    assert [step.offset_days for step in sequencing.steps_of(b2b, 1)] == [-3, 3, 10, 20, 30, 38]
    page = client.get(f"/sequences/{b2b.id}").text
    assert zone(answer.text, "blocs") == zone(page, "blocs")
    assert partial(answer.text, "sequence-head") == zone(page, "sequence-head")
    assert partial(answer.text, "effet") == zone(page, "effet")
    assert "Modifications non publiées" in page
    assert "Mettre à jour la séquence" in page


@pytest.mark.requirement("S3.13", "S3.19")
def test_a_block_is_added_at_the_next_sensible_day(client, b2b):
    path = f"/sequences/{b2b.id}/blocs/nouveau"
    form = client.get(path, headers=HTMX).text
    assert 'value="46"' in form
    assert zone(form, "bloc-nouveau") == zone(client.get(path).text, "bloc-nouveau")
    assert client.post(path, data=block(46, kind="call")).status_code == 303
    assert days(b2b)[-1] == 46
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert "Appel à passer" in page
    assert "Bloc ajouté." not in page or page.count("Bloc ajouté.") == 1


@pytest.mark.requirement("S3.23")
def test_the_bin_takes_a_block_out_and_the_others_keep_their_days(client, b2b, relance_1):
    path = f"/sequences/{b2b.id}/blocs/{relance_1.key}/suppression"
    answer = client.post(path, data={"version": 1}, headers=HTMX)
    assert days(b2b) == [-3, 3, 20, 30, 38]
    assert zone(answer.text, "blocs") == zone(client.get(f"/sequences/{b2b.id}").text, "blocs")
    assert client.post(path, data={"version": 2}).status_code == 404


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"days": "30"}, "days", "Un bloc existe déjà à J+30."),
        ({"days": "3", "side": "before"}, "days", "Un bloc existe déjà à J−3."),
        ({"days": "366"}, "days", "entre 0 et 365"),
        ({"days": ""}, "days", "Indiquez le nombre de jours."),
        ({"days": "-4"}, "days", "entre 0 et 365"),
        ({"days": "²"}, "days", "entre 0 et 365"),
        ({"template": "inconnu"}, "template", "Choisissez le modèle"),
        ({"kind": "letter", "letter": "rappel"}, "letter", "option de la liste"),
        ({"kind": "fax"}, "kind", "option de la liste"),
    ],
)
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_refused_block_says_why_at_its_field_and_keeps_what_was_typed(
    client, b2b, relance_1, values, field, words, headers
):
    for path in (f"/sequences/{b2b.id}/blocs/{relance_1.key}", f"/sequences/{b2b.id}/blocs/nouveau"):
        answer = client.post(path, data=block(**values), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 422
        assert f'id="{field}-err"' in page
        assert words in page
        assert f'value="{values["days"]}"' in page if "days" in values else 'value="15"' in page
    assert fresh(b2b).has_draft is False


def test_a_sequence_edited_in_two_windows_the_second_is_told_and_keeps_its_values(client, b2b, relance_1):
    client.post(f"/sequences/{b2b.id}/blocs/nouveau", data=block(60))
    for headers in ({}, HTMX):
        answer = client.post(f"/sequences/{b2b.id}/blocs/{relance_1.key}", data=block(12), headers=headers)
        page = text_of(answer)
        assert answer.status_code == 409
        assert "modifiée dans une autre fenêtre" in page
        assert 'value="12"' in page
        assert 'name="version" type="hidden" value="2"' in page or 'type="hidden" value="2"' in page
    gone = client.post(f"/sequences/{b2b.id}/blocs/{relance_1.key}/suppression", data={"version": 1}, headers=HTMX)
    assert gone.status_code == 409
    assert "rien n’a été supprimé" in text_of(gone)
    assert 60 in days(b2b)
    assert client.post(f"/sequences/{b2b.id}/blocs/{relance_1.key}", data=block(12, version=2)).status_code == 303
    assert days(b2b) == [-3, 3, 12, 20, 30, 38, 60]


def test_a_text_typed_as_html_is_shown_as_text(client, account):
    made = sequencing.create(account, sequencing.Facts("<b>Gras</b>", "<script>x</script>"), by=None, now=NOW)
    page = client.get(f"/sequences/{made.id}").text
    assert "&lt;b&gt;Gras&lt;/b&gt;" in page
    assert "<script>x" not in page


def test_what_is_set_aside_is_read_and_not_edited(client, b2b, relance_1):
    sequencing.archive(b2b, by=None, now=NOW)
    page = client.get(f"/sequences/{b2b.id}").text
    assert "Cette séquence est archivée" in page
    assert "Ajouter un bloc" not in page
    for path in ("blocs/nouveau", f"blocs/{relance_1.key}", f"blocs/{relance_1.key}/suppression", "clients"):
        assert client.post(f"/sequences/{b2b.id}/{path}", data=block()).status_code == 404


def test_a_block_of_another_sequence_is_not_found(client, b2b, relance_1):
    douce = Sequence.get(Sequence.key == "douce")
    assert client.get(f"/sequences/{douce.id}/blocs/{relance_1.key}").status_code == 404
    assert client.post(f"/sequences/{douce.id}/blocs/{relance_1.key}", data=block()).status_code == 404


def test_blocks_too_close_are_saved_with_a_warning(client, b2b):
    client.post(f"/sequences/{b2b.id}/blocs/nouveau", data=block(31, template="relance_1"))
    page = text_of(client.get(f"/sequences/{b2b.id}"))
    assert "Deux e-mails se suivent à moins de 2 jours d’écart." in page
    client.post(f"/sequences/{b2b.id}/blocs/nouveau", data=block(5, kind="letter", version=2))
    assert "Une lettre avant J+15 surprend souvent le client." in text_of(client.get(f"/sequences/{b2b.id}"))
