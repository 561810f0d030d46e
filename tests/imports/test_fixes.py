"""What a person types to complete an electronic invoice."""

from datetime import date

from relance.imports.fixes import CORRECTIONS, read_fixes
from relance.imports.values import InvoiceRead, Party

READ = InvoiceRead(file="f.pdf", number="F-1", total_cents=100, due_cents=100, buyer=Party(name="Mairie", vat="FR1"))


def test_what_is_typed_replaces_what_was_read_and_the_rest_stays() -> None:
    fixes = {
        "numero": " F-2 ",
        "type": "avoir",
        "client": "Ville",
        "client_siren": "73282932000074",
        "email": "a@b.example; c@d.example",
        "date_emission": "22/11/2026",
        "date_echeance": "22 déc. 2026",
        "montant_ttc": "1 200,50",
        "deja_regle": "200",
        "devise": "chf",
        "mode_paiement": "CB",
        "objet": "Refonte",
    }
    assert set(fixes) == set(CORRECTIONS)
    read, problems = read_fixes(fixes, READ)
    assert problems == ()
    assert (read.number, read.kind, read.currency, read.payment_means, read.object) == (
        "F-2", "credit_note", "CHF", "card", "Refonte",
    )  # fmt: skip
    assert (read.issued_on, read.due_on) == (date(2026, 11, 22), date(2026, 12, 22))
    assert (read.total_cents, read.prepaid_cents, read.due_cents) == (120_050, 20_000, None)
    assert read.buyer == Party(
        name="Ville", vat="FR1", siren="732829320", siret="73282932000074", email="a@b.example, c@d.example"
    )


def test_what_cannot_be_read_is_told_and_changes_nothing() -> None:
    read, problems = read_fixes({"date_emission": "hier", "montant_ttc": "0", "objet": "", "inconnu": "x"}, READ)
    assert read == READ
    assert [(problem.column, problem.value) for problem in problems] == [
        ("date_emission", "hier"),
        ("montant_ttc", "0"),
    ]
