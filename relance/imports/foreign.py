"""Files that are not read here, told by their first bytes or their first lines, each with what to do instead."""

import re

from relance.imports import archives
from relance.imports.documents import BANK, PICTURE, WEB_PAGE

OLD_EXCEL = "Ce fichier est un ancien classeur Excel (XLS). Enregistrez-le au format XLSX ou CSV, puis réessayez."
LOCKED_EXCEL = "Ce fichier Office est protégé par un mot de passe. Enregistrez-le sans mot de passe, puis réessayez."
OLD_WORD = "Ce fichier est un document Word ou Office ancien, pas une facture. Enregistrez-le en PDF, puis réessayez."
BINARY_EXCEL = "Ce fichier est un classeur Excel binaire (XLSB). Enregistrez-le au format XLSX ou CSV, puis réessayez."
OPEN_SHEET = "Ce fichier est un classeur OpenDocument (ODS). Enregistrez-le au format XLSX ou CSV, puis réessayez."
WORDS = "Ce fichier est un document de traitement de texte. Enregistrez-le en PDF, puis réessayez."
SLIDES = "Ce fichier est une présentation, pas une facture. Choisissez le PDF ou le XML de la facture."
ARCHIVE = "Cette archive n'est pas un ZIP. Dépliez-la, puis choisissez les fichiers qu'elle contient."
PROGRAM = "Ce fichier est un programme. Il n'est pas accepté."
MAIL = "Ce fichier est un e-mail. Enregistrez la facture qui y est jointe, puis choisissez-la."
MEDIA = "Ce fichier est un son ou une vidéo, pas une facture. Choisissez le PDF ou le XML de la facture."
DATA = "Ce fichier est au format JSON, qui n'est pas lu. Exportez vos factures en CSV ou en classeur Excel."
CARD = "Ce fichier est un carnet d'adresses ou un agenda, pas une facture."
KEY = "Ce fichier est une clé ou un certificat, pas une facture. Ne le partagez pas."
RICH_TEXT = "Ce fichier est un document de texte enrichi (RTF). Enregistrez-le en PDF, puis réessayez."


_BYTES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n", PICTURE),
    (b"\xff\xd8\xff", PICTURE),
    (b"GIF8", PICTURE),
    (b"BM", PICTURE),
    (b"II*\x00", PICTURE),
    (b"MM\x00*", PICTURE),
    (b"\x1f\x8b", ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", ARCHIVE),
    (b"Rar!\x1a\x07", ARCHIVE),
    (b"BZh", ARCHIVE),
    (b"\xfd7zXZ\x00", ARCHIVE),
    (b"\x28\xb5\x2f\xfd", ARCHIVE),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"ID3", MEDIA),
    (b"OggS", MEDIA),
)
# These two letters begin words too: only with a zero byte near is it the binary thing.
_SHORT = (b"BM", b"MZ", b"BZh", b"ID3")

# CFONB 120: kind of record, bank, four free characters, branch, currency. SWIFT MT940 and MT942: tags.
_BANK = re.compile(r"0[1457]\d{5}(?:\w{4}| {4})\d{5}[A-Z]{3}[ \d]|:\d\d[A-Z]?:|\{1:[AF]\d\d", re.ASCII)
_BANK_ANYWHERE = re.compile(r"^(?::60[FM]:|!(?:Type|Option|Account)\b)", re.MULTILINE)
_HEADER = re.compile(
    r"(?:From|Return-Path|Received|Delivered-To|MIME-Version|Message-ID|Subject|Date|X-[\w-]+): .*", re.IGNORECASE
)


def office(content: bytes, inside: frozenset[str]) -> str | None:
    """'' for an XLSX workbook, the reason to refuse another office file, None for an ordinary ZIP."""
    if "xl/workbook.xml" in inside:
        return ""
    if "xl/workbook.bin" in inside:
        return BINARY_EXCEL
    if "word/document.xml" in inside:
        return WORDS
    if "ppt/presentation.xml" in inside:
        return SLIDES
    if "mimetype" in inside:
        kind = archives.start_of(content, "mimetype")
        if b"opendocument.spreadsheet" in kind:
            return OPEN_SHEET
        if b"opendocument.presentation" in kind:
            return SLIDES
        if b"opendocument" in kind or b"epub" in kind:
            return WORDS
    if {"META-INF/MANIFEST.MF", "AndroidManifest.xml"} & inside:
        return PROGRAM
    return None


def binary(content: bytes) -> str:
    """What a file of another kind is, by its first bytes; '' when they say nothing."""
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _compound(content)
    if content.startswith(b"RIFF") and content[8:12] in (b"WEBP", b"WAVE", b"AVI "):
        return PICTURE if content[8:12] == b"WEBP" else MEDIA
    if content[4:8] == b"ftyp":
        return PICTURE if content[8:12] in (b"heic", b"heix", b"mif1", b"avif", b"heif") else MEDIA
    for start, sentence in _BYTES:
        if content.startswith(start) and (start not in _SHORT or b"\x00" in content[:64]):
            return sentence
    return ""


def _compound(content: bytes) -> str:
    """Office before 2007: what it is stands in names written in UTF-16."""

    def holds(name: str) -> bool:
        return name.encode("utf-16-le") in content

    if holds("EncryptedPackage"):
        return LOCKED_EXCEL
    if holds("__substg1.0_"):
        return MAIL
    if holds("Workbook") or holds("Book"):
        return OLD_EXCEL
    return OLD_WORD


def text(start: str) -> str:
    """What a text of another kind is, by how it begins (without leading blanks); '' when it says nothing."""
    lower = start[:200].lower()
    if lower.startswith(("<!doctype html", "<html", "<head", "<body", "<script")):
        return WEB_PAGE
    if lower.startswith(("ofxheader", "<ofx", "<?ofx")) or ("<?ofx" in lower and lower.startswith("<?xml")):
        return BANK
    if _BANK.match(start) or _BANK_ANYWHERE.search(start):
        return BANK
    lines = start.split("\n", 2)
    if lower.startswith(("begin:vcard", "begin:vcalendar")):
        return CARD
    if lower.startswith("-----begin "):
        return KEY
    if lower.startswith("{\\rtf"):
        return RICH_TEXT
    if lower.startswith("#!"):
        return PROGRAM
    if re.match(r'[\[{]\s*(?:["{\[\]}]|$)', start):
        return DATA
    if len(lines) > 1 and _HEADER.match(lines[0]) and re.match(r"[\w-]+: |[ \t]", lines[1]):
        return MAIL
    return ""
