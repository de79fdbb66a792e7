"""The description of the API, for programs and for people."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.contrib.staticfiles import finders
from django.urls import URLPattern, reverse
from rest_framework.test import APIClient

from response.core import urls
from response.models import Incident
from tests.factories import make_incident


@pytest.fixture
def schema(api: APIClient) -> dict[str, Any]:
    response = api.get(reverse("response-schema"))
    assert response.status_code == 200
    assert "openapi+json" in response["Content-Type"]
    return json.loads(response.content)


def test_it_is_openapi_3_1_and_says_where_the_api_is(schema: dict[str, Any]) -> None:
    assert schema["openapi"] == "3.1.0"
    assert schema["servers"] == [{"url": "http://testserver/core"}]


def test_every_path_is_in_it(schema: dict[str, Any]) -> None:
    names = {pattern.name for pattern in urls.described if isinstance(pattern, URLPattern)}
    assert len(schema["paths"]) == len(names - {"api-root"})


def test_it_can_be_had_as_yaml(api: APIClient, schema: dict[str, Any]) -> None:
    for query, accept in (({"format": "yaml"}, "*/*"), ({}, "application/yaml")):
        response = api.get(reverse("response-schema"), query, headers={"Accept": accept})
        assert yaml.safe_load(response.content) == schema


def test_a_browser_gets_it_too(api: APIClient) -> None:
    response = api.get(reverse("response-schema"), headers={"Accept": "text/html"})
    assert response.status_code == 200


def test_requests_allow_nothing_that_would_be_refused(schema: dict[str, Any]) -> None:
    components = schema["components"]["schemas"]
    patched = components["PatchedIncidentRequest"]
    assert patched["additionalProperties"] is False
    assert set(patched["properties"]) == {
        "end_time",
        "impact",
        "lead",
        "private",
        "report",
        "report_only",
        "severity",
        "start_time",
        "summary",
    }
    assert components["NewIncidentRequest"]["required"] == ["report"]


def test_refusals_and_conflicts_are_described(schema: dict[str, Any]) -> None:
    close = schema["paths"]["/incidents/{id}/close/"]["post"]
    assert set(close["responses"]) >= {"200", "400", "401", "403", "404", "409", "412"}
    patch = schema["paths"]["/incidents/{id}/"]["patch"]
    assert "If-Match" in [parameter["name"] for parameter in patch["parameters"]]
    assert "ETag" in patch["responses"]["200"]["headers"]


def test_filters_say_what_they_allow(schema: dict[str, Any]) -> None:
    listed = schema["paths"]["/incidents/"]["get"]["parameters"]
    parameters = {parameter["name"]: parameter["schema"] for parameter in listed}
    assert parameters["severity"]["items"]["enum"] == ["1", "2", "3", "4", "none"]
    assert parameters["report_only"]["enum"] == ["true", "false"]
    assert {"limit", "offset", "cursor", "ordering", "search", "open_longer_than"} <= set(
        parameters
    )


def test_every_parameter_may_be_empty_as_forms_send_it(
    api: APIClient, schema: dict[str, Any], incident: Incident, grant: Callable[..., None]
) -> None:
    grant("export_incidents")
    tried = 0
    for path, item in schema["paths"].items():
        filled = path.format(id=incident.pk, incident_pk=incident.pk, year=2026, month="01")
        for parameter in item.get("get", {}).get("parameters", ()):
            if parameter["in"] != "query" or parameter["name"] == "format":
                continue
            free = parameter["schema"].get("items") == {"type": "string"}
            assert free or parameter["allowEmptyValue"] is True
            response = api.get(f"/core{filled}", {parameter["name"]: ""})
            assert response.status_code == 200, (path, parameter["name"])
            tried += 1
    assert tried > 50


def test_a_hosts_own_settings_change_nothing(api: APIClient, schema: dict[str, Any]) -> None:
    from drf_spectacular.settings import patched_settings

    theirs = {"TITLE": "Theirs", "OAS_VERSION": "3.0.3", "COMPONENT_SPLIT_REQUEST": False}
    with patched_settings(theirs):
        assert json.loads(api.get(reverse("response-schema")).content) == schema


@pytest.mark.parametrize("name", ["response-schema", "response-reference"])
def test_both_need_somebody_signed_in(db: None, name: str) -> None:
    assert APIClient().get(reverse(name)).status_code in (401, 403)


def test_the_page_tells_every_operation_and_loads_nothing_from_other_sites(
    api: APIClient, schema: dict[str, Any]
) -> None:
    response = api.get(reverse("response-reference"), headers={"Accept": "text/html"})
    assert response.status_code == 200
    page = response.content.decode()
    for path, item in schema["paths"].items():
        assert path in page
        for method in item.keys() & {"get", "post", "patch"}:
            assert f'id="{item[method]["operationId"]}"' in page
    for name in schema["components"]["schemas"]:
        assert f'id="{name}"' in page
    assert "list of Incident" in page
    assert not re.search(r"<(script|style|img|iframe)|style=|@import", page)
    for url in re.findall(r'(?:src|href)="([^"]*)"', page):
        assert url.startswith(("/static/response/", "/core/", "#")), url
    for file in re.findall(r'"/static/(response/[^"]*)"', page):
        found = finders.find(file)
        assert found, file
    with open(str(finders.find("response/api_reference.css"))) as css:
        assert "url(" not in css.read()


def test_drfs_own_pages_load_nothing_from_other_sites(api: APIClient) -> None:
    incident = make_incident()
    for path in (reverse("incident-list"), reverse("incident-detail", args=[incident.pk])):
        page = api.get(path, headers={"Accept": "text/html"}).content.decode()
        for url in re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', page):
            assert url.startswith("/static/"), url
