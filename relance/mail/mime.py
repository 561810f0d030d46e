"""A Mail as the bytes that leave: seven-bit, short lines, text first, attachments whole.

The same mail at the same instant gives the same bytes on any machine: what left can be made again from its row.
"""

import binascii
import re
from datetime import UTC, datetime
from email import policy
from email.encoders import encode_base64
from email.header import Header
from email.message import Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.utils import format_datetime, formataddr

from relance.mail.mail import Address, Attachment, Mail

# compat32 writes headers several times faster than policy.SMTP, and « From » at the start of a line stays.
_POLICY = policy.compat32.clone(linesep="\r\n", mangle_from_=False)
_NEWLINE = re.compile(r"\r\n|\r|\n")


def build(mail: Mail, sent_at: float) -> bytes:
    """The whole message with its headers; ``sent_at`` is a POSIX time. ValueError for an address no server takes."""
    root = _content(mail)
    root["Subject"] = _encoded(mail.subject, "Subject")
    root["From"] = _header(mail.sender, "From")
    root["To"] = ", ".join(_header(address, "To") for address in mail.to)
    if mail.cc:
        root["Cc"] = ", ".join(_header(address, "Cc") for address in mail.cc)
    if mail.reply_to:
        root["Reply-To"] = _header(mail.reply_to, "Reply-To")
    root["Date"] = format_datetime(datetime.fromtimestamp(int(sent_at), UTC))
    root["Message-ID"] = mail.message_id
    if mail.references:
        root["In-Reply-To"] = mail.references[-1]
        root["References"] = " ".join(mail.references)
    # Out-of-office programs do not answer what says it was sent by a machine (RFC 3834).
    root["Auto-Submitted"] = "auto-generated"
    content = root.as_bytes(policy=_POLICY)
    return content if content.endswith(b"\r\n") else content + b"\r\n"  # a message ends with a line on the wire


def _boundary(mail: Mail, part: str) -> str:
    """What stands between parts. « =_ » is in no quoted-printable nor base64 line, whatever the text says."""
    return f"=_relance.{mail.token}.{part}"


def _content(mail: Mail) -> Message:
    content: Message = _text(mail.text, "plain")
    if mail.html:
        alternative = MIMEMultipart("alternative", _boundary(mail, "text"), policy=_POLICY)
        alternative.attach(content)
        alternative.attach(_text(mail.html, "html"))
        content = alternative
    if not mail.attachments:
        return content
    mixed = MIMEMultipart("mixed", _boundary(mail, "all"), policy=_POLICY)
    mixed.attach(content)
    for attachment in mail.attachments:
        mixed.attach(_file(attachment))
    return mixed


def _text(text: str, subtype: str) -> MIMENonMultipart:
    """Quoted-printable by the C function: the email package's own is written in Python and far slower."""
    part = MIMENonMultipart("text", subtype, policy=_POLICY, charset="utf-8")
    body = "\r\n".join(_NEWLINE.split(text.rstrip("\r\n") + "\n")).encode("utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(binascii.b2a_qp(body, istext=True).decode("ascii"))
    return part


def _file(attachment: Attachment) -> MIMEBase:
    part = MIMEBase(*attachment.mime.split("/", 1), policy=_POLICY)
    part.set_payload(attachment.content)
    encode_base64(part)
    name: str | tuple[str, str, str] = attachment.filename
    if not attachment.filename.isascii():
        name = ("utf-8", "", attachment.filename)
    part.add_header("Content-Disposition", "attachment", filename=name)
    return part


def _header(address: Address, header: str) -> str:
    if address.name.isascii() and "=?" not in address.name:
        return formataddr((address.name, address.wire))
    return f"{_encoded(address.name, header)} <{address.wire}>"


def _encoded(text: str, header: str) -> str:
    if text.isascii() and "=?" not in text:
        return text
    return Header(text, "utf-8", header_name=header).encode(linesep="\r\n")
