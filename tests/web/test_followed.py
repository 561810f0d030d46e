from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from relance.web import followed
from tests.factories import NOW


def context_of(client, **more):
    return followed.context(Client.get_by_id(client.id), **more)


def test_a_client_may_follow_any_published_sequence_or_none(as_camille, account, latitude):
    sequencing.deliver(account, NOW)
    sequencing.create(account, sequencing.Facts("Jamais publiée"), by=None, now=NOW)
    found = context_of(latitude)
    assert (found["followed"], found["chosen"]) == (None, None)
    titles = [text for _, text in found["sequence_choices"]]
    assert titles[:2] == ["Comme le compte\u00a0: aucune", "Aucune, je relance à la main"]
    assert "Jamais publiée" not in titles


def test_what_it_follows_is_shown_even_before_its_first_publication(as_camille, account, latitude):
    made = sequencing.create(account, sequencing.Facts("Neuve"), by=None, now=NOW)
    sequencing.generate(made, 2, 7, 30, version=1, by=None, now=NOW)
    enrolling.enrol(Sequence.get_by_id(made.id), [latitude.id], by=None, now=NOW)
    found = context_of(latitude)
    assert found["followed"] == made
    assert found["chosen"] == made
    assert (str(made.id), "Neuve") in found["sequence_choices"]
    assert context_of(latitude, is_none=True)["chosen"] is None
