"""What the boxes can be narrowed down to; the choices come from memory, not from the table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from response.slack import operations, registry


class HandlerFilter(admin.SimpleListFilter):
    """By handler: those that this process knows. Others are found by the search."""

    title = "handler"
    parameter_name = "handler"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """References, such as ``command:close``; from memory, not from the table."""
        references = {ref for kind in registry.ALL for ref, _ in kind.items()}
        return [(reference, reference) for reference in sorted(references)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The work of the chosen handler."""
        return queryset.filter(handler=self.value()) if self.value() else queryset


class CallFilter(admin.SimpleListFilter):
    """By what is asked of Slack."""

    title = "operation"
    parameter_name = "operation"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Our operations; plain calls are told apart by the search."""
        return [(name or "plain", name or "plain call") for name in operations.OPERATIONS]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Calls of the chosen operation."""
        if not self.value():
            return queryset
        return queryset.filter(operation="" if self.value() == "plain" else self.value())
