"""« J'ai posté la lettre » and what follows, as a person does it."""

import datetime as dt
import io

import pytest

from relance.models.events import Event
from relance.models.letters import Letter
from tests import factories
from tests.services.notices import kinds, late, prepare
from tests.web.reading import css, page, words

HTMX = {"HX-Request": "true"}
PHOTO = b"\xff\xd8\xff\xe0 une photo du bordereau"
DAY = dt.timedelta(1)


def printed(client, number="F-2026-0079", **fields):
    """A formal notice that is printed, whose bytes are a few."""
    letter = prepare(client.account, client, [late(client, number)], **fields)
    document = factories.make_document(client.account, b"%PDF-1.7 la lettre", "lettre.pdf", kind="letter")
    ready = {"state": "ready", "requested_at": None, "document": document, "sha256": document.sha256}
    Letter.update(ready).where(Letter.id == letter.id).execute()
    return Letter.get_by_id(letter.id)


@pytest.fixture
def notice(account, latitude, camille):
    return printed(latitude)


def text_of(answer):
    return " ".join(answer.text.replace("\u00a0", " ").split())


def filled(letter, **fields):
    return {"on": "23/11/2026", "mode": "lrar_counter", "version": str(Letter.get_by_id(letter.id).version)} | fields


def file(content=PHOTO, name="depot.jpg"):
    return (io.BytesIO(content), name)


def post(client, letter, **fields):
    return client.post(f"/courriers/{letter.id}/postee", data=filled(letter, **fields))


def receive(client, letter, **fields):
    return client.post(f"/courriers/{letter.id}/reception", data=filled(letter, **{"outcome": "received"} | fields))


@pytest.mark.requirement("S2.18")
def test_a_deposit_with_its_number_and_its_proof_is_shown_in_the_list(sign_in, camille, latitude, clock):
    clock.move_to(dt.datetime(2026, 11, 22, 15, tzinfo=dt.UTC))
    client = sign_in(camille)
    letter = printed(latitude, dated_on=dt.date(2026, 11, 22), now=dt.datetime(2026, 11, 22, 9))
    dialog = client.get(f"/courriers/{letter.id}/postee", headers=HTMX)
    assert "22/11/2026" in dialog.text
    done = post(client, letter, on="22/11/2026", tracking_number="1A 234 567 8901 2", proof=file())
    assert done.status_code == 303
    listed = page(client, "/courriers")
    row = words(css(listed, ".table.letters tbody tr")[0])
    for part in ("Latitude Conseil", "F-2026-0079", "Recommandé au guichet", "1A 234 567 890 12", "Postée"):
        assert part in row
    assert "postée 22 nov. 2026" in row
    [link] = css(listed, f'a[href="/courriers/{letter.id}/preuves/depot"]')
    proof = client.get(link.get("href"))
    assert proof.data == PHOTO
    assert proof.headers["Content-Disposition"] == "attachment; filename=depot.jpg"
    assert proof.headers["X-Content-Type-Options"] == "nosniff"


def test_the_dialog_is_a_page_too_and_says_what_an_electronic_letter_needs(client, account, notice):
    assert "J'ai posté la lettre" in text_of(client.get(f"/courriers/{notice.id}/postee")).replace("’", "'")
    consumer = factories.make_client(account, "Paul Martin", kind="individual", siren="")
    letter = printed(consumer, "F-2026-0080", claims_fee=False)
    said = text_of(client.get(f"/courriers/{letter.id}/postee", headers=HTMX))
    assert "Service qualifié seulement. Un particulier doit avoir donné son accord avant." in said
    post(client, letter, mode="lre")
    shown = text_of(client.get(f"/courriers/{letter.id}"))
    assert "Un particulier doit avoir accepté" in shown


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"on": "24/11/2026"}, "Une lettre ne se poste pas dans l’avenir"),
        ({"on": "22/11/2026"}, "La lettre porte une date plus récente"),
        ({"on": "bientôt"}, "n’est pas une date"),
        ({"on": ""}, "Indiquez la date du dépôt."),
        ({"mode": "pigeon"}, "Choisissez comment la lettre est partie."),
        ({"proof": file(b"<html><script>x</script></html>", "preuve.pdf")}, "Joignez un PDF ou une image JPEG ou PNG."),
    ],
    ids=["tomorrow", "before its date", "no date", "empty", "pigeon", "a web page"],
)
def test_what_is_wrong_is_said_at_its_field_and_the_rest_is_kept(client, notice, fields, sentence):
    answer = post(client, notice, **{"tracking_number": "1A 999 999 99999", **fields})
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "1A 999 999 99999" in text_of(answer)
    assert (Letter.get().state, kinds(notice)) == ("ready", ["letter_requested"])


