"""Sends messages to the owner's messenger; the only file of this room that sends HTTP requests."""

from urllib.parse import urlsplit

import requests

TIMEOUT_S = (5, 10)  # to connect, to answer


class NotTold(Exception):
    """The message was not accepted; the text is a sentence without the secret parts of the address."""


def tell(url: str, title: str, text: str) -> None:
    """Send one message as JSON that ntfy (with a template), Slack and Discord understand. Raises NotTold.

    There is no retry here, because a message whose arrival is unknown must not be sent twice in a row.
    """
    host = urlsplit(url).hostname
    message = {"title": title, "text": text, "message": text, "content": text}
    try:
        # Never followed: a redirect would send the message, and the key in the address, to another host.
        answer = requests.post(url, json=message, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.RequestException as error:
        raise NotTold(f"{host} could not be reached ({type(error).__name__}).") from None
    if not 200 <= answer.status_code < 300:
        raise NotTold(f"{host} answered {answer.status_code}.")
