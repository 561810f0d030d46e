"""What the editor of a formal notice shows: the late invoices, the letter that would be made, the checks in words."""

import hashlib
from base64 import b64encode
from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import Response, make_response, render_template
from markupsafe import Markup

from relance import clock, db, storage
from relance.letters import pages, press
from relance.letters.facts import NoticeFacts
from relance.models.clients import Client
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.rules.calendar import local_date
from relance.services import (
    appending,
    claiming,
    drafting,
    gathering,
    letter_parts,
    notice_checks,
    noticing,
    signing,
)
from relance.services.appending import Apart
from relance.services.drafting import Moved
from relance.services.notice_checks import Check
from relance.services.noticing import NoticeChoices, NoticeError
from relance.web import filters
from relance.web.assets import LETTER, asset_url
from relance.web.forms.letters import NoticeForm, Words, basis
from relance.web.i18n import _, _n
from relance.web.scope import current_account, current_user
from relance.web.security import embeddable

MOST = 1_000  # invoices looked up in one form
FIELDS = {"signature": "signs", "words": ""}
CHANGED = (
    "Ce qui est dû a changé pendant que cette lettre était ouverte : relisez-la avec les nouveaux montants, "
    "puis figez-la."
)
STALE = "Ce brouillon a été enregistré ailleurs entre-temps. Vos choix sont gardés ci-dessous : relisez-les."


def today() -> date:
    """The account's civil day."""
    return local_date(clock.now(), current_account().time_zone)


def late_invoices(client: Client) -> list[Invoice]:
    """The late invoices of a client, the oldest due date first."""
    query = Invoice.select().where(
        Invoice.client == client, Invoice.state == "sent", Invoice.kind != "credit_note", Invoice.balance_cents > 0
    )
    late = claiming.ordered([invoice for invoice in query if invoice.is_overdue(today())])
    for invoice in late:
        invoice.client = client  # not read again for each of them
    return late


def late_clients() -> list[Client]:
    """The clients who have something late, by name."""
    owed = Invoice.select(Invoice.client).where(
        Invoice.account == current_account(),
        Invoice.state == "sent",
        Invoice.kind != "credit_note",
        Invoice.balance_cents > 0,
        Invoice.next_due_on < today(),
    )
    return list(Client.select().where(Client.id.in_(owed)).order_by(Client.name))


def opening(client: Client, late: Sequence[Invoice], ticked: Sequence[Invoice]) -> NoticeForm:
    """The form of a new letter: what is asked for, else all that is late in the first currency."""
    chosen = [invoice for invoice in ticked if invoice in late]
    chosen = chosen or [invoice for invoice in late if invoice.currency == late[0].currency]
    form = NoticeForm(
        client,
        late,
        invoices=[invoice.id for invoice in chosen],
        dated_on=today(),
        claims_interest=True,
        joins_invoices=True,
        **({} if client.kind == "individual" else {"claims_fee": True}),
    )
    form = offered(form, client, late)
    form.signs.data = bool(form.signature.choices)
    return form


def offered(form: NoticeForm, client: Client, late: Sequence[Invoice], letter: Letter | None = None) -> NoticeForm:
    """The form with its signatures, its pieces, and the marks of what is owed now unless it carries some."""
    read_ahead(
        signing.of_user_read(current_user()),
        letter_parts.evidence_read(client, late),
        *letter_parts.marks_reads(late),
    )
    kept = letter.signature if letter is not None else None
    form.offer(signing.of_user(current_user()), letter_parts.offered_evidence(client, late), kept)
    form.basis.data = form.basis.data or basis(late)
    return form


def read_ahead(*queries: Any) -> None:
    """Ask the database once for what the parts of a page will read."""
    if db.is_remembering():
        gathering.read(*queries)


