"""The parent of a running instance: web server, worker and local mailbox, which live and die together.

``python -m relance.serve [--demo]``. A consumer embedded in a thread of the web process fails, so each is a
child of this small process. Nothing is restarted in silence: when a child stops, everything stops and says so.
"""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from relance.config import ConfigError, Settings

ROOT = Path(__file__).resolve().parent.parent
FLASK = [sys.executable, "-m", "flask", "--app", "app"]
WEB_THREADS = 8
STARTS_WITHIN = 60  # seconds
STOPS_WITHIN = 30  # seconds: longer than what a request in flight or a mail being handed over may take
PR_SET_PDEATHSIG = 1
MAILBOX = "La boîte locale"


@dataclass
class Child:
    """One process of the instance, and its name as a person reads it."""

    name: str
    process: subprocess.Popen[bytes]


def main(argv: list[str] | None = None) -> int:
    """Run the instance until Ctrl-C or SIGTERM. Returns the exit code: 0 when it was asked to stop."""
    options = _parser().parse_args(argv)
    try:
        settings = Settings.from_env(os.environ)
    except ConfigError as error:
        return _say(str(error))
    if _answers(settings):
        return _say(f"Le port {settings.port} est déjà pris : arrêtez l'autre programme, ou changez RELANCE_PORT.")
    stop = _listen_for_stop()
    for command in ["migrate", "seed"] if options.demo else ["migrate"]:
        done = subprocess.run([*FLASK, command], cwd=ROOT, check=False)
        if stop:
            return 0
        if done.returncode != 0:
            return _say(f"La commande « {command} » a échoué : voir le message ci-dessus.")
    children = _start(settings)
    try:
        if _wait_until_ready(settings, children, stop):
            _welcome(settings)
            while not stop and not _dead(children):
                time.sleep(0.2)
    finally:
        dead = _dead(children)
        _stop(children)
    for child in dead:
        _say(f"{child.name} s'est arrêté (code {child.process.returncode}) ; Relance s'arrête aussi.")
    return 1 if dead or not stop else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="script/server", description="Lance Relance : le site et l'envoi.")
    parser.add_argument("--demo", action="store_true", help="charge le compte de démonstration")
    return parser


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr, flush=True)
    return 1


def _start(settings: Settings) -> list[Child]:
    commands = {MAILBOX: ["relance.mailbox"]} if settings.has_local_mailbox else {}
    commands |= {"Le travailleur": _consumer(settings), "Le serveur web": _gunicorn(settings)}
    return [
        Child(
            name,
            # A group of its own: Ctrl-C reaches only the parent, which asks each child to finish its work.
            subprocess.Popen(
                [sys.executable, "-m", *command],
                cwd=ROOT,
                preexec_fn=_die_with_parent,
                process_group=0,
            ),
        )
        for name, command in commands.items()
    ]


def _gunicorn(settings: Settings) -> list[str]:
    """One process of threads: it finishes the requests in flight on SIGTERM."""
    return [
        *["gunicorn", "app:app", "--bind", f"{settings.host}:{settings.port}"],
        *["--worker-class", "gthread", "--workers", "1", "--threads", str(WEB_THREADS)],
        *["--graceful-timeout", "25", "--log-level", "warning", "--no-control-socket"],
    ]


def _consumer(settings: Settings) -> list[str]:
    """Threads only: process workers that are killed live on and double the ticks."""
    return [
        *["huey.bin.huey_consumer", "huey_tasks.huey", "--worker-type", "thread", "--workers", str(settings.workers)],
        *["--graceful-signal", "TERM", "--shutdown-timeout", "25", "--max-delay", "1", "--quiet"],
    ]


def _die_with_parent() -> None:
    """Run in the child: ask the kernel for a SIGTERM when the parent is gone, even killed (Linux only)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def _listen_for_stop() -> list[int]:
    """A list that holds something as soon as someone asked to stop."""
    asked: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        asked.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return asked


def _dead(children: list[Child]) -> list[Child]:
    return [child for child in children if child.process.poll() is not None]


def _wait_until_ready(settings: Settings, children: list[Child], stop: list[int]) -> bool:
    """True once the site answers; false when it will not (a child died, someone asked to stop, too late)."""
    deadline = time.monotonic() + STARTS_WITHIN
    while not stop and not _dead(children):
        if _answers(settings):
            return True
        if time.monotonic() > deadline:
            _say(f"Le serveur web ne répond pas après {STARTS_WITHIN} secondes.")
            return False
        time.sleep(0.1)
    return False


def _answers(settings: Settings) -> bool:
    """True when something speaks HTTP at the instance's port, healthy or not."""
    host = "127.0.0.1" if settings.host in ("0.0.0.0", "::", "") else settings.host  # noqa: S104 a comparison
    bracketed = f"[{host}]" if ":" in host else host
    try:
        urllib.request.urlopen(f"http://{bracketed}:{settings.port}/healthz", timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def _welcome(settings: Settings) -> None:
    """Print where to go; on a fresh instance also the link that makes the first account."""
    print(f"Relance : {settings.base_url}", flush=True)
    token = _first_token(settings)
    if token:
        print(f"Première installation : {settings.base_url}/installation?jeton={token}", flush=True)


def _first_token(settings: Settings) -> str | None:
    # Imported late: the parent stays small until here, and says its configuration errors at once.
    from relance import db
    from relance.services import onboarding

    handle = db.open_database(settings.database_url, max_connections=1)
    with handle.connection_context():
        is_fresh = not onboarding.has_accounts()
    return onboarding.installation_token(settings.data_dir) if is_fresh else None


def _stop(children: list[Child]) -> None:
    """Ask all to finish, the mailbox last so that a mail in flight is taken; kill what does not."""
    mailbox = [child for child in children if child.name == MAILBOX]
    for group in ([child for child in children if child not in mailbox], mailbox):
        for child in group:
            child.process.terminate()
        for child in group:
            try:
                child.process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()


if __name__ == "__main__":
    sys.exit(main())
