"""The user's changes to templates: written, renamed, duplicated, put back, deleted. What was sent keeps its words."""

import datetime as dt
import secrets
import unicodedata
from dataclasses import dataclass, replace

from peewee import IntegrityError

from relance.db import transaction
from relance.models.accounts import Account, User
from relance.models.events import record
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import Template, TemplateText
from relance.rules.texts import Wording
from relance.services import templating
from relance.services.template_checks import TemplateError, text_errors, tidy
from relance.services.templating import Info

MAX_NAME = 80  # characters
_TAKEN = "Un autre modèle porte déjà ce nom."


class StaleTemplateError(Exception):
    """The template changed since the form was shown."""


@dataclass(frozen=True)
class Change:
    """What the editor says of one version. An empty ``name`` keeps the delivered one; an empty ``many`` too."""

    name: str
    tone: int
    variant: str
    one: Wording
    many: Wording


def create(account: Account, name: str, model: str, tone: int, *, by: User | None, now: dt.datetime) -> Info:
    """A template of the user's own that begins with the « vous » text of ``model``. TemplateError if refused."""
    source = templating.find(account, model)
    if source is None:
        raise TemplateError({"model": "Choisissez un modèle de la liste."})
    level = source.level if tone == source.tone else templating.TONES[tone]
    ref = f"modele-{secrets.token_hex(6)}"
    with transaction():
        _insert(account, ref, name, source.category, level, now)
        _store(account, ref, "vous", False, templating.text_of(account, model, "vous", False), now)
        record("template_created", account=account, user=by, at=now, ref=ref, name=name.strip())
    return _fresh(account, ref)


def duplicate(account: Account, info: Info, *, by: User | None, now: dt.datetime) -> Info:
    """The same texts under a name of its own: those the user wrote, and for a delivered one all of them."""
    names = templating.names(account)
    taken = {_key(name) for name in names.values()}
    base, number = f"{names[info.ref][: MAX_NAME - 15]} (copie)", 2
    name = base
    while _key(name) in taken:
        name, number = f"{base[:-1]} {number})", number + 1
    ref = f"modele-{secrets.token_hex(6)}"
    with transaction():
        _insert(account, ref, name, info.category, info.level, now)
        for variant in info.variants:
            for is_many in (False, True):
                if info.is_delivered or (variant, is_many) in info.changed:
                    _store(account, ref, variant, is_many, templating.text_of(account, info.ref, variant, is_many), now)
        record("template_created", account=account, user=by, at=now, ref=ref, name=name)
    return _fresh(account, ref)


def change(account: Account, info: Info, wish: Change, *, version: int, by: User | None, now: dt.datetime) -> Info:
    """Save one version with the name and the tone. TemplateError names the fields, StaleTemplateError another window.

    A text equal to the one that would be sent anyway is not stored: it keeps following it.
    """
    errors = _name_errors(account, info, wish.name) | text_errors(info.category, wish.one, wish.many)
    if errors:
        raise TemplateError(errors)
    wish = replace(wish, one=tidy(wish.one), many=tidy(wish.many))
    level = info.level if wish.tone == info.tone else templating.TONES[wish.tone]
    with transaction():
        row = _claim(account, info, version, now)
        _save_name(row, info, wish.name, level)
        _keep(account, info, wish.variant, False, wish.one, now)
        _keep(account, info, wish.variant, True, wish.many, now)
        name = templating.names(account)[info.ref]
        record("template_changed", account=account, user=by, at=now, ref=info.ref, name=name, version=wish.variant)
    return _fresh(account, info.ref)


def reset(account: Account, info: Info, variant: str, *, version: int, by: User | None, now: dt.datetime) -> Info:
    """Back to the text of origin for that version, one invoice and several. StaleTemplateError: another window.

    An own template keeps its « vous » text, which has no other origin.
    """
    with transaction():
        _claim(account, info, version, now)
        rows = TemplateText.delete().where(
            TemplateText.account == account, TemplateText.ref == info.ref, TemplateText.variant == variant
        )
        if not info.is_delivered and variant == "vous":
            rows = rows.where(TemplateText.is_many)
        rows.execute()
        name = templating.names(account)[info.ref]
        record("template_reset", account=account, user=by, at=now, ref=info.ref, name=name, version=variant)
    return _fresh(account, info.ref)


def delete(account: Account, info: Info, *, by: User | None, now: dt.datetime, replace_by: str = "") -> bool:
    """Delete an own template, or set it aside when something was sent with it. True when it is gone.

    One that a sequence sends is refused, with the titles, unless ``replace_by`` takes its place everywhere.
    """
    if info.is_delivered:
        raise TemplateError({"": "Ce modèle est livré avec Relance : il se modifie, mais ne se supprime pas."})
    with transaction():
        used = templating.usages(account).get(info.ref, [])
        if used and not replace_by:
            titles = ", ".join(f"« {sequence.title} »" for sequence in used)
            raise TemplateError({"replace_by": f"Ce modèle sert encore : {titles}. Choisissez celui qui le remplace."})
        if used:
            _replace(account, info, replace_by, used, now)
        name = templating.names(account)[info.ref]
        is_kept = templating.has_history(account, info.ref)
        row = Template.select().where(Template.account == account, Template.ref == info.ref)
        if is_kept:
            # The name stays readable and is free for another template.
            Template.update(archived_at=now, name_key=f"archived:{info.ref}").where(Template.id.in_(row)).execute()
        else:
            TemplateText.delete().where(TemplateText.account == account, TemplateText.ref == info.ref).execute()
            Template.delete().where(Template.account == account, Template.ref == info.ref).execute()
        record("template_deleted", account=account, user=by, at=now, ref=info.ref, name=name)
    return not is_kept


