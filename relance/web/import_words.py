"""The words of the pages that import: what an import holds, where it stands, what became of it."""

import json
import re
from datetime import datetime, timedelta

from babel.numbers import format_decimal

from relance.models.imports import ImportRow, ImportRun
from relance.rules import labels
from relance.rules.wording import french
from relance.services.import_results import Reminders
from relance.services.import_runs import Figures, figures
from relance.services.import_undoing import STATUSES_STAY
from relance.web import batch_words
from relance.web.i18n import _, _n, language

UNDOABLE = timedelta(hours=24)
PROGRESSES = ("reading", "checking", "writing", "undoing")


def say(sentence: str) -> str:
    """A sentence of the importers in the language of the page. It may hold a value, so it is not cached."""
    typeset = french(sentence)
    if language() == "fr":
        return typeset
    return labels.catalogue(language()).get(typeset) or labels.recognised(typeset, language())


def as_typed(text: str) -> str:
    """A day as a person types it: « 2026-12-20 » is shown « 20/12/2026 »; anything else as it is."""
    found = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text)
    return f"{found[3]}/{found[2]}/{found[1]}" if found else text


def number(count: int) -> str:
    """« 12 500 »."""
    return str(format_decimal(count, locale=language())).replace("\u202f", "\u00a0")


def files(first: str, count: int) -> str:
    """« factures.csv », « factures.csv et 2 autres fichiers »."""
    if count <= 1:
        return first or _("aucun fichier")
    return _n("{fichier} et un autre fichier", "{fichier} et {n} autres fichiers", count - 1, fichier=first)


def title(state: str) -> str:
    """What the page of an import is called."""
    return {
        "reading": _("Lecture des fichiers"),
        "checking": _("Vérification"),
        "writing": _("Import en cours"),
        "undoing": _("Annulation en cours"),
        "undone": _("Import annulé"),
        "discarded": _("Import abandonné"),
        "refused": _("Import impossible"),
    }.get(state, _("Résultat de l'import"))


def progress(run: ImportRun) -> str:
    """« 12 500 lignes lues sur 50 000 »; without a total, what is being done."""
    done, total = number(run.n_done), number(run.n_rows)
    if not run.n_rows and run.n_done:
        return _n("Une ligne lue.", "{faites} lignes lues.", run.n_done, faites=done)
    if not run.n_rows:
        return {
            "reading": _("Les fichiers sont en cours de lecture."),
            "checking": _("Les lignes sont comparées à ce qui est enregistré."),
            "writing": _("Les factures sont en cours d'enregistrement."),
            "undoing": _("Les factures de cet import sont en cours de retrait."),
        }[run.state]
    one, many = {
        "reading": ("{faites} ligne lue sur {total}.", "{faites} lignes lues sur {total}."),
        "checking": ("{faites} ligne vérifiée sur {total}.", "{faites} lignes vérifiées sur {total}."),
        "writing": ("{faites} ligne écrite sur {total}.", "{faites} lignes écrites sur {total}."),
        "undoing": ("{faites} ligne annulée sur {total}.", "{faites} lignes annulées sur {total}."),
    }[run.state]
    return _n(one, many, run.n_done, faites=done, total=total)


def waiting(found: Figures) -> str:
    """What waits for a look: « 51 à créer, 4 à mettre à jour, 3 ignorées, 2 à corriger »."""
    parts = [
        _n("une à créer", "{nombre} à créer", found.create, nombre=number(found.create)) if found.create else "",
        _n("une à mettre à jour", "{nombre} à mettre à jour", found.update, nombre=number(found.update))
        if found.update
        else "",
        _n("une ignorée", "{nombre} ignorées", found.same, nombre=number(found.same)) if found.same else "",
        _n("une différente", "{nombre} différentes", found.different, nombre=number(found.different))
        if found.different
        else "",
        _n("une à corriger", "{nombre} à corriger", found.fix, nombre=number(found.fix)) if found.fix else "",
        _n("un statut à noter", "{n} statuts à noter", found.to_note) if found.to_note else "",
        _n("un statut qui pose problème", "{n} statuts qui posent problème", found.unnoted) if found.unnoted else "",
    ]
    return ", ".join(part for part in parts if part) or _("rien à importer")


def outcome(run: ImportRun, found: Figures) -> str:
    """Where an import stands, in a few words."""
    if run.state == "done":
        return done(found)
    if run.state == "ready":
        return _("{lignes}, en attente de vérification", lignes=waiting(found))
    return {
        "reading": _("lecture en cours"),
        "checking": _("vérification en cours"),
        "writing": _("import en cours"),
        "undoing": _("annulation en cours"),
        "undone": _("annulé"),
        "discarded": _("abandonné"),
        "refused": _("rien n'a pu être lu"),
    }[run.state]


def done(found: Figures) -> str:
    """« 51 factures importées, 3 ignorées, 2 non importées »."""
    left = left_out(found)
    parts = [outcome_title(found)]
    parts += [_n("une ignorée", "{nombre} ignorées", found.same, nombre=number(found.same))] if found.same else []
    parts += [_n("une non importée", "{nombre} non importées", left, nombre=number(left))] if left else []
    return ", ".join(parts)


