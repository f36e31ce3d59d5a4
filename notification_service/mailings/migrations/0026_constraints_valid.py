"""Rows that were there before are held to the new constraints, too."""

from importlib import import_module

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations

ADDED = import_module("notification_service.mailings.migrations.0025_constraints").ADDED


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("mailings", "0025_constraints")]

    operations = [
        ValidateConstraint(model, constraint.name)
        for model, constraints in ADDED.items()
        for constraint in constraints
    ]
