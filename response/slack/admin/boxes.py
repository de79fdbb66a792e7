"""The inbox and the outbox as an operations desk: what waits, what failed and why, what to do."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html, format_html_join

from response import logs
from response.core.admin import ReadOnlyAdmin
from response.core.admin.columns import EMPTY, pretty_json
from response.core.admin.history import neutral_name
from response.core.permissions import may_see_private_incidents
from response.masking import masked, masked_text
from response.slack import desk, operations, registry
from response.slack.models import Call, Delivery, HandlerRun

logger = logs.get_logger("response.slack.admin")

FIRST_WORDS = 100
NOT_SHOWN = (
    "Content that belongs to no incident is shown to those who may see private incidents: it may "
    "be about one."
)


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


class BoxAdmin(ReadOnlyAdmin):
    """One of the two boxes. Newest first, by the primary key: no list needs to be sorted."""

    actions: Any = ("run_again", "give_up")
    ordering = ("-id",)
    sortable_by = ("id",)
    list_select_related: ClassVar[Any] = ()
    # What a list does not show is not read for each of its rows: payloads may be large.
    not_in_lists: tuple[str, ...] = ()
    operate_permission = ""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that exist for who looks, without their content; one page reads its own."""
        return super().get_queryset(request).defer(*self.not_in_lists)

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The row of one page; it remembers whether its content may be shown there."""
        row = super().get_object(request, *args, **kwargs)
        if row is not None:
            of_an_incident = self.incident_id_of(row) is not None
            row.content_may_be_shown = of_an_incident or may_see_private_incidents(request.user)
        return row

    def incident_id_of(self, row: Any) -> int | None:
        """Which incident it is about: one that exists for who looks, else the row would not."""
        number: int | None = row.incident_id
        return number

    def shown(self, row: Any, content: str) -> str:
        """JSON text without secrets; or why it is not shown."""
        if not content:
            return EMPTY
        return pretty_json(masked(json.loads(content))) if row.content_may_be_shown else NOT_SHOWN

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may run again and give up; seeing is another matter."""
        return bool(request.user.has_perm(self.operate_permission))

    @admin.action(description="Run again", permissions=["operate"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Give what is parked a new start; what waits for its next try has it now."""
        chosen = queryset.count()
        done = desk.run_again(queryset, timezone.now())
        self._tell(request, done, chosen, "will be tried again now", "done, or being worked at")

    @admin.action(description="Give up", permissions=["operate"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """What is parked or waits is not tried any more, and its content goes."""
        chosen = queryset.count()
        done = desk.give_up(queryset, timezone.now(), str(request.user))
        self._tell(request, done, chosen, "given up", "over already, or being worked at")

    def _tell(
        self, request: HttpRequest, keys: list[int], chosen: int, outcome: str, why_not: str
    ) -> None:
        user: Any = request.user
        logger.info("%s: %s %s by %s", self.opts.model_name, len(keys), outcome, user)
        content_type = ContentType.objects.get_for_model(self.model)
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=user.pk,
                content_type=content_type,
                object_id=str(key),
                object_repr=neutral_name(self.model, key),
                action_flag=CHANGE,
                change_message=outcome.capitalize(),
            )
            for key in keys
        )
        if keys:
            self.message_user(request, f"{len(keys)} {outcome}.", messages.SUCCESS)
        if left := chosen - len(keys):
            self.message_user(request, f"{left} left alone: {why_not}.", messages.WARNING)

    @admin.display(description="incident")
    def incident_number(self, row: Any) -> str:
        """A link to the incident by its number: titles would push the errors off the screen."""
        number = self.incident_id_of(row)
        if number is None:
            return EMPTY
        url = reverse(f"{self.admin_site.name}:response_incident_change", args=[number])
        return format_html('<a href="{}">#{}</a>', url, number)

    @admin.display(description="error")
    def short_error(self, row: Any) -> str:
        """The error's first words."""
        error = masked_text(row.error)
        return error if len(error) <= FIRST_WORDS else f"{error[:FIRST_WORDS]}…"

    @admin.display(description="error")
    def whole_error(self, row: Any) -> str:
        """The error, without tokens."""
        return masked_text(row.error) or EMPTY

    @admin.display(description="lane")
    def in_lane(self, row: Any) -> str:
        """What it is done in order with, without a click's ``trigger_id``."""
        return masked_text(row.lane)


@admin.register(Delivery)
class DeliveryAdmin(BoxAdmin):
    """What Slack, or our own tick, delivered."""

    actions: Any = ()
    incident_path = "incident"
    not_in_lists = ("payload",)
    list_display = ("id", "kind", "received_at", "known_by", "incident_number")
    list_filter = ("kind",)
    search_fields = ("key__exact",)
    search_help_text = "Key, such as event:Ev0123456789"
    fields = ("kind", "received_at", "incident", "known_by", "content", "work")

    @admin.display(description="key")
    def known_by(self, delivery: Delivery) -> str:
        """By what a repeat is recognised, without a click's ``trigger_id``."""
        return masked_text(delivery.key)

    @admin.display(description="payload")
    def content(self, delivery: Delivery) -> str:
        """What was delivered; gone once every handler is done."""
        return self.shown(delivery, delivery.payload)

    @admin.display(description="handlers")
    def work(self, delivery: Delivery) -> str:
        """Each handler that wanted it, and how far it is."""
        runs = delivery.runs.order_by("pk").values_list("pk", "handler", "state")
        rows = (
            (reverse(f"{self.admin_site.name}:response_handlerrun_change", args=[pk]), name, state)
            for pk, name, state in runs
        )
        return format_html_join("\n", '<div><a href="{}">{}</a>: {}</div>', rows) or EMPTY


@admin.register(HandlerRun)
class HandlerRunAdmin(BoxAdmin):
    """The inbox: the work of handlers."""

    operate_permission = "response.operate_inbox"
    incident_path = "delivery__incident"
    not_in_lists = ("delivery__payload",)
    list_display = (
        "id",
        "handler",
        "state",
        "short_error",
        "attempts",
        "next_try",
        "incident_number",
    )
    list_display_links = ("id", "handler")
    list_filter = ("state", ("delivery__kind", admin.ChoicesFieldListFilter), HandlerFilter)
    list_select_related = ("delivery",)
    search_fields = ("handler", "error")
    search_help_text = "Handler or error"
    fields = (
        "handler",
        ("state", "attempts"),
        "next_try",
        "finished_at",
        "whole_error",
        "delivery",
        "received",
        "incident",
        "in_lane",
        "content",
    )

    @admin.display(description="received")
    def received(self, run: HandlerRun) -> str:
        """When Slack delivered it."""
        received = run.delivery.received_at
        local = timezone.localtime(received) if timezone.is_aware(received) else received
        return str(localize(local))

    @admin.display(description="incident")
    def incident(self, run: HandlerRun) -> str:
        """Which incident it is about, if any."""
        return str(run.delivery.incident or EMPTY)

    @admin.display(description="payload")
    def content(self, run: HandlerRun) -> str:
        """What the handler is given; gone once every handler of the delivery is done."""
        return self.shown(run, run.delivery.payload)

    def incident_id_of(self, row: Any) -> int | None:
        """As its delivery says."""
        number: int | None = row.delivery.incident_id
        return number


@admin.register(Call)
class CallAdmin(BoxAdmin):
    """The outbox: calls for Slack."""

    operate_permission = "response.operate_outbox"
    incident_path = "incident"
    not_in_lists = ("arguments", "memo")
    list_display = (
        "id",
        "what",
        "state",
        "short_error",
        "attempts",
        "next_try",
        "in_lane",
        "incident_number",
    )
    list_display_links = ("id", "what")
    list_filter = ("state", CallFilter)
    search_fields = ("method", "operation", "lane", "error")
    search_help_text = "Method, operation, lane or error"
    fields = (
        ("method", "operation"),
        ("state", "attempts", "strikes"),
        "created_at",
        "last_attempt_at",
        "next_try",
        "finished_at",
        "whole_error",
        "incident",
        "in_lane",
        "content",
        "notes",
    )

    @admin.display(description="call")
    def what(self, call: Call) -> str:
        """The method, or the operation that chooses it."""
        return call.operation or call.method

    @admin.display(description="arguments")
    def content(self, call: Call) -> str:
        """What Slack is told; gone once it was."""
        return self.shown(call, call.arguments)

    @admin.display(description="notes")
    def notes(self, call: Call) -> str:
        """What the operation remembers from one try to the next."""
        return self.shown(call, call.memo)
