"""The page of types."""

import pytest
from flask.testing import FlaskClient

from tests.page import cells, flashed


def test_types_are_added_deactivated_and_deleted_on_their_page(admin: FlaskClient) -> None:
    added = admin.post("/product-types", data={"model": " Earth", "variant": "40pin"}, follow_redirects=True)
    off = admin.post("/product-types/5/deactivate", follow_redirects=True)
    offered = admin.get("/sales").text
    on = admin.post("/product-types/5/activate", follow_redirects=True)
    gone = admin.post("/product-types/5/delete", follow_redirects=True)

    assert [flashed(answer.text) for answer in (added, off, on, gone)] == [["success"]] * 4
    assert [cells(answer.text, "State")[0] for answer in (added, off, on)] == [
        "Active",
        "Not active",
        "Active",
    ]
    assert '<option value="5">' not in offered
    assert "Earth" not in cells(gone.text, "Model")


@pytest.mark.wording("/product-types")
@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        ({"model": "", "variant": "x"}, 422, "Enter a model."),
        ({"model": "a" * 41, "variant": "x"}, 422, "40 characters"),
        ({"model": "a\x07", "variant": "x"}, 422, "control characters"),
        ({"model": "fire", "variant": "24PIN"}, 409, "24pin is there already."),
    ],
)
def test_a_type_that_cannot_be_is_refused_beside_its_field(
    admin: FlaskClient, sent: dict[str, str], status: int, sentence: str
) -> None:
    answer = admin.post("/product-types", data=sent)

    assert answer.status_code == status
    assert sentence in answer.text


def test_a_type_in_use_is_not_deleted(admin: FlaskClient) -> None:
    assert 'action="/product-types/1/delete"' not in admin.get("/product-types").text
    assert admin.post("/product-types/1/delete").status_code == 409
    assert admin.post("/product-types/99/delete").status_code == 404