def imported(found: Figures) -> str:
    """« 55 factures importées »: those that were created and those brought up to date."""
    count = found.created + found.updated
    return _n("{nombre} facture importée", "{nombre} factures importées", count, nombre=number(count))


def outcome_title(found: Figures) -> str:
    """« 55 factures importées », « 2 statuts notés, 2 laissés de côté », or both."""
    if not found.noted + found.unnoted:
        return imported(found)
    parts = [imported(found)] if found.rows else []
    parts.append(_n("{nombre} statut noté", "{nombre} statuts notés", found.noted, nombre=number(found.noted)))
    if found.unnoted:
        parts.append(_n("un laissé de côté", "{n} laissés de côté", found.unnoted))
    return ", ".join(parts)


def left_out(found: Figures) -> int:
    """How many rows were not imported though they could have been: to fix, put aside, or in a file with one to fix."""
    return found.fix + found.aside + found.held


def look(state: str) -> tuple[str, str]:
    """The family of colours and the icon of an import."""
    return {
        "ready": ("warn", "file-up"),
        "refused": ("late", "circle-alert"),
        "undone": ("", "undo-2"),
        "discarded": ("", "x"),
        "done": ("paid", "file-check-corner"),
    }.get(state, ("", "hourglass"))


def when(instant: datetime) -> str:
    """« Lundi 23 novembre à 9 h », in the account's time zone."""
    said = batch_words.moment(instant)
    return said[:1].upper() + said[1:]


def is_undoable(run: ImportRun, now: datetime) -> bool:
    """True while undoing is offered; what may forbid it all the same is said when it is asked for."""
    since = run.finished_at or run.confirmed_at
    if run.state != "done" or since is None or now - since >= UNDOABLE:
        return False
    found = figures(run)
    return bool(found.created + found.updated) or not found.statuses


def ended(run: ImportRun) -> str:
    """What became of an import that wrote nothing, or nothing that is left."""
    return {
        "undone": _("Les factures de cet import ont été retirées. Vous pouvez importer ces fichiers à nouveau."),
        "discarded": _("Cet import a été abandonné avant d'être enregistré."),
        "refused": say(run.error) if run.error else _("Rien n'a pu être lu dans ces fichiers."),
    }[run.state]


def told(reminders: Reminders, run: ImportRun) -> list[str]:
    """Truly: which of the created invoices are chased, which are not and why, which wait."""
    unled = reminders.unled if run.reminders == "sequences" else 0
    off = reminders.off - unled
    found = []
    if unled:
        found.append(
            _n(
                "Les relances d'une facture créée sont désactivées : son client ne suit aucune séquence.",
                "Les relances de {n} factures créées sont désactivées : leurs clients ne suivent aucune séquence.",
                unled,
            )
        )
    if off:
        found.append(
            _n(
                "Les relances d'une facture créée sont désactivées : rien ne part tant que vous ne les activez pas.",
                "Les relances de {n} factures créées sont désactivées : rien ne part tant que vous ne les activez pas.",
                off,
            )
        )
    if reminders.on:
        found.append(
            _n(
                "Les relances d'une facture créée sont activées.",
                "Les relances de {n} factures créées sont activées.",
                reminders.on,
            )
        )
    if reminders.waiting:
        found.append(
            _n(
                "Une facture attend que vous choisissiez quand commencer : rien ne part d’ici là.",
                "{n} factures attendent que vous choisissiez quand commencer : rien ne part d’ici là.",
                reminders.waiting,
            )
        )
    return found


def gone(wrote: Figures, clients: int) -> list[str]:
    """What undoing takes away, one sentence for each kind of thing."""
    created, updated = wrote.created, wrote.updated
    found = []
    if created:
        found.append(
            _n(
                "{nombre} facture est supprimée, avec ses paiements importés.",
                "{nombre} factures sont supprimées, avec leurs paiements importés.",
                created,
                nombre=number(created),
            )
        )
    if clients:
        found.append(
            _n(
                "{nombre} client créé par cet import disparaît aussi, s'il n'a rien d'autre.",
                "{nombre} clients créés par cet import disparaissent aussi, s'ils n'ont rien d'autre.",
                clients,
                nombre=number(clients),
            )
        )
    if updated:
        found.append(
            _n(
                "{nombre} facture mise à jour redevient ce qu'elle était.",
                "{nombre} factures mises à jour redeviennent ce qu'elles étaient.",
                updated,
                nombre=number(updated),
            )
        )
    if wrote.noted:
        found.append(_(STATUSES_STAY))
    return found or [_("Cet import n'a rien écrit.")]


def reason(row: ImportRow, file: str) -> str:
    """Why a row was left out: « factures.csv, ligne 18 : Cette date n'existe pas dans le calendrier. »."""
    where = _("{fichier}, ligne {n}", fichier=file, n=str(row.line)) if row.line else file
    reasons = [say(str(problem[2])) for problem in json.loads(row.problems_json)]
    is_held = row.action in ("create", "update")
    aside = _("Bonne, mais son fichier garde une ligne à corriger.") if is_held else _("Mise de côté par vous.")
    why = " ".join(reasons) or aside
    return _("{fichier} : {raison}", fichier=where, raison=why)
