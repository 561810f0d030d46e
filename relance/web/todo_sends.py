"""« À traiter », the e-mails: what waits for a yes, what failed, whom nobody can write to."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.accounts import Account, Transport
from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.messages import Message
from relance.services import telling
from relance.services.attending import Group
from relance.web import filters, names
from relance.web.i18n import _, _n
from relance.web.proposals import Proposal
from relance.web.todo_lines import Action, Context, Line, money, nowrap

FROM_HERE = {"depuis": "tableau"}


def everything(group: Group, proposals: list[Proposal]) -> Line:
    """One answer for all that waits for a yes, when all of it can be read here."""
    read = Action(_("Tout relire"), url_for("proposals.index"), is_quiet=True)
    title = _n("Une relance attend votre accord", "{n} relances attendent votre accord", group.count)
    detail = _("Rien ne part sans lui. Ce qui n'a pas de réponse aujourd'hui vous est proposé de nouveau demain.")
    if group.count > len(proposals):
        return Line("send", "", title, detail, (read,))
    values = {proposal.field: proposal.mark for proposal in proposals} | FROM_HERE
    return Line(
        "send", "", title, detail, (Action(_("Tout envoyer"), url_for("proposals.approve_all"), values=values), read)
    )


def proposed(proposal: Proposal, context: Context) -> Line:
    """A reminder with its text, to send or to pass."""
    message = proposal.message
    client: Any = message.client
    about = [proposal.quote] if proposal.quote is not None else proposal.invoices
    numbers = Markup(", ").join(nowrap(number) for _id, number in about)
    return Line(
        "mail",
        "",
        _("{modèle} à {client}", modèle=names.template(message.template), client=client.name),
        Markup("{}, {}").format(numbers, money(message.total_cents, message.currency)),
        (
            Action(
                _("Envoyer"),
                url_for("proposals.approve", message_id=message.id),
                values={proposal.field: proposal.mark} | FROM_HERE,
            ),
            Action(
                _("Passer"),
                url_for("proposals.decline", message_id=message.id),
                is_quiet=True,
                values=FROM_HERE,
                stays=True,
            ),
        ),
        proposal=proposal,
    )


def _suspended(account: Account, context: Context) -> Line:
    because = account.suspended_because
    detail = _("Rien ne part à vos clients. Motif : {motif}.", motif=because) if because else ""
    return Line(
        "circle-pause",
        "late",
        _("Les envois sont suspendus"),
        detail or _("Rien ne part à vos clients."),
        (Action(_("Reprendre les envois"), url_for("sends.ask_resume")),),
    )


def _server(transport: Transport, context: Context) -> Line:
    until: Any = transport.waits_until_at
    detail = _("{réponse} Nouvel essai à {heure}.", réponse=transport.last_error, heure=filters.local_time(until))
    return Line(
        "triangle-alert",
        "late",
        _("Le serveur d'envoi ne répond pas"),
        detail.strip(),
        (Action(_("Voir l’expéditeur"), "/reglages/expediteur"),),
    )


def _failed(message: Message, context: Context) -> Line:
    client: Any = message.client
    if message.quote_id is not None:
        page = url_for("quotes_messages.show", id=message.quote_id, message_id=message.id)
        again = url_for("quotes_sending.new", id=message.quote_id)
    else:
        about = telling.invoices_of(message)
        page = url_for("messages.show", id=about[0], message_id=message.id)
        again = url_for("messages.new", id=about[0], modele=message.template)
    see = Action(_("Voir l’e-mail"), page)
    decide = url_for("sends.decide", message_id=message.id)
    name = names.template(message.template)
    if message.state == "uncertain":
        return Line(
            "triangle-alert",
            "warn",
            _("Envoi incertain : {client}", client=client.name),
            _("{modèle}. {raison}", modèle=name, raison=_(message.error)),
            (
                Action(_("C'est bien parti"), decide, values={"issue": "parti"}, stays=True),
                Action(_("Ce n'est pas parti"), decide, is_quiet=True, values={"issue": "pas-parti"}),
            ),
            see,
        )
    return Line(
        "mail-x",
        "warn",
        _("E-mail non remis à {client}", client=client.name),
        _("{modèle}. {raison}", modèle=name, raison=_(message.error)),
        (
            Action(_("Relancer"), again),
            Action(_("C'est vu"), decide, is_quiet=True, values={"issue": "vu"}, stays=True),
        ),
        see,
    )


def _rejected(contact: Contact, context: Context) -> Line:
    since: Any = contact.rejected_at
    day = filters.short_date(filters.local_day(since))
    return Line(
        "mail-x",
        "warn",
        _("E-mail non remis à {client}", client=contact.client.name),
        _("L’adresse {adresse} est refusée depuis le {date}.", adresse=contact.email, date=day),
        (Action(_("Corriger l’adresse"), f"/contacts/{contact.id}/modifier"),),
    )


def _waiting(chase: Chase, context: Context) -> Line:
    return Line(
        "user",
        "warn",
        _("Relances en attente : {client}", client=chase.client.name),
        _("{numéro} : aucun contact n'a d'adresse utilisable.", numéro=nowrap(chase.invoice.number)),
        (Action(_("Choisir un contact"), f"/factures/{chase.invoice_id}/relances"),),
    )


def _mute(row: tuple[int, str, str, int, int], context: Context) -> Line:
    client_id, name, currency, count, cents = row
    amount = filters.amount(int(cents), currency)
    return Line(
        "mail",
        "warn",
        _("{client} n'a pas d'adresse e-mail", client=name),
        _n("Une facture en retard, {montant}.", "{n} factures en retard, {montant}.", count, montant=amount),
        (Action(_("Ajouter une adresse"), f"/clients/{client_id}"),),
    )


WRITERS: dict[str, Callable[[Any, Context], Line]] = {
    "suspended": _suspended,
    "server": _server,
    "proposed": proposed,
    "failed": _failed,
    "rejected": _rejected,
    "waiting": _waiting,
    "mute": _mute,
}
