"""What the editor of a template shows: the texts, the variables, the preview and what deserves a second look."""

from typing import Any

from flask import request

from relance import clock
from relance.mail import samples
from relance.mail.reminders import values_of
from relance.models.accounts import Account
from relance.rules import cautions, variables
from relance.rules.texts import TextError, Wording
from relance.services import chasing, keeping_templates, template_checks, template_previews, templating
from relance.services.carrying import Post
from relance.services.composing import Composed, Own
from relance.services.keeping_templates import Change
from relance.services.templating import Info
from relance.web import names, scope
from relance.web.forms.fields import options
from relance.web.forms.templates import TONES, TemplateForm
from relance.web.i18n import _
from relance.web.scope import current_account, current_user
from relance.web.security import is_own_path

CATEGORIES = {
    "before": "Avant l'échéance",
    "reminder": "Relances",
    "thanks": "Après paiement",
    "quote": "Devis",
}
VERSIONS = {"vous": "Version « vous »", "tu": "Version « tu »", "en": "English"}
_BLOCKS = {
    "paiement": "cinq lignes",
    "tableau": "une ligne par facture",
    "signature": "deux lignes",
}


def opening(info: Info, variant: str) -> dict[str, Any]:
    """The page as it opens, on one version; a version not written yet shows the text that is sent instead."""
    account = current_account()
    form = TemplateForm(
        formdata=None,
        name=names.template(info.ref),
        tone=info.tone,
        variant=variant,
        version=info.version,
        preview_with=request.args.get("avec", template_previews.SAMPLE),
    )
    one = templating.text_of(account, info.ref, variant, False)
    form.fill(one, templating.text_of(account, info.ref, variant, True))
    return context(info, form)


def context(info: Info, form: TemplateForm, **more: Any) -> dict[str, Any]:
    """The page from what the form says."""
    account, wish = current_account(), form.change(info)
    level = info.level if wish.tone == info.tone else templating.TONES.get(wish.tone, info.level)
    is_written = (wish.variant, False) in info.changed
    found: dict[str, Any] = {
        "info": info,
        "form": form,
        "title": names.template(info.ref),
        "variant": wish.variant,
        "versions": VERSIONS,
        "is_written": is_written,
        "is_many_written": (wish.variant, True) in info.changed,
        "can_reset": _can_reset(info, wish.variant),
        "groups": reference(account, info, wish.variant),
        "remarks": [(_(one.sentence), one.is_hint) for one in _remarks(info, wish, level)],
        "used": templating.usages(account).get(info.ref, []),
        "back": back(),
    }
    return found | preview(account, info, form, wish, level) | more


def preview(account: Account, info: Info, form: TemplateForm, wish: Change, level: int) -> dict[str, Any]:
    """The message these words would make, or why there is none."""
    form.preview_with.choices = options((one.key, _named(one)) for one in template_previews.subjects(account, info))
    many = wish.many
    if not (many.subject.strip() or many.body.strip()):
        many = keeping_templates.origin(account, info.ref, wish.variant, True)
    composed: Composed | None = None
    problem = next(iter(template_checks.text_errors(info.category, wish.one, many).values()), "")
    if not problem:
        own = Own(wish.variant, level, _set(wish.one, wish.variant), _set(many, wish.variant))
        try:
            key = str(form.preview_with.data or "")
            composed = template_previews.compose(account, current_user(), info, own, key, clock.now())
        except TextError as error:
            problem = str(error)
    return {
        "composed": composed,
        "problem": _(problem),
        "from_address": Post.of(scope.settings()).carrier_of(account).from_address,
    }


def reference(account: Account, info: Info, variant: str) -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """The variables by group: name, meaning, example and its language, as the example data give them."""
    spoken = "en" if variant == "en" else "fr"
    today = chasing.today_of(account, clock.now())
    facts = samples.full_facts(info.ref, today, info.category, info.level, language=spoken)
    values = values_of(template_previews.signed(facts, account, current_user()))
    found: dict[str, list[tuple[str, str, str, str]]] = {}
    for each in variables.available(info.category):
        example, language = (_(_BLOCKS[each.name]), "") if each.is_block else (values[each.name], spoken)
        found.setdefault(each.group, []).append((each.name, _(each.meaning), example, language))
    return [(_(group), found[group]) for group in variables.GROUPS if group in found]


def back() -> str:
    """The page the person came from (?suite=), when it is one of ours: the sequence they are writing."""
    wanted = request.values.get("suite", "")
    return wanted if wanted and is_own_path(wanted) else ""


def tone(info: Info) -> str:
    """« cordial »."""
    return _(TONES[info.tone])


def _can_reset(info: Info, variant: str) -> bool:
    """True when something of that version was written that has an origin to go back to."""
    written = {is_many for each, is_many in info.changed if each == variant}
    return bool(written) if info.is_delivered or variant != "vous" else True in written


def _remarks(info: Info, wish: Change, level: int) -> list[cautions.Caution]:
    found = cautions.cautions(_set(wish.one, wish.variant), info.category, level)
    many = cautions.cautions(_set(wish.many, wish.variant), info.category, level) if wish.many.body.strip() else []
    return [*found, *(one for one in many if one not in found)]


def _set(wording: Wording, variant: str) -> Wording:
    return templating.typeset(template_checks.tidy(wording), variant)


def _named(one: template_previews.Subject) -> str:
    if one.key == template_previews.SAMPLE:
        return _("Données d'exemple")
    if one.key == template_previews.SAMPLE_MANY:
        return _("Données d'exemple, plusieurs factures")
    if one.number:
        return _("{numéro}, {client}", numéro=one.number, client=one.client)
    return _("{client}, {n} factures", client=one.client, n=one.count)


def versions_of(info: Info) -> list[tuple[str, str]]:
    """The versions written, in words, with the language of each where it is not that of the page."""
    words = {"vous": ("vous", "fr"), "tu": ("tu", "fr"), "en": (_("anglais"), "")}
    return [words[variant] for variant in info.variants]
