"""« Taux légaux »: the tables, where each row comes from, and a half-year written down by hand or asked of the ECB."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, request, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.accounts import Account
from relance.rules import rates
from relance.rules.rates import HalfYear, PartlyKnown
from relance.services import rate_entries, rate_fetching, rating, waiting_rates
from relance.services.ecb import EcbError
from relance.services.rate_entries import RateConflictError, RateError
from relance.web import access, nav, rate_words, scope
from relance.web.forms.rates import RatesForm
from relance.web.htmx import go_to
from relance.web.i18n import _
from relance.web.scope import current_account, current_user
from relance.web.topics import page

blueprint = Blueprint("rates", __name__)

FRESH = 5  # half-years shown; the older ones are folded
ATTEMPTS = 5  # questions to the ECB in a quarter of an hour
COLUMNS = ("mro", "organisation", "public", "individual", "legal_individual", "floor")


@dataclass(frozen=True)
class Line:
    """One half-year of the page. ``figures``: by column, None for what is not known."""

    row: HalfYear
    label: str
    figures: tuple[int | None, ...]
    delivered: tuple[int | None, ...]  # what Relance delivers instead, when the account corrected it; else empty
    row_id: int | None


@blueprint.get("/reglages/taux")
def index() -> ResponseReturnValue:
    """The table, the most recent half-year first; ``?semestre=2027-1`` opens one in the form."""
    today = nav.today()
    form = RatesForm(rate_entries.choices(today), formdata=None)
    half_year = _asked(today) or _suggested(current_account(), today)
    form.show(half_year, rate_entries.own(current_account(), *half_year))
    return _page(form)


@blueprint.post("/reglages/taux")
def enter() -> ResponseReturnValue:
    """Write down a half-year, with its source."""
    account = current_account()
    form = RatesForm(rate_entries.choices(nav.today()))
    if not form.validate():
        return _page(form)
    facts = form.facts()
    try:
        rate_entries.enter(account, facts, by=current_user(), now=clock.now())
    except RateError as error:
        for name, sentence in error.errors.items():
            form.refuse(name, sentence)
        return _page(form)
    except RateConflictError:
        # What the person typed stays; the next saving is made knowingly.
        form.since.data = rate_entries.stamp_of(rate_entries.own(account, facts.year, facts.half))
        form.refuse("", "Ce semestre a été modifié entre-temps. Relisez le tableau, puis enregistrez de nouveau.")
        return _page(form, status=409)
    return go_to(url_for("rates.index"), _("Taux enregistrés. Les lettres déjà figées gardent les leurs."))


@blueprint.post("/reglages/taux/<int:rate_id>/supprimer")
def remove(rate_id: int) -> ResponseReturnValue:
    """Forget what was written down by hand."""
    row = scope.legal_rate_or_404(rate_id)
    rate_entries.remove(current_account(), row, by=current_user(), now=clock.now())
    return go_to(url_for("rates.index"), _("Saisie retirée."))


@blueprint.post("/reglages/taux/bce")
def fetch() -> ResponseReturnValue:
    """Ask the ECB for its rate, where the host allows it."""
    settings = scope.settings()
    if not settings.fetches_ecb_rates:
        abort(404)
    access.slow_down("ecb", ATTEMPTS)
    target = url_for("rates.index")
    try:
        found = rate_fetching.fetch(settings.ecb_url, now=clock.now(), account=current_account(), by=current_user())
    except EcbError as error:
        return go_to(target, f"{_(str(error))} {_('Rien n’a changé.')}", "warn")
    if found is None:
        return go_to(target, _("Relance connaît déjà le taux de la BCE de ce semestre."), "info")
    words = rate_words.label(rates.label_of(*found))
    return go_to(target, _("Taux de la BCE du {semestre} enregistré.", semestre=words))


@blueprint.post("/reglages/taux/vu")
def acknowledge() -> ResponseReturnValue:
    """Be told again on the first day of the half-year only."""
    account = current_account()
    half_year = waiting_rates.half_year_told(account, clock.now())
    if half_year is not None:
        rate_entries.acknowledge(account, *half_year, now=clock.now())
    return go_to(url_for("rates.index"), _("C'est noté."))


def _page(form: RatesForm, status: int = 0) -> ResponseReturnValue:
    account, today = current_account(), nav.today()
    lines = list(_lines(account))
    settings = scope.settings()
    return page(
        "settings/rates.html",
        form,
        status=status,
        fresh=lines[:FRESH],
        older=lines[FRESH:],
        columns=[
            _("Taux directeur BCE"),
            _("Entre professionnels"),
            _("Organisme public"),
            _("Légal, professionnel"),
            _("Légal, autres"),
            _("Minimum d'un contrat"),
        ],
        told=rate_words.told(account, today),
        asks_ecb=settings.fetches_ecb_rates,
        wants_ecb=settings.fetches_ecb_rates and rate_fetching.wanted(clock.now()) is not None,
    )


def _lines(account: Account) -> Iterable[Line]:
    table = rating.table_of(account)
    own = {(row.year, row.half): row.id for row in rating.rates_read(account) if row.account_id is not None}
    for row in reversed(table.rows):
        key = (row.year, row.half)
        delivered = rates.DELIVERED.get(*key) if row.origin == "entered" else None
        yield Line(
            row,
            rate_words.label(row.label),
            _figures(row),
            _figures(delivered) if delivered is not None else (),
            own.get(key),
        )


def _figures(row: HalfYear) -> tuple[int | None, ...]:
    found: list[int | None] = []
    for column in COLUMNS:
        try:
            found.append(row.floor_bp if column == "floor" else row.rate_bp(column))
        except PartlyKnown:
            found.append(None)
    return tuple(found)


def _asked(today: date) -> tuple[int, int] | None:
    """The half-year of the address, when it is one that may be written down."""
    wanted = request.args.get("semestre", "")
    return next((half for half in rate_entries.choices(today) if f"{half[0]}-{half[1]}" == wanted), None)


def _suggested(account: Account, today: date) -> tuple[int, int]:
    """The oldest half-year of today or later that is not whole, else the next one."""
    table = rating.table_of(account)
    next_one, this_one = rate_entries.choices(today)[:2]
    row = table.get(*this_one)
    return next_one if row is not None and row.is_complete else this_one
