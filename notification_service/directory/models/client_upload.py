from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from notification_service.directory.rules import TAG_LENGTH, ZONE_LENGTH


class ClientUpload(models.Model):
    """A file of clients, opt-outs or consents that an operator sent, and the result of its import.

    Until the import has ended, the file itself is in UploadPart: web servers and workers have only the
    database in common. `last_line` and `bytes_done` say how far the import is. They and the counts change in
    the transaction that writes the clients, so that whoever continues after a crash counts nothing twice.
    """

    class Status(models.TextChoices):
        ARRIVING = "arriving"  # the web server is receiving it
        READY = "ready"  # waits for a person to check it and start it
        WAITING = "waiting"  # waits for a worker
        RUNNING = "running"  # a worker imports it, or died doing so: another continues
        FINISHED = "finished"  # every line was taken or rejected
        CANCELLED = "cancelled"  # stopped by a person; what was taken stays
        FAILED = "failed"  # stopped by itself; `problem` says why; what was taken stays

    class Kind(models.TextChoices):
        CLIENTS = "clients"
        OPT_OUTS = "opt_outs"
        CONSENTS = "consents"

    class Format(models.TextChoices):
        CSV = "csv"
        NDJSON = "ndjson"

    class Encoding(models.TextChoices):
        UTF8 = "utf-8"
        CP1251 = "cp1251"
        UTF16 = "utf-16"

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.ARRIVING)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.CLIENTS, db_default="clients")
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)  # bytes
    lines = models.BigIntegerField(default=0)  # roughly: the number of newlines in it
    digest = models.BinaryField(null=True)  # SHA-256 of the file
    file_format = models.CharField(max_length=10, choices=Format.choices, default=Format.CSV)
    encoding = models.CharField(max_length=10, choices=Encoding.choices, default=Encoding.UTF8)
    # Of a CSV: the separator, and what each column is; a column with an empty name is left out.
    separator = models.CharField(max_length=1, blank=True, default="")
    columns = ArrayField(models.CharField(max_length=20, blank=True), default=list, blank=True)
    names = ArrayField(models.TextField(blank=True), null=True)  # of the columns, as the file has them
    # What a person chose for the whole file: see `importing.choices`.
    timezone = models.CharField(max_length=ZONE_LENGTH, blank=True, default="", db_default="")
    one_timezone = models.BooleanField(default=False, db_default=False)
    tag = models.CharField(max_length=TAG_LENGTH, blank=True, default="", db_default="")
    tag_mode = models.CharField(max_length=10, default="replace", db_default="replace")
    # How the file writes time zones, and which zone each of these means: see `uploads.written_zones`.
    zones = models.JSONField(null=True)
    # For the reasons of rejected lines.
    language = models.CharField(max_length=10, default="en")
    uploaded_by = models.CharField(max_length=150)
    started_by = models.CharField(max_length=150, blank=True, default="")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True, default="")

    tries = models.IntegerField(default=0)  # since the last chunk that was written
    last_line = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    updated = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    rejected = models.BigIntegerField(default=0)
    rejected_kept = models.IntegerField(default=0)  # how many of these are still listed

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="upload_unfinished", condition=Q(finished_at=None)),
            models.Index(fields=["finished_at"], name="upload_rejected", condition=Q(rejected_kept__gt=0)),
        ]
        constraints = [
            # A double click, or the same file from two people, is one import.
            models.UniqueConstraint(
                fields=["digest"],
                name="upload_once_at_a_time",
                condition=Q(status__in=["ready", "waiting", "running"]),
            ),
            models.CheckConstraint(
                name="upload_status_is_known",
                condition=Q(
                    status__in=[
                        *("arriving", "ready", "waiting", "running"),
                        *("finished", "cancelled", "failed"),
                    ]
                ),
            ),
            models.CheckConstraint(
                name="upload_lists_what_it_rejected", condition=Q(rejected_kept__lte=F("rejected"))
            ),
        ]

    def __str__(self) -> str:
        return f"upload {self.pk}"

    @property
    def has_begun(self) -> bool:
        return self.status not in ("arriving", "ready", "waiting")

    @property
    def rows_done(self) -> int:
        return self.created + self.updated + self.unchanged + self.rejected


class UploadPart(models.Model):
    """A piece of an upload's file."""

    upload = models.ForeignKey(ClientUpload, models.CASCADE, related_name="parts", db_index=False)
    number = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["upload", "number"], name="upload_part_once")]

    def __str__(self) -> str:
        return f"part {self.number} of upload {self.upload_id}"


class RejectedLine(models.Model):
    """A line of an upload that was not taken."""

    upload = models.ForeignKey(ClientUpload, models.CASCADE, related_name="rejected_lines", db_index=False)
    line = models.BigIntegerField()
    field = models.CharField(max_length=20, blank=True, default="")
    reason = models.TextField()
    content = models.TextField()

    class Meta:
        indexes = [models.Index(fields=["upload", "id"], name="rejected_line_of_upload")]

    def __str__(self) -> str:
        return f"line {self.line} of upload {self.upload_id}"
