"""Writes docs/settings.md from response/conf.py: ``python -m tests.docs.settings_page``.

The docstring of a property is what the page says, the value it has when nothing is configured is
the default that the page shows. test_settings.py compares the page with the code.
"""

from __future__ import annotations

import inspect
import os
import re
from collections.abc import Iterator, Mapping
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple
from unittest import mock

import django

from tests.packaging.contents import ROOT

PAGE = ROOT / "docs" / "settings.md"
HEADING = re.compile(r"^    # -- (.+?) -+$")
PROPERTY = re.compile(r"^    def (\w+)\(")
# How a docstring begins that documents settings: their names, then what they are.
DOCUMENTED = re.compile(
    r"(?P<names>(?:``[A-Z][A-Z0-9_]+``(?:, (?=``))?)+)[:,]\s*(?P<text>.*)", re.S
)
NAME = re.compile(r"``([A-Z][A-Z0-9_]+)``")

HEAD = """\
<!-- Written by `python -m tests.docs.settings_page` from the docstrings of response/conf.py. -->

# Settings

All are read from Django's settings when they are used. None is required to start: what is
missing is told by `manage.py check`. Names written `INCIDENT_…_NAME` are looked up in Slack when
they are first needed, so nothing calls Slack while settings load.

`RESPONSE_SANITIZE_USER_INPUT` of 0.5.1 may stay; nothing reads it, since text is escaped wherever
it is shown.
"""
SANDBOX_HEAD = """
## The sandbox

Read by `response.sandbox` only, which [the sandbox](sandbox.md) explains.
"""


class Setting(NamedTuple):
    """One property of a ``Conf`` that reads settings."""

    names: tuple[str, ...]
    text: str
    default: Any
    group: str


def settings_of(module: ModuleType) -> Iterator[Setting]:
    """The settings that the module's ``Conf`` documents, in the order of its source."""
    groups = _groups(module)
    # What Django has without any configuration counts as a default, too.
    nothing = SimpleNamespace(DEBUG=False, DATABASES={}, DATABASE_ROUTERS=[])
    with mock.patch.object(module, "settings", nothing):
        for attribute, group in groups.items():
            found = DOCUMENTED.match(inspect.getdoc(getattr(type(module.conf), attribute)) or "")
            if found:
                names = tuple(NAME.findall(found["names"]))
                yield Setting(names, found["text"], getattr(module.conf, attribute), group)


def _groups(module: ModuleType) -> dict[str, str]:
    """``{property: heading above it}``, public properties only."""
    found, group = {}, ""
    for line in inspect.getsource(module).splitlines():
        if heading := HEADING.match(line):
            group = heading[1]
        elif (match := PROPERTY.match(line)) and not match[1].startswith("_"):
            found[match[1]] = group
    return found


def default_text(value: Any) -> str:
    """A default as the page shows it."""
    if callable(value):
        return f"`{value.__module__}.{value.__qualname__}`"
    if isinstance(value, Mapping):
        parts = ", ".join(f"{key}: {' '.join(sorted(value[key]))}" for key in sorted(value))
        return f"`{parts}`" if parts else "none"
    if isinstance(value, (frozenset, set)):
        return f"`{' '.join(sorted(value))}`" if value else "none"
    if value in ("", (), None, []):
        return "none"
    return f"`{value!r}`"


def _markdown(text: str) -> str:
    """reStructuredText's code as Markdown's; the first letter is a capital."""
    text = text.replace("``", "`")
    return text[:1].upper() + text[1:]


def _section(setting: Setting) -> str:
    title = ", ".join(f"`{name}`" for name in setting.names)
    text = f"\n### {title}\n\n{_markdown(setting.text)}\n"
    # A property of several settings has no default of its own.
    return text if setting.names[1:] else f"{text}\nDefault: {default_text(setting.default)}\n"


def page() -> str:
    """The whole text of docs/settings.md."""
    from response import conf
    from response.sandbox import conf as sandbox_conf

    parts, group = [HEAD], ""
    for setting in settings_of(conf):
        if setting.group != group:
            group = setting.group
            parts.append(f"\n## {group[:1].upper()}{group[1:]}\n")
        parts.append(_section(setting))
    parts.append(SANDBOX_HEAD)
    parts += [_section(setting) for setting in settings_of(sandbox_conf)]
    return "".join(parts)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
