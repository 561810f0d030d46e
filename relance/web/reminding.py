"""« Comment relancer ? » : by e-mail, by an ordinary letter or by a formal notice; what cannot be says why."""

from dataclasses import dataclass, replace
from datetime import date

from flask import Blueprint, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.invoices import Invoice
from relance.rules.proposal import Proposal
from relance.services import chasing, claiming, disputing, notice_checks, proposing, situations, writing
from relance.web import filters, names, nav
from relance.web.htmx import wants_fragment
from relance.web.i18n import _, _n
from relance.web.scope import invoice_or_404

blueprint = Blueprint("reminding", __name__)

AMICABLE = "/factures/<int:id>/relancer/courrier"


@dataclass(frozen=True)
class Way:
    """One of the three. ``reason``: why it is not possible; ``mend``: (address, words) of where to correct that."""

    icon: str
    title: str
    hint: str
    href: str
    reason: str = ""
    mend: tuple[str, str] = ("", "")
    detail: str = ""
    warning: str = ""
    is_offered: bool = False


@blueprint.get("/factures/<int:id>/relancer")
def choose(id: int) -> ResponseReturnValue:
    """The three ways to chase an invoice now."""
    invoice = invoice_or_404(id)
    today = chasing.today_of(invoice.account, clock.now())
    template = "reminding/_dialog.html" if wants_fragment() else "reminding/page.html"
    return make_response(render_template(template, invoice=invoice, ways=ways(invoice, today), today=today))


def ways(invoice: Invoice, today: date) -> list[Way]:
    """What a person may do now about the invoice, the gentlest first."""
    proposal = proposing.of_invoice(invoice, today)
    found = [_by_mail(invoice, proposal)]
    if nav.has_page(AMICABLE):
        found.append(_by_letter(invoice))
    if nav.has_page("/courriers/nouveau"):
        found.append(_by_notice(invoice, proposal, today))
    return found


def _by_mail(invoice: Invoice, proposal: Proposal) -> Way:
    way = Way(
        "send",
        _("Relancer par e-mail"),
        _("Le modèle suivant dans le fil, modifiable avant l’envoi."),
        url_for("messages.new", id=invoice.id),
    )
    reason = writing.refusal(invoice)
    if reason:
        return replace(way, reason=_(reason), mend=mend(invoice))
    words = _("{nom} : {raison}", nom=names.template(proposal.template), raison=why(proposal))
    return replace(way, detail=words, is_offered=not proposal.is_exhausted)


def _by_letter(invoice: Invoice) -> Way:
    way = Way(
        "printer",
        _("Relance amiable"),
        _("Une lettre simple, à imprimer."),
        f"{url_for('reminding.choose', id=invoice.id)}/courrier",
    )
    reason = chasing.why_not(invoice) or _disputed(invoice)
    if reason:
        return replace(way, reason=_(reason), mend=mend(invoice))
    return way


def _by_notice(invoice: Invoice, proposal: Proposal, today: date) -> Way:
    way = Way(
        "stamp",
        _("Mise en demeure"),
        _("Une lettre recommandée, à relire et à poster vous-même."),
        f"/courriers/nouveau?factures={invoice.id}",
    )
    reason = _final(invoice) or _disputed(invoice)
    if reason:
        return replace(way, reason=_(reason), mend=mend(invoice))
    if not invoice.is_overdue(today):
        day = filters.long_date(invoice.next_due_on)
        return replace(way, reason=_("Cette facture n’est pas en retard : elle est à régler le {date}.", date=day))
    if not notice_checks.is_early(invoice.account, [invoice]):
        return replace(way, is_offered=proposal.offers_notice)
    already = bool(claiming.reminders(invoice.account, [invoice]))
    warning = (
        _("Une seule relance envoyée : une mise en demeure aussi tôt est souvent mal reçue. Une confirmation suivra.")
        if already
        else _(
            "Aucune relance envoyée : une mise en demeure sans avertissement est souvent mal reçue. "
            "Une confirmation suivra."
        )
    )
    return replace(way, warning=warning)


def _final(invoice: Invoice) -> str:
    """Why no letter can claim it: a setting that keeps e-mails back does not take the debt away."""
    reason = situations.stop_reason(invoice.account, invoice.client, invoice, invoice.balance_cents)
    is_final = reason in ("draft", "to_process", "credit_note", "paid", "cancelled", "written_off")
    return chasing.REASONS[reason] if is_final else ""


def _disputed(invoice: Invoice) -> str:
    return writing.DISPUTED if disputing.current(invoice) is not None else ""


def mend(invoice: Invoice) -> tuple[str, str]:
    """Where what keeps an invoice from being chased is put right: (address, words), empty when nowhere."""
    account, client = invoice.account, invoice.client
    if account.suspended_at is not None:
        return url_for("sends.ask_resume"), _("Reprendre les envois")
    key = situations.stop_reason(account, client, invoice, invoice.balance_cents)
    places = {
        "draft": ("invoicing.edit", {"id": invoice.id}, "Terminer la facture"),
        "to_process": ("invoicing.check", {"id": invoice.id}, "Marquer comme envoyée"),
        "direct_debit": ("invoicing.edit", {"id": invoice.id}, "Modifier la facture"),
        "card": ("invoicing.edit", {"id": invoice.id}, "Modifier la facture"),
        "exempt": ("clients.show", {"id": client.id}, "Voir le client"),
        "below_minimum": ("calendar.edit", {}, "Voir le montant minimum"),
    }
    if key in places:
        route, values, words = places[key]
        return url_for(route, **values), _(words)
    if key:
        return "", ""
    if disputing.current(invoice) is not None:
        return url_for("disputes.ask_close", id=invoice.id), _("Clore le litige")
    if not writing.usable_contacts(invoice):
        return url_for("clients.show", id=client.id), _("Corriger l’adresse")
    return "", ""


def why(proposal: Proposal) -> str:
    """« 12 jours de retard, aucune relance envoyée »: what the proposal was decided from."""
    if proposal.template == "standard":
        return _("la facture n’est pas encore envoyée")
    if not proposal.days_late:
        return _("l’échéance n’est pas passée")
    late = _n("un jour de retard", "{n} jours de retard", proposal.days_late)
    if proposal.last_on is None:
        return f"{late}, {_('aucune relance envoyée')}"
    day = filters.day_month(proposal.last_on)
    sent = _n("une relance, le {date}", "{n} relances, la dernière le {date}", proposal.reminders, date=day)
    return f"{late}, {sent}"
