"""What ``pause_agent`` and ``resume_agent`` share: one conversation's owner, or the kill switch of a scope."""

import json
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from conversations import repair
from conversations.management.rehearsal import rehearsal
from conversations.models import Channel, Conversation
from knowledge.models import Flag
from seleto.lib import clock

ACTOR = "sistema"


class SwitchCommand(BaseCommand):
    """``on``: whether the agent speaks afterwards."""

    on: bool

    def add_arguments(self, parser: ArgumentParser) -> None:
        target = parser.add_mutually_exclusive_group(required=True)
        target.add_argument("--conversation", type=UUID, metavar="UUID", help="uma conversa: muda quem atende")
        target.add_argument("--channel", metavar="APELIDO", help="um canal inteiro: muda a chave agent_enabled dele")
        target.add_argument("--all", action="store_true", help="todos os canais: muda a chave agent_enabled global")
        parser.add_argument("--dry-run", action="store_true", help="diz o que mudaria, sem mudar")
        parser.add_argument("--json", action="store_true", help="resultado em JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["conversation"]:
            result = self._conversation(options["conversation"], dry_run=options["dry_run"])
        else:
            result = self._scope(options["channel"], dry_run=options["dry_run"])
        result["dry_run"] = options["dry_run"]
        self.stdout.write(json.dumps(result, ensure_ascii=False) if options["json"] else _sentence(result))

    def _conversation(self, conversation_id: UUID, *, dry_run: bool) -> dict[str, Any]:
        goal = Conversation.Owner.AGENT if self.on else Conversation.Owner.HUMAN
        conversation = Conversation.objects.filter(pk=conversation_id).first()
        if conversation is None:
            raise CommandError(f"Não há conversa {conversation_id}: copie o id do endereço da página dela no admin.")
        changed = conversation.owner != goal
        if changed:
            act = repair.resume if self.on else repair.pause
            try:
                with rehearsal(dry_run):
                    act(conversation_id, actor=ACTOR, now=clock.now())
            except repair.Refused as refusal:
                raise CommandError(f"Nada mudou: {refusal.reason}.") from refusal
        return {"target": f"conversation:{conversation_id}", "owner": str(goal), "changed": changed}

    def _scope(self, channel: str | None, *, dry_run: bool) -> dict[str, Any]:
        if channel and not Channel.objects.filter(slug=channel).exists():
            known = ", ".join(Channel.objects.order_by("slug").values_list("slug", flat=True)) or "nenhum"
            raise CommandError(f"Não há canal {channel}: use um destes: {known}.")
        scope = f"channel:{channel}" if channel else "global"
        note = "" if self.on else "pausado pelo comando pause_agent"
        with rehearsal(dry_run):
            changed = repair.switch_agent(on=self.on, scope=scope, note=note, actor=ACTOR, now=clock.now())
        off = Flag.objects.filter(name=Flag.Name.AGENT_ENABLED, on=False).exclude(scope=scope).order_by("scope")
        return {
            "target": scope,
            "agent_enabled": self.on,
            "changed": changed,
            "still_off": list(off.values_list("scope", flat=True)) if self.on else [],
        }


def _sentence(result: dict[str, Any]) -> str:
    verb = "ficaria" if result["dry_run"] else "agora está" if result["changed"] else "já estava"
    state = result.get("owner") or ("ligado" if result["agent_enabled"] else "desligado")
    words = {"agent": "com o agente", "human": "com uma pessoa"}.get(state, state)
    subject = result["target"] if "owner" in result else f"{result['target']}: o agente"
    if result["dry_run"] and not result["changed"]:
        verb = "já está"
    text = f"{subject} {verb} {words}."
    if result.get("still_off"):
        text += f" Continuam desligados: {', '.join(result['still_off'])}; a chave mais restritiva vale."
    return text
