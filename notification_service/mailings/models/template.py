from django.db import models
from django.db.models.functions import Now

from notification_service.mailings.models.text import TEXT_FITS
from notification_service.mailings.personal_text import TEXT_LENGTH

NAME_LENGTH = 64


class Template(models.Model):
    """A text that is kept for later mailings. Each change makes a version, which stays readable."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)
    text = models.TextField(max_length=TEXT_LENGTH)
    number = models.IntegerField(default=1)  # of the present version
    updated_at = models.DateTimeField(db_default=Now(), editable=False)  # when that was made

    class Meta:
        constraints = [models.CheckConstraint(name="template_text_fits", condition=TEXT_FITS)]

    def __str__(self) -> str:
        return self.name

    @property
    def version(self) -> str:
        return str(self.number)


class TemplateVersion(models.Model):
    """What a template was, or is. Its author is in the audit log."""

    template = models.ForeignKey(Template, models.CASCADE, related_name="versions")
    number = models.IntegerField()
    name = models.CharField(max_length=NAME_LENGTH)
    text = models.TextField(max_length=TEXT_LENGTH)
    made_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["template", "number"], name="template_version_once"),
            models.CheckConstraint(name="template_version_text_fits", condition=TEXT_FITS),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.name}"
