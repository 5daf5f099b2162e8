"""Faults of our own making reach no installation whose leads are real."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from seleto.checks import no_faults
from seleto.lib import faults


def test_outside_the_sandbox_no_program_starts_with_them() -> None:
    environment = os.environ | {"FAULTS_MODULE": "tests.chaos.inside", "SANDBOX": "off"}

    done = subprocess.run([sys.executable, "manage.py", "check"], env=environment, capture_output=True, text=True)

    assert done.returncode != 0
    assert "FAULTS_MODULE makes processes fail on purpose" in done.stderr


def test_outside_the_sandbox_nothing_is_loaded_and_a_check_says_so(settings: Settings) -> None:
    settings.FAULTS_MODULE, settings.SANDBOX = "tests.chaos.inside", False

    with pytest.raises(ImproperlyConfigured):
        faults.load()
    assert [found.id for found in no_faults(None)] == ["seleto.E012"]


def test_in_the_sandbox_they_may_be_wanted(settings: Settings) -> None:
    settings.FAULTS_MODULE, settings.SANDBOX = "tests.chaos.inside", True

    assert no_faults(None) == []
