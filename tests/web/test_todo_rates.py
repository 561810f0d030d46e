import datetime as dt

import pytest

from relance.web.todo_lines import Context
from relance.web.todo_rates import WRITERS

D = dt.date


@pytest.mark.parametrize(
    ("today", "title", "actions"),
    [
        (
            D(2026, 11, 22),
            "Taux du 1er semestre 2027 à venir",
            ["Saisir les taux", "Vu, me le rappeler le 1er janvier"],
        ),
        (D(2027, 1, 1), "Taux du 1er semestre 2027 à saisir", ["Saisir les taux"]),
    ],
)
@pytest.mark.usefixtures("as_camille")
def test_the_line_may_be_put_off_until_the_first_day_only(account, today, title, actions):
    line = WRITERS["rates"](("2027-1",), Context(account, today, {}, {}, frozenset()))
    labels = [action.label.replace("\u00a0", " ") for action in line.actions]
    assert line.title == title and labels == actions
    assert line.actions[0].href == "/reglages/taux?semestre=2027-1#saisie"
