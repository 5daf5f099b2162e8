"""What a person types to be let in."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.forms import AdminAuthenticationForm
from django.core.exceptions import ValidationError

from seleto.accounts import throttle
from seleto.lib import addresses, logs

if TYPE_CHECKING:  # shipped without types
    _Login = AdminAuthenticationForm
    _INPUT: list[str] = []
else:
    from unfold.forms import AuthenticationForm as _Login
    from unfold.widgets import INPUT_CLASSES as _INPUT

log = logs.get(__name__)


def _input(**attributes: str) -> dict[str, str]:
    return {"class": " ".join(_INPUT), **attributes}


def locked(wait_s: int) -> ValidationError:
    minutes = -(-wait_s // 60)
    unit = "minuto" if minutes == 1 else "minutos"
    return ValidationError(f"Muitas tentativas. Tente de novo em {minutes} {unit}.", code="locked")


class LoginForm(_Login):
    """Name and password, refused unread while too many failed. A locked account and an unknown one look alike."""

    def clean(self) -> dict[str, Any]:
        username = str(self.cleaned_data.get("username") or "")
        address = addresses.client(self.request) if self.request else ""
        if wait := throttle.wait_s(username, address):
            log.warning("login.locked")
            raise locked(wait)
        try:
            cleaned = super().clean()
        except ValidationError:
            throttle.failed(username, address)
            log.warning("login.failed")
            raise
        throttle.succeeded(username, address)
        return cleaned


class CodeForm(forms.Form):
    code = forms.CharField(
        label="Código",
        max_length=40,
        widget=forms.TextInput(
            attrs=_input(autocomplete="one-time-code", autocapitalize="none", spellcheck="false", autofocus="")
        ),
    )


class PasswordForm(forms.Form):
    password = forms.CharField(
        label="Senha",
        strip=False,
        widget=forms.PasswordInput(attrs=_input(autocomplete="current-password", autofocus="")),
    )
