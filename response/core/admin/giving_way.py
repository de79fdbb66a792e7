"""An admin that a host's own of the same model takes the place of, whichever is loaded first.

0.5.1 had none for some models, so that a host may have registered its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.contrib import admin
from django.db.models import Model

A = TypeVar("A", bound="type[admin.ModelAdmin[Any]]")


def register_unless_host_does(model: type[Model]) -> Callable[[A], A]:
    """As ``admin.register(model)``, on the site of all apps; to register it again is no error."""

    def register(admin_class: A) -> A:
        if not admin.site.is_registered(model):
            admin.site.register(model, admin_class)
            _give_way(admin.site, model, admin.site.get_model_admin(model))
        return admin_class

    return register


def _give_way(site: admin.AdminSite, model: type[Model], ours: object) -> None:
    # Django tells nobody when the last app's admin has been loaded: then it would be time.
    register = site.register

    def register_in_place_of_ours(
        model_or_iterable: type[Model] | Iterable[type[Model]],
        *arguments: Any,
        **options: Any,
    ) -> None:
        given = model_or_iterable
        models = [given] if isinstance(given, type) else list(given)
        if model in models and site.is_registered(model) and site.get_model_admin(model) is ours:
            site.unregister(model)
        register(models, *arguments, **options)

    site.register = register_in_place_of_ours  # type: ignore[method-assign]
