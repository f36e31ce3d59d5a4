"""Texts that are kept for later mailings, with all their versions."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.console.saved_texts.forms import TemplateForm
from notification_service.directory.versions import Stale
from notification_service.mailings import templates
from notification_service.mailings.models import Template

VERSIONS_SHOWN = 50


def template_list(request: HttpRequest) -> HttpResponse:
    rows = page_by_id(request, Template.objects.all())
    return show(request, "saved_texts/list.html", title=_("Templates"), section="mailings", page=rows)


def create(request: HttpRequest) -> HttpResponse:
    form = TemplateForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (template := _saved(form, None, "")):
        messages.success(request, _("The template “%(name)s” is saved.") % {"name": template.name})
        return redirect("console:templates")
    return _page(request, form, title=_("New template"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(Template, pk=pk)
    version = str(request.POST.get("version", template.version))
    form = TemplateForm(request.POST or None, initial={"name": template.name, "text": template.text})
    if request.method == "POST" and form.is_valid() and _saved(form, template, version):
        name = form.cleaned_data["name"]
        messages.success(request, _("The template “%(name)s” is saved.") % {"name": name})
        return redirect("console:template", pk)
    versions = template.versions.order_by("-number")[:VERSIONS_SHOWN]
    context = {"saved": template, "version": template.version, "versions": versions}
    return _page(request, form, title=template.name, **context)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    template = get_object_or_404(Template, pk=pk)
    templates.delete_template(pk)
    messages.success(request, _("The template “%(name)s” is deleted.") % {"name": template.name})
    return redirect("console:templates")


def _saved(form: TemplateForm, template: Template | None, version: str) -> Template | None:
    """Return the template; None if it cannot be saved, which the form then says."""
    try:
        if template is None:
            return templates.create_template(**form.cleaned_data)
        return templates.update_template(template.pk, expected={version}, **form.cleaned_data)
    except templates.TemplateNameTaken:
        form.add_error("name", _("There is a template of this name."))
    except Stale:
        words = _("Somebody has changed the template since you opened it. Its versions are below.")
        form.add_error(None, words)
    except Template.DoesNotExist:
        form.add_error(None, _("The template has been deleted in the meantime."))
    return None


def _page(request: HttpRequest, form: TemplateForm, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    context |= {"form": form}
    return show(request, "saved_texts/form.html", title=title, section="mailings", code=code, **context)
