"""Metadata of the distribution; settings of the tools are in pyproject.toml."""

import atexit
import shutil
import tempfile
from pathlib import Path

from setuptools import find_packages, setup

METRICS = ["prometheus-client>=0.21"]
POSTGRES = ["psycopg[binary]>=3.2"]
TASKS = ["django-tasks>=0.12", "django-tasks-db>=0.12"]
RQ = ["django-tasks>=0.12", "django-tasks-rq>=0.12"]
DEMO = [
    "dj-database-url>=3.0",
    "environs>=14.0",
    "gunicorn>=25.1; sys_platform != 'win32'",
    "whitenoise>=6.9",
]

# Not build/ in the checkout: a file that was renamed or removed would stay there, and in the wheel.
BUILD = tempfile.mkdtemp(prefix="response-build-")
atexit.register(shutil.rmtree, BUILD, ignore_errors=True)

setup(
    options={"build": {"build_base": BUILD}},
    name="django-incident-response",
    version="1.0.0a1",
    description="Incident response in Slack for Django: declare, coordinate, report.",
    long_description=Path(__file__).with_name("README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    license="MIT",
    license_files=["LICENSE"],
    packages=find_packages(include=["response", "response.*"]),
    include_package_data=True,
    zip_safe=False,
    python_requires=">=3.11",
    install_requires=[
        "Django>=5.2,<6.2",
        "djangorestframework>=3.16",
        "django-after-response>=0.2.2",
        "django-filter>=25.1",
        "drf-spectacular>=0.28",
        "emoji>=2.14",
        "markdown2>=2.5.3",
        "nh3>=0.2.21",
        "slack_sdk>=3.35,<4",
    ],
    extras_require={
        "demo": [*DEMO, *METRICS],
        "metrics": METRICS,
        "postgres": POSTGRES,
        "tasks": TASKS,
        "rq": RQ,
        "test": [
            *DEMO,
            *METRICS,
            *POSTGRES,
            *TASKS,
            *RQ,
            "PyYAML>=6.0.2",
            "check-jsonschema>=0.33",
            "django-bootstrap4>=26.1",
            "django-decorator-include>=3.4",
            "pytest>=8.3",
            "pytest-django>=4.11",
            "pytest-randomly>=3.16",
            "pytest-xdist>=3.6",
            "hypothesis>=6.130",
            "jsonschema>=4.23",
            "packaging>=24.2",
            "schemathesis>=4.10",
            "sentry-sdk>=2.20",
            "time-machine>=2.16",
            "websockets>=15.0",
        ],
    },
    entry_points={"pytest11": ["response = response.pytest_plugin"]},
    keywords=["django", "slack", "incident", "incident-response", "on-call", "sre"],
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Environment :: Web Environment",
        "Framework :: Django",
        "Framework :: Django :: 5.2",
        "Framework :: Django :: 6.0",
        "Intended Audience :: Developers",
        "Operating System :: OS Independent",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: System :: Monitoring",
        "Typing :: Typed",
    ],
)
