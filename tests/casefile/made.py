"""A case with a piece of each kind, for the tests of case files: everything made through the services."""

import datetime as dt
import hashlib
import io
import zipfile
from dataclasses import dataclass

from relance.config import Smtp
from relance.mail import mime
from relance.mail.outcome import Sent
from relance.models.events import record
from relance.models.evidence import Evidence
from relance.models.invoices import Invoice
from relance.models.letters import Letter
from relance.models.messages import Message
from relance.services import (
    calling,
    case_files,
    evidence,
    handing_over,
    invoice_rows,
    invoicing,
    journal,
    noticing,
    posting_letters,
    printing,
    sending_by_hand,
    writing,
)
from relance.services.calling import CallFacts
from relance.services.carrying import Carrier
from relance.services.noticing import NoticeChoices
from tests import factories
from tests.data import making
from tests.factories import NOW, TODAY
from tests.services.notices import late

HOUR = dt.timedelta(hours=1)
SERVER = Carrier("instance", Smtp("mail.example", 25), "camille@atelier-roussel.example")
ANSWER = "250 2.0.0 Ok: queued as 4XyZ"
SLIP = (b"\xff\xd8\xff\xe0 bordereau de depot", "depot.jpg")
RECEIPT = (b"\x89PNG\r\n\x1a\n avis", "avis.png")
SECRET = "Hôtel des Cimes"


@dataclass
class Case:
    """What was made. ``now`` is the instant of the export, UTC."""

    invoice: Invoice
    message: Message
    letter: Letter
    piece: Evidence
    now: dt.datetime

    def export(self, **more) -> bytes:
        """The ZIP."""
        client = self.invoice.client
        return b"".join(case_files.stream(client.account, client, [self.invoice], now=self.now, **more))


def make(account, camille, latitude, nadia) -> Case:
    """An invoice chased by e-mail and by letter, with its pieces; another client whose secrets stay out."""
    invoice = late(latitude, "F-2026-0077", document=factories.make_document(account, making.pdf(), "F-77.pdf"))
    told = invoice_rows.told(invoice)
    record("invoice_created", account=account, client=latitude, invoice=invoice, user=camille, at=NOW - HOUR, **told)
    other = factories.make_client(account, SECRET)
    stranger = late(other, "F-2026-9999", object="Chambre 204")
    factories.make_quote(
        latitude, "D-12", invoice=invoice, document=factories.make_document(account, making.pdf(pages=2), "D-12.pdf")
    )
    piece = evidence.add(
        latitude,
        invoice=invoice,
        kind="performance",
        label="../../Bon de livraison: n° 4?",
        content=b"\xff\xd8\xff\xe0 livraison",
        name="bl.jpg",
        by=camille,
        now=NOW - HOUR,
    )
    invoicing.note(stranger, f"{SECRET} ne paie jamais", by=camille, now=NOW)
    journal.seal(NOW + HOUR)
    message = send(invoice, camille, NOW)
    call = CallFacts(who="Nadia Benali", outcome="talked", note="=Elle promet de regarder")
    calling.log_call(invoice, call, by=camille, now=NOW + HOUR)
    journal.seal(NOW + 2 * HOUR)
    letter = noticing.prepare(
        account, latitude, [invoice], choices=NoticeChoices(TODAY), by=camille, now=NOW + 2 * HOUR
    )
    printing.render(letter.id, NOW + 2 * HOUR)
    letter = Letter.get_by_id(letter.id)
    posting_letters.post(
        letter,
        on=TODAY,
        mode="lrar_counter",
        tracking_number="1A23456789012",
        proof=SLIP,
        by=camille,
        now=NOW + 3 * HOUR,
    )
    day = TODAY + dt.timedelta(days=2)
    posting_letters.receive(letter, outcome="received", on=day, proof=RECEIPT, by=camille, now=NOW + 48 * HOUR)
    invoicing.note(stranger, "Xyzzy encore", by=camille, now=NOW + 49 * HOUR)
    fresh = Invoice.get_by_id(invoice.id)
    return Case(fresh, Message.get_by_id(message.id), Letter.get_by_id(letter.id), piece, NOW + 50 * HOUR)


def send(invoice, camille, now) -> Message:
    """A reminder by hand, taken by a server."""
    draft = writing.first_draft(invoice, now.date())
    draft = writing.Draft(**{**vars(draft), "template": "rappel"})
    message = sending_by_hand.send(invoice, draft, key="k", by=camille, now=now, domain="relance.example")
    at = now + dt.timedelta(minutes=2)
    claimed = handing_over.claim(message.id, at, SERVER)
    source = mime.build(claimed.mail, at.replace(tzinfo=dt.UTC).timestamp())
    handing_over.finish(claimed, Sent(ANSWER, source_sha256=hashlib.sha256(source).hexdigest()), at, SERVER)
    return message


def unzip(content, folder) -> list[str]:
    """The names inside, once unzipped."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
        return archive.namelist()
