"""The browser finds no breach of the content security policy on any page, and no inline script.

Our own pages carry the policy. The admin's is the host's: ours is looked at under one that
allows no inline script or style, which Django's own pages bear as well.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import NewPage
from tests.browser.demo_server import DemoServer
from tests.browser.test_private import signs_in
from tests.browser.test_whole_story import SOON
from tests.browser.workspace_page import WorkspacePage

HEADER = "content-security-policy"
# What a text may hold that wants to be markup.
HOSTILE = (
    "Down <script>alert(1)</script> <img src=x onerror=alert(1)> <style>*{color:red}</style> "
    '"><svg onload=alert(1)> <b style="color:red" onclick="alert(1)">now</b> '
    "[here](javascript:alert(1)) ![x](https://elsewhere.example/x.png)"
)
# The strictest that a host could give its admin.
OF_A_STRICT_HOST = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'"
)
COLLECT = """
window.breaches = [];
document.addEventListener('securitypolicyviolation', (event) => window.breaches.push(
  `${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
INLINE = """
() => [...document.querySelectorAll('*')].flatMap((element) => [
  ...(element.matches('script:not([src]):not([type="application/json"]), style') ? ['it'] : []),
  ...[...element.attributes].map((each) => each.name)
    .filter((name) => name === 'style' || name.startsWith('on')),
  ...[...element.attributes].filter((each) => each.value.trim().startsWith('javascript:'))
    .map((each) => each.name),
].map((what) => `${what} of ${element.outerHTML.slice(0, 200)}`))
"""


@pytest.fixture
def boss(demo: DemoServer, new_page: NewPage) -> Page:
    """Somebody who may see and do everything, and whose browser tells of every breach."""
    page = new_page()
    page.add_init_script(COLLECT)
    signs_in(page, demo)
    return page


def breaches(page: Page) -> list[str]:
    # What is blocked is told in a task of its own.
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    return list(page.evaluate("window.breaches"))


def visit(page: Page, url: str, status: int = 200) -> str:
    """Go there, find nothing wrong; the policy that the answer had."""
    answer = page.goto(url)
    assert answer is not None
    assert answer.status == status, url
    assert breaches(page) == [], url
    return answer.headers.get(HEADER, "")


def has_strict_policy(policy: str) -> None:
    assert policy.startswith("default-src 'none'"), policy
    for lax in ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "data:", "*", "http:", "https:"):
        assert lax not in policy, policy


def api(page: Page, demo: DemoServer, path: str, **values: Any) -> dict[str, Any]:
    token = page.locator("input[name=csrfmiddlewaretoken]").first.get_attribute("value") or ""
    headers = {"X-CSRFToken": token, "Referer": demo.url}
    answer = page.request.post(f"{demo.url}/core/{path}", data=values, headers=headers)
    assert answer.status == 201, answer.text()
    return dict(answer.json())


def declare(page: Page, demo: DemoServer) -> int:
    """Through the API, from the admin's page, whose form has what the API wants to see."""
    page.goto(f"{demo.url}/admin/password_change/")
    texts = {"report": HOSTILE[:190], "summary": HOSTILE, "impact": HOSTILE}
    incident = api(page, demo, "incidents/", severity="1", **texts)
    return int(incident["id"])


def declare_privately(page: Page, demo: DemoServer, workspace: WorkspacePage) -> int:
    workspace.say(f"/incident {HOSTILE[:150]}")
    expect(workspace.modal).to_be_visible(timeout=SOON)
    workspace.get("field-private").get_by_role("checkbox").check()
    workspace.submit()
    expect(workspace.modal).to_be_hidden(timeout=SOON)
    answer = page.request.get(f"{demo.url}/core/incidents/?limit=1")
    (latest,) = answer.json()["results"]
    assert latest["private"]
    return int(latest["id"])


def test_our_pages_breach_nothing_and_hold_no_inline_script(
    demo: DemoServer, workspace: WorkspacePage, boss: Page
) -> None:
    public, private = declare(boss, demo), declare_privately(boss, demo, workspace)
    for path in (
        "/",
        "/?status=open",
        "/?status=reports&page=99",
        "/?q=%3Cscript%3Ealert(1)%3C/script%3E",
        "/?q=%22%3E%3Cimg%20src=x%20onerror=alert(1)%3E&status=closed",
        f"/incident/{public}/",
        f"/incident/{private}/",
        "/core/reference/",
    ):
        has_strict_policy(visit(boss, demo.url + path))
        assert boss.evaluate(INLINE) == [], path
    # Whose scripts set heights, which the policy allows them.
    has_strict_policy(visit(boss, f"{demo.url}/sandbox/"))
    boss.goto(f"{demo.url}/incident/{private}/")
    expect(boss.get_by_role("heading", level=1)).to_contain_text("<script>")


def test_search_from_the_page_breaches_nothing(demo: DemoServer, boss: Page) -> None:
    visit(boss, f"{demo.url}/")
    boss.get_by_role("searchbox").fill("<script>alert(1)</script>")
    boss.get_by_role("button", name="Search").click()
    expect(boss.get_by_role("searchbox")).to_have_value("<script>alert(1)</script>")
    assert breaches(boss) == []


def test_answers_that_are_no_pages_of_ours_breach_nothing(demo: DemoServer, boss: Page) -> None:
    for path, status in (("/incident/999999/", 404), ("/no/such/page", 404), ("/healthz", 200)):
        visit(boss, demo.url + path, status)


def test_our_admin_works_under_the_policy_of_a_strict_host(demo: DemoServer, boss: Page) -> None:
    def stricter(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, HEADER: OF_A_STRICT_HOST})

    public = declare(boss, demo)
    boss.route(re.compile(r"/admin/(?!jsi18n)"), stricter)
    visit(boss, f"{demo.url}/admin/response/")
    models = boss.locator("#content-main a").evaluate_all("all => all.map(one => one.href)")
    lists = sorted({url for url in models if re.fullmatch(r".*/admin/response/\w+/", url)})
    assert len(lists) > 10
    for url in [*lists, f"{demo.url}/admin/response/incident/{public}/change/"]:
        assert visit(boss, url) == OF_A_STRICT_HOST
    for name in ("delivery", "handlerrun", "call", "timelineevent", "action"):
        boss.goto(f"{demo.url}/admin/response/{name}/")
        rows = boss.locator("#result_list tbody th a")
        if rows.count():
            visit(boss, demo.url + str(rows.first.get_attribute("href")))


def test_a_breach_would_be_seen(demo: DemoServer, browser: Browser) -> None:
    """The tests above would say nothing either if the browser told them nothing."""
    page = browser.new_page()
    page.add_init_script(COLLECT)

    def careless(route: Route) -> None:
        answer = route.fetch()
        script = "<p style='color:red' onclick='x'>x</p><script>window.ran = true</script></body>"
        route.fulfill(response=answer, body=answer.text().replace("</body>", script))

    page.route(f"{demo.url}/", careless)
    page.goto(f"{demo.url}/")
    found = {each.split()[0] for each in breaches(page)}
    assert found == {"script-src-elem", "script-src-attr", "style-src-attr"}
    assert page.evaluate("'ran' in window") is False
    assert len(page.evaluate(INLINE)) == 3
    page.context.close()
