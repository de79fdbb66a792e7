"""Decorators for browser pages, the app's own and the host's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast, overload

from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import user_passes_test
from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http.response import HttpResponseBase

from response import csp
from response.conf import conf

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


@overload
def response_login_required(
    function: View, redirect_field_name: str | None = ..., login_url: str | None = ...
) -> View: ...


@overload
def response_login_required(
    function: None = None, redirect_field_name: str | None = ..., login_url: str | None = ...
) -> Callable[[View], View]: ...


def response_login_required(
    function: Any = None,
    redirect_field_name: str | None = REDIRECT_FIELD_NAME,
    login_url: str | None = None,
) -> Any:
    """Django's ``login_required``, for as long as ``RESPONSE_LOGIN_REQUIRED`` is true.

    The setting is read at each request. Use it with or without parentheses.
    """
    decorator = user_passes_test(
        _may_enter, login_url=login_url, redirect_field_name=redirect_field_name
    )
    return decorator(function) if function else decorator


def _may_enter(user: AbstractBaseUser | AnonymousUser) -> bool:
    return user.is_authenticated or not conf.login_required


def response_csp(view: View) -> View:
    """Send the Content-Security-Policy of our pages with what ``view`` answers.

    An answer that has one keeps it, and where the site has a policy of its own, that one
    counts: see ``RESPONSE_CSP``. It is for views that are no coroutines.
    """

    @wraps(view)
    def with_policy(*args: Any, **kwargs: Any) -> HttpResponseBase:
        answer = view(*args, **kwargs)
        if csp.HEADER not in answer and (policy := csp.policy()):
            answer[csp.HEADER] = policy
        return answer

    return cast("View", with_policy)
