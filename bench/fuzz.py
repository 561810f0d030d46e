"""script/fuzz [--seconds N] [--seed S] [--replay FILE]: give the importers wrong files, and look for what they missed.

Files are made from real ones (mutations) and read in children under the limits of imports (fuzz_child): ten seconds
and 200 MB a file. Anything but a refusal in words is a finding: its file is kept under data/fuzz, to be replayed.
"""

import argparse
import json
import os
import random
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from bench import fuzz_child, mutations
from bench.mutation_bytes import Good

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "data" / "fuzz"
CHILD = "bench.fuzz_child"
FILE_WITHIN = 10.0  # seconds
STARTS_WITHIN = 120.0
MOST_BYTES = 200_000_000
LONGEST_RUN = 2_000  # files that one child reads: another then takes its place


@dataclass(frozen=True)
class Finding:
    """A file that no reader foresaw: why (a traceback, « slow », « memory », « crash »), and where it is kept."""

    seed: int
    why: str
    path: Path

    @property
    def signature(self) -> str:
        """What two files of the same fault have in common."""
        lines = [line.strip() for line in self.why.splitlines() if line.strip()]
        places = [line for line in lines if line.startswith("File")]
        return (places[-1] if places else "") + lines[-1][:60]


@dataclass
class Tally:
    """What came of a run."""

    files: int = 0
    read: int = 0
    seconds: float = 0.0
    slowest_ms: float = 0.0
    slowest_seed: int = 0
    most_bytes: int = 0
    findings: list[Finding] = field(default_factory=list)

    def count(self, seed: int, milliseconds: float, outcome: str, memory: int) -> None:
        """One file more."""
        self.files += 1
        self.read += outcome == "read"
        self.slowest_ms, self.slowest_seed = max((self.slowest_ms, self.slowest_seed), (milliseconds, seed))
        self.most_bytes = max(self.most_bytes, memory)

    def line(self) -> str:
        """The last line of the command."""
        return (
            f"{self.files} files in {self.seconds:.0f} s: {self.files / max(self.seconds, 1e-9):.0f} per second, "
            f"{self.read} read, slowest {self.slowest_ms / 1000:.1f} s (seed {self.slowest_seed}), "
            f"most memory {self.most_bytes / 1e6:.0f} MB, {len(self.findings)} findings"
        )