def test_a_photograph_of_30_megabytes_is_refused_beside_its_field(client, notice):
    lines = [b"--x"]
    for name, value in filled(notice, tracking_number="1A99999999999").items():
        lines += [f'Content-Disposition: form-data; name="{name}"'.encode(), b"", value.encode(), b"--x"]
    lines += [b'Content-Disposition: form-data; name="proof"; filename="depot.jpg"', b""]
    body = b"\r\n".join([*lines, b"\xff\xd8\xff" + bytes(30 * 1024 * 1024), b"--x--", b""])
    answer = client.post(f"/courriers/{notice.id}/postee", data=body, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 422
    assert "Ce fichier dépasse 10 Mo." in text_of(answer)
    assert 'value="1A99999999999"' in answer.text


def test_a_number_of_another_form_is_kept_and_said(client, notice):
    answer = client.post(
        f"/courriers/{notice.id}/postee", data=filled(notice, tracking_number="RK-12"), follow_redirects=True
    )
    assert "Dépôt enregistré. Numéro inhabituel" in text_of(answer)
    assert Letter.get().tracking_number == "RK12"
    assert "laposte.fr" not in client.get("/courriers").text, "no page follows such a number"


@pytest.mark.requirement("S4.18")
def test_the_receipt_starts_the_delay_and_its_proof_is_downloaded(client, notice, clock):
    post(client, notice, tracking_number="1A23456789012")
    early = client.get(f"/courriers/{notice.id}/reception", headers=HTMX)
    assert early.status_code == 200
    clock.move_to(dt.datetime(2026, 11, 26, 9, tzinfo=dt.UTC))
    done = receive(client, notice, on="26/11/2026", proof=file(PHOTO, "ar.jpg"))
    assert done.status_code == 303
    shown = text_of(client.get(f"/courriers/{notice.id}"))
    assert "Réception du 26 novembre 2026 enregistrée. Le délai court jusqu’au 4 décembre 2026 inclus." in shown
    assert "laposte.fr/outils/suivre-vos-envois?code=1A23456789012" in client.get(f"/courriers/{notice.id}").text
    row = text_of(client.get("/courriers"))
    assert "reçue 26 nov. 2026" in row
    assert "Dépôt : manque" in row
    assert client.get(f"/courriers/{notice.id}/preuves/reception").data == PHOTO
    assert client.get(f"/courriers/{notice.id}/preuves/depot").status_code == 404
    assert client.get(f"/courriers/{notice.id}/preuves/autre").status_code == 404


def test_a_receipt_before_its_posting_is_refused(client, notice):
    assert client.get(f"/courriers/{notice.id}/reception").status_code == 404
    post(client, notice)
    answer = receive(client, notice, on="22/11/2026")
    assert answer.status_code == 422
    assert "La lettre n’était pas encore postée ce jour-là." in text_of(answer)
    answer = receive(client, notice, outcome="mangée")
    assert "Choisissez ce qu’est devenue la lettre." in text_of(answer)


def test_a_form_left_open_meanwhile_says_so_and_keeps_what_was_typed(client, notice):
    stale = filled(notice, mode="lre", tracking_number="9X9")
    post(client, notice)
    answer = client.post(f"/courriers/{notice.id}/postee", data=stale)
    assert answer.status_code == 409
    assert "a changé pendant que vous l’aviez sous les yeux" in text_of(answer)
    assert 'value="9X9"' in answer.text
    fresh = css(page(client, f"/courriers/{notice.id}/postee"), "input[name=version]")[0].get("value")
    assert f'value="{fresh}"' in answer.text, "sent again, it is taken"
    assert Letter.get().mode == "lrar_counter"


def test_a_posting_is_taken_back_after_a_question(client, notice):
    post(client, notice, proof=file())
    asked = client.get(f"/courriers/{notice.id}/depot-annule", headers=HTMX)
    assert "L’historique garde ce qui avait été noté." in text_of(asked)
    assert client.post(f"/courriers/{notice.id}/depot-annule").status_code == 303
    assert Letter.get().state == "ready"
    assert client.get(f"/courriers/{notice.id}/depot-annule").status_code == 404
    history = text_of(client.get("/journal"))
    assert "dépôt du 23 novembre 2026 annulé" in history
    assert "postée le 23 novembre 2026" in history


def test_a_deadline_that_is_over_is_said_with_what_can_be_done(client, notice, clock):
    post(client, notice, mode="by_hand")
    clock.move_to(dt.datetime(2026, 12, 2, 9, tzinfo=dt.UTC))
    shown = page(client, f"/courriers/{notice.id}")
    assert "Délai de la mise en demeure écoulé le 1er décembre 2026." in words(shown)
    assert css(shown, f'a[href="/courriers/{notice.id}/et-maintenant"]')
    led = client.get(f"/courriers/{notice.id}/et-maintenant")
    assert led.headers["Location"] == f"/factures/{notice.lines.get().invoice_id}/et-maintenant"
    client.post(f"/courriers/{notice.id}/suite")
    assert "écoulé le" not in text_of(client.get(f"/courriers/{notice.id}"))
    assert [event.kind for event in Event.select().order_by(Event.id.desc()).limit(1)] == ["notice_settled"]


@pytest.mark.requirement("S4.17")
def test_the_bytes_of_a_letter_are_the_same_before_and_after_the_choice_of_its_mode(client, notice):
    before = client.get(f"/courriers/{notice.id}/pdf").data
    post(client, notice, mode="lrar_online")
    post(client, notice, mode="simple")
    assert client.get(f"/courriers/{notice.id}/pdf").data == before


@pytest.mark.requirement("S4.3")
def test_posting_asks_for_no_credit_and_no_provider(client, notice):
    for address in ("/courriers", f"/courriers/{notice.id}", f"/courriers/{notice.id}/postee"):
        said = text_of(client.get(address)).lower()
        assert "crédit" not in said
        assert "acheter" not in said
    assert post(client, notice).status_code == 303
