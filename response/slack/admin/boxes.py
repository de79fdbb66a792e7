"""The inbox and the outbox as an operations desk: what waits, what failed and why, what to do."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.html import format_html_join

from response.core.admin.columns import EMPTY
from response.masking import masked_text
from response.slack.admin.box import BoxAdmin
from response.slack.admin.filters import CallFilter, HandlerFilter
from response.slack.models import Call, Delivery, HandlerRun


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