class _Child:
    """A child that reads wrong files, and what it says."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", CHILD, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENPYXL_LXML": "False", "PYTHONUTF8": "1"},
        )
        self._came = b""

    def line(self, deadline: float) -> str | None:
        """What it says next: '' when it has ended, None when it says nothing until ``deadline``."""
        assert self.process.stdout is not None
        while b"\n" not in self._came:
            ready, _, _ = select.select([self.process.stdout], [], [], max(deadline - time.monotonic(), 0))
            if not ready:
                return None
            part = os.read(self.process.stdout.fileno(), 1 << 16)
            if not part:
                return ""
            self._came += part
        line, _, self._came = self._came.partition(b"\n")
        return line.decode()

    def memory(self) -> int:
        """The most it took, in bytes; 0 where the system does not say."""
        try:
            words = Path(f"/proc/{self.process.pid}/status").read_text().split()
            return int(words[words.index("VmHWM:") + 1]) * 1024
        except (OSError, ValueError):
            return 0

    def end(self) -> None:
        """Kill it, if it has not ended."""
        assert self.process.stdout is not None
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


def run(seconds: float, seed: int, children: int = 1, folder: Path = FOLDER) -> Tally:
    """Read wrong files for ``seconds``, from ``seed`` on, in so many children at once."""
    tally, goods, start = Tally(), fuzz_child.goods(), time.monotonic()
    end = start + seconds
    with ThreadPoolExecutor(children) as threads:
        lanes = [threads.submit(_lane, seed + one, children, end, goods, folder, tally) for one in range(children)]
    for lane in lanes:
        lane.result()
    tally.seconds = time.monotonic() - start
    return tally


def _lane(seed: int, step: int, end: float, goods: Sequence[Good], folder: Path, tally: Tally) -> None:
    """Children one after the other: each file that ends one is read again alone, before it is a finding."""
    while (left := end - time.monotonic()) > 0:
        last, why = _watch(_Child(str(seed), str(step), str(left)), tally, goods, folder)
        if last is None:
            if why:
                raise RuntimeError(f"a child did not start at seed {seed}: {why}")
            return
        seed = last + step
        if not why:
            continue
        name, content = mutations.make(last, goods)
        why = _alone(name, content)
        if why:
            tally.findings.append(_kept(Finding(last, why, folder / f"{last}-{_plain(name)}"), content))


def _watch(child: _Child, tally: Tally, goods: Sequence[Good], folder: Path) -> tuple[int | None, str]:
    """Follow a child to its end: the last seed it began, and why that ended it ('' when its time was over)."""
    seed, is_open, deadline = None, False, time.monotonic() + STARTS_WITHIN
    try:
        while line := child.line(deadline):
            word, _, rest = line.partition(" ")
            number, _, rest = rest.partition(" ")
            seed, deadline, is_open = int(number), time.monotonic() + FILE_WITHIN, word in "sf"
            if word == "m":
                return seed, "memory"
            if word == "f":
                name, content = mutations.make(seed, goods)
                tally.findings.append(
                    _kept(Finding(seed, json.loads(rest), folder / f"{seed}-{_plain(name)}"), content)
                )
            if word == "d":
                milliseconds, outcome = rest.split()
                tally.count(seed, float(milliseconds), outcome, child.memory())
        if line is None:
            return seed, "slow"
        code = child.process.wait()
        return seed, f"crash: {code}" if is_open or (code != 0 and seed is None) else ""
    finally:
        child.end()


def _alone(name: str, content: bytes) -> str:
    """Read one file in a child of its own: '' when all is well, else why not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"0-{_plain(name)}"
        path.write_bytes(content)
        return replay(path)


def replay(path: Path) -> str:
    """Read a file again that was a finding: '' when all is well by now, else why not."""
    child, why, is_done, deadline = _Child(str(path)), "", False, time.monotonic() + STARTS_WITHIN
    try:
        while line := child.line(deadline):
            deadline = time.monotonic() + FILE_WITHIN
            if line[0] == "m":
                return "memory"
            if line[0] == "f":
                why = json.loads(line.split(" ", 2)[2])
            is_done = line[0] == "d"
            if is_done and child.memory() > MOST_BYTES:
                why = why or "memory: it took more than 200 MB"
        return "slow" if line is None else why or ("" if is_done else "crash")
    finally:
        child.end()


def _plain(name: str) -> str:
    return re.sub(r"[^\w.-]", "_", name.encode("ascii", "replace").decode())[-60:]


def _kept(finding: Finding, content: bytes) -> Finding:
    finding.path.parent.mkdir(parents=True, exist_ok=True)
    finding.path.write_bytes(content)
    return finding


def main() -> int:
    """Print each fault once, then the figures. Exit 1 when there is one."""
    parser = argparse.ArgumentParser(prog="script/fuzz", description="Fichiers abîmés, donnés aux importeurs.")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--seed", type=int, default=None, help="le même donne les mêmes fichiers")
    parser.add_argument("--replay", type=Path, metavar="FILE", help="lit à nouveau un fichier de data/fuzz")
    options = parser.parse_args()
    if options.replay:
        why = replay(options.replay.resolve())
        print(why or "no finding")
        return 1 if why else 0
    seed = options.seed if options.seed is not None else random.SystemRandom().randrange(10**9)
    print(f"seed {seed}", flush=True)
    tally = run(options.seconds, seed, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    faults: dict[str, list[Finding]] = {}
    for finding in tally.findings:
        faults.setdefault(finding.signature, []).append(finding)
    for found in faults.values():
        print(f"\n{len(found)} time(s), seed {found[0].seed}, kept in {found[0].path}\n{found[0].why}")
    print(tally.line())
    return 1 if faults or tally.most_bytes > MOST_BYTES else 0


if __name__ == "__main__":
    sys.exit(main())