def reading(client: Client, late: Sequence[Invoice], letter: Letter | None = None) -> tuple[NoticeForm, list[Invoice]]:
    """The form as it was sent, and the invoices ticked in it that can be claimed no more: paid meanwhile, say."""
    form = offered(NoticeForm(client, late), client, late, letter)
    known = {invoice.id for invoice in late}
    rest = list(dict.fromkeys(key for key in form.invoices.data or [] if key not in known))[:MOST]
    gone = list(Invoice.select().where(Invoice.id.in_(rest), Invoice.client == client)) if rest else []
    left = {invoice.id for invoice in gone}
    form.invoices.data = [key for key in form.invoices.data or [] if key not in left]
    return form, gone


def reopening(letter: Letter, late: Sequence[Invoice]) -> NoticeForm:
    """The form of a draft, as it was saved; a day that is past becomes today."""
    read_ahead(*drafting.reads(letter))
    choices = drafting.choices_of(letter)
    if not isinstance(choices, NoticeChoices):
        raise TypeError("not a formal notice")
    values = vars(choices) | {
        "dated_on": max(choices.dated_on, today()),
        "invoices": [invoice.id for invoice in drafting.invoices_of(letter) if invoice in late],
        "signs": choices.signature_id is not None,
        "signature": choices.signature_id,
        "evidence": list(choices.evidence_ids),
        "enclosures": "\n".join(choices.enclosures),
        "version": str(letter.version),
    }
    if letter.client.kind == "individual":
        del values["claims_fee"]
    return offered(NoticeForm(letter.client, late, **values), letter.client, late, letter)


def words_of(letter: Letter | None, form: NoticeForm) -> Words:
    """The paragraphs a person wrote: those of the draft, else those that a draft put back carries."""
    if letter is None:
        return form.words()
    choices = drafting.choices_of(letter)
    return choices.words if isinstance(choices, NoticeChoices) else ()


def draft(
    client: Client, late: Sequence[Invoice], form: NoticeForm, words: Words = (), letter: Letter | None = None
) -> tuple[NoticeFacts | None, NoticeError | None]:
    """What the letter would say, or why it cannot be written."""
    choices = form.choices(words)
    if choices is None:
        return None, None
    account, by, chosen = current_account(), current_user(), form.chosen(late)
    kept = drafting.kept_signature(letter, chosen, choices) if letter is not None else None
    try:
        return noticing.draft(account, client, chosen, choices, today(), by=by, kept=kept), None
    except NoticeError as error:
        return None, error


def refuse(form: NoticeForm, error: NoticeError) -> None:
    """Show what the service found beside its field, or above the form."""
    for field, sentence in error.errors.items():
        if field.startswith(noticing.WORDS):
            form.refuse("", _("Le texte que vous avez modifié est à revoir : {problème}", problème=_(sentence)))
            continue
        name = FIELDS.get(field, field)
        form.refuse(name if name in form else "", sentence)


def context(client: Client, late: Sequence[Invoice], form: NoticeForm, letter: Letter | None = None) -> dict[str, Any]:
    """What new.html and its fragments show for what is chosen; ``letter``: the draft, once saved."""
    account, chosen = current_account(), form.chosen(late)
    shown = chosen or late
    read_ahead(*notice_checks.reads(account, client, shown))
    words = words_of(letter, form)
    facts, error = draft(client, late, form, words, letter)
    if error is not None and not form.errors:
        refuse(form, error)
    checks = notice_checks.before_posting(
        account, client, shown, today=today(), apart=_apart(form, shown), but=letter, dated_on=form.dated_on.data
    )
    return {
        "client": client,
        "late": late,
        "form": form,
        "letter": letter,
        "facts": facts,
        "checks": [(check, words_of_check(check)) for check in checks],
        "is_early": bool(chosen) and notice_checks.is_early(account, chosen),
        "paper": framed(facts) if facts is not None else "",
        "length": "",
        "has_parts": any(invoice.balance_cents < invoice.total_cents for invoice in late),
        "has_files": any(invoice.document_id for invoice in shown),
        "is_rewritten": bool(words),
        "has_changed": bool(chosen) and form.read_basis(chosen) != _basis_now(late, chosen),
        "moved": moved_words(drafting.moved(letter)) if letter is not None else [],
        "aside": (),
        "oob": False,
    }


