"""A thousand letters asked for at once: how fast, on every processor, and in how much memory."""

import datetime as dt
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import rows
from bench.measuring import Measure, instance, timed
from bench.rows import NOW
from relance.config import Settings
from relance.letters import press
from relance.models.accounts import User
from relance.models.invoices import Instalment, Invoice
from relance.models.letters import Letter
from relance.services import bulk_letters, letter_batches, printing, printing_many

ROOT = Path(__file__).resolve().parent.parent
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024 if hasattr(os, "sysconf") else 4
LETTERS, THOUSAND, ANEW = 200, 1000, 8


def letters_per_second() -> Measure:
    """Formal notices of a batch, through the real path on every processor, against WeasyPrint given the same page anew.

    The path counts what is owed again, freezes the letter, lays it out, writes its file and tells the history.
    """
    with _asked(LETTERS) as (settings, _seconds):
        start = time.perf_counter()
        assert printing_many.print_waiting(NOW, settings.data_dir) == LETTERS
        value = LETTERS / (time.perf_counter() - start)
        page = printing.page_of(Letter.select().first())
        baseline = 1000 / timed(lambda: print_anew(page), ANEW)
        return Measure(value, "letters/s", baseline, 4, is_rate=True, is_relative=True)


def letters_asked() -> Measure:
    """What the person waits for who asks for a thousand letters, against writing them all before answering."""
    with _asked(THOUSAND) as (_settings, asked):
        start = time.perf_counter()
        written = [letter_batches.write(letter_id, NOW) for letter_id in printing_many.waiting(NOW)]
        assert written == [True] * THOUSAND
        return Measure(asked * 1000, "ms", (time.perf_counter() - start) * 1000, 1000)


def letters_memory() -> Measure:
    """The most that this process and its children take while a thousand letters are printed, against one bare press."""
    with _asked(THOUSAND) as (settings, _seconds):
        bare = float(subprocess.check_output([sys.executable, "-c", _BARE], cwd=ROOT, text=True))
        peak = [0.0]
        is_over = threading.Event()

        def watch() -> None:
            while not is_over.wait(0.05):
                peak[0] = max(peak[0], sum(_resident(pid) for pid in [os.getpid(), *_children()]))

        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            assert printing_many.print_waiting(NOW, settings.data_dir) == THOUSAND
        finally:
            is_over.set()
            watcher.join()
        return Measure(peak[0], "MiB", bare, 600)


_BARE = """
import os
from bench.letters import print_anew
from relance.letters import pages
from tests.letters import samples
print_anew(pages.formal_notice(samples.organisation()))
print(int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1048576)
"""


def print_anew(page: str) -> None:
    """The same page and style, read again each time as a first program would do."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

    fonts, fetcher = FontConfiguration(), URLFetcher(allowed_protocols=("data",))
    style = weasyprint.CSS(string=press._stylesheet(), font_config=fonts, url_fetcher=fetcher)
    document = weasyprint.HTML(string=page, url_fetcher=fetcher)
    document.write_pdf(stylesheets=[style], font_config=fonts, pdf_variant=press.VARIANT, pdf_tags=True)


@contextmanager
def _asked(count: int) -> Iterator[tuple[Settings, float]]:
    """An instance where ``count`` formal notices were asked for at once, and the seconds that took."""
    with instance() as settings:
        rows.make(count * rows.INVOICES_PER_CLIENT)
        due = dt.date(2026, 9, 23)
        Invoice.delete().where(Invoice.id > count).execute()
        Invoice.update(due_on=due, next_due_on=due, client=Invoice.id, contact=Invoice.id).execute()
        Instalment.update(due_on=due).execute()
        user, invoices = User.get(), list(Invoice.select().order_by(Invoice.id))
        found, _aside = bulk_letters.drafts(user.account, invoices, now=NOW)
        start = time.perf_counter()
        letter_batches.ask(user.account, found, kind=bulk_letters.NOTICE, delay_days=8, by=user, now=NOW)
        yield settings, time.perf_counter() - start


def _children() -> list[int]:
    """The children of this process, by /proc."""
    found = []
    for task in Path("/proc/self/task").iterdir():
        try:
            found += [int(pid) for pid in (task / "children").read_text().split()]
        except OSError:  # the thread ended meanwhile
            continue
    return found


def _resident(pid: int) -> float:
    """Resident memory in MiB; 0 for a process that ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_KIB / 1024
    except (OSError, IndexError):
        return 0.0
