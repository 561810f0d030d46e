"""Which passwords are refused: too short, too common, or made of what everybody knows of the account."""

import re
import unicodedata

MIN_LENGTH = 12  # characters
_PHRASE_LENGTH = 20  # from there on, common words in a row are a phrase
MAX_LENGTH = 1024  # hashing a longer one would only cost time

# What the common passwords of leaked lists are built from, in French and in English, once digits,
# punctuation, accents and capitals are taken away. A password that is only these words is refused.
_COMMON = frozenset(
    """
    abc abcd abcdef admin administrateur administrator amour ange azerty azertyuiop bienvenue bonjour
    changeme chouchou coucou default doudou facture factures football france freelance hello iloveyou
    jetaime letmein login loulou love marseille mdp monkey motdepasse mypassword paris pass password
    passw passwort princesse qsdfghjkl qwerty qwertyuiop qwertz relance relances root salut secret secure
    soleil sunshine superman test toto trustno user welcome wxcvbn zaq xsw cde zxcvbn zxcvbnm
    asdf asdfgh asdfghjkl dragon master shadow michael jordan
    janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre
    printemps ete automne hiver summer winter spring autumn
    le la les un une de du des mon ma mes my the is
""".split()
)
_WORDS = sorted(_COMMON, key=len, reverse=True)
_RUNS = (
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "01234567890123456789",
)

_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"})


def why_refused(password: str, known: tuple[str, ...] = ()) -> str:
    """Why ``password`` cannot be used (a French sentence), or an empty string.

    ``known`` are words about the account (e-mail address, names): a password made only of them and of
    common words is refused too.
    """
    if len(password) < MIN_LENGTH:
        return f"Choisissez un mot de passe d'au moins {MIN_LENGTH} caractères. Une phrase convient très bien."
    if len(password) > MAX_LENGTH:
        return f"Choisissez un mot de passe de {MAX_LENGTH} caractères au plus."
    if _is_common(password, known):
        return "Ce mot de passe est trop courant. Ajoutez un ou deux mots."
    return ""


def _is_common(password: str, known: tuple[str, ...]) -> bool:
    if len(set(password.lower())) < 5:  # « aaaaaaaaaaaa », « 121212121212 »
        return True
    if len(password) >= _PHRASE_LENGTH:
        return False
    words = _WORDS + sorted({_letters(part) for text in known for part in re.split(r"[@.\s_-]+", text)}, key=len)
    core = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.lower())  # « P@ssw0rd2026! » is « p@ssw0rd »
    for plain in (_letters(password), _letters(core.translate(_LEET))):
        rest = plain
        for word in sorted(words, key=len, reverse=True):
            if len(word) > 2 or word in _COMMON:
                rest = rest.replace(word, " ")
        left = rest.replace(" ", "")
        if len(left) < 3 or any(left in run or left in run[::-1] for run in _RUNS):
            return True
    return False


def _letters(text: str) -> str:
    """Lower-case letters only, without accents."""
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(character for character in plain if character.isascii() and character.isalpha())
