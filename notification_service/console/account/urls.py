"""Addresses, named as the library expects. What is not here (sign-up, e-mail, passkeys) does not exist."""

from allauth.account.views import reauthenticate
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.contrib import admin
from django.urls import path
from django.views.decorators.cache import never_cache

from notification_service.access.sign_in.audit import audits_password, audits_second_factor
from notification_service.console.account import views

urlpatterns = [
    path("login/", never_cache(views.PasswordLogin.as_view()), name="account_login"),
    path("login/code/", never_cache(second_factor.authenticate), name="mfa_authenticate"),
    path("login/oidc/", views.to_provider, name="openid_connect_login"),
    path("login/oidc/callback/", views.from_provider, name="openid_connect_callback"),
    path("account/confirm/", never_cache(reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code/", never_cache(second_factor.reauthenticate), name="mfa_reauthenticate"),
    path("account/second-factor/", never_cache(second_factor.index), name="mfa_index"),
    path(
        "account/second-factor/on/",
        never_cache(audits_second_factor(totp.activate_totp)),
        name="mfa_activate_totp",
    ),
    path(
        "account/second-factor/off/",
        never_cache(audits_second_factor(totp.deactivate_totp)),
        name="mfa_deactivate_totp",
    ),
    path(
        "account/second-factor/codes/",
        never_cache(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/second-factor/codes/new/",
        never_cache(audits_second_factor(recovery.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
]

# From the admin site, only these: its other pages would bypass the console's roles.
admin_urlpatterns = [
    path("login/", never_cache(views.PasswordLogin.as_view()), name="login"),
    path("logout/", admin.site.logout, name="logout"),
    path(
        "password_change/",
        admin.site.admin_view(audits_password(admin.site.password_change)),
        name="password_change",
    ),
    path(
        "password_change/done/",
        admin.site.admin_view(admin.site.password_change_done),
        name="password_change_done",
    ),
]
