"""Which invoices travel with a message, and which are given as a link because the message would be too heavy."""

from collections.abc import Iterable
from dataclasses import dataclass

from relance import links
from relance.models.documents import Document
from relance.models.invoices import Invoice

# Seven megabytes of files make ten once encoded: what the mail servers of small firms accept at least.
MAX_BYTES = 7_000_000


@dataclass(frozen=True)
class Attached:
    """The documents that are attached, and (invoice's number, address) for those that are not."""

    document_ids: tuple[int, ...] = ()
    downloads: tuple[tuple[str, str], ...] = ()


def share_out(invoices: Iterable[Invoice], files: Iterable[Document] = ()) -> Attached:
    """Attach the files of these invoices, in their order, as long as they fit in MAX_BYTES; link to the others.

    ``files``: those of them that were read already.
    """
    numbers: dict[int, str] = {}
    for invoice in invoices:
        if invoice.document_id:
            numbers.setdefault(invoice.document_id, invoice.number)
    known = {row.id: row for row in files}
    missing = [key for key in numbers if key not in known]
    if missing:
        known |= {row.id: row for row in Document.select().where(Document.id.in_(missing))}
    attached: list[int] = []
    downloads: list[tuple[str, str]] = []
    total = 0
    for document_id, number in numbers.items():
        document = known[document_id]
        if total + document.size <= MAX_BYTES:
            total += document.size
            attached.append(document_id)
        else:
            downloads.append((number, links.url_of(document_id, document.sha256)))
    return Attached(tuple(attached), tuple(downloads))
