"""Letters that left, in the furnished instance: posted, received, over, come back (see tests/pages.py)."""

import datetime as dt

from relance.models.accounts import User
from relance.models.clients import Client
from relance.models.letters import Letter
from relance.services import drafting
from relance.services.amicable import AmicableChoices
from relance.services.noticing import NoticeChoices
from tests.factories import make_document, make_invoice, make_letter

PAGES: tuple[tuple[str, dict[str, str]], ...] = (
    ("letters_list.index", {"preuve": "manquante", "mode": "guichet", "client": "a"}),
    ("letters.show", {"letter_id": "@notice_draft"}),
    ("letters.show", {"letter_id": "@amicable_draft"}),
    ("letter_text.edit", {"letter_id": "@notice_draft"}),
    ("letters.show", {"letter_id": "@posted"}),
    ("letters.show", {"letter_id": "@over"}),
    ("letters.show", {"letter_id": "@unclaimed"}),
    ("letter_posting.ask_deposit", {"letter_id": "@letter"}),
    ("letter_posting.ask_deposit", {"letter_id": "@posted"}),
    ("letter_posting.ask_receipt", {"letter_id": "@posted"}),
    ("letter_posting.ask_receipt", {"letter_id": "@unclaimed"}),
    ("letter_posting.ask_undo", {"letter_id": "@posted"}),
    ("letter_posting.ask_undo", {"letter_id": "@unclaimed", "quoi": "reception"}),
    ("letter_proofs.ask_proof", {"letter_id": "@posted", "quoi": "depot"}),
    ("letter_proofs.ask_proof", {"letter_id": "@over", "quoi": "reception"}),
)
NOT_PAGES = {
    "letters_list.export": "a file",
    "letters_list.merged": "a file",
    "letter_proofs.deposit": "a file",
    "letter_proofs.receipt": "a file",
    "letter_posting.what_now": "sends to the invoice",
}


def furnish(client: Client, user: User, now: dt.datetime) -> dict[str, int]:
    """Letters whose facts are those of one that was printed, posted weeks ago."""
    invoice, today = make_invoice(client, "F-2026-9041"), now.date()
    facts = Letter.get(Letter.account == client.account_id, Letter.kind == "formal_notice").facts

    def make(state: str, days: int, **fields: object) -> int:
        posted_on = today - dt.timedelta(days)
        values = {"facts": facts, "posted_on": posted_on, "dated_on": posted_on, "created_by": user}
        return make_letter(client, [invoice], state=state, **values | fields).id

    slip = make_document(client.account, b"%PDF-1.7 depot", "depot.pdf", kind="deposit_proof")
    number = "1A23456789012"
    came = today - dt.timedelta(20)
    words = (("courtesy", "Appelez-moi : nous trouverons une solution."),)
    notice = NoticeChoices(today, words=words, enclosures=("Devis signé",), imputation="interest_first")
    gentle = AmicableChoices("rappel", today)
    choices = {"notice_draft": notice, "amicable_draft": gentle}
    drafts = {
        name: drafting.save(client.account, client, [invoice], one, by=user, now=now).id
        for name, one in choices.items()
    }
    return drafts | {
        "posted": make("posted", 16, mode="lrar_counter", tracking_number=number, deposit_proof=slip),
        "over": make(
            "received",
            21,
            mode="lrar_online",
            tracking_number="RK12",
            received_on=came,
            deadline_on=came,
            receipt_proof=slip,
        ),
        "unclaimed": make("unclaimed", 22, mode="lre", presented_on=came, deadline_on=today),
    }
