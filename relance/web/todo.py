"""« À traiter » in words: each thing that waits, why, and the one or two things to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from relance.models.accounts import Account
from relance.models.chases import Skip
from relance.models.clients import Contact
from relance.models.messages import Message, MessageItem
from relance.rules.calendar import local_date
from relance.services import gathering, outbox
from relance.services.attending import Group
from relance.web import (
    proposals,
    todo_encashments,
    todo_imports,
    todo_invoices,
    todo_late,
    todo_letters,
    todo_plans,
    todo_rates,
    todo_sends,
)
from relance.web.i18n import _, _n
from relance.web.todo_lines import Action, Context, Line

WRITERS = todo_sends.WRITERS | todo_invoices.WRITERS | todo_letters.WRITERS | todo_rates.WRITERS | todo_plans.WRITERS
WRITERS |= todo_encashments.WRITERS | todo_imports.WRITERS
ENDED = ("finished", "capped")
CALLS = ("call", "call_again")


@dataclass(frozen=True)
class Board:
    """« À traiter », how many things it stands for, and « À relancer aujourd'hui »."""

    lines: list[Line]
    count: int
    late: todo_late.Panel


def board(account: Account, groups: Iterable[Group], now: datetime) -> Board:
    """Both panels, in the order of the groups; what is not shown is counted in a last line."""
    late = [group for group in groups if group.kind in todo_late.KINDS]
    rest = [group for group in groups if group.kind not in todo_late.KINDS]
    context = _context(account, groups, now)
    return Board(_lines(rest, context), sum(group.count for group in rest), todo_late.panel(late, context))


def _lines(groups: list[Group], context: Context) -> list[Line]:
    found = []
    for group in groups:
        rows = list(group.rows)
        if group.kind == "proposed":
            proposals.read_ahead(group.rows)
            rows = proposals.proposals_of(outbox.parcels(group.rows))
            found += [todo_sends.everything(group, rows)] if group.count > 1 else []
        found += [WRITERS[group.kind](row, context) for row in rows]
        if group.count > len(rows):
            found.append(_rest(group))
    return found


def _context(account: Account, groups: Iterable[Group], now: datetime) -> Context:
    """What the lines need beside their rows, in one query; none for a kind that is not there."""
    ended = [chase for group in groups if group.kind in ENDED for chase in group.rows]
    called = {row.client_id for group in groups if group.kind in (*CALLS, *todo_late.KINDS) for row in group.rows}
    sent, phones, passed = (
        gathering.read(
            _sent_about([chase.invoice_id for chase in ended]),
            _phones(called),
            _passed([chase.id for chase in ended]),
        )
        if ended or called
        else ([], [], [])
    )
    return Context(
        account,
        local_date(now, account.time_zone),
        _last_sent(sent),
        {contact.client_id: (contact.name, contact.phone) for contact in reversed(phones)},
        frozenset(chase_id for (chase_id,) in passed),
    )


def _phones(client_ids: Iterable[int]) -> Any:
    """Whom to call at each client: the main contact who has a number comes first, then another one."""
    return (
        Contact.select()
        .where(Contact.client.in_(list(client_ids)), Contact.archived_at.is_null(), Contact.phone != "")
        .order_by(Contact.is_main.desc(), Contact.id)
    )


def _passed(chase_ids: list[int]) -> Any:
    """The chases of which steps were passed: by a person, or because a hold lasted too long."""
    return Skip.select(Skip.chase).where(Skip.chase.in_(chase_ids), Skip.because.not_in(("missed", "died"))).tuples()


def _sent_about(invoice_ids: list[int]) -> Any:
    return (
        MessageItem.select(MessageItem.invoice, Message.id, Message.day_on)
        .join(Message)
        .where(MessageItem.invoice.in_(invoice_ids), Message.state == "sent")
        .order_by(Message.day_on)
        .tuples()
    )


def _last_sent(rows: Iterable[tuple[int, int, date | None]]) -> dict[int, tuple[int, date | None]]:
    """How many reminders left about each invoice, and the day of the last."""
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
        "letter": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/courriers?statut=prete"),
        "letter_silent": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/courriers?statut=postee"),
        "letter_expired": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/courriers?type=mise-en-demeure"),
        "proposed": (
            _n("Et une autre relance à valider", "Et {n} autres relances à valider", n),
            url_for("proposals.index"),
        ),
        "letter_task": (_n("Et une autre lettre", "Et {n} autres lettres", n), "/factures?statut=retard"),
        "call": (_n("Et un autre appel", "Et {n} autres appels", n), "/factures?statut=retard"),
        "call_again": (_n("Et un autre appel", "Et {n} autres appels", n), "/factures?statut=retard"),
        "promise": (_n("Et une autre promesse", "Et {n} autres promesses", n), "/factures?statut=promesses"),
        "broken": (_n("Et une autre promesse", "Et {n} autres promesses", n), "/factures?statut=retard"),
        "plan_due": (_n("Et un autre échéancier", "Et {n} autres échéanciers", n), "/clients"),
        "plan_broken": (_n("Et un autre échéancier", "Et {n} autres échéanciers", n), "/clients"),
        "encashment": (_n("Et un autre encaissement", "Et {n} autres encaissements", n), "/factures?statut=payees"),
        "platform_suspended": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures"),
        "dispute": (_n("Et un autre litige", "Et {n} autres litiges", n), "/factures?statut=litiges"),
        "capped": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&relances=non"),
        "import": (_n("Et un autre import", "Et {n} autres imports", n), url_for("imports.new")),
        "finished": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?statut=retard&relances=non"),
        "waiting": (_n("Et une autre facture", "Et {n} autres factures", n), "/factures?relances=oui"),
        "mute": (_n("Et un autre client sans adresse", "Et {n} autres clients sans adresse", n), "/clients"),
    }[group.kind]
    return Line("ellipsis", "", words, "", (Action(_("Tout voir"), href, is_quiet=True),))
