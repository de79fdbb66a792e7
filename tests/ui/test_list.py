"""The list of incidents."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from response import text
from response.models import Incident
from response.ui import listing, matches
from tests.factories import make_incident, make_person, moment
from tests.ui.html import Page, read


def titles(page: Page) -> list[str]:
    """What the list shows, in its order; titles of these tests are single words."""
    names = {
        f"/incident/{pk}/": report for pk, report in Incident.objects.values_list("pk", "report")
    }
    return [names[href] for href in page.links() if href in names]


def test_an_incident_is_shown_with_status_severity_people_and_times(browser: Client) -> None:
    incident = make_incident(
        "Cards", severity="1", lead=make_person("ana"), reporter=make_person("bob")
    )
    incident.start_time = moment(-30)
    incident.save()
    incident.close(at=moment(60))
    page = read(browser, "/")
    assert f"/incident/{incident.pk}/" in page.links()
    for words in (
        "Cards",
        "💧 resolved",
        "⛈️ critical",
        "led by ana",
        "reported by bob",
        "5 Jan 2026, 08:30 UTC",
        "1 hr 30 mins",
    ):
        assert words in page.text


def test_what_is_missing_is_said(browser: Client) -> None:
    make_incident("Live")
    page = read(browser, "/")
    assert "🔥 live ☁️ no severity nobody leads" in page.text
    assert "so far" in page.text


def test_incidents_come_latest_report_first(browser: Client) -> None:
    make_incident("first", report_time=moment(1))
    make_incident("third", report_time=moment(3))
    make_incident("second", report_time=moment(2))
    assert titles(read(browser, "/")) == ["third", "second", "first"]


def test_an_empty_list_says_how_to_declare(browser: Client) -> None:
    page = read(browser, "/")
    assert "No incidents yet" in page.text
    assert "/incident Card payments are failing" in page.text


@pytest.fixture
def one_of_each(db: None) -> None:
    make_incident("live")
    make_incident("resolved").close()
    make_incident("reported", report_only=True)
    make_incident("filed", report_only=True).close()


@pytest.mark.usefixtures("one_of_each")
@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("all", ["filed", "reported", "resolved", "live"]),
        ("open", ["live"]),
        ("closed", ["filed", "resolved"]),
        ("reports", ["filed", "reported"]),
        ("banana", ["filed", "reported", "resolved", "live"]),
    ],
)
def test_the_list_can_be_narrowed_to_a_status(
    browser: Client, status: str, expected: list[str]
) -> None:
    page = read(browser, f"/?status={status}")
    assert titles(page) == expected
    assert "All 4 Open 1 Closed 2 Reports 2" in page.text


@pytest.mark.parametrize("field", ["report", "summary", "impact"])
def test_search_finds_words_in_title_summary_and_impact(browser: Client, field: str) -> None:
    found = make_incident(**{field: text.from_plain("R&D: a < b, Checkout broken")})
    make_incident("Other", summary="nothing", impact="none")
    for words in ("checkout", "BROKEN checkout", "R&D", "a < b", "&", "d:"):
        page = read(browser, reverse("home") + "?" + f"q={words.replace('&', '%26')}")
        assert [href for href in page.links() if "/incident/" in href] == [
            f"/incident/{found.pk}/"
        ], words


@pytest.mark.parametrize(
    "words", ["amp", "AMP", "m", "mp;", "p;", ";", "lt;", "T;", "checkout other", "%", "_"]
)
def test_search_does_not_find_what_nobody_reads(browser: Client, words: str) -> None:
    make_incident(text.from_plain("R&D: a < b, Checkout broken"))
    make_incident("Other")
    assert "No incident matches" in read(browser, f"/?q={words.replace('%', '%25')}").text


@pytest.mark.usefixtures("one_of_each")
def test_search_and_status_narrow_together_and_links_keep_both(browser: Client) -> None:
    page = read(browser, "/?q=l&status=open")
    assert titles(page) == ["live"]
    assert "All 3 Open 1 Closed 2 Reports 1" in page.text
    assert "?status=closed&q=l" in page.links()
    assert {"type": "hidden", "name": "status", "value": "open"} in page.all("input")


def test_fifty_incidents_come_on_a_page(browser: Client) -> None:
    for number in range(101):
        make_incident(f"i{number}", report_time=moment(number), reporter=None)
    first, last = read(browser, "/"), read(browser, "/?page=3")
    assert titles(first) == [f"i{number}" for number in range(100, 50, -1)]
    assert titles(last) == ["i0"]
    assert "?page=2" in first.links()
    assert {"href": "?page=3", "aria-label": "Page 3", "aria-current": "page"} in last.all("a")


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("banana", "third"),
        ("", "third"),
        ("1.5", "third"),
        ("9" * 5000, "third"),
        ("\0", "third"),
        ("-1", "first"),
        ("0", "first"),
        ("99", "first"),
    ],
)
def test_a_page_that_makes_no_sense_is_some_page(
    browser: Client, monkeypatch: pytest.MonkeyPatch, page: str, expected: str
) -> None:
    monkeypatch.setattr(matches, "PER_PAGE", 1)
    for name in ("first", "second", "third"):
        make_incident(name)
    response = browser.get("/", {"page": page})
    assert response.status_code == 200
    assert titles(Page(response.content.decode())) == [expected]


@pytest.fixture
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """More than three are not counted, and two are a page."""
    monkeypatch.setattr(matches, "MOST", 3)
    monkeypatch.setattr(listing, "MOST", 3)
    monkeypatch.setattr(matches, "PER_PAGE", 2)


@pytest.mark.usefixtures("one_of_each", "few_are_many")
@pytest.mark.parametrize(
    ("path", "counts"),
    [
        ("/?", "All 3+ Open 3+ Closed 2 Reports 2"),
        ("/?q=i&", "All 3+ Open 3+ Closed 1 Reports 1"),
    ],
)
def test_what_is_many_is_counted_no_further(browser: Client, path: str, counts: str) -> None:
    for number in range(4):
        make_incident(f"i{number}")
    page = read(browser, path)
    assert counts in page.text
    assert titles(page) == ["i3", "i2"]
    assert "filed" in titles(read(browser, f"{path}status=reports"))


@pytest.mark.usefixtures("few_are_many")
def test_no_private_incident_makes_few_many(browser: Client) -> None:
    for number in range(3):
        make_incident(f"i{number}")
        make_incident("planted-secret", private=True)
    assert "All 3 Open 3 " in read(browser, "/").text
    make_incident("closed").close()
    for _ in range(4):
        make_incident("planted-secret", private=True, report_only=True).close()
    assert "All 3+ Open 3 Closed 1 Reports 0" in read(browser, "/").text


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("path", ["/?", "/?q=i&"])
def test_every_page_of_many_can_be_gone_to(browser: Client, path: str) -> None:
    for number in range(9):
        make_incident(f"i{number}")
    seen, page = [], read(browser, path)
    for number in range(1, 6):
        page = read(browser, f"{path}page={number}")
        seen += titles(page)
        assert ("rel" in str(page.all("a"))) is True
    assert seen == [f"i{number}" for number in range(8, -1, -1)]
    assert "Older" not in page.text
    for beyond in ("6", "99", "-1", "0"):
        assert titles(read(browser, f"{path}page={beyond}")) == ["i0"]
    assert titles(read(browser, f"{path}page=banana")) == ["i8", "i7"]
    # The end is known from the last page that was counted on.
    assert "Page 5" not in str(read(browser, f"{path}page=1").all("a"))
    assert "Page 5" in str(read(browser, f"{path}page=2").all("a"))


@pytest.mark.usefixtures("few_are_many")
def test_a_tab_that_holds_as_many_as_are_counted_tells_the_number(browser: Client) -> None:
    for _ in range(3):
        make_incident("open")
    assert "All 3 Open 3 Closed 0" in read(browser, "/").text
    make_incident("closed").close()
    assert "All 3+ Open 3 Closed 1" in read(browser, "/").text
    page = read(browser, "/?status=open&page=2")
    assert titles(page) == ["open"]
    assert "Older" not in page.text


@pytest.mark.parametrize("words", ["\0", "é" * 5000, "%s", "<script>", "' OR 1=1 --", "a " * 99])
def test_no_search_is_too_strange(browser: Client, words: str) -> None:
    make_incident("Cards")
    assert browser.get("/", {"q": words, "status": words, "page": words}).status_code == 200


def test_a_private_incident_is_neither_listed_nor_counted_nor_found(browser: Client) -> None:
    make_incident("planted-secret", private=True)
    for path in ("/", "/?status=open", "/?q=planted-secret"):
        response = browser.get(path)
        assert b">planted-secret<" not in response.content
        assert "All 0 Open 0" in Page(response.content.decode()).text
    assert "No incidents yet" in read(browser, "/?q=cards").text


def queries(browser: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert browser.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", ["/", "/?q=ask"])
def test_the_list_takes_as_many_queries_for_fifty_incidents_as_for_one(
    browser: Client, path: str
) -> None:
    def add(number: int) -> None:
        for _ in range(number):
            make_incident(f"Ask <@{make_person().external_id}>", lead=make_person())

    add(1)
    of_one = queries(browser, path)
    add(49)
    assert queries(browser, path) == of_one
    assert of_one <= 8


@pytest.mark.usefixtures("few_are_many")
@pytest.mark.parametrize("path", ["/", "/?q=ask", "/?status=open", "/?page=9"])
def test_so_it_does_for_fifty_and_a_hundred_where_they_are_not_counted(
    browser: Client, path: str
) -> None:
    counts = []
    for _ in range(2):
        for _ in range(50):
            make_incident("Ask")
        counts.append(queries(browser, path))
    assert counts[0] == counts[1] <= 11


@pytest.mark.parametrize("words", ["amp", "lamp", "amplifier", "l", "gt", "&amp;", "amp;x", "a;"])
def test_search_finds_what_looks_like_an_entity(browser: Client, words: str) -> None:
    make_incident(text.from_plain("A lamp & amplifier: &gt; amp;x a;"))
    make_incident(text.from_plain("R&D <&>"))
    text_of_it = "A lamp & amplifier: &gt; amp;x a;"
    expected = [text.from_plain(text_of_it)] if words in text_of_it else []
    found = titles(read(browser, reverse("home") + f"?q={words.replace('&', '%26')}"))
    assert found == expected


def test_a_search_that_finds_few_reads_all_texts_once(browser: Client) -> None:
    make_incident("Checkout")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/?q=checkout")
    assert sum("LIKE" in query["sql"] for query in captured) == 1


def test_times_are_in_the_projects_time_zone(browser: Client, settings: Any) -> None:
    settings.TIME_ZONE = "America/New_York"
    make_incident(report_time=moment())
    page = read(browser, "/")
    assert "5 Jan 2026, 04:00 EST" in page.text
    assert {"datetime": "2026-01-05T04:00:00-05:00"} in page.all("time")
    assert "Times are in America/New_York." in page.text


def test_naive_times_are_shown_as_they_are(browser: Client, settings: Any) -> None:
    settings.USE_TZ = False
    settings.TIME_ZONE = "America/New_York"
    make_incident(report_time=moment())
    page = read(browser, "/")
    assert "5 Jan 2026, 04:00 EST" in page.text
    assert {"datetime": "2026-01-05T04:00:00"} in page.all("time")
