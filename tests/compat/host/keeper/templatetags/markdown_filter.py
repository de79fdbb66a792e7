"""A library of the name that one of Response's has; the host's comes later and wins."""

from django import template

register = template.Library()


@register.filter
def markdown_filter(value):
    return f"kept: {value}"
