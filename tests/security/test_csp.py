"""Our pages tell browsers to run and load nothing but ours; the host may say otherwise."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from response import csp
from response.decorators import response_csp
from tests.factories import make_incident

STRICT = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
DJANGOS = "django.middleware.csp.ContentSecurityPolicyMiddleware"
DJANGO_CSPS = "csp.middleware.CSPMiddleware"


@pytest.fixture
def browser(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_user("somebody"))
    return client


def policy_of(client: Client, path: str) -> str:
    return str(client.get(path).headers.get(csp.HEADER, ""))


def test_every_page_of_ours_has_the_strict_policy(browser: Client) -> None:
    incident = make_incident()
    for path in ("/", f"/incident/{incident.pk}/", "/core/reference/"):
        assert policy_of(browser, path) == STRICT, path


def test_whoever_is_sent_to_sign_in_gets_it_too(client: Client, db: None) -> None:
    assert policy_of(client, "/") == STRICT


def test_the_admin_is_the_hosts(browser: Client) -> None:
    assert policy_of(browser, "/admin/") == ""


def test_the_host_may_change_it_or_send_none(browser: Client, settings: Any) -> None:
    settings.RESPONSE_CSP = {
        "default-src": "'self'",
        "img-src": ["'self'", "https://cdn.acme.example"],
        "upgrade-insecure-requests": True,
        "script-src": None,
    }
    assert policy_of(browser, "/") == (
        "default-src 'self'; img-src 'self' https://cdn.acme.example; upgrade-insecure-requests"
    )
    settings.RESPONSE_CSP = {}
    assert policy_of(browser, "/") == ""


def test_an_answer_that_has_one_keeps_it() -> None:
    @response_csp
    def page(request: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={csp.HEADER: "sandbox"})

    assert page(RequestFactory().get("/"))[csp.HEADER] == "sandbox"


@pytest.mark.parametrize(
    ("middleware", "name"), [(DJANGOS, "SECURE_CSP"), (DJANGO_CSPS, "CONTENT_SECURITY_POLICY")]
)
def test_the_sites_own_policy_counts_once_its_middleware_is_there(
    settings: Any, middleware: str, name: str
) -> None:
    setattr(settings, name, {"default-src": ["'self'"]})
    assert csp.policy() == STRICT
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    assert csp.policy() == ""
    settings.RESPONSE_CSP = {"default-src": ["'none'"]}
    assert csp.policy() == "default-src 'none'"


@pytest.mark.skipif(django.VERSION < (6, 0), reason="Django 5.2 has no policy of a site")
def test_with_djangos_middleware_the_page_has_the_sites_policy(
    browser: Client, settings: Any
) -> None:
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, DJANGOS]
    assert policy_of(browser, "/") == STRICT
    settings.SECURE_CSP = {"default-src": ["'self'"], "report-uri": "/reports"}
    assert policy_of(browser, "/") == "default-src 'self'; report-uri /reports"
    settings.RESPONSE_CSP = {"default-src": "'none'"}
    assert policy_of(browser, "/") == "default-src 'none'"


def test_what_the_host_allows_in_texts_is_let_in(settings: Any) -> None:
    settings.MARKDOWN_FILTER_WHITELIST_TAGS = ["p", "img"]
    assert "img-src 'self' http: https:;" in csp.policy()
    settings.MARKDOWN_FILTER_WHITELIST_STYLES = ["color"]
    assert csp.policy().endswith("; style-src-attr 'unsafe-inline'")


@pytest.mark.parametrize(
    ("static_url", "origin"),
    [
        ("https://cdn.acme.example/static/", "https://cdn.acme.example"),
        # By whichever protocol the page came.
        ("//cdn.acme.example/static/", "cdn.acme.example"),
    ],
)
def test_static_files_of_another_site_are_let_in(
    settings: Any, static_url: str, origin: str
) -> None:
    settings.STATIC_URL = static_url
    ours = f"'self' {origin}"
    assert f"img-src {ours}; style-src {ours};" in csp.policy()


@pytest.mark.parametrize(
    ("configured", "problem"),
    [
        ("default-src 'self'", "it is of type str, not a dict"),
        (["default-src"], "it is of type list, not a dict"),
        ({"img-src": 1}, "the value of 'img-src' is no text, list of texts, True or None"),
        ({"img-src": ["'self'\nSet-Cookie: a=b"]}, "'img-src' holds something that is no part"),
        ({"img-src": "'self'; script-src *"}, "'img-src' holds something that is no part"),
        ({"img-src": [None]}, "'img-src' holds something that is no part"),
        ({1: "x"}, "1 holds something that is no part"),
    ],
)
def test_a_policy_that_cannot_be_sent_is_told_by_a_check(configured: Any, problem: str) -> None:
    assert csp.mistake(configured).startswith(problem)


def test_every_form_of_a_value_is_good() -> None:
    good = {"a": "x", "b": ["x", "y"], "c": ("x",), "d": {"x"}, "e": True, "f": None, "g": False}
    assert csp.mistake(good) == csp.mistake({}) == ""
