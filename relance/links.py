"""Signed addresses of files: a client downloads the invoice a message speaks of, without an account.

The signature is made with the instance's secret: an address cannot be guessed, nor changed into another's.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

PATH = "/telecharger"

_open: dict[str, bytes] = {}


def open_links(base_url: str, secret_key: str) -> None:
    """Where this instance is found, and what it signs with. To call once at the start."""
    _open["base"] = base_url.rstrip("/").encode()
    _open["key"] = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"relance links 1").derive(
        secret_key.encode()
    )


def url_of(document_id: int, sha256: str) -> str:
    """The address at which this file, with these bytes, can be downloaded. RuntimeError before ``open_links``."""
    return f"{_part('base').decode()}{PATH}/{document_id}-{_signature(document_id, sha256)}"


def is_signed(document_id: int, sha256: str, signature: str) -> bool:
    """True when ``url_of`` made that signature for this file; compared in constant time."""
    return hmac.compare_digest(_signature(document_id, sha256).encode(), signature.encode())


def _signature(document_id: int, sha256: str) -> str:
    digest = hmac.new(_part("key"), f"{document_id}:{sha256}".encode(), hashlib.sha256).digest()
    return urlsafe_b64encode(digest[:18]).decode("ascii")


def _part(name: str) -> bytes:
    if name not in _open:
        raise RuntimeError("links.open_links() was not called")
    return _open[name]
