"""« À traiter », the imports: those that were read and wait for a person to look before anything is written."""

import datetime as dt
from typing import Any

from peewee import fn

from relance.models.accounts import Account
from relance.models.imports import ImportFile, ImportRun


def ready(account: Account, now: dt.datetime) -> Any:
    """Imports to check, from the page, the watched folder or the command; each with ``first_name`` and ``n_files``."""
    of_run = (ImportFile.run == ImportRun.id) & ~ImportFile.name.contains("/")  # not the members of a ZIP
    first = ImportFile.select(ImportFile.name).where(of_run).order_by(ImportFile.position).limit(1)
    count = ImportFile.select(fn.COUNT(ImportFile.id)).where(of_run)
    return (
        ImportRun.select(ImportRun, fn.COALESCE(first, "").alias("first_name"), fn.COALESCE(count, 0).alias("n_files"))
        .where(ImportRun.account == account, ImportRun.state == "ready")
        .order_by(ImportRun.id)
    )
