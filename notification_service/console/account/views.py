from datetime import timedelta
from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.core import ratelimit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from django.conf import settings
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth.forms import UsernameField
from django.contrib.auth.views import LoginView
from django.forms import TextInput
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from requests import RequestException

from notification_service.access.sign_in.audit import record_failed_sign_in
from notification_service.access.sign_in.openid import Adapter, Callback
from notification_service.console.account.lockout import locked_page
from notification_service.console.account.social import provider_does_not_answer

ATTEMPTS_COUNT_FOR = timedelta(minutes=1)  # of one address, with any names


class PasswordForm(AdminAuthenticationForm):
    # Django's own passes a name of any length to the backends, but the table of attempts has no room for it.
    username = UsernameField(max_length=150, widget=TextInput(attrs={"autofocus": True}))


class PasswordLogin(LoginView):
    template_name = "admin/login.html"
    authentication_form = PasswordForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "GET" and request.user.is_authenticated and request.user.is_staff:
            return self._to(self.get_success_url())
        if not ratelimit.consume(request, action="login"):
            return locked_page(request, until=timezone.now() + ATTEMPTS_COUNT_FOR)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        login = Login(user=form.get_user(), redirect_url=self.get_success_url())
        credentials = {"username": form.cleaned_data["username"]}
        response: HttpResponse = perform_password_login(self.request, credentials, login)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        record_failed_sign_in(form.data.get("username", ""), "password")
        return super().form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        places = {"app_path": self.request.get_full_path(), "next": self.get_redirect_url()}
        return super().get_context_data(**places, provider=settings.OIDC["name"], **kwargs)

    def _to(self, url: str) -> HttpResponse:
        return HttpResponse(status=302, headers={"Location": url})


@never_cache
@require_safe
def to_provider(request: HttpRequest) -> HttpResponse:
    """A link, not a form: browsers apply `form-action` to every redirect of the provider."""
    adapter = _adapter(request)
    provider = adapter.get_provider()
    try:
        response: HttpResponse = provider.redirect(request, AuthProcess.LOGIN, _next(request))
    except (RequestException, OAuth2Error):
        return provider_does_not_answer(request)
    return response


@never_cache
@require_safe
def from_provider(request: HttpRequest) -> HttpResponse:
    response: HttpResponse = Callback.adapter_view(_adapter(request))(request)
    return response


def _adapter(request: HttpRequest) -> Adapter:
    try:
        adapter = Adapter(request, settings.OIDC["provider_id"])
        adapter.get_provider()
    except SocialApp.DoesNotExist:
        raise Http404 from None
    return adapter


def _next(request: HttpRequest) -> str | None:
    view = PasswordLogin()
    view.request = request
    return view.get_redirect_url() or None
