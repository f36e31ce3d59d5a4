"""“Send me a test”: asked for here, sent by a worker, watched to its end. Each sees their own alone."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.compose import trial_labels
from notification_service.console.compose.text_form import TrialForm
from notification_service.mailings import trials
from notification_service.mailings.models import Trial


@require_POST
def create(request: HttpRequest) -> HttpResponse:
    form = TrialForm(request.POST)
    if not form.is_valid():
        return _part(request, problems=_problems(form))
    values = form.cleaned_data
    try:
        trial = trials.request_trial(
            values["key"],
            requested_by=request.user.get_username(),
            gateway=values.get("gateway"),
            phone=values["trial_phone"],
            text=values["text"],
        )
    except trials.TooManyTrials:
        words = _("No more than %(most)s tests an hour can be sent. Try again later.")
        return _part(request, problems=[words % {"most": trials.MOST_AN_HOUR}])
    except trials.NoGateway:
        return _part(request, problems=[_("Every gateway is disabled.")])
    return _part(request, trial=trial)


def detail(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    theirs = Trial.objects.filter(requested_by=request.user.get_username())
    return _part(request, trial=get_object_or_404(theirs.select_related("gateway"), key=key))


def _problems(form: TrialForm) -> list[str]:
    return [f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors]


def _part(request: HttpRequest, *, trial: Trial | None = None, problems: Any = ()) -> HttpResponse:
    """With a new key, for the next click is another test."""
    context = {"trial": trial, "problems": problems, "key": uuid.uuid4()}
    if trial:
        context |= {
            "moves": trial.finished_at is None,
            "outcome": trial_labels.outcome(trial),
            "level": trial_labels.LEVEL.get(trial.status, ""),
            "shape": trial_labels.shape(trial),
        }
    return render(request, "console/compose/trial.html", context)
