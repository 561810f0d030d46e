"""The words of an act on a selection: why an invoice is set aside, and what was done."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask import url_for
from markupsafe import Markup

from relance.services.bulk import Aside
from relance.web import batch_words
from relance.web.i18n import _, _n

MOST_NAMED = 5

ASIDE = {
    "not_chased": "ses relances ne sont pas activées",
    "already_chased": "ses relances sont déjà activées",
    "finished": "plus rien à envoyer",
    "not_late": "pas encore en retard",
    "no_choice": "le point de départ choisi n’est plus possible",
}


def reason(one: Aside, today: date) -> str:
    """« déjà payée », « le solde a changé »."""
    return _(ASIDE[one.because]) if one.because in ASIDE else batch_words.aside(one, today)


def notice(done: str, aside: Sequence[Aside], gone: int, today: date) -> Markup:
    """What was done, then the invoices set aside with their reasons, each a link, and those that are no more."""
    parts = [Markup("{}").format(done)] if done else []
    if aside:
        parts.append(
            Markup("{}").format(_n("Une facture laissée de côté :", "{n} factures laissées de côté :", len(aside)))
        )
        parts.append(Markup("{}.").format(Markup(", ").join(_links(aside, today))))
    if gone:
        parts.append(Markup("{}").format(gone_words(gone)))
    return Markup(" ").join(parts)


def gone_words(gone: int) -> str:
    """« Une facture n'existe plus. »."""
    return _n("Une facture n’existe plus.", "{n} factures n’existent plus.", gone)


def _links(aside: Sequence[Aside], today: date) -> Iterable[Markup]:
    for one in aside[:MOST_NAMED]:
        words = reason(one, today)
        href = url_for("invoices.show", id=one.invoice.id)
        yield Markup('<a href="{}">{}</a> ({})').format(href, one.invoice.number, words)
    if len(aside) > MOST_NAMED:
        yield Markup("{}").format(_n("une autre", "{n} autres", len(aside) - MOST_NAMED))
