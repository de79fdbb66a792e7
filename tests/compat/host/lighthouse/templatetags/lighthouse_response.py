import re

from django import template

from response.core.models import ExternalUser

register = template.Library()


@register.filter
def slack_format(value):
    if type(value) is not str:
        return value
    for user_id in re.findall(r"&lt;@(U.+?)&gt;", value):
        user = ExternalUser.objects.get(external_id=user_id)
        value = value.replace(f"&lt;@{user_id}&gt;", user.full_name)
    return value.replace("\n", "<br />")


@register.filter
def slack_dm_link(external_id):
    return f"slack://user?id={external_id}"


@register.filter
def slack_channel_link(channel_id):
    return f"slack://channel?id={channel_id}"
