"""What the page of an amicable letter shows: the choices, the words, the checks, and the paper beside them."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for

from relance.letters import amicable as paper
from relance.letters.amicable import AmicableFacts
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.rules.calendar import local_date
from relance.services import (
    amicable,
    amicable_checks,
    drafting,
    letter_parts,
    signing,
    templating,
)
from relance.services.amicable import FORMAL, AmicableChoices, AmicableError, Draft
from relance.services.amicable_text import Words
from relance.web import names, notice_page
from relance.web.forms.amicable import AmicableForm
from relance.web.scope import current_account, current_user

FIELDS = {"object": "subject", "signature": "signs", "": ""}
Aside = list[tuple[Invoice, str]]


def opening(asked: Sequence[Invoice], template: str, now: datetime) -> dict[str, Any]:
    """The page as it opens, with the proposed template or the one asked for."""
    kept, aside = amicable.sort_out(asked)
    if not kept:
        return _refused(asked, aside)
    account = current_account()
    _read_ahead(kept)
    today = local_date(now, account.time_zone)
    offered = amicable.offered(account)
    proposed = amicable.proposed(account, kept, today)
    form = AmicableForm(
        offered,
        kept,
        template=template if template in offered else proposed,
        dated_on=today,
        joins_invoice=True,
    )
    form = _offered(form, kept, None)
    form.signs.data = bool(form.signature.choices)
    return _context(form, kept, aside, now, proposed)


def reopening(letter: Letter, now: datetime) -> dict[str, Any]:
    """The page of a draft, as it was saved; a day that is past becomes today."""
    notice_page.read_ahead(*drafting.reads(letter))
    choices, asked = drafting.choices_of(letter), drafting.invoices_of(letter)
    for invoice in asked:
        invoice.client, invoice.account = letter.client, current_account()  # not read again for each of them
    kept, aside = amicable.sort_out(asked)
    if not kept or not isinstance(choices, AmicableChoices):
        return _refused(asked, aside) | {"letter": letter, "words": choices_text(choices)}
    account = current_account()
    _read_ahead(kept)
    today = local_date(now, account.time_zone)
    offered = amicable.offered(account)
    form = AmicableForm(
        [choices.template, *offered] if choices.template not in offered else offered,
        kept,
        template=choices.template,
        dated_on=max(choices.dated_on, today),
        joins_invoice=choices.joins_invoice,
        signs=choices.signature_id is not None,
        signature=choices.signature_id,
        evidence=list(choices.evidence_ids),
        enclosures="\n".join(choices.enclosures),
        version=str(letter.version),
    )
    proposed = amicable.proposed(account, kept, today)
    return _context(_offered(form, kept, letter), kept, aside, now, proposed, letter, choices.words)


def choices_text(choices: Any) -> str:
    """The words a person wrote, for them to copy where the letter cannot be made any more."""
    own = choices.words if isinstance(choices, AmicableChoices) else None
    return own.body if own is not None else ""


def reading(asked: Sequence[Invoice], now: datetime, letter: Letter | None = None) -> dict[str, Any]:
    """The page from what was sent; problems are written in the form, and ``draft`` is None when there are any."""
    kept, aside = amicable.sort_out(asked)
    if not kept:
        return _refused(asked, aside) | {"words": str(request.form.get("body", "")), "letter": letter}
    account = current_account()
    form = _offered(AmicableForm(amicable.offered(account), kept), kept, letter)
    form.validate()
    proposed = amicable.proposed(account, kept, local_date(now, account.time_zone))
    return _context(form, kept, aside, now, proposed, letter)


def _read_ahead(invoices: Sequence[Invoice]) -> None:
    client = invoices[0].client
    notice_page.read_ahead(
        *amicable_checks.reads(client, invoices),
        signing.of_user_read(current_user()),
        letter_parts.evidence_read(client, invoices),
        *letter_parts.marks_reads(invoices),
    )


def _offered(form: AmicableForm, invoices: Sequence[Invoice], letter: Letter | None) -> AmicableForm:
    kept = letter.signature if letter is not None else None
    form.offer(signing.of_user(current_user()), letter_parts.offered_evidence(invoices[0].client, invoices), kept)
    return form


def _context(
    form: AmicableForm,
    invoices: Sequence[Invoice],
    aside: Aside,
    now: datetime,
    proposed: str,
    letter: Letter | None = None,
    own: Words | None = None,
) -> dict[str, Any]:
    account, client = current_account(), invoices[0].client
    today = local_date(now, account.time_zone)
    own = form.settle_words() if form.is_submitted() else own
    draft, has_changed = None, False
    carried = letter.signature_id if letter is not None else None
    generated = _draft(form, invoices, today, None, carried)  # what the template says
    if generated is not None:
        has_changed = bool(form.basis.data) and form.basis.data != generated.basis
        form.basis.data = generated.basis
        said = Words(generated.facts.object, generated.facts.body)
        own = None if own == said else own
        form.fill(own or said, said)
        kept = drafting.kept_signature(letter, invoices, choices_of(form, own)) if letter is not None else None
        draft = generated if own is None and kept == carried else _draft(form, invoices, today, own, kept)
    facts = draft.facts if draft is not None else None
    apart = generated.apart if generated is not None else ()
    checks = amicable_checks.before_posting(account, client, invoices, facts=facts, apart=apart)
    return {
        "is_refused": False,
        "form": form,
        "draft": draft,
        "own": own,
        "client": client,
        "invoices": invoices,
        "aside": aside,
        "asked": [*invoices, *(invoice for invoice, _why in aside)],
        "today": today,
        "proposed": proposed,
        "template_name": names.template,
        "has_changed": has_changed,
        "has_files": any(invoice.document_id for invoice in invoices),
        "letter": letter,
        "moved": notice_page.moved_words(drafting.moved(letter)) if letter is not None else [],
        "checks": [(check, notice_page.words_of_check(check)) for check in checks],
        "paper": framed(facts) if facts is not None else "",
        "address": addresses(invoices, letter),
        "length": "",
        "is_early": False,
        "oob": False,
    }


def choices_of(form: AmicableForm, words: Words | None) -> AmicableChoices:
    """What the services take. The date is there once the form has no error."""
    joins = bool(form.joins_invoice.data)
    return AmicableChoices(form.template.data or "", form.dated_on.data, words, joins, **form.parts())


def _draft(
    form: AmicableForm, invoices: Sequence[Invoice], today: date, words: Words | None, kept: int | None
) -> Draft | None:
    """The letter as it stands; None when it cannot be, with the reason in the form."""
    if form.dated_on.errors or form.dated_on.data is None:
        return None
    account, client, choices = current_account(), invoices[0].client, choices_of(form, words)
    try:
        return amicable.draft(account, client, invoices, choices, today, by=current_user(), kept=kept)
    except AmicableError as error:
        refuse(form, error)
        return None


def refuse(form: AmicableForm, error: AmicableError) -> None:
    """Write each refusal of the service at its field, or above the form, unless the form already said it."""
    for field, sentence in error.errors.items():
        name = FIELDS.get(field, field)
        if not name or not form[name].errors:
            form.refuse(name, sentence)


def _refused(asked: Sequence[Invoice], aside: Aside) -> dict[str, Any]:
    return {
        "is_refused": True,
        "refusal": aside[0][1] if aside else amicable.NOTHING,
        "aside": aside,
        "asked": list(asked),
        "invoices": list(asked),
        "client": asked[0].client if asked else None,
        "letter": None,
        "words": "",
    }


def addresses(invoices: Sequence[Invoice], letter: Letter | None = None) -> dict[str, str]:
    """Where the form is sent: under the invoice when it is alone, under the letter once it is a draft."""
    if len(invoices) == 1:
        found = {name: url_for(f"amicable.{name}", id=invoices[0].id) for name in ("create", "preview", "pages")}
    else:
        found = {name: url_for(f"amicable.{name}_many") for name in ("create", "preview", "pages")}
    found |= {"save": found["create"], "freeze": found["create"]}
    if letter is not None:
        found["save"] = url_for("letter_drafts.save", letter_id=letter.id)
        found["freeze"] = url_for("letter_drafts.freeze", letter_id=letter.id)
    return found


def framed(facts: AmicableFacts) -> str:
    """The letter as the document of a frame: the printed page with its style sheet, and nothing that acts."""
    return notice_page.dressed(paper.page(facts))


def editor_url(invoice: Invoice, template: str) -> str:
    """Where a letter that a sequence asks for is written: the formal notice, or the amicable one with its text."""
    if template in ("", "formal_notice"):
        return url_for("letters.new", factures=invoice.id)
    if template == amicable.KIND:
        return url_for("amicable.new", id=invoice.id)
    if templating.levels(invoice.account_id).get(template, FORMAL) >= FORMAL:
        return url_for("letters.new", factures=invoice.id)
    return url_for("amicable.new", id=invoice.id, modele=template)


def render(context: dict[str, Any], *, is_fragment: bool = False) -> str:
    """The page, or its two columns."""
    if is_fragment:
        return render_template("letters/_amicable.html", **context)
    return render_template("letters/amicable.html", **context)
