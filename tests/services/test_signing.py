import pytest

from relance import storage
from relance.models.documents import Document
from relance.models.events import Event
from relance.models.signatures import Signature
from relance.services import signing
from relance.services.signing import SignatureError
from tests.factories import NOW, make_user
from tests.services.test_signature_images import drawn, read, saved


def signed(user, name="", width=6):
    return signing.add(user, saved(drawn(width=width)), name, "uploaded", NOW)


def names_of(user):
    return [(one.name, one.is_default) for one in signing.of_user(user)]


@pytest.mark.requirement("S4.16")
def test_a_signature_is_kept_as_a_png_of_ours_and_the_first_is_the_default(camille):
    row = signed(camille, "  Au  stylo ")
    document = Document.get()
    assert (document.kind, document.mime, document.account_id) == ("signature", "image/png", camille.account_id)
    assert read(signing.bytes_of(row)).format == "PNG" and storage.exists(document.sha256)
    assert names_of(camille) == [("Au stylo", True)] and signing.default_of(camille) == row
    event = Event.get(Event.kind == "signature_added")
    assert (event.user_id, event.facts["sha256"], event.facts["name"]) == (camille.id, document.sha256, "Au stylo")


def test_one_default_at_a_time_and_another_takes_over_when_it_goes(camille):
    first, second = signed(camille, "un"), signed(camille, "deux", 9)
    signing.make_default(second)
    assert names_of(camille) == [("deux", True), ("un", False)]
    signing.remove(second, by=camille, now=NOW)
    signing.remove(second, by=camille, now=NOW)  # the same click twice
    signing.make_default(second)
    assert names_of(camille) == [("un", True)]
    assert Event.select().where(Event.kind == "signature_removed").count() == 1
    assert signing.bytes_of(Signature.get_by_id(second.id)), "letters that carry it keep it"
    signing.rename(first, "Paraphe")
    assert names_of(camille) == [("Paraphe", True)]


def test_five_at_most_each_person_their_own(camille):
    for number in range(5):
        signed(camille, str(number))
    with pytest.raises(SignatureError, match="cinq"):
        signed(camille)
    other = make_user(camille.account, email="autre@atelier.example")
    assert signing.of_user(other) == [] and signing.default_of(other) is None
    with pytest.raises(SignatureError, match="60 caractères") as refusal:
        signed(other, "x" * 61)
    assert refusal.value.field == "name" and Signature.select().count() == 5
