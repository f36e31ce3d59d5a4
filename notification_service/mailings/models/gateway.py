from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from notification_service.mailings.reasons import Why, read_row

MAIN = "main"


class Gateway(models.Model):
    """An external HTTP API that takes messages: how to reach it, how much it may be asked, and its breaker.

    A migration makes the row `main`; its empty `url` means the environment's GATEWAY_URL and GATEWAY_TOKEN.
    The breaker is closed while `held_at` is empty. While it is open (held), only a single probe goes to the
    gateway, at each `probe_at`. While that is under way (`probing_since`), the breaker is half open.
    """

    class Kind(models.TextChoices):
        PROBE_SERVER = "probe_server"  # JSON to {url}/v1/send/{id}, OpenAPI "Probe Server" 1.0.0
        FORM_SMS = "form_sms"  # a form to {url}, with its own table of errors
        HTTP = "http"  # any HTTP API, as `config` describes it

    class Breaker(models.TextChoices):
        CLOSED = "closed"  # messages go to it
        OPEN = "open"  # it is held: none do
        HALF_OPEN = "half_open"  # one message probes it

    name = models.CharField(max_length=64, unique=True)
    kind = models.CharField(
        max_length=20, choices=Kind.choices, default=Kind.PROBE_SERVER, db_default="probe_server"
    )
    url = models.CharField(max_length=500, blank=True, default="", db_default="")
    # At most one of these: an environment variable of the workers, or Fernet ciphertext under SECRET_KEY.
    token_variable = models.CharField(max_length=64, blank=True, default="", db_default="")
    token_encrypted = models.BinaryField(null=True)
    # Of the kind `http`: the request, and what its answers mean (`mailings/gateways/http/`).
    config = models.JSONField(null=True, blank=True)
    # PEM. Empty: the system's authorities, and no certificate of ours. The key is Fernet ciphertext.
    tls_ca = models.TextField(blank=True, default="", db_default="")
    tls_certificate = models.TextField(blank=True, default="", db_default="")
    tls_key_encrypted = models.BinaryField(null=True)
    # What the provider shows when it tells us something: a hash to compare, and ciphertext to show again.
    receipt_key_hash = models.CharField(max_length=64, default="", db_default="", editable=False)
    receipt_key_encrypted = models.BinaryField(null=True)
    # Empty: the workers' own CONNECT_TIMEOUT_SECONDS and REQUEST_TIMEOUT_SECONDS.
    connect_timeout_seconds = models.FloatField(null=True, blank=True)
    request_timeout_seconds = models.FloatField(null=True, blank=True)
    # For all workers together, in every one-second window; empty: no limit.
    max_requests_per_second = models.FloatField(null=True, blank=True)
    # For all workers together; empty: as many as the workers allow (MAX_CONCURRENCY each).
    max_concurrency = models.PositiveIntegerField(null=True, blank=True)
    # The enabled gateway with the lowest is the default; failover uses the next.
    priority = models.SmallIntegerField(default=0, db_default=0)
    enabled = models.BooleanField(default=True, db_default=True)

    held_at = models.DateTimeField(null=True, editable=False)
    held_reason = models.CharField(max_length=200, blank=True, default="", editable=False)
    held_reason_number = models.SmallIntegerField(null=True, editable=False)
    held_text = models.CharField(max_length=100, blank=True, default="", db_default="", editable=False)
    probe_at = models.DateTimeField(null=True, editable=False)
    probing_since = models.DateTimeField(null=True, editable=False)
    # How long it asked to be left alone when it was held; 0 if it did not.
    wait_seconds = models.FloatField(default=0, db_default=0, editable=False)
    probed_mailing_id = models.BigIntegerField(null=True, editable=False)  # of the latest probe's message
    # Until when permits of a gateway with a limit per second are given out.
    permits_until = models.DateTimeField(null=True, editable=False)
    updated_at = models.DateTimeField(auto_now=True, db_default=Now())

    class Meta:
        permissions = [("rotate_gateway", "Can see and replace a gateway's receipt key")]
        constraints = [
            models.CheckConstraint(
                name="gateway_has_one_token", condition=Q(token_variable="") | Q(token_encrypted=None)
            ),
            models.CheckConstraint(
                name="gateway_config_is_of_http",
                condition=Q(kind="http", config__isnull=False) | (~Q(kind="http") & Q(config__isnull=True)),
            ),
            models.CheckConstraint(
                name="gateway_certificate_has_key",
                condition=Q(tls_certificate="", tls_key_encrypted=None)
                | (~Q(tls_certificate="") & Q(tls_key_encrypted__isnull=False)),
            ),
            models.CheckConstraint(
                name="gateway_limits_are_positive",
                condition=(Q(max_requests_per_second=None) | Q(max_requests_per_second__gt=0))
                & (Q(max_concurrency=None) | Q(max_concurrency__gt=0))
                & (Q(connect_timeout_seconds=None) | Q(connect_timeout_seconds__gt=0))
                & (Q(request_timeout_seconds=None) | Q(request_timeout_seconds__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> str:
        """It differs after each change that a person makes."""
        return self.updated_at.isoformat()

    @property
    def held_why(self) -> Why | None:
        return read_row(self.held_reason, self.held_reason_number, self.held_text)

    @property
    def breaker(self) -> "Gateway.Breaker":
        if self.held_at is None:
            return Gateway.Breaker.CLOSED
        return Gateway.Breaker.OPEN if self.probing_since is None else Gateway.Breaker.HALF_OPEN


class GatewayUse(models.Model):
    """What one worker process does with one gateway; written at least once a second while it works.

    Its `quota` of a gateway's `max_concurrency` is the worker's until `lease_expires_at`.
    """

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="uses")
    worker = models.CharField(max_length=100)
    seen_at = models.DateTimeField()
    lease_expires_at = models.DateTimeField()
    quota = models.PositiveIntegerField(null=True)  # requests under way at most; null: no limit
    # What adaptive concurrency allows now, and what it would allow for a healthy gateway.
    concurrency = models.PositiveIntegerField()
    full_concurrency = models.PositiveIntegerField()
    latency_ms = models.FloatField(null=True)  # of late, an average; null: nothing was asked
    # What the worker did when more was due than it could do, and when; whether its processor was the limit.
    most_per_second = models.FloatField(null=True)
    measured_at = models.DateTimeField(null=True)
    is_busy = models.BooleanField(default=False, db_default=False)
    # Why the worker can send nothing to the gateway as it is configured, as a code and in words; empty if it
    # can.
    unusable_problem = models.CharField(max_length=40, blank=True, default="", db_default="")
    unusable_reason = models.CharField(max_length=200, blank=True, default="", db_default="")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gateway", "worker"], name="gateway_use_of_worker")]

    def __str__(self) -> str:
        return f"{self.worker} on gateway {self.gateway_id}"
