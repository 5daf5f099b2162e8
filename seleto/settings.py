"""The one settings file. Every value comes from the environment through ``seleto.env``; see ``.env.example``."""

import os
from pathlib import Path
from typing import cast

from django.urls import reverse_lazy

from seleto import env
from seleto.lib import faults, postgres, roles, sessions

BASE_DIR = Path(__file__).resolve().parent.parent
DATA_DIR = BASE_DIR / ".data"
env.load(BASE_DIR / ".env")

# --- Process -----------------------------------------------------------------------------------------------------
DEBUG = env.switch("DEBUG", default=False)
# Permits overridden provider hosts and the movable clock; `check --deploy` refuses it.
SANDBOX = env.switch("SANDBOX", default=False)
# There the clock may be moved: how long a process goes on with what it read last. Whoever moves it waits longer.
CLOCK_CACHE_S = env.seconds("CLOCK_CACHE_S", 0.05)
# A module that makes processes fail on purpose (seleto/lib/faults.py); outside the sandbox nothing starts with it.
FAULTS_MODULE = env.text("FAULTS_MODULE", "")
faults.refuse_in_production(FAULTS_MODULE, sandbox=SANDBOX)
SECRET_KEY = env.text("SECRET_KEY", "insecure-development-key-refused-by-check-deploy")
# Older ones, newest first, while sessions and queue entries that they signed are still about.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")
# Fernet keys for stored credentials, newest first; older ones still decrypt.
FIELD_ENCRYPTION_KEYS = env.words("FIELD_ENCRYPTION_KEYS", ["aW5zZWN1cmUtZGV2ZWxvcG1lbnQta2V5LTMyLWJ5dGU="])
# Prometheus asks a pod by its address.
ALLOWED_HOSTS = [*env.words("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"]), *env.words("POD_IP")]
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS")
# Where people and providers reach this installation; used in webhook addresses and links.
PUBLIC_URL = env.url("PUBLIC_URL", "http://127.0.0.1:8000")

INSTALLED_APPS = [
    # The admin's theme replaces the site that all admin pages register with: it comes before them.
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "seleto.lib",
    "knowledge",
    "leads",
    "conversations",
    "crm",
    "seleto",
    "seleto.backoffice",
    "seleto.accounts",
    "seleto.outbound",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_q",
    "django_otp",
    "import_export",
    "simple_history",
]

