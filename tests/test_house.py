"""Guards the house itself: who may import whom, who writes which table, that no template is lost."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

ROOT = Path(__file__).parent.parent
WRITER = ROOT / "writer"
ROOMS = sorted(
    path.parent.name
    for path in WRITER.glob("*/__init__.py")
    if path.parent.name not in ("schema", "migrations")
)
# Arrows point one way: a room may call the rooms behind it.
ARROWS = [
    "connect",
    "baseline",
    "webhooks",
    "upkeep",
    "push",
    "drift",
    "amend",
    "sync",
    "erasure",
    "deliveries",
    "shortform",
    "listings",
    "stores",
    "woocommerce",
    "unmatched",
    "orderbook",
    "orders",
    "sales",
    "catalogue",
    "stocktake",
    "shelf",
    "alerts",
    "stock",
    "admin",
    "accounts",
    "repeats",
    "people",
]
WAYS_IN = ("pages", "api", "webhook", "cli", "forms")
# Beside the rooms, these go through no door, each for this reason.
MAY_GO_INSIDE = {
    "app.py": "the table of contents: it opens every room and registers its ways in",
}
HTTP_LIBRARIES = {
    "requests",
    "requests_oauthlib",
    "urllib3",
    "httpx",
    "http.client",
    "urllib.request",
    "aiohttp",
}
# services asks the product's own two services for their health.
MAY_SPEAK_HTTP = {"client.py", "services.py"}
WRITES = {"insert", "update", "delete", "insert_row", "update_row", "upsert"}


def room_of(file: Path) -> str | None:
    name = file.relative_to(WRITER).parts[0]
    return name if name in ROOMS else None


def files() -> list[Path]:
    return [path for path in sorted(WRITER.rglob("*.py")) if "migrations" not in path.parts]


def imports(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each module imported, with the names taken from it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, [alias.name for alias in node.names]


def rooms_imported(file: Path) -> Iterator[tuple[str, bool]]:
    """Yield (room, was it only its door?) for each import of another room."""
    for module, names in imports(file):
        if module == "writer":
            yield from ((name, True) for name in names if name in ROOMS)
        elif module.startswith("writer.") and module.split(".")[1] in ROOMS:
            door = door_names(module.split(".")[1])
            yield module.split(".")[1], module.count(".") == 1 and set(names) <= door


def door_names(room: str) -> set[str]:
    for node in ast.parse((WRITER / room / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_rooms_call_each_other_through_their_doors_alone() -> None:
    trespasses = [
        f"{file.relative_to(ROOT)} reaches into {room}"
        for file in files()
        if file.name not in MAY_GO_INSIDE or room_of(file) is not None
        for room, through_door in rooms_imported(file)
        if room != room_of(file) and not through_door
    ]

    assert trespasses == []


def test_arrows_between_rooms_point_one_way() -> None:
    backwards = [
        f"{file.relative_to(ROOT)} imports {room}"
        for file in files()
        for room, _ in rooms_imported(file)
        if (own := room_of(file)) in ARROWS and room in ARROWS and ARROWS.index(own) > ARROWS.index(room)
    ]

    assert backwards == []


def test_only_ways_in_ask_who_is_asking() -> None:
    nosy = [
        f"{file.relative_to(ROOT)} imports accounts"
        for file in files()
        for room, _ in rooms_imported(file)
        if room == "accounts"
        and room_of(file) not in (None, "accounts")
        and not any(word in file.stem for word in WAYS_IN)
    ]

    assert nosy == []


def test_http_libraries_are_imported_by_clients_alone() -> None:
    talkers = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in [*files(), *sorted((ROOT / "reader").rglob("*.py"))]
        for module, names in imports(file)
        if file.name not in MAY_SPEAK_HTTP
        and ({module, module.split(".")[0]} | {f"{module}.{name}" for name in names}) & HTTP_LIBRARIES
    ]

    assert talkers == []


def test_a_table_is_written_by_one_room_alone() -> None:
    meddlers = [
        f"{file.relative_to(ROOT)} writes {table} of {owner}"
        for file in files()
        if room_of(file) is not None
        for table, owner in written_tables(file)
        if owner != room_of(file)
    ]

    assert meddlers == []


def written_tables(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (table, the room it belongs to) for each insert, update or delete in the file."""
    tree = ast.parse(file.read_text())
    owners = {
        alias.asname or alias.name: (node.module or "").split(".")[2]
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("writer.schema.")
        for alias in node.names
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        written: list[ast.expr] = []
        if isinstance(node.func, ast.Name) and node.func.id in WRITES:
            written = node.args[:2]
        elif isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            written = [node.func.value, *node.args[:2]]  # stores.update(), database.insert_row(db, stores)
        for found in written:
            if isinstance(found, ast.Name) and found.id in owners:
                yield found.id, owners[found.id]


def test_no_variable_has_the_name_of_a_room() -> None:
    shadows = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in files()
        for name, line in variables(file)
        # schema and forms name columns and modules, which is not hiding a room.
        if name in ROOMS and room_of(file) is not None
    ]

    assert shadows == []


