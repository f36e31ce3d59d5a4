"""“Send me a test”: requested here, sent by a worker, watched to its end. People see only their own."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.compose import test_send_labels
from notification_service.console.compose.text_form import TestSendForm
from notification_service.mailings import test_sends
from notification_service.mailings.models import TestSend


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    form = TestSendForm(request.POST)
    if not form.is_valid():
        return _part(request, problems=_problems(form))
    values = form.cleaned_data
    try:
        test_send = test_sends.request_test_send(
            values["key"],
            requested_by=request.user.get_username(),
            gateway=values.get("gateway"),
            phone=values["test_send_phone"],
            text=values["text"],
        )
    except test_sends.TooManyTestSends:
        words = _("No more than %(most)s tests an hour can be sent. Try again later.")
        return _part(request, problems=[words % {"most": test_sends.MOST_AN_HOUR}])
    except test_sends.NoGateway:
        return _part(request, problems=[_("Every gateway is disabled.")])
    return _part(request, test_send=test_send)


def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    theirs = TestSend.objects.filter(requested_by=request.user.get_username())
    return _part(request, test_send=get_object_or_404(theirs.select_related("gateway"), key=key))


def _problems(form: TestSendForm) -> list[str]:
    return [f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors]


def _part(request: HttpRequest, *, test_send: TestSend | None = None, problems: Any = ()) -> HttpResponse:
    """With a new key, because the next click is another test."""
    context = {"test_send": test_send, "problems": problems, "key": uuid.uuid4()}
    if test_send:
        context |= {
            "moves": test_send.finished_at is None,
            "outcome": test_send_labels.outcome(test_send),
            "level": test_send_labels.LEVEL.get(test_send.status, ""),
            "shape": test_send_labels.shape(test_send),
        }
    return render(request, "console/compose/test_send.html", context)
