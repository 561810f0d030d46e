"""Files made wrong on purpose, from good ones: the same seed makes the same file, so that a finding can be replayed."""

import io
import random
import re
import warnings
import zipfile
import zlib
from collections.abc import Sequence

from bench.mutation_bytes import BYTES, MAX_BYTES, NASTY, Good, Maker, flip
from bench.mutation_texts import CSV, XML

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)


def make(seed: int, goods: Sequence[Good]) -> tuple[str, bytes]:
    """The name and the bytes of the file of this seed, made of ``goods``."""
    chance = random.Random(seed)
    good = chance.choice(goods)
    content = mutate(chance, good, goods)
    name = (
        good.name if chance.random() < 0.9 else chance.choice(goods).name + chance.choice((*NASTY[:12], ".zip", "/x"))
    )
    return name, content[:MAX_BYTES]


def mutate(chance: random.Random, good: Good, goods: Sequence[Good]) -> bytes:
    """``good`` with one to a few changes, most of them such as its kind understands."""
    content = good.content
    for _ in range(min(1 + int(chance.expovariate(0.8)), 8)):
        makers = BYTES if chance.random() < 0.25 else BY_KIND.get(good.kind, BYTES)
        content = chance.choice(makers)(chance, content, goods)[: 2 * MAX_BYTES]
    if good.kind == "xml" and chance.random() < 0.08:
        content = carried(content, chance)
    return content


# Archives: members changed and packed again


def _zip_member(chance: random.Random, content: bytes, goods: Sequence[Good]) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [(info.filename, archive.read(info)) for info in archive.infolist()[:60]]
    except Exception:  # noqa: BLE001  # it may be wrong already
        return flip(chance, content, goods)
    if not members:
        return content
    at = chance.randrange(len(members))
    name, body = members[at]
    way = chance.randrange(6)
    if way == 0:
        del members[at]
    elif way == 1:
        members.append((name, body))
    elif way == 2:
        members[at] = (
            chance.choice(("../" + name, "/etc/passwd", "C:\\x.xml", name + "/", "é" * 300, "x\x00.xml")),
            body,
        )
    else:
        kind = "xml" if body.lstrip()[:1] == b"<" else "other"
        members[at] = (name, mutate(chance, Good(name, body, kind), goods))
    return packed(
        members, chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    )


def _zip_of(chance: random.Random, content: bytes, goods: Sequence[Good]) -> bytes:
    """An archive of several files, changed or not."""
    members = [("x" + chance.choice((".xml", "", ".pdf")), content)]
    for _ in range(chance.randint(1, 3)):
        good = chance.choice(goods)
        body = good.content if chance.random() < 0.7 else chance.choice(BYTES)(chance, good.content, goods)
        members.append((good.name, body))
    return packed(members, zipfile.ZIP_DEFLATED)


def packed(members: Sequence[tuple[str, bytes]], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of these members, always with the same bytes."""
    whole = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(whole, "w", how) as archive:
        warnings.simplefilter("ignore")  # two members of one name: on purpose
        for name, body in members:
            info = zipfile.ZipInfo(name.replace("\ud800", "?")[:2000] or "x", (2026, 11, 22, 9, 0, 0))
            info.compress_type = how
            archive.writestr(info, body)
    return whole.getvalue()


# PDF


def _pdf_stream(chance: random.Random, content: bytes, goods: Sequence[Good]) -> bytes:
    """What a stream holds, changed and packed again, its length told or not."""
    found = list(_STREAM.finditer(content))
    if not found:
        return flip(chance, content, goods)
    place = chance.choice(found)
    try:
        body = zlib.decompressobj().decompress(place[1], MAX_BYTES)
    except zlib.error:
        return content[: place.start(1)] + chance.choice(BYTES)(chance, place[1], goods) + content[place.end(1) :]
    kind = "xml" if body.lstrip()[:1] == b"<" else "other"
    changed = zlib.compress(mutate(chance, Good("x", body, kind), goods), 1)
    if chance.random() < 0.5:  # whoever reads by the length told, and whoever looks for the end, read the same
        changed = changed.ljust(len(place[1]), b"\n") if len(changed) <= len(place[1]) else changed
    return content[: place.start(1)] + changed + content[place.end(1) :]


def _pdf_word(chance: random.Random, content: bytes, _goods: Sequence[Good]) -> bytes:
    """A name, a reference or a mark of the format in the place of another."""
    found = list(re.finditer(rb"/[A-Z][A-Za-z0-9]+|\d+ 0 R|<<|>>|\[|\]", content))
    if len(found) < 2:
        return content
    place, other = chance.choice(found), chance.choice(found)
    new = (
        other[0]
        if chance.random() < 0.7
        else chance.choice((b"null", b"/Prev 0", b"1 0 R", b"(\\377)", b"<<", b"true"))
    )
    return content[: place.start()] + new + content[place.end() :]


def _pdf_attached(chance: random.Random, _content: bytes, goods: Sequence[Good]) -> bytes:
    """A small PDF that carries an XML of ours, changed."""
    good = chance.choice([good for good in goods if good.kind == "xml"])
    return carried(mutate(chance, good, goods), chance)


def carried(xml: bytes, chance: random.Random) -> bytes:
    """A PDF of one blank page with ``xml`` attached to it, as well written as ``chance`` wants."""
    names = (
        "factur-x.xml",
        "ZUGFeRD-invoice.xml",
        "zugferd-invoice.xml",
        "xrechnung.xml",
        "FACTUR-X.XML",
        "order-x.xml",
    )
    name = chance.choice((*names, *names, *(value[:80] for value in NASTY)))
    told = b"<" + ("\ufeff" + name).encode("utf-16-be", "surrogatepass").hex().encode() + b">"
    is_packed = chance.random() < 0.7
    body = zlib.compress(xml, 1) if is_packed else xml
    filters = b"/Filter/FlateDecode" if is_packed else b""
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(x) 4 0 R]>>>>/AF[4 0 R]>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<<>>>>",
        b"<</Type/Filespec/F %s/UF %s/AFRelationship/Data/EF<</F 5 0 R/UF 5 0 R>>>>" % (told, told),
        b"<</Type/EmbeddedFile/Subtype/text#2Fxml%s/Length %d>>stream\n%s\nendstream" % (filters, len(body), body),
    )
    whole, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(whole))
        whole += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return whole + b"xref\n0 6\n0000000000 65535 f \n%strailer\n<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        table,
        len(whole),
    )


BY_KIND: dict[str, tuple[Maker, ...]] = {
    "xml": XML,
    "csv": CSV,
    "zip": (_zip_member, _zip_member, _zip_member, _zip_of),
    "pdf": (_pdf_stream, _pdf_stream, _pdf_word, _pdf_word, _pdf_attached),
}
