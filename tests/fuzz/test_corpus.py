"""Files of real and broken payloads, each sent signed and unsigned."""

from __future__ import annotations

from pathlib import Path

import pytest

from response.slack.models import HandlerRun
from tests.fuzz.town import Town, no_queries

CORPUS = Path(__file__).parent / "corpus"
FILES = sorted(str(path.relative_to(CORPUS)) for path in CORPUS.glob("*/*"))


@pytest.mark.parametrize("name", FILES)
def test_a_payload_of_the_corpus(town: Town, name: str) -> None:
    """A real one is taken and worked off; a broken one too, or it is refused with the reason."""
    endpoint, _, file = name.partition("/")
    body = (CORPUS / name).read_bytes()
    with no_queries():
        assert town.post(endpoint, body, signed=False).status == 403
    reply = town.post(endpoint, body)
    town.work()
    # An error that was told where it is read is fine; one that nobody expected is logged.
    town.judge(reply, name)
    if file.startswith("real-"):
        assert reply.status == 200
        assert not HandlerRun.objects.exclude(state="done").exists()
    errors = HandlerRun.objects.exclude(error="").values_list("error", flat=True)
    assert all(error.startswith("MalformedPayload") for error in errors), list(errors)
