"""Say what is wrong with the sdist and the wheel in a folder: `tox -e dist`."""

import sys
import tarfile
import zipfile
from pathlib import Path

from tests.packaging.contents import sdist_problems, wheel_problems


def names_in_sdist(path: Path) -> list[str]:
    with tarfile.open(path) as archive:
        return [name.partition("/")[2] for name in archive.getnames()]


def main(folder: Path) -> int:
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    problems = [
        *(
            f"{wheel.name}: {problem}"
            for problem in wheel_problems(zipfile.ZipFile(wheel).namelist())
        ),
        *(f"{sdist.name}: {problem}" for problem in sdist_problems(names_in_sdist(sdist))),
    ]
    print(*problems or [f"{wheel.name} and {sdist.name} hold what they must."], sep="\n")  # noqa: T201 - its answer
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
