"""Gateways that are described by settings, their certificates, and what a test send asked and was told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("mailings", "0013_filters")]

    operations = [
        migrations.AlterField(
            "gateway",
            "kind",
            models.CharField(
                choices=[("probe_server", "Probe Server"), ("form_sms", "Form Sms"), ("http", "Http")],
                db_default="probe_server",
                default="probe_server",
                max_length=20,
            ),
        ),
        migrations.AddField("gateway", "config", models.JSONField(blank=True, null=True)),
        migrations.AddField("gateway", "tls_ca", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField(
            "gateway", "tls_certificate", models.TextField(blank=True, db_default="", default="")
        ),
        migrations.AddField("gateway", "tls_key_encrypted", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "gateway",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("config__isnull", False), ("kind", "http")),
                    models.Q(models.Q(("kind", "http"), _negated=True), ("config__isnull", True)),
                    _connector="OR",
                ),
                name="gateway_config_is_of_http",
            ),
        ),
        migrations.AddConstraint(
            "gateway",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("tls_certificate", ""), ("tls_key_encrypted", None)),
                    models.Q(
                        models.Q(("tls_certificate", ""), _negated=True), ("tls_key_encrypted__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="gateway_certificate_has_key",
            ),
        ),
        migrations.AddField("testsend", "request", models.TextField(blank=True, db_default="", default="")),
        migrations.AddField("testsend", "response_status", models.SmallIntegerField(null=True)),
        migrations.AddField(
            "testsend", "provider_id", models.CharField(blank=True, db_default="", default="", max_length=200)
        ),
    ]
