"""Tells the owner's own messenger something; the only file of this room that speaks HTTP."""

from urllib.parse import urlsplit

import requests

TIMEOUT_S = (5, 10)  # to connect, to answer


class NotTold(Exception):
    """The messenger did not take it; the text is a sentence that never holds the address's secret parts."""


def tell(url: str, title: str, text: str) -> None:
    """Send one message as JSON that ntfy (with a template), Slack and Discord understand. Raises NotTold.

    Sent once: no retry here, for who cannot tell that it arrived must not send it twice in a row.
    """
    host = urlsplit(url).hostname
    message = {"title": title, "text": text, "message": text, "content": text}
    try:
        # Never followed: a redirect would take the message, and the key in the address, somewhere else.
        answer = requests.post(url, json=message, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise NotTold(f"{host} could not be reached ({type(error).__name__}).") from None
    if not 200 <= answer.status_code < 300:
        raise NotTold(f"{host} answered {answer.status_code}.")
