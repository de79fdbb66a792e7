"""Block Kit as Slack takes it: what is valid, and how it is stored."""

from response.sandbox.block_kit.rules import check_attachments, check_blocks, check_view
from response.sandbox.block_kit.stored import elements_of, find_element, stored_blocks

__all__ = [
    "check_attachments",
    "check_blocks",
    "check_view",
    "elements_of",
    "find_element",
    "stored_blocks",
]
