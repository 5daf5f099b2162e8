import re

import pytest

from knowledge import loader, phrases, queries
from knowledge.models import PHRASE_MAX_CHARS, Phrase, Situation
from knowledge.sources import shipped_phrases


def test_every_situation_has_three_short_sentences_with_at_most_one_question() -> None:
    assert set(shipped_phrases()) == set(Situation.values)
    for texts in shipped_phrases().values():
        assert len(set(texts)) >= 3
        for text in texts:
            assert len(text) <= PHRASE_MAX_CHARS
            assert len(re.findall(r"\?+", text)) <= 1


def test_the_same_seed_gives_the_same_sentence(seeded: None) -> None:
    assert phrases.choose("espera", seed="a") == phrases.choose("espera", seed="a")


def test_different_seeds_use_every_sentence(seeded: None) -> None:
    used = {phrases.choose("espera", seed=str(number)) for number in range(60)}

    assert used == set(shipped_phrases()["espera"])


def test_the_last_sentence_is_not_repeated(seeded: None) -> None:
    last = phrases.choose("saudacao", seed="a")

    assert all(phrases.choose("saudacao", avoid=last, seed=str(number)) != last for number in range(40))


def test_a_single_sentence_may_repeat(seeded: None) -> None:
    kept = Phrase.objects.filter(situation="espera").order_by("pk")[0]
    Phrase.objects.filter(situation="espera").exclude(pk=kept.pk).update(active=False)
    queries.clear_cache()

    assert phrases.choose("espera", avoid=kept.text) == kept.text


def test_there_is_something_safe_to_say_before_the_first_seed(db: None) -> None:
    assert phrases.choose(Situation.ERRO_AGENTE) in shipped_phrases()["erro_agente"]


def test_an_unknown_situation_is_an_error(db: None) -> None:
    with pytest.raises(ValueError, match="inventada"):
        phrases.choose("inventada")


def test_a_managers_change_is_used_at_once(db: None) -> None:
    loader.load()
    phrases.choose("espera")

    for phrase in Phrase.objects.filter(situation="espera"):
        phrase.text = "Já volto."
        phrase.save()

    assert phrases.choose("espera") == "Já volto."
