"""« À traiter », the invoices: tasks, promises, disputes, and what nothing chases any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup

from relance.models.chases import Chase
from relance.models.holds import Dispute, Promise, Task
from relance.web import amicable_page, filters, letter_words
from relance.web.i18n import _, _n
from relance.web.todo_lines import Action, Context, Line, about, days_late, money, nowrap, phone, see_invoice

NOTICE_AFTER = 2  # reminders without effect
BACKLOG = "/relances/reprise"
_DAY = timedelta(1)


def _letter_task(task: Task, context: Context) -> Line:
    invoice = task.invoice
    parts = [task.client.name, money(invoice.balance_cents, invoice.currency), days_late(invoice, context.today)]
    what = Markup(", ").join(part for part in parts if part)
    return Line(
        "stamp",
        "late",
        _("{lettre} à relire", lettre=letter_words.of_task(task.template)),
        Markup("{}. {}").format(what, _("Rien n'est envoyé sans votre accord.")),
        (Action(_("Relire la lettre"), amicable_page.editor_url(invoice, task.template)), _drop(task)),
        see_invoice(invoice),
    )


def _call(task: Task, context: Context) -> Line:
    invoice = task.invoice
    who = phone(context, task.client) or _("numéro à trouver")
    detail = Markup("{}. {}").format(about(invoice, context.today), who)
    if task.note:
        detail += Markup(". {}").format(task.note)
    log = Action(_("Noter l'appel"), url_for("calls.new", id=invoice.id), is_dialog=True)
    return Line(
        "phone",
        "warn",
        _("Appel à passer : {client}", client=task.client.name),
        detail,
        (log, _drop(task)),
        see_invoice(invoice),
    )


def _drop(task: Task) -> Action:
    href = url_for("tasks.close", task_id=task.id)
    return Action(_("Abandonner"), href, is_quiet=True, values={"issue": "abandonnee"}, stays=True)


def _promise(promise: Promise, context: Context) -> Line:
    invoice = promise.invoice
    day = filters.weekday_date(promise.promised_on)
    what = Markup("{}, {}").format(promise.client.name, money(promise.amount_cents, invoice.currency))
    resumes = filters.long_date(promise.holds_until_on + _DAY, False)
    detail = Markup("{}. {}").format(what, _("Sans paiement, les relances reprennent le {date}.", date=resumes))
    show = Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id))
    if promise.promised_on > context.today:
        return Line("handshake", "promise", _("Promesse pour {date}", date=day), detail, (show,))
    paid = Action(_("Paiement reçu"), url_for("payments.new", id=invoice.id), is_dialog=True)
    title = (
        _("Promesse pour aujourd'hui")
        if promise.promised_on == context.today
        else _("Promesse du {date} à vérifier", date=day)
    )
    settle = url_for("promises.settle", id=invoice.id)
    missed = Action(_("Non tenue"), settle, is_quiet=True, values={"issue": "non-tenue"}, stays=True)
    return Line("handshake", "promise", title, detail, (paid, missed), see_invoice(invoice))


def _broken(promise: Promise, context: Context) -> Line:
    invoice = promise.invoice
    day = filters.weekday_date(promise.promised_on)
    detail = Markup("{}. {}").format(
        about(invoice, context.today), _("Le paiement était annoncé pour {date}.", date=day)
    )
    return Line(
        "handshake",
        "late",
        _("Promesse non tenue : {client}", client=promise.client.name),
        detail,
        (
            Action(_("Relancer"), url_for("messages.new", id=invoice.id)),
            Action(_("Paiement reçu"), url_for("payments.new", id=invoice.id), is_quiet=True, is_dialog=True),
        ),
        see_invoice(invoice),
    )


def _dispute(dispute: Dispute, context: Context) -> Line:
    invoice = dispute.invoice
    return Line(
        "scale",
        "warn",
        _("Litige sans réponse : {client}", client=dispute.client.name),
        Markup("{}. {}").format(
            about(invoice, context.today),
            _("Ouvert le {date}, rien de noté depuis sept jours.", date=filters.long_date(dispute.starts_on)),
        ),
        (
            Action(_("Voir la facture"), url_for("invoices.show", id=invoice.id)),
            Action(_("Clore le litige"), url_for("disputes.ask_close", id=invoice.id), is_quiet=True, is_dialog=True),
        ),
    )


def _backlog(row: tuple[int, int], context: Context) -> Line:
    title = _n(
        "Une facture attend que vous choisissiez quand commencer",
        "{n} factures attendent que vous choisissiez quand commencer",
        row[1],
    )
    detail = _("Rien ne part tant que vous n'avez pas choisi par où commencer.")
    return Line("route", "warn", title, detail, (Action(_("Choisir"), BACKLOG),))


def _ended(chase: Chase, context: Context) -> tuple[Markup, Action]:
    """What left about an invoice, and the one thing to do now."""
    invoice = chase.invoice
    sent, last_on = context.sent.get(invoice.id, (0, None))
    detail = Markup("{}, {}, {}").format(
        chase.client.name, nowrap(invoice.number), money(invoice.balance_cents, invoice.currency)
    )
    detail += "."
    if last_on is not None:
        day = filters.weekday_date(last_on)
        detail += " " + _n("Un e-mail, parti le {date}.", "{n} e-mails, le dernier le {date}.", sent, date=day)
    notice = Action(_("Préparer une mise en demeure"), f"/courriers/nouveau?factures={invoice.id}")
    again = Action(_("Relancer"), url_for("messages.new", id=invoice.id))
    return detail, notice if sent >= NOTICE_AFTER else again


def _finished(chase: Chase, context: Context) -> Line:
    detail, action = _ended(chase, context)
    title = _("Toutes les relances sont parties")
    if chase.id in context.passed:
        title = _("Plus aucune relance prévue")
        detail = Markup("{} {}").format(detail, _("Des étapes ont été passées."))
    return Line("stamp", "late", title, detail, (action, _what_now(chase)), see_invoice(chase.invoice))


def _what_now(chase: Chase) -> Action:
    return Action(_("Et maintenant ?"), url_for("exits.show", id=chase.invoice_id), is_quiet=True)


def _capped(chase: Chase, context: Context) -> Line:
    detail, action = _ended(chase, context)
    title = _n("Relance envoyée : à vous de décider", "{n} relances envoyées : à vous de décider", chase.count)
    return Line("stamp", "late", title, detail, (action, _what_now(chase)), see_invoice(chase.invoice))


WRITERS: dict[str, Callable[[Any, Context], Line]] = {
    "letter_task": _letter_task,
    "call": _call,
    "call_again": _call,
    "promise": _promise,
    "broken": _broken,
    "dispute": _dispute,
    "backlog": _backlog,
    "finished": _finished,
    "capped": _capped,
}
