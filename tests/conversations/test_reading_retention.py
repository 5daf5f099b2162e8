"""Files and what was read in them are not kept for ever, and go with the person (domain.md, LGPD)."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.management import call_command

from conversations.models import Media, Message, Reading
from conversations.readings import WORDS, retention
from leads.models import Fact
from seleto.lib import jobs, poison, privacy
from seleto.lib.models import Alert
from seleto.lib.privacy import Subject
from tests.factories import ConversationFactory, MessageFactory, now

pytestmark = pytest.mark.django_db

SAID = "Aqui é a Patrícia Exemplo, CPF 529.982.247-25, telefone 47 99999-0001, quero a FB300 em Itajaí"


@pytest.fixture
def kept(channel, settings, tmp_path):
    """A voice note and a PDF of one lead, both read."""
    settings.MEDIA_ROOT = tmp_path
    conversation = ConversationFactory.create(channel=channel)
    voice = MessageFactory.create(conversation=conversation, type="audio", text=SAID, media={"leitura": "done"})
    paper = MessageFactory.create(
        conversation=conversation, type="document", text="", media={"filename": "rg patricia.pdf", WORDS: SAID}
    )
    for message, kind in ((voice, "transcript"), (paper, "document")):
        media = Media.objects.create(
            message=message,
            direction="in",
            source="channel",
            kind=message.type,
            state="stored",
            mime="audio/ogg",
            path=f"{message.type}.bin",
            due_at=now(),
            created_at=now(),
            keep_until=now() + timedelta(days=90),
        )
        Reading.objects.create(
            media=media, kind=kind, state="done", text=SAID, due_at=now(), awaited_until=now(), created_at=now()
        )
        (tmp_path / media.path).write_bytes(b"x")
    Fact.objects.create(
        lead=conversation.lead,
        field="nome",
        value="Patrícia Exemplo",
        evidence="said",
        source_kind="mensagem",
        source_id=voice.id,
        quote="Patrícia Exemplo",
        created_at=now(),
    )
    return conversation


def files(settings):
    return [one.name for one in Path(settings.MEDIA_ROOT).iterdir()]


def test_within_their_time_nothing_happens(kept, settings):
    assert retention.apply(now=now()) == retention.Expired(0, 0)
    assert len(files(settings)) == 2


def test_after_it_files_are_gone_and_words_point_at_nobody(kept, settings, django_capture_on_commit_callbacks):
    after = now() + timedelta(days=91)
    assert retention.apply(now=after, dry_run=True) == retention.Expired(2, 2)
    assert len(files(settings)) == 2

    with django_capture_on_commit_callbacks(execute=True):
        assert retention.apply(now=after) == retention.Expired(2, 2)

    assert files(settings) == []
    texts = [Message.objects.get(type="audio").text, Message.objects.get(type="document").media[WORDS]]
    for text in [*texts, *Reading.objects.values_list("text", flat=True)]:
        assert not {"Patrícia", "529", "99999"} & set(
            text.replace(",", " ").replace(".", " ").replace("-", " ").split()
        )
        assert "quero a FB300" in text
    assert {row.state for row in Media.objects.all()} == {"expired"}
    assert retention.apply(now=after) == retention.Expired(0, 0)


def test_a_person_gets_and_loses_their_files(kept, settings, django_capture_on_commit_callbacks):
    (store,) = [row for row in privacy.registered() if "Media.path" in row.fields]
    subject = Subject(kept.lead_id, {})
    assert len(list(store.find(subject))) == 2
    assert [row["texto"] for row in store.export(subject)] == [SAID, SAID]

    with django_capture_on_commit_callbacks(execute=True):
        assert store.erase(subject) == 2

    assert files(settings) == []
    assert (list(store.find(subject)), store.erase(subject)) == ([], 0)
    assert Message.objects.get(type="audio").text == ""
    assert Message.objects.get(type="document").media == {}


def test_the_worker_removes_each_file_when_its_time_is_over(kept, settings, django_capture_on_commit_callbacks):
    assert retention.next_due() > now()
    with time_machine.travel(now() + timedelta(days=91)), django_capture_on_commit_callbacks(execute=True):
        jobs.run_due("retention")

    assert files(settings) == []
    assert retention.next_due() is None


def test_the_command_tells_what_it_would_do_and_does_it(kept, settings, django_capture_on_commit_callbacks, capsys):
    with time_machine.travel(now() + timedelta(days=91)), django_capture_on_commit_callbacks(execute=True):
        call_command("apply_retention", "--dry-run", "--json")
        assert len(files(settings)) == 2
        call_command("apply_retention")

    first, *receipt = capsys.readouterr().out.splitlines()
    assert {name: json.loads(first)[name] for name in ("files", "texts", "dry_run")} == {
        "files": 2,
        "texts": 2,
        "dry_run": True,
    }
    assert "  arquivos de mensagens removidos: 2" in receipt
    assert files(settings) == []


def test_a_file_at_which_the_process_dies_keeps_no_other_from_being_removed(kept, monkeypatch):
    first = Media.objects.order_by("pk")[0]
    Media.objects.filter(pk=first.pk).update(keep_until=now() + timedelta(days=89))
    expire = retention._expire

    def die_at_it(media):
        if media.pk == first.pk:
            raise KeyboardInterrupt
        return expire(media)

    monkeypatch.setattr(retention, "_expire", die_at_it)
    with time_machine.travel(now() + timedelta(days=91)):
        for _ in range(poison.MOST_TRIES):
            with pytest.raises(KeyboardInterrupt):
                jobs.run_due("retention")
        jobs.run_due("retention")

        left = Media.objects.exclude(state="expired")
        assert [media.pk for media in left] == [first.pk]
        assert retention.next_due() is None
        assert Alert.objects.filter(key="retention:parked", closed_at=None).exists()
