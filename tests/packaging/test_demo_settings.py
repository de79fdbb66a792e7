"""The demo reads its configuration from the environment, under the names that are fixed."""

from pathlib import Path

import pytest

from tests.packaging.demo_project import NAMES, environment, example_values, run, settings_of

REAL = "demo.settings"
SANDBOX = "demo.settings_sandbox"


def test_settings_of_a_real_workspace_come_from_the_environment(tmp_path: Path):
    env = environment(
        tmp_path,
        REAL,
        SECRET_KEY="long and random",
        SITE_URL="https://incidents.acme.example/",
        SLACK_TOKEN="xoxb-real",
        SLACK_SIGNING_SECRET="new, old",
        INCIDENT_CHANNEL_NAME="incidents",
        RESPONSE_CRON_TOKEN="for cron",
    )
    shown = settings_of(
        env,
        *("DEBUG", "SITE_URL", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "SESSION_COOKIE_SECURE"),
        *("SLACK_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_API_URL", "INCIDENT_CHANNEL_NAME"),
        *("RESPONSE_CRON_TOKEN", "RESPONSE_LOGIN_REQUIRED", "RESPONSE_SANDBOX"),
    )
    assert shown == {
        "DEBUG": False,
        "SITE_URL": "https://incidents.acme.example",
        "ALLOWED_HOSTS": ["incidents.acme.example", "127.0.0.1", "localhost"],
        "CSRF_TRUSTED_ORIGINS": ["https://incidents.acme.example"],
        "SESSION_COOKIE_SECURE": True,
        "SLACK_TOKEN": "xoxb-real",
        "SLACK_SIGNING_SECRET": ["new", "old"],
        "SLACK_API_URL": "https://slack.com/api/",
        "INCIDENT_CHANNEL_NAME": "incidents",
        "RESPONSE_CRON_TOKEN": "for cron",
        "RESPONSE_LOGIN_REQUIRED": True,
        "RESPONSE_SANDBOX": None,
    }


def test_missing_secret_key_says_what_to_do(tmp_path: Path):
    done = run("manage.py", "check", env=environment(tmp_path, REAL))
    assert done.returncode != 0
    assert "Set it to a long random text" in done.stderr


