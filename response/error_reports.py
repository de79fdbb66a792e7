"""What error reports show: Django's page with DEBUG, and what ``AdminEmailHandler`` sends.

Both list settings, the request, and the variables of every frame. Django masks by the names of
settings; that leaves a password in ``DATABASE_URL``, and what Slack sends to be answered with.
"""

from __future__ import annotations

import pprint
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter, get_default_exception_reporter_filter

from response.masking import masked, masked_code, masked_text

View = TypeVar("View", bound=Callable[..., Any])


class MaskingFilter(SafeExceptionReporterFilter):
    """Django's, which masks secrets in values, too: ``DEFAULT_EXCEPTION_REPORTER_FILTER``."""

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        """A setting, or a header of a request."""
        cleansed = super().cleanse_setting(key, value)
        return masked_text(cleansed) if isinstance(cleansed, str) else cleansed

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The fields of a form, those of JSON within them, too."""
        return cast("dict[str, Any]", masked(dict(super().get_post_parameters(request).items())))

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        """Variables of a frame; one whose name is that of a secret is masked whole."""
        variables = super().get_traceback_frame_variables(request, tb_frame)
        return [(name, self._shown(name, value)) for name, value in variables]

    def _shown(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value and masked({name: value}) != {name: value}:
            return self.cleansed_substitute
        return _Shown(value)


class _Shown:
    """A value as a report shows it, with masks. It is only looked at if a report is made."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __repr__(self) -> str:
        return masked_code(pprint.pformat(self._value))


class _WithoutPayload(SafeExceptionReporterFilter):
    """Shows nothing of what was sent, nor of what was made of it."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """The names alone."""
        return dict.fromkeys(super().get_post_parameters(request), self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: Any, tb_frame: Any) -> Any:
        """The names alone."""
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]


@lru_cache
def _without_payload(of_the_site: Any) -> Any:
    """The same, on top of what the site hides."""
    masks = () if issubclass(of_the_site, MaskingFilter) else (MaskingFilter,)
    return type("WithoutPayload", (_WithoutPayload, *masks, of_the_site), {})


def report_without_payload(view: View) -> View:
    """Keep what is sent to ``view`` out of error reports, with DEBUG and without."""

    @wraps(view)
    def discreet(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        of_the_site: Any = type(get_default_exception_reporter_filter())
        request.exception_reporter_filter = _without_payload(of_the_site)()
        return view(request, *args, **kwargs)

    return cast("View", discreet)
