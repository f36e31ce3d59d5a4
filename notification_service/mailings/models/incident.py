from django.db import models

from notification_service.mailings.models.gateway import Gateway
from notification_service.mailings.models.reason import KeptReason


class GatewayIncident(KeptReason):
    """A time during which a gateway took nothing: its breaker opened, and closed when it was well again.

    A trigger of the gateway's row writes it, in the transaction that changes the breaker; nothing else does.
    """

    gateway = models.ForeignKey(Gateway, models.CASCADE, related_name="incidents", db_index=False)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)  # null: it is held now
    # How often its breaker opened: what comes within minutes of the end goes on with the same incident.
    holds = models.PositiveIntegerField(db_default=1)

    class Meta:
        indexes = [models.Index(fields=["gateway", "began_at"], name="incident_of_gateway")]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway"], name="incident_once_at_a_time", condition=models.Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"incident {self.pk} of gateway {self.gateway_id}"
