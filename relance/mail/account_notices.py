"""What Relance writes to a user about their account: links to choose a password, changes to confirm.

Each paragraph is written once, in French and in English; a link stands alone on its line.
"""

from dataclasses import dataclass
from html import escape

from relance.rules.wording import french

_STYLE = (
    "max-width:36em;font:16px/1.55 -apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif"
)


@dataclass(frozen=True)
class Words:
    """A text ready to leave."""

    subject: str
    text: str
    html: str


def password_reset(first_name: str, link: str, language: str) -> Words:
    """The link to choose a new password: one hour, one use."""
    if language == "en":
        return _words(
            "Choose a new password",
            _hello(first_name, language),
            "You asked for a new password for Relance. Choose it here:",
            link,
            "This link works once, within one hour.",
            "If you did not ask for it, ignore this message: your password stays the same.",
        )
    return _words(
        "Choisir un nouveau mot de passe",
        _hello(first_name, language),
        "Vous avez demandé un nouveau mot de passe pour Relance. Choisissez-le ici :",
        link,
        "Ce lien sert une fois, pendant une heure.",
        "Si vous n'avez rien demandé, ne tenez pas compte de ce message : votre mot de passe ne change pas.",
    )


def password_changed(first_name: str, language: str) -> Words:
    """After a change, so that a change made by somebody else is noticed."""
    if language == "en":
        return _words(
            "Your password was changed",
            _hello(first_name, language),
            "The password of your Relance account has just been changed. Your other sessions were closed.",
            "If it was not you, ask for a new password at once from the sign-in page.",
        )
    return _words(
        "Votre mot de passe a changé",
        _hello(first_name, language),
        "Le mot de passe de votre compte Relance vient d'être changé. Vos autres sessions ont été fermées.",
        "Si ce n'est pas vous, demandez tout de suite un nouveau mot de passe depuis la page de connexion.",
    )


def iban_changed(first_name: str, old: str, new: str, language: str) -> Words:
    """Fraud protection: an IBAN replaced by somebody else sends the money elsewhere. Both are masked."""
    if language == "en":
        return _words(
            "Your IBAN was changed",
            _hello(first_name, language),
            f"The IBAN shown to your clients has just been changed, from {old} to {new}.",
            "If it was not you, put the right IBAN back at once in Settings and change your password.",
        )
    return _words(
        "Votre IBAN a changé",
        _hello(first_name, language),
        f"L'IBAN affiché à vos clients vient d'être changé : {old} est remplacé par {new}.",
        "Si ce n'est pas vous, remettez tout de suite le bon IBAN dans les réglages et changez votre mot de passe.",
    )


def confirm_sign_up(first_name: str, link: str) -> Words:
    """The link that creates the account asked for; the page was answered the same for a known address."""
    return _words(
        "Confirmez votre adresse",
        _hello(first_name, "fr"),
        "Pour créer votre compte Relance, ouvrez ce lien :",
        link,
        "Il sert une fois, pendant vingt-quatre heures.",
        "Si vous n'avez rien demandé, ne tenez pas compte de ce message.",
    )


def already_signed_up(first_name: str, link: str, language: str) -> Words:
    """To somebody who has an account and asked for another: the page does not say which it was."""
    if language == "en":
        return _words(
            "You already have an account",
            _hello(first_name, language),
            "An account was asked for with this address, which already has one. Sign in here:",
            link,
            "If it was not you, there is nothing to do.",
        )
    return _words(
        "Vous avez déjà un compte",
        _hello(first_name, language),
        "Un compte vient d'être demandé avec cette adresse, qui en a déjà un. Connectez-vous ici :",
        link,
        "Si ce n'est pas vous, il n'y a rien à faire.",
    )


def smtp_test(first_name: str, business: str, server: str, language: str) -> Words:
    """What « Tester la connexion » sends to the user by their own server."""
    if language == "en":
        return _words(
            "Relance: your sending address works",
            _hello(first_name, language),
            f"This message left through {server}. The reminders of {business} will leave the same way.",
        )
    return _words(
        "Relance : votre adresse d'envoi fonctionne",
        _hello(first_name, language),
        f"Ce message est parti par {server}. Les relances de {business} partiront de la même façon.",
    )


def _hello(first_name: str, language: str) -> str:
    greeting = "Hello" if language == "en" else "Bonjour"
    return f"{greeting} {first_name}," if first_name else f"{greeting},"


def _words(subject: str, *paragraphs: str) -> Words:
    """The same paragraphs as text and as HTML; a paragraph that is a link is one in HTML."""
    subject, *lines = (
        (french(text) for text in (subject, *paragraphs))
        if _is_french(paragraphs)
        else (
            subject,
            *paragraphs,
        )
    )
    body = "".join(f'<p style="margin:0 0 16px">{_html(line)}</p>' for line in lines)
    html = (
        '<!doctype html><html><head><meta charset="utf-8"><meta name="color-scheme" content="light dark">'
        f'</head><body><div style="{_STYLE}">{body}</div></body></html>'
    )
    return Words(subject, "\n\n".join(lines) + "\n", html)


def _is_french(paragraphs: tuple[str, ...]) -> bool:
    return paragraphs[0].startswith("Bonjour")


def _html(line: str) -> str:
    if line.startswith(("http://", "https://")):
        return f'<a href="{escape(line)}">{escape(line)}</a>'
    return escape(line)
