"""« À traiter » in words: each thing that waits, why, and the one or two things to do about it."""

from collections.abc import Iterable
from datetime import date, datetime

from flask import url_for

from relance.models.accounts import Account
from relance.models.chases import Skip
from relance.models.clients import Contact
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import local_date
from relance.services import outbox
from relance.services.attending import Group
from relance.web import proposals, todo_invoices, todo_sends
from relance.web.i18n import _, _n
from relance.web.todo_lines import Action, Context, Line

WRITERS = todo_sends.WRITERS | todo_invoices.WRITERS
ENDED = ("finished", "capped")
CALLS = ("call", "call_again")


def lines(account: Account, groups: Iterable[Group], now: datetime) -> list[Line]:
    """The lines of the panel, in the order of the groups; what is not shown is counted in a last line."""
    groups = list(groups)
    context = _context(account, groups, now)
    found = []
    for group in groups:
        rows = list(group.rows)
        if group.kind == "proposed":
            rows = proposals.proposals_of(outbox.parcels(group.rows))
            found += [todo_sends.everything(group, rows)] if group.count > 1 else []
        found += [WRITERS[group.kind](row, context) for row in rows]
        if group.count > len(rows):
            found.append(_rest(group))
    return found


def _context(account: Account, groups: list[Group], now: datetime) -> Context:
    """What the lines need beside their rows: one query each, and none for a kind that is not there."""
    ended = [chase for group in groups if group.kind in ENDED for chase in group.rows]
    clients = {task.client_id for group in groups if group.kind in CALLS for task in group.rows}
    return Context(
        account,
        local_date(now, account.time_zone),
        _sent_about([chase.invoice_id for chase in ended]) if ended else {},
        _phones(clients) if clients else {},
        _passed([chase.id for chase in ended]) if ended else frozenset(),
    )


def _phones(client_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Whom to call at each client: the main contact who has a number, else another one."""
    rows = Contact.select().where(
        Contact.client.in_(list(client_ids)), Contact.archived_at.is_null(), Contact.phone != ""
    )
    found: dict[int, tuple[str, str]] = {}
    for contact in rows.order_by(Contact.is_main.desc(), Contact.id):
        found.setdefault(contact.client_id, (contact.name, contact.phone))
    return found


def _passed(chase_ids: list[int]) -> frozenset[int]:
    """The chases of which steps were passed: by a person, or because a hold lasted too long."""
    rows = Skip.select(Skip.chase).where(Skip.chase.in_(chase_ids), Skip.because.not_in(("missed", "died"))).tuples()
    return frozenset(chase_id for (chase_id,) in rows)


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


def _rest(group: Group) -> Line:
    """« Et 7 autres factures en retard »: the rest of a group, with the page that lists it."""
    n = group.count - len(group.rows)
    words, href = {
        "failed": (_n("Et un autre e-mail", "Et {n} autres e-mails", n), url_for("sends.index", vue="envoyes")),
        "rejected": (_n("Et une autre adresse refusée", "Et {n} autres adresses refusées", n), "/clients"),
        "letter": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/courriers"),
        "proposed": (
            _n("Et une autre relance à valider", "Et {n} autres relances à valider", n),
            url_for("proposals.index"),
        ),
        "letter_task": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/factures?statut=retard"),
        "call": (_n("Et un autre appel", "Et {n} autres appels", n), "/factures?statut=retard"),
        "call_again": (_n("Et un autre appel", "Et {n} autres appels", n), "/factures?statut=retard"),
        "promise": (_n("Et une autre promesse", "Et {n} autres promesses", n), "/factures?statut=promesses"),
        "broken": (_n("Et une autre promesse", "Et {n} autres promesses", n), "/factures?statut=retard"),
        "dispute": (_n("Et un autre litige", "Et {n} autres litiges", n), "/factures?statut=litiges"),
        "capped": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&relances=non"),
        "ancient": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&age=90"),
        "late": (
            _n("Et une autre facture en retard sans relance", "Et {n} autres factures en retard sans relance", n),
            "/factures?statut=retard&relances=non",
        ),
        "finished": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&relances=non"),
        "waiting": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?relances=oui"),
        "mute": (_n("Et un autre client sans adresse", "Et {n} autres clients sans adresse", n), "/clients"),
    }[group.kind]
    return Line("ellipsis", "", words, "", (Action(_("Tout voir"), href, is_quiet=True),))
