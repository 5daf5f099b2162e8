"""Enrol, ask for and take back the second factor of a person."""

import base64
import hashlib
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

import segno
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from seleto.accounts.models import RecoveryCode, SecondFactor
from seleto.lib import audit

CODES = 10
_ISSUER = "Seleto"


def in_use(user: AbstractBaseUser) -> SecondFactor | None:
    return SecondFactor.objects.filter(user=user.pk, confirmed=True).first()


def begin(user: AbstractBaseUser) -> SecondFactor:
    """The phone being enrolled; the same one until it has shown a code."""
    made, _ = SecondFactor.objects.get_or_create(
        user_id=user.pk, confirmed=False, defaults={"name": "celular", "secret": {"key": secrets.token_hex(20)}}
    )
    return made


def confirm(user: AbstractBaseUser, token: str, *, now: datetime) -> SecondFactor | None:
    """Put the enrolled phone into use, in the place of any other, when ``token`` is its code of now."""
    with transaction.atomic():
        device = SecondFactor.objects.select_for_update().filter(user=user.pk, confirmed=False).first()
        if device is None or not device.verify_token(_plain(token)):
            return None
        replaced, _ = SecondFactor.objects.filter(user=user.pk, confirmed=True).delete()
        device.confirmed = True
        device.save()
        _record("second_factor.enrol", user, actor=f"usuário:{user.pk}", replaced=bool(replaced), now=now)
        return device


def check(user: AbstractBaseUser, answer: str, *, now: datetime) -> SecondFactor | None:
    """The person's phone, when ``answer`` is its code of now or a recovery code, which is then gone."""
    with transaction.atomic():
        device = SecondFactor.objects.select_for_update().filter(user=user.pk, confirmed=True).first()
        if device is None:
            return None
        plain = _plain(answer)
        if len(plain) <= 6:
            return device if device.verify_token(plain) else None
        if not device.verify_is_allowed()[0]:
            return None
        if RecoveryCode.objects.filter(user=user.pk, digest=_digest(plain)).delete()[0]:
            device.throttle_reset()
            _record("second_factor.recovery_code", user, actor=f"usuário:{user.pk}", now=now)
            return device
        device.throttle_increment()
        return None


def new_codes(user: AbstractBaseUser) -> list[str]:
    """Recovery codes in the place of all older ones, in six groups of four signs; they cannot be had again."""
    codes = [base64.b32encode(secrets.token_bytes(15)).decode().lower() for _ in range(CODES)]
    with transaction.atomic():
        RecoveryCode.objects.filter(user=user.pk).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user_id=user.pk, digest=_digest(code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


def codes_left(user: AbstractBaseUser) -> int:
    return RecoveryCode.objects.filter(user=user.pk).count()


def reset(user: AbstractBaseUser, *, actor: str, now: datetime) -> bool:
    """Forget phone and codes: open sessions are asked to enrol anew. False when there was nothing to forget."""
    with transaction.atomic():
        phones, _ = SecondFactor.objects.filter(user=user.pk).delete()
        codes, _ = RecoveryCode.objects.filter(user=user.pk).delete()
        _record("second_factor.reset", user, actor=actor, now=now)
    return bool(phones or codes)


def key_to_type(device: SecondFactor) -> str:
    """The key in groups of four, for an app that takes no picture."""
    text = base64.b32encode(bytes.fromhex(device.secret["key"])).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def picture(device: SecondFactor, username: str) -> str:
    """The QR code that an authenticator app reads, as an SVG element."""
    query = urlencode({"secret": key_to_type(device).replace(" ", ""), "issuer": _ISSUER})
    address = f"otpauth://totp/{quote(f'{_ISSUER}:{username}')}?{query}"
    image: str = segno.make(address, error="m").svg_inline(
        scale=4, border=2, light="#fff", svgclass=None, lineclass=None
    )
    return image


def _plain(answer: str) -> str:
    return "".join(sign for sign in answer.lower() if sign.isalnum())


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()


def _record(action: str, user: AbstractBaseUser, *, actor: str, now: datetime, **detail: bool) -> None:
    audit.record(
        actor=actor, action=action, subject_kind="user", subject_id=None, detail={"user": user.pk, **detail}, now=now
    )
