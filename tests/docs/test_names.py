"""Names in the documentation exist: settings, commands, URLs, modules, environments, links."""

import configparser
import importlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.apps import apps
from django.conf import global_settings
from django.core.management import get_commands, load_command_class
from django.urls import Resolver404, resolve

from response import conf
from response.sandbox import conf as sandbox_conf
from tests.docs import settings_page
from tests.docs.pages import DOCS, PAGES, anchors_of, inline_code, links_of, prose_of, text_of
from tests.packaging.contents import ROOT
from tests.packaging.demo_project import NAMES as DEMO_NAMES

SETTING = re.compile(
    r"(?:RESPONSE|SLACK|INCIDENT|MARKDOWN_FILTER|ACTION_EVENT|AFTER_RESPONSE)_[A-Z_]*[A-Z]|SITE_URL"
)
KNOWN_SETTINGS = {
    name
    for module in (conf, sandbox_conf)
    for setting in settings_page.settings_of(module)
    for name in setting.names
}
# Accepted, and read by nothing any more; DRF's; django-tasks' on Django 5.2.
KNOWN_SETTINGS |= {"RESPONSE_SANITIZE_USER_INPUT", "REST_FRAMEWORK", "TASKS"}
# django-rq's.
KNOWN_SETTINGS |= {"RQ", "RQ_QUEUES"}
COMMAND = re.compile(r"manage\.py (?P<name>[a-z_]+)(?P<options>(?: +[^\s`|;&]+)*)")
# Commands of other packages that the pages name.
OF_OTHERS = {
    "db_worker": "django_tasks_db",
    "prune_db_task_results": "django_tasks_db",
    "rqworker": "django_rq",
}
OF_THE_DEMO = {"demo_user": "acme"}
PATH = re.compile(r"(?:https://incidents\.example\.com|http://127\.0\.0\.1:8000)?(/[\w<>/.:-]*)")
PARTS = ("/slack/", "/core/", "/incident/", "/admin/", "/sandbox/")
PLACEHOLDERS = {"<yyyy>": "2026", "<mm>": "01"}
MODULE = re.compile(r"response(?:\.[a-z_]\w*)+(?:\.[A-Z]\w*)*")
CHECK = re.compile(r"response(?:_sandbox|\.sandbox)?\.[EWI]\d{3}")


