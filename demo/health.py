"""Whether a container does its work: `python health.py site`, `worker` or `tick`; compose asks."""

import os
import sys
import urllib.request
from datetime import timedelta

URL = "http://127.0.0.1:8000/healthz"
# As a proxy with TLS asks; else the site would send us to one.
AS_A_PROXY = {"X-Forwarded-Proto": "https"}
# A worker looks every second, the tick beats every minute.
LATE = timedelta(minutes=3)


def site() -> str:
    """What is wrong with the site here, if anything is."""
    try:
        request = urllib.request.Request(URL, headers=AS_A_PROXY)
        urllib.request.urlopen(request, timeout=8).close()  # noqa: S310 # nosec
    except OSError as error:
        return f"{URL} does not answer: {error}"
    return ""


def worker() -> str:
    """Whether tasks wait that nobody takes up."""
    from django.utils import timezone
    from django_tasks_db.models import DBTaskResult

    now = timezone.now()
    waiting = DBTaskResult.objects.ready().filter(
        backend_name="database", enqueued_at__lt=now - LATE
    )
    # One that was put off is late only some time after it fell due.
    late = waiting.exclude(run_after__gt=now - LATE, run_after__lte=now).count()
    return f"{late} task(s) wait for a worker" if late else ""


def tick() -> str:
    """Whether the tick has stopped."""
    from django.utils import timezone

    from response.slack.models import Heartbeat

    beat = Heartbeat.objects.filter(name=Heartbeat.SCHEDULER).first()
    if beat is None:
        return "There was no tick yet"
    return f"The last tick was at {beat.at}" if timezone.now() - beat.at > LATE else ""


CHECKS = {"site": site, "worker": worker, "tick": tick}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(f"Say which to check: {', '.join(CHECKS)}.", file=sys.stderr)
        return 2
    if arguments[0] != "site":
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "demo.settings")
        import django

        django.setup()
    problem = CHECKS[arguments[0]]()
    print(problem or "as it should be")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
