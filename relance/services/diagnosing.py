"""What is missing or wrong on this instance, each finding with its remedy. ``flask --app app doctor``."""

import ctypes
import datetime as dt
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from peewee import DatabaseError, InterfaceError

from relance import models
from relance.config import Settings
from relance.db import connection, database, is_sqlite
from relance.mail.outcome import Unreachable
from relance.mail.post import test_connection
from relance.models.accounts import Account, Heartbeat, Transport
from relance.models.messages import Message
from relance.rules.rates import UnknownRate, half_year_of
from relance.services import inbox_folder, journal

WORKER_SEEN_WITHIN = dt.timedelta(minutes=2)
STUCK_AFTER = dt.timedelta(hours=1)
ROOM_WANTED = 500 * 1024 * 1024  # bytes free
SMTP_TIMEOUT = 10  # seconds
PDF_LIBRARIES = ("libpango-1.0.so.0", "libpangoft2-1.0.so.0", "libharfbuzz-subset.so.0")
PDF_PACKAGES = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


@dataclass(frozen=True)
class Check:
    """One finding: what was looked at, whether it is as it should be, and a French sentence."""

    name: str
    is_ok: bool
    sentence: str


def run(settings: Settings, now: dt.datetime) -> list[Check]:
    """Look at everything and return the findings in reading order. Sends no mail, changes nothing. ``now``: UTC."""
    found = [_python(), _folder(settings), _room(settings), _key(settings), _time_zones()]
    tables = _tables()
    found += [tables, _smtp(settings), _pdf(), _rates(now.date())]
    if tables.is_ok:
        with connection():
            found += [_worker(now), _outbox(now), _transports(now), _suspended(), _inbox(settings), _journal()]
    return found


def _python() -> Check:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Check("Python", sys.version_info >= (3, 11), f"version {version} (3.11 ou plus récente).")


def _folder(settings: Settings) -> Check:
    try:
        with tempfile.NamedTemporaryFile(dir=settings.data_dir) as probe:
            probe.write(b"relance")
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        return Check("Dossier", False, f"{settings.data_dir} n'est pas accessible en écriture : {error.strerror}.")
    return Check("Dossier", True, f"{settings.data_dir} est accessible en écriture.")


def _room(settings: Settings) -> Check:
    try:
        free = shutil.disk_usage(settings.data_dir).free
    except OSError as error:
        return Check("Disque", False, f"la place libre n'a pas pu être lue : {error.strerror}.")
    megabytes = f"{free // (1024 * 1024):,}".replace(",", " ")
    if free < ROOM_WANTED:
        return Check("Disque", False, f"il ne reste que {megabytes} Mo : libérez de la place.")
    return Check("Disque", True, f"{megabytes} Mo libres.")


def _key(settings: Settings) -> Check:
    path = settings.data_dir / "secret_key"
    if not path.exists():
        return Check("Clé secrète", True, "donnée par RELANCE_SECRET_KEY : gardez-la avec vos sauvegardes.")
    mode = path.stat().st_mode & 0o777
    if mode & 0o077:
        return Check("Clé secrète", False, f"{path} est lisible par d'autres (mode {mode:o}) : chmod 600 {path}")
    return Check("Clé secrète", True, "gardée dans le dossier de données, pour vous seul.")


def _time_zones() -> Check:
    try:
        ZoneInfo("Europe/Paris")
    except ZoneInfoNotFoundError:
        return Check("Fuseaux horaires", False, "les données manquent : installez le paquet tzdata.")
    return Check("Fuseaux horaires", True, "connus.")


def _tables() -> Check:
    kind = "SQLite" if is_sqlite() else "PostgreSQL"
    try:
        with connection():
            present = set(database.get_tables())
    except (DatabaseError, InterfaceError) as error:
        return Check("Base de données", False, f"{kind} ne répond pas : {error}.")
    if {model._meta.table_name for model in models.ALL} - present:
        return Check("Base de données", False, "le schéma n'est pas à jour : flask --app app migrate")
    return Check("Base de données", True, f"{kind} répond et ses tables sont là.")


