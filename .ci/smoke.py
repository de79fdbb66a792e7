"""`tox -e demo` as a newcomer runs it: it starts, its pages answer, it ends and leaves nothing."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

PAGES = ("/sandbox/", "/")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def is_served(port: int) -> bool:
    with socket.socket() as sock:
        return sock.connect_ex(("127.0.0.1", port)) == 0


def echo_until_ready(demo: subprocess.Popen[str]) -> None:
    for line in demo.stdout or ():
        print(line, end="", flush=True)
        if "Ctrl-C ends it" in line:
            return
    raise SystemExit("The demo ended before it was ready.")


def main() -> None:
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        demo = subprocess.Popen(
            [sys.executable, "-m", "tox", "run", "-e", "demo"],
            env={**os.environ, "PORT": str(port), "DEMO_VAR": folder},
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        try:
            echo_until_ready(demo)
            for page in PAGES:
                url = f"http://127.0.0.1:{port}{page}"
                with urllib.request.urlopen(url, timeout=10) as answer:
                    print(answer.status, page)
            demo.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + 30
            while is_served(port):
                if time.monotonic() > deadline:
                    raise SystemExit("The demo went on after it was told to end.")
                time.sleep(0.2)
        finally:
            try:
                os.killpg(demo.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
    print("The demo starts, answers and ends.")


if __name__ == "__main__":
    main()
