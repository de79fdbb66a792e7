"""Runs the demo: prepares its databases, then the site and the tick of every minute.

`tox -e demo` calls this. RESPONSE_SANDBOX=0 runs it against a real workspace instead of the
one in a box; `env.example` has the names to set.
"""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

from demo.environment import VAR, flag, kept_secret, text

HERE = Path(__file__).resolve().parent
HOST = "127.0.0.1"
READY_WITHIN = 60
TICK_EVERY = 60
GRACE = 10


class CannotStart(Exception):
    """Its text tells the person at the terminal what to do."""


def port() -> int:
    value = text("PORT", "8000")
    if not value.isdecimal() or not 0 < int(value) < 65536:
        raise CannotStart(f"PORT is {value!r}; it must be a number from 1 to 65535.")
    return int(value)


def ensure_free(number: int) -> None:
    with socket.socket() as sock:
        if os.name == "posix":
            # As servers do: the connections of a demo that has just ended do not count.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, number))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise CannotStart(
                f"Port {number} on {HOST} is taken or not allowed. Stop what uses it, or choose "
                f"another one: PORT={number + 1 if number < 65535 else 8001} tox -e demo"
            ) from error


def manage(*arguments: str) -> list[str]:
    return [sys.executable, str(HERE / "manage.py"), *arguments]


def server_command(number: int) -> list[str]:
    """The command that serves the site.

    One process with threads: the app and the sandbox call each other over HTTP, so one
    thread would wait for itself; and the sandbox sends its events from a thread of its own
    process, so several processes would send them several times. gunicorn keeps its threads
    and ends gracefully; for Windows, where it does not exist, Django's own server stands in.
    """
    if find_spec("gunicorn") is None:
        return manage("runserver", "--noreload", f"{HOST}:{number}")
    return [
        *(sys.executable, "-m", "gunicorn", "demo.wsgi:application", "--chdir", str(HERE)),
        *("--bind", f"{HOST}:{number}", "--worker-class", "gthread", "--workers", "1"),
        *("--threads", "16", "--log-level", "warning", "--graceful-timeout", str(GRACE // 2)),
        # Its socket has one fixed place, and two demos may run beside each other.
        "--no-control-socket",
    ]


def prepare(environment: Mapping[str, str], *, sandbox: bool) -> None:
    """Bring the databases up to date and make what a new installation lacks."""
    commands = [("migrate", "--verbosity=0")]
    if sandbox:
        commands += [("migrate", "--database=sandbox", "--verbosity=0"), ("sandbox_seed",)]
        commands += [("demo_user",)]
    else:
        commands += [("collectstatic", "--noinput", "--verbosity=0")]
    for command in commands:
        done = subprocess.run(manage(*command), env=environment)
        if done.returncode:
            raise CannotStart(f"`manage.py {command[0]}` failed; its error is above.")


def answers(url: str) -> bool:
    # As a proxy with TLS asks; else a site with https would send us to one.
    request = urllib.request.Request(url, headers={"X-Forwarded-Proto": "https"})  # noqa: S310
    try:
        urllib.request.urlopen(request, timeout=5).close()  # noqa: S310 # nosec
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


class Demo:
    """The site and, every minute, one tick; both end with this process."""

    def __init__(self, number: int, environment: Mapping[str, str]) -> None:
        self.url = f"http://{HOST}:{number}"
        self.environment = environment
        self.parent = os.getppid()
        self.tick: subprocess.Popen[bytes] | None = None
        self.next_tick = time.monotonic() + TICK_EVERY
        self.server = subprocess.Popen(server_command(number), env=environment)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN
        while not answers(f"{self.url}/"):
            if self.server.poll() is not None:
                raise CannotStart("The site did not start; its error is above.")
            if time.monotonic() > deadline:
                raise CannotStart(f"The site did not answer within {READY_WITHIN} seconds.")
            time.sleep(0.2)

    def watch(self) -> int:
        """Tick until the site ends, or whoever started us is gone; return the exit code."""
        while os.getppid() == self.parent:
            if self.server.poll() is not None:
                return self.server.returncode
            if time.monotonic() >= self.next_tick and not self.ticking():
                self.next_tick = time.monotonic() + TICK_EVERY
                self.tick = subprocess.Popen(
                    manage("response_tick"), env=self.environment, stdout=subprocess.DEVNULL
                )
            time.sleep(0.5)
        return 0

    def ticking(self) -> bool:
        return self.tick is not None and self.tick.poll() is None

    def stop(self) -> None:
        """End the children; another Ctrl-C meanwhile must leave none of them behind."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        children = [child for child in (self.tick, self.server) if child is not None]
        for child in children:
            if child.poll() is None:
                child.terminate()
        for child in children:
            try:
                child.wait(GRACE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def where_to_look(url: str, *, sandbox: bool) -> str:
    if not sandbox:
        return f"Incident response is at {url}/ and expects Slack at {url}/slack/ . Ctrl-C ends it."
    return f"""
  Slack, in a box    {url}/sandbox/          type /incident there
  Incidents          {url}/
  REST API           {url}/core/incidents/   once signed in
  Admin              {url}/admin/            user demo, password {kept_secret("demo-password")}

Ctrl-C ends it; what you did is kept in {VAR}.
"""


def run() -> int:
    sandbox = flag("RESPONSE_SANDBOX", default=True)
    number = port()
    ensure_free(number)
    settings = "demo.settings_sandbox" if sandbox else "demo.settings"
    environment = {"DJANGO_SETTINGS_MODULE": settings, **os.environ, "PORT": str(number)}
    print("Preparing the databases …")
    prepare(environment, sandbox=sandbox)
    demo = Demo(number, environment)
    try:
        demo.wait_until_ready()
        print(where_to_look(demo.url, sandbox=sandbox), flush=True)
        return demo.watch()
    finally:
        demo.stop()


def end(signum: int, _frame: object) -> None:
    raise SystemExit(128 + signum)


def main() -> int:
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
    try:
        return run()
    except CannotStart as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nEnded.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