def _smtp(settings: Settings) -> Check:
    if settings.smtp is None:
        return Check(
            "Envoi d'e-mails",
            True,
            "aucun serveur SMTP : rien ne sort de cette machine, les messages se lisent à /boite-locale.",
        )
    answer = test_connection(settings.smtp, SMTP_TIMEOUT)
    if isinstance(answer, Unreachable):
        return Check("Envoi d'e-mails", False, f"{answer.sentence} Vérifiez RELANCE_SMTP_URL.")
    return Check("Envoi d'e-mails", True, f"{settings.smtp.host} répond.")


def _pdf() -> Check:
    """Only loads the libraries: importing WeasyPrint costs half a second and belongs to the press."""
    if sys.platform != "linux":
        return Check("Courriers en PDF", True, "bibliothèques non vérifiées sur ce système.")
    missing = [name for name in PDF_LIBRARIES if not _loads(name)]
    if missing:
        return Check("Courriers en PDF", False, f"bibliothèques absentes : sudo apt-get install {PDF_PACKAGES}")
    return Check("Courriers en PDF", True, "les bibliothèques sont là.")


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _rates(today: dt.date) -> Check:
    try:
        row = half_year_of(today)
    except UnknownRate as error:
        mend = "Mettez Relance à jour, ou saisissez-les dans Réglages, Taux légaux."
        return Check("Taux légaux", False, f"{error} {mend}")
    return Check("Taux légaux", True, f"ceux du {row.label} sont connus.")


def _worker(now: dt.datetime) -> Check:
    beat = Heartbeat.get_or_none(Heartbeat.name == "worker")
    if beat is None:
        return Check("Travailleur", False, "jamais vu : lancez script/server, ou flask --app app tick par cron.")
    if now - beat.seen_at > WORKER_SEEN_WITHIN:
        return Check("Travailleur", False, f"vu pour la dernière fois le {beat.seen_at:%d/%m/%Y à %H:%M} (UTC).")
    return Check("Travailleur", True, "à l'œuvre.")


def _outbox(now: dt.datetime) -> Check:
    late = Message.select().where(Message.state == "queued", Message.not_before_at < now - STUCK_AFTER).count()
    if late:
        return Check("Boîte d'envoi", False, f"{late} message(s) attendent depuis plus d'une heure.")
    return Check("Boîte d'envoi", True, "rien n'attend plus que prévu.")


def _transports(now: dt.datetime) -> Check:
    worst = Transport.select().where(Transport.waits_until_at > now).order_by(Transport.waits_until_at.desc()).first()
    if worst is not None:
        until = f"{worst.waits_until_at:%d/%m/%Y à %H:%M} (UTC)"
        return Check("Serveurs d'envoi", False, f"un serveur en panne, laissé jusqu'au {until} : {worst.last_error}")
    return Check("Serveurs d'envoi", True, "aucun n'est en panne.")


def _suspended() -> Check:
    names = [account.business_name for account in Account.select().where(Account.suspended_at.is_null(False))]
    if names:
        return Check("Suspensions", False, f"l'envoi est suspendu pour : {', '.join(names)}.")
    return Check("Suspensions", True, "aucun compte n'est suspendu.")


def _inbox(settings: Settings) -> Check:
    name, folder = "Dossier surveillé", settings.inbox_dir
    if folder is None:
        return Check(name, True, "aucun (RELANCE_INBOX_DIR).")
    found = inbox_folder.standing(folder)
    if found.problems:
        return Check(name, False, " ".join(found.problems[:5]))
    if found.strays:
        shown = ", ".join(found.strays[:5]) + (", …" if len(found.strays) > 5 else "")
        return Check(name, False, f"{folder} : aucun compte à cette adresse, ou fichier hors d'un compte : {shown}.")
    files = (
        f"{found.waiting} en attente, {found.under_way} en cours, {found.to_fix} à corriger, {found.refused} refusés"
    )
    return Check(name, True, f"{folder} est accessible en écriture ; fichiers : {files}.")


def _journal() -> Check:
    broken = [
        f"{account.business_name} (événement {event_id})"
        for account in Account.select().order_by(Account.id)
        if (event_id := journal.first_break(account.id)) is not None
    ]
    if broken:
        return Check("Journal", False, f"le passé a été modifié : {', '.join(broken)}. Comparez avec une sauvegarde.")
    return Check("Journal", True, "personne n'a modifié ce qui est écrit.")