def every(pattern: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """``(page, match)`` of each distinct match in each page, code blocks included."""
    for page in PAGES:
        for found in sorted({match[0] for match in pattern.finditer(text_of(page))}):
            yield page.name, found


def test_every_setting_that_is_named_exists():
    known = {*KNOWN_SETTINGS, *DEMO_NAMES}
    for page, name in every(SETTING):
        assert name in known or hasattr(global_settings, name), f"docs/{page} names {name}"


def options_of(name: str) -> set[str]:
    """The options of a management command of ours, of Django, or of a package that we name."""
    app = {**get_commands(), **OF_OTHERS, **OF_THE_DEMO}[name]
    app_name = app if isinstance(app, str) else app.__module__
    if name in OF_OTHERS or name in OF_THE_DEMO:
        command = importlib.import_module(f"{app_name}.management.commands.{name}").Command()
    else:
        command = load_command_class(app_name, name)
    parser = command.create_parser("manage.py", name)
    return {option for action in parser._actions for option in action.option_strings}


def test_every_command_that_is_named_exists_with_its_options():
    known = {*get_commands(), *OF_OTHERS, *OF_THE_DEMO}
    for page in PAGES:
        for match in COMMAND.finditer(text_of(page)):
            name = match["name"]
            assert name in known, f"docs/{page.name} names manage.py {name}"
            if name in OF_OTHERS:
                # Its module has models of an app that this project does not install.
                continue
            for option in re.findall(r"--[a-z-]+", match["options"]):
                assert option in options_of(name), f"docs/{page.name}: manage.py {name} {option}"


def ours() -> set[str]:
    """The management commands of this package, the sandbox's too."""
    return {name for name, app in get_commands().items() if str(app).startswith("response")}


def test_every_command_of_ours_is_in_the_table_of_commands():
    table = re.findall(r"^\| `manage\.py (\w+)` \|", text_of(DOCS / "operations.md"), re.MULTILINE)
    assert len(ours()) > 5
    assert set(table) == ours()


def paths_named() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for code in PATH.findall(text_of(page)):
            if code.startswith(PARTS):
                # `<http://…/core/>` is a link, `/incident/<pk>` a path.
                closed = code.count("<") == code.count(">")
                yield page.name, (code if closed else code.rstrip(">")).rstrip(".,:")


def filled(path: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        path = path.replace(placeholder, value)
    return re.sub(r"<[a-z_]+>", "1", path)


def test_every_path_of_ours_that_is_named_resolves():
    found = sorted(set(paths_named()))
    assert len(found) > 5
    for page, path in found:
        try:
            resolve(filled(path))
        except Resolver404:
            # Where a part is mounted, which serves nothing itself.
            assert path in (*PARTS, "/sandbox/api/"), f"docs/{page} names {path}"


@pytest.mark.parametrize("part", ["response.slack.urls", "response.ui.urls"])
def test_every_url_of_ours_is_on_the_page_that_mounts_them(part: str):
    """Those of the API: test_rest_page."""
    rows = re.findall(rf"^\| `{part}` \| (.*) \|$", text_of(DOCS / "installation.md"), re.MULTILINE)
    named = {path.strip("/").rpartition("/")[2] for path in re.findall(r"`(/[^`]*)`", rows[0])}
    patterns = importlib.import_module(part).urlpatterns
    assert named == {
        str(each.pattern).strip("/").rpartition("/")[2].replace("int:incident_id", "pk")
        for each in patterns
    }


def exists(dotted: str) -> bool:
    """Whether it is a module, or something in one."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            # What the pages name as deprecated warns when it is imported.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)
                found = importlib.import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def permissions() -> set[str]:
    """``response.view_incident`` and all others that the models define."""
    return {
        f"{model._meta.app_label}.{codename}"
        for model in apps.get_app_config("response").get_models()
        for codename in (
            *(f"{verb}_{model._meta.model_name}" for verb in model._meta.default_permissions),
            *(codename for codename, _ in model._meta.permissions),
        )
    }


def test_every_module_class_and_permission_that_is_named_exists():
    files = {"urls.py", "py.typed"}
    known = permissions()
    for page, code in inline_code():
        for dotted in MODULE.findall(code):
            if code.endswith((".py", ".json", ".md")) or dotted.split(".", 1)[1] in files:
                continue
            logger = dotted in {"response.core", "response.slack"}
            assert logger or dotted in known or exists(dotted), f"docs/{page} names {dotted}"


def test_every_system_check_that_is_named_exists():
    sources = "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "response").rglob("*.py")
    )
    for page, check in every(CHECK):
        number = check.rpartition(".")[2]
        assert f'"{check}"' in sources or f'"{number}"' in sources, f"docs/{page} names {check}"


def test_every_environment_and_label_of_tox_that_is_named_exists():
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini")
    for page, named in every(re.compile(r"tox -e [\w,-]+")):
        for name in named.removeprefix("tox -e ").split(","):
            assert tox.has_section(f"testenv:{name}"), f"docs/{page} names tox -e {name}"
    for page, named in every(re.compile(r"tox -m \w+")):
        label = named.removeprefix("tox -m ")
        labels = tox["tox"]["labels"]
        assert re.search(rf"^{label} =", labels, re.MULTILINE), f"docs/{page}: {named}"


def test_every_extra_that_is_named_exists():
    extras = set(re.findall(r'^        "(\w+)":', (ROOT / "setup.py").read_text(), re.MULTILINE))
    assert "postgres" in extras
    for page, named in every(re.compile(r"django-incident-response\[[\w,]+\]")):
        for name in named.partition("[")[2].rstrip("]").split(","):
            assert name in extras, f"docs/{page} names the extra {name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_or_heading_leads_somewhere(page: Path):
    for target in links_of(page):
        parts = urlsplit(target)
        if parts.scheme:
            assert parts.scheme in ("https", "http", "mailto"), target
            continue
        file = (page.parent / parts.path) if parts.path else page
        assert file.exists(), f"docs/{page.name} links to {target}"
        assert DOCS in (file.resolve(), *file.resolve().parents), f"{target} is not in the site"
        if parts.fragment:
            assert parts.fragment in anchors_of(file), f"docs/{page.name} links to {target}"


def test_every_page_is_in_the_navigation_and_every_entry_is_a_page():
    def entries(nav: object) -> Iterator[str]:
        if isinstance(nav, str):
            yield nav
        elif isinstance(nav, dict):
            for value in nav.values():
                yield from entries(value)
        elif isinstance(nav, list):
            for each in nav:
                yield from entries(each)

    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    assert sorted(entries(config["nav"])) == [page.name for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_page_has_one_title(page: Path):
    assert len(re.findall(r"^# ", prose_of(page), re.MULTILINE)) == 1
