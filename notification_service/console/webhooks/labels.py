"""What the console calls events, and the states of deliveries and of webhooks."""

from django.utils.translation import gettext_lazy, pgettext_lazy

EVENT = {
    "mailing.started": gettext_lazy("A mailing has started"),
    "mailing.paused": gettext_lazy("A mailing was paused"),
    "mailing.resumed": gettext_lazy("A mailing goes on after a pause"),
    "mailing.finished": gettext_lazy("A mailing has ended"),
    "mailing.cancelled": gettext_lazy("A mailing was cancelled"),
    "messages.final": gettext_lazy("Messages were sent or will not be"),
    "messages.delivery": gettext_lazy("Receipts of messages"),
    "client.opted_out": gettext_lazy("Clients have opted out"),
    "gateway.held": gettext_lazy("A gateway takes no messages"),
    "gateway.released": gettext_lazy("A gateway takes messages again"),
    "webhook.test": gettext_lazy("Test"),
}
DELIVERY = {
    "waiting": pgettext_lazy("delivery to a webhook", "waiting"),
    "delivered": pgettext_lazy("delivery to a webhook", "delivered"),
    "failed": pgettext_lazy("delivery to a webhook", "failed"),
}
# The message's status whose colour and shape it has.
LOOK = {"waiting": ("pending", "clock"), "delivered": ("sent", "check"), "failed": ("failed", "cross")}
DISABLED = {
    "person": gettext_lazy("Disabled"),
    "failing": gettext_lazy("Disabled by the service: no success for three days"),
    "gone": gettext_lazy("Disabled by the service: the receiver answered that it is gone (410)"),
}
