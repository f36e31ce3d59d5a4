"""Reasons as codes with a number, where there were English sentences.

In one transaction, which the new columns of the messages lock against writers: what is converted are the
messages with a reason, and their counters, with no trigger to count them anew.
"""

from typing import Any

from django.db import migrations, models

from notification_service.mailings.migrations._counters_before_receipts import COUNTERS

KNOWN = {
    "a private address, which is not allowed": "address_not_allowed",
    "the proxy did not answer": "proxy_silent",
    "TLS error": "tls_error",
    "answer has neither id nor error": "response_incomplete",
    "answer has no code": "response_without_code",
    "answer is not JSON": "response_not_json",
    "answer over 64 KiB": "response_too_long",
    "client deleted": "client_deleted",
    "code is not 0": "unknown_code",
    "connection broke": "connection_broke",
    "connection refused": "connection_refused",
    "date wrong": "date_wrong",
    "deadline passed": "deadline_passed",
    "gateway busy": "gateway_busy",
    "gateway disabled": "gateway_disabled",
    "gateway held": "gateway_held",
    "gateway unusable": "gateway_unusable",
    "internal error": "internal_error",
    "login, password or key wrong": "credentials_wrong",
    "mailing cancelled": "mailing_cancelled",
    "message forbidden": "text_forbidden",
    "name not resolved": "name_not_resolved",
    "no answer in time": "response_timeout",
    "no connection in time": "connect_timeout",
    "no worker took it in time": "no_worker",
    "number cannot be delivered to": "phone_unreachable",
    "our address is blocked": "address_blocked",
    "parameters wrong": "parameters_wrong",
    "phone number wrong": "phone_wrong",
    "request cannot be built": "request_not_built",
    "the account is empty": "account_empty",
    "time zone unknown to this worker": "zone_unknown",
    "too many equal requests": "too_many_equal",
    "unknown error code": "unknown_code",
    "worker lost": "worker_lost",
}
VALUES = ", ".join(f"('{sentence}', '{code}')" for sentence, code in KNOWN.items())

# ruff: noqa: S608 (the sentences above, and nothing from outside)
CONVERT = f"""
CREATE FUNCTION pg_temp.reason_of(said text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE WHEN said = '' THEN '' WHEN said ~ '^HTTP [0-9]{{3}}$' THEN 'http_status' ELSE coalesce(
    (SELECT code FROM (VALUES {VALUES}) AS known (sentence, code) WHERE sentence = said), 'other'
  ) END
$$;
CREATE FUNCTION pg_temp.number_of(said text) RETURNS smallint LANGUAGE sql IMMUTABLE AS
$$ SELECT substring(said FROM '^HTTP ([0-9]{{3}})$')::smallint $$;

ALTER TABLE mailings_message DISABLE TRIGGER USER;
UPDATE mailings_message SET reason = pg_temp.reason_of(error), reason_number = pg_temp.number_of(error),
  error = CASE pg_temp.reason_of(error) WHEN 'other' THEN error ELSE '' END
WHERE error <> '';
ALTER TABLE mailings_message ENABLE TRIGGER USER;

UPDATE mailings_attempt SET reason = pg_temp.reason_of(error), reason_number = pg_temp.number_of(error),
  error = CASE pg_temp.reason_of(error) WHEN 'other' THEN error ELSE '' END
WHERE error <> '';
UPDATE mailings_trial SET reason = pg_temp.reason_of(reason), reason_number = pg_temp.number_of(reason)
WHERE reason <> '';
UPDATE mailings_gateway
SET held_reason = pg_temp.reason_of(held_reason), held_reason_number = pg_temp.number_of(held_reason)
WHERE held_reason <> '';

WITH counted AS (DELETE FROM mailings_failurecount RETURNING *)
INSERT INTO mailings_failurecount (mailing_id, reason, reason_number, slot, messages)
SELECT mailing_id, pg_temp.reason_of(reason), pg_temp.number_of(reason), slot, sum(messages)
FROM counted GROUP BY 1, 2, 3, 4;
WITH counted AS (DELETE FROM mailings_quarterfailure RETURNING *)
INSERT INTO mailings_quarterfailure (mailing_id, quarter, reason, reason_number, slot, messages)
SELECT mailing_id, quarter, pg_temp.reason_of(reason), pg_temp.number_of(reason), slot, sum(messages)
FROM counted GROUP BY 1, 2, 3, 4, 5;

DROP FUNCTION pg_temp.reason_of, pg_temp.number_of;
"""


def code(length: int = 100, **options: bool) -> Any:
    return models.CharField(blank=True, db_default="", default="", max_length=length, **options)


def number(**options: bool) -> Any:
    return models.SmallIntegerField(null=True, **options)


class Migration(migrations.Migration):
    dependencies = [
        ("mailings", "0002_gateway_unusable"),
    ]

    operations = [
        migrations.AddField("message", "reason", code()),
        migrations.AddField("message", "reason_number", number()),
        migrations.AlterField("message", "error", code()),
        migrations.AddField("attempt", "reason", code()),
        migrations.AddField("attempt", "reason_number", number()),
        migrations.AlterField("attempt", "error", code()),
        migrations.AlterField("trial", "reason", code()),
        migrations.AddField("trial", "reason_number", number()),
        migrations.AddField("trial", "error", code()),
        migrations.AddField("gateway", "held_reason_number", number(editable=False)),
        migrations.AddField("gateway", "held_text", code(editable=False)),
        migrations.AddField("gatewayuse", "unusable_problem", code(length=40)),
        migrations.AlterField("failurecount", "reason", code()),
        migrations.AddField("failurecount", "reason_number", number()),
        migrations.AlterField("quarterfailure", "reason", code()),
        migrations.AddField("quarterfailure", "reason_number", number()),
        migrations.RemoveConstraint("failurecount", "failure_count_slot"),
        migrations.RemoveConstraint("quarterfailure", "quarter_failure_slot"),
        migrations.RunSQL(CONVERT, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "failurecount",
            models.UniqueConstraint(
                fields=("mailing", "reason", "reason_number", "slot"),
                name="failure_count_of_reason",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "quarterfailure",
            models.UniqueConstraint(
                fields=("mailing", "quarter", "reason", "reason_number", "slot"),
                name="quarter_failure_of_reason",
                nulls_distinct=False,
            ),
        ),
        migrations.RunSQL(COUNTERS, migrations.RunSQL.noop),
        migrations.RemoveIndex("message", "message_trouble"),
        migrations.AddIndex(
            "message",
            models.Index(
                condition=~models.Q(reason=""),
                fields=["mailing", "reason", "reason_number", "id"],
                name="message_reason",
            ),
        ),
    ]
