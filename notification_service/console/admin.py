"""The admin site gives the console its login. Its own pages for people would bypass the roles."""

from django.contrib import admin
from django.contrib.auth import admin as _registers_people  # noqa: F401 (before they are taken away)
from django.contrib.auth.models import Group, User

admin.site.unregister(User)
admin.site.unregister(Group)
