"""Asks pip-audit whether anything installed here has known vulnerabilities.

pip-audit passes what its advisory service does not answer for, as if it were sound. So a
package that is known to be vulnerable is asked about first: where nothing is known of that one,
no audit took place, and this says so.

Exit status: 0 sound, 1 vulnerable, 3 the audit could not take place.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# Of 2019, with a dozen advisories: a service that knows none of them knows nothing.
KNOWN = "django==2.2.0"
# In no registry, or not as it is here.
OURS = "django-incident-response"
SOUND, VULNERABLE, NOT_AUDITED = 0, 1, 3
SECONDS = 300


class NotAudited(Exception):
    """Its text says why."""


def pip_audit(*arguments: str) -> list[dict[str, Any]]:
    """What pip-audit found, an object a package."""
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off"]
    try:
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=SECONDS
        )
        return list(json.loads(done.stdout)["dependencies"])
    except subprocess.TimeoutExpired as failure:
        raise NotAudited(f"pip-audit took more than {SECONDS} seconds") from failure
    except (ValueError, KeyError) as failure:
        last = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise NotAudited(f"pip-audit failed: {last[:300]}") from failure


def ensure_service() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text(KNOWN)
        found = pip_audit(f"--requirement={path}", "--no-deps", "--disable-pip")
    if not any(package.get("vulns") for package in found):
        raise NotAudited(f"the advisory service knows nothing of {KNOWN}")


def problems() -> list[str]:
    """A line a vulnerability; raises ``NotAudited`` where a package was passed over."""
    ensure_service()
    found = pip_audit("--local", "--skip-editable")
    passed_over = [p["name"] for p in found if "skip_reason" in p and p["name"] != OURS]
    lines = [
        f"{package['name']} {package['version']}: {vulnerability['id']}, "
        f"mended in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for package in found
        for vulnerability in package.get("vulns", ())
    ]
    if passed_over and not lines:
        raise NotAudited(f"the advisory service knows nothing of {', '.join(passed_over)}")
    return lines


def main() -> int:
    try:
        lines = problems()
    except NotAudited as reason:
        print(f"NOT AUDITED: {reason}.")
        return NOT_AUDITED
    print("\n".join(lines) or "No known vulnerabilities.")
    return VULNERABLE if lines else SOUND


if __name__ == "__main__":
    sys.exit(main())
