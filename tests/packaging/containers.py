"""demo/Dockerfile and demo/compose.yaml, taken apart without docker."""

import json
import re
import shlex
from pathlib import Path
from typing import Any, NamedTuple

import check_jsonschema
import yaml

from tests.packaging.contents import ROOT

DEMO = ROOT / "demo"
DOCKERFILE = DEMO / "Dockerfile"
COMPOSE = DEMO / "compose.yaml"
VENDORED = Path(check_jsonschema.__file__).parent / "builtin_schemas" / "vendor"
INSTRUCTIONS = {
    *("ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL"),
    *("RUN", "USER", "VOLUME", "WORKDIR"),
}


class Instruction(NamedTuple):
    """One instruction of a Dockerfile, its lines joined."""

    name: str
    arguments: str


def instructions() -> list[Instruction]:
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    lines = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [Instruction(*line.split(None, 1)) for line in lines if line.strip()]


def of(name: str) -> list[str]:
    """The arguments of all instructions of this name, in their order."""
    return [each.arguments for each in instructions() if each.name == name]


def environment_of_image() -> dict[str, str]:
    """What ENV of the last stage sets."""
    last = max(index for index, each in enumerate(instructions()) if each.name == "FROM")
    pairs = " ".join(each.arguments for each in instructions()[last:] if each.name == "ENV")
    return dict(pair.split("=", 1) for pair in shlex.split(pairs))


def compose() -> dict[str, Any]:
    """compose.yaml with its anchors resolved and its variables as they stand."""
    loaded: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return loaded


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = compose()["services"]
    return found


def ours() -> dict[str, dict[str, Any]]:
    """The services that run our image."""
    return {name: service for name, service in services().items() if "build" in service}


def schema() -> dict[str, Any]:
    """The JSON schema of the compose specification, as check-jsonschema ships it."""
    text = (VENDORED / "compose-spec.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded
