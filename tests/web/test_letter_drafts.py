"""Drafts of letters in the editor: saved, corrected, frozen, thrown away, put back, copied."""

import datetime as dt
import io
import re
from html import unescape

import lxml.html
import pypdf
import pytest

from relance.models.events import Event
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.services import disputing, drafting, paying, printing, signing
from relance.services.disputing import DisputeFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import text_of as pdf_text
from tests.web.reading import css, fields
from tests.web.test_letters import choices, remind_twice, text_of


@pytest.fixture
def late(latitude):
    """An invoice of Latitude Conseil, 61 days late, at 12,15 %."""
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), late_rate_bp=1215
    )


def fields_of(page):
    """The fields of the editor as a browser would send them back."""
    return fields(css(lxml.html.fromstring(page.text), "form#notice, form#letter")[0])


def saved(client, invoice, **fields):
    remind_twice(invoice)
    data = choices(invoice, **fields)
    del data["figer"]
    answer = client.post("/courriers/nouveau", data=data)
    assert answer.status_code == 303, text_of(answer)
    return Letter.get()


def frozen(client, letter, **changes):
    data = fields_of(client.get(f"/courriers/{letter.id}")) | changes
    return client.post(f"/courriers/{letter.id}/figer", data=data)


@pytest.mark.requirement("S4.17", "S4.13")
def test_a_letter_is_saved_then_frozen_then_posted_and_its_bytes_never_change(client, late):
    letter = saved(client, late, delay_days=15)
    page = client.get(f"/courriers/{letter.id}")
    assert "Brouillon" in text_of(page) and "Figer la lettre" in text_of(page)
    assert client.get(f"/courriers/{letter.id}/pdf").status_code == 404
    data = fields_of(page) | {"delay_days": "8", "enclosures": "Devis signé\r\n\r\nBon de livraison"}
    assert client.post(f"/courriers/{letter.id}", data=data).status_code == 303
    again = Letter.get()
    assert (again.version, again.delay_days, again.enclosures) == (1, 8, "Devis signé\nBon de livraison")

    assert frozen(client, letter).status_code == 303
    page = client.get(f"/courriers/{letter.id}")
    after = Letter.get()
    assert after.state == "ready" and after.sha256 in page.text
    first = client.get(f"/courriers/{letter.id}/pdf").data
    assert "Bon de livraison" in pdf_text(first)
    posting = {"on": "23/11/2026", "mode": "simple", "version": after.version}
    assert client.post(f"/courriers/{letter.id}/postee", data=posting).status_code == 303
    assert (Letter.get().state, Letter.get().mode) == ("posted", "simple")
    assert client.get(f"/courriers/{letter.id}/pdf").data == first
    assert client.post(f"/courriers/{letter.id}", data=data).status_code == 404
    assert frozen_kinds(letter)[:3] == ["letter_drafted", "letter_requested", "letter_ready"]


def frozen_kinds(letter):
    return [event.kind for event in Event.select().where(Event.letter == letter).order_by(Event.id)]


def contest(invoice):
    disputing.open_dispute(invoice, DisputeFacts("amount", "Deux heures de trop"), by=None, now=NOW)


@pytest.mark.parametrize(
    ("happens", "said", "total"),
    [
        (
            lambda row: paying.record(row, 60_000, TODAY, by=None, now=NOW),
            "Facture F-2026-0079 : il reste 1 260,00 €, au lieu de 1 860,00 €.",
            147_810,
        ),
        (
            lambda row: paying.record(row, 186_000, TODAY, by=None, now=NOW),
            "La facture F-2026-0079 n’est plus à régler : elle sort de la lettre.",
            14_033,
        ),
        (contest, "La facture F-2026-0079 est contestée depuis : répondez à votre client d’abord.", 207_810),
    ],
)
def test_what_is_paid_or_disputed_while_a_letter_is_written_is_said_before_freezing(
    client,
    late,
    latitude,
    happens,
    said,
    total,
):
    other = factories.make_invoice(latitude, "F-2026-0085", total_cents=10_000, late_rate_bp=1215)
    remind_twice(other)
    letter = saved(client, late, invoices=[late.id, other.id])
    read = fields_of(client.get(f"/courriers/{letter.id}"))
    happens(Invoice.get_by_id(late.id))
    refused = client.post(f"/courriers/{letter.id}/figer", data=read)
    assert refused.status_code == 409
    assert "relisez-la avec les nouveaux montants" in text_of(refused)
    assert said in text_of(refused)
    assert drafting.is_open(Letter.get())
    assert client.post(f"/courriers/{letter.id}/figer", data=fields_of(refused)).status_code == 303
    assert Letter.get().total_cents == total


def test_the_same_is_said_of_a_letter_that_was_never_saved(client, late):
    remind_twice(late)
    data = choices(late)
    paying.record(late, 60_000, TODAY, by=None, now=NOW)
    refused = client.post("/courriers/nouveau", data=data)
    assert (refused.status_code, Letter.select().count()) == (409, 0)
    assert "Total réclamé : 1 338,26 €" not in text_of(refused)  # nothing but the new amounts
    assert client.post("/courriers/nouveau", data=fields_of(refused) | {"figer": "1"}).status_code == 303
    assert Letter.get().principal_cents == 126_000


def pictures(pdf):
    return sum(len(page.images) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


@pytest.mark.requirement("S4.15", "S4.16")
@pytest.mark.parametrize("kind", ["notice", "amicable"])
def test_the_signature_is_a_picture_on_the_letter_or_a_link_to_add_one(client, camille, late, kind):
    remind_twice(late)
    address = f"/courriers/nouveau?factures={late.id}" + ("&type=amiable" if kind == "amicable" else "")
    without = client.get(address)
    assert re.search(r'type="checkbox" disabled[^>]*><span>Ajouter ma signature numérique', without.text)
    assert 'href="/reglages/signatures"' in without.text

    signing.add(camille, picture(), "Signature", "uploaded", NOW)
    page = client.get(address)
    assert "non une signature électronique" in text_of(page)
    signed = fields_of(page)
    assert signed["signs"] == "y"
    where = "/courriers/nouveau" if kind == "notice" else f"/factures/{late.id}/relancer/courrier"
    found = []
    for data in (signed, {name: value for name, value in signed.items() if name != "signs"}):
        assert client.post(where, data=data | {"figer": "1"}).status_code == 303
        found.append(pictures(printing.render(Letter.select().order_by(Letter.id.desc()).get().id, NOW)))
    assert found[0] > 0 and found[1] == 0


def test_a_draft_saved_elsewhere_is_not_overwritten_unread(client, late):
    letter = saved(client, late)
    mine = fields_of(client.get(f"/courriers/{letter.id}")) | {"delay_days": "15"}
    theirs = mine | {"delay_days": "8", "enclosures": "Devis"}
    assert client.post(f"/courriers/{letter.id}", data=theirs).status_code == 303
    refused = client.post(f"/courriers/{letter.id}", data=mine)
    assert refused.status_code == 409
    assert "enregistré ailleurs entre-temps" in text_of(refused)
    kept = fields_of(refused)
    assert (kept["delay_days"], Letter.get().delay_days) == ("15", 8)
    assert client.post(f"/courriers/{letter.id}", data=kept).status_code == 303
    assert Letter.get().delay_days == 15


@pytest.mark.parametrize("kind", ["notice", "amicable"])
def test_a_draft_thrown_away_can_be_put_back_as_it_was(client, late, kind):
    if kind == "notice":
        letter = saved(client, late, delay_days=15, enclosures="Devis")
        drafting.rewrite(letter, (("courtesy", "Appelez-moi."),), version=0, by=None, now=NOW)
    else:
        page = client.get(f"/factures/{late.id}/relancer/courrier")
        data = fields_of(page) | {"subject": "Notre affaire", "brouillon": "1"}
        assert client.post(f"/factures/{late.id}/relancer/courrier", data=data).status_code == 303
    before = Letter.get()
    gone = client.post(f"/courriers/{before.id}/supprimer")
    assert (gone.status_code, Letter.select().count()) == (200, 0)
    assert client.get(f"/courriers/{before.id}").status_code == 404
    hidden = [(name, unescape(value)) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', gone.text)]
    address = re.search(r'<form class="actions" method="post" action="([^"]+)"', gone.text)[1]
    data = {}
    for name, value in hidden:
        data.setdefault(name, []).append(value)
    assert client.post(address, data=data).status_code == 303
    after = Letter.get()
    assert drafting.choices_of(after) == drafting.choices_of(before)
    assert drafting.invoices_of(after) == [late]


def test_a_frozen_letter_is_copied_into_a_draft_and_cannot_be_thrown_away(client, late):
    letter = saved(client, late)
    frozen(client, letter)
    assert client.post(f"/courriers/{letter.id}/supprimer").status_code == 303
    paying.record(late, 10_000, TODAY, by=None, now=NOW)
    assert "Préparer une nouvelle lettre" in text_of(client.get(f"/courriers/{letter.id}"))
    answer = client.post(f"/courriers/{letter.id}/dupliquer")
    again = Letter.select().order_by(Letter.id.desc()).get()
    assert answer.location == f"/courriers/{again.id}"
    assert drafting.is_open(again) and again.principal_cents == 176_000
    paying.record(Invoice.get_by_id(late.id), 176_000, TODAY, by=None, now=NOW)
    assert client.post(f"/courriers/{letter.id}/dupliquer").location == f"/courriers/{letter.id}"
    page = text_of(client.get(f"/courriers/{again.id}"))
    assert "Aucune facture en retard" in page and "Supprimer le brouillon" in page


def test_a_long_address_is_shown_as_it_will_be_cut_and_stops_nothing(client, late, latitude):
    latitude.address = "\n".join(
        ["Bâtiment C", "Escalier 4", "Étage 2", "Porte 12", "x" * 60, "Lieu-dit Les Trois Chênes", "69002 LYON"]
    )
    latitude.save()
    page = text_of(client.get(f"/courriers/nouveau?factures={late.id}"))
    assert "dépasse 38 caractères : la lettre porte « " + "X" * 38 in page
    assert "L’adresse tient sur six lignes : « BATIMENT C », « ESCALIER 4 » n’est pas imprimé." in page
    assert frozen(client, saved(client, late)).status_code == 303


def test_invoices_of_two_clients_or_currencies_are_sorted_out(client, account, late, latitude):
    other = factories.make_invoice(factories.make_client(account, "Studio Kérity"), "K-1")
    factories.make_invoice(latitude, "F-CHF", currency="CHF")
    page = client.get(f"/courriers/nouveau?factures={late.id},{other.id}")
    assert "La facture K-1 est à un autre client : elle n’est pas dans la lettre." in text_of(page)
    refused = client.post("/courriers/nouveau", data=choices(late, invoices=[late.id, other.id]))
    assert refused.status_code == 422 and 'id="invoices-err"' in refused.text
    rows = [row.id for row in latitude.invoices]
    refused = client.post("/courriers/nouveau", data=choices(late, invoices=rows, confirms_early="y"))
    assert refused.status_code == 422 and "préparez une lettre par devise" in text_of(refused)
    everything = fields_of(client.get(f"/courriers/nouveau?client={latitude.id}"))
    assert everything["invoices"] in (str(late.id), [str(late.id)]), "one currency at once"
    assert Letter.select().count() == 0


def test_a_stranger_can_do_nothing_with_a_draft(client, late, sign_in, basile):
    letter = saved(client, late)
    stranger = sign_in(basile)
    assert stranger.get(f"/courriers/{letter.id}/texte").status_code == 404
    for path in ("", "/figer", "/supprimer", "/dupliquer", "/texte"):
        assert stranger.post(f"/courriers/{letter.id}{path}", data=choices(late)).status_code == 404
    assert drafting.is_open(Letter.get())


def picture():
    """A line drawn on white, as a scanner gives it."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (400, 150), "white")
    ImageDraw.Draw(image).line([(20, 120), (120, 20), (220, 120), (380, 40)], fill="black", width=6)
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize("kind", ["notice", "amicable"])
def test_a_colleague_s_signature_is_neither_shown_nor_printed_unless_they_signed_the_letter_itself(
    client, camille, late, sign_in, account, kind
):
    remind_twice(late)
    signature = signing.add(camille, picture(), "Signature", "uploaded", NOW)
    paul = sign_in(factories.make_user(account, "paul@studio.example", first_name="Paul", last_name="Rey"))
    new = f"/courriers/nouveau?factures={late.id}" + ("&type=amiable" if kind == "amicable" else "")
    where = "/courriers/nouveau" if kind == "notice" else f"/factures/{late.id}/relancer/courrier"
    forged = fields_of(paul.get(new)) | {"signs": "y", "signature": signature.id, "figer": "1"}
    preview = paul.post(f"{where}/apercu", data=forged)
    refused = paul.post(where, data=forged)
    assert refused.status_code == 422 and Letter.select().count() == 0
    for page in (preview, refused):
        unread = kind == "notice" and page is preview  # nothing is checked there but what is shown
        assert unread or "celle d’une autre personne" in text_of(page)
        assert "data:image/png" not in page.text

    mine = fields_of(client.get(new)) | {"brouillon": "1"}
    assert client.post(where, data=mine).status_code == 303
    letter = Letter.get()
    page = paul.get(f"/courriers/{letter.id}")
    kept = fields_of(page)
    assert (kept["signs"], int(kept["signature"])) == ("y", signature.id)
    changed = paul.post(f"/courriers/{letter.id}", data=kept | {"enclosures": "Devis"})
    assert changed.status_code == 422 and "celle d’une autre personne" in text_of(changed)
    assert "Devis" in changed.text and Letter.get().enclosures == ""
    gone = paul.post(f"/courriers/{letter.id}/figer", data=kept)
    assert gone.status_code == 303 and Letter.get().signature_id == signature.id
    assert pictures(printing.render(letter.id, NOW)) > 0


def test_paragraphs_that_a_colleague_writes_take_the_signature_off_and_say_so(client, camille, late, sign_in, account):
    signing.add(camille, picture(), "Signature", "uploaded", NOW)
    remind_twice(late)
    data = fields_of(client.get(f"/courriers/nouveau?factures={late.id}"))
    assert client.post("/courriers/nouveau", data=data).status_code == 303
    letter = Letter.get()
    paul = sign_in(factories.make_user(account, "paul@studio.example", first_name="Paul", last_name="Rey"))
    address = f"/courriers/{letter.id}/texte"
    form = fields(css(lxml.html.fromstring(paul.get(address).text), "form:has(textarea)")[0])
    done = paul.post(address, data=form | {"courtesy": "Appelez-moi."}, follow_redirects=True)
    assert "La signature de la personne qui avait signé est retirée" in text_of(done)
    assert Letter.get().signature_id is None


NASTY = ["9" * 35, "-1", "a\x00b"]
NASTY_WORDS = [
    "[" * 200_000,
    '{"object":' * 5_000,
    '{"object": "\\ud800"}',
    '{"\\ud800": "x"}',
    '{"object": "a\\u0000b"}',
    '{"nothing": "of ours"}',
    '{"object": "%s"}' % ("x" * 2_001),
    '{"object": ["x"]}',
    "[]",
]


@pytest.mark.parametrize(
    ("field", "texts"),
    [("evidence", NASTY), ("invoices", NASTY), ("signature", NASTY), ("delay_days", NASTY), ("own_words", NASTY_WORDS)],
)
def test_what_no_page_of_ours_sends_is_refused_with_a_sentence(client, camille, late, field, texts):
    signing.add(camille, picture(), "Signature", "uploaded", NOW)
    letter = saved(client, late)
    before = Letter.get().__data__
    data = fields_of(client.get(f"/courriers/{letter.id}")) | {"client": late.client_id, "signs": "y"}
    for text in texts:
        for path in ("nouveau", "nouveau/apercu", "nouveau/pages", letter.id, f"{letter.id}/figer"):
            sent = data | {field: text} | ({"lettre": letter.id} if path == "nouveau/apercu" else {})
            answer = client.post(f"/courriers/{path}", data=sent)
            is_shown = str(path).startswith("nouveau/")  # nothing is kept there
            assert answer.status_code in ((200, 422) if is_shown else (422,)), (path, text[:20])
    assert Letter.select().count() == 1 and Letter.get().__data__ == before
    if field == "own_words":
        assert "ne peut pas être lu" in text_of(client.post("/courriers/nouveau", data=data | {field: "[]"}))
