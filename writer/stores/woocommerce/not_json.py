"""What an answer is that is no JSON: PHP's notices, a maintenance page, a bot check, the shop's home page."""

import html
import json
import re
from collections.abc import Mapping
from typing import Any

from writer.stores.woocommerce.problems import (
    AnotherPage,
    BadAnswer,
    BlockedByFirewall,
    NotWooCommerce,
    StoreBusy,
    StoreError,
)

_LOOKED_AT = 200_000  # characters
_PLACES_TRIED = 50
# As PHP writes them with and without html_errors: https://www.php.net/manual/errorfunc.configuration.php
_NOTICE = re.compile(
    r"(?:<b>|^(?:PHP )?)(Warning|Notice|Deprecated|Fatal error|Parse error|Strict Standards)(?:</b>)?:"
    r"\s+(.{0,200})",
    re.MULTILINE,
)
_TITLE = re.compile(r"<(title|h1)[^>]*>(.*?)</\1>", re.IGNORECASE | re.DOTALL)
_BOT_CHECK = re.compile(
    r"just a moment|captcha|challenge-platform|cf-chl|checking your browser|are you (?:a )?human"
    r"|verify you are human|ddos|bot check|access denied",
    re.IGNORECASE,
)
_MAINTENANCE = re.compile(r"maintenance|wartung|coming soon|under construction|be back soon", re.IGNORECASE)
_HOME = re.compile(r"rel=[\"']https://api\.w\.org/[\"']|/wp-content/", re.IGNORECASE)


def plain(text: str) -> str:
    """Return a store's message as one short line without markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", text)).split())[:200]


def behind_notices(text: str) -> Any:
    """Return the whole JSON object or list that stands behind PHP's notices; None where there is none."""
    if not _NOTICE.search(text[:_LOOKED_AT]):
        return None
    decoder = json.JSONDecoder()
    for place in list(re.finditer(r"[{\[]", text))[:_PLACES_TRIED]:
        try:
            found, end = decoder.raw_decode(text, place.start())
        except (ValueError, RecursionError):
            continue
        rest = text[end:].strip()
        # PHP may write more of them behind.
        if not rest or _NOTICE.search(rest[:300]):
            return found
    return None


def explained(text: str, status: int, headers: Mapping[str, str]) -> StoreError:
    """Return what a body without JSON in it means."""
    said = text[:_LOOKED_AT]
    notice = _NOTICE.search(said)
    if notice is not None:
        return BadAnswer(
            "PHP writes into the store's answers, and the data in them is not whole:"
            f" “{notice[1]}: {plain(notice[2])}”. Switch off display_errors (WP_DEBUG_DISPLAY) there."
        )
    if "html" not in headers.get("content-type", "") and said.lstrip()[:1] != "<":
        return BadAnswer(f"The answer (status {status}) is not JSON. A plugin may write into it.")
    title = _title(said)
    if _MAINTENANCE.search(title):
        return StoreBusy(f"The shop shows a maintenance page (“{title}”), so it cannot be asked just now.")
    if "rest_route" in headers.get("link", "") or _HOME.search(said):
        return NotWooCommerce(
            "The shop answers with one of its own pages where its REST API should be. In WordPress,"
            " Settings > Permalinks must not be “Plain”; the web server must pass /wp-json/ on to WordPress."
        )
    # Last, because a page of the shop may hold a captcha too.
    if "cf-mitigated" in headers or _BOT_CHECK.search(said):
        return BlockedByFirewall(
            "The store answered with a bot check instead of data: a firewall or a service in front of it."
            " Ask the host to let this server's address through to /wp-json/."
        )
    return AnotherPage(
        f"The store answered with a web page (“{title or 'without a title'}”) instead of data. Check the"
        " address; if it is right, something in front of WooCommerce answers in its place."
    )


def _title(text: str) -> str:
    found = _TITLE.search(text)
    return plain(found[2])[:80] if found else ""
