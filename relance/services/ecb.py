"""What the European Central Bank's data service says of its main refinancing rate (MRO). One GET, read strictly.

Only where the host allows it (RELANCE_ECB_RATES=1). The answer is believed when it is small, well formed, of the right
series, and says the same as Relance for every day both know: whatever else comes changes nothing.
"""

import csv
import datetime as dt
import io
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from functools import partial
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import IO, Any
from urllib.parse import urlencode

from relance.rules import rates
from relance.rules.rates import UnknownRate

SERIES = "FM.B.U2.EUR.4F.KR.MRR_FR.LEV"
SECONDS = 5  # without a byte
ALL_SECONDS = 10  # for the whole answer, however slowly it drips
MOST_BYTES = 1_000_000
LAST = 400  # observations: more than the changes of thirty years, or a year and a half of working days


class EcbError(Exception):
    """Nothing was learnt; the message is a French sentence."""


def mro_on(url: str, day: dt.date) -> int:
    """The MRO in force on ``day`` (civil day in Frankfurt), in hundredths of a percent. EcbError when unsure.

    ``url``: the address of the series. The last figure at or before ``day`` counts, since a rate holds until the next.
    """
    query = {"format": "csvdata", "detail": "dataonly", "endPeriod": day.isoformat(), "lastNObservations": LAST}
    return read(_get(f"{url}?{urlencode(query)}"), day)


def read(content: bytes, day: dt.date) -> int:
    """The figure of ``day`` in an answer of the service (CSV). EcbError when it is not what was asked."""
    try:
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines(), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise EcbError("La réponse de la BCE n'est pas lisible.") from error
    found: dict[dt.date, int] = {}
    for row in rows:
        on, value = _figure(row)
        if found.setdefault(on, value) != value:
            raise EcbError("La réponse de la BCE se contredit.")
    if not any(on <= day for on in found):
        raise EcbError("La réponse de la BCE ne dit rien de ce jour.")
    for on, value in found.items():
        if _known(on) not in (None, value):
            raise EcbError("La réponse de la BCE contredit la table de Relance.")
    return found[max(on for on in found if on <= day)]


def _figure(row: dict[str, Any]) -> tuple[dt.date, int]:
    """The day and the rate of one line: « 2026-09-16 » and « 2.65 »."""
    on, value = row.get("TIME_PERIOD"), row.get("OBS_VALUE")
    if row.get("KEY", SERIES) != SERIES or not isinstance(on, str) or not isinstance(value, str):
        raise EcbError("La réponse de la BCE n'a pas la forme attendue.")
    digits = re.fullmatch(r"(\d{1,2})(?:\.(\d{1,2})0*)?", value)
    if digits is None or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", on):
        raise EcbError("La réponse de la BCE n'a pas la forme attendue.")
    try:
        return dt.date.fromisoformat(on), int(digits[1]) * 100 + int((digits[2] or "0").ljust(2, "0"))
    except ValueError as error:
        raise EcbError("La réponse de la BCE n'a pas la forme attendue.") from error


def _known(day: dt.date) -> int | None:
    try:
        return rates.mro_on(day)
    except UnknownRate:
        return None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The address is the one the host allowed, or none."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Follow nothing."""


class _Until(io.RawIOBase):
    """What a socket sends, until an instant of the monotonic clock: its own time-out starts again at each byte."""

    def __init__(self, sock: socket.socket, source: io.BufferedReader, until: float) -> None:
        self._sock, self._source, self._until = sock, source, until

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any) -> int:
        """What has come. TimeoutError once the time is over."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer takes too long")
        self._sock.settimeout(min(SECONDS, left))
        return self._source.readinto1(buffer)

    def close(self) -> None:
        """Let the socket go."""
        self._source.close()
        super().close()


class _Response(HTTPResponse):
    """An answer whose first line, headers and body share one deadline."""

    def __init__(self, until: float, sock: socket.socket, **options: Any) -> None:
        super().__init__(sock, **options)
        self.fp = io.BufferedReader(_Until(sock, self.fp, until))


def _within(until: float, kind: type[HTTPConnection]) -> Callable[..., HTTPConnection]:
    def connect(host: str, **options: Any) -> HTTPConnection:
        connection = kind(host, **options)
        connection.response_class = partial(_Response, until)  # type: ignore[assignment]  # urllib only calls it
        return connection

    return connect


class _Http(urllib.request.HTTPHandler):
    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def http_open(self, req: urllib.request.Request) -> HTTPResponse:
        """As the parent, within the deadline."""
        return self.do_open(_within(self._until, HTTPConnection), req)


class _Https(urllib.request.HTTPSHandler):
    def __init__(self, until: float) -> None:
        super().__init__()
        self._until = until

    def https_open(self, req: urllib.request.Request) -> HTTPResponse:
        """As the parent, within the deadline; the certificate is checked, and the handshake has its own time-out."""
        return self.do_open(_within(self._until, HTTPSConnection), req)


def _get(url: str) -> bytes:
    until = time.monotonic() + ALL_SECONDS
    try:
        request = urllib.request.Request(url, headers={"Accept": "text/csv", "User-Agent": "Relance"})  # noqa: S310
        with urllib.request.build_opener(_NoRedirect, _Http(until), _Https(until)).open(
            request, timeout=SECONDS
        ) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
            is_cut = bool(answer.length) and len(content) <= MOST_BYTES
    except (OSError, HTTPException, ValueError) as error:  # URLError and time-outs are OSErrors
        raise EcbError("Le service de la BCE ne répond pas comme prévu.") from error
    if is_cut:
        raise EcbError("Le service de la BCE ne répond pas comme prévu.")
    if len(content) > MOST_BYTES:
        raise EcbError("La réponse de la BCE est trop longue pour être la bonne.")
    return content
