"""Pages that join the apps and show models of their own; Django finds them through this module."""

from seleto.backoffice import (  # noqa: F401
    evidence_pages,
    export_pages,
    playground_pages,
    queue_pages,
    replay_pages,
    rollout_pages,
    rules_pages,
    run_pages,
    subject_pages,
)
from seleto.backoffice.four_eyes import pages as four_eyes_pages  # noqa: F401
from seleto.backoffice.inbox import pages  # noqa: F401

# isort: split
from seleto.backoffice import home_filters  # noqa: F401  added to the lists as they are in the end
