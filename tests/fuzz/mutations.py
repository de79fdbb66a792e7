"""What is done to a payload before it is sent: everything that a mistake or an attacker may do."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

IDS = [
    *("U0ANA", "U0BOB", "U0NOBODY", "W0CHIDI", "W012A3CDE", "B0PAGER", "USLACKBOT", "C0INC"),
    *("C0GENERAL", "G0PRIVATE", "D0ANA", "T0", "E0GRID", "S0ONCALL", "A0INC", "Ev0OTHER", "V0X"),
    *("F0FILE", "R0REQ", "u0ana", "U", "C1" * 26, "U0ANA ", "U0\u0410NA", "<@U0ANA>", "-1", "0"),
]
NAMES = [
    *("ana", "Ana María", "O'Brien & <co>", "名前", "محمد", "x" * 80, "é" * 300, "👩\u200d🚒"),
    *(
        "\u202eevil",
        "a\u2066b\u2069c",
        "\u200b",
        "​",
        "İstanbul",
        "ﷺ",
        "ß",
        "=1+1",
        "@here",
        "n" * 200,
        "1" * 30,
    ),
]
CHARACTERS = [
    *("\x00", "a\x00b", "\ud800", "\udfff\ud800", "a\ud83db", "💥", "𠜎", "\U0010ffff", "\ufeff"),
    *("\u2028", "\x85", "\x1b[31m", "\x7f", "\r\n", "\t", " ", "", "\u202e\u2067", "\ue000\ue001"),
    *("%00", "\\", '"', "'", "<!channel>", "<@U0ANA|\x00>", "&lt;script&gt;", "<script>", "${7*7}"),
    *("[[" * 600, "x" * 10_000, "<" * 3_000, "👍" * 300, "{{ 7*7 }}", "%s%n", "../../etc"),
]
NUMBERS = [
    *(0, 1, -1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**30, 10**300, 0.1, -0.0),
    *(1e308, float("nan"), float("inf"), float("-inf"), 1795200000, "1795200000.000100", "1e999"),
    *("99999999999999999999", "²", "१", "-0", "1_000", "0x10", "nan", "٣"),
]


def _deep(levels: int, within: Any = None) -> Any:
    for level in range(levels):
        within = [within] if level % 2 else {"a": within}
    return within


SHAPES = [
    *(None, True, False, [], {}, [[]], [None], {"": {}}, [{}], {"id": {}}, {"id": None}),
    *({"value": "x"}, {"id": "U0ANA"}, ["U0ANA"], "[" * 100_000, _deep(60), _deep(200)),
    *({"type": "message"}, [{"type": []}], {"\x00": "\x00"}, {"a" * 300: 1}, {"$ne": None}),
]
HOSTILE = [*IDS, *NAMES, *CHARACTERS, *NUMBERS, *SHAPES]

#: Copies, since what is put into a payload may be changed there.
values = st.one_of(
    st.sampled_from(HOSTILE).map(deepcopy),
    st.sampled_from(HOSTILE).map(deepcopy),
    st.text(max_size=20),
    st.text(st.characters(categories=["Cs", "Cc", "Cf", "So", "Lo"]), max_size=20),
    st.integers(),
    st.floats(),
)

Path = tuple[Any, ...]


def paths(value: Any, at: Path = ()) -> Iterator[Path]:
    """Where something stands in a JSON value; not the value itself."""
    items: Any = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for key, child in items:
        yield (*at, key)
        yield from paths(child, (*at, key))


@st.composite
def mutated(draw: st.DrawFn, payload: Any) -> Any:
    """The payload with one to three things wrong."""
    changed = deepcopy(payload)
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        found = list(paths(changed))
        if found:
            _mutate(draw, changed, draw(st.sampled_from(found)))
    return changed


def _mutate(draw: st.DrawFn, payload: Any, path: Path) -> None:
    *way, last = path
    parent = payload
    for key in way:
        parent = parent[key]
    change = draw(st.sampled_from(["replace"] * 5 + ["drop", "wrap", "unwrap", "rename", "beside"]))
    if change == "replace":
        parent[last] = draw(values)
    elif change == "drop":
        del parent[last]
    elif change == "wrap":
        parent[last] = draw(st.sampled_from([[parent[last]], {"value": parent[last]}]))
    elif change == "unwrap":
        parent[last] = str(parent[last])
    elif isinstance(parent, dict):
        name = draw(st.sampled_from([*CHARACTERS[:12], "id", "type", "text", "user", "channel"]))
        parent[name] = draw(values) if change == "beside" else parent.pop(last)


@st.composite
def mutated_bytes(draw: st.DrawFn, body: bytes) -> bytes:
    """The body as bytes with something wrong that no JSON library would write."""
    at = draw(st.integers(0, len(body)))
    change = draw(
        st.sampled_from(["cut", "insert", "overwrite", "twice", "prefix", "wrong charset"])
    )
    some = draw(
        st.one_of(
            st.binary(min_size=1, max_size=6),
            st.sampled_from(
                [
                    b"\x00",
                    b"\xff\xfe",
                    b"\xed\xa0\x80",
                    b"\xc0\x80",
                    b"%00",
                    b"%ff",
                    b"%ED%A0%80",
                    b"\\ud800",
                    b"\\u0000",
                    b"&payload=",
                    b"&text=",
                    b";",
                    b'"type":1,',
                    b"NaN",
                    b"\xef\xbb\xbf",
                    b"&" * 2000,
                    b"[" * 5000,
                    b'{"a":' * 5000,
                    b"9" * 5000,
                ]
            ),
        )
    )
    if change == "cut":
        return body[:at]
    if change == "insert":
        return body[:at] + some + body[at:]
    if change == "overwrite":
        return body[:at] + some + body[at + len(some) :]
    if change == "twice":
        return body + draw(st.sampled_from([b"", b"&", b"\n", b","])) + body
    if change == "prefix":
        return some + body
    return body.decode().encode(draw(st.sampled_from(["utf-16", "utf-32", "utf-7", "utf-8-sig"])))


def as_json(payload: Any) -> str:
    """JSON in which NaN and lone surrogates stay what they are."""
    return json.dumps(payload)
