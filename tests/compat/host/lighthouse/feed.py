"""Replaces what writes the change feed, as a host may."""

from response.core.models import Action, Incident
from response.core.signals import ActionEventHandler, IncidentEventHandler

heard = []


class LoudIncidentEventHandler:
    @staticmethod
    def handle(sender, instance: Incident, **kwargs):
        heard.append(("incident", instance.pk))
        IncidentEventHandler.handle(sender, instance, **kwargs)


class LoudActionEventHandler:
    @staticmethod
    def handle(sender, instance: Action, **kwargs):
        heard.append(("action", instance.pk))
        ActionEventHandler.handle(sender, instance, **kwargs)
