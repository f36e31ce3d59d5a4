"""Which of the people that an identity provider knows may sign in, and in which role."""

from enum import StrEnum
from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from notification_service.access.roles import role_name
from notification_service.access.sign_in.audit import record_failed_sign_in
from notification_service.access.sign_in.claims import full_name_of, role_of, username_of
from notification_service.access.sign_in.openid import ProviderError
from notification_service.audit.actions import Action
from notification_service.audit.log import record

log = structlog.get_logger(__name__)


class Refusal(StrEnum):
    NO_ROLE = "no_role"  # known to the provider, but none of their groups is mapped to a role
    INACTIVE = "inactive"  # an administrator closed the account
    PROVIDER_FAILED = "provider_failed"  # it sent something unacceptable


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """People are identified by the provider's `sub`, never by a name or an e-mail address."""

    def refusal_response(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        """Return what the person sees, in the console's words."""
        raise NotImplementedError

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        role = _role(sociallogin)
        if sociallogin.is_existing:
            give_role(sociallogin.user, role)
        if role is None or not sociallogin.user.is_active:
            record_failed_sign_in(sociallogin.user.username if sociallogin.is_existing else "", "role")
        if role is None:
            log.warning("sign-in refused: no mapped group", subject=sociallogin.account.uid)
            raise ImmediateHttpResponse(self.refusal_response(request, Refusal.NO_ROLE))
        if sociallogin.is_existing and not sociallogin.user.is_active:
            raise ImmediateHttpResponse(self.refusal_response(request, Refusal.INACTIVE))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return _role(sociallogin) is not None

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> User:
        user: User = sociallogin.user
        user.first_name, user.is_staff = full_name_of(_claims(sociallogin)), True
        return user

    @transaction.atomic
    def save_user(self, request: HttpRequest, sociallogin: SocialLogin, form: Any = None) -> User:
        sociallogin.user.username = _free_name(username_of(_claims(sociallogin)) or "user")
        user: User = super().save_user(request, sociallogin, form)
        role = _role(sociallogin)
        user.groups.set(_groups(role))
        record(Action.PERSON_CREATED, object_id=user.pk, object_name=user.username, role=role)
        return user

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        # The library's own errors may quote the provider's response, tokens included.
        reason = str(exception) if isinstance(exception, ProviderError) else type(exception).__name__
        log.warning("sign-in failed", error=str(error), reason=reason)
        raise ImmediateHttpResponse(self.refusal_response(request, Refusal.PROVIDER_FAILED))


@transaction.atomic
def give_role(user: User, role: str | None) -> None:
    """Give the role that the provider's groups imply, and no other: one given by hand goes as well."""
    before = role_name(user)
    user.groups.set(_groups(role))
    if before != (role or ""):
        changes = {"role": (before, role or "")}
        record(Action.PERSON_CHANGED, object_id=user.pk, object_name=user.username, changes=changes)


def _groups(role: str | None) -> list[Group]:
    return list(Group.objects.filter(name=role)) if role else []


def _free_name(wanted: str) -> str:
    names = (wanted, *(f"{wanted[:140]}-{number}" for number in range(2, 1000)))
    return next(name for name in names if not User.objects.filter(username__iexact=name).exists())


def _role(sociallogin: SocialLogin) -> str | None:
    return role_of(
        _claims(sociallogin), claim=settings.OIDC["groups_claim"], groups=settings.OIDC["role_groups"]
    )


def _claims(sociallogin: SocialLogin) -> dict[str, Any]:
    claims: dict[str, Any] = sociallogin.account.extra_data["id_token"]
    return claims
