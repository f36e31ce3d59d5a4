"""The page for people whom the sign-in service did not let in."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_lazy

from notification_service.access.sign_in.social import Refusal, SocialAdapter

REFUSAL = {
    Refusal.NO_ROLE: gettext_lazy(
        "Your account is known, but none of its groups has a role here. Ask an administrator."
    ),
    Refusal.INACTIVE: gettext_lazy("This account cannot log in. Ask an administrator."),
    Refusal.PROVIDER_FAILED: gettext_lazy(
        "Signing in did not work. Try again; if it happens again, tell an administrator."
    ),
}


class ConsoleSocialAdapter(SocialAdapter):
    def refusal_response(self, request: HttpRequest, refusal: Refusal) -> HttpResponse:
        return refused_page(request, str(REFUSAL[refusal]), status=403)


def provider_does_not_answer(request: HttpRequest) -> HttpResponse:
    return refused_page(request, gettext("The sign-in service does not answer. Try again later."), status=503)


def refused_page(request: HttpRequest, words: str, *, status: int) -> HttpResponse:
    return render(request, "console/account/refused.html", {"words": words}, status=status)
