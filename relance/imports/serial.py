"""What was read in a file, as plain JSON and back: it crosses a pipe, and it waits in a row."""

from dataclasses import asdict, fields
from datetime import date
from typing import Any

from relance.imports.values import InvoiceRead, Party

_DATES = ("issued_on", "due_on", "terms_due_on")
_LISTS = ("ibans", "bics", "credited_numbers", "warnings")


def to_json(read: InvoiceRead) -> dict[str, Any]:
    """The values of ``read`` that are not empty, as JSON can write them. Dates are ISO."""
    found = asdict(read)
    for name in _DATES:
        if found[name] is not None:
            found[name] = found[name].isoformat()
    found["instalments"] = [[day.isoformat(), cents] for day, cents in read.instalments]
    return {name: value for name, value in found.items() if value not in (None, "", (), [], {})}


def from_json(found: dict[str, Any]) -> InvoiceRead:
    """The value that ``to_json`` wrote. What a later version wrote and this one does not know is left aside."""
    known = {field.name for field in fields(InvoiceRead)}
    values = {name: value for name, value in found.items() if name in known}
    values.setdefault("file", "")
    for name in _DATES:
        if values.get(name):
            values[name] = date.fromisoformat(values[name])
    for name in _LISTS:
        values[name] = tuple(values.get(name) or ())
    values["instalments"] = tuple((date.fromisoformat(day), cents) for day, cents in values.get("instalments") or ())
    for name in ("seller", "buyer"):
        values[name] = _party(values.get(name) or {})
    return InvoiceRead(**values)


def _party(found: dict[str, Any]) -> Party:
    known = {field.name for field in fields(Party)}
    values = {name: value for name, value in found.items() if name in known}
    return Party(**values | {"address": tuple(values.get("address") or ())})
