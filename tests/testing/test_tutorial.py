"""docs/tutorial.md is done, in a project as a host has it, and its tests pass.

The project has one database, and nothing of the sandbox.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.packaging.contents import ROOT

TUTORIAL = ROOT / "docs" / "tutorial.md"
BLOCK = re.compile(r'^```\w+ title="(?P<file>[^"]+)"\n(?P<code>.*?)^```$', re.M | re.S)

SETTINGS = """
SECRET_KEY = "of the tutorial"
USE_TZ = True
ROOT_URLCONF = "urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.sqlite3"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "after_response",
    "rest_framework",
    "response",
    "shop",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
SECURE_SSL_REDIRECT = True
SITE_URL = "https://shop.example"
SLACK_TOKEN = "xoxb-of-production"
SLACK_SIGNING_SECRET = "of production"
INCIDENT_CHANNEL_ID = "C0PRODUCTION"
"""
URLS = """
from django.urls import include, path

urlpatterns = [
    path("chat/", include("response.slack.urls")),
    path("", include("response.ui.urls")),
]
"""
MANAGE = """
import os
import sys

from django.core.management import execute_from_command_line

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")
execute_from_command_line(sys.argv)
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project")
    files = {"settings.py": SETTINGS, "urls.py": URLS, "manage.py": MANAGE, "shop/__init__.py": ""}
    for match in BLOCK.finditer(TUTORIAL.read_text(encoding="utf-8")):
        files[match["file"]] = files.get(match["file"], "") + match["code"] + "\n\n"
    for name, code in files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(code, encoding="utf-8")
    return folder


def run(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the project; what it says on both channels is in ``stdout``."""
    environment = {**os.environ, "PYTHONWARNINGS": "error", "PYTHONDONTWRITEBYTECODE": "1"}
    # A host has neither; with the second its own folder is not on the path.
    for name in ("DJANGO_SETTINGS_MODULE", "PYTHONSAFEPATH"):
        environment.pop(name, None)
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=project,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=900,
        check=False,
    )


def test_its_tests_pass_under_pytest(project: Path):
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests")
    written = (project / "tests" / "test_shop.py").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stdout
    assert f"{written.count('def test_')} passed" in done.stdout


def test_its_test_passes_under_djangos_runner(project: Path):
    done = run(project, "manage.py", "test", "shop")
    assert done.returncode == 0, done.stdout
    assert "Ran 1 test" in done.stdout


def test_a_handler_that_is_broken_fails_its_test(project: Path):
    handlers = project / "shop" / "response_handlers.py"
    whole = handlers.read_text(encoding="utf-8")
    handlers.write_text(whole.replace("Here you are", "There you are"), encoding="utf-8")
    try:
        done = run(
            project,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-k",
            "runbook_is_found",
            "tests",
        )
    finally:
        handlers.write_text(whole, encoding="utf-8")
    assert "1 failed" in done.stdout


def test_it_has_a_handler_of_each_kind(project: Path):
    done = run(project, "manage.py", "response_handlers")
    assert done.returncode == 0, done.stdout
    kinds = re.findall(r"^\w+$", done.stdout, re.M)
    for kind in kinds:
        section = done.stdout.partition(f"\n{kind}\n" if kind != kinds[0] else f"{kind}\n")[2]
        assert "shop.response_handlers." in re.split(r"^\w+$", section, flags=re.M)[0], kind
    assert len(kinds) == 9
