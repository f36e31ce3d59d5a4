"""A trial is called a test send."""

from django.db import migrations, models

RENAME = "ALTER TABLE mailings_testsend RENAME CONSTRAINT {} TO {};"
PAIRS = [
    ("trial_once_per_click", "test_send_once_per_click"),
    ("trial_forgets_at_its_end", "test_send_forgets_at_its_end"),
]


class Migration(migrations.Migration):
    dependencies = [("mailings", "0010_partitions")]
    operations = [
        migrations.RenameModel("Trial", "TestSend"),
        # Renamed in the database too: Django alone would make them anew.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(RENAME.format(old, new), RENAME.format(new, old)) for old, new in PAIRS
            ],
            state_operations=[
                *(migrations.RemoveConstraint("testsend", old) for old, _ in PAIRS),
                migrations.AddConstraint(
                    "testsend",
                    models.UniqueConstraint(fields=["requested_by", "key"], name="test_send_once_per_click"),
                ),
                migrations.AddConstraint(
                    "testsend",
                    models.CheckConstraint(
                        name="test_send_forgets_at_its_end",
                        condition=models.Q(finished_at=None) | models.Q(phone="", text=""),
                    ),
                ),
            ],
        ),
    ]
