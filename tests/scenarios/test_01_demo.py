"""The demo as real processes: `demo/run.py`, which `tox -e demo` calls, from start to end."""

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.packaging.demo_project import DEMO, environment, run

READY = "Ctrl-C ends it"


@pytest.fixture
def port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


@pytest.fixture
def demo(tmp_path: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The running demo, in a process group of its own."""
    env = environment(tmp_path, "demo.settings_sandbox", PORT=str(port), PYTHONUNBUFFERED="1")
    command = [sys.executable, "run.py"]
    with subprocess.Popen(
        command, env=env, cwd=DEMO, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def until_ready(process: subprocess.Popen[str]) -> str:
    """What it prints until it says that it is there, or ends."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if READY in line:
            break
    return "".join(lines)


def whom_and_what(url: str, folder: Path) -> dict[str, object]:
    """Who is in the workspace of a new demo, as its Web API tells with the app's token."""
    token = json.loads((folder / "workspace.json").read_text())["token"]

    def ask(method: str) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"}
        request = urllib.request.Request(f"{url}/sandbox/api/{method}", headers=headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.load(answer))

    members = [row for row in ask("users.list")["members"] if row["id"] != "USLACKBOT"]
    return {
        "channels": {row["name"] for row in ask("conversations.list")["channels"]},
        "people": sum(not row["is_bot"] for row in members),
        "bots": [row["name"] for row in members if row["is_bot"]],
    }


def test_demo_starts_says_where_to_look_and_ends_with_its_children(
    demo: subprocess.Popen[str], port: int, tmp_path: Path
):
    url = f"http://127.0.0.1:{port}"
    printed = until_ready(demo)
    assert f"{url}/sandbox/" in printed
    assert "user demo, password " in printed
    for path in ("/sandbox/", "/"):
        with urllib.request.urlopen(url + path, timeout=20) as answer:
            assert answer.status == 200, path
    assert whom_and_what(url, tmp_path) == {
        "channels": {"general", "incidents", "incident-reports"},
        "people": 6,
        "bots": ["incident"],
    }
    demo.send_signal(signal.SIGTERM)
    demo.wait(30)
    # Its site let go of the port, and nothing of its group is left.
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) != 0
    with pytest.raises(ProcessLookupError):
        os.killpg(demo.pid, 0)


def test_taken_port_is_said_with_another_to_try(tmp_path: Path, port: int):
    env = environment(tmp_path, "demo.settings_sandbox", PORT=str(port))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        done = run("run.py", env=env)
    assert done.returncode == 1
    assert f"Port {port} on 127.0.0.1 is taken" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("wrong", ["eighty", "0", "70000"])
def test_impossible_port_is_said(tmp_path: Path, wrong: str):
    done = run("run.py", env=environment(tmp_path, "demo.settings_sandbox", PORT=wrong))
    assert done.returncode == 1
    assert f"PORT is '{wrong}'" in done.stderr