def test_secret_key_of_a_debugging_site_is_made_once_and_kept(tmp_path: Path):
    env = environment(tmp_path, REAL, DEBUG="1")
    first = settings_of(env, "SECRET_KEY")
    assert len(first["SECRET_KEY"]) > 20
    assert settings_of(env, "SECRET_KEY") == first
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "engine", "name"),
    [
        ("", "django.db.backends.sqlite3", "{folder}/response.sqlite3"),
        ("sqlite:////{folder}/mine.db", "django.db.backends.sqlite3", "{folder}/mine.db"),
        ("postgres://u:p@127.0.0.1:1/incidents", "django.db.backends.postgresql", "incidents"),
    ],
)
def test_database_is_a_sqlite_file_unless_database_url_names_one(
    tmp_path: Path, url: str, engine: str, name: str
):
    folder = str(tmp_path)
    url = url.format(folder=folder.lstrip("/"))
    env = environment(tmp_path, REAL, SECRET_KEY="x", DATABASE_URL=url)
    default = settings_of(env, "DATABASES")["DATABASES"]["default"]
    assert (default["ENGINE"], default["NAME"]) == (engine, name.format(folder=folder))
    if engine.endswith("sqlite3"):
        assert default["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
        assert "journal_mode=WAL" in default["OPTIONS"]["init_command"]


def test_sandbox_leaves_the_real_workspace_aside(tmp_path: Path):
    env = environment(
        tmp_path,
        SANDBOX,
        DEBUG="0",
        PORT="8123",
        SITE_URL="https://incidents.acme.example",
        SLACK_TOKEN="xoxb-real",
        SLACK_SIGNING_SECRET="real",
        SLACK_API_URL="https://slack.com/api/",
        INCIDENT_CHANNEL_ID="CREAL",
    )
    shown = settings_of(
        env,
        *("DEBUG", "SITE_URL", "ALLOWED_HOSTS", "SLACK_API_URL", "INCIDENT_CHANNEL_ID"),
        *("RESPONSE_SANDBOX", "RESPONSE_SANDBOX_URL", "RESPONSE_SANDBOX_APP_URL"),
        *("RESPONSE_LOGIN_REQUIRED", "SLACK_TOKEN", "SLACK_SIGNING_SECRET"),
    )
    assert shown.pop("SLACK_TOKEN") not in ("", "xoxb-real")
    assert shown.pop("SLACK_SIGNING_SECRET") not in ("", "real")
    assert shown == {
        "DEBUG": True,
        "SITE_URL": "http://127.0.0.1:8123",
        "ALLOWED_HOSTS": ["127.0.0.1", "localhost"],
        "SLACK_API_URL": "http://127.0.0.1:8123/sandbox/api/",
        "INCIDENT_CHANNEL_ID": "C0INCIDENTS",
        "RESPONSE_SANDBOX": True,
        "RESPONSE_SANDBOX_URL": "http://127.0.0.1:8123/sandbox/",
        "RESPONSE_SANDBOX_APP_URL": "http://127.0.0.1:8123/slack/",
        "RESPONSE_LOGIN_REQUIRED": False,
    }


def test_sandbox_keeps_its_credentials_and_a_database_of_its_own(tmp_path: Path):
    env = environment(tmp_path, SANDBOX)
    first = settings_of(env, "SLACK_TOKEN", "SLACK_SIGNING_SECRET", "DATABASES")
    assert settings_of(env, "SLACK_TOKEN", "SLACK_SIGNING_SECRET", "DATABASES") == first
    assert first["DATABASES"]["default"]["NAME"] != first["DATABASES"]["sandbox"]["NAME"]


@pytest.mark.parametrize("settings", [REAL, SANDBOX])
def test_system_checks_and_migrations_of_the_demo_are_in_order(tmp_path: Path, settings: str):
    env = environment(
        tmp_path,
        settings,
        SECRET_KEY="x",
        SITE_URL="https://incidents.example.com",
        SLACK_TOKEN="xoxb-1",
        SLACK_SIGNING_SECRET="secret",
        INCIDENT_CHANNEL_ID="C1",
        RESPONSE_CRON_TOKEN="a long random text",
    )
    checked = run("manage.py", "check", "--fail-level=WARNING", env=env)
    assert checked.returncode == 0, checked.stderr
    migrations = run("manage.py", "makemigrations", "--check", "--dry-run", env=env)
    assert migrations.returncode == 0, migrations.stdout + migrations.stderr


# Long and random enough for Django's check of it.
SECRET_KEY = "".join(chr(33 + number * 37 % 90) for number in range(60)).replace("$", "x")


def deployed(tmp_path: Path, **names: str) -> dict[str, str]:
    """The environment of production: https, every secret, no DEBUG."""
    return environment(
        tmp_path,
        REAL,
        **{
            "SECRET_KEY": SECRET_KEY,
            "SITE_URL": "https://incidents.example.com",
            "SLACK_TOKEN": "xoxb-1",
            "SLACK_SIGNING_SECRET": "secret",
            "INCIDENT_CHANNEL_ID": "C1",
            "RESPONSE_CRON_TOKEN": "a long random text",
            **names,
        },
    )


def test_the_demo_in_production_is_fit_to_deploy(tmp_path: Path):
    env = deployed(tmp_path)
    checked = run("manage.py", "check", "--deploy", "--fail-level=WARNING", env=env)
    assert checked.returncode == 0, checked.stderr
    assert checked.stdout.startswith("System check identified no issues (2 silenced)")


@pytest.mark.parametrize(
    ("names", "warning"),
    [
        ({"SITE_URL": "http://incidents.example.com"}, "security.W012"),
        ({"SECRET_KEY": "short"}, "security.W009"),
        ({"DEBUG": "1"}, "security.W018"),
    ],
)
def test_what_is_not_fit_is_told(tmp_path: Path, names: dict[str, str], warning: str):
    checked = run("manage.py", "check", "--deploy", env=deployed(tmp_path, **names))
    assert warning in checked.stderr


ASK = """
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
from django.test import Client
for headers in ({}, {"X-Forwarded-Proto": "https"}):
    answer = Client(headers={"Host": "127.0.0.1", **headers}).get("/admin/login/")
    print(answer.status_code, answer.get("Strict-Transport-Security"), answer.get("Location"))
"""


def test_with_https_plain_http_is_sent_on_and_the_proxy_is_believed(tmp_path: Path):
    env = deployed(tmp_path)
    assert run("manage.py", "collectstatic", "--noinput", env=env).returncode == 0
    done = run("-c", ASK, env=env)
    assert done.stdout.splitlines() == [
        "301 None https://127.0.0.1/admin/login/",
        "200 max-age=2592000 None",
    ], done.stderr


def test_task_backend_is_the_database_redis_or_none(tmp_path: Path):
    env = environment(tmp_path, REAL, SECRET_KEY="x", RESPONSE_TASK_BACKEND="database")
    assert list(settings_of(env, "TASKS")["TASKS"]) == ["database"]
    env |= {"RESPONSE_TASK_BACKEND": "redis", "REDIS_URL": "redis://queue:6379/3"}
    shown = settings_of(env, "TASKS", "RQ_QUEUES")
    assert list(shown["TASKS"]) == ["redis"]
    assert shown["RQ_QUEUES"]["default"]["URL"] == "redis://queue:6379/3"
    env["RESPONSE_TASK_BACKEND"] = "kafka"
    done = run("manage.py", "check", env=env)
    assert done.returncode != 0
    assert "RESPONSE_TASK_BACKEND is 'kafka'" in done.stderr


def test_static_files_can_be_gathered_for_production(tmp_path: Path):
    env = environment(tmp_path, REAL, SECRET_KEY="x")
    done = run("manage.py", "collectstatic", "--noinput", env=env)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "static" / "staticfiles.json").exists()


def test_example_of_the_environment_has_every_name_and_no_other():
    assert set(example_values()) == set(NAMES)


def test_example_of_the_environment_starts_the_sandbox_as_it_is(tmp_path: Path):
    env = environment(tmp_path, SANDBOX, **{**example_values(), "DEMO_VAR": str(tmp_path)})
    assert settings_of(env, "SITE_URL")["SITE_URL"] == "http://127.0.0.1:8000"


@pytest.mark.parametrize(("value", "formatter"), [("", "line"), ("1", "json")])
def test_the_log_is_lines_for_people_or_json(tmp_path: Path, value: str, formatter: str):
    env = environment(tmp_path, REAL, SECRET_KEY="x", LOG_JSON=value)
    (handler,) = settings_of(env, "LOGGING")["LOGGING"]["handlers"].values()
    assert handler["formatter"] == formatter
