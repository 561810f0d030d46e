"""What Relance writes to a user about their account: links to open, changes to confirm."""

from relance.mail.layout import Block, Link, Text, clean, lay_out


def password_reset(first_name: str, url: str, language: str) -> Text:
    """The link to choose a new password: one hour, one use."""
    label = "Choose a password" if language == "en" else "Choisir un mot de passe"
    return _write("password_reset", first_name, language, link=(Link("", label, url),))


def password_changed(first_name: str, language: str) -> Text:
    """After a change, so that a change made by somebody else is noticed."""
    return _write("password_changed", first_name, language)


def iban_changed(first_name: str, old: str, new: str, language: str) -> Text:
    """Fraud protection: an IBAN replaced by somebody else sends the money elsewhere. Both are masked."""
    return _write("iban_changed", first_name, language, values={"old": clean(old), "new": clean(new)})


def confirm_sign_up(first_name: str, url: str) -> Text:
    """The link that creates the account asked for; the page answers the same for a known address."""
    return _write("confirm_sign_up", first_name, "fr", link=(Link("", "Créer mon compte", url),))


def already_signed_up(first_name: str, url: str, language: str) -> Text:
    """To somebody who has an account and asked for another: the page does not say which it was."""
    label = "Sign in" if language == "en" else "Se connecter"
    return _write("already_signed_up", first_name, language, link=(Link("", label, url),))


def _write(
    name: str,
    first_name: str,
    language: str,
    *,
    values: dict[str, str] | None = None,
    link: tuple[Link, ...] = (),
) -> Text:
    language = "en" if language == "en" else "fr"
    hello = f"{'Hello' if language == 'en' else 'Bonjour'} {clean(first_name)}".strip() + ","
    blocks: dict[str, Block] = {"link": link}
    return lay_out(f"{name}/{language}.txt", {"hello": hello, **(values or {})}, blocks, language=language)
