"""What of a payload is not shown, wherever it stands."""

import json
from typing import Any

import pytest

from response.masking import MASK, masked, masked_text


@pytest.mark.parametrize(
    "key",
    [
        *("token", "bot_access_token", "client_secret", "trigger_id", "response_url", "Token"),
        *("email", "phone", "permalink_public", "response_urls"),
    ],
)
def test_values_of_these_keys(key: str) -> None:
    assert masked({"in": [{key: "something"}]}) == {"in": [{key: MASK}]}
    assert masked({key: ["some", {"thing": 1}]}) == {key: MASK}
    assert masked({key: ""}) == {key: ""}


@pytest.mark.parametrize(
    "secret",
    [
        "xoxb-1-2-abc",
        "13345224609.738474920.8088930838d88f008e0",
        "xoxe.xoxp-1-abcdef",
        "xapp-1-A0-1-abc",
        "https://hooks.slack.com/actions/T0/1/x",
        "https://hooks.slack-gov.com/commands/T0/1/x",
        "http://127.0.0.1:8000/sandbox/hooks/abc",
        "signing secret of the tests",
        "cron token of the tests",
    ],
)
def test_secrets_within_texts(secret: str) -> None:
    assert masked_text(f"before {secret} after") == f"before {MASK} after"
    assert masked([f"before {secret} after"]) == [f"before {MASK} after"]


def test_json_within_strings() -> None:
    metadata = json.dumps({"state": "kept", "response_url": "https://x.test/1", "more": "{"})
    found = masked({"view": {"private_metadata": metadata}})
    assert json.loads(found["view"]["private_metadata"]) == {
        "state": "kept",
        "response_url": MASK,
        "more": "{",
    }


@pytest.mark.parametrize("value", ["{no json xoxb-1", "[" * 5000, "{}", "[]", "", None, 7, True])
def test_whatever_it_is_stays_what_it_is(value: Any) -> None:
    expected = value.replace("xoxb-1", MASK) if isinstance(value, str) else value
    assert masked(value) == expected


def test_the_rest_is_left_alone() -> None:
    payload = {"type": "message", "text": "the tokens are in the box, mail@x.test", "ts": "1.1"}
    assert masked(payload) == payload
