"""Where people watch the pipe and put it right. Machine-written rows are shown; the buttons call services."""

from conversations.admin.channel import ChannelAdmin
from conversations.admin.chatwoot import ChatwootInboxAdmin, ChatwootLinkAdmin
from conversations.admin.conversation import ConversationAdmin
from conversations.admin.eval_case import EvalCaseAdmin
from conversations.admin.evaluation import EvalRunAdmin
from conversations.admin.event import EventAdmin
from conversations.admin.follow_up import FollowUpAdmin, MessageTemplateAdmin, PlannedFollowUpAdmin
from conversations.admin.handoff import HandoffAdmin, HandoffAlarmAdmin, HandoffLevelAdmin, ResumeRuleAdmin
from conversations.admin.handout import HandoutAdmin, ProductWithFilesAdmin
from conversations.admin.media import AudioRuleAdmin, MediaAdmin
from conversations.admin.message import MessageAdmin
from conversations.admin.outbox import OutboxAdmin
from conversations.admin.turn import GuardrailHitAdmin, TurnAdmin
from conversations.admin.wrong_reply import WrongReplyAdmin

__all__ = [
    "AudioRuleAdmin",
    "ChannelAdmin",
    "ChatwootInboxAdmin",
    "ChatwootLinkAdmin",
    "ConversationAdmin",
    "EvalCaseAdmin",
    "EvalRunAdmin",
    "EventAdmin",
    "FollowUpAdmin",
    "GuardrailHitAdmin",
    "HandoffAdmin",
    "HandoffAlarmAdmin",
    "HandoffLevelAdmin",
    "HandoutAdmin",
    "MediaAdmin",
    "MessageAdmin",
    "MessageTemplateAdmin",
    "OutboxAdmin",
    "PlannedFollowUpAdmin",
    "ProductWithFilesAdmin",
    "ResumeRuleAdmin",
    "TurnAdmin",
    "WrongReplyAdmin",
]
