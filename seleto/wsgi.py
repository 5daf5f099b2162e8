"""Door for gunicorn."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "seleto.settings")
# What is imported is never garbage: a fifth of the time to start goes into looking for some among it.
gc.disable()
application = get_wsgi_application()
gc.freeze()
gc.enable()
