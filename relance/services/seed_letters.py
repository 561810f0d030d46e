"""The letters of the demo: one received and waited on, one ready to post, a draft, pieces, a payment plan, a signature.

Each is made by the code that makes the real ones, at its past date; the papers that a person would have scanned are
drawn here. Without the libraries that print, the letters say so and nothing else of the demo changes.
"""

import datetime as dt
import io
import math
from collections.abc import Sequence

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.signatures import Signature
from relance.rules import payment_plans as parts
from relance.rules.calendar import local_date, local_instant
from relance.rules.wording import french
from relance.services import amicable, drafting, evidence, noticing, payment_plans, posting_letters, printing, signing
from relance.services.amicable import AmicableChoices
from relance.services.noticing import NoticeChoices
from relance.services.payment_plans import Terms

RECEIVED, READY, DRAFT, PLAN = 71, 83, 79, 92  # the numbers of their invoices


def add(email: str, now: dt.datetime) -> None:
    """Add them to the demo of that person; run again, it changes nothing. ``now`` is UTC."""
    user = User.get(User.email == email)
    account = Account.get_by_id(user.account_id)
    if Letter.select().where(Letter.account == account).exists():
        return
    today = local_date(now, account.time_zone)
    with transaction():
        signature = signing.add(user, _signature(), "Ma signature", "drawn", _at(account, today, -12, 18 * 60))
        _received(account, user, today, signature)
        _pieces(account, user, today)
        _ready(account, user, today, signature)
        invoice = _invoice(account, DRAFT)
        choices = NoticeChoices(dated_on=today, signature_id=signature.id)
        drafting.save(account, invoice.client, [invoice], choices, by=user, now=now)
        _plan(account, user, today)


def _at(account: Account, today: dt.date, days: int, minute: int) -> dt.datetime:
    return local_instant(today + dt.timedelta(days=days), minute, account.time_zone)


def _invoice(account: Account, number: int) -> Invoice:
    found: Invoice = Invoice.get(Invoice.account == account, Invoice.number.endswith(f"-{number:04d}"))
    return found


def _received(account: Account, user: User, today: dt.date, signature: Signature) -> None:
    """A formal notice of eight days, received three days ago: its time is not over."""
    invoice = _invoice(account, RECEIVED)
    written = _at(account, today, -7, 10 * 60 + 12)
    choices = NoticeChoices(dated_on=today - dt.timedelta(days=7), signature_id=signature.id)
    letter = noticing.prepare(account, invoice.client, [invoice], choices=choices, by=user, now=written)
    if printing.render(letter.id, written + dt.timedelta(seconds=4)) is None:
        return
    slip = _paper("Preuve de dépôt", ("Lettre recommandée avec avis de réception", "1A 234 567 8901 9", "LYON 02"))
    letter = posting_letters.post(
        letter,
        on=today - dt.timedelta(days=6),
        mode="lrar_counter",
        tracking_number="1A23456789019",
        proof=(slip, "preuve-de-depot.png"),
        by=user,
        now=_at(account, today, -6, 17 * 60 + 25),
    )
    receipt = _paper(
        "Avis de réception", ("Distribué à Transports Gallois", "1A 234 567 8901 9", "Signature : Gallois")
    )
    posting_letters.receive(
        letter,
        outcome="received",
        on=today - dt.timedelta(days=3),
        proof=(receipt, "avis-de-reception.png"),
        by=user,
        now=_at(account, today, -1, 9 * 60 + 40),
    )


def _pieces(account: Account, user: User, today: dt.date) -> None:
    """What proves both claims: a signed quote, and that the work was done."""
    for number, quoted, done in (
        (DRAFT, ("Cartes et menus : 1 860,00 €", "Bon pour accord", "Odile Perrin"), "400 cartes, 60 menus"),
        (RECEIVED, ("Marquage de flotte : 1 440,00 €", "Bon pour accord", "Transports Gallois"), "Douze véhicules"),
    ):
        invoice = _invoice(account, number)
        quote = _paper("Devis accepté", quoted)
        proof = _paper("Bon de livraison", (done, "Reçu le jour dit", "Le client"))
        for kind, label, content, name in (
            ("quote", "Devis signé", quote, "devis-signe.png"),
            ("performance", "Bon de livraison", proof, "bon-de-livraison.png"),
        ):
            at = _at(account, today, -20, 11 * 60)
            evidence.add(
                invoice.client, invoice=invoice, kind=kind, label=label, content=content, name=name, by=user, now=at
            )


def _ready(account: Account, user: User, today: dt.date, signature: Signature) -> None:
    """A reminder on paper that is printed and not posted yet."""
    invoice = _invoice(account, READY)
    at = _at(account, today, -1, 16 * 60 + 5)
    choices = AmicableChoices("relance_1", today - dt.timedelta(days=1), signature_id=signature.id)
    letter = amicable.prepare(account, invoice.client, [invoice], choices=choices, by=user, now=at)
    printing.render(letter.id, at + dt.timedelta(seconds=4))


def _plan(account: Account, user: User, today: dt.date) -> None:
    """A debt paid in three times, agreed on yesterday."""
    invoice = _invoice(account, PLAN)
    split = parts.split(invoice.balance_cents, 3, today + dt.timedelta(days=9))
    note = french("Trésorerie tendue jusqu'en janvier : trois virements, confirmés par e-mail.")
    terms = Terms((invoice.id,), split, note=note, is_acknowledged=True)
    payment_plans.agree(invoice.client, terms, by=user, now=_at(account, today, -1, 17 * 60))


def _paper(title: str, lines: Sequence[str]) -> bytes:
    """What the photograph of a paper looks like, as a PNG."""
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (900, 560), "#f7f5ef")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((24, 24, 876, 536), outline="#8a8577", width=2)
    pen.text((64, 60), title, fill="#222222", font=ImageFont.load_default(44))
    for n, line in enumerate(lines):
        pen.text((64, 170 + 70 * n), line, fill="#333333", font=ImageFont.load_default(30))
    return _png(picture)


def _signature() -> bytes:
    """A stroke that could be anybody's."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", (700, 260), "white")
    stroke = [
        (60 + 5.4 * t, 140 - 62 * math.sin(t / 6.5) * math.exp(-t / 90) - 22 * math.sin(t / 2.3)) for t in range(105)
    ]
    ImageDraw.Draw(picture).line(stroke, fill="#1d2f6f", width=7, joint="curve")
    ImageDraw.Draw(picture).line([(90, 205), (610, 188)], fill="#1d2f6f", width=5)
    return _png(picture)


def _png(picture: object) -> bytes:
    content = io.BytesIO()
    picture.save(content, format="PNG", optimize=True)  # type: ignore[attr-defined]
    return content.getvalue()
