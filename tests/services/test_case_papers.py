"""What the papers of a case file say is due, to whom, by whom."""

import datetime as dt

from relance.rules import rates
from relance.services import case_papers
from tests import factories
from tests.factories import TODAY
from tests.services.notices import late


def test_the_indemnity_is_of_late_invoices_only_and_currencies_stay_apart(account, latitude):
    one = late(latitude, "F-1")
    early = factories.make_invoice(latitude, "F-2", due_on=TODAY + dt.timedelta(9))
    dollars = late(latitude, "F-3", currency="USD")
    claims, is_known = case_papers.claims(account, latitude, [dollars, early, one], TODAY, "interest_first")
    assert is_known and [claim.currency for claim in claims] == ["EUR", "USD"]
    assert [(line.number, line.fee_cents) for line in claims[0].invoices] == [("F-1", 4000), ("F-2", 0)]
    assert claims[0].interest_cents == 3777 and claims[1].fee_cents == 0
    assert claims[0].imputation == "interest_first"


def test_an_individual_owes_no_indemnity_and_no_interest_before_a_notice(account):
    person = factories.make_client(account, "Mme Petit", kind="individual")
    [claim], _known = case_papers.claims(account, person, [late(person)], TODAY, "principal_first")
    assert (claim.fee_cents, claim.interest_cents, claim.principal_cents) == (0, 0, 186_000)


def test_a_half_year_without_a_rate_leaves_the_interest_out_and_says_so(account, latitude, monkeypatch):
    def unknown(*_args, **_kwargs):
        raise rates.UnknownRate("2027-S1")

    bill = late(latitude, late_rate_bp=None)
    real = case_papers._claim
    monkeypatch.setattr(case_papers, "_claim", lambda *args, **more: real(*args, **more) if more else unknown())
    [claim], is_known = case_papers.claims(account, latitude, [bill], TODAY, "principal_first")
    assert not is_known and claim.interest_cents == 0 and claim.principal_cents == 186_000 and claim.fee_cents == 4000


def test_both_parties_are_as_a_court_asks_for_them(account, latitude, nadia):
    creditor, debtor = case_papers.creditor(account), case_papers.debtor(latitude)
    assert ("SIRET", "732\u00a0829\u00a0320\u00a000074") in creditor.details
    assert ("E-mail", account.email) in creditor.details and ("Téléphone", account.phone) in creditor.details
    assert debtor.name == latitude.name and ("Nature", "Client professionnel") in debtor.details
    assert ("E-mail", nadia.email) in debtor.details
