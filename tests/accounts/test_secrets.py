"""Secrets: none forgotten, none shown, each exchanged without anybody noticing."""

import json
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from conversations.models import Channel
from seleto import env, secret_list
from seleto.accounts import second_factor
from seleto.accounts.models import SecretAge
from seleto.lib import clock
from tests.factories import ChannelFactory

ROOT = Path(__file__).resolve().parents[2]
SECRET_NAME = re.compile(
    r"^(\w*(?:SECRET|TOKEN|PASSWORD|API_KEY|SECRET_KEY|ENCRYPTION_KEYS|IDENTITY|DATABASE_URL|_DSN)) = env", re.M
)
pytestmark = pytest.mark.security


def test_every_secret_of_the_settings_is_on_the_list():
    named = set(SECRET_NAME.findall((ROOT / "seleto/settings.py").read_text(encoding="utf-8")))

    assert len(named) > 15
    assert named == {secret.name for secret in secret_list.ENVIRONMENT}


def test_a_secret_comes_from_a_file_as_well(monkeypatch, tmp_path):
    (tmp_path / "key").write_text("from-a-file\n")
    monkeypatch.delenv("LLM_API_KEY", raising=False)
    monkeypatch.setenv("LLM_API_KEY_FILE", str(tmp_path / "key"))

    assert env.text("LLM_API_KEY", "") == "from-a-file"


def test_ages_are_counted_from_the_day_a_value_was_new_and_old_ones_fail_the_command(db, settings, capsys):
    settings.LLM_API_KEY, settings.PIPERUN_TOKEN = "first-value-of-the-model", "token-of-the-crm"
    secret_list.ages(now=clock.now() - timedelta(days=400))
    settings.LLM_API_KEY = "second-value-of-the-model"

    with pytest.raises(CommandError, match="PIPERUN_TOKEN"):
        call_command("rotate_secrets_check", "--json")

    told = {one["name"]: one for one in json.loads(capsys.readouterr().out)["secrets"]}
    assert (told["LLM_API_KEY"]["days"], told["LLM_API_KEY"]["old"]) == (0, False)
    assert (told["PIPERUN_TOKEN"]["days"], told["PIPERUN_TOKEN"]["old"]) == (400, True)
    assert told["LLM_API_KEY"]["used_by"] == "worker"


def test_no_value_is_shown_or_kept(db, settings, capsys):
    settings.LLM_API_KEY = "value-nobody-may-see"
    channel = ChannelFactory.create()
    values = ["value-nobody-may-see", *channel.credentials.values()]

    call_command("rotate_secrets_check")

    shown = capsys.readouterr().out
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(s)::text FROM accounts_secretage s")
        shown += str(cursor.fetchall())
    assert f"canal {channel.slug}" in shown
    assert not [value for value in values if value in shown]
    settings.LLM_API_KEY = ""
    call_command("rotate_secrets_check")
    assert not SecretAge.objects.filter(name="LLM_API_KEY").exists()


def test_sessions_go_on_while_the_signing_key_is_exchanged(inside, settings):
    old = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "a-new-key-" * 6, [old]
    assert inside.get("/admin/").status_code == 200

    settings.SECRET_KEY_FALLBACKS = []
    assert inside.get("/admin/").status_code == 200, "a session that was used meanwhile is signed anew"


def test_what_is_encrypted_is_read_by_both_keys_then_by_the_new_one_alone(db, settings, person, phone):
    old, new = settings.FIELD_ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    channel = ChannelFactory.create()
    credentials = channel.credentials
    settings.FIELD_ENCRYPTION_KEYS = [new, old]
    assert Channel.objects.get().credentials == credentials

    call_command("rotate_secrets_check", "--reencrypt")
    settings.FIELD_ENCRYPTION_KEYS = [new]

    assert Channel.objects.get().credentials == credentials
    device = second_factor.in_use(person)
    assert device is not None
    assert device.secret == phone.secret


def test_the_search_for_secrets_finds_a_planted_one(tmp_path):
    planted = tmp_path / "planted.py"
    planted.write_text(
        "AWS = 'AKIA" + "IOSFODNN7EXAMPL2'\nHOOK = 'https://hooks.slack.com/services/T0/B0/" + "x" * 24 + "'\n"
    )

    found = subprocess.run([ROOT / ".ci/secrets", planted], capture_output=True, text=True, check=False)

    assert found.returncode == 1
    assert "planted.py:1" in found.stdout
    planted.write_text("AWS = read('AWS')\n")
    assert subprocess.run([ROOT / ".ci/secrets", planted], capture_output=True, check=False).returncode == 0


def test_the_search_for_secrets_is_part_of_the_hook_and_of_the_check():
    assert "entry: .ci/secrets" in (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    assert re.search(r"^check:.*(?:\n\t.*)*\n\t\.ci/secrets", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)


def test_the_bill_of_materials_has_what_the_lock_file_has():
    told = subprocess.run([sys.executable, ROOT / ".ci/sbom"], capture_output=True, text=True, check=True).stdout
    bill = json.loads(told)
    lock = (ROOT / "requirements.txt").read_text(encoding="utf-8")

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    pins = {f"{name}=={version}" for name, version in re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.M)}
    assert {f"{one['name']}=={one['version']}" for one in bill["components"]} == pins
    assert len(pins) > 50
    assert all(one["purl"].startswith("pkg:pypi/") for one in bill["components"])
    assert set(bill["dependencies"][0]["dependsOn"]) == {one["bom-ref"] for one in bill["components"]}
