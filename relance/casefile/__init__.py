"""What travels inside a case file and runs without Relance: its verifier, in plain Python."""

import hashlib
from functools import cache
from pathlib import Path

VERIFIER = Path(__file__).with_name("verifier.py")
README = Path(__file__).with_name("LISEZMOI.txt")


@cache
def verifier_sha256() -> str:
    """The fingerprint of the verifier that goes into case files: 64 hexadecimal digits, as « sha256sum » says it."""
    return hashlib.sha256(VERIFIER.read_bytes()).hexdigest()
