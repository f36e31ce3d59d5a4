from django.urls import include, path, re_path

from notification_service.api.views import docs, health, metrics
from notification_service.console.account.urls import admin_urlpatterns

handler400 = "notification_service.api.views.errors.bad_request"
handler403 = "notification_service.api.views.errors.permission_denied"
handler404 = "notification_service.api.views.errors.page_not_found"
handler500 = "notification_service.api.views.errors.server_error"

urlpatterns = [
    path("api/v1/", include("notification_service.api.urls")),
    path("docs/", docs.swagger, name="docs"),
    path("docs/getting-started/", docs.getting_started, name="getting-started"),
    path("docs/problems/", docs.problems, name="problems"),
    path("redoc/", docs.redoc, name="redoc"),
    # The console takes every other address, and would ask for a login.
    path("docs", docs.swagger),
    path("redoc", docs.redoc),
    path("openapi.json", docs.openapi, name="openapi"),
    re_path("^health/live/?$", health.live, name="live"),
    re_path("^health/ready/?$", health.ready, name="ready"),
    re_path("^metrics/?$", metrics.metrics, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("", include("notification_service.console.urls")),
    path("", include("notification_service.console.account.urls")),
    path("", include((admin_urlpatterns, "admin"))),
]