def variables(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


def templates() -> list[str]:
    return [
        str(path.relative_to(folder))
        for folder in WRITER.rglob("templates")
        for path in sorted(folder.rglob("*.html"))
    ]


@pytest.mark.parametrize("name", templates())
def test_every_template_compiles_and_somebody_uses_it(app: Flask, name: str) -> None:
    app.jinja_env.get_template(name)

    sources = [*files(), *WRITER.rglob("*.html")]
    assert any(re.search(rf'"{re.escape(name)}"', path.read_text()) for path in sources), (
        f"nothing uses {name}"
    )


def test_no_two_templates_have_the_same_name() -> None:
    names = templates()

    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", templates())
def test_no_template_holds_script_or_style_of_its_own(app: Flask, name: str) -> None:
    assert app.jinja_env.loader is not None
    source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)

    assert not re.search(r"<style|\sstyle=\"[^\"]*:|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", source)


# The tables of orders are read by these rooms for whoever asks.
ROOMS_OF_ORDERS = ("orders", "orderbook", "unmatched")
# Outside of them these read those tables, each for this reason and none for anybody who asks.
MAY_READ_ORDERS = {
    "writer/airtable/report.py": "tells the owner's own Airtable, and no request",
    "writer/sales/queries.py": "the number of the order behind a sale that is seen",
    "writer/catalogue/types.py": "whether a type is in use",
    "writer/shelf/explain.py": "the order behind a movement, where its store is seen",
    "writer/deliveries/queries.py": "the number behind a delivery that is seen",
    "writer/shortform/recorded.py": "what was recorded of an order that a delivery is about",
    "writer/listings/actions.py": "what product of a store is what: no order",
    "writer/drift/own.py": "which listing an order's movement came through: units alone",
    "writer/stores/queries.py": "statuses of one store",
}
# Those of the rooms of orders that read for whoever asks.
READERS = ("queries", "listing", "search", "stats", "daily")
# What nobody is shown by itself: a channel is a store's settings.
READS_FOR_RECORDING = {"get_channel", "list_changes", "together"}


def test_nothing_outside_the_rooms_of_orders_reads_their_tables_but_those_named() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file in files()
        if room_of(file) not in ROOMS_OF_ORDERS
        for module, _ in imports(file)
        if module == "writer.schema.orders" and file.parent.name != "schema"
    }

    assert readers == set(MAY_READ_ORDERS)


def test_every_reading_of_orders_says_who_is_to_see_it() -> None:
    blind = [
        f"{file.relative_to(WRITER)} {node.name}"
        for file in files()
        if room_of(file) in ROOMS_OF_ORDERS and file.stem in READERS
        for node in ast.parse(file.read_text()).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.name not in READS_FOR_RECORDING and "sight" not in {arg.arg for arg in node.args.args}
    ]

    assert blind == []


def test_no_way_in_reads_orders_by_itself() -> None:
    by_itself = [
        str(file.relative_to(ROOT))
        for file in files()
        for module, _ in imports(file)
        if module == "writer.schema.orders" and any(word in file.stem for word in (*WAYS_IN, "export"))
    ]

    assert by_itself == []
