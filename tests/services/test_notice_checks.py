"""« Avant de poster »: what to know and where to correct it."""

import datetime as dt

import pytest

from relance.models.payment_plans import PaymentPlan, PlanInvoice
from relance.services import disputing, notice_checks, noticing, promising
from relance.services.disputing import DisputeFacts
from relance.services.promising import PromiseFacts
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late, prepare, remind, text_of


@pytest.mark.requirement("S4.4", "S2.16")
def test_the_reminders_that_left_are_counted_and_told(account, brewery):
    invoice, other = late(brewery), late(brewery)
    assert notice_checks.is_early(account, [invoice])
    remind(invoice, "standard", dt.date(2026, 8, 24))
    remind(invoice, "prerelance", dt.date(2026, 9, 20))
    remind(invoice, "rappel", dt.date(2026, 9, 30))
    remind(invoice, "relance_1", dt.date(2026, 10, 1), state="refused")
    remind(invoice, "relance_1", dt.date(2026, 10, 2), state="queued")
    assert notice_checks.is_early(account, [invoice])
    assert (
        "Une seule relance envoyée"
        in notice_checks.before_posting(account, brewery, [invoice], today=TODAY)[0].sentence
    )
    remind(invoice, "relance_1", dt.date(2026, 10, 8), kind="manual", subject="Deuxième relance")
    assert not notice_checks.is_early(account, [invoice])
    first = notice_checks.before_posting(account, brewery, [invoice], today=TODAY)[0]
    assert first.is_ok
    assert first.values == {"n": 2, "date": dt.date(2026, 10, 8)}
    assert notice_checks.is_early(account, [invoice, other])

    letter = prepare(account, brewery, [invoice])
    told = noticing.facts_of(letter).reminders
    assert [(reminder.on, reminder.label) for reminder in told] == [
        (dt.date(2026, 9, 30), "Rappel"),
        (dt.date(2026, 10, 8), "Relance 1"),
    ]
    assert "Deuxième relance" in text_of(noticing.render(letter.id, NOW))


def test_what_is_missing_is_said_with_where_to_correct_it(account):
    client = factories.make_client(account, "Studio sans adresse", address="")
    account.iban = account.address = ""
    account.save()
    found = {
        check.fix: check.sentence
        for check in notice_checks.before_posting(account, client, [late(client)], today=TODAY)
    }
    assert "adresse postale est vide" in found["client"]
    assert "adresse" in found["company"]
    assert "IBAN" in found["bank"]


def test_a_contractual_rate_under_the_legal_floor_is_said_not_changed(account, brewery):
    invoice = late(brewery, late_rate_bp=300)
    checks = notice_checks.before_posting(account, brewery, [invoice], today=TODAY)
    (floor,) = [check for check in checks if "sous le minimum légal" in check.sentence]
    assert floor.values == {"taux": 300, "semestre": "2e semestre 2026", "plancher": 825}
    assert noticing.facts_of(prepare(account, brewery, [invoice])).invoices[0].periods[0].rate_bp == 300


def test_the_default_rate_is_to_be_compared_with_the_invoice_for_professionals_only(account, brewery):
    def sentences(client):
        found = notice_checks.before_posting(account, client, [late(client, late_rate_bp=None)], today=TODAY)
        return " ".join(check.sentence for check in found)

    assert "Taux légal par défaut" in sentences(brewery)
    person = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    assert "Taux" not in sentences(person)
    assert "ni pénalités, ni indemnité" in sentences(person)


def test_without_an_invoice_nothing_is_late_enough(account):
    assert notice_checks.is_early(account, [])


def test_an_open_dispute_is_said_before_the_letter(account, brewery):
    invoice = late(brewery)
    sentences = [check.sentence for check in notice_checks.before_posting(account, brewery, [invoice], today=TODAY)]
    assert not any("Litige" in sentence for sentence in sentences)
    disputing.open_dispute(invoice, DisputeFacts("amount"), by=None, now=NOW)
    (found,) = [
        check
        for check in notice_checks.before_posting(account, brewery, [invoice], today=TODAY)
        if "Litige" in check.sentence
    ]
    assert not found.is_ok


