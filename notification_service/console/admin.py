"""The operators' console: what there is and what became of it, to read. Changes go through the API."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline

from notification_service.mailings import stats
from notification_service.mailings.models import Attempt, Client, Gateway, Mailing, Message


class ReadOnlyAdmin(ModelAdmin):  # type: ignore[misc]
    show_full_result_count = False  # no count over ten million rows for a heading

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Client)
class ClientAdmin(ReadOnlyAdmin):
    list_display = ["phone", "operator_code", "tag", "timezone", "updated_at"]
    list_filter = ["timezone"]
    search_fields = ["=phone", "=tag"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Client]:
        return Client.objects.alive()


@admin.register(Mailing)
class MailingAdmin(ReadOnlyAdmin):
    list_display = ["id", "status", "start_at", "end_at", "progress"]
    list_filter = ["status"]
    search_fields = ["=id", "text"]
    readonly_fields = ["progress"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mailing]:
        return Mailing.objects.alive()

    @admin.display(description=_("messages"))
    def progress(self, mailing: Mailing) -> str:
        counts = stats.message_counts([mailing.pk])[mailing.pk]
        parts = [f"{status} {messages}" for status, messages in counts.items() if messages]
        return ", ".join(parts) or "0"


class AttemptInline(TabularInline):  # type: ignore[misc]
    model = Attempt
    fields = ["number", "at", "outcome", "error", "http_status", "answer", "retry_at"]
    readonly_fields = fields
    extra = 0
    can_delete = False


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    list_display = [
        "id",
        "mailing_id",
        "client_id",
        "status",
        "attempts",
        "next_attempt_at",
        "sent_at",
        "error",
    ]
    search_fields = ["=id", "=mailing_id", "=client_id"]
    ordering = ["-id"]
    inlines = [AttemptInline]


@admin.register(Gateway)
class GatewayAdmin(ReadOnlyAdmin):
    list_display = ["name", "held_at", "held_reason", "probe_at"]
