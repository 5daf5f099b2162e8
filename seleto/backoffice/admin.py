"""Pages that join the apps and show models of their own; Django finds them through this module."""

from seleto.backoffice import evidence_pages, playground_pages, queue_pages, replay_pages, run_pages  # noqa: F401
