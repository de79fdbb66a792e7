"""What README.md tells people to do exists and works."""

import configparser
import os
import re
from contextlib import ExitStack
from typing import Any

import pytest
from django.urls import include, path

from response.conf import Conf
from response.slack import registry
from tests.packaging.contents import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
SETTINGS, URLS, HANDLERS, TEST = re.findall(
    r"^```python\n(.*?)^```", README, re.DOTALL | re.MULTILINE
)


def run_block(code: str, **names: Any) -> dict[str, Any]:
    names["__name__"] = "readme"
    exec(compile(code, "README.md", "exec"), names)  # noqa: S102 - our own README
    return names


def test_settings_of_the_readme_are_settings_of_ours(monkeypatch: pytest.MonkeyPatch):
    for name in ("SLACK_TOKEN", "SLACK_SIGNING_SECRET", "RESPONSE_CRON_TOKEN"):
        monkeypatch.setenv(name, "x")
    names = run_block(SETTINGS, os=os)
    documented = " ".join(
        attribute.__doc__ or ""
        for attribute in vars(Conf).values()
        if isinstance(attribute, property)
    )
    for name in names:
        if name.isupper() and name != "INSTALLED_APPS":
            assert f"``{name}``" in documented


def test_urls_of_the_readme_can_be_included():
    names = run_block(URLS, path=path, include=include)
    assert len(names["urlpatterns"]) == 3


def test_handlers_of_the_readme_are_registered():
    with ExitStack() as undone:
        for each in registry.ALL:
            undone.enter_context(each.temporarily())
        names = run_block(HANDLERS)
        command = registry.commands.get("duration")
        assert command is not None
        assert command.function is names["duration"]
        assert registry.keywords.matching("runbook")
    assert registry.commands.get("duration") is not command


@pytest.mark.django_db
def test_the_test_of_the_readme_passes_with_the_handlers_of_the_readme(slack):
    with ExitStack() as undone:
        for each in registry.ALL:
            undone.enter_context(each.temporarily())
        run_block(HANDLERS)
        run_block(TEST)["test_duration"](slack)


def test_every_environment_of_tox_that_the_readme_names_exists():
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini")
    for name in set(re.findall(r"tox -e (\w+)", README)):
        assert tox.has_section(f"testenv:{name}"), name
    for label in set(re.findall(r"tox -m (\w+)", README)):
        assert re.search(rf"^{label} =", tox["tox"]["labels"], re.MULTILINE), label


def test_every_file_that_the_readme_links_to_exists():
    for target in re.findall(r"\]\((?!https?:)([^)#]+)\)", README):
        assert (ROOT / target).exists(), target
