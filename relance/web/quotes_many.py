"""« Envoyer les prérelances » : what would leave about the chosen quotes, and why others are set aside."""

import secrets
from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.services import quoting_lists, quoting_many
from relance.services.carrying import Post
from relance.services.quoting_many import MOST, Review
from relance.web import quotes, scope
from relance.web.htmx import go_to, wants_fragment
from relance.web.i18n import _, _n
from relance.web.numbers import row_id
from relance.web.scope import current_account, current_user

blueprint = Blueprint("quotes_many", __name__)

ASIDE = {
    "suspended": "les envois de votre compte sont suspendus",
    "answered": "ce devis a déjà sa réponse",
    "expired": "sa validité est passée",
    "no_address": "ce client n'a aucune adresse e-mail utilisable",
    "today": "un e-mail part déjà, ou est déjà parti, aujourd'hui au sujet de ce devis",
    "changed": "ce devis vient de changer",
}


@blueprint.get("/devis/envoyer-prerelances")
def review() -> ResponseReturnValue:
    """What would leave; nothing is written."""
    return _page(_ids(request.args.getlist("ids")))


@blueprint.post("/devis/envoyer-prerelances")
def create() -> ResponseReturnValue:
    """The selection of the list is shown first; once confirmed, each message leaves after a minute."""
    ids = _ids(request.form.getlist("ids"))
    key = request.form.get("form_key", "")
    if not ids or not key:
        return _page(ids)
    account = current_account()
    domain = Post.of(scope.settings()).carrier_of(account).domain
    result = quoting_many.send_all(account, ids, key=key, by=current_user(), now=clock.now(), domain=domain)
    scope.ring()
    count = len(result.messages)
    if not count:  # answered or recalled meanwhile: the page says why of each
        return _page(ids, 422)
    told = _n("Une prérelance part dans une minute.", "{n} prérelances partent dans une minute.", count)
    if result.aside:
        told += " " + _n("Un devis mis de côté :", "{n} devis mis de côté :", len(result.aside))
        reasons = [f"{aside.quote.number}, {_(ASIDE[aside.because])}" for aside in result.aside[:5]]
        told += " " + "\u00a0; ".join(reasons) + "."
    return go_to(url_for("sends.index", vue="envoyes"), told)


@blueprint.get("/devis/selection")
@blueprint.post("/devis/selection")
def select() -> ResponseReturnValue:
    """The bar of what is ticked; all of a list with ?tout=1. Without htmx, what would leave about it."""
    ids = _ids(request.values.getlist("ids"))
    if not wants_fragment():
        return _page(ids)
    chosen = quoting_many.chosen(current_account(), ids)
    totals: Counter[str] = Counter()
    for quote in chosen:
        totals[quote.currency] += quote.total_cents
    is_whole = bool(request.values.get("tout"))
    context = {"chosen": chosen, "totals": list(totals.items()), "is_whole": is_whole}
    return make_response(render_template("quotes/bar.htmx.html", **context))


def _ids(texts: Iterable[str]) -> list[int]:
    """The quotes that were ticked; or all of a list, the first MOST, when the address asks for it."""
    if request.values.get("tout"):
        account = current_account()
        rows = quoting_lists.first(account, quotes.filter_of_request(), quotes.today(), MOST)
        return [quote.id for quote in rows]
    return list(dict.fromkeys(row_id(text) for text in texts if row_id(text)))


def _page(ids: list[int], status: int = 200) -> ResponseReturnValue:
    found = quoting_many.review(current_account(), ids, clock.now()) if ids else Review((), ())
    page = render_template(
        "quotes/many.html",
        review=found,
        reasons=ASIDE,
        form_key=secrets.token_hex(16),
        most=MOST,
        is_over=len(ids) > MOST,
    )
    return make_response(page, status)
