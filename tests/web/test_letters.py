"""The pages of letters: choose, prepare, wait, download. Nothing leaves, nothing is automatic."""

import datetime as dt
import re
from html import unescape

import pytest

from relance import storage
from relance.models.accounts import Heartbeat
from relance.models.events import Event
from relance.models.letters import Letter
from relance.models.messages import Message, MessageItem
from relance.services import noticing, paying
from relance.web.forms.letters import basis
from tests import factories
from tests.factories import NOW, TODAY


@pytest.fixture
def late(latitude):
    """An invoice of Latitude Conseil, 61 days late, at 12,15 %."""
    return factories.make_invoice(
        latitude, "F-2026-0079", total_cents=186_000, due_on=dt.date(2026, 9, 23), late_rate_bp=1215
    )


@pytest.fixture
def worker_alive(database):
    """A worker was just seen: the page leaves the printing to it."""
    Heartbeat.beat("worker", NOW)


def text_of(response):
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def remind_twice(invoice):
    for number, template in enumerate(("rappel", "relance_1")):
        message = Message.create(
            account=invoice.account_id,
            client=invoice.client_id,
            kind="reminder",
            state="sent",
            template=template,
            to_json="[]",
            subject="Facture en retard",
            body_text="",
            message_id=f"<{invoice.id}-{number}@x>",
            token=f"{invoice.id}-{number}",
            not_before_at=NOW,
            sent_at=NOW - dt.timedelta(days=30 - 10 * number),
            created_at=NOW,
        )
        instalment = invoice.instalments.get()
        MessageItem.create(message=message, invoice=invoice, instalment=instalment, template=template, balance_cents=1)


def choices(invoice, **fields):
    """The form of the editor, to be frozen at once."""
    values = {
        "client": invoice.client_id,
        "invoices": invoice.id,
        "dated_on": "23/11/2026",
        "delay_days": 8,
        "claims_interest": "y",
        "claims_fee": "y",
        "mention": "registered",
        "basis": basis(list(invoice.client.invoices)),
        "figer": "1",
    }
    return values | fields


def prepared(client, invoice, **fields):
    remind_twice(invoice)
    answer = client.post("/courriers/nouveau", data=choices(invoice, **fields))
    assert answer.status_code == 303, text_of(answer)
    return Letter.get()


@pytest.mark.requirement("S2.17", "S4.13")
def test_a_notice_opens_already_filled_for_an_invoice(client, late):
    remind_twice(late)
    page = client.get(f"/courriers/nouveau?factures={late.id}")
    text = text_of(page)
    assert page.status_code == 200
    assert "Mise en demeure" in text
    assert "facture F-2026-0079, 61 jours de retard. Rien ne part sans vous." in text
    assert "Réclamer les pénalités de retard , 37,77 €" in text
    assert "Réclamer l’indemnité forfaitaire , 40,00 €" in text
    assert "Total réclamé : 1 937,77 €, puis 0,62 € par jour" in text
    assert "2 relances envoyées, la dernière le 3 novembre" in text
    assert "Vérifiez que 12,15 % est bien le taux porté sur la facture" in text
    assert "Ce n’est pas un conseil juridique" in text
    assert 'value="23/11/2026"' in page.text
    assert Letter.select().count() == 0


