"""Pages that join the apps; Django finds them through this module."""

from seleto.backoffice import publishing, system_pages, trials  # noqa: F401
