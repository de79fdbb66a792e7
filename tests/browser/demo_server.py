"""The running demo, as tests reach it beside the browser."""

import base64
import http.cookiejar
import json
import re
import urllib.request
from pathlib import Path
from typing import Any


class DemoServer:
    """``url`` has no slash at its end; ``var`` is where the demo keeps its databases."""

    def __init__(self, url: str, var: Path) -> None:
        self.url = url
        self.var = var
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def slack(self, method: str, **params: Any) -> dict[str, Any]:
        """Call the sandbox's Web API as the app's bot does."""
        token = json.loads((self.var / "workspace.json").read_text())["token"]
        headers = {"Authorization": f"Bearer {token}"}
        answer = self._send(f"/sandbox/api/{method}", params, headers)
        assert answer["ok"], answer
        return answer

    def post_blocks(self, channel: str, *blocks: dict[str, Any], text: str = "fallback") -> str:
        """A message of the bot; returns its ts."""
        return str(self.slack("chat.postMessage", channel=channel, text=text, blocks=blocks)["ts"])

    def page_api(self, path: str, **body: Any) -> dict[str, Any]:
        """POST to what the sandbox page itself uses."""
        html = self._opener.open(f"{self.url}/sandbox/", timeout=30).read().decode()
        csrf = re.search(r'data-csrf="([^"]+)"', html)
        assert csrf is not None
        headers = {"X-CSRFToken": csrf[1], "Origin": self.url}
        return self._send(f"/sandbox/ui/{path}", body, headers)

    def fetch(self, path: str) -> tuple[int, Any, bytes]:
        """Status, headers and body of what the demo's own user gets there."""
        request = urllib.request.Request(self.url + path, headers=self._as_demo_user())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read()

    def api(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST to the REST API as the demo's own user."""
        return self._send(path, body, self._as_demo_user())

    def _as_demo_user(self) -> dict[str, str]:
        password = (self.var / "demo-password").read_text().strip()
        return {"Authorization": "Basic " + base64.b64encode(f"demo:{password}".encode()).decode()}

    def reset_workspace(self) -> None:
        """Slack's side as new; the app keeps its incidents."""
        self.page_api("reset")

    def _send(self, path: str, body: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        request = urllib.request.Request(
            self.url + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **headers},
        )
        with self._opener.open(request, timeout=30) as answer:
            return dict(json.load(answer))
