"""The probe's worker needs the queue and nothing else: it starts in a third of the time."""

from seleto.settings import *  # noqa: F403

INSTALLED_APPS = ["seleto.lib", "django_q"]
