"""Entries in the audit log for changes that people make to their own sign-in, and for failed sign-ins."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from notification_service.audit.actions import Action
from notification_service.audit.log import record

View = Callable[..., HttpResponseBase]


def record_failed_sign_in(username: str, reason: str) -> None:
    """A name that nobody has is not recorded: some people type their password there."""
    person = User.objects.filter(username=username.replace("\0", "")).first()
    about = {"object_id": person.pk, "object_name": person.username} if person else {}
    record(Action.SIGN_IN_FAILED, reason=reason, **about)


class CodeForm(AuthenticateForm):  # type: ignore[misc]
    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()
        except ValidationError:
            record_failed_sign_in(self.user.get_username(), "code")
            raise
        return code


def audits_password(view: View) -> View:
    """Wrap the view: write an entry if it gave the person another password."""

    @wraps(view)
    @transaction.atomic
    def audited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        before = _password(request)
        response = view(request, *args, **kwargs)
        if _password(request) != before:
            _record(request, Action.PASSWORD_CHANGED)
        return response

    return audited


def audits_second_factor(view: View) -> View:
    """Wrap the view: write an entry if it gave the person another second factor or took one away."""

    @wraps(view)
    @transaction.atomic
    def audited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        before = _second_factors(request)
        response = view(request, *args, **kwargs)
        after = _second_factors(request)
        if added := after.keys() - before.keys():
            _record(request, Action.SECOND_FACTOR_ADDED, kinds={after[pk] for pk in added})
        elif removed := before.keys() - after.keys():
            _record(request, Action.SECOND_FACTOR_REMOVED, kinds={before[pk] for pk in removed})
        return response

    return audited


def _second_factors(request: HttpRequest) -> dict[int, str]:
    return dict(Authenticator.objects.filter(user=request.user.pk).values_list("pk", "type"))


def _password(request: HttpRequest) -> str | None:
    return (
        User.objects.filter(username=request.user.get_username()).values_list("password", flat=True).first()
    )


def _record(request: HttpRequest, action: Action, **facts: Any) -> None:
    record(action, object_id=request.user.pk, object_name=request.user.get_username(), **facts)
