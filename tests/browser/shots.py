"""Draws the pictures of docs/screenshots: pages of the demo's past, at the width and in the light of each."""

import logging
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from flask import Flask
from playwright.sync_api import Browser, ViewportSize, sync_playwright
from sqlalchemy import select

from deploy.demo.past import time_is
from reader.app import create_app as create_reader
from reader.settings import load
from tests.browser.addresses import examples
from tests.browser.looking import WIDTHS
from tests.demo_past import telling
from tests.makers import add_people, make_config, session_cookie
from tests.serving import served
from writer.app import create_app
from writer.config import ROOT
from writer.db.schema.products import products

FOLDER = ROOT / "docs" / "screenshots"
# The last quarter to six in the evening: parcels wait, and the day is nearly over.
UNTIL = (datetime.now(UTC) - timedelta(hours=17, minutes=45)).replace(
    hour=17, minute=45, second=0, microsecond=0
)
COLOURS = "128"  # of 16 million: flat pages lose nothing by it, and weigh a quarter


@dataclass(frozen=True)
class Shot:
    """One picture: its name, and what is on it. An address may hold {order} and {product}."""

    name: str
    path: str
    width: int = 1280
    scheme: Literal["light", "dark"] = "light"
    is_public: bool = False


SHOTS = (
    Shot("home", "/"),
    Shot("home-dark", "/", scheme="dark"),
    Shot("home-phone", "/", width=390),
    Shot("orders", "/orders?view=to-ship"),
    Shot("orders-phone", "/orders?view=to-ship", width=390),
    Shot("order", "/orders/{order}"),
    Shot("product", "/stock/{product}"),
    Shot("to-sort", "/to-sort"),
    Shot("store", "/stores/2"),
    Shot("public", "/", is_public=True),
)


def main(names: list[str]) -> int:
    """Draw those whose name begins with one of `names`, or all; return 0."""
    wanted = [shot for shot in SHOTS if not names or shot.name.startswith(tuple(names))]
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory(prefix="onerom-shots-") as name,
        _told(Path(name)) as url,
        _chromium() as one,
        time_is(lambda: UNTIL),
    ):
        draw(one, url, wanted)
    files = [FOLDER / f"{shot.name}.png" for shot in wanted]
    _press(files)
    print(f"{len(files)} pictures, {sum(file.stat().st_size for file in files) // 1000} kB")
    return 0


@contextmanager
def _told(folder: Path) -> Iterator[str]:
    url = f"sqlite:///{folder / 'demo.db'}"
    with telling(url, UNTIL):
        add_people(url)
        yield url


@contextmanager
def _chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=options)
        yield browser
        browser.close()


def draw(browser: Browser, url: str, wanted: Iterable[Shot]) -> None:
    """Draw these pictures of the database."""
    app = create_app(make_config(DATABASE_URL=url, TIMEZONE="Europe/London"))
    logging.disable(logging.INFO)
    with served(app) as writer, served(create_reader(load({"DATABASE_URL": url}))) as reader:
        cookie = session_cookie(app, "ada")
        named = _named(app)
        for shot in wanted:
            base_url = reader if shot.is_public else writer
            size = ViewportSize(width=shot.width, height=WIDTHS[shot.width])
            context = browser.new_context(base_url=base_url, viewport=size, color_scheme=shot.scheme)
            context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": writer}])
            page = context.new_page()
            page.goto(shot.path.format(**named), wait_until="networkidle")
            page.screenshot(path=FOLDER / f"{shot.name}.png", animations="disabled")
            context.close()
    app.extensions["database"].close()


def _named(app: Flask) -> dict[str, object]:
    with app.extensions["database"].reading() as db:
        product = db.execute(select(products.c.id).where(products.c.sku == "FIRE24")).scalar_one()
        return {"order": examples(db)["order_id"][0], "product": product}


def _press(files: list[Path]) -> None:
    """Make the files small, where pngquant is installed."""
    if shutil.which("pngquant") is None:
        print("The pictures are as large as Chromium made them: pngquant is not installed.", file=sys.stderr)
        return
    command = ["pngquant", "--force", "--strip", "--ext", ".png", COLOURS, *map(str, files)]
    subprocess.run(command, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
