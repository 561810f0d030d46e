"""The list of letters."""

from collections import defaultdict
from collections.abc import Sequence

from flask import Blueprint, make_response, render_template, request
from flask.typing import ResponseReturnValue

from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter, LetterInvoice
from relance.web import letter_words, notice_page
from relance.web.numbers import row_id
from relance.web.scope import current_account

blueprint = Blueprint("letters_list", __name__)

PER_PAGE = 50
LAST_PAGE = 1_000_000  # further, the offset fits no database


@blueprint.get("/courriers")
def index() -> ResponseReturnValue:
    """The letters of the account, the latest first, by pages; ``?type=`` and ``?statut=`` keep some of them."""
    account = current_account()
    page = min(max(row_id(request.args.get("page")), 1), LAST_PAGE)
    every = Letter.select(Letter, Client).join(Client).where(Letter.account == account)
    query = letter_words.filtered(every, request.args)
    total = query.count()
    letters = list(query.order_by(Letter.created_at.desc(), Letter.id.desc()).paginate(page, PER_PAGE))
    return make_response(
        render_template(
            "letters/index.html",
            letters=letters,
            invoices=_invoices_of(letters),
            late_clients=notice_page.late_clients(),
            filters=letter_words.kept(request.args),
            types=letter_words.TYPES,
            states=letter_words.STATES,
            is_odd=letter_words.unknown(request.args),
            letter_title=letter_words.full_title,
            first=(page - 1) * PER_PAGE + 1,
            total=total,
            previous=letter_words.page_url(page - 1, request.args) if page > 1 else "",
            following=letter_words.page_url(page + 1, request.args) if page * PER_PAGE < total else "",
        )
    )


def _invoices_of(letters: Sequence[Letter]) -> dict[int, list[Invoice]]:
    found: dict[int, list[Invoice]] = defaultdict(list)
    query = LetterInvoice.select(LetterInvoice, Invoice).join(Invoice)
    for line in query.where(LetterInvoice.letter.in_([letter.id for letter in letters])).order_by(LetterInvoice.id):
        found[line.letter_id].append(line.invoice)
    return found
