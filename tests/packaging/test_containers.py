"""The containers of the demo are put together right, as far as can be said without docker."""

import fnmatch
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.packaging import containers
from tests.packaging.containers import DEMO, ROOT, of, ours, services
from tests.packaging.demo_project import NAMES, environment, run

REAL = "demo.settings"
# Names that the image of another project reads.
OF_OTHERS = {
    "database": {"POSTGRES_DB", "POSTGRES_PASSWORD", "POSTGRES_USER"},
    "ngrok": {"NGROK_AUTHTOKEN"},
}
PINNED = re.compile(r"[a-z0-9./-]+:\d+(\.\d+)+[\w.-]*")
MANAGE = ["python", "manage.py"]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a container, with a SQLite file for its database."""
    folder = tmp_path_factory.mktemp("container")
    return environment(
        folder,
        REAL,
        SECRET_KEY="x",
        RESPONSE_TASK_BACKEND="database",
        # A tick asks Slack who is in the workspace; nothing answers there.
        SLACK_API_URL="http://127.0.0.1:9/api/",
    )


@pytest.fixture(scope="module")
def manage_commands(demo: dict[str, str]) -> set[str]:
    """What `manage.py` can do in such a container."""
    code = "from django.core.management import *; import django; django.setup()\n"
    done = run("-c", code + "print(*get_commands())", env=demo)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def stage_of(source: str) -> str:
    found = re.match(r"--from=(\S+)", source)
    return found[1] if found else ""


def copied() -> list[str]:
    """Files and folders that COPY takes from the checkout."""
    plain = [arguments for arguments in of("COPY") if not stage_of(arguments)]
    return [source for arguments in plain for source in arguments.split()[:-1]]


def test_dockerfile_has_known_instructions_and_copies_what_exists():
    assert {each.name for each in containers.instructions()} <= containers.INSTRUCTIONS
    assert copied()
    for source in copied():
        assert (ROOT / source).exists(), source
    stages = {match[1] for match in map(re.compile(r".* AS (\w+)$").match, of("FROM")) if match}
    for arguments in of("COPY"):
        assert not stage_of(arguments) or stage_of(arguments) in stages


def test_what_is_copied_is_not_ignored_and_secrets_are():
    lines = (DEMO / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    assert rules[0] == "*"
    assert {rule[1:] for rule in rules if rule.startswith("!")} == set(copied())
    assert not any(fnmatch.fnmatch(".env", rule[1:]) for rule in rules if rule.startswith("!"))
    assert {"demo/var", "**/.env"} <= set(rules)


def test_image_has_all_that_the_package_is_built_from():
    """A missing file would be found by ``pip install`` in the build only."""
    read = re.findall(r'with_name\("([\w.]+)"\)', (ROOT / "setup.py").read_text())
    assert {*read, "setup.py", "pyproject.toml", "MANIFEST.in", "LICENSE"} <= set(copied())


def test_pip_installs_extras_that_exist():
    extras = set(re.findall(r'^        "(\w+)":', (ROOT / "setup.py").read_text(), re.MULTILINE))
    (asked,) = re.findall(r"pip install \"\.\[([\w,]+)\]\"", " ".join(of("RUN")))
    assert set(asked.split(",")) <= extras
    # What the services need: the demo's own, PostgreSQL, the worker.
    assert set(asked.split(",")) == {"demo", "postgres", "tasks"}


def test_image_runs_as_an_ordinary_user_with_a_health_check():
    names = [each.name for each in containers.instructions()]
    assert of("USER") == ["10001"]
    # Nothing is made as that user's superior after it, and what runs comes last.
    assert names.index("USER") > max(i for i, name in enumerate(names) if name in ("RUN", "COPY"))
    assert names[-1] == "CMD"
    assert "HEALTHCHECK" in names
    assert "--uid 10001" in " ".join(of("RUN"))


def test_every_image_has_a_version():
    images = [arguments.split()[0] for arguments in of("FROM")]
    images += [service["image"] for service in services().values()]
    for image in images:
        assert PINNED.fullmatch(image), f"{image} is not pinned to a version"


def test_image_of_ours_has_the_version_of_the_package():
    (version,) = re.findall(r'version="([^"]+)"', (ROOT / "setup.py").read_text())
    assert {service["image"].rpartition(":")[2] for service in ours().values()} == {version}


def test_compose_file_is_valid_by_the_specification():
    jsonschema.Draft202012Validator(containers.schema()).validate(containers.compose())


def test_compose_file_with_an_unknown_key_is_not_valid():
    wrong = containers.compose()
    wrong["services"]["site"]["comand"] = wrong["services"]["site"].pop("image")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(containers.schema()).validate(wrong)


def test_services_are_those_that_the_product_needs():
    assert {"database", "site", "worker", "tick"} <= set(services())
    optional = {name for name, service in services().items() if service.get("profiles")}
    assert optional == {"ngrok", "socket"}


def test_every_name_in_the_environment_is_one_that_is_read():
    for name, service in services().items():
        allowed = OF_OTHERS.get(name, set(NAMES))
        assert set(service.get("environment", {})) <= allowed, name
    text = containers.COMPOSE.read_text(encoding="utf-8")
    interpolated = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", text))
    assert interpolated <= {*NAMES, "NGROK_AUTHTOKEN"}
    assert set(containers.environment_of_image()) & {"SECRET_KEY", "SLACK_TOKEN"} == set()


def test_services_of_ours_read_the_env_file_of_the_checkout():
    for name, service in ours().items():
        assert (DEMO / service["env_file"]).resolve() == ROOT / ".env", name
        build = service["build"]
        assert (DEMO / build["context"]).resolve() == ROOT
        assert (ROOT / build["dockerfile"]).is_file()


def words_of(command: Any) -> list[str]:
    assert isinstance(command, list), f"{command!r} would be run by a shell"
    return [str(word) for word in command]


def test_command_of_every_service_exists(manage_commands: set[str]):
    commands = {
        name: words_of(service["command"])
        for name, service in ours().items()
        if "command" in service
    }
    assert set(commands) == {"migrate", "worker", "tick", "socket"}
    for name, words in commands.items():
        if words[:2] == MANAGE:
            assert words[2] in manage_commands, name
        else:
            assert words[0] == "sh"
            assert (DEMO / words[1]).is_file(), name
    for script in DEMO.glob("*.sh"):
        for command in re.findall(r"python manage\.py (\w+)", script.read_text()):
            assert command in manage_commands, script


def test_health_checks_run_what_exists():
    health = (DEMO / "health.py").read_text(encoding="utf-8")
    for name, service in ours().items():
        check = service["healthcheck"]
        if check.get("disable"):
            assert name in ("migrate", "socket"), "those end by themselves when they fail"
            continue
        assert check["test"] == ["CMD", "python", "health.py", name]
        assert f'"{name}": {name}' in health
    assert services()["database"]["healthcheck"]["test"][:2] == ["CMD", "pg_isready"]


def test_what_a_service_waits_for_is_a_service():
    for name, service in services().items():
        for other, condition in service.get("depends_on", {}).items():
            assert other in services(), name
            if condition["condition"] == "service_healthy":
                assert "test" in services()[other]["healthcheck"]


def test_data_is_in_a_volume_and_the_database_is_not_reached_from_outside():
    volumes = [volume.split(":") for volume in services()["database"]["volumes"]]
    assert {name for name, _ in volumes} == set(containers.compose()["volumes"])
    assert "ports" not in services()["database"]
    assert services()["database"]["networks"] == ["internal"]
    assert containers.compose()["networks"]["internal"] == {"internal": True}
    for port in services()["site"]["ports"]:
        assert port.startswith("127.0.0.1:")


def test_database_of_the_services_is_the_one_beside_them():
    database = services()["database"]["environment"]
    wanted = "postgres://{POSTGRES_USER}:{POSTGRES_PASSWORD}@database:5432/{POSTGRES_DB}"
    for service in ours().values():
        assert service["environment"]["DATABASE_URL"] == wanted.format(**database)


def test_services_of_ours_may_do_no_more_than_they_need():
    for name, service in ours().items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["read_only"] is True, name
        assert "privileged" not in service, name


def test_static_files_are_in_the_image_where_its_settings_look_for_them():
    """``.env`` has the line ``DEMO_VAR=``, which goes before what an image sets."""
    assert "DEMO_VAR" not in containers.environment_of_image()
    assert {service["environment"]["DEMO_VAR"] for service in ours().values()} == {""}
    assert any("collectstatic" in arguments for arguments in of("RUN"))


def health(what: str, env: dict[str, str]) -> tuple[int, str]:
    done = run("health.py", what, env=env)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout + done.stderr


def test_health_of_tick_and_worker_is_told_from_the_database(demo: dict[str, str]):
    assert run("manage.py", "migrate", "--verbosity=0", env=demo).returncode == 0
    assert health("tick", demo) == (1, "There was no tick yet\n")
    assert run("manage.py", "response_tick", env=demo).returncode == 0
    assert health("tick", demo) == (0, "as it should be\n")
    assert health("worker", demo) == (0, "as it should be\n")
    late = run("manage.py", "shell", "--verbosity=0", "-c", LATE_TASK, env=demo)
    assert late.returncode == 0, late.stderr
    assert health("worker", demo) == (1, "1 task(s) wait for a worker\n")


LATE_TASK = """
from datetime import timedelta
from django.utils import timezone
from django_tasks_db.models import DBTaskResult
from response.tasks import enqueue_drain
DBTaskResult.objects.all().delete()
enqueue_drain("database")
DBTaskResult.objects.update(enqueued_at=timezone.now() - timedelta(minutes=10))
enqueue_drain("database")
"""


def test_health_of_a_site_that_does_not_answer_is_told(demo: dict[str, str]):
    code = "import health; health.URL = 'http://127.0.0.1:9/'; print(health.main(['site']))"
    done = run("-c", code, env=demo)
    assert "does not answer" in done.stdout
    assert done.stdout.endswith("1\n")


def test_health_of_something_else_says_what_there_is(demo: dict[str, str]):
    assert health("queue", demo) == (2, "Say which to check: site, worker, tick.\n")


def test_tick_script_ticks_prunes_and_ends_when_told(tmp_path: Path):
    log = tmp_path / "log"
    stub = tmp_path / "python"
    stub.write_text('#!/bin/sh\necho "$@" >> "$TICK_LOG"\n', encoding="utf-8")
    stub.chmod(0o755)
    env = {
        **os.environ,
        "TICK_LOG": str(log),
        "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}",
    }
    with subprocess.Popen(
        ["sh", str(DEMO / "tick.sh")], env=env, start_new_session=True
    ) as process:
        try:
            wait_until(lambda: log.exists() and "prune" in log.read_text(encoding="utf-8"))
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    lines = log.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "manage.py response_tick"
    assert lines[1].startswith("manage.py prune_db_task_results --backend database")


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
