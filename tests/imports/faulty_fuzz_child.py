"""A child of bench.fuzz whose reader has faults: ``python -m tests.imports.faulty_fuzz_child``."""

import sys
import time

from bench import fuzz_child
from bench.mutation_bytes import Good


def _read(name, content):
    word = content.decode("latin-1") if name == "1.csv" else name.partition(".")[0]
    if word == "fail":
        raise KeyError("unforeseen")
    if word == "hang":
        time.sleep(60)
    if word == "eat":
        return str([bytes(1_000_000) for _ in range(1_000)])
    if word == "nul":
        fuzz_child.check("\x00")
    return "read"


if __name__ == "__main__":
    fuzz_child.read = _read
    fuzz_child.goods = lambda: [Good("fail.csv", b"fail", "other")]
    sys.exit(fuzz_child.main())
