from response.core.models import Incident
from response.slack import incident_notifications  # noqa: F401
from response.slack.decorators import recurring_notification, single_notification
from response.slack.models import CommsChannel


@single_notification()
def incident_response_process(incident: Incident):
    try:
        comms_channel = CommsChannel.objects.get(incident=incident)
        comms_channel.post_in_channel("📗 You can find our Incident Response process here")
    except CommsChannel.DoesNotExist:
        pass


@single_notification(initial_delay_mins=10)
def tell_the_press(incident: Incident):
    incident.comms_channel().post_in_channel("📣 Has the press been told?")


@single_notification
def without_parentheses(incident: Incident):
    incident.comms_channel().post_in_channel("👀 The keeper is awake.")


@recurring_notification(interval_mins=30, max_notifications=2)
def take_a_break(incident: Incident):
    try:
        comms_channel = CommsChannel.objects.get(incident=incident)
        comms_channel.post_in_channel("👋 30 minutes have elapsed. Think about a break.")
    except CommsChannel.DoesNotExist:
        pass