def test_what_no_font_of_ours_has_is_told_with_what_will_be_printed(account):
    client = factories.make_client(account, "株式会社", address="8 quai des Bateliers\n67000 Strasbourg")
    invoice = late(client, object="Fête 🎉")
    checks = notice_checks.before_posting(account, client, [invoice], today=TODAY)
    told = {check.values["texte"]: (check.values["imprimé"], check.fix) for check in checks if "texte" in check.values}
    assert told == {"株式会社": ("ZhuShiHuiShe", "client"), "Fête 🎉": ("Fête", "")}
    text = text_of(noticing.render(prepare(account, client, [invoice]).id, NOW))
    assert "ZHUSHIHUISHE" in text
    assert "Fête" in text


def told(account, client, invoice, today=TODAY):
    checks = notice_checks.before_posting(account, client, [invoice], today=today)
    return {check.sentence: check for check in checks}


def test_what_was_agreed_with_the_client_is_said(account, brewery, camille):
    invoice = late(brewery)
    said = PromiseFacts(TODAY + dt.timedelta(days=5), 186_000, "Nadia Benali", "Virement en cours")
    promising.promise(invoice, said, by=camille, now=NOW)
    plan = PaymentPlan.create(
        account=account, client=brewery, total_cents=186_000, agreed_on=TODAY, made_at=NOW, state="open"
    )
    PlanInvoice.create(plan=plan, invoice=invoice)
    found = told(account, brewery, invoice)
    assert found["Facture {numéro} : un paiement est promis pour le {date}"].values["date"] == said.promised_on
    assert found["Facture {numéro} : un échéancier est en cours"].values["plan"] == plan.id


@pytest.mark.parametrize(
    ("months", "begins", "is_urgent"),
    [(8, "", False), (5, "Facture {numéro} : prescription le", False), (1, "Facture {numéro} : prescription le", True),
     (-1, "Facture {numéro} : prescrite depuis", True)],
)  # fmt: skip
def test_a_limitation_that_is_near_is_said_amber_then_red(account, brewery, months, begins, is_urgent):
    invoice = late(brewery, due_on=dt.date(2022, 1, 15))  # prescribed on 15 January 2027
    today = dt.date(2027, 1, 15) - dt.timedelta(days=30 * months)
    found = [check for text, check in told(account, brewery, invoice, today).items() if "prescri" in text]
    assert [check.sentence.startswith(begins) for check in found] == ([True] if begins else [])
    assert all(check.is_urgent is is_urgent and check.with_year for check in found)


def test_a_company_is_to_be_looked_up_before_posting_a_person_is_not(account, brewery):
    assert "insolvency" in {check.fix for check in told(account, brewery, late(brewery)).values()}
    odile = factories.make_client(account, "Odile Perrin", kind="individual", siren="")
    assert "insolvency" not in {check.fix for check in told(account, odile, late(odile)).values()}


def test_a_notice_that_is_there_already_is_said_with_the_furthest_one(account, latitude):
    invoice = late(latitude)
    day = dt.date(2026, 11, 20)
    first = factories.make_letter(latitude, [invoice], state="received", dated_on=day)
    second = factories.make_letter(latitude, [invoice], state="ready", dated_on=day)
    factories.make_letter(latitude, [invoice], state="abandoned", dated_on=day)

    def said(but=None, **options):
        checks = notice_checks.before_posting(account, latitude, [invoice], today=TODAY, but=but, **options)
        return [
            (check.sentence, check.values) for check in checks if check.fix == "letter" or "datée" in check.sentence
        ]

    [(sentence, values)] = said()
    assert sentence.startswith("Une mise en demeure du {date} a déjà été reçue")
    assert values == {"date": day, "lettre": first.id}
    [(sentence, values)] = said(first)
    assert ("déjà prête" in sentence, values["lettre"]) == (True, second.id)
    second.delete_instance(recursive=True)
    assert said(first) == []
    ahead = TODAY + dt.timedelta(3)
    assert said(first, dated_on=ahead) == [("Lettre datée du {date} : à poster ce jour-là ou après", {"date": ahead})]
