"""Sample clients for an empty console. `up` writes their file if it runs the gateway simulator."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import Client


def are_offered() -> bool:
    return settings.SAMPLE_CLIENTS.exists() and not Client.objects.exists()


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Do as if the person had chosen the file: show its preview."""
    try:
        content = settings.SAMPLE_CLIENTS.read_bytes()
    except OSError as error:
        raise Http404 from error
    file = IncomingFile(file_name=settings.SAMPLE_CLIENTS.name, by=request.user.get_username())
    file.write(content)
    return redirect("console:import", pk=file.finish().pk)
