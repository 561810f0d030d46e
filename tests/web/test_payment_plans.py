import datetime as dt
import io

import pytest

from relance import storage
from relance.models.clients import Client
from relance.models.events import Event
from relance.models.holds import Pause
from relance.models.invoices import Invoice
from relance.models.payment_plans import PaymentPlan, PlanPart
from relance.rules import payment_plans as rules
from relance.services import payment_plans, sweeping
from relance.services.carrying import Post
from relance.services.payment_plans import Terms
from tests import factories
from tests.factories import NOW, TODAY, make_invoice
from tests.making import switch_on
from tests.web import reading
from tests.web.reading import css

HTMX = {"HX-Request": "true"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ").replace("’", "'")


def typed(*invoices, days=("30/11/2026", "14/12/2026"), amounts=("600,00", "600,00"), **more):
    return {
        "invoices": [str(one.id) for one in invoices],
        "count": "2",
        "first_on": "30/11/2026",
        "part_on": list(days),
        "part_amount": list(amounts),
    } | more


def agreed(*invoices, **more):
    half = sum(one.balance_cents for one in invoices) // 2
    parts = (rules.Part(TODAY + dt.timedelta(7), half), rules.Part(TODAY + dt.timedelta(21), half))
    terms = Terms(tuple(one.id for one in invoices), parts, **more)
    return payment_plans.agree(invoices[0].client, terms, by=None, now=NOW)


def test_the_page_proposes_equal_parts_for_the_invoices_asked_for(client, invoice, latitude):
    other, francs = make_invoice(latitude, total_cents=30_001), make_invoice(latitude, currency="CHF")
    page = text_of(client.get(f"/clients/{latitude.id}/echeancier?factures={invoice.id},{other.id},999"))
    assert page.count(" checked") == 2 and 'value="23/12/2026"' in page and 'value="23/02/2027"' in page
    assert 'value="500,01"' in page and page.count('value="500,00"') == 2
    assert "Total des échéances : 1 500,01 €, pour un reste dû de 1 500,01 €." in page
    assert f'value="{francs.id}"' in page
    for path in (f"/factures/{invoice.id}", f"/clients/{latitude.id}"):
        assert "Convenir d'un échéancier" in text_of(client.get(path))


def test_the_parts_are_worked_out_again_and_added_up_without_anything_being_written(client, invoice):
    path = f"/clients/{invoice.client_id}/echeancier"
    page = text_of(client.post(path, data=typed(invoice, count="4", calculer="oui")))
    assert page.count('value="300,00"') == 4 and 'value="28/02/2027"' in page
    wrong = client.post(path, data=typed(invoice, count="1", first_on="jamais", calculer="oui"), headers=HTMX)
    assert wrong.status_code == 422 and "Indiquez un nombre entre 2 et 36." in text_of(wrong)
    page = text_of(client.post(f"{path}?somme=1", data=typed(invoice, amounts=("600", "500"))))
    assert "Total des échéances : 1 100,00 €" in page and "Écart : −100,00 €" in page
    assert PaymentPlan.select().count() == 0


def test_a_plan_is_agreed_and_its_page_shows_what_came_in(client, invoice, latitude):
    other = make_invoice(latitude, "F-2026-0500", total_cents=60_000)
    data = typed(invoice, other, amounts=("1 000,00", "800,00"), note="Au téléphone", is_acknowledged="1")
    answer = client.post(f"/clients/{latitude.id}/echeancier", data=data | {"file": (io.BytesIO(PNG), "accord.png")})
    plan = PaymentPlan.get()
    assert (answer.status_code, answer.location) == (303, f"/echeanciers/{plan.id}")
    client.post(
        f"/factures/{invoice.id}/paiements",
        data={"amount": "250", "received_on": "23/11/2026", "method": "transfer", "key": "k"},
    )
    page = text_of(client.get(answer.location))
    for words in ("En cours", "250,00 € reçus sur 1 800,00 €", "250,00 € déjà reçus", "À venir", "accord.png",
                  "Au téléphone", "article 2240", "1 000,00 € au plus tard le 30 novembre 2026"):  # fmt: skip
        assert words in page, words
    file = client.get(f"/echeanciers/{plan.id}/accord")
    assert (file.data, file.headers["Content-Disposition"]) == (PNG, "attachment; filename=accord.png")
    assert storage.exists(plan.document.sha256) and Event.get(Event.kind == "plan_agreed").facts["file"] == "accord.png"
    for path in (f"/factures/{invoice.id}", f"/clients/{latitude.id}"):
        assert f'href="/echeanciers/{plan.id}"' in client.get(path).text
    history = text_of(client.get(f"/clients/{latitude.id}?onglet=echanges"))
    assert history.count("Échéancier convenu") == 1 and "F-2026-0500" in history, "one entry that names both"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"part_amount": ["600", "500"]}, "part-0", "Il manque 100,00 € pour atteindre le reste dû."),
        ({"part_amount": ["600", "beaucoup"]}, "part-1", "n'est pas un montant"),
        ({"part_on": ["30/11/2026", "29/11/2026"]}, "part-1", "après celle de l'échéance précédente."),
        ({"part_on": ["22/11/2026", "29/11/2026"]}, "part-0", "Indiquez une date à venir."),
        ({"part_on": ["30/11/2026", "31/12/2029"]}, "part-1", "Indiquez une date dans les trois ans."),
        ({"part_on": ["30/11/2026"], "part_amount": ["1 200"]}, "part-0", "Un échéancier compte de 2 à 36 échéances."),
        ({"invoices": []}, "", "Choisissez au moins une facture à payer."),
        ({"note": "x" * 2001}, "note", "caractères au plus"),
        ({"file": (io.BytesIO(b"MZ"), "accord.exe")}, "file", "Joignez un PDF ou une image"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_at_its_field_and_what_was_typed_stays(client, invoice, change, field, sentence):
    answer = client.post(f"/clients/{invoice.client_id}/echeancier", data=typed(invoice) | change)
    page = text_of(answer)
    assert answer.status_code == 422 and sentence in page and (not field or f'href="#{field}"' in page)
    assert all(f'value="{text}"' in page for text in change.get("part_amount", ["600,00"]))
    assert PaymentPlan.select().count() == 0 and not Event.select().where(Event.kind.startswith("plan")).exists()


def test_a_person_ends_a_plan_and_an_old_page_says_so(client, invoice):
    plan = agreed(invoice)
    path = f"/echeanciers/{plan.id}"
    assert client.post(f"{path}/terminer", data={"reason": "x" * 201}).status_code == 422
    page = text_of(client.post(f"{path}/terminer", data={"reason": "Payé autrement"}, follow_redirects=True))
    assert "Motif : Payé autrement." in page and "Terminé" in page and "Sans suite" in page
    assert "n'est plus en cours" in text_of(client.post(f"{path}/terminer", data={}, follow_redirects=True))
    assert Pause.get().ended_at is not None
    assert "Échéancier terminé" in text_of(client.get(f"/factures/{invoice.id}"))


def test_a_strangers_plan_and_invoices_are_not_found(client, stranger, invoice, basile):
    plan = agreed(invoice)
    for path in (
        f"/echeanciers/{plan.id}",
        f"/echeanciers/{plan.id}/accord",
        f"/clients/{invoice.client_id}/echeancier",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"/echeanciers/{plan.id}/terminer").status_code == 404
    own = factories.make_client(basile.account, "Hôtel des Cimes")
    make_invoice(own)
    page = stranger.post(f"/clients/{own.id}/echeancier", data=typed(invoice))
    assert page.status_code == 422 and PaymentPlan.select().count() == 1


def test_an_invoice_that_is_in_a_plan_is_not_offered_again(client, invoice):
    plan = agreed(invoice)
    page = text_of(client.get(f"/clients/{invoice.client_id}/echeancier"))
    assert "Aucune facture à mettre dans un échéancier" in page and f'href="/echeanciers/{plan.id}"' in page


@pytest.mark.requirement("S1.24")
def test_nothing_leaves_while_a_plan_is_kept_and_the_next_reminder_leaves_once_it_is_broken(
    client, latitude, nadia, settings, clock, smtp_server
):
    invoice = make_invoice(latitude, "F-2026-0098", due_on=TODAY)
    switch_on(invoice, nadia, frequency="until_paid")
    invoice.account.alerts_overdue = False
    invoice.account.save()
    client.post(f"/clients/{latitude.id}/echeancier", data=typed(invoice))
    found = []

    def live(first, last):
        for offset in range((last - first).days + 1):
            morning = dt.datetime.combine(first + dt.timedelta(offset), dt.time(8))
            clock.move_to(morning.replace(tzinfo=dt.UTC))
            before = len(smtp_server.received)
            sweeping.sweep(morning, Post.of(settings))
            found.extend((morning.date(), mail) for mail in smtp_server.received[before:])

    live(dt.date(2026, 11, 24), dt.date(2026, 11, 30))
    assert "Versement prévu aujourd'hui" in text_of(client.get("/tableau-de-bord"))
    paid = {"amount": "600", "received_on": "30/11/2026", "method": "transfer", "key": "first"}
    client.post(f"/factures/{invoice.id}/paiements", data=paid)
    live(dt.date(2026, 12, 1), dt.date(2026, 12, 16))
    assert found == [] and PaymentPlan.get().state == "open"
    live(dt.date(2026, 12, 17), dt.date(2026, 12, 17))
    assert PaymentPlan.get().state == "broken" and [row.state for row in PlanPart.select()] == ["kept", "missed"]
    assert "Échéancier non tenu : Latitude Conseil" in text_of(client.get("/tableau-de-bord"))
    live(dt.date(2026, 12, 18), dt.date(2026, 12, 22))
    [(day, mail)] = found
    assert day == dt.date(2026, 12, 22) and "600,00" in mail.text.replace("\u00a0", " ")
    assert Invoice.get_by_id(invoice.id).balance_cents == 60_000
    assert "Échéancier non tenu : Latitude Conseil" not in text_of(client.get("/tableau-de-bord"))
    kinds = [event.kind for event in Event.select().where(Event.invoice == invoice).order_by(Event.id)]
    assert [kind for kind in kinds if kind.startswith("plan_")] == ["plan_agreed", "plan_part_kept", "plan_broken"]


@pytest.mark.parametrize(("language", "title"), [("fr", "Créancier"), ("en", "Creditor")])
def test_the_printed_sheet_is_what_both_parties_sign_in_the_client_s_language(
    client, invoice, latitude, language, title
):
    Client.update(language=language, address="3 rue Neuve\n69001 Lyon").where(Client.id == latitude.id).execute()
    plan = agreed(Invoice.get_by_id(invoice.id), note="Fragile, ne pas insister", is_acknowledged=True)
    [sheet] = css(reading.page(client, f"/echeanciers/{plan.id}"), "main > .plan-sheet.print-only")
    said = reading.words(sheet).replace("\u00a0", " ")
    assert sheet.get("lang") == language and title in said
    for words in (latitude.name, "69001 Lyon", invoice.account.business_name, invoice.number):
        assert words in said, words
    assert len(css(sheet, ".plan-sign")) == 2 and len(css(sheet, "tfoot")) == 1
    assert "Fragile" not in said and not css(sheet, ".badge, .notice, .btn, form")
