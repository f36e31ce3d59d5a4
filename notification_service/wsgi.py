import sys

from django.conf import settings
from django.core.wsgi import get_wsgi_application

if settings.SECRET_KEY_IS_TEMPORARY and not settings.DEBUG:
    sys.exit("Configuration error: SECRET_KEY is not set, and a web server needs one that survives restarts")

application = get_wsgi_application()
