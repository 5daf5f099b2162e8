"""Faults of our own making: code that makes this process fail, loaded into a simulation by name.

Nothing of it is part of the product, and no line of the product calls it: the module named by ``FAULTS_MODULE`` wraps
what it wants to break before the stages are registered. Outside the sandbox the settings refuse to load at all.
"""

from importlib import import_module

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


def load() -> None:
    """Import the named module and call its ``arm()``. Raises ``ImproperlyConfigured`` outside the sandbox."""
    if not settings.FAULTS_MODULE:
        return
    refuse_in_production(settings.FAULTS_MODULE, sandbox=settings.SANDBOX)
    import_module(settings.FAULTS_MODULE).arm()


def refuse_in_production(module: str, *, sandbox: bool) -> None:
    """Raises ``ImproperlyConfigured`` when faults are wanted where leads are real."""
    if module and not sandbox:
        raise ImproperlyConfigured("FAULTS_MODULE makes processes fail on purpose: unset it, or set SANDBOX=on.")
