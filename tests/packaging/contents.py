"""What a wheel must hold and must not, given the names of its files."""

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "response"
# What an editor or a system leaves in a folder, and Python.
LEFT_BEHIND = {".DS_Store", "__pycache__"}


def files_of_the_package() -> Iterator[str]:
    """Every file below response/, as it is named in a wheel: code, templates, static files."""
    for path in PACKAGE.rglob("*"):
        if path.is_file() and not LEFT_BEHIND & set(path.parts) and path.suffix != ".pyc":
            yield path.relative_to(ROOT).as_posix()


def wheel_problems(names: Iterable[str]) -> list[str]:
    """What is wrong with a wheel of these files, in sentences; empty when it is as it must be."""
    present = {name for name in names if not name.endswith(".pyc")}
    wanted = set(files_of_the_package())
    problems = [f"{name} is missing" for name in sorted(wanted - present)]
    for name in sorted(present - wanted):
        if not PurePosixPath(name).parts[0].endswith(".dist-info"):
            problems.append(f"{name} does not belong in the wheel")
    return problems


def sdist_problems(names: Iterable[str]) -> list[str]:
    """The same of an sdist, whose names are without the folder at the top."""
    present = set(names)
    wanted = {
        *files_of_the_package(),
        *("CHANGELOG.md", "LICENSE", "README.md", "SECURITY.md", "env.example"),
        *("pyproject.toml", "tox.ini", "demo/manage.py", "demo/run.py", "tests/settings.py"),
    }
    problems = [f"{name} is missing" for name in sorted(wanted - present)]
    unwanted = [
        name
        for name in sorted(present)
        if name.startswith(("demo/var/", ".tox/", ".git/")) or name == ".env"
    ]
    return problems + [f"{name} does not belong in the sdist" for name in unwanted]
