"""Opt-outs or consents from a file: uploaded, checked and imported as clients are."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from notification_service.console.imports.screens import SCREENS
from notification_service.console.imports.views import receive, show_list
from notification_service.console.preferences.kinds import PreferenceScreen
from notification_service.directory.models import ClientUpload

KIND_OF = {"opt-outs": ClientUpload.Kind.OPT_OUTS, "consents": ClientUpload.Kind.CONSENTS}


@csrf_exempt  # the check would read the file: `receive` makes it once there is a place for it
def upload(request: HttpRequest, kind: PreferenceScreen) -> HttpResponseBase:
    screen = SCREENS[KIND_OF[kind.name]]
    return receive(request, screen) if request.method == "POST" else show_list(request, screen)
