"""What a message is about, on labelled messages: a wrong handover of a buyer is worse than a miss."""

from tests.conversations import situation_scores as scores


def test_few_messages_are_taken_for_what_they_are_not() -> None:
    outcomes = scores.situations()

    assert len(outcomes) >= 200
    assert scores.precision(outcomes) >= 0.98
    assert scores.recall(outcomes) >= 0.97


def test_ordinary_talk_of_buyers_is_left_alone() -> None:
    wrong = [row.case["text"] for row in scores.situations() if not row.expected and row.found]

    assert wrong == []


def test_wide_burgers_are_told_from_other_measures() -> None:
    outcomes = scores.wide()

    assert scores.precision(outcomes) >= 0.95
    assert scores.recall(outcomes) >= 0.95
