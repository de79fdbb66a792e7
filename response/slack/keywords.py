"""Whether a message says a keyword: as a whole word, where words have an end."""

from __future__ import annotations

import re
from functools import lru_cache

# Chinese, Japanese, Korean (whose particles follow a word at once), and the scripts of South-East
# Asia and Tibet: no space ends a word.
_WITHOUT_SPACES = (
    r"\u0e00-\u109f\u1100-\u11ff\u1780-\u17ff\u1950-\u19ff\u1a20-\u1aaf\u1b00-\u1b7f"
    r"\u2e80-\ua4cf\ua960-\ua9ff\uaa60-\uaadf\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc"
    r"\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
_HAS_NO_END = re.compile(f"[{_WITHOUT_SPACES}]")
# What goes on with a word: of the other scripts only.
_JOINED = rf"[^\W{_WITHOUT_SPACES}]"


def is_said(keyword: str, text: str) -> bool:
    """Whether ``text`` has ``keyword`` in any case, its words with any space between them."""
    return _pattern(keyword).search(text) is not None


@lru_cache(maxsize=1000)
def _pattern(keyword: str) -> re.Pattern[str]:
    words = r"\s+".join(re.escape(word) for word in keyword.split())
    begin = "" if _HAS_NO_END.match(keyword[:1]) else f"(?<!{_JOINED})"
    end = "" if _HAS_NO_END.match(keyword[-1:]) else f"(?!{_JOINED})"
    return re.compile(f"{begin}{words}{end}", re.IGNORECASE)
