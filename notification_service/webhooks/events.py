"""What webhooks can be told of. Pure."""

from enum import StrEnum


class Event(StrEnum):
    MAILING_STARTED = "mailing.started"
    MAILING_PAUSED = "mailing.paused"
    MAILING_RESUMED = "mailing.resumed"
    MAILING_FINISHED = "mailing.finished"
    MAILING_CANCELLED = "mailing.cancelled"
    MESSAGES_FINAL = "messages.final"  # up to 1,000 messages of a mailing came to one final status
    MESSAGES_DELIVERY = "messages.delivery"  # up to 1,000 receipts of a mailing said the same
    CLIENT_OPTED_OUT = "client.opted_out"  # up to 1,000 phones
    GATEWAY_HELD = "gateway.held"
    GATEWAY_RELEASED = "gateway.released"


TEST = "webhook.test"  # asked for by a person or a program, sent to one webhook, once

# What an event is in order with: its mailing, by its id; all that is of no mailing; or other tests.
OTHERS, TESTS = 0, -1