@pytest.mark.requirement("S2.17", "S4.6")
def test_a_prepared_notice_waits_for_the_worker_then_is_downloaded(client, late, bell, worker_alive):
    letter = prepared(client, late)
    assert bell == ["rung"]
    assert [event.kind for event in Event.select().where(Event.letter == letter)] == ["letter_requested"]
    page = client.get(f"/courriers/{letter.id}")
    assert "La lettre est en cours de préparation." in text_of(page)
    assert f'hx-get="/courriers/{letter.id}/etat"' in page.text
    assert "Télécharger le PDF" not in text_of(page)
    assert client.get(f"/courriers/{letter.id}/pdf").status_code == 404

    waiting = client.get(f"/courriers/{letter.id}/etat", headers={"HX-Request": "true"})
    assert 'hx-trigger="every 1s"' in waiting.text
    assert "HX-Refresh" not in waiting.headers

    noticing.render(letter.id, NOW)
    done = client.get(f"/courriers/{letter.id}/etat", headers={"HX-Request": "true"})
    assert done.headers["HX-Refresh"] == "true"
    assert "every 1s" not in done.text
    page = client.get(f"/courriers/{letter.id}")
    assert "Prête" in text_of(page)
    assert "Total au 23 nov. 2026 1 937,77 €" in text_of(page)

    pdf = client.get(f"/courriers/{letter.id}/pdf")
    assert pdf.data == storage.get(Letter.get().sha256)
    assert pdf.data.startswith(b"%PDF-1.7")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Content-Disposition"] == (
        "attachment; filename=mise-en-demeure-latitude-conseil-2026-11-23.pdf"
    )
    assert client.get(f"/courriers/{letter.id}/pdf?imprimer=1").headers["Content-Disposition"].startswith("inline")
    assert client.get(f"/courriers/{letter.id}/pdf").data == pdf.data


def test_without_a_worker_the_page_prints_the_letter_itself(client, late):
    letter = prepared(client, late)
    page = client.get(f"/courriers/{letter.id}")
    assert "Télécharger le PDF" in text_of(page)
    assert Letter.get().state == "ready"
    assert [event.kind for event in Event.select().where(Event.letter == letter).order_by(Event.id)] == [
        "letter_requested",
        "letter_ready",
    ]


@pytest.mark.requirement("S4.4", "S2.16")
def test_a_notice_before_two_reminders_asks_for_a_confirmation(client, late):
    page = client.get(f"/courriers/nouveau?factures={late.id}")
    assert "Aucune relance envoyée" in text_of(page)
    assert "Figer la lettre malgré tout" in text_of(page)
    refused = client.post("/courriers/nouveau", data=choices(late))
    assert refused.status_code == 422
    assert "Confirmez que vous voulez une mise en demeure avant deux relances." in text_of(refused)
    assert Letter.select().count() == 0
    accepted = client.post("/courriers/nouveau", data=choices(late, confirms_early="y"))
    assert accepted.status_code == 303
    assert Letter.select().count() == 1


def test_after_two_reminders_no_confirmation_is_asked(client, late):
    remind_twice(late)
    assert "malgré tout" not in text_of(client.get(f"/courriers/nouveau?factures={late.id}"))


def test_a_consumer_sees_no_control_of_fees(client, account):
    odile = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    invoice = factories.make_invoice(odile, "F-9", total_cents=50_000)
    page = client.get(f"/courriers/nouveau?factures={invoice.id}")
    assert 'name="claims_fee"' not in page.text
    assert "Sans indemnité de 40 € ni pénalités professionnelles." in text_of(page)
    assert "intérêts au taux légal, dès la réception" in text_of(page)
    remind_twice(invoice)
    client.post("/courriers/nouveau", data=choices(invoice, claims_fee="y"))  # forged: the control is not there
    letter = Letter.get()
    assert (letter.fee_cents, letter.interest_cents, letter.total_cents) == (0, 0, 50_000)


