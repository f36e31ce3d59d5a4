"""API keys: what a program calls the API with."""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, ClassVar, Self

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from notification_service.access.known_keys import KnownKeys
from notification_service.access.permissions import PII
from notification_service.audit.actions import Action
from notification_service.audit.log import record

KEY_BYTES = 32
PREFIX_LENGTH = 11  # "ns_" and 8 of the 43 characters: enough to tell keys apart, too few to guess one
LAST_USED_RESOLUTION = timedelta(minutes=1)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def matching(self, key: str) -> "ApiKey | None":
        """Return the key, if it can be used now; None if it is unknown, expired or revoked."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, key_hash=hash_key(key), revoked_at=None).first()


class ApiKey(models.Model):
    """What a program calls the API with. Only the hash is kept: the key is shown once, when it is made."""

    class Scope(models.TextChoices):
        READ = "read"  # may look
        SEND = "send"  # may send single messages and mailings, and look at these
        WRITE = "write"  # may look, send and change
        ADMIN = "admin"  # may do what an administrator may

    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=PREFIX_LENGTH, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    pii = models.BooleanField(default=False, db_default=False)  # whether phones are whole for it, not masked
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    # What REST framework expects of a request's user.
    is_authenticated: ClassVar[bool] = True
    is_active: ClassVar[bool] = True

    class Meta:
        verbose_name = "API key"
        constraints = [
            models.CheckConstraint(
                name="api_key_scope_is_known", condition=Q(scope__in=["read", "send", "write", "admin"])
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @classmethod
    @transaction.atomic
    def issue(
        cls, *, name: str, scope: str, pii: bool = False, expires_days: int | None = None
    ) -> tuple[Self, str]:
        """Make a key. Return its row and the key itself, which is never shown again."""
        key = f"ns_{secrets.token_urlsafe(KEY_BYTES)}"
        row = cls(
            name=name, prefix=key[:PREFIX_LENGTH], key_hash=hash_key(key), scope=cls.Scope(scope), pii=pii
        )
        if expires_days is not None:
            row.expires_at = timezone.now() + timedelta(days=expires_days)
        row.save(force_insert=True)
        row._record(Action.KEY_CREATED, scope=" ".join(row.scopes), expires_at=row.expires_at)
        return row, key

    @transaction.atomic
    def revoke(self) -> None:
        """Refuse the key from now on. One that is revoked already stays as it is."""
        if ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=timezone.now()):
            self._record(Action.KEY_REVOKED)
        KNOWN.forget(self.key_hash)

    @classmethod
    def known(cls, key: str) -> "ApiKey | None":
        """Return the key, if it could be used less than a second ago."""
        row = KNOWN.get(hash_key(key))
        if row is None and (row := cls.objects.matching(key)):
            KNOWN.keep(row)
        return row

    @property
    def scopes(self) -> tuple[str, ...]:
        return (self.scope, PII) if self.pii else (self.scope,)

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    def note_use(self) -> None:
        """Keep `last_used_at` right to the minute: a busy key does not cost a write for each request."""
        now = timezone.now()
        if self.last_used_at and now - self.last_used_at < LAST_USED_RESOLUTION:
            return
        self.last_used_at = now
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_RESOLUTION)
        ApiKey.objects.filter(stale, pk=self.pk).update(last_used_at=now)

    def _record(self, action: Action, **facts: Any) -> None:
        record(action, object_id=self.pk, object_name=self.name, prefix=self.prefix, **facts)


KNOWN: KnownKeys[ApiKey] = KnownKeys()


def hash_key(key: str) -> str:
    # A header may contain any byte, even a lone surrogate, which must simply match no key.
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
