from response.slack.decorators import keyword_handler
from response.slack.models import CommsChannel


@keyword_handler(["status page", "statuspage"])
def status_page_notification(
    comms_channel: CommsChannel, user: str, keyword: str, text: str, ts: str
):
    comms_channel.post_in_channel(f"ℹ️ <@{user}> mentioned the {keyword}")  # noqa: RUF001