def test_choosing_changes_the_figures_without_saving(client, late, latitude):
    other = factories.make_invoice(latitude, "F-2026-0080", total_cents=10_000, late_rate_bp=1215)
    data = choices(late, invoices=[late.id, other.id], delay_days=15)
    del data["claims_fee"]
    fragment = client.post("/courriers/nouveau/apercu", data=data, headers={"HX-Request": "true"})
    text = text_of(fragment)
    assert fragment.status_code == 200
    assert '<section class="pv" id="sheet"' in fragment.text
    assert "Total réclamé : 1 998,10 €" in text
    assert 'id="interest-amount" hx-swap-oob="true"' in fragment.text
    assert "<html" not in fragment.text
    assert "quinze\u00a0jours" in unescape(fragment.text)
    assert Letter.select().count() == 0
    page = client.post("/courriers/nouveau/apercu", data=data)
    assert "<html" in page.text


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"invoices": []}, "Choisissez au moins une facture en retard."),
        ({"dated_on": ""}, "Indiquez la date de la lettre."),
        ({"dated_on": "31/02/2027"}, "n’est pas une date"),
        ({"dated_on": "01/01/2026"}, "Datez la lettre d’aujourd’hui"),
        ({"delay_days": 400}, "Choisissez un délai de 8 ou 15 jours."),
        ({"delay_days": "abc"}, "Choisissez un délai de 8 ou 15 jours."),
        ({"mention": "pigeon"}, "Choisissez une option de la liste."),
        ({"enclosures": "x" * 121}, "120 caractères au plus par ligne"),
    ],
)
def test_a_wrong_choice_is_said_beside_its_field(client, late, fields, sentence):
    remind_twice(late)
    refused = client.post("/courriers/nouveau", data=choices(late, **fields))
    assert refused.status_code == 422
    assert sentence in text_of(refused)
    assert Letter.select().count() == 0
    assert Event.select().where(Event.kind == "letter_requested").count() == 0


def test_an_unknown_half_year_is_said_with_the_way_out(sign_in, camille, late, clock):
    late.late_rate_bp = None
    late.save()
    clock.move_to(dt.datetime(2026, 12, 28, 9, tzinfo=dt.UTC))
    client = sign_in(camille)
    refused = client.post("/courriers/nouveau", data=choices(late, dated_on="04/01/2027", confirms_early="y"))
    assert refused.status_code == 422
    assert "ne connaît pas les taux du 1er semestre 2027" in text_of(refused)
    assert "ne réclamez pas les pénalités" in text_of(refused)
    without = choices(late, dated_on="04/01/2027", confirms_early="y")
    del without["claims_interest"]
    assert client.post("/courriers/nouveau", data=without).status_code == 303


def test_the_preview_is_the_letter_and_can_do_nothing_else(client, late):
    page = client.get(f"/courriers/nouveau?factures={late.id}")
    paper = unescape(re.search(r'<iframe srcdoc="([^"]+)" sandbox="allow-same-origin"', page.text)[1])
    assert "je vous mets en demeure de me régler la somme de <strong>1\u00a0937,77\u00a0€</strong>" in paper
    assert "<script" not in paper and "style=" not in paper
    remind_twice(late)
    client.post("/courriers/nouveau", data=choices(late))
    saved = client.get(f"/courriers/{Letter.get().id}/apercu")
    assert "malgré mes relances des 24 octobre" in text_of(saved).replace("24 octobre et 3 novembre", "24 octobre")
    policy = saved.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "unsafe-inline" not in policy


def test_an_incomplete_address_is_said_with_where_to_correct_it(client, late, latitude):
    latitude.address = ""
    latitude.save()
    page = client.get(f"/courriers/nouveau?factures={late.id}")
    assert "L’adresse postale est vide." in text_of(page)
    assert f'href="/clients/{latitude.id}"' in page.text


def test_an_invoice_that_is_not_late_has_no_notice(client, latitude):
    invoice = factories.make_invoice(latitude, "F-1", due_on=TODAY)
    page = client.get(f"/courriers/nouveau?factures={invoice.id}")
    assert page.status_code == 200
    assert "Aucune facture en retard" in text_of(page)
    assert "Figer la lettre" not in text_of(page)
    late = factories.make_invoice(latitude, "F-2")
    page = text_of(client.get(f"/courriers/nouveau?factures={invoice.id}"))
    assert "La facture F-1 n’est pas en retard : elle n’est pas dans la lettre." in page
    assert late.number in page


