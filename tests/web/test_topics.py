from relance.web import topics


def test_every_topic_has_a_page_of_its_own(as_camille):
    found = topics.topics()
    assert len({topic.href for topic in found}) == len(found) >= 9
    assert all(topic.href.startswith("/reglages/") for topic in found)


def test_only_the_page_shown_is_current(client):
    page = client.get("/reglages/alertes").text
    topics_list = page.partition('id="topics"')[2].partition("</ul>")[0]
    assert topics_list.count("aria-current") == 1


def test_saving_returns_to_the_first_steps_only_when_one_came_from_there(app, as_camille):
    with app.test_request_context("/reglages/alertes?depuis=bienvenue"):
        assert topics.came_from_welcome()
    with app.test_request_context("/reglages/alertes?depuis=ailleurs"):
        assert not topics.came_from_welcome()
