"""Drafts of amicable letters: opened, saved, frozen. Nothing leaves by itself."""

from typing import Any

from flask import make_response
from flask.typing import ResponseReturnValue

from relance import clock
from relance.models.letters import Letter
from relance.services import amicable, drafting
from relance.services.amicable import AmicableChoices, AmicableError
from relance.services.amicable import ChangedError as AmicableChangedError
from relance.services.drafting import StaleError
from relance.services.letter_parts import ChangedError
from relance.web import amicable_page, letter_leaving, notice_page
from relance.web.amicable_page import refuse, render
from relance.web.scope import current_account, current_user


def opened(letter: Letter) -> ResponseReturnValue:
    """The editor of a draft."""
    return make_response(render(amicable_page.reopening(letter, clock.now())))


def submit(letter: Letter, *, freezes: bool) -> ResponseReturnValue:
    """Save or freeze a draft as it was sent."""
    return written(amicable_page.reading(drafting.invoices_of(letter), clock.now(), letter), letter, freezes=freezes)


def written(context: dict[str, Any], letter: Letter | None, *, freezes: bool) -> ResponseReturnValue:
    """Save or freeze what was sent, or show again what is wrong with it."""
    if context["is_refused"]:
        return make_response(render(context), 422)
    form = context["form"]
    if freezes and context["has_changed"]:
        form.refuse("", amicable.CHANGED)
        return make_response(render(context), 409)
    if form.all_errors() or context["draft"] is None:
        return make_response(render(context), 422)
    try:
        done = _write(context, letter, amicable_page.choices_of(form, context["own"]), freezes)
    except AmicableError as error:  # a payment came between the page and the client's turn
        refuse(form, error)
        return make_response(render(context), 409 if isinstance(error, AmicableChangedError) else 422)
    except ChangedError:
        form.refuse("", amicable.CHANGED)
        return make_response(render(context), 409)
    except StaleError:
        current = letter_leaving.current_of(letter)
        if current is None:
            return letter_leaving.gone(letter.id if letter is not None else None)
        form.version.data = str(current.version)
        form.refuse("", notice_page.STALE)
        return make_response(render(context), 409)
    return letter_leaving.done(done, freezes=freezes, has_changed=context["has_changed"])


def _write(context: dict[str, Any], letter: Letter | None, choices: AmicableChoices, freezes: bool) -> Letter:
    account, client, invoices = current_account(), context["client"], context["invoices"]
    basis, by, now = context["form"].basis.data, current_user(), clock.now()
    if letter is None and freezes:
        return amicable.prepare(account, client, invoices, choices=choices, basis=basis, by=by, now=now)
    if letter is None:
        return drafting.save(account, client, invoices, choices, by=by, now=now)
    version = context["form"].read_version()
    if freezes:
        return drafting.freeze(letter, invoices, choices, version=version, basis=basis, by=by, now=now)
    return drafting.update(letter, invoices, choices, version=version, by=by, now=now)
