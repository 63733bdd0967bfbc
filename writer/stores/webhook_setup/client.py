"""Asks the address that webhooks are to be sent to whether this writer answers there, before any is made."""

import requests

TIMEOUT_S = 6.0


def problem_of(url: str) -> str | None:
    """Return why deliveries to this address would not arrive; None if they would, or nobody can tell here.

    It is greeted as WooCommerce greets it. A router may lead nobody of its own network back in, so that an
    address which cannot be reached from here says nothing.
    """
    try:
        with requests.Session() as http:
            http.trust_env = False
            answer = http.post(url, data={"webhook_id": "0"}, timeout=TIMEOUT_S, allow_redirects=False)
    except requests.exceptions.SSLError:
        return f"The certificate at {url} cannot be verified, so WordPress would not deliver there."
    except requests.exceptions.ConnectionError as error:
        is_unknown = "NameResolutionError" in repr(error)
        return f"There is no host of the name in {url}: check WRITER_PUBLIC_URL." if is_unknown else None
    except requests.exceptions.RequestException:
        return None
    if answer.is_redirect:
        return f"{url} answers with a redirect, which WordPress does not follow: check WRITER_PUBLIC_URL."
    if answer.status_code == 200 and _is_pong(answer):
        return None
    return (
        f"{url} is answered by something else (status {answer.status_code}), not by this writer: check"
        " WRITER_PUBLIC_URL, and that the web server in front passes this path on."
    )


def _is_pong(answer: requests.Response) -> bool:
    try:
        said = answer.json()
    except requests.exceptions.JSONDecodeError:
        return False
    return isinstance(said, dict) and said.get("outcome") == "pong"
