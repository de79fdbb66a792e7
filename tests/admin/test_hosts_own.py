"""A host of 0.5.1 may have an admin of its own for the one model that 0.5.1 had none for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
]
OWN = """
from django.contrib import admin
from response.core.models import TimelineEvent

@admin.register(TimelineEvent)
class OwnAdmin(admin.ModelAdmin):
    pass
"""
AFTER_OURS = "import response.admin\n" + OWN
OF_A_LIST = """
from django.contrib import admin
from response.core.models import TimelineEvent

class OwnAdmin(admin.ModelAdmin):
    pass

admin.site.register([TimelineEvent], OwnAdmin)
"""
OF_ANOTHER_SITE = """
from django.contrib import admin
from response.core.models import TimelineEvent

another = admin.AdminSite("another")
another.register(TimelineEvent)
"""
TWICE = OWN + "\nadmin.site.register(TimelineEvent)\n"
START = """
import sys
import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=sys.argv[1].split(), SECRET_KEY="x", ROOT_URLCONF="response.urls",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.contrib import admin
from response.core.models import Incident, TimelineEvent
print(*(type(admin.site.get_model_admin(model)).__name__ for model in (TimelineEvent, Incident)))
"""


def start(host: Path, own: str, apps: list[str]) -> subprocess.CompletedProcess[str]:
    """A process of a site with these apps, one of which is the host's; who shows what it says."""
    app = host / "lighthouse"
    app.mkdir()
    (app / "__init__.py").touch()
    (app / "admin.py").write_text(own)
    path = os.pathsep.join([str(host), *(each for each in sys.path if each)])
    return subprocess.run(
        [sys.executable, "-c", START, " ".join(apps)],
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        cwd=host,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("own", "apps"),
    [
        (OWN, [*APPS, "lighthouse", "response"]),
        (OWN, [*APPS, "response", "lighthouse"]),
        (OWN, ["response", *APPS, "lighthouse"]),
        (AFTER_OURS, ["lighthouse", *APPS, "response"]),
        (OF_A_LIST, ["response", "lighthouse", *APPS]),
    ],
)
def test_a_hosts_own_admin_is_used_whichever_is_loaded_first(
    tmp_path: Path, own: str, apps: list[str]
):
    done = start(tmp_path, own, apps)
    assert done.stdout == "OwnAdmin IncidentAdmin\n", done.stderr


@pytest.mark.parametrize("own", ["", OF_ANOTHER_SITE])
@pytest.mark.parametrize(
    "apps", [[*APPS, "lighthouse", "response"], ["response", "lighthouse", *APPS]]
)
def test_ours_is_used_where_the_host_has_none(tmp_path: Path, own: str, apps: list[str]):
    done = start(tmp_path, own, apps)
    assert done.stdout == "TimelineEventAdmin IncidentAdmin\n", done.stderr


def test_a_host_that_registers_twice_hears_of_it(tmp_path: Path):
    done = start(tmp_path, TWICE, [*APPS, "response", "lighthouse"])
    assert "AlreadyRegistered" in done.stderr
