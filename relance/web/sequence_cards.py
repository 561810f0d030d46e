"""The blocks of a sequence as a person sees them: day, name, first words, tone."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from relance import db
from relance.mail import delivered
from relance.models.accounts import Account
from relance.models.sequences import Sequence, SequenceStep
from relance.models.templates import TemplateText
from relance.rules.wording import french
from relance.services import delivered_sequences, gathering, sequencing, templating
from relance.web import names
from relance.web.i18n import _

# How firm a text is, in one word, and how many of the five marks say it.
TONES = ((1, "courtois"), (2, "cordial"), (2, "cordial"), (3, "direct"), (4, "ferme"), (5, "formel"))
LETTER_LEVEL = 5
EXCERPT = 160
_DELIVERED = {delivered_sequence.description for delivered_sequence in delivered_sequences.ALL}


@dataclass(frozen=True)
class Card:
    """One block. ``excerpt`` is the first sentence of its text, or what its task means; ``marks`` 0 for no tone."""

    key: int
    offset_days: int
    kind: str
    name: str
    icon: str
    what: str
    excerpt: str
    is_quoted: bool
    marks: int
    tone: str
    template: str

    @property
    def day(self) -> str:
        """« J+15 »."""
        return sequencing.day_name(self.offset_days)


@dataclass(frozen=True)
class Texts:
    """What the account's templates are called, how firm they are and how they begin, read in a few queries."""

    names: dict[str, str]
    levels: dict[str, int]
    bodies: dict[str, str]

    @classmethod
    def of(cls, account: Account) -> "Texts":
        """The texts as they stand, « vous » and for one invoice."""
        own = TemplateText.select().where(
            TemplateText.account == account, TemplateText.variant == "vous", ~TemplateText.is_many
        )
        if db.is_remembering():
            gathering.read(own, *templating.reads(account))
        return cls(
            {key: names.template(key) for key in names.TEMPLATES} | templating.own_names(account),
            templating.levels(account),
            {row.ref: french(row.body) for row in own},
        )

    def name(self, ref: str) -> str:
        """« Relance 1 »; the ref itself of one that is gone."""
        return self.names.get(ref, ref)

    def opening(self, ref: str) -> str:
        """The first sentence that says something; empty for a text that is gone."""
        body = self.bodies.get(ref)
        if body is None and ref in delivered.KINDS:
            body = delivered.wording(ref, "vous", False).body
        return opening(body or "")

    def choices(self, account: Account) -> list[tuple[str, str]]:
        """What an e-mail block may send, gentlest first: (ref, name)."""
        refs = sequencing.mail_templates(account)
        return [(info.ref, self.name(info.ref)) for info in templating.listed(account) if info.ref in refs]


def cards(steps: Iterable[SequenceStep], texts: Texts) -> list[Card]:
    """The blocks, in their order."""
    return [card(step, texts) for step in steps]


def card(step: SequenceStep, texts: Texts) -> Card:
    """One block."""
    level = LETTER_LEVEL if step.kind == "letter" else texts.levels.get(step.template, 1)
    marks, tone = TONES[min(level, LETTER_LEVEL)]
    if step.kind == "call":
        name, icon, what = _("Appel"), "phone", _("Appel à passer")
        excerpt = _("L'appel apparaît dans « À traiter » ce jour-là. Rien ne part.")
        marks = 0
    elif step.kind == "letter":
        name, icon = texts.name(step.template), "stamp"
        what = _("Lettre recommandée, à valider par vous")
        if step.template == "amicable":
            what = _("Lettre simple, à valider par vous")
        excerpt = _("La lettre est proposée dans « À traiter ». Elle n'est jamais envoyée seule.")
    else:
        name, icon = texts.name(step.template), "mail"
        what = _("E-mail, modèle « {nom} »", nom=name)
        excerpt = marked(texts.opening(step.template))
    return Card(
        key=step.key,
        offset_days=step.offset_days,
        kind=step.kind,
        name=name,
        icon=icon,
        what=what,
        excerpt=excerpt,
        is_quoted=step.kind == "mail",
        marks=marks,
        tone=_(tone),
        template=step.template,
    )


def opening(body: str) -> str:
    """The first sentence of a text after its greeting, without the brackets of its optional passages."""
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", body)]
    said = [text for text in paragraphs if len(re.sub(r"\{[^}]*\}", "", text)) > 20]
    if not said:
        return ""
    first = re.split(r"(?<=[.?!])\s", re.sub(r"[\[\]]", "", said[0]), maxsplit=1)[0]
    return first if len(first) <= EXCERPT else f"{first[: EXCERPT - 1].rstrip()}…"


def described(sequence: Sequence) -> str:
    """The description as the user wrote it; the delivered ones in the language of the page."""
    text = str(sequence.description)
    return _(text) if text in _DELIVERED else text


def marked(text: str) -> Markup:
    """The text with its variables as code, everything else escaped."""
    pieces = re.split(r"(\{\w+\})", text)
    return Markup("").join(Markup("<code>{}</code>").format(one) if one[:1] == "{" else one for one in pieces)


def points(offsets: Iterable[tuple[int, str]]) -> list[dict[str, str]]:
    """The mini thread of a sequence: (day, kind) of its blocks, with J at its place."""
    ordered = sorted(offsets)
    before = [{"kind": _shape(kind)} for day, kind in ordered if day < 0]
    after = [{"kind": _shape(kind)} for day, kind in ordered if day >= 0]
    return [*before, {"kind": "due"}, *after]


def _shape(kind: str) -> str:
    return "plan" if kind == "mail" else "letter"
