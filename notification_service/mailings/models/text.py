"""What the database allows as a text that clients get."""

from django.db.models import Q
from django.db.models.functions import Length
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual

from notification_service.mailings.personal_text import TEXT_LENGTH

TEXT_FITS = Q(GreaterThanOrEqual(Length("text"), 1), LessThanOrEqual(Length("text"), TEXT_LENGTH))
