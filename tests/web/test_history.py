import datetime as dt

import pytest

from relance.models.events import Event, record
from relance.web import history
from tests.factories import NOW


def text_of(answer):
    return answer.get_data(as_text=True).replace("\u00a0", " ")


def line(account, kind, **facts):
    """One entry, as it is shown."""
    return history.line_of(record(kind, account=account, at=NOW, **facts))


def test_a_change_of_date_is_told_with_before_and_after(client, invoice, account):
    record(
        "invoice_changed", account=account, at=NOW, invoice=invoice, changes={"due_on": ["2026-10-31", "2026-11-15"]}
    )
    assert "échéance : 31 oct. 2026 → 15 nov. 2026" in text_of(client.get(f"/factures/{invoice.id}"))


def test_an_entry_names_its_author_or_nobody(account, as_camille):
    assert line(account, "iban_changed", user=as_camille).author == "Camille Roussel"
    assert line(account, "became_overdue").author == ""


def test_a_note_is_quoted_and_other_texts_are_not(account, as_camille):
    assert line(account, "note_added", text="Appel à 14 h").quote == "Appel à 14 h"
    assert line(account, "iban_changed", text="x").quote == ""


def test_a_kind_of_another_version_is_shown_under_its_own_name(account, as_camille):
    entry = line(account, "client_called", client=None)
    assert "client_called" in entry.sentence and (entry.icon, entry.family) == ("info", "")


@pytest.mark.parametrize(("days", "shown"), [(0, "J"), (7, "J+7"), (-3, "J\u22123")])
def test_days_are_counted_from_the_due_date(as_camille, days, shown):
    assert history.offset(days) == shown


def test_changes_are_a_line_each_and_what_was_empty_is_a_dash(as_camille):
    changes = {"total_cents": [120_000, 90_000], "object": ["", "Logo"], "unknown": [1, 2], "number": "broken"}
    assert [text.replace("\u00a0", " ") for text in history.change_lines({"changes": changes})] == [
        "total TTC : 1 200,00 € → 900,00 €",
        "objet : – → Logo",
    ]


def test_a_filter_of_the_history_holds_its_kinds_only():
    assert "payment_recorded" in history.kinds_of("paiements")
    assert "reminder_sent" not in history.kinds_of("paiements")
    assert "reminder_sent" in history.kinds_of("echanges")
    assert history.kinds_of("tout") == []


def test_a_payment_is_detailed_with_its_day_its_means_and_its_reference(account, as_camille):
    entry = line(account, "payment_recorded", method="transfer", reference="VIR 12", received_on=dt.date(2026, 11, 20))
    assert entry.detail.replace("\u00a0", " ") == "reçu le 20 novembre 2026 · Virement · VIR 12"


def test_an_e_mail_and_a_letter_are_one_link_away(account, as_camille, invoice):
    def addresses(kind, **links):
        event = Event(kind=kind, account=account, at=NOW, **links)
        return [address for address, _words in history.line_of(event).links]

    assert addresses("reminder_sent", invoice=invoice, message=5) == [f"/factures/{invoice.id}/messages/5"]
    assert addresses("letter_ready", letter=7) == ["/courriers/7"]
    assert addresses("recipient_refused", invoice=invoice, message=5) == []  # no e-mail of its own to see
