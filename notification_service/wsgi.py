from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

if settings.SECRET_KEY_IS_TEMPORARY and not settings.DEBUG:
    raise ImproperlyConfigured("SECRET_KEY is not set: a web server needs one that survives restarts")

application = get_wsgi_application()
