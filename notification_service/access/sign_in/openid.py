"""OpenID Connect, authorization code flow with PKCE. Nothing in a token is trusted unchecked.

The library does not check the signature of a token that came straight from the provider, and sends no nonce.
Here the provider must have signed every token, for us and for this sign-in.
"""

import json
import secrets
from collections.abc import Mapping
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from allauth.utils import build_absolute_uri
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

# Only public keys: with a shared secret among them, a token signed with a public key's text would pass.
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
LEEWAY_SECONDS = 30
NEEDED_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class ProviderError(OAuth2Error):  # type: ignore[misc]
    """The provider sent something unacceptable. Says what, and quotes nothing secret."""


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    nonce: str | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        configuration: dict[str, Any] = super().openid_config
        issuer = self.get_provider().app.settings["server_url"]
        if str(configuration.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
            raise ProviderError("The discovery document is another issuer's.")
        if missing := [name for name in NEEDED_ENDPOINTS if not configuration.get(name)]:
            raise ProviderError(f"The discovery document lacks {', '.join(missing)}.")
        return configuration

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return str(build_absolute_uri(request, reverse("openid_connect_callback")))

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        claims = self._checked(kwargs["response"].get("id_token"), client_id=app.client_id)
        userinfo = self._userinfo(token.token, subject=claims["sub"])
        return self.get_provider().sociallogin_from_response(request, {"id_token": {**userinfo, **claims}})

    def _checked(self, id_token: Any, *, client_id: str) -> dict[str, Any]:
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                self._key_of(id_token),
                algorithms=ALGORITHMS,
                audience=client_id,
                issuer=self.openid_config["issuer"],
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "nonce"]},
            )
        except (jwt.PyJWTError, KeyError, TypeError, ValueError) as error:
            raise ProviderError(f"The id token is not acceptable: {type(error).__name__}.") from None
        if not self.nonce or not secrets.compare_digest(str(claims["nonce"]).encode(), self.nonce.encode()):
            raise ProviderError("The id token is of another sign-in.")
        if claims.get("azp", client_id) != client_id:
            raise ProviderError("The id token is for another client.")
        return claims

    def _key_of(self, id_token: str) -> jwt.PyJWK:
        wanted = jwt.get_unverified_header(id_token).get("kid")
        keys = [key for key in self._json(self.openid_config["jwks_uri"])["keys"] if key.get("use") != "enc"]
        found = [key for key in keys if key.get("kid") == wanted] if wanted else keys
        if len(found) != 1:
            raise jwt.InvalidKeyError("no such key")
        return jwt.PyJWK(found[0])

    def _userinfo(self, access_token: str, *, subject: str) -> dict[str, Any]:
        """Some providers send groups and names only here. Returns nothing without such an endpoint."""
        url = self.openid_config.get("userinfo_endpoint")
        if not url:
            return {}
        userinfo = self._json(url, Authorization=f"Bearer {access_token}")
        if userinfo.get("sub") != subject:
            raise ProviderError("The user information is about somebody else.")
        return userinfo

    def _json(self, url: str, **headers: str) -> dict[str, Any]:
        with get_adapter().get_requests_session() as session:
            response = session.get(url, headers=headers)
            response.raise_for_status()
        try:
            document = json.loads(response.content)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            raise ProviderError("The provider's response is not a JSON object.")
        return document


class OpenIdProvider(OpenIDConnectProvider):  # type: ignore[misc]
    oauth2_adapter_class = Adapter
    pkce_enabled_default = True

    def get_login_url(self, request: HttpRequest, **kwargs: Any) -> str:
        return reverse("openid_connect_login", query=kwargs or None)

    def get_callback_url(self) -> str:
        return reverse("openid_connect_callback")

    def redirect(
        self,
        request: HttpRequest,
        process: str,
        next_url: str | None = None,
        data: Any = None,
        **_kwargs: Any,
    ) -> HttpResponse:
        # Without what the library would take from the address: scope, parameters, connecting accounts.
        nonce = secrets.token_urlsafe(32)
        response: HttpResponse = super().redirect(
            request, AuthProcess.LOGIN, next_url, data, auth_params={"nonce": nonce}, nonce=nonce
        )
        return response

    def extract_common_fields(self, data: Mapping[str, Any]) -> dict[str, Any]:
        return {}  # an e-mail address proves nothing: accounts are never linked by it

    def extract_email_addresses(self, data: Mapping[str, Any]) -> list[Any]:
        return []


class Callback(OAuth2CallbackView):  # type: ignore[misc]
    def _get_state(self, request: HttpRequest, provider: OpenIdProvider) -> Any:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce")
        return state, response
