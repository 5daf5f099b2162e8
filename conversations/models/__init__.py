"""The rows of the pipe, in its order."""

from conversations.models.canary import Canary
from conversations.models.channel import Channel
from conversations.models.chatwoot import ChatwootInbox, ChatwootLink, ChatwootNote
from conversations.models.conversation import Conversation, Message
from conversations.models.evaluation import EvalFinding, EvalRun
from conversations.models.event import Event
from conversations.models.followup import FollowUp, MessageTemplate, PlannedFollowUp
from conversations.models.handoff import Handoff
from conversations.models.handoff_level import HandoffAlarm, HandoffLevel
from conversations.models.handout import Handout, Upload
from conversations.models.media import Media
from conversations.models.outbox import Outbox
from conversations.models.reading import AudioRule, Reading
from conversations.models.resume import ResumeRule
from conversations.models.shadow import ShadowReply
from conversations.models.turn import GuardrailHit, Turn
from conversations.models.usage import ModelUse
from conversations.models.wrong_reply import EvalCase, WrongReply

__all__ = [
    "AudioRule",
    "Canary",
    "Channel",
    "ChatwootInbox",
    "ChatwootLink",
    "ChatwootNote",
    "Conversation",
    "EvalCase",
    "EvalFinding",
    "EvalRun",
    "Event",
    "FollowUp",
    "GuardrailHit",
    "Handoff",
    "HandoffAlarm",
    "HandoffLevel",
    "Handout",
    "Media",
    "Message",
    "MessageTemplate",
    "ModelUse",
    "Outbox",
    "PlannedFollowUp",
    "Reading",
    "ResumeRule",
    "ShadowReply",
    "Turn",
    "Upload",
    "WrongReply",
]
