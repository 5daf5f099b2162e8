"""The one settings file. Every value comes from the environment through ``seleto.env``; see ``.env.example``."""

from pathlib import Path

from seleto import env
from seleto.lib import postgres

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"
env.load(BASE_DIR / ".env")

# --- Process -----------------------------------------------------------------------------------------------------
DEBUG = env.switch("DEBUG", default=False)
# Permits overridden provider hosts and the movable clock; `check --deploy` refuses it.
SANDBOX = env.switch("SANDBOX", default=False)
SECRET_KEY = env.text("SECRET_KEY", "insecure-development-key-refused-by-check-deploy")
# Fernet keys for stored credentials, newest first; older ones still decrypt.
FIELD_ENCRYPTION_KEYS = env.words("FIELD_ENCRYPTION_KEYS", ["aW5zZWN1cmUtZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGU="])
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Where people and providers reach this installation; used in webhook addresses and links.
PUBLIC_URL = env.url("PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    "seleto.lib",
    "knowledge",
    "leads",
    "conversations",
    "crm",
    "seleto",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "django_q",
    "django_structlog",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "seleto.urls"
WSGI_APPLICATION = "seleto.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# --- Database ----------------------------------------------------------------------------------------------------
# With DATABASE_URL unset: the embedded server of this checkout. Naming it here starts nothing; `seleto.bootstrap` does.
DATABASE_URL = env.text("DATABASE_URL", "")
# One pool per process, shared by its threads; 0 turns it off (a connection per thread then). A pool needs
# CONN_MAX_AGE 0, Django's default, and must not be carried over a fork.
DATABASE_POOL_MAX = env.whole("DATABASE_POOL_MAX", 8, most=100)
DATABASE_POOL_TIMEOUT = env.seconds("DATABASE_POOL_TIMEOUT", 10, least=1)
DATABASES = {"default": env.database(DATABASE_URL) if DATABASE_URL else postgres.database()}
if DATABASE_POOL_MAX:
    DATABASES["default"]["OPTIONS"] = {
        "pool": {"min_size": 1, "max_size": DATABASE_POOL_MAX, "timeout": DATABASE_POOL_TIMEOUT}
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# --- Queue (dependencies: django-q2 is a wake-up only; our rows decide about retries) -----------------------------
Q_CLUSTER = {"name": "conversation", "orm": "default", "workers": 2, "timeout": 90, "retry": 300}
