"""Settings of a process that migrates one of the throw-away databases."""

import ast
import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES

DATABASES = {**DATABASES, "default": ast.literal_eval(os.environ["UPGRADE_DATABASE"])}
SILENCED_SYSTEM_CHECKS = [f"response_sandbox.E{number:03}" for number in range(1, 10)]
