"""Settings of the demo project, all from the environment; `env.example` explains each name.

Nothing here calls Slack: channels and people are looked up when they are first needed.
"""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from demo.databases import from_url, sqlite
from demo.environment import VAR, flag, kept_secret, text, words

DEBUG = flag("DEBUG", default=False)
SECRET_KEY = text("SECRET_KEY")
if DEBUG and not SECRET_KEY:
    SECRET_KEY = kept_secret("secret-key")
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is empty. Set it to a long random text, in the environment or in .env "
        "(cp env.example .env)."
    )

SITE_URL = text("SITE_URL", f"http://127.0.0.1:{text('PORT', '8000')}").rstrip("/")
_site = urlsplit(SITE_URL)
ALLOWED_HOSTS = [_site.hostname or "", "127.0.0.1", "localhost"]
CSRF_TRUSTED_ORIGINS = [f"{_site.scheme}://{_site.netloc}"]
# With https the proxy that speaks it says so, in X-Forwarded-Proto, and lets no client say it.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _site.scheme == "https"
if SECURE_SSL_REDIRECT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # 30 days, of this name only: what is below it, and lists in browsers, are not for the demo
    # to decide about.
    SECURE_HSTS_SECONDS = 2_592_000
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]

ROOT_URLCONF = "demo.urls"
WSGI_APPLICATION = "demo.wsgi.application"
LOGIN_URL = "admin:login"
USE_TZ = True
TIME_ZONE = "UTC"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "after_response",
    "django_filters",
    "rest_framework",
    "response",
    "acme",
]

MIDDLEWARE = [
    "response.logs.RequestIdMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
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

_database_url = text("DATABASE_URL")
DATABASES = {
    "default": from_url(_database_url, keep_connections=not DEBUG)
    if _database_url
    else sqlite(VAR / "response.sqlite3"),
}

# With DEBUG, whitenoise serves the apps' own files; else what `collectstatic` gathered.
STATIC_URL = "/static/"
if not DEBUG:
    STATIC_ROOT = VAR / "static"
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# Passwords in the addresses of databases stay out of error reports.
DEFAULT_EXCEPTION_REPORTER_FILTER = "response.error_reports.MaskingFilter"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"about": {"()": "response.logs.ContextFilter"}},
    "formatters": {
        "json": {"()": "response.logs.JsonFormatter"},
        "line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
    },
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["about"],
            "formatter": "json" if flag("LOG_JSON", default=False) else "line",
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "response": {"level": "INFO"},
    },
}

SLACK_TOKEN = text("SLACK_TOKEN")
# Two secrets, with a comma between them, while one replaces the other.
SLACK_SIGNING_SECRET = words("SLACK_SIGNING_SECRET")
SLACK_APP_TOKEN = text("SLACK_APP_TOKEN")
SLACK_API_URL = text("SLACK_API_URL", "https://slack.com/api/")
INCIDENT_CHANNEL_ID = text("INCIDENT_CHANNEL_ID")
INCIDENT_CHANNEL_NAME = text("INCIDENT_CHANNEL_NAME")
INCIDENT_REPORT_CHANNEL_ID = text("INCIDENT_REPORT_CHANNEL_ID")
INCIDENT_REPORT_CHANNEL_NAME = text("INCIDENT_REPORT_CHANNEL_NAME")
RESPONSE_PRIVATE_INCIDENTS = flag("RESPONSE_PRIVATE_INCIDENTS", default=False)
INCIDENT_PRIVATE_CHANNEL_ID = text("INCIDENT_PRIVATE_CHANNEL_ID")
INCIDENT_BOT_ID = text("INCIDENT_BOT_ID")
INCIDENT_BOT_NAME = text("INCIDENT_BOT_NAME")
RESPONSE_LOGIN_REQUIRED = flag("RESPONSE_LOGIN_REQUIRED", default=True)
RESPONSE_CRON_TOKEN = text("RESPONSE_CRON_TOKEN")
RESPONSE_METRICS_TOKEN = text("RESPONSE_METRICS_TOKEN")
# "none" keeps everything.
_days = text("RESPONSE_RETENTION_DAYS", "30")
RESPONSE_RETENTION_DAYS = None if _days == "none" else int(_days)
RESPONSE_TASK_BACKEND = text("RESPONSE_TASK_BACKEND")

if RESPONSE_TASK_BACKEND == "database":
    # Needs the package's `tasks` extra, and `manage.py db_worker --backend database` running.
    INSTALLED_APPS += ["django_tasks_db"]
    TASKS = {"database": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
elif RESPONSE_TASK_BACKEND == "redis":
    # Needs the `rq` extra, and `manage.py rqworker --with-scheduler` running.
    INSTALLED_APPS += ["django_rq"]
    TASKS = {"redis": {"BACKEND": "django_tasks_rq.RQBackend"}}
    # Without it the worker would not know how to call a task.
    RQ = {"JOB_CLASS": "django_tasks_rq.Job"}
    RQ_QUEUES = {
        "default": {
            "URL": text("REDIS_URL", "redis://127.0.0.1:6379/0"),
            # Seconds: after an outage a worker may have much to do.
            "DEFAULT_TIMEOUT": 3600,
        }
    }
elif RESPONSE_TASK_BACKEND:
    raise ImproperlyConfigured(
        f"RESPONSE_TASK_BACKEND is {RESPONSE_TASK_BACKEND!r}; this project has TASKS for "
        "'database' and 'redis'. Leave it empty to have the web processes do the work."
    )
