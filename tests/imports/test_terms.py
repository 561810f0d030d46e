"""The date that words of payment mean: proposed when it is sure, nothing otherwise."""

import time
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relance.imports import terms
from relance.imports.values import InvoiceRead

ISSUED = date(2026, 10, 10)

UNDERSTOOD = {
    # French
    "30 jours": "2026-11-09",
    "Paiement à 30 jours": "2026-11-09",
    "PAIEMENT 30 JOURS NET": "2026-11-09",
    "30 jours net": "2026-11-09",
    "sous 15 jours": "2026-10-25",
    "60 jours date de facture": "2026-12-09",
    "30 jours à compter de la date d'émission": "2026-11-09",
    "30 jours à réception de facture": "2026-11-09",
    "J+30": "2026-11-09",
    "Règlement à 30j": "2026-11-09",
    "trente jours": "2026-11-09",
    "sous quinze jours": "2026-10-25",
    "1 mois": "2026-11-10",
    "Paiement sous deux semaines": "2026-10-24",
    "30 jours fin de mois": "2026-11-30",
    "45 jours fin de mois": "2026-11-30",
    "60 jours fin de mois": "2026-12-31",
    "30 jours FDM": "2026-11-30",
    "45 jours fin de mois le 10": "2026-12-10",
    "30 JFM": "2026-11-30",
    "45 EOM": "2026-11-30",
    "sous trente (30) jours": "2026-11-09",
    "À régler avant le 30/11/26": "2026-11-30",
    "30 jours fin de mois le 15 du mois suivant": "2026-12-15",
    "Fin de mois + 45 jours": "2026-12-15",
    "fin de mois": "2026-10-31",
    "fin du mois suivant": "2026-11-30",
    "le 10 du mois suivant": "2026-11-10",
    "à réception": "2026-10-10",
    "Paiement comptant à réception de la facture.": "2026-10-10",
    "payable le 12/11/2026": "2026-11-12",
    "À payer avant le 1er décembre 2026": "2026-12-01",
    "Échéance : 2026-11-20": "2026-11-20",
    "30 jours, soit le 09/11/2026": "2026-11-09",
    "30 jours, soit le 08/11/2026": "2026-11-08",
    "Paiement sans escompte avant le 09.12.2026": "2026-12-09",
    "30 jours net, pas d'escompte pour paiement anticipé": "2026-11-09",
    "30 jours. En cas de retard, pénalités au taux de 10 % et indemnité forfaitaire de 40 € sous 8 jours": "2026-11-09",
    "Paiement à 30 jours, pénalités de retard de 12 % exigibles 5 jours après l'échéance": "2026-11-09",
    "2 % d'escompte sous 8 jours, 30 jours net": "2026-11-09",
    "Escompte pour paiement anticipé : néant\n30 jours": "2026-11-09",
    # German
    "14 Tage": "2026-10-24",
    "Zahlbar innerhalb von 14 Tagen netto": "2026-10-24",
    "Zahlbar sofort ohne Abzug.": "2026-10-10",
    "14 Tage 2% Skonto, 30 Tage rein netto": "2026-11-09",
    "Bitte überweisen Sie bis zum 24.11.2026 auf das unten aufgeführte Konto.": "2026-11-24",
    "Fällig nach Belegdatum + 10 Tage": "2026-10-20",
    "Zahlbar ohne Abzug bis 09.12.2026": "2026-12-09",
    "Zum Monatsende": "2026-10-31",
    "Innerhalb von 30 Tagen 2% Skonto, 60 Tage ohne Abzug": "2026-12-09",
    "Zahlbar innerhalb 30 Tagen netto bis 08.11.2026, 3% Skonto innerhalb 10 Tagen bis 20.10.2026": "2026-11-08",
    # English, and a Swedish one met in real files
    "Payment within 30 days": "2026-11-09",
    "net 30": "2026-11-09",
    "Net 30 days": "2026-11-09",
    "2/10 net 30": "2026-11-09",
    "30 days end of month": "2026-11-30",
    "Due on receipt": "2026-10-10",
    "Payable by 12 November 2026": "2026-11-12",
    "within one month": "2026-11-10",
    "30 days net. Penalty rate 12 %\nLine break should be respected here.": "2026-11-09",
    "30 dagar netto. Dröjsmålsränta:12 %": "2026-11-09",
}  # fmt: skip