def _name_errors(account: Account, info: Info | None, name: str) -> dict[str, str]:
    if not name.strip():
        return {} if info is not None and info.is_delivered else {"name": "Indiquez le nom du modèle."}
    if len(name.strip()) > MAX_NAME:
        return {"name": f"Raccourcissez ce texte : {MAX_NAME} caractères au plus."}
    others = {ref: other for ref, other in templating.names(account).items() if info is None or ref != info.ref}
    live = {each.ref for each in templating.listed(account)}
    if any(_key(other) == _key(name) for ref, other in others.items() if ref in live):
        return {"name": _TAKEN}
    return {}


def _insert(account: Account, ref: str, name: str, category: str, level: int, now: dt.datetime) -> None:
    errors = _name_errors(account, None, name)
    if errors:
        raise TemplateError(errors)
    try:
        Template.create(
            account=account,
            ref=ref,
            name=name.strip(),
            name_key=_key(name),
            category=category,
            level=level,
            created_at=now,
            updated_at=now,
        )
    except IntegrityError as error:
        raise TemplateError({"name": _TAKEN}) from error


def _claim(account: Account, info: Info, version: int, now: dt.datetime) -> Template:
    """The row of the template, its version counted up; the first change of a delivered one makes it."""
    if version == 0 and info.is_delivered:
        values = {"name": "", "name_key": f"delivered:{info.ref}", "category": info.category, "level": info.level}
        made = (
            Template.insert(account=account, ref=info.ref, created_at=now, updated_at=now, **values)
            .on_conflict_ignore()
            .as_rowcount()
            .execute()
        )
    else:
        made = (
            Template.update(version=Template.version + 1, updated_at=now)
            .where(Template.account == account, Template.ref == info.ref, Template.version == version)
            .execute()
        )
    if not made:
        raise StaleTemplateError
    row: Template = Template.get(Template.account == account, Template.ref == info.ref)
    return row


def _save_name(row: Template, info: Info, name: str, level: int) -> None:
    key = _key(name) if name.strip() else f"delivered:{info.ref}"
    try:
        Template.update(name=name.strip(), name_key=key, level=level).where(Template.id == row.id).execute()
    except IntegrityError as error:
        raise TemplateError({"name": _TAKEN}) from error


def _keep(account: Account, info: Info, variant: str, is_many: bool, wording: Wording, now: dt.datetime) -> None:
    """Store the text, or forget it when it is empty or says what would be sent without it."""
    is_empty = not (wording.subject.strip() or wording.body.strip())
    TemplateText.delete().where(
        TemplateText.account == account,
        TemplateText.ref == info.ref,
        TemplateText.variant == variant,
        TemplateText.is_many == is_many,
    ).execute()
    is_root = not info.is_delivered and (variant, is_many) == ("vous", False)
    if not is_root and (is_empty or same(wording, origin(account, info.ref, variant, is_many), variant)):
        return
    _store(account, info.ref, variant, is_many, wording, now)


def origin(account: Account, ref: str, variant: str, is_many: bool) -> Wording:
    """What would be sent if the user had written nothing for that version."""
    info = _fresh(account, ref)
    if not info.is_delivered and variant == "tu" and not is_many:
        return templating.text_of(account, ref, "vous", False)
    return templating.fallback(ref, info.category, info.level, variant, is_many)


def same(one: Wording, other: Wording, variant: str) -> bool:
    """True when two texts read the same once in their typography."""
    return templating.typeset(tidy(one), variant) == templating.typeset(tidy(other), variant)


def _store(account: Account, ref: str, variant: str, is_many: bool, wording: Wording, now: dt.datetime) -> None:
    kept = tidy(wording)
    TemplateText.create(
        account=account,
        ref=ref,
        variant=variant,
        is_many=is_many,
        subject=kept.subject,
        body=kept.body,
        updated_at=now,
    )


def _replace(account: Account, info: Info, by_ref: str, used: list[Sequence], now: dt.datetime) -> None:
    """Put another template in every block of these sequences, published, draft or frozen: no date changes."""
    if by_ref == info.ref or by_ref not in {ref for ref, _ in templating.choices(account)}:
        raise TemplateError({"replace_by": "Choisissez un modèle de la liste."})
    ids = [sequence.id for sequence in used]
    SequenceStep.update(template=by_ref).where(
        SequenceStep.sequence.in_(ids), SequenceStep.template == info.ref, SequenceStep.kind == "mail"
    ).execute()
    Sequence.update(version=Sequence.version + 1, updated_at=now).where(Sequence.id.in_(ids)).execute()


def _fresh(account: Account, ref: str) -> Info:
    info = templating.find(account, ref)
    if info is None:
        raise LookupError(ref)
    return info


def _key(name: str) -> str:
    """What makes two names the same: neither case nor spaces count."""
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()
