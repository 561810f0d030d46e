"""« À traiter » in words: each thing that waits, why, and the one or two things to do about it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.accounts import Account, Transport
from relance.models.chases import Chase
from relance.models.clients import Contact
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import local_date
from relance.services import telling
from relance.services.attending import Group
from relance.web import filters, names
from relance.web.i18n import _, _n

NOTICE_AFTER = 2  # reminders without effect


@dataclass(frozen=True)
class Action:
    """A link, or with ``values`` a button that posts them to ``href``."""

    label: str
    href: str
    is_quiet: bool = False
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One thing to deal with. ``family`` colours its icon: late, warn, promise, paid or ''.

    ``see`` is where to read more: a link after the detail.
    """

    icon: str
    family: str
    title: str
    detail: str
    actions: tuple[Action, ...]
    see: Action | None = None


@dataclass(frozen=True)
class Context:
    """What every line needs: whose dashboard, and when."""

    account: Account
    today: date
    sent: dict[int, tuple[int, date | None]]


def lines(account: Account, groups: Iterable[Group], now: datetime) -> list[Line]:
    """The lines of the panel, in the order of the groups; what is not shown is counted in a last line."""
    groups = list(groups)
    chased = [chase.invoice_id for group in groups if group.kind == "finished" for chase in group.rows]
    context = Context(account, local_date(now, account.time_zone), _sent_about(chased))
    found = []
    for group in groups:
        found += [_WRITERS[group.kind](row, context) for row in group.rows]
        if group.count > len(group.rows):
            found.append(_rest(group))
    return found


def _sent_about(invoice_ids: list[int]) -> dict[int, tuple[int, date | None]]:
    """How many reminders left about each invoice, and the day of the last; one query."""
    rows = (
        MessageItem.select(MessageItem.invoice, Message.id, Message.day_on)
        .join(Message)
        .where(MessageItem.invoice.in_(invoice_ids), Message.state == "sent")
        .order_by(Message.day_on)
        .tuples()
    )
    found: dict[int, dict[int, date | None]] = {}
    for invoice_id, message_id, day in rows:
        found.setdefault(invoice_id, {})[message_id] = day
    return {invoice_id: (len(days), list(days.values())[-1]) for invoice_id, days in found.items()}


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
    about = telling.invoices_of(message)
    see = Action(_("Voir l’e-mail"), url_for("messages.show", id=about[0], message_id=message.id))
    decide = url_for("sends.decide", message_id=message.id)
    name = names.template(message.template)
    if message.state == "uncertain":
        return Line(
            "triangle-alert",
            "warn",
            _("Envoi incertain : {client}", client=client.name),
            _("{modèle}. {raison}", modèle=name, raison=_(message.error)),
            (
                Action(_("C'est bien parti"), decide, values={"issue": "parti"}),
                Action(_("Ce n'est pas parti"), decide, is_quiet=True, values={"issue": "pas-parti"}),
            ),
            see,
        )
    again = url_for("messages.new", id=about[0], modele=message.template)
    return Line(
        "mail-x",
        "warn",
        _("E-mail non remis à {client}", client=client.name),
        _("{modèle}. {raison}", modèle=name, raison=_(message.error)),
        (
            Action(_("Relancer"), again),
            Action(_("C'est vu"), decide, is_quiet=True, values={"issue": "vu"}),
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


def _late(invoice: Invoice, context: Context) -> Line:
    days = (context.today - invoice.next_due_on).days
    return Line(
        "clock",
        "late",
        _("{client} ne vous a pas réglé", client=invoice.client.name),
        Markup("{}, {}, {}").format(
            _nowrap(invoice.number),
            _money(invoice.balance_cents, invoice.currency),
            _n("un jour de retard", "{n} jours de retard", days),
        ),
        (Action(_("Relancer"), url_for("messages.new", id=invoice.id)),),
        Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id)),
    )


def _finished(chase: Chase, context: Context) -> Line:
    invoice = chase.invoice
    sent, last_on = context.sent.get(invoice.id, (0, None))
    detail = Markup("{}, {}, {}").format(
        chase.client.name, _nowrap(invoice.number), _money(invoice.balance_cents, invoice.currency)
    )
    if last_on is not None:
        day = filters.weekday_date(last_on)
        detail += ". " + _n("Un e-mail, parti le {date}.", "{n} e-mails, le dernier le {date}.", sent, date=day)
    notice = Action(_("Préparer une mise en demeure"), f"/courriers/nouveau?factures={invoice.id}")
    again = Action(_("Relancer"), url_for("messages.new", id=invoice.id))
    see = Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id))
    action = notice if sent >= NOTICE_AFTER else again
    return Line("stamp", "late", _("Toutes les relances sont parties"), detail, (action,), see)


def _letter(letter: Letter, context: Context) -> Line:
    amount = _money(letter.total_cents or letter.principal_cents, letter.currency)
    return Line(
        "stamp",
        "late" if letter.kind == "formal_notice" else "",
        _("{lettre} à relire et à poster", lettre=names.template(letter.kind)),
        Markup("{}, {}").format(letter.client.name, amount),
        (Action(_("Relire la lettre"), f"/courriers/{letter.id}"),),
    )


def _waiting(chase: Chase, context: Context) -> Line:
    return Line(
        "user",
        "warn",
        _("Relances en attente : {client}", client=chase.client.name),
        _("{numéro} : aucun contact n'a d'adresse utilisable.", numéro=_nowrap(chase.invoice.number)),
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


def _rest(group: Group) -> Line:
    """« Et 7 autres factures en retard »: the rest of a group, with the page that lists it."""
    n = group.count - len(group.rows)
    words, href = {
        "failed": (_n("Et un autre e-mail", "Et {n} autres e-mails", n), url_for("sends.index", vue="envoyes")),
        "rejected": (_n("Et une autre adresse refusée", "Et {n} autres adresses refusées", n), "/clients"),
        "letter": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/courriers"),
        "late": (
            _n("Et une autre facture en retard sans relance", "Et {n} autres factures en retard sans relance", n),
            "/factures?statut=retard&relances=non",
        ),
        "finished": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&relances=non"),
        "waiting": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?relances=oui"),
        "mute": (_n("Et un autre client sans adresse", "Et {n} autres clients sans adresse", n), "/clients"),
    }[group.kind]
    return Line("ellipsis", "", words, "", (Action(_("Tout voir"), href, is_quiet=True),))


def _money(cents: int, currency: str) -> Markup:
    return Markup('<span class="money">{}</span>').format(filters.amount(cents, currency))


def _nowrap(text: str) -> Markup:
    return Markup('<span class="nowrap">{}</span>').format(text)


_WRITERS: dict[str, Callable[[Any, Context], Line]] = {
    "suspended": _suspended,
    "server": _server,
    "failed": _failed,
    "rejected": _rejected,
    "letter": _letter,
    "late": _late,
    "finished": _finished,
    "waiting": _waiting,
    "mute": _mute,
}
