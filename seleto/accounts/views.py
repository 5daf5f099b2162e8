"""Pages of the second factor: enrol it, show it, and what there is for the day the phone is lost."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import django_otp
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from seleto.accounts import second_factor, sessions, throttle
from seleto.accounts.forms import CodeForm, PasswordForm, locked
from seleto.accounts.middleware import verified
from seleto.accounts.models import SecondFactor
from seleto.lib import addresses, clock, logs
from seleto.lib.admin import actor

View = Callable[..., HttpResponse]
log = logs.get(__name__)


def for_staff(view: View) -> View:
    """Staff of any role; nothing typed on these pages is kept by the browser or told by an error."""

    @never_cache
    @sensitive_post_parameters()
    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not admin.site.has_permission(request):
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        return view(request, *args, **kwargs)

    return wrapped


@for_staff
def show(request: HttpRequest) -> HttpResponse:
    """Ask for a code; a person without a phone enrols one first."""
    user = _person(request)
    if verified(request):
        return HttpResponseRedirect(_onward(request))
    if second_factor.in_use(user) is None:
        return HttpResponseRedirect(f"{reverse('second-factor-enrol')}?{request.GET.urlencode()}")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = second_factor.check(user, form.cleaned_data["code"], now=clock.now())
        if device is not None:
            _let_in(request, device)
            return HttpResponseRedirect(_onward(request))
        log.warning("second_factor.failed")
        form.add_error("code", "Código incorreto ou já usado. Espere um instante e use o próximo.")
    return _page(request, "show", "Confirme que é você", form=form)


@for_staff
def enrol(request: HttpRequest) -> HttpResponse:
    """A first phone, or another one for whoever has shown the one in use."""
    user = _person(request)
    if second_factor.in_use(user) is not None and not verified(request):
        return HttpResponseRedirect(reverse("second-factor"))
    if second_factor.in_use(user) is not None and not sessions.proved(request.session, grace=2):
        return HttpResponseRedirect(f"{reverse('prove')}?next={request.path}")
    form = CodeForm(request.POST or None)
    if form.is_valid():
        device = second_factor.confirm(user, form.cleaned_data["code"], now=clock.now())
        if device is not None:
            _let_in(request, device)
            sessions.end_others(user, keep=request.session.session_key)
            return _codes(request, user)
        form.add_error("code", "Código incorreto. Confira o relógio do celular e use o próximo código.")
    device = second_factor.begin(user)
    picture = second_factor.picture(device, user.get_username())
    return _page(
        request,
        "enrol",
        "Cadastre o segundo fator",
        form=form,
        picture=mark_safe(picture),  # noqa: S308 - made by us; the name in it is drawn, not written
        key=second_factor.key_to_type(device),
    )


@for_staff
def mine(request: HttpRequest) -> HttpResponse:
    """What a person has, and the ways to change it."""
    user = _person(request)
    device = second_factor.in_use(user)
    return _page(
        request,
        "mine",
        "Meu acesso",
        device=device,
        left=second_factor.codes_left(user) if device else 0,
        sessions=sessions.open_ones(user, here=request.session.session_key),
    )


@for_staff
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes in the place of the old ones."""
    if request.method != "POST" or second_factor.in_use(_person(request)) is None:
        return HttpResponseRedirect(reverse("second-factor-mine"))
    return _codes(request, _person(request))


@for_staff
def end_sessions(request: HttpRequest) -> HttpResponse:
    """End the person's other sessions, wherever they are open."""
    if request.method == "POST":
        ended = sessions.end_others(_person(request), keep=request.session.session_key)
        messages.success(request, f"Outras sessões encerradas: {ended}.")
    return HttpResponseRedirect(reverse("second-factor-mine"))


@for_staff
def reset(request: HttpRequest, key: int) -> HttpResponse:
    """Take the second factor of another person back, who then enrols a new phone at the next login."""
    if not request.user.has_perm("accounts.reset_second_factor"):
        raise PermissionDenied
    whose = get_object_or_404(get_user_model(), pk=key)
    if whose.is_superuser and not request.user.is_superuser:
        raise PermissionDenied
    if request.method == "POST":
        second_factor.reset(whose, actor=actor(request), now=clock.now())
        sessions.end_others(whose)
        messages.success(request, "Segundo fator redefinido: a pessoa cadastra outro celular ao entrar.")
        return HttpResponseRedirect(reverse("admin:auth_user_changelist"))
    return _page(request, "reset", "Redefinir o segundo fator", whose=whose)


@for_staff
def prove(request: HttpRequest) -> HttpResponse:
    """The password once more, before what is sensitive."""
    user, address = _person(request), addresses.client(request)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        if wait := throttle.wait_s(user.get_username(), address):
            form.add_error("password", locked(wait))
        elif user.check_password(form.cleaned_data["password"]):
            throttle.succeeded(user.get_username(), address)
            sessions.prove(request.session)
            return HttpResponseRedirect(_onward(request))
        else:
            throttle.failed(user.get_username(), address)
            form.add_error("password", "Senha incorreta.")
    return _page(request, "prove", "Digite sua senha de novo", form=form)


def _codes(request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
    return _page(request, "codes", "Códigos de recuperação", codes=second_factor.new_codes(user))


def _let_in(request: HttpRequest, device: SecondFactor) -> None:
    """The session is worth more from here on: whoever knew its old key knows nothing."""
    request.session.cycle_key()
    django_otp.login(request, device)
    log.info("second_factor.succeeded", user=device.user_id)


def _onward(request: HttpRequest) -> str:
    wanted = request.GET.get("next", "")
    here = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts=here, require_https=request.is_secure())
    return wanted if safe else reverse("admin:index")


def _person(request: HttpRequest) -> AbstractBaseUser:
    user = request.user
    if not isinstance(user, AbstractBaseUser):
        raise PermissionDenied
    return user


def _page(request: HttpRequest, name: str, title: str, *, form: Form | None = None, **context: Any) -> HttpResponse:
    return TemplateResponse(
        request,
        f"admin/accounts/{name}.html",
        {**admin.site.each_context(request), "title": title, "form": form, "onward": _onward(request), **context},
    )
