from relance.models.clients import Client
from relance.models.sequences import Sequence
from relance.services import enrolling, sequencing
from relance.web import followed
from tests.factories import NOW


def context_of(app, user, client, **more):
    with app.test_request_context():
        import flask_login

        from relance.web.scope import Visitor

        flask_login.login_user(Visitor(user))
        return followed.context(Client.get_by_id(client.id), **more)


def test_a_client_may_follow_any_published_sequence_or_none(app, camille, account, latitude):
    sequencing.deliver(account, NOW)
    sequencing.create(account, sequencing.Facts("Jamais publiée"), by=None, now=NOW)
    found = context_of(app, camille, latitude)
    assert (found["followed"], found["chosen"]) == (None, None)
    titles = [text for _, text in found["sequence_choices"]]
    assert titles[0] == "Aucune, je relance à la main"
    assert "Jamais publiée" not in titles


def test_what_it_follows_is_shown_even_before_its_first_publication(app, camille, account, latitude):
    made = sequencing.create(account, sequencing.Facts("Neuve"), by=None, now=NOW)
    sequencing.generate(made, 2, 7, 30, version=1, by=None, now=NOW)
    enrolling.enrol(Sequence.get_by_id(made.id), [latitude.id], by=None, now=NOW)
    found = context_of(app, camille, latitude)
    assert found["followed"] == made
    assert found["chosen"] == made
    assert (str(made.id), "Neuve") in found["sequence_choices"]
    assert context_of(app, camille, latitude, is_none=True)["chosen"] is None
