"""Pages that join the apps; Django finds them through this module."""

from seleto.backoffice import publishing, trials  # noqa: F401
