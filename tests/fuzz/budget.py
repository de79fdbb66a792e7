"""How many cases are made, and how many were: ``FUZZ_CASES`` is their number in all.

The ordinary suite makes a few thousand, the same each time. ``tox -e fuzz`` makes 100,000, others
each time; ``FUZZ_SEED`` in front of it repeats a run.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as hypothesis_seed
from hypothesis.strategies import SearchStrategy

IN_THE_SUITE = 3_000
CASES = int(os.environ.get("FUZZ_CASES") or IN_THE_SUITE)
SEED = os.environ.get("FUZZ_SEED", "")

#: Cases that were tried, by the test that tried them.
tried: Counter[str] = Counter()


def limits(percent: float, least: int = 1) -> settings:
    """Hypothesis's settings for a share of all cases; the same ones each time in the suite."""
    return settings(
        max_examples=max(least, round(CASES * percent / 100)),
        derandomize=CASES == IN_THE_SUITE,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )


def fuzzed(
    cases: SearchStrategy[Any], *, percent: float, name: str
) -> Callable[[Callable[[Any], None]], None]:
    """Run the decorated function at once, with its share of all cases."""

    def run(law: Callable[[Any], None]) -> None:
        def counted(case: Any) -> None:
            tried[name] += 1
            try:
                law(case)
            except Exception as error:
                # Of long cases Hypothesis shows nothing.
                error.add_note(f"{name}: {case!r}")
                raise

        seeded(limits(percent)(given(case=cases)(counted)))()

    return run


def seeded(test: Callable[..., None]) -> Callable[..., None]:
    """The test with the cases of ``FUZZ_SEED``, if there is one."""
    return hypothesis_seed(int(SEED))(test) if SEED and CASES != IN_THE_SUITE else test
