import datetime as dt

import pytest

from relance.models.chases import Chase, Entry
from relance.models.holds import Task
from relance.models.letters import Letter
from relance.services import disputing, pausing
from relance.services.disputing import DisputeFacts
from relance.web import invoice_page
from tests import factories, making
from tests.factories import NOW, TODAY
from tests.web.reading import css, page, words


def test_late_charges_are_shown_for_what_is_late_and_never_for_a_consumer(as_camille, invoice, latitude, account):
    charges = invoice_page.charges_of(invoice, TODAY)
    assert charges["days"] == 10
    assert charges["fee_cents"] == 4000
    assert charges["total_cents"] == charges["interest_cents"] + 4000 > 4000
    assert invoice_page.charges_of(invoice, invoice.due_on) is None
    person = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    assert invoice_page.charges_of(factories.make_invoice(person), TODAY) is None


def test_a_half_year_that_nobody_knows_shows_no_charge_rather_than_a_guess(as_camille, invoice):
    assert invoice_page.charges_of(invoice, dt.date(2031, 1, 1)) is None


def test_the_badge_of_the_page_counts_the_days(as_camille, latitude, invoice, client):
    assert "En retard de 10 jours" in client.get(f"/factures/{invoice.id}").text.replace("\u00a0", " ")
    yesterday = factories.make_invoice(latitude, due_on=TODAY - dt.timedelta(days=1))
    assert "En retard d’un jour" in client.get(f"/factures/{yesterday.id}").text.replace("\u00a0", " ")


def test_the_panel_says_what_waits_for_the_user(client, account, latitude, nadia, invoice):
    letters = making.make_sequence(account, (3, "rappel"), (10, "formal_notice", "letter"))
    making.enrol(letters, latitude)
    page = client.get(f"/factures/{invoice.id}").text.replace("\u00a0", " ")
    assert "Choisissez par où commencer" in page and "Rien de prévu pour le moment" not in page
    chase = Chase.get(Chase.invoice == invoice)
    Entry.update(is_out=False).where(Entry.chase == chase).execute()
    Task.create(
        account=account,
        client=latitude,
        chase=chase,
        invoice=invoice,
        instalment=invoice.instalments.get(),
        kind="letter",
        step=making.block_at(letters, 10).key,
        template="formal_notice",
        offset_days=10,
        due_on=TODAY,
        slot=f"{chase.id}:1:1",
        created_at=NOW,
    )
    page = client.get(f"/factures/{invoice.id}").text
    panel = page[page.index('id="chase"') : page.index("</section>", page.index('id="chase"'))]
    assert "Lettre à valider" in panel, panel
    assert f'href="/courriers/nouveau?factures={invoice.id}"' in panel


def test_the_page_says_what_holds_the_invoice_in_place_of_its_delay(as_camille, invoice, nadia, client):
    making.switch_on(invoice, nadia, start="next")
    disputing.open_dispute(invoice, DisputeFacts("order", "Sans bon de commande"), by=None, now=NOW)
    pausing.pause_invoice(invoice, until_on=None, reason="", by=None, now=NOW)
    page = client.get(f"/factures/{invoice.id}").text.replace("\u00a0", " ")
    assert "Litige en cours : le bon de commande." in page and "Sans bon de commande" in page
    assert page.index("Litige en cours") < page.index("Relances en pause")
    assert "En retard de 10 jours" not in page and "10 j de retard" in page
    assert "Clore le litige" in page and "Reprendre les relances" in page and "Signaler un litige" not in page


@pytest.mark.parametrize(
    ("kind", "due", "said", "shade"),
    [
        ("organisation", dt.date(2026, 10, 31), "Prescription le 31 octobre 2031", None),
        ("organisation", dt.date(2022, 5, 22), "Prescription le 22 mai 2027", "warn"),
        ("individual", dt.date(2025, 1, 20), "Prescription le 20 janvier 2027", "late"),
        ("individual", dt.date(2024, 10, 31), "Prescription passée depuis le 31 octobre 2026", "late"),
        ("public", dt.date(2022, 10, 31), "Prescription à vérifier", None),
    ],
)
def test_the_limitation_date_is_quiet_then_amber_then_red(client, account, kind, due, said, shade):
    debtor = factories.make_client(account, "Jeanne Morel", kind=kind)
    shown = page(client, f"/factures/{factories.make_invoice(debtor, due_on=due).id}")
    (line,) = [node for node in css(shown, ".panel p") if words(node).startswith("Prescription")]
    assert words(line).startswith(said)
    assert [badge.get("data-s") for badge in css(line, ".badge")] == ([shade] if shade else [])


def test_a_consumer_owes_legal_interest_from_the_receipt_of_the_notice_and_no_penalty(client, account):
    person = factories.make_client(account, "Jeanne Morel", kind="individual")
    invoice = factories.make_invoice(person, total_cents=185_000, due_on=dt.date(2026, 9, 30))
    assert "non réclamés" not in words(page(client, f"/factures/{invoice.id}"))
    factories.make_letter(person, [invoice], state="received", received_on=dt.date(2026, 10, 24))
    text = words(page(client, f"/factures/{invoice.id}"))
    assert "Intérêts au taux légal, non réclamés : 4,18 €" in text  # 1 850 € at 2,75 % for 30 days
    assert "2,75 % l’an, 30 jours" in text
    assert "Pénalités" not in text.partition("Montants")[2].partition("Client")[0]


def test_what_a_posted_notice_claims_is_not_said_to_be_unclaimed(client, latitude, invoice):
    address = f"/factures/{invoice.id}"
    assert "non réclamées" in words(page(client, address))
    letter = factories.make_letter(latitude, [invoice], state="ready")
    assert "non réclamées" in words(page(client, address))
    Letter.update(state="posted", mode="lrar_counter", posted_on=TODAY).where(Letter.id == letter.id).execute()
    text = words(page(client, address))
    assert "non réclamées" not in text and "Réclamés par la mise en demeure du 23 novembre 2026" in text
