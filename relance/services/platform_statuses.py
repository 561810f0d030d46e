"""Statuses that a platform gives to electronic invoices: what each would do, and doing it.

In litigation, refused or rejected (207, 210, 213): a dispute is opened, so nothing leaves until a person closes it.
Cashed (212): the money is recorded. The others are written on the invoice and change nothing. What is older than the
status recorded, or recorded already, is left aside. docs/holding.md tells the whole table.
"""

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from relance import storage
from relance.db import transaction
from relance.imports import guard
from relance.imports.statuses import StatusRead, checked, from_json
from relance.imports.values import RefusedError
from relance.models.accounts import Account, User
from relance.models.clients import Client
from relance.models.events import record
from relance.models.imports import ImportFile
from relance.models.invoices import Invoice
from relance.rules.calendar import local_date
from relance.rules.wording import french
from relance.services import disputing, paying
from relance.services.disputing import DisputeFacts
from relance.services.status_deciding import (
    CASHED,
    FUTURE,
    HOLDS,
    Known,
    StatusItem,
    covers,
    decide,
    in_time,
    known_of,
)

NOT_FOUND = "Aucune facture ne porte ce numéro. Importez d'abord la facture, ou corrigez le numéro dans le fichier."
OTHER_DATE = "Une facture porte ce numéro, mais pas cette date de facture."
SEVERAL = "Plusieurs factures portent ce numéro : ajoutez la date de la facture, ou notez le statut sur sa page."
NOT_OURS = "Ce statut concerne la facture d'une autre entreprise : le SIREN du vendeur n'est pas le vôtre."
OTHER_CLIENT = "Le SIREN de l'acheteur n'est pas celui du client de cette facture."
GONE = "Le contenu de ce fichier n'est plus là : importez-le de nouveau."
STATED_LATER = "Un statut plus récent est déjà noté sur cette facture."


class StatusError(Exception):
    """A status that cannot be recorded by hand; ``field`` names what to correct, the text is French."""

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


def plan_file(file: ImportFile, now: dt.datetime) -> list[StatusItem]:
    """What the statuses of an imported file would do, in its order. RefusedError when it cannot be read."""
    return plan(file.run.account, _read(file), now)


def apply_file(file: ImportFile, by: User | None, now: dt.datetime) -> list[StatusItem]:
    """Record the statuses of an imported file, each looked at again. Returns what was done."""
    account = file.run.account
    return apply(account, plan(account, _read(file), now), by, now)


def plan(account: Account, read: Sequence[StatusRead], now: dt.datetime) -> list[StatusItem]:
    """What each status would do, in the same order; nothing is written. Two statements, whatever their number."""
    today = local_date(now, account.time_zone)
    found = [_found(account, one, namesakes) for one, namesakes in _namesakes(account, read)]
    known = known_of(account, [item.invoice for item in found if item.invoice is not None])
    last = _last(found, today)
    planned = list(found)
    for n in in_time(found, today):
        invoice = found[n].invoice
        if found[n].problem or invoice is None:
            continue
        is_replaced = found[n].read.code != CASHED and n != last[invoice.id]
        planned[n] = decide(known[invoice.id], found[n], today)
        if is_replaced and planned[n].will_apply:
            planned[n] = replace(planned[n], effect="replaced", note="")
        known[invoice.id].take(planned[n])
    return planned


def apply(account: Account, items: Iterable[StatusItem], by: User | None, now: dt.datetime) -> list[StatusItem]:
    """Record what was planned: each invoice is looked at again under its client's turn. Returns what was done.

    Client by client, in the order of all who lock several, a short transaction for each.
    """
    today = local_date(now, account.time_zone)
    by_client: dict[int, list[StatusItem]] = defaultdict(list)
    for item in items:
        if item.will_apply and item.invoice is not None and item.invoice.account_id == account.id:
            by_client[item.invoice.client_id].append(item)
    done = []
    for client_id, some in sorted(by_client.items()):
        with transaction():
            Client.get_by_id(client_id).take_turn()
            for n in in_time(some, today):
                done += _apply(account, some[n], by, now, today, is_by_hand=False)
    return done


def record_by_hand(
    invoice: Invoice, *, code: str, on: dt.date, reason: str, by: User | None, now: dt.datetime
) -> StatusItem:
    """Record the status that a person read on her platform, and what follows. StatusError names the field."""
    read = checked(StatusRead(number=invoice.number, code=code, on=on, reason=reason))
    if read.error:
        raise StatusError(read.error, "code")
    account = invoice.account
    today = local_date(now, account.time_zone)
    with transaction():
        Client.get_by_id(invoice.client_id).take_turn()
        fresh = Invoice.get_by_id(invoice.id)
        item = StatusItem(read, "record", invoice=fresh, on=on)
        decided = decide(known_of(account, [fresh])[fresh.id], item, today, is_by_hand=True)
        if decided.problem:
            raise StatusError(decided.problem, "on" if decided.problem == FUTURE else "")
        if decided.effect == "older":
            raise StatusError(STATED_LATER, "on")
        if decided.will_apply:
            _apply(account, decided, by, now, today, is_by_hand=True)
    return decided


