"""What a member of the staff shows besides a password, and how often somebody failed to show it."""

import time
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django_otp.models import Device, ThrottlingMixin
from django_otp.oath import TOTP

from seleto.lib.crypto import EncryptedJSONField

if TYPE_CHECKING:  # shipped without types
    _Device = models.Model
else:

    class _Device(ThrottlingMixin, Device):
        class Meta:
            abstract = True


_STEP_S = 30
# A code of the half minute before and after counts too: phones' clocks differ.
_TOLERANCE = 1


class SecondFactor(_Device):
    """A phone that makes one-time codes (RFC 6238). A person has one, and one more while they change phones.

    The library's own table keeps the key in clear; here it is encrypted. Failed codes cost 1, 2, 4 … seconds.
    """

    secret = EncryptedJSONField("chave", editable=False)
    # The last half minute that a code was taken of: none is taken twice.
    last_t = models.BigIntegerField("último passo", default=-1, editable=False)
    created_at = models.DateTimeField("cadastrado em", auto_now_add=True)

    if TYPE_CHECKING:
        objects: ClassVar[models.Manager["SecondFactor"]]
        user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
        user_id: int
        name = models.CharField(max_length=64)
        confirmed = models.BooleanField()

        def verify_is_allowed(self) -> tuple[bool, dict[str, Any] | None]: ...
        def throttle_reset(self, commit: bool = True) -> None: ...
        def throttle_increment(self, commit: bool = True) -> None: ...

    class Meta:
        verbose_name = "segundo fator"
        verbose_name_plural = "segundos fatores"
        default_permissions = ()
        permissions = [("reset_second_factor", "Pode redefinir o segundo fator de outra pessoa")]
        constraints = [models.UniqueConstraint(fields=["user", "confirmed"], name="second_factor_one_in_use")]

    def __str__(self) -> str:
        return f"segundo fator {self.pk}"

    def get_throttle_factor(self) -> int:
        return 1

    def verify_token(self, token: str) -> bool:
        """Whether ``token`` is a code of now that was not used. Call it with the row locked."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(bytes.fromhex(self.secret["key"]), step=_STEP_S)
        now = int(time.time()) // _STEP_S
        digits = token if token.isascii() and token.isdigit() and len(token) == 6 else ""
        for step in range(max(now - _TOLERANCE, self.last_t + 1), now + _TOLERANCE + 1):
            totp.time = step * _STEP_S
            if digits and totp.token() == int(digits):
                self.last_t = step
                self.throttle_reset(commit=False)
                self.save()
                return True
        self.throttle_increment()
        return False


class RecoveryCode(models.Model):
    """One way in without the phone, to be used once. Kept as a digest: the codes are 120 random bits."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="de quem")
    digest = models.CharField("resumo", max_length=64, unique=True, editable=False)

    class Meta:
        verbose_name = "código de recuperação"
        verbose_name_plural = "códigos de recuperação"
        default_permissions = ()

    def __str__(self) -> str:
        return f"código de recuperação {self.pk}"


class LoginFailure(models.Model):
    """Failed logins of one account, one address, or both together, counted for all processes; in the database's time.

    ``key`` is a keyed digest: people type passwords into the wrong field.
    """

    key = models.CharField("chave", max_length=64, primary_key=True)
    failures = models.PositiveIntegerField("falhas", default=0)
    since = models.DateTimeField("desde")
    locked_until = models.DateTimeField("bloqueado até", null=True)

    class Meta:
        verbose_name = "falha de entrada"
        verbose_name_plural = "falhas de entrada"
        default_permissions = ()

    def __str__(self) -> str:
        return self.key[:8]


class SecretAge(models.Model):
    """Since when a secret has had the value that it has: an encrypted digest of it, never the value."""

    name = models.CharField("segredo", max_length=200, primary_key=True)
    mark = EncryptedJSONField("resumo", editable=False)
    since = models.DateTimeField("desde")

    class Meta:
        verbose_name = "idade de segredo"
        verbose_name_plural = "idades de segredos"
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
