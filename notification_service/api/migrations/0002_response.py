"""Call a response a response."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("api", "0001_models")]

    operations = [
        migrations.RenameModel("IdempotentAnswer", "IdempotentResponse"),
        migrations.RenameField("idempotentresponse", "answer", "response"),
        migrations.RemoveConstraint("idempotentresponse", "idempotent_answer_once"),
        migrations.AddConstraint(
            "idempotentresponse",
            models.UniqueConstraint(fields=["actor", "key"], name="idempotent_response_once"),
        ),
    ]
