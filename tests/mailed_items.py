"""The items that a mail's header X-Boardcal-Items names, read back."""

from __future__ import annotations

import re
from urllib.parse import unquote

from boardcal.notifications.delivery.mime import MailItem

ITEM = re.compile(r"(?P<key>.*)@(?P<step>-?\d+)/(?P<level>[^@]*)")


def parse_items(header: str) -> list[MailItem]:
    """The items of the header, folded or not. Raises ValueError."""
    return [_parse_item(word) for word in header.split()]


def _parse_item(word: str) -> MailItem:
    match = ITEM.fullmatch(word)
    if match is None:
        raise ValueError(f'X-Boardcal-Items holds "{word}", which is not key@step/level.')
    key, step, level = match.group("key", "step", "level")
    return MailItem(key=unquote(key), step=int(step), level=unquote(level))
