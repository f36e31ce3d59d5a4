"""What the rows of hours, spread, templates, single messages and receipts may say, whoever writes them."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
TEXT_FITS = Q(GreaterThanOrEqual(Length("text"), 1), LessThanOrEqual(Length("text"), 2000))


def is_whole(model: str) -> models.CheckConstraint:
    neither = Q(window_from=None, window_to=None)
    both = Q(window_from__isnull=False, window_to__isnull=False) & ~Q(window_from=F("window_to"))
    return models.CheckConstraint(name=f"{model}_window_is_whole", condition=neither | both)


def are_known(model: str) -> list[models.CheckConstraint]:
    return [
        models.CheckConstraint(
            name=f"{model}_window_days_are_known", condition=Q(window_days__contained_by=DAYS)
        ),
        models.CheckConstraint(
            name=f"{model}_window_holidays_are_a_country",
            condition=Q(window_holidays__regex="^([A-Z]{2})?$"),
        ),
    ]


ADDED = {
    "mailing": [
        models.CheckConstraint(
            name="mailing_spread_is_a_week_at_most",
            condition=Q(spread_minutes=None) | Q(spread_minutes__range=(1, 10_080)),
        ),
        *are_known("mailing"),
    ],
    "contacthours": [is_whole("contacthours"), *are_known("contacthours")],
    "template": [models.CheckConstraint(name="template_text_fits", condition=TEXT_FITS)],
    "templateversion": [models.CheckConstraint(name="template_version_text_fits", condition=TEXT_FITS)],
    "singlemessage": [
        models.CheckConstraint(name="single_message_text_fits", condition=TEXT_FITS),
        is_whole("singlemessage"),
        *are_known("singlemessage"),
    ],
    "message": [
        models.CheckConstraint(
            name="message_delivery_is_known",
            condition=Q(delivery=None) | Q(delivery__in=["delivered", "undelivered"]),
        )
    ],
    "earlyreceipt": [
        models.CheckConstraint(
            name="early_receipt_delivery_is_known",
            condition=Q(delivery__in=["delivered", "undelivered"]),
        )
    ],
}


class Migration(migrations.Migration):
    dependencies = [("mailings", "0024_gateway_speed")]

    operations = [
        AddConstraintNotValid(model, constraint)
        for model, constraints in ADDED.items()
        for constraint in constraints
    ]
