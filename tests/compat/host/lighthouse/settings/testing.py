"""The host's settings with the sandbox beside them, which plays Slack."""

import os

from lighthouse.settings.base import *  # noqa: F403
from lighthouse.settings.base import INSTALLED_APPS
from tests.settings import DATABASE_ROUTERS, PASSWORD_HASHERS  # noqa: F401
from tests.settings import DATABASES as OF_THE_TESTS

# Nobody needs these files after a power cut.
IN_A_HURRY = {"init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"}


def of_its_own(values):
    """Two of these suites may run at once, beside the tests that started them."""
    name = values.get("TEST", {}).get("NAME") or f"test_{values['NAME']}"
    values = {**values, "TEST": {**values.get("TEST", {}), "NAME": f"{name}_{os.getpid()}"}}
    if values["ENGINE"].endswith("sqlite3"):
        values["OPTIONS"] = {**values["OPTIONS"], **IN_A_HURRY}
    return values


ROOT_URLCONF = "lighthouse.settings.urls_of_tests"
INSTALLED_APPS = [*INSTALLED_APPS, "response.sandbox"]
DATABASES = {alias: of_its_own(values) for alias, values in OF_THE_TESTS.items()}
RESPONSE_SANDBOX = True
RESPONSE_SANDBOX_DELIVER = "manual"
