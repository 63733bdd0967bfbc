"""Every address of version 0.1 still leads somewhere: to a view, or by a redirect to one."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import NotFound
from werkzeug.routing import RequestRedirect

from writer.web import moved

DATA = Path(__file__).parents[1] / "data" / "addresses_of_0_1.txt"
EXAMPLES = {
    "<path:filename>": "oauth2-redirect.html",
    "<last_sku:sku>": "fire24",
    "<sku:sku>": "fire24",
    "<any(activate, deactivate):verb>": "activate",
}


def addresses() -> list[tuple[str, str]]:
    """Return (method, path) of every address there was, with an example for each of its variables."""
    found = []
    for line in DATA.read_text("utf-8").splitlines():
        method, rule = line.split(" ", 1)
        for variable, example in EXAMPLES.items():
            rule = rule.replace(variable, example)
        parts = ["7" if part.startswith("<int:") else part for part in rule.split("/")]
        found.append((method, "/".join(parts)))
    return found


@pytest.mark.parametrize(("method", "path"), addresses())
def test_an_old_address_answers_or_redirects_to_one_that_does(app: Flask, method: str, path: str) -> None:
    matching = app.url_map.bind("hub.example")
    try:
        matching.match(path, method)
    except RequestRedirect:
        return
    except NotFound:
        new = moved.new_address(path)
        assert new is not None, f"{path} leads nowhere"
        matching.match(new.partition("?")[0], method)


# Of versions since.
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/webhook-inbox", "/activity?kind=delivery"),
        ("/webhook-inbox?outcome=held", "/activity?kind=delivery&outcome=held"),
        ("/push-status?store=2", "/activity?kind=failure&outcome=open&store=2"),
        ("/push-status/7", "/stock-sync/7"),
        ("/stores/7/push-status?show=trouble", "/stores/7/stock-sync?show=trouble"),
    ],
)
def test_what_is_a_filter_or_has_another_name_now_redirects(admin: FlaskClient, old: str, new: str) -> None:
    answer = admin.get(old)

    assert (answer.status_code, answer.location) == (308, new)


def test_a_redirect_keeps_the_question_and_the_method(admin: FlaskClient) -> None:
    answer = admin.get("/deliveries?outcome=held&page=2")
    posted = admin.post("/rules/ignored", data={"sku": "gift"})

    assert (answer.status_code, answer.location) == (308, "/activity?kind=delivery&outcome=held&page=2")
    assert (posted.status_code, posted.location) == (308, "/to-sort/ignored")


def test_what_only_begins_like_an_old_address_is_not_found(admin: FlaskClient) -> None:
    assert admin.get("/typesetting").status_code == 404
    assert admin.get("/stores/x/push").status_code == 404
