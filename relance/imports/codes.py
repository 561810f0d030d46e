"""The code lists of electronic invoices, the same in CII and in UBL: what a document is, how it is to be paid."""

# UNTDID 1001 (BT-3), as EN 16931 and the French reform use it. What is not listed is read as an invoice, and told.
KINDS = {
    **dict.fromkeys(
        (
            "71 80 82 84 102 130 202 203 204 211 218 219 295 325 331 380 382 383 385 387 388 389 390 393 394 395 456 "
            "457 501 527 553 575 623 633 751 780 817 870 935"
        ).split(),
        "invoice",
    ),
    **dict.fromkeys("81 83 261 262 296 308 381 396 420 458 502 503 532".split(), "credit_note"),
    **dict.fromkeys("386 500".split(), "deposit"),
    **dict.fromkeys("326 875 876".split(), "progress"),
    "877": "final",
    **dict.fromkeys("384 471 472 473".split(), "corrected"),
}
FACTORED = frozenset("393 396 472 473 501 502".split())

# UNTDID 4461 (BT-81). What is not listed is « other ».
PAYMENT_MEANS = {
    **dict.fromkeys("30 31 42 45 57 58 61 68".split(), "transfer"),
    **dict.fromkeys("49 59 70".split(), "direct_debit"),
    **dict.fromkeys("48 54 55".split(), "card"),
    **dict.fromkeys("20 21 22 23 24 25 26".split(), "cheque"),
    "10": "cash",
}
_UNDEFINED = ("1", "ZZZ")


def kind(type_code: str, total_cents: int | None, warnings: list[str], *, otherwise: str = "invoice") -> str:
    """The kind of a document of this code, with what a person should know of it added to ``warnings``.

    ``otherwise``: the kind of a document without a code we know.
    """
    found = KINDS.get(type_code)
    if type_code == "751":
        warnings.append("Ce fichier ne porte que des données comptables : vérifiez que c'est bien une facture à payer.")
    if type_code == "325":
        warnings.append("C'est une facture proforma : elle ne demande pas encore de paiement.")
    if type_code in FACTORED:
        warnings.append("Cette facture est cédée à un factor : le paiement ne vous revient sans doute pas.")
    if found is None and otherwise == "invoice":
        warnings.append(
            f"Le type de document « {type_code[:10]} » est inconnu : il est lu comme une facture."
            if type_code
            else "Le fichier ne dit pas si c'est une facture ou un avoir : il est lu comme une facture."
        )
    found = found or otherwise
    if found != "credit_note" and total_cents is not None and total_cents < 0:
        warnings.append("Le total est négatif : ce document sera enregistré comme un avoir.")
    return found


def payment_means(stated: list[str]) -> str | None:
    """How to pay: the first code that means something, « other » for one that is none of ours, None without any."""
    if not stated:
        return None
    code = next((code for code in stated if code not in _UNDEFINED), stated[0])
    return PAYMENT_MEANS.get(code, "other")
