"""`manage.py pause_agent`: the agent says nothing more, in one conversation, on one channel or anywhere."""

from conversations.management.switching import SwitchCommand


class Command(SwitchCommand):
    help = "Pausa o agente em uma conversa, em um canal ou em todos."
    on = False