def test_money_received_since_is_said_on_the_letter(client, late):
    letter = prepared(client, late)
    paying.record(late, 10_000, TODAY, by=None, now=NOW)
    assert "demande plus que le reste dû" in text_of(client.get(f"/courriers/{letter.id}"))


def test_a_letter_that_failed_can_be_asked_again(client, late, bell, worker_alive):
    letter = prepared(client, late)
    Letter.update(requested_at=None, error="Il manque libpango.").execute()
    page = client.get(f"/courriers/{letter.id}")
    assert "La lettre n’a pas pu être préparée. Il manque libpango." in text_of(page)
    assert "Non préparée" in text_of(client.get("/courriers"))
    assert client.post(f"/courriers/{letter.id}/impression").status_code == 303
    assert bell == ["rung", "rung"]
    assert Letter.get().requested_at == NOW


@pytest.mark.requirement("S4.19")
def test_the_list_shows_each_letter_with_its_state_and_file(client, late):
    empty = text_of(client.get("/courriers"))
    assert "Aucun courrier" in empty
    letter = prepared(client, late)
    client.get(f"/courriers/{letter.id}")
    page = client.get("/courriers")
    text = text_of(page)
    for shown in ("Latitude Conseil", "F-2026-0079", "23 nov. 2026", "Mise en demeure", "Prête", "1 937,77 €"):
        assert shown in text
    assert f'href="/courriers/{letter.id}/pdf"' in page.text


def test_the_list_of_two_hundred_letters_is_cut_in_pages(client, account, latitude):
    for number in range(120):
        Letter.create(
            account=account,
            client=latitude,
            dated_on=TODAY,
            facts="{}",
            total_cents=number,
            state="ready",
            created_at=NOW + dt.timedelta(seconds=number),
        )
    assert "1 à 50 sur 120" in text_of(client.get("/courriers"))
    last = text_of(client.get("/courriers?page=3"))
    assert "101 à 120 sur 120" in last
    assert "Suivant" not in last
    assert client.get("/courriers?page=0").status_code == 200
    assert client.get("/courriers?page=99").status_code == 200


def test_without_an_invoice_the_client_is_chosen_first(client, late, latitude):
    page = client.get("/courriers/nouveau")
    assert f'href="/courriers/nouveau?client={latitude.id}"' in page.text
    chosen = client.get(f"/courriers/nouveau?client={latitude.id}")
    assert "F-2026-0079" in text_of(chosen)


def test_a_stranger_sees_nothing_of_a_letter(client, late, sign_in, basile):
    letter = prepared(client, late)
    noticing.render(letter.id, NOW)
    stranger = sign_in(basile)
    for path in ("", "/pdf", "/apercu", "/etat"):
        assert stranger.get(f"/courriers/{letter.id}{path}").status_code == 404
    assert stranger.post(f"/courriers/{letter.id}/impression").status_code == 404
    assert stranger.get(f"/courriers/nouveau?factures={late.id}").status_code == 404
    assert stranger.get(f"/courriers/nouveau?client={late.client_id}").status_code == 404
    assert stranger.get(f"/courriers/nouveau/lettre?client={late.client_id}&invoices={late.id}").status_code == 404
    assert stranger.post("/courriers/nouveau", data=choices(late)).status_code == 404
    assert "Latitude" not in text_of(stranger.get("/courriers"))
    assert Letter.select().count() == 1


def test_an_invoice_of_another_account_cannot_be_slipped_in(client, late, basile):
    theirs = basile.account.clients.get().invoices.get()
    remind_twice(late)
    answer = client.post("/courriers/nouveau", data=choices(late, invoices=[late.id, theirs.id]))
    assert answer.status_code == 422
    assert Letter.select().count() == 0


def test_a_signed_out_visitor_is_asked_to_sign_in(anonymous, late):
    for path in ("/courriers", "/courriers/nouveau", f"/courriers/nouveau?factures={late.id}"):
        assert anonymous.get(path).status_code == 303
