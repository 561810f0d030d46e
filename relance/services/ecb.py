"""What the European Central Bank's data service says of its main refinancing rate (MRO). One GET, read strictly.

Only where the host allows it (RELANCE_ECB_RATES=1). The answer is believed when it is small, well formed, of the right
series, and says the same as Relance for every day both know: whatever else comes changes nothing.
"""

import csv
import datetime as dt
import re
import urllib.error
import urllib.request
from email.message import Message
from http.client import HTTPException
from typing import IO, Any
from urllib.parse import urlencode

from relance.rules import rates
from relance.rules.rates import UnknownRate

SERIES = "FM.B.U2.EUR.4F.KR.MRR_FR.LEV"
SECONDS = 5  # for each exchange
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


def _get(url: str) -> bytes:
    try:
        request = urllib.request.Request(url, headers={"Accept": "text/csv", "User-Agent": "Relance"})  # noqa: S310
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            content: bytes = answer.read(MOST_BYTES + 1)
            is_cut = bool(answer.length) and len(content) <= MOST_BYTES
    except (OSError, HTTPException, ValueError) as error:  # URLError and time-outs are OSErrors
        raise EcbError("Le service de la BCE ne répond pas comme prévu.") from error
    if is_cut:
        raise EcbError("Le service de la BCE ne répond pas comme prévu.")
    if len(content) > MOST_BYTES:
        raise EcbError("La réponse de la BCE est trop longue pour être la bonne.")
    return content
