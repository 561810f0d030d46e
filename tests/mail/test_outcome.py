from relance.mail.outcome import Refused, Sent, Unreachable


def test_a_refusal_is_told_with_the_server_s_own_words() -> None:
    sentence = Refused(550, "5.1.1 no such user").sentence
    assert sentence == "Le serveur refuse le message\u00a0: «\u00a0550 5.1.1 no such user\u00a0»."


def test_an_outcome_is_a_value_and_each_is_unlike_the_others() -> None:
    assert Sent("250 ok") == Sent("250 ok", {})
    assert Sent("250 ok") != Sent("250 ok", {"a@b.example": (550, "no")})
    outcomes = [Sent("250 ok"), Refused(550, "no"), Unreachable("timeout", "Rien n’est parti.")]
    assert [isinstance(one, Unreachable) for one in outcomes] == [False, False, True]