def _read(file: ImportFile) -> list[StatusRead]:
    kept = json.loads(file.table_json).get("read")
    if kept is not None:
        return [from_json(one) for one in kept]
    if file.document is None:
        raise RefusedError(GONE)
    content = storage.get(file.document.sha256)
    with guard.Reader() as reader:
        return list(reader.statuses(content, file.format))


def _namesakes(account: Account, read: Sequence[StatusRead]) -> list[tuple[StatusRead, list[Invoice]]]:
    """Each status with the invoices of its number."""
    numbers = {one.number for one in read if one.number and not one.error}
    rows = Invoice.select(Invoice, Client).join(Client).where(Invoice.account == account, Invoice.number.in_(numbers))
    by_number: dict[str, list[Invoice]] = defaultdict(list)
    for invoice in rows.order_by(Invoice.id) if numbers else ():
        by_number[invoice.number].append(invoice)
    return [(one, by_number.get(one.number, [])) for one in read]


def _found(account: Account, read: StatusRead, namesakes: list[Invoice]) -> StatusItem:
    """The invoice that a status is about, or why there is none."""
    refused = StatusItem(read, "problem")
    if read.error:
        return replace(refused, problem=read.error)
    siren = account.siret.replace(" ", "")[:9]
    if read.seller_siren and siren and read.seller_siren != siren:
        return replace(refused, problem=NOT_OURS)
    if not namesakes:
        return replace(refused, problem=NOT_FOUND)
    dated = [one for one in namesakes if read.issued_on in (None, one.issued_on)]
    if len(dated) != 1:
        return replace(refused, problem=SEVERAL if dated else OTHER_DATE)
    invoice = dated[0]
    buyer = invoice.client.siren[:9]
    if read.buyer_siren and buyer and read.buyer_siren != buyer:
        return replace(refused, problem=OTHER_CLIENT)
    return StatusItem(read, "record", invoice=invoice, on=read.on)


def _last(items: Sequence[StatusItem], today: dt.date) -> dict[int, int]:
    """By invoice, the place of its latest status in the file, what was cashed left aside."""
    found = {}
    for n in in_time(items, today):
        item = items[n]
        if item.invoice is not None and not item.problem and item.read.code != CASHED:
            found[item.invoice.id] = n
    return found


def _apply(
    account: Account, item: StatusItem, by: User | None, now: dt.datetime, today: dt.date, *, is_by_hand: bool
) -> list[StatusItem]:
    """Record one status if it still stands. The caller has the client's turn."""
    if item.invoice is None:
        return []
    known = known_of(account, [Invoice.get_by_id(item.invoice.id)])[item.invoice.id]
    fresh = decide(known, item, today, is_by_hand=is_by_hand)
    if not fresh.will_apply or fresh.on is None:
        return []
    known.take(fresh)
    _write(known, fresh, by, now)
    if fresh.effect == "dispute":
        facts = DisputeFacts("other", dispute_text(fresh.read))
        disputing.open_dispute(known.invoice, facts, by=by, now=now)
    elif fresh.effect == "payment":
        day = fresh.paid_on or fresh.on
        paying.record(known.invoice, fresh.amount_cents, day, known.invoice.payment_method, by=by, now=now)
    return [fresh]


def dispute_text(read: StatusRead) -> str:
    """« Refusée par le client sur la plateforme : prestation non conforme »."""
    return french(f"{HOLDS[read.code]} : {read.reason}") if read.reason else HOLDS[read.code]


def _write(known: Known, item: StatusItem, by: User | None, now: dt.datetime) -> None:
    """The status on the invoice, with its event. What the platform knows to be cashed need not be reported to it."""
    invoice, read = known.invoice, item.read
    values: dict[Any, Any] = {Invoice.platform_status: read.code, Invoice.platform_status_on: item.on}
    if read.code == CASHED and covers(known):
        values[Invoice.encashment_reported_at] = now
    Invoice.update(values).where(Invoice.id == invoice.id).execute()
    record(
        "platform_status_recorded",
        account=invoice.account_id,
        at=now,
        client=invoice.client_id,
        invoice=invoice,
        user=by,
        number=invoice.number,
        currency=invoice.currency,
        code=read.code,
        on=item.on,
        reason=read.reason,
        amount_cents=read.amount_cents,
        effect=item.effect,
    )