def _basis_now(late: Sequence[Invoice], chosen: Sequence[Invoice]) -> str:
    marks = letter_parts.marks(late)
    return letter_parts.combined({invoice.id: marks[invoice.id] for invoice in chosen})


def _apart(form: NoticeForm, invoices: Sequence[Invoice]) -> Sequence[Apart]:
    """The files that were asked for and cannot follow the letter."""
    pieces = [one for one in form.pieces if one.id in (form.evidence.data or ())]
    return appending.share_out(invoices if form.joins_invoices.data else (), pieces)[1]


def moved_words(found: Sequence[Moved]) -> list[str]:
    """« F-2026-0079 : réglée… » for each invoice that changed since the draft was last saved."""
    said = []
    for one in found:
        number, currency = one.invoice.number, one.invoice.currency
        before, left = filters.amount(one.before_cents, currency), filters.amount(one.now_cents, currency)
        if one.now_cents <= 0:
            said.append(_("La facture {numéro} n'est plus à régler : elle sort de la lettre.", numéro=number))
        elif one.is_disputed:
            said.append(_("La facture {numéro} est contestée depuis : répondez à votre client d'abord.", numéro=number))
        else:
            sentence = "Facture {numéro} : il reste {reste}, au lieu de {avant}."
            said.append(_(sentence, numéro=number, reste=left, avant=before))
    return said


def framed(facts: NoticeFacts) -> str:
    """The letter as the document of a frame: the printed page with its style sheet, and nothing that acts."""
    return dressed(pages.formal_notice(facts))


def dressed(page: str) -> str:
    """A page of a letter with its style sheet, for a frame."""
    link = Markup('<link rel="stylesheet" href="{}"></head>').format(asset_url(LETTER))
    return page.replace("</head>", link, 1)


def length_of(page: str) -> str:
    """« Une page », or what to know when the letter is longer, and its annex apart; '' when it cannot be laid out."""
    letter, end, annex = page.partition("</article>")
    try:
        own = press.count_pages(f"{letter}{end}</body></html>")
        more = press.count_pages(page) - own if "<article" in annex else 0
    except (press.PressError, storage.StorageError):
        return ""
    said = _("Une page") if own == 1 else _("La lettre passe à {n} pages.", n=own)
    if more <= 0:
        return said
    return f"{said.rstrip('.')}, {_n('une page d’annexe', '{n} pages d’annexe', more)}"


def render(context: dict[str, Any], status: int = 200) -> Response:
    """The editor."""
    return make_response(render_template("letters/new.html", **context), status)


def nothing_late(client: Client, aside: Sequence[tuple[Invoice, str]] = (), letter: Letter | None = None) -> Response:
    """The page of a notice that nothing calls for any more; ``letter``: the draft, to be thrown away."""
    moved = moved_words(drafting.moved(letter)) if letter is not None else []
    page = render_template("letters/not_late.html", client=client, aside=aside, letter=letter, moved=moved)
    return make_response(page)


def words_of_check(check: Check) -> str:
    """A check in the language of the page: dates and rates in words."""
    shown = {
        name: filters.long_date(value, year=check.with_year)
        if isinstance(value, date)
        else filters.rate(value)
        if name in ("taux", "plancher") and isinstance(value, int)
        else _(str(value))
        if name == "raison"
        else value
        for name, value in check.values.items()
    }
    return _(check.sentence, **shown)


def paper(page: str) -> Response:
    """A letter alone, for a frame of ours: its own style, our fonts, pictures inside it, nothing else."""
    css = pages.screen_css(lambda name: asset_url(f"fonts/{name}"))
    response = embeddable(make_response(pages.preview(page, css)))
    mark = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    response.headers["Content-Security-Policy"] = (
        f"default-src 'none'; style-src 'sha256-{mark}'; font-src 'self'; img-src data:; frame-ancestors 'self'; "
        "base-uri 'none'; form-action 'none'"
    )
    return response