# Short, and nothing in it asks the database before a view does: webhooks have to be answered at once.
MIDDLEWARE = [
    "seleto.lib.headers.SecurityHeaders",
    "seleto.lib.correlation.CorrelationMiddleware",
    "seleto.lib.tracing.TracingMiddleware",
    "seleto.lib.refusing.RefuseNul",
    "seleto.lib.refusing.AskAgainLater",
    "seleto.lib.refusing.RefuseClear",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "seleto.accounts.middleware.Doors",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    # The last: it calls the view itself.
    "seleto.backoffice.looking.Looking",
    "seleto.backoffice.four_eyes.holding.FourEyesMiddleware",
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

# --- Doors -------------------------------------------------------------------------------------------------------
_HTTPS = PUBLIC_URL.startswith("https://")
# On when a reverse proxy of ours ends TLS and always sets X-Forwarded-Proto itself.
BEHIND_PROXY = env.switch("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$", r"^metrics$"]  # asked from inside, without TLS
SECURE_HSTS_SECONDS = env.whole("HSTS_SECONDS", 31_536_000) if _HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _HTTPS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
if _HTTPS:  # a browser takes these names over TLS only, and from this very host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_COOKIE_HTTPONLY = True  # forms and htmx carry the token themselves
# From login on, whatever happens; and without anybody at the keyboard.
SESSION_COOKIE_AGE = env.whole("SESSION_MAX_S", 12 * 60 * 60, least=300)
SESSION_IDLE_S = env.seconds("SESSION_IDLE_S", 60 * 60, least=60)
# Exports, people, roles and keys ask for the password when it was given longer ago.
REAUTHENTICATE_AFTER_S = env.seconds("REAUTHENTICATE_AFTER_S", 15 * 60, least=60)
# A one-time code besides the password for everybody in the admin. Off is for the sandbox: `check --deploy` refuses it.
SECOND_FACTOR_REQUIRED = env.switch("SECOND_FACTOR", default=True)
# Wrong passwords of one account from one address before it is locked for so long.
LOGIN_MAX_FAILURES = env.whole("LOGIN_MAX_FAILURES", 5, least=1)
LOGIN_LOCK_S = env.whole("LOGIN_LOCK_S", 15 * 60, least=1)
X_FRAME_OPTIONS = "DENY"
# Who comes by the address of the login itself, which names no page to go on to.
LOGIN_URL, LOGIN_REDIRECT_URL = "admin:login", "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "seleto.accounts.passwords.GuessedWords"},
]
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["seleto.lib.tokens.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["seleto.lib.tokens.HasToken"],
    "DEFAULT_THROTTLE_CLASSES": ["seleto.lib.tokens.TokenPace"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["seleto.lib.parsing.BoundedJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "seleto.lib.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
# Calls a minute by one token, over all processes (0: no limit), of which so many may come at once.
API_PER_MIN = env.whole("API_PER_MIN", 600)
API_BURST = env.whole("API_BURST", 100, least=1)
# Unknown tokens a minute from one address, in one process, before it has to wait.
API_REFUSED_PER_MIN = env.whole("API_REFUSED_PER_MIN", 60, least=1)
# Largest body accepted, in bytes.
API_MAX_BYTES = env.whole("API_MAX_BYTES", 1024 * 1024, least=1024)
# How long the older text of an exchanged token goes on.
API_TOKEN_OVERLAP_H = env.whole("API_TOKEN_OVERLAP_H", 24)
SPECTACULAR_SETTINGS = {
    "TITLE": "Seleto API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "seleto.lib.openapi.tell_refusals",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "ENUM_NAME_OVERRIDES": {"SubjectRequestKindEnum": "leads.subject_models.SubjectRequest.Kind"},
    # Served from here: the page asks nobody else for its scripts.
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
}

# --- Watching ----------------------------------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", ["DEBUG", "INFO", "WARNING", "ERROR"])
LOGGING_CONFIG = "seleto.lib.logs.configure"
LOGGING = {"level": LOG_LEVEL, "readable": DEBUG}
# Where processes leave their counters; prometheus-client reads the variable when it is imported.
METRICS_DIR = env.text("PROMETHEUS_MULTIPROC_DIR", str(DATA_DIR / "metrics"))
os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
# /metrics answers to this bearer token; without one, to the machine itself only.
METRICS_TOKEN = env.text("METRICS_TOKEN", "")
# Where a worker whose counters no web process reads tells them itself, as in 0.0.0.0:9101; empty: nowhere.
WORKER_METRICS_BIND = env.address("WORKER_METRICS_BIND")
# Where traces go (OTLP over HTTP, the collector's base address); empty is off. Needs the extra `tracing`.
_COLLECTOR = env.text("OTEL_EXPORTER_OTLP_ENDPOINT", "")
TRACES_ENDPOINT = f"{_COLLECTOR.rstrip('/')}/v1/traces" if _COLLECTOR else ""
TRACES_TIMEOUT_S = env.seconds("TRACES_TIMEOUT_S", 5, least=1)
# Where errors are told (a DSN of Sentry or GlitchTip), and under which name; empty is off. Needs the extra `errors`.
ERROR_TRACKER_DSN = env.text("ERROR_TRACKER_DSN", "")
ERROR_TRACKER_ENVIRONMENT = env.text("ERROR_TRACKER_ENVIRONMENT", "production")
# /readyz: a cluster without a sign of life for this long is down; a stage this late is degraded.
HEARTBEAT_STALE_S = env.seconds("HEARTBEAT_STALE_S", 30, least=1)
STAGE_LATE_S = env.seconds("STAGE_LATE_S", 60, least=1)
# What no row tells by itself (seleto/watch.py) is looked at so often. Below this much room on a disk people are told
# and no more files are fetched (0 = never).
WATCH_EVERY_S = env.seconds("WATCH_EVERY_S", 30, least=0.1)
DISK_MIN_FREE_MB = env.whole("DISK_MIN_FREE_MB", 500, least=0)
# In the sandbox this file, when it is there, says how many bytes are free.
DISK_FAULT_FILE = Path(env.text("DISK_FAULT_FILE", str(DATA_DIR / "disk-free")))
# Failures in a row that stop calls to an outside system, and how long it rests before one trial call.
CIRCUIT_FAILURES = env.whole("CIRCUIT_FAILURES", 5, least=2)
CIRCUIT_OPEN_S = env.seconds("CIRCUIT_OPEN_S", 30, least=1)

# Looking at the same person's data again within so many minutes is no new entry of the audit.
AUDIT_SEEN_MIN = env.whole("AUDIT_SEEN_MIN", 30)

# --- Database ----------------------------------------------------------------------------------------------------
# With DATABASE_URL unset: the embedded server of this checkout. Naming it here starts nothing; `seleto.bootstrap` does.
DATABASE_URL = env.text("DATABASE_URL", "")
# One pool per process, shared by its threads; 0 turns it off (a connection per thread then). A pool needs
# CONN_MAX_AGE 0, Django's default, and must not be carried over a fork.
DATABASE_POOL_MAX = env.whole("DATABASE_POOL_MAX", 8, most=100)
DATABASE_POOL_TIMEOUT = env.seconds("DATABASE_POOL_TIMEOUT", 10, least=1)
# A session that holds a transaction open and says nothing, a statement, a wait for somebody's lock: seconds after which
# PostgreSQL ends it, so that a process that stands still holds up nobody. Migrations may take any time.
DATABASE_IDLE_IN_TRANSACTION_S = env.seconds("DATABASE_IDLE_IN_TRANSACTION_S", 30)
DATABASE_STATEMENT_S = env.seconds("DATABASE_STATEMENT_S", 60)
DATABASE_LOCK_S = env.seconds("DATABASE_LOCK_S", 20)
# After so many seconds of silence either end asks whether the other is still there.
DATABASE_KEEPALIVE_S = env.seconds("DATABASE_KEEPALIVE_S", 15)
DATABASES = {"default": env.database(DATABASE_URL) if DATABASE_URL else postgres.database()}
# Who owns the tables and migrates; without an address of its own the one above does. See seleto/lib/ownership.py.
MIGRATION_DATABASE_URL = env.text("MIGRATION_DATABASE_URL", "")
if MIGRATION_DATABASE_URL:
    OWNER_DATABASE = env.database(MIGRATION_DATABASE_URL)
else:
    OWNER_DATABASE = {} if DATABASE_URL else postgres.database(user=roles.OWNER)
_OPTIONS = {"connect_timeout": 5, **cast(dict[str, object], DATABASES["default"].get("OPTIONS", {}))}
# A pooler in transaction mode (see LISTEN_DATABASE_URL) lends its sessions on and takes no such options.
if env.switch("QUEUE_NOTIFY", default=True) and not env.text("LISTEN_DATABASE_URL", ""):
    _OPTIONS = sessions.with_limits(
        _OPTIONS,
        idle_in_transaction_s=DATABASE_IDLE_IN_TRANSACTION_S,
        statement_s=DATABASE_STATEMENT_S,
        lock_s=DATABASE_LOCK_S,
        keepalive_s=DATABASE_KEEPALIVE_S,
    )
    # The driver then keeps the plans that it is asked to keep (seleto/lib/hot.py), and no others.
    _OPTIONS.setdefault("prepare_threshold", 1_000_000)
if DATABASE_POOL_MAX:
    _OPTIONS["pool"] = {"min_size": 1, "max_size": DATABASE_POOL_MAX, "timeout": DATABASE_POOL_TIMEOUT}
DATABASES["default"]["OPTIONS"] = _OPTIONS
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Language and time -------------------------------------------------------------------------------------------
LANGUAGE_CODE = "pt-br"
TIME_ZONE = "America/Sao_Paulo"
USE_I18N = True
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
# Also serve files straight from the packages: a checkout needs no `collectstatic`.
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False

# The admin's search would keep leads' names, found by one person, for minutes and whatever becomes of permissions.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}

# --- Admin pages (django-unfold) -----------------------------------------------------------------------------------
UNFOLD = {
    "SITE_TITLE": "Seleto",
    "SITE_HEADER": "Seleto",
    "SITE_SUBHEADER": "Atendimento de leads",
    "SITE_URL": None,
    "SITE_SYMBOL": "forum",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "seleto.backoffice.theme.favicon"}],
    "ENVIRONMENT": "seleto.backoffice.theme.environment",
    "DASHBOARD_CALLBACK": "seleto.backoffice.home_pages.dashboard",
    "STYLES": ["seleto.backoffice.theme.styles", "seleto.backoffice.theme.library_styles"],
    "SCRIPTS": ["seleto.backoffice.theme.script"],
    "SIDEBAR": {
        "show_search": True,
        "command_search": True,
        "navigation": "seleto.backoffice.navigation.sidebar",
    },
    "TABS": "seleto.backoffice.navigation.tabs",
    "LOGIN": {"form": "seleto.accounts.forms.LoginForm"},
    "ACCOUNT": {
        "navigation": [
            {"title": "Alterar senha", "link": reverse_lazy("admin:password_change")},
            {"title": "Meu acesso", "link": reverse_lazy("second-factor-mine")},
        ]
    },
    "COMMAND": {"search_callback": "seleto.backoffice.navigation.found"},
    # Emerald, one step darker than usual where it carries white text or stands on white.
    "COLORS": {
        "primary": {
            "50": "#ecfdf5",
            "100": "#d1fae5",
            "200": "#a7f3d0",
            "300": "#6ee7b7",
            "400": "#34d399",
            "500": "#10b981",
            "600": "#047857",
            "700": "#065f46",
            "800": "#064e3b",
            "900": "#053d2f",
            "950": "#022c22",
        },
    },
}

# --- Queue and worker (rows are the truth: a queue row only wakes a cluster, see seleto/lib/jobs.py) ---------------
# Processes per cluster. A slow model costs threads, not processes: two already use both cores of a small machine.
QUEUE_WORKERS = {
    "conversation": env.whole("WORKERS_CONVERSATION", 2, least=1),
    "delivery": env.whole("WORKERS_DELIVERY", 1, least=1),
    "background": env.whole("WORKERS_BACKGROUND", 1, least=1),
}
# LISTEN/NOTIFY. Behind a pooler in transaction mode (PgBouncer, Supavisor) LISTEN needs an address past it; without
# one turn QUEUE_NOTIFY off, and the queue polls.
LISTEN_DATABASE_URL = env.text("LISTEN_DATABASE_URL", "")
QUEUE_NOTIFY = env.switch("QUEUE_NOTIFY", default=True)
if LISTEN_DATABASE_URL or not QUEUE_NOTIFY:
    # Such a pooler lends each transaction another session: no cursor may outlive its own.
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
JOBS_POLL_S = env.seconds("JOBS_POLL_S", 0.5, least=0.05)
JOBS_LINGER_S = env.seconds("JOBS_LINGER_S", 3)
JOBS_DRAIN_BUDGET_S = env.seconds("JOBS_DRAIN_BUDGET_S", 20, least=1)
# Leases are in the database's time. Two renewals may fail before a lease runs out.
LEASE_S = env.seconds("LEASE_S", 12, least=1)
LEASE_RENEW_S = env.seconds("LEASE_RENEW_S", 4, least=0.1)
SWEEP_S = env.seconds("SWEEP_S", 3, least=0.1)
HEARTBEAT_EVERY_S = env.seconds("HEARTBEAT_EVERY_S", 4, least=0.1)
HEARTBEAT_TIMEOUT_S = env.seconds("HEARTBEAT_TIMEOUT_S", 15, least=1)
STOP_GRACE_S = env.seconds("STOP_GRACE_S", 25)
# Web and worker need the same values: some are stamped by the process that enqueues.
Q_CLUSTER = {
    "name": "seleto",
    "orm": "default",
    "broker_class": "seleto.lib.queue_broker.QueueBroker",
    "workers": 1,  # this and the next are set per cluster, after the fork, from QUEUE_WORKERS
    "queue_limit": 1,
    "timeout": 90,
    "retry": 300,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "poll": 0.1,
    "guard_cycle": 0.5,
    "bulk": 1,
    "recycle": 5000,
    "scheduler": False,
    "log_level": "WARNING",
}

# --- Outside systems ---------------------------------------------------------------------------------------------
ZAPI_BASE_URL = env.url("ZAPI_BASE_URL", "https://api.z-api.io")
ZAPI_CONNECT_TIMEOUT_S = env.seconds("ZAPI_CONNECT_TIMEOUT_S", 5, least=0.1)
ZAPI_TEXT_TIMEOUT_S = env.seconds("ZAPI_TEXT_TIMEOUT_S", 20, least=0.1)
ZAPI_MEDIA_TIMEOUT_S = env.seconds("ZAPI_MEDIA_TIMEOUT_S", 60, least=0.1)
# Between two messages to the same person.
ZAPI_PAIR_INTERVAL_S = env.seconds("ZAPI_PAIR_INTERVAL_S", 0)
WHATSAPP_BASE_URL = env.url("WHATSAPP_BASE_URL", "https://graph.facebook.com/v26.0")
WHATSAPP_CONNECT_TIMEOUT_S = env.seconds("WHATSAPP_CONNECT_TIMEOUT_S", 5, least=0.1)
WHATSAPP_TEXT_TIMEOUT_S = env.seconds("WHATSAPP_TEXT_TIMEOUT_S", 20, least=0.1)
WHATSAPP_MEDIA_TIMEOUT_S = env.seconds("WHATSAPP_MEDIA_TIMEOUT_S", 60, least=0.1)
WHATSAPP_PAIR_INTERVAL_S = env.seconds("WHATSAPP_PAIR_INTERVAL_S", 6)
# The watchdog of every channel (conversations/watchdog.py): how often each is asked, and how long what was sent may go
# without any word of it. Together they stay below five minutes.
CHANNEL_POLL_S = env.seconds("CHANNEL_POLL_S", 60, least=0.1)
CHANNEL_DEAF_S = env.seconds("CHANNEL_DEAF_S", 180, least=1)
# How long several messages may go without one being delivered before a channel is said to deliver nothing.
CHANNEL_UNDELIVERED_S = env.seconds("CHANNEL_UNDELIVERED_S", 600, least=1)
# A message between two of the company's numbers every so often, in business hours; 0 sends none. Needs their phones,
# as channel:phone.
CANARY_EVERY_MIN = env.whole("CANARY_EVERY_MIN", 0)
CANARY_NUMBERS = env.words("CANARY_NUMBERS")
CANARY_WAIT_S = env.seconds("CANARY_WAIT_S", 180, least=10)
# How often the approved templates of an account are read.
TEMPLATES_EVERY_S = env.seconds("TEMPLATES_EVERY_S", 3600, least=1)
# Follow-ups are spread over so many minutes.
FOLLOW_UP_JITTER_MIN = env.seconds("FOLLOW_UP_JITTER_MIN", 20, least=0)
# Free text reaches a lead for so long after their last message (contracts/whatsapp-cloud.md, section 4).
WHATSAPP_WINDOW_H = env.seconds("WHATSAPP_WINDOW_H", 24, least=0.1)
# The first channel, created from these when there is none yet (`manage.py seed_channel`); more come in the admin.
ZAPI_CHANNEL = env.text("ZAPI_CHANNEL", "principal")
ZAPI_INSTANCE_ID = env.text("ZAPI_INSTANCE_ID", "")
ZAPI_INSTANCE_TOKEN = env.text("ZAPI_INSTANCE_TOKEN", "")
ZAPI_CLIENT_TOKEN = env.text("ZAPI_CLIENT_TOKEN", "")
ZAPI_WEBHOOK_SECRET = env.text("ZAPI_WEBHOOK_SECRET", "")
# The same for the Cloud API.
WHATSAPP_CHANNEL = env.text("WHATSAPP_CHANNEL", "nuvem")
WHATSAPP_PHONE_NUMBER_ID = env.text("WHATSAPP_PHONE_NUMBER_ID", "")
WHATSAPP_WABA_ID = env.text("WHATSAPP_WABA_ID", "")
WHATSAPP_ACCESS_TOKEN = env.text("WHATSAPP_ACCESS_TOKEN", "")
WHATSAPP_VERIFY_TOKEN = env.text("WHATSAPP_VERIFY_TOKEN", "")
WHATSAPP_APP_SECRET = env.text("WHATSAPP_APP_SECRET", "")
LLM_BASE_URL = env.url("LLM_BASE_URL", "https://api.openai.com/v1")
LLM_API_KEY = env.text("LLM_API_KEY", "")
LLM_MODEL = env.text("LLM_MODEL", "gpt-4o-mini")
LLM_CONNECT_TIMEOUT_S = env.seconds("LLM_CONNECT_TIMEOUT_S", 5, least=0.1)
LLM_READ_TIMEOUT_S = env.seconds("LLM_READ_TIMEOUT_S", 25, least=0.1)
LLM_MAX_COMPLETION_TOKENS = env.whole("LLM_MAX_COMPLETION_TOKENS", 900, least=100)
# How the answer gets its form: a JSON schema, plain JSON ("json") or a tool call ("tool"); `doctor` says which ones the
# server knows.
LLM_ANSWER_MODE = env.choice("LLM_ANSWER_MODE", "schema", ("schema", "json", "tool"))
# Whether the model may look things up and propose by tools besides its answer; some servers know no tools.
LLM_TOOLS = env.switch("LLM_TOOLS", default=True)
TOOL_CALLS_PER_TURN = env.whole("TOOL_CALLS_PER_TURN", 6, least=1)
# The model asked while the first one does not answer: another model, and another server when it is not the same.
# Without an address of its own it uses the first one's address and key.
LLM_FALLBACK_MODEL = env.text("LLM_FALLBACK_MODEL", "")
LLM_FALLBACK_BASE_URL = env.text("LLM_FALLBACK_BASE_URL", "")
LLM_FALLBACK_API_KEY = env.text("LLM_FALLBACK_API_KEY", "")
LLM_FALLBACK_ANSWER_MODE = env.choice("LLM_FALLBACK_ANSWER_MODE", LLM_ANSWER_MODE, ("schema", "json", "tool"))
LLM_FALLBACK_TOOLS = env.switch("LLM_FALLBACK_TOOLS", default=LLM_TOOLS)
# What one request of the agent may take, tools and schema included; characters are counted as tokens by what the
# server's own counts teach, from 3 characters a token on.
PROMPT_BUDGET_TOKENS = env.whole("PROMPT_BUDGET_TOKENS", 6000, least=4500)
# US$ per million tokens of LLM_MODEL, for the cost recorded on each turn.
LLM_PROMPT_PRICE = env.seconds("LLM_PROMPT_PRICE_USD_PER_MILLION", 0)
LLM_COMPLETION_PRICE = env.seconds("LLM_COMPLETION_PRICE_USD_PER_MILLION", 0)
LLM_FALLBACK_PROMPT_PRICE = env.seconds("LLM_FALLBACK_PROMPT_PRICE_USD_PER_MILLION", LLM_PROMPT_PRICE)
LLM_FALLBACK_COMPLETION_PRICE = env.seconds("LLM_FALLBACK_COMPLETION_PRICE_USD_PER_MILLION", LLM_COMPLETION_PRICE)
# US$ that the model may cost a day (São Paulo's) and a conversation, by the prices above; 0 = no ceiling.
LLM_SPEND_MAX_DAY_USD = env.seconds("LLM_SPEND_MAX_DAY_USD", 0)
LLM_SPEND_MAX_CONVERSATION_USD = env.seconds("LLM_SPEND_MAX_CONVERSATION_USD", 0)
# What trying a prompt before its publication may cost; it ends before a conversation that could go beyond.
PUBLISH_SPEND_MAX_USD = env.seconds("PUBLISH_SPEND_MAX_USD", 2)
# Search by meaning (knowledge/embeddings/): on when an address is set and the database has the extension `vector`.
EMBEDDINGS_BASE_URL = env.url("EMBEDDINGS_BASE_URL") if env.text("EMBEDDINGS_BASE_URL", "") else ""
EMBEDDINGS_API_KEY = env.text("EMBEDDINGS_API_KEY", "")
EMBEDDINGS_MODEL = env.text("EMBEDDINGS_MODEL", "text-embedding-3-small")
# The index takes no more than 4,000.
EMBEDDINGS_DIMENSIONS = env.whole("EMBEDDINGS_DIMENSIONS", 1536, least=1, most=4_000)
EMBEDDINGS_CONNECT_TIMEOUT_S = env.seconds("EMBEDDINGS_CONNECT_TIMEOUT_S", 5, least=0.1)
EMBEDDINGS_READ_TIMEOUT_S = env.seconds("EMBEDDINGS_READ_TIMEOUT_S", 25, least=0.1)
# A lead waits for a question's own vector; without it the search is the one by words.
EMBEDDINGS_QUERY_TIMEOUT_S = env.seconds("EMBEDDINGS_QUERY_TIMEOUT_S", 1.5, least=0.1)
# From this cosine on, a near article answers a question whose words nobody knew. It depends on the model: 0 = never.
EMBEDDINGS_RESCUE_SIMILARITY = env.share("EMBEDDINGS_RESCUE_SIMILARITY", 0)

# Chatwoot; the inbox of each channel is a row (the first one seeded from CHATWOOT_*, `manage.py seed_channel`).
CHATWOOT_BASE_URL = env.text("CHATWOOT_BASE_URL", "")
CHATWOOT_ACCOUNT_ID = env.whole("CHATWOOT_ACCOUNT_ID", 0)
CHATWOOT_INBOX_ID = env.whole("CHATWOOT_INBOX_ID", 0)
# Whose the user token is: what this user writes is ours, not an SDR's.
CHATWOOT_USER_ID = env.whole("CHATWOOT_USER_ID", 0)
CHATWOOT_USER_TOKEN = env.text("CHATWOOT_USER_TOKEN", "")
CHATWOOT_BOT_TOKEN = env.text("CHATWOOT_BOT_TOKEN", "")
CHATWOOT_WEBHOOK_SECRET = env.text("CHATWOOT_WEBHOOK_SECRET", "")
CHATWOOT_SIGNING_SECRET = env.text("CHATWOOT_SIGNING_SECRET", "")
# The Cloud API's channel has an inbox of its own there, or none.
CHATWOOT_WHATSAPP_INBOX_ID = env.whole("CHATWOOT_WHATSAPP_INBOX_ID", 0)
CHATWOOT_WHATSAPP_SIGNING_SECRET = env.text("CHATWOOT_WHATSAPP_SIGNING_SECRET", "")
CHATWOOT_CONNECT_TIMEOUT_S = env.seconds("CHATWOOT_CONNECT_TIMEOUT_S", 5, least=0.1)
CHATWOOT_READ_TIMEOUT_S = env.seconds("CHATWOOT_READ_TIMEOUT_S", 15, least=0.1)
CHATWOOT_UPLOAD_TIMEOUT_S = env.seconds("CHATWOOT_UPLOAD_TIMEOUT_S", 60, least=0.1)
CHATWOOT_CONCURRENCY = env.whole("CHATWOOT_CONCURRENCY", 8, least=1)
CHATWOOT_RETRY_S = env.seconds("CHATWOOT_RETRY_S", 2)
CHATWOOT_RETRY_MAX_S = env.seconds("CHATWOOT_RETRY_MAX_S", 300)
# Refusals in a row of one conversation before a person has to look at it.
CHATWOOT_MAX_REFUSALS = env.whole("CHATWOOT_MAX_REFUSALS", 5, least=1)
# How old a signed webhook may be (contracts/chatwoot.md, 4.2).
CHATWOOT_SIGNATURE_MAX_AGE_S = env.seconds("CHATWOOT_SIGNATURE_MAX_AGE_S", 300, least=1)
# How often active conversations are asked for messages whose webhook was lost, and how long they count as active.
CHATWOOT_POLL_S = env.seconds("CHATWOOT_POLL_S", 60, least=1)
CHATWOOT_ACTIVE_H = env.whole("CHATWOOT_ACTIVE_H", 24, least=1)
# How long receipts of what an SDR wrote wait for each other before they are shown.
CHATWOOT_RECEIPTS_S = env.seconds("CHATWOOT_RECEIPTS_S", 3)
# How long a process believes what it was told of who is on line.
CHATWOOT_AGENTS_CACHE_S = env.seconds("CHATWOOT_AGENTS_CACHE_S", 15)
# The teams of the first inbox, `queue=number`.
CHATWOOT_TEAMS = env.words("CHATWOOT_TEAMS")

# PipeRun (contracts/piperun.md); an empty token switches the CRM off.
PIPERUN_URL = env.url("PIPERUN_URL", "https://api.pipe.run/v1")
PIPERUN_TOKEN = env.text("PIPERUN_TOKEN", "")
PIPERUN_CONNECT_TIMEOUT_S = env.seconds("PIPERUN_CONNECT_TIMEOUT_S", 5, least=0.1)
PIPERUN_READ_TIMEOUT_S = env.seconds("PIPERUN_READ_TIMEOUT_S", 30, least=0.1)
# Of all workers together (contracts/piperun.md, section 3); 0 = no limit.
PIPERUN_RATE_PER_S = env.seconds("PIPERUN_RATE_PER_S", 2)
# Longer than this no call waits for its turn: it is put off instead.
PIPERUN_MAX_WAIT_S = env.seconds("PIPERUN_MAX_WAIT_S", 10)
# A burst of facts about a lead is one sync.
CRM_DEBOUNCE_S = env.seconds("CRM_DEBOUNCE_S", 5)
CRM_CONCURRENCY = env.whole("CRM_CONCURRENCY", 4, least=1)
# A sync that failed is tried again after 2, 4, 8 … seconds.
CRM_RETRY_S = env.seconds("CRM_RETRY_S", 2)
CRM_RETRY_MAX_S = env.seconds("CRM_RETRY_MAX_S", 900)
# Failures of one lead while the CRM answers others, and refusals of its data, before a person has to look.
CRM_MAX_ATTEMPTS = env.whole("CRM_MAX_ATTEMPTS", 20, least=1)
CRM_MAX_REFUSALS = env.whole("CRM_MAX_REFUSALS", 3, least=1)
# A create without an answer may still take effect: it is looked for only after this long.
CRM_LOOK_AFTER_S = env.seconds("CRM_LOOK_AFTER_S", 20)
# Where people see a deal in the CRM; {id} is its number. Empty: no links.
CRM_DEAL_URL = env.text("CRM_DEAL_URL", "https://app.pipe.run/pipeline/gerenciador/visualizar/{id}")
# The nightly comparison (crm/reconcile.py): between these local hours, with so many calls at most (0 switches it off),
# in slices shorter than a drain's budget.
CRM_RECONCILE_HOUR = env.whole("CRM_RECONCILE_HOUR", 2, least=0, most=23)
CRM_RECONCILE_UNTIL_HOUR = env.whole("CRM_RECONCILE_UNTIL_HOUR", 6, least=1, most=24)
CRM_RECONCILE_REQUESTS = env.whole("CRM_RECONCILE_REQUESTS", 10_000, least=0)
CRM_RECONCILE_SLICE_S = env.seconds("CRM_RECONCILE_SLICE_S", 15, least=0.1)
# Who gets its report by e-mail.
CRM_REPORT_EMAILS = env.words("CRM_REPORT_EMAILS")
# A lead parked for longer is told of.
CRM_PARKED_LONG_H = env.whole("CRM_PARKED_LONG_H", 24, least=1)

# --- Webhooks (design.md, stage 1) -------------------------------------------------------------------------------
WEBHOOK_MAX_BYTES = env.whole("WEBHOOK_MAX_BYTES", 256 * 1024, least=1024)
WEBHOOK_WHATSAPP_MAX_BYTES = env.whole("WEBHOOK_WHATSAPP_MAX_BYTES", 3 * 1024 * 1024, least=1024)
# A shield against floods, counted per channel and process.
WEBHOOK_MAX_PER_S = env.whole("WEBHOOK_MAX_PER_S", 2000, least=1)
# The same for one address, whatever it calls; and its calls a minute that may be not authentic before it has to wait.
WEBHOOK_MAX_PER_S_ADDRESS = env.whole("WEBHOOK_MAX_PER_S_ADDRESS", 1000, least=1)
WEBHOOK_FORGED_PER_MIN_ADDRESS = env.whole("WEBHOOK_FORGED_PER_MIN_ADDRESS", 120, least=1)
# So many calls a minute that are not authentic are told of.
WEBHOOK_FORGED_PER_MIN = env.whole("WEBHOOK_FORGED_PER_MIN", 20, least=1)
CHANNEL_CACHE_S = env.seconds("CHANNEL_CACHE_S", 5)

# --- Ingest, sessions and turns (design.md, stages 2 and 3) ------------------------------------------------------
INGEST_CONCURRENCY = env.whole("INGEST_CONCURRENCY", 8, least=1)
INGEST_MAX_ATTEMPTS = env.whole("INGEST_MAX_ATTEMPTS", 5, least=1)
INGEST_RETRY_S = env.seconds("INGEST_RETRY_S", 5)
# How long an event about a message that we do not know yet is offered again before it is set aside.
INGEST_ORPHAN_RETRY_S = env.seconds("INGEST_ORPHAN_RETRY_S", 1, least=0.1)
INGEST_ORPHAN_WAIT_S = env.seconds("INGEST_ORPHAN_WAIT_S", 30)
# How long an echo that does not say who sent it may still prove to be our own.
ECHO_WAIT_S = env.seconds("ECHO_WAIT_S", 10)
SESSION_WINDOW_H = env.whole("SESSION_WINDOW_H", 24, least=1)
# Older messages (history, late redelivery) are stored and shown, never answered.
MESSAGE_MAX_AGE_H = env.whole("MESSAGE_MAX_AGE_H", 24, least=1)
# Of those, people are told while they are not older than this: longer a provider does not deliver again.
LATE_MATTERS_DAYS = env.whole("LATE_MATTERS_DAYS", 7, least=1)
QUIET_AFTER_ANSWER_S = env.seconds("QUIET_AFTER_ANSWER_S", 4)
QUIET_DEFAULT_S = env.seconds("QUIET_DEFAULT_S", 8)
QUIET_FRAGMENT_S = env.seconds("QUIET_FRAGMENT_S", 12)
QUIET_MAX_S = env.seconds("QUIET_MAX_S", 25)
TURN_CONCURRENCY = env.whole("TURN_CONCURRENCY", 64, least=1)
# A lead whose answer takes longer is told that it is coming; 0 = never.
HOLD_AFTER_S = env.seconds("HOLD_AFTER_S", 15)
TURN_DEADLINE_S = env.seconds("TURN_DEADLINE_S", 60, least=1)
# A turn whose process died this often is parked: it may be what kills the process.
TURN_MAX_ATTEMPTS = env.whole("TURN_MAX_ATTEMPTS", 3, least=1)
# Without a model the turn is tried again after 15, 30, 60 ... seconds, and parked when these are used up.
TURN_RETRY_S = env.seconds("TURN_RETRY_S", 15)
TURN_RETRY_MAX_S = env.seconds("TURN_RETRY_MAX_S", 60)
TURN_MAX_FAILURES = env.whole("TURN_MAX_FAILURES", 200, least=1)
# The latest messages, which the model always reads in their own words; older ones are summarised as soon as there are
# SUMMARY_BATCH of them (conversations/summaries.py).
# Minutes of a person's silence after which the lead's next message wakes the agent; 0 = at once. A row in the admin
# takes their place. In business hours: never, unless a number is given.
RESUME_IDLE_MIN_OFF_HOURS = env.whole("RESUME_IDLE_MIN_OFF_HOURS", 30)
RESUME_IDLE_MIN_BUSINESS = (
    env.whole("RESUME_IDLE_MIN_BUSINESS", 0) if env.text("RESUME_IDLE_MIN_BUSINESS", "") else None
)
HISTORY_MESSAGES = env.whole("HISTORY_MESSAGES", 16, least=2)
SUMMARY_BATCH = env.whole("SUMMARY_BATCH", 12, least=1)

# --- Leads ---------------------------------------------------------------------------------------------------------
# LGPD art. 19: how long an answer to a data subject may take.
SUBJECT_REQUEST_DAYS = env.whole("SUBJECT_REQUEST_DAYS", 15, least=1)
# Who is reminded of requests by e-mail; the alert in the admin comes anyway.
DPO_EMAILS = env.words("DPO_EMAILS")
# Under which the addresses of erased people who want no messages are digested. Another key forgets all of them.
SUPPRESSION_KEY = env.text("SUPPRESSION_KEY", "") or SECRET_KEY
# How long a copy made for a data subject can be downloaded.
SUBJECT_EXPORT_KEEP_DAYS = env.whole("SUBJECT_EXPORT_KEEP_DAYS", 7, least=1)
# Retention (domain.md, LGPD): a silent lead is anonymised, later their rows go; bodies of events; calls to the CRM.
LEAD_ANONYMISE_DAYS = env.whole("LEAD_ANONYMISE_DAYS", 365, least=1)
LEAD_DELETE_DAYS = env.whole("LEAD_DELETE_DAYS", 730, least=1)
EVENT_BODY_DAYS = env.whole("EVENT_BODY_DAYS", 90, least=1)
INTEGRATION_LOG_DAYS = env.whole("INTEGRATION_LOG_DAYS", 90, least=1)
SUBJECT_REQUEST_KEEP_DAYS = env.whole("SUBJECT_REQUEST_KEEP_DAYS", 5 * 365 + 2, least=1)
# Log files and the provider's own logs, told in receipts; the reverse proxy and the journal rotate them.
LOG_KEEP_DAYS = env.whole("LOG_KEEP_DAYS", 30, least=1)

# --- Trying out (seleto/backoffice) --------------------------------------------------------------------------------
# How long a talk in the playground is kept.
PLAYGROUND_HOURS = env.whole("PLAYGROUND_HOURS", 12, least=1)
# The agent behind Agno's AgentOS (`manage.py agentos`, extra `agentos`).
AGENTOS = env.switch("AGENTOS", default=False)
# Replies of the shadow mode (written, never sent) at once per background process.
SHADOW_CONCURRENCY = env.whole("SHADOW_CONCURRENCY", 8, least=1)
# Past turns decided anew at once, and how many of them one replay takes, the newest first.
REPLAY_CONCURRENCY = env.whole("REPLAY_CONCURRENCY", 4, least=1)
REPLAY_MAX_TURNS = env.whole("REPLAY_MAX_TURNS", 500, least=1)
# What one replay may cost unless its form says otherwise; the turns under way when it is reached come on top.
REPLAY_SPEND_MAX_USD = env.seconds("REPLAY_SPEND_MAX_USD", 5)

# --- Exports of leads (seleto/backoffice/exports.py) ---------------------------------------------------------------
# Up to here the file comes at once; a longer list is written by the worker and kept for its asker.
EXPORT_DIRECT_ROWS = env.whole("EXPORT_DIRECT_ROWS", 1000)
EXPORT_MAX_ROWS = env.whole("EXPORT_MAX_ROWS", 100_000, least=1)
EXPORT_KEEP_H = env.whole("EXPORT_KEEP_H", 24, least=1)

# The nightly look at the day before (conversations/evals/nightly.py): from this local hour on, so many conversations.
# 0 conversations switch it off.
EVAL_HOUR = env.whole("EVAL_HOUR", 4, least=0)
EVAL_SAMPLE = env.whole("EVAL_SAMPLE", 200, least=0)

# --- Handoffs that nobody picks up (levels: rows in the admin) ----------------------------------------------------
# E-mail leaves only with a host.
EMAIL_HOST = env.text("EMAIL_HOST", "")
EMAIL_PORT = env.whole("EMAIL_PORT", 587, least=1, most=65_535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.switch("EMAIL_USE_TLS", default=True)
EMAIL_TIMEOUT = env.seconds("EMAIL_TIMEOUT_S", 10, least=1)
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "seleto@localhost")
# Who is told of every alert, once when it opens (seleto/notices.py): e-mail needs EMAIL_HOST. RUNBOOKS_URL is where the
# files of docs/runbooks are read; empty names the file.
ALERT_EMAILS = env.words("ALERT_EMAILS")
ALERT_WEBHOOK_URL = env.text("ALERT_WEBHOOK_URL", "")
RUNBOOKS_URL = env.text("RUNBOOKS_URL", "")
# One that could not leave is tried again after 30, 60, 120 … seconds, so many times in all.
ALERT_NOTICE_RETRY_S = env.seconds("ALERT_NOTICE_RETRY_S", 30)
ALERT_NOTICE_ATTEMPTS = env.whole("ALERT_NOTICE_ATTEMPTS", 8, least=1)
HANDOFF_HOOK_CONNECT_TIMEOUT_S = env.seconds("HANDOFF_HOOK_CONNECT_TIMEOUT_S", 5, least=0.1)
HANDOFF_HOOK_READ_TIMEOUT_S = env.seconds("HANDOFF_HOOK_READ_TIMEOUT_S", 10, least=0.1)

# --- Events for other programs -----------------------------------------------------------------------------------
OUTBOUND_TIMEOUT_S = env.seconds("OUTBOUND_TIMEOUT_S", 15, least=0.5)
# Waits between the tries of one delivery, as Standard Webhooks suggests them; after the last it is parked.
OUTBOUND_RETRIES_S = env.waits("OUTBOUND_RETRIES_S", (5, 60, 600, 1800, 7200, 18000, 36000, 50400, 72000, 86400))
OUTBOUND_CONCURRENCY = env.whole("OUTBOUND_CONCURRENCY", 4, least=1)
# How long a replaced secret still signs along.
OUTBOUND_SECRET_OVERLAP_H = env.whole("OUTBOUND_SECRET_OVERLAP_H", 24)
# How long a settled delivery can be looked at and sent again.
OUTBOUND_KEEP_D = env.whole("OUTBOUND_KEEP_D", 30, least=1)
# An escalation that could not leave is tried again after 30, 60, 120 … seconds, and parked when these are used up.
HANDOFF_ALARM_RETRY_S = env.seconds("HANDOFF_ALARM_RETRY_S", 30)
HANDOFF_ALARM_RETRY_MAX_S = env.seconds("HANDOFF_ALARM_RETRY_MAX_S", 15 * 60)
HANDOFF_ALARM_MAX_ATTEMPTS = env.whole("HANDOFF_ALARM_MAX_ATTEMPTS", 10, least=1)

# --- Media: the files of messages (conversations/media) -----------------------------------------------------------
# Where they are kept, under random names; never below STATIC_ROOT. Web and workers share it.
MEDIA_ROOT = Path(env.text("MEDIA_ROOT", str(DATA_DIR / "media")))
MEDIA_MAX_BYTES = env.whole("MEDIA_MAX_BYTES", 25 * 1024 * 1024, least=1024)
# A clamd that looks at every file before it is kept: host:port or unix:/path; empty = none is asked.
CLAMD_ADDRESS = env.text("CLAMD_ADDRESS", "")
CLAMD_TIMEOUT_S = env.seconds("CLAMD_TIMEOUT_S", 30, least=0.1)
MEDIA_CONNECT_TIMEOUT_S = env.seconds("MEDIA_CONNECT_TIMEOUT_S", 5, least=0.1)
MEDIA_READ_TIMEOUT_S = env.seconds("MEDIA_READ_TIMEOUT_S", 15, least=0.1)
# The whole download, redirects included.
MEDIA_TOTAL_S = env.seconds("MEDIA_TOTAL_S", 60, least=1)
MEDIA_CONCURRENCY = env.whole("MEDIA_CONCURRENCY", 4, least=1)
# A failed download is tried again after 5, 10, 20 … seconds, and given up for a person when these are used up.
MEDIA_RETRY_S = env.seconds("MEDIA_RETRY_S", 5)
MEDIA_RETRY_MAX_S = env.seconds("MEDIA_RETRY_MAX_S", 600)
MEDIA_MAX_ATTEMPTS = env.whole("MEDIA_MAX_ATTEMPTS", 8, least=1)
MEDIA_KEEP_DAYS = env.whole("MEDIA_KEEP_DAYS", 90, least=1)
# How long the mirror waits for a message's file before it shows the words alone; the file follows then.
MEDIA_MIRROR_WAIT_S = env.seconds("MEDIA_MIRROR_WAIT_S", 20)
# What voice notes say (conversations/readings): any OpenAI-compatible server; without an address of its own the one of
# LLM_BASE_URL, with its key. Switched off, leads are asked to write.
TRANSCRIPTION_ENABLED = env.switch("TRANSCRIPTION_ENABLED", default=True)
TRANSCRIPTION_BASE_URL = env.url("TRANSCRIPTION_BASE_URL", LLM_BASE_URL)
TRANSCRIPTION_API_KEY = env.text("TRANSCRIPTION_API_KEY", LLM_API_KEY if TRANSCRIPTION_BASE_URL == LLM_BASE_URL else "")
TRANSCRIPTION_MODEL = env.text("TRANSCRIPTION_MODEL", "whisper-1")
# "verbose_json" tells how sure the model is; models that know only "json" are found out ("auto").
TRANSCRIPTION_FORMAT = env.choice("TRANSCRIPTION_FORMAT", "auto", ("auto", "verbose_json", "json"))
TRANSCRIPTION_CONNECT_TIMEOUT_S = env.seconds("TRANSCRIPTION_CONNECT_TIMEOUT_S", 5, least=0.1)
TRANSCRIPTION_READ_TIMEOUT_S = env.seconds("TRANSCRIPTION_READ_TIMEOUT_S", 60, least=0.1)
# US$ per minute of sound, for the cost recorded and the ceilings of spending.
TRANSCRIPTION_PRICE = env.seconds("TRANSCRIPTION_PRICE_USD_PER_MINUTE", 0)
# Of a longer voice note a shorter one is asked for, unless a row in the admin says otherwise; longer than a piece, it
# is sent in pieces, cut where it is quiet.
AUDIO_MAX_S = env.whole("AUDIO_MAX_S", 300, least=1, most=3600)
AUDIO_PIECE_S = env.whole("AUDIO_PIECE_S", 120, least=10, most=1200)
# How long decoding may take, by the clock and of the processor.
AUDIO_DECODE_S = env.whole("AUDIO_DECODE_S", 30, least=1)
# What is read of a PDF, and how long that may take.
DOCUMENT_MAX_PAGES = env.whole("DOCUMENT_MAX_PAGES", 10, least=1)
DOCUMENT_MAX_CHARS = env.whole("DOCUMENT_MAX_CHARS", 4000, least=100)
DOCUMENT_READ_S = env.whole("DOCUMENT_READ_S", 10, least=1)
READING_CONCURRENCY = env.whole("READING_CONCURRENCY", 4, least=1)
# How long the lead's turn waits for the words of a file; then it is answered without them.
READING_WAIT_S = env.seconds("READING_WAIT_S", 45, least=1)
# A failed reading is tried again after 2, 4, 8 seconds, and given up when these are used up.
READING_RETRY_S = env.seconds("READING_RETRY_S", 2)
READING_MAX_ATTEMPTS = env.whole("READING_MAX_ATTEMPTS", 4, least=1)
# Hosts files may come from: "name", "name:port" or "*.name". The providers' own storage, as they name it.
ZAPI_MEDIA_HOSTS = env.words("ZAPI_MEDIA_HOSTS", ["*.backblazeb2.com", "*.z-api.io"])
WHATSAPP_MEDIA_HOSTS = env.words("WHATSAPP_MEDIA_HOSTS", ["lookaside.fbsbx.com"])
# Besides each inbox's own server: where that one keeps attachments (a bucket's host).
CHATWOOT_MEDIA_HOSTS = env.words("CHATWOOT_MEDIA_HOSTS")

# --- Replies that are heard (switch audio_out), by any OpenAI-compatible endpoint ---------------------------------
SPEECH_BASE_URL = env.url("SPEECH_BASE_URL", LLM_BASE_URL)
SPEECH_API_KEY = env.text("SPEECH_API_KEY", LLM_API_KEY if SPEECH_BASE_URL == LLM_BASE_URL else "")
SPEECH_MODEL = env.text("SPEECH_MODEL", "tts-1")
SPEECH_VOICE = env.text("SPEECH_VOICE", "nova")
SPEECH_CONNECT_TIMEOUT_S = env.seconds("SPEECH_CONNECT_TIMEOUT_S", 5, least=0.1)
SPEECH_READ_TIMEOUT_S = env.seconds("SPEECH_READ_TIMEOUT_S", 15, least=0.1)
# A longer reply is written; about a minute of speech.
SPEECH_MAX_CHARS = env.whole("SPEECH_MAX_CHARS", 700, least=1, most=4096)
# US$ for a thousand characters: counts against the ceilings of the model.
SPEECH_PRICE = env.seconds("SPEECH_PRICE_USD_PER_1000_CHARS", 0)

# --- Backup (seleto/backup) ---------------------------------------------------------------------------------------
# Copies lie here, encrypted to this public key (age); the private one is needed to restore and belongs elsewhere.
BACKUP_DIR = Path(env.text("BACKUP_DIR", str(DATA_DIR / "backup")))
BACKUP_RECIPIENT = env.text("BACKUP_RECIPIENT", "")
BACKUP_IDENTITY = env.text("BACKUP_IDENTITY", "")
# Copies older than this are removed, never the newest few.
BACKUP_KEEP_DAYS = env.whole("BACKUP_KEEP_DAYS", 14, least=1)
BACKUP_KEEP_LEAST = env.whole("BACKUP_KEEP_LEAST", 3, least=1)
# With copies switched on (a public key is set), people are told when the newest is older; 0 = never.
BACKUP_MAX_AGE_H = env.whole("BACKUP_MAX_AGE_H", 26, least=0)
# Where pg_dump and pg_restore lie; empty: the newest ones found.
PG_BIN_DIR = env.text("PG_BIN_DIR", "")

# --- Outbox (design.md, stage 6) ---------------------------------------------------------------------------------
DELIVER_CONCURRENCY = env.whole("DELIVER_CONCURRENCY", 16, least=1)
OUTBOX_MAX_ATTEMPTS = env.whole("OUTBOX_MAX_ATTEMPTS", 8, least=1)
OUTBOX_RETRY_S = env.seconds("OUTBOX_RETRY_S", 1)
OUTBOX_RETRY_MAX_S = env.seconds("OUTBOX_RETRY_MAX_S", 300)
# An ambiguous send waits this long for the provider's echo before it is shown to a person.
OUTBOX_AMBIGUOUS_WAIT_S = env.seconds("OUTBOX_AMBIGUOUS_WAIT_S", 60)
# After this long an echo no longer proves an unconfirmed send: it may be of something else.
OUTBOX_ECHO_BELIEVED_S = env.seconds("OUTBOX_ECHO_BELIEVED_S", 15 * 60)
# A reply that could not leave for this long would only confuse: it is parked for a person.
OUTBOX_USEFUL_S = env.seconds("OUTBOX_USEFUL_S", 2 * 60 * 60, least=1)
# Whether the lead sees blue ticks once the agent has answered.
SEND_READ_RECEIPTS = env.switch("SEND_READ_RECEIPTS", default=True)
TYPING_CHARS_PER_S = env.whole("TYPING_CHARS_PER_S", 40, least=1)
# 0 sends at once.
TYPING_MAX_S = env.seconds("TYPING_MAX_S", 5)
