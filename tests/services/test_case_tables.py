"""The tables of a case file open in a spreadsheet, and run nothing there."""

import csv
import datetime as dt
import io

from relance.models.events import Event, record
from relance.services import case_papers, case_parts, case_tables
from tests import factories
from tests.factories import NOW, TODAY
from tests.services.notices import late


def rows(content):
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_cell_is_never_a_formula():
    [_head, row] = rows(case_tables.table(("a",), [("=1+1", "+33 6", "-12,5", "@x", "＝1", "\n=1", 'Hé; "là"', TODAY)]))
    assert row == ["'=1+1", "'+33 6", "-12,5", "'@x", "'＝1", "'\n=1", 'Hé; "là"', "23/11/2026"]


def test_the_account_has_a_line_for_each_invoice_payment_and_period(account, latitude):
    bill = late(latitude, "F-1", due_on=dt.date(2026, 6, 20), late_rate_bp=None, total_cents=10**6)
    factories.make_payment(bill, 100_000, TODAY)
    file = case_parts.contents(account, latitude, [bill])
    case = case_papers.facts(file, today=TODAY, anchor="", pieces=(), lost=())
    table = rows(case_tables.account_csv(case))
    assert [row[1] for row in table[1:]] == [
        "facture TTC", "règlement reçu", "intérêts", "intérêts",
        "principal dû", "intérêts dus", "indemnité forfaitaire",
    ]  # fmt: skip
    assert table[2] == ["F-1", "règlement reçu", "23/11/2026", "", "", "", "", "-1000,00", "EUR"]
    assert table[3] == ["F-1", "intérêts", "21/06/2026", "30/06/2026", "10", "10000,00", "12,15", "33,29", "EUR"]
    assert table[5][-2:] == ["9000,00", "EUR"] and table[7][-2:] == ["40,00", "EUR"]


def test_a_message_has_the_answer_of_the_server_for_each_of_its_recipients(account, latitude, nadia):
    bill = late(latitude)
    message = factories.make_message(latitude, [bill], claimed_at=NOW, from_address="c@x.example")
    links = {"account": account, "client": latitude, "invoice": bill, "message": message, "at": NOW}
    record("reminder_sent", **links, answer="250 OK")
    record("recipient_refused", **links, address="b@x.example", answer="550 inconnu")
    file = case_parts.contents(account, latitude, [bill])
    [_head, row] = rows(case_tables.messages_csv(file, {message.id: "P4-messages/01.eml"}, list(Event.select())))
    assert row[0] == "P4-messages/01.eml" and row[5:7] == [
        "accepté par le serveur",
        "250 OK | b@x.example : 550 inconnu",
    ]
    lost = rows(case_tables.messages_csv(file, {}, []))[1]
    assert lost[0] == "fichier introuvable" and lost[6] == "non conservée"
