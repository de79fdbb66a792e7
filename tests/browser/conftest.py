"""A demo of its own, and headless Chromium, for the tests in this folder.

Fixtures: ``demo`` (runs while the tests run), ``new_page`` (a browser context of its own each
time), ``page`` (one at 1280 by 800), ``workspace`` (the sandbox page in it, on a workspace as
new), ``snapshot`` (keeps a screenshot in ``artifacts/browser/``).
"""

import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

import response
from tests.browser.demo_server import DemoServer
from tests.browser.workspace_page import WorkspacePage

ROOT = Path(__file__).resolve().parents[2]
ARTIFACTS = ROOT / "artifacts" / "browser"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 15_000
# What the browser says of an answer with an error status, which some tests provoke.
EXPECTED_NOISE = re.compile(r"Failed to load resource")

NewPage = Callable[..., Page]
Snapshot = Callable[..., None]


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoServer]:
    """``demo/run.py`` with databases and a port of its own."""
    var = tmp_path_factory.mktemp("demo")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (var / "stderr.log").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "demo" / "run.py")],
            env=_environment(var, port),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        try:
            _wait_until_ready(process, var)
            yield DemoServer(f"http://127.0.0.1:{port}", var)
        finally:
            process.terminate()
            process.communicate(timeout=30)


def _environment(var: Path, port: int) -> dict[str, str]:
    """This process's, without what is about other databases or another Slack.

    An empty value keeps what a developer's ``.env`` says from taking its place.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PYTHONDEVMODE", "PYTHONSAFEPATH", "DJANGO_SETTINGS_MODULE"}
    }
    unset = dict.fromkeys(("DATABASE_URL", "RESPONSE_LOGIN_REQUIRED", "RESPONSE_TASK_BACKEND"), "")
    # The package under test, be it the checkout or an installed wheel.
    path = [str(ROOT / "demo"), str(Path(response.__file__).parents[1])]
    return {
        **kept,
        **unset,
        "DEMO_VAR": str(var),
        "PORT": str(port),
        "PYTHONPATH": os.pathsep.join(path),
        "PYTHONUNBUFFERED": "1",
        "RESPONSE_SANDBOX": "1",
    }


def _wait_until_ready(process: subprocess.Popen[str], var: Path) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Ctrl-C ends it"):
            return
    log = (var / "stderr.log").read_text(errors="replace")
    pytest.fail(f"The demo did not start:\n{log[-3000:]}")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    installed = os.environ.get("CHROMIUM") or shutil.which("chromium")
    for old in ARTIFACTS.glob("failed-*.png"):
        old.unlink()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=installed, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[NewPage]:
    """Makes pages, each a visitor of its own; options are Playwright's for a context.

    A script error or a breach of the content security policy fails the test. What a failed
    test saw is kept as a screenshot.
    """
    contexts: list[BrowserContext] = []
    problems: list[str] = []

    def make(**options: Any) -> Page:
        defaults = {"viewport": {"width": 1280, "height": 800}, "locale": "en-GB"}
        context = browser.new_context(**{**defaults, "timezone_id": "UTC", **options})
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on(
            "console",
            lambda message: (
                problems.append(message.text)
                if message.type == "error" and not EXPECTED_NOISE.search(message.text)
                else None
            ),
        )
        return page

    yield make
    if request.node.stash.get(FAILED, False):
        for number, context in enumerate(contexts):
            for page in context.pages:
                _keep(f"failed-{request.node.name}-{number}", page)
    for context in contexts:
        context.close()
    assert not problems, problems


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture
def workspace(demo: DemoServer, page: Page) -> WorkspacePage:
    """The sandbox page as ana sees it in #general, in a workspace as new."""
    demo.reset_workspace()
    return WorkspacePage(page, demo.url).open(user="U0ANA", channel="C0GENERAL")


@pytest.fixture
def snapshot() -> Snapshot:
    return _keep


def _keep(name: str, page: Page, *, full_page: bool = False) -> None:
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    path = ARTIFACTS / f"{re.sub(r'[^A-Za-z0-9_.-]+', '-', name)}.png"
    page.screenshot(path=path, full_page=full_page, animations="disabled")


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report
