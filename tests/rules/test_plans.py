import pytest

from relance.rules.plans import LEVELS, Step, plan_steps


@pytest.mark.requirement("S1.17", "S1.18", "S1.19")
@pytest.mark.parametrize(
    ("frequency", "count", "offsets", "templates"),
    [
        ("once", 1, [0], ["echeance"]),
        ("weekly", 2, [1, 8], ["rappel", "dernier_rappel"]),
        ("weekly", 3, [1, 8, 15], ["rappel", "relance_1", "dernier_rappel"]),
        ("weekly", 4, [1, 8, 15, 22], ["rappel", "relance_1", "relance_2", "dernier_rappel"]),
        ("weekly", 5, [1, 8, 15, 22, 29], ["rappel", "relance_1", "relance_2", "relance_2", "dernier_rappel"]),
        (
            "until_paid",
            12,
            [1 + 7 * n for n in range(12)],
            ["rappel", "relance_1", *["relance_2"] * 9, "dernier_rappel"],
        ),
    ],
)
def test_a_frequency_makes_its_steps(frequency, count, offsets, templates):
    steps = plan_steps(frequency, count)
    assert [step.offset_days for step in steps] == offsets
    assert [step.template for step in steps] == templates


def test_a_plan_gets_firmer_and_never_softer():
    levels = [step.level for step in plan_steps("until_paid", 12)]
    assert levels == sorted(levels)
    assert levels[-1] == max(LEVELS.values())


def test_a_plan_begins_when_the_user_says_and_keeps_its_week():
    assert [step.offset_days for step in plan_steps("weekly", 3, first_offset_days=10)] == [10, 17, 24]


def test_a_template_of_another_version_is_a_plain_reminder():
    assert Step(0, 1, "inconnu").level == LEVELS["rappel"]


@pytest.mark.parametrize(("own", "level"), [(None, LEVELS["rappel"]), (0, 0), (4, 4)])
def test_a_template_of_the_user_is_as_firm_as_the_user_said(own, level):
    assert Step(1001, 5, "modele-abc", own_level=own).level == level


def test_a_delivered_template_whose_tone_was_changed_counts_at_its_new_tone():
    assert Step(1001, 5, "rappel", own_level=3).level == 3


@pytest.mark.parametrize(("kind", "is_mail"), [("mail", True), ("letter", False), ("call", False)])
def test_only_a_mail_leaves_on_its_own(kind, is_mail):
    assert Step(1001, 5, "formal_notice", kind=kind).is_mail is is_mail