# What may mean two dates, or one that the invoice does not give.
NOT_UNDERSTOOD = [
    "", "   ", "Virement", "Selon contrat", "Enligt avtal.", "IBAN FR76 3000 6000 0112 3456 7890 189",
    "30 à 45 jours", "30/60/90 jours", "30 jours ou fin de mois", "30 jours, puis 60 jours",
    "50% prepaid, 50% within one month", "30 % à la commande, solde à 30 jours", "En 3 fois : 30, 60 et 90 jours",
    "Bei Zahlungen binnen 14 Tagen, 2% Skonto", "Bei Zahlung innerhalb 14 Tagen gewähren wir 2,0% Skonto.",
    "2 % d'escompte sous 8 jours", "30 jours ouvrés", "30 jours après livraison", "30 days after delivery",
    "30 jours à compter du 01/09/2026", "payable le 32/11/2026", "payable le 30/02/2027", "payable le 01/10/2026",
    "9999 jours", "le 31 du mois suivant", "payable le 12/11/2026 ou le 12/12/2026", "30 jours, soit le 12/11/2026",
    "En cas de retard, indemnité de 40 € sous 30 jours", "Pénalités après 30 jours", "Garantie 30 jours",
    "Vid försenad betalning tillkommer avgift enligt gällande avtalsvillkor.", "net 1500 €", "Ouvert 7 jours sur 7",
    "TVA 20 %", "30 jours le 10", "fin de mois 30", "Prélèvement le 5", "payable le 30 novembre",
    "Die Zahlung wird als Teilleistung monatl. erbracht und ist monatl. zum letzten Werktag fällig.",
]  # fmt: skip


@pytest.mark.parametrize(("words", "day"), UNDERSTOOD.items())
def test_words_that_mean_one_date_propose_it(words: str, day: str) -> None:
    found = terms.due_date(words, ISSUED)
    assert found is not None
    assert found[0] == date.fromisoformat(day)
    assert found[0].strftime("%d/%m/%Y") in found[1]


@pytest.mark.parametrize("words", NOT_UNDERSTOOD)
def test_words_that_may_mean_several_dates_propose_none(words: str) -> None:
    assert terms.due_date(words, ISSUED) is None


def test_what_is_proposed_says_how_and_takes_no_place() -> None:
    read = InvoiceRead(file="f.xml", kind="invoice", issued_on=ISSUED, terms="45 jours fin de mois le 10")
    found = terms.proposed(read, read.terms)
    assert (found.due_on, found.terms_due_on) == (None, date(2026, 12, 10))
    assert found.terms_reading == (
        "Date proposée : 10/12/2026, 45 jours après la facture puis ce jour du mois suivant. "
        "D'après les conditions « 45 jours fin de mois le 10 » : vérifiez-la."
    )


def test_the_words_of_a_discount_that_do_not_name_it_are_left_out() -> None:
    described = [("10 jours", True), ("14 Tage 2 % Skonto, 30 Tage netto", True), ("30 jours", False)]
    assert terms.of_terms(described) == "14 Tage 2 % Skonto, 30 Tage netto\n30 jours"


@pytest.mark.parametrize(
    "known",
    [{"due_on": date(2026, 11, 1), "issued_on": ISSUED, "kind": "invoice"}, {"kind": "invoice"},
     {"issued_on": ISSUED, "kind": "credit_note"}],
)  # fmt: skip
def test_a_due_date_stated_no_issue_date_or_a_credit_note_leave_the_words_alone(known: dict[str, object]) -> None:
    read = InvoiceRead(file="f.xml", terms="30 jours", **known)  # type: ignore[arg-type]
    assert terms.proposed(read, read.terms) == read


PIECES = st.sampled_from([*" ".join(UNDERSTOOD).split(), *" ".join(NOT_UNDERSTOOD).split(), "\n", ".", "9999", "%"])


@given(words=st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=12).map(" ".join)), day=st.dates())
def test_any_words_give_nothing_or_a_date_from_the_issue_on(words: str, day: date) -> None:
    found = terms.due_date(words, day)
    assert found is None or day <= found[0] <= day + timedelta(days=2 * terms.MAX_DAYS)


def test_pages_of_conditions_are_left_alone_and_hostile_ones_take_no_time() -> None:
    started = time.monotonic()
    assert terms.due_date("30 jours " * 1000, ISSUED) is None
    for words in ("1" * 2000, "1/" * 1000, "escompte " * 200, "a " * 1000, "fin de " * 280, "30 " * 600):
        terms.due_date(words, ISSUED)
    assert time.monotonic() - started < 2
