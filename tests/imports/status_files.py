"""Life-cycle messages written from the published structure (XP Z12-012, CDAR D22B), for tests."""

from xml.sax.saxutils import escape

SELLER = "732829320"  # a SIREN with its key
URN = "urn:un:unece:uncefact:data:standard"


def reference(
    number,
    status,
    *,
    reason="",
    code="",
    note="",
    amounts=(),
    paid="",
    detail_code="",
    seller=SELLER,
    issued="20261102",
):
    """What a message says of one invoice."""
    figures = "".join(
        "<ram:SpecifiedDocumentCharacteristic><ram:TypeCode>MEN</ram:TypeCode>"
        f'<ram:ValueAmount currencyID="EUR">{amount}</ram:ValueAmount>'
        + (_date("ram:ValueDateTime", paid, "102") if paid else "")
        + "<ram:ValuePercent>20.00</ram:ValuePercent></ram:SpecifiedDocumentCharacteristic>"
        for amount in amounts
    )
    detail = (
        _one("ReasonCode", code)
        + _one("Reason", reason)
        + _one("ProcessConditionCode", detail_code)
        + (f"<ram:IncludedNote>{_one('Content', note)}</ram:IncludedNote>" if note else "")
        + figures
    )
    return (
        "<ram:ReferenceReferencedDocument>"
        + _one("IssuerAssignedID", number)
        + "<ram:TypeCode>380</ram:TypeCode>"
        + (_date("ram:FormattedIssueDateTime", issued, "102") if issued else "")
        + _one("ProcessConditionCode", status)
        + (_party("IssuerTradeParty", seller, "SE") if seller else "")
        + (f"<ram:SpecifiedDocumentStatus>{detail}</ram:SpecifiedDocumentStatus>" if detail else "")
        + "</ram:ReferenceReferencedDocument>"
    )


def message(*references, date="20261120153000"):
    """A message about these invoices, as bytes."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<rsm:CrossDomainAcknowledgementAndResponse xmlns:rsm="{URN}:CrossDomainAcknowledgementAndResponse:100" '
        f'xmlns:ram="{URN}:ReusableAggregateBusinessInformationEntity:100" '
        f'xmlns:udt="{URN}:UnqualifiedDataType:100">'
        "<rsm:ExchangedDocument><ram:ID>CDV-1</ram:ID>"
        + _date("ram:IssueDateTime", "20261121080000", "204")
        + _party("SenderTradeParty", "200000008", "WK")
        + "</rsm:ExchangedDocument><rsm:AcknowledgementDocument>"
        "<ram:MultipleReferencesIndicator><udt:Indicator>false</udt:Indicator></ram:MultipleReferencesIndicator>"
        "<ram:TypeCode>23</ram:TypeCode>"
        + _date("ram:IssueDateTime", date, "204")
        + "".join(references)
        + "</rsm:AcknowledgementDocument></rsm:CrossDomainAcknowledgementAndResponse>"
    ).encode()


def _one(name, value):
    return f"<ram:{name}>{escape(value)}</ram:{name}>" if value else ""


def _date(name, value, form):
    return f'<{name}><udt:DateTimeString format="{form}">{value}</udt:DateTimeString></{name}>'


def _party(name, siren, role):
    mark = f'<ram:GlobalID schemeID="0002">{siren}</ram:GlobalID>'
    return f"<ram:{name}>{mark}<ram:RoleCode>{role}</ram:RoleCode></ram:{name}>"
