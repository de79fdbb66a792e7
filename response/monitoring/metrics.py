"""The metrics, in OpenMetrics by prometheus-client: sums of all processes, from the database.

No process keeps figures of its own that a scrape of another would miss. None is of an incident:
labels are kinds, methods and codes, of which there are few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from response.monitoring import figures
from response.slack import meter
from response.slack.models import Tally

Row = tuple[str, str, str, int, float]
COUNTERS = (
    (
        meter.DELIVERIES,
        "response_deliveries",
        "Tries of handlers by what was delivered and how it went.",
        ("kind", "outcome"),
    ),
    (
        meter.CALLS,
        "response_slack_calls",
        "Requests to Slack by method and error, ok for none.",
        ("method", "error"),
    ),
)
HISTOGRAMS = (
    (
        meter.DELIVERY_SECONDS,
        "response_delivery_seconds",
        "From a delivery until a handler was done with it.",
        "kind",
    ),
    (
        meter.CALL_SECONDS,
        "response_slack_call_seconds",
        "How long Slack took to answer.",
        "method",
    ),
)
BOX_GAUGES = (
    ("waiting", "response_box_waiting", "Rows that wait, for now or for later."),
    ("due", "response_box_due", "Rows that wait and are due."),
    ("retried", "response_box_retried", "Rows that wait after a try that failed."),
    ("lag", "response_box_lag_seconds", "How long the oldest row has been waiting."),
)


def available() -> bool:
    """Whether prometheus-client is installed."""
    try:
        import_module("prometheus_client")
    except ImportError:
        return False
    return True


def exposition(now: datetime) -> tuple[bytes, str]:
    """The metrics as OpenMetrics, and the content type: six queries, however much there is."""
    meter.flush()
    families = list(_families(now))
    openmetrics = import_module("prometheus_client.openmetrics.exposition")
    text: bytes = openmetrics.generate_latest(_Collected(families))
    return text, str(openmetrics.CONTENT_TYPE_LATEST)


class _Collected:
    """What the client writes, in place of a registry: nothing is kept from scrape to scrape."""

    def __init__(self, families: Sequence[Any]) -> None:
        self._families = families

    def collect(self) -> Sequence[Any]:
        """The families."""
        return self._families


def _families(now: datetime) -> Iterator[Any]:
    core = import_module("prometheus_client.core")
    tallies = defaultdict(list)
    for row in Tally.objects.order_by("name", "label", "outcome").values_list(
        "name", "label", "outcome", "number", "seconds"
    ):
        tallies[row[0]].append(row)
    for name, metric, about, labels in COUNTERS:
        family = core.CounterMetricFamily(metric, about, labels=labels)
        for _, label, outcome, number, _ in tallies[name]:
            family.add_metric([label, outcome], number)
        yield family
    for name, metric, about, label_name in HISTOGRAMS:
        family = core.HistogramMetricFamily(metric, about, labels=[label_name])
        for label, buckets, seconds in _histograms(tallies[name]):
            family.add_metric([label], buckets=buckets, sum_value=seconds)
        yield family
    yield from _gauges(core, now)


def _histograms(rows: Iterable[Row]) -> Iterator[tuple[str, list[tuple[str, float]], float]]:
    """By label: how many took at most so long, and seconds in all."""
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    seconds: dict[str, float] = defaultdict(float)
    for _, label, end, number, took in rows:
        counts[label][end] = number
        seconds[label] += took
    for label, found in counts.items():
        so_far, buckets = 0, []
        for end in meter.ENDS:
            so_far += found.get(end, 0)
            buckets.append((end, float(so_far)))
        yield label, buckets, seconds[label]


def _gauges(core: Any, now: datetime) -> Iterator[Any]:
    boxes = {"inbox": figures.inbox(now), "outbox": figures.outbox(now)}
    for attribute, metric, about in BOX_GAUGES:
        yield _gauge(
            core, metric, about, "box", {n: getattr(box, attribute) for n, box in boxes.items()}
        )
    yield _gauge(
        core, "response_box_parked", "Rows given up, for a person.", "box", figures.parked()
    )
    # Seconds ago, not a time: a project without USE_TZ has no certain one.
    beats = {name: max((now - at).total_seconds(), 0.0) for name, at in figures.beats().items()}
    about = "How long ago the tick was: the scheduler's, or that of whoever stood in for it."
    yield _gauge(core, "response_heartbeat_age_seconds", about, "beat", beats)


def _gauge(core: Any, metric: str, about: str, label: str, values: dict[str, Any]) -> Any:
    family = core.GaugeMetricFamily(metric, about, labels=[label])
    for name, value in values.items():
        family.add_metric([name], value)
    return family
