"""The library's hooks around a login, with everything off that the console does not use."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from notification_service.access.client_address import client_network
from notification_service.access.sign_in.encryption import decrypt, encrypt
from notification_service.audit.actions import Action
from notification_service.audit.log import record


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    @transaction.atomic
    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        super().login(request, user)
        methods = {record["method"] for record in get_authentication_records(request, user)}
        if "socialaccount" in methods:
            # If a group is taken away, this takes effect at the next sign-in, which must not be weeks away.
            request.session.set_expiry(timedelta(hours=settings.OIDC["session_hours"]))
        record(Action.SIGNED_IN, object_id=user.pk, object_name=user.get_username(), methods=sorted(methods))

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_network(request) or "unix"

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Add none: the console says what happened in its own words."""

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send none: people have no e-mail address here."""

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        return redirect("account_login")


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt(encrypted_text)
