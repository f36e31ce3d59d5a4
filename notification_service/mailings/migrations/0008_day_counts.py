"""What a report of a day needs: all ends of messages by minute, and reasons by quarter of an hour."""

import re
from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

COUNT_UPDATED = """
CREATE OR REPLACE FUNCTION mailings_count_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM mailings_add_counts(array_agg((mailing_id, status, messages)::mailings_status_change))
  FROM (
    SELECT mailing_id, status, sum(messages)::bigint AS messages FROM (
      SELECT mailing_id, status, count(*) AS messages FROM after_rows GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, status, -count(*) FROM before_rows GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 2 HAVING sum(messages) <> 0
  ) AS change;

  INSERT INTO mailings_minutecount AS c
    (mailing_id, minute, slot, sent, failed, expired, cancelled, unknown, retried)
  SELECT mailing_id, date_trunc('minute', now()), mailings_count_slot(),
    coalesce(sum(change) FILTER (WHERE status = 'sent'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'failed'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'expired'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'cancelled'), 0),
    coalesce(sum(change) FILTER (WHERE status = 'unknown'), 0), 0
  FROM (
    SELECT mailing_id, status, sum(change) AS change FROM (
      SELECT mailing_id, status, count(*) AS change FROM after_rows
      WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown') GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, status, -count(*) FROM before_rows
      WHERE status IN ('sent', 'failed', 'expired', 'cancelled', 'unknown') GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 2 HAVING sum(change) <> 0
  ) AS changes GROUP BY 1 ORDER BY 1
  ON CONFLICT (mailing_id, minute, slot) DO UPDATE SET
    sent = c.sent + excluded.sent, failed = c.failed + excluded.failed,
    expired = c.expired + excluded.expired, cancelled = c.cancelled + excluded.cancelled,
    unknown = c.unknown + excluded.unknown;

  INSERT INTO mailings_failurecount AS c (mailing_id, reason, slot, messages)
  SELECT mailing_id, error, mailings_count_slot(), sum(change)
  FROM (
    SELECT mailing_id, error, count(*) AS change FROM after_rows
    WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
    UNION ALL
    SELECT mailing_id, error, -count(*) FROM before_rows
    WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
  ) AS both_sides GROUP BY 1, 2 HAVING sum(change) <> 0 ORDER BY 1, 2
  ON CONFLICT (mailing_id, reason, slot) DO UPDATE SET messages = c.messages + excluded.messages;

  IF FOUND THEN -- of a success, which is nearly every statement, nothing more is asked
    INSERT INTO mailings_quarterfailure AS c (mailing_id, quarter, reason, slot, messages)
    SELECT mailing_id, date_bin('15 minutes', now(), TIMESTAMPTZ '2000-01-01 00:00:00+00'), error,
      mailings_count_slot(), sum(change)
    FROM (
      SELECT mailing_id, error, count(*) AS change FROM after_rows
      WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
      UNION ALL
      SELECT mailing_id, error, -count(*) FROM before_rows
      WHERE status IN ('failed', 'unknown') GROUP BY 1, 2
    ) AS both_sides GROUP BY 1, 3 HAVING sum(change) <> 0 ORDER BY 1, 3
    ON CONFLICT (mailing_id, quarter, reason, slot) DO UPDATE SET messages = c.messages + excluded.messages;
  END IF;
  RETURN NULL;
END $$
"""


def count_updated_before() -> str:
    counters = import_module("notification_service.mailings.migrations.0002_counters").COUNTERS
    found = re.search(r"CREATE (FUNCTION mailings_count_updated.*?END \$\$;)", counters, re.DOTALL)
    assert found
    return f"CREATE OR REPLACE {found[1]}"


def counter(name: str) -> migrations.AddField:
    return migrations.AddField("minutecount", name, models.BigIntegerField(db_default=0))


class Migration(migrations.Migration):
    dependencies = [("mailings", "0007_growth")]

    operations = [
        counter("expired"),
        counter("cancelled"),
        counter("unknown"),
        migrations.CreateModel(
            name="QuarterFailure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quarter", models.DateTimeField()),
                ("reason", models.CharField(max_length=100)),
                ("slot", models.SmallIntegerField()),
                ("messages", models.BigIntegerField(db_default=0)),
                (
                    "mailing",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="mailings.mailing",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("mailing", "quarter", "reason", "slot"), name="quarter_failure_slot"
                    )
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE mailings_quarterfailure SET (fillfactor = 20)", migrations.RunSQL.noop
        ),
        migrations.RunSQL(COUNT_UPDATED, count_updated_before()),
    ]
