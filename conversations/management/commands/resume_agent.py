"""`manage.py resume_agent`: the agent may speak again, from each lead's next message on."""

from conversations.management.switching import SwitchCommand


class Command(SwitchCommand):
    help = "Devolve ao agente uma conversa, um canal ou todos."
    on = True
