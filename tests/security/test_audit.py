"""The audit of what we depend on never passes because nobody was asked."""

from __future__ import annotations

import importlib.util
from typing import Any

import pytest

from tests.packaging.contents import ROOT

PATH = ROOT / ".ci" / "audit.py"
pytestmark = pytest.mark.skipif(not PATH.exists(), reason="an sdist has no .ci")
BAD: dict[str, Any] = {"name": "django", "version": "2.2.0"}
BAD["vulns"] = [{"id": "PYSEC-1", "fix_versions": ["2.2.1"]}]
GOOD = {"name": "nh3", "version": "1.0", "vulns": []}
OURS = {"name": "django-incident-response", "skip_reason": "not found"}


@pytest.fixture
def audit() -> Any:
    spec = importlib.util.spec_from_file_location("audit", PATH)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("of_the_canary", "of_ours", "status", "told"),
    [
        ([BAD], [GOOD, OURS], 0, "No known vulnerabilities."),
        ([BAD], [GOOD, BAD], 1, "django 2.2.0: PYSEC-1, mended in 2.2.1"),
        ([{"name": "django", "skip_reason": "not found"}], [GOOD], 3, "NOT AUDITED: "),
        ([{**BAD, "vulns": []}], [GOOD], 3, "NOT AUDITED: "),
        ([BAD], [GOOD, {"name": "emoji", "skip_reason": "x"}], 3, "NOT AUDITED: "),
        ([BAD], [BAD, {"name": "emoji", "skip_reason": "x"}], 1, "django 2.2.0: "),
    ],
)
def test_it_passes_only_what_was_asked_about(
    audit: Any, capsys: Any, of_the_canary: Any, of_ours: Any, status: int, told: str
) -> None:
    answers = iter([of_the_canary, of_ours])
    audit.pip_audit = lambda *arguments: next(answers)
    assert audit.main() == status
    assert capsys.readouterr().out.startswith(told)


def test_what_pip_audit_says_in_place_of_an_answer_is_told(audit: Any, capsys: Any) -> None:
    def no_answer(*command: Any, **options: Any) -> Any:
        return type("Done", (), {"stdout": "", "stderr": "Traceback\nNo route to host"})

    audit.subprocess = type("Programs", (), {"run": no_answer, "TimeoutExpired": TimeoutError})
    assert audit.main() == 3
    assert capsys.readouterr().out == "NOT AUDITED: pip-audit failed: No route to host.\n"
