"""Guards the house itself: which area may call which, and through what; who writes a table; its templates."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from flask import Flask

from tests.areas import AREAS, FLOOR
from writer.stores import PushState

ROOT = Path(__file__).parent.parent
WRITER = ROOT / "writer"
ROOMS = sorted(
    (path.parent.parent.name, path.parent.name)
    for area in AREAS
    if area not in FLOOR
    for path in (WRITER / area).glob("*/__init__.py")
)
WAYS_IN = ("pages", "api", "webhook", "cli", "forms", "health")
# They open every room to register its ways in.
MAY_GO_INSIDE = {"app.py"}
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
# Tables whose module is named as what they hold, not as the room that writes them.
WRITER_OF = {"orders": "record", "stores": "registry"}


@cache
def files() -> list[Path]:
    return [path for path in sorted(WRITER.rglob("*.py")) if "migrations" not in path.parts]


def area_of(file: Path) -> str | None:
    name = file.relative_to(WRITER).parts[0]
    return name if name in AREAS else None


def room_of(file: Path) -> str | None:
    parts = file.relative_to(WRITER).parts
    return parts[1] if len(parts) > 2 and (parts[0], parts[1]) in ROOMS else None


@cache
def nodes(file: Path) -> list[ast.AST]:
    """Return every node of a file's syntax tree; each file is parsed once."""
    return list(ast.walk(tree(file)))


@cache
def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def imports(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Yield each module imported, with the names taken from it."""
    for node in nodes(file):
        if isinstance(node, ast.Import):
            yield from ((alias.name, []) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module, [alias.name for alias in node.names]


def areas_imported(file: Path) -> Iterator[tuple[str, str, list[str]]]:
    """Yield (area, module, names) for each import of an area."""
    for module, names in imports(file):
        if module == "writer":
            yield from ((name, f"writer.{name}", []) for name in names if name in AREAS)
        elif module.startswith("writer.") and module.split(".")[1] in AREAS:
            yield module.split(".")[1], module, names


def public_names(package: Path) -> set[str]:
    for node in ast.parse((package / "__init__.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", None) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


def test_an_area_calls_only_areas_before_it() -> None:
    upward = [
        f"{file.relative_to(ROOT)} imports {module}"
        for file in files()
        if (own := area_of(file)) is not None
        for area, module, _ in areas_imported(file)
        if AREAS.index(area) > AREAS.index(own)
    ]

    assert upward == []


def test_other_areas_use_the_interface_alone() -> None:
    trespasses = [
        f"{file.relative_to(ROOT)} takes {', '.join(names) or 'all'} from {module}"
        for file in files()
        if file.name not in MAY_GO_INSIDE
        for area, module, names in areas_imported(file)
        if area != area_of(file) and area not in (*FLOOR, "commands", "ops")
        if module != f"writer.{area}" or not set(names) <= public_names(WRITER / area)
    ]

    assert trespasses == []


def test_what_is_public_in_an_area_is_used_by_another() -> None:
    idle = [
        f"{area}.{name}"
        for area in AREAS
        if area not in FLOOR
        for name in sorted(public_names(WRITER / area) - used_of(area))
    ]

    assert idle == []


def used_of(area: str) -> set[str]:
    """Return the names that other areas take from an area, or say behind a dot."""
    used: set[str] = set()
    for file in files():
        if area_of(file) == area:
            continue
        for _, module, names in areas_imported(file):
            used |= set(names) if module == f"writer.{area}" else set()
        for node in nodes(file):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == area:
                used.add(node.attr)
    return used


@pytest.mark.parametrize("area", [area for area in AREAS if area not in FLOOR])
def test_rooms_of_an_area_call_each_other_without_a_circle(area: str) -> None:
    calls: dict[str, set[str]] = {}
    for file in files():
        own = room_of(file)
        # Pages and APIs come in on top of all rooms: who asks is known to auth alone.
        if own is None or area_of(file) != area or any(word in file.stem for word in WAYS_IN):
            continue
        for module, names in imports(file):
            if module == f"writer.{area}":
                calls.setdefault(own, set()).update(name for name in names if (area, name) in ROOMS)
            elif module.startswith(f"writer.{area}."):
                calls.setdefault(own, set()).add(module.split(".")[2])
        calls.setdefault(own, set()).discard(own)

    try:
        list(TopologicalSorter(calls).static_order())
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_only_ways_in_ask_who_is_asking() -> None:
    nosy = [
        f"{file.relative_to(ROOT)} imports auth"
        for file in files()
        for area, _, names in areas_imported(file)
        if area == "people" and "auth" in names and area_of(file) != "people"
        if not any(word in file.stem for word in WAYS_IN) and file.name != "app.py"
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
        if WRITER_OF.get(owner, owner) != room_of(file)
    ]

    assert meddlers == []


def written_tables(file: Path) -> Iterator[tuple[str, str]]:
    """Yield (table, the module of the schema it is in) for each insert, update or delete in the file."""
    owners = {
        alias.asname or alias.name: (node.module or "").split(".")[3]
        for node in nodes(file)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("writer.db.schema.")
        for alias in node.names
    }
    for node in nodes(file):
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


def test_no_variable_has_the_name_of_a_room_that_its_module_calls() -> None:
    shadows = []
    for file in files():
        called = {
            alias.asname or alias.name
            for node in nodes(file)
            if isinstance(node, ast.ImportFrom) and re.fullmatch(r"writer(\.[a-z]+)?", node.module or "")
            for alias in node.names
            if alias.name in AREAS or alias.name in {room for _, room in ROOMS}
        }
        shadows += [
            f"{file.relative_to(ROOT)}:{line} {name}" for name, line in variables(file) if name in called
        ]

    assert shadows == []


def variables(file: Path) -> Iterator[tuple[str, int]]:
    for node in nodes(file):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno


def test_nothing_is_wired_by_importing() -> None:
    wired = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files()
        if file.name != "wiring.py"
        for node in tree(file).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
        if isinstance(node.value.func, ast.Attribute) and node.value.func.attr in ("append", "extend")
    ]

    assert wired == []


def test_no_template_function_or_context_processor_reads_the_database(app: Flask) -> None:
    offered = [
        *app.jinja_env.globals.values(),
        *app.jinja_env.filters.values(),
        *app.jinja_env.tests.values(),
        *(function for found in app.template_context_processors.values() for function in found),
    ]
    ours = {found.__module__ for found in offered if getattr(found, "__module__", "").startswith("writer.")}
    readers = [
        f"{module} imports {', '.join(names)} of {imported}"
        for module in sorted(ours)
        for imported, names in imports(ROOT / f"{module.replace('.', '/')}.py")
        if imported.split(".")[:2] == ["writer", "db"] or imported == "sqlalchemy"
    ]

    assert "writer.web.layout" in ours
    assert readers == []


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


def test_a_rooms_templates_lie_in_a_folder_of_its_name() -> None:
    strays = [
        str(path.relative_to(ROOT))
        for path in WRITER.rglob("templates/*")
        if path.parent.parent.name not in ("web", path.name)
    ]

    assert strays == []


@pytest.mark.parametrize("name", templates())
def test_no_template_holds_script_or_style_of_its_own(app: Flask, name: str) -> None:
    assert app.jinja_env.loader is not None
    source, _, _ = app.jinja_env.loader.get_source(app.jinja_env, name)

    assert not re.search(r"<style|\sstyle=\"[^\"]*:|<script(?![^>]*\ssrc=)|\son[a-z]+=\"", source)


# The columns of a listing's PushState, but for those whose names other tables have too.
STATE_COLUMNS = {field.name for field in fields(PushState)} - {"problem", "is_gone"}


def test_only_the_room_of_listings_names_the_columns_of_a_listings_state() -> None:
    meddlers = [
        f"{file.relative_to(ROOT)}:{line} {name}"
        for file in files()
        if (area_of(file), room_of(file)) != ("stores", "listings") and file.parent.name != "schema"
        for name, line in [*columns_of_listings(file), *state_columns_named(file)]
    ]

    assert meddlers == []


def columns_of_listings(file: Path) -> Iterator[tuple[str, int]]:
    """Yield (column, line) for each `listings.c.<column of the state>` in the file."""
    for node in nodes(file):
        if not isinstance(node, ast.Attribute) or ast.unparse(node.value) != "listings.c":
            continue
        if node.attr in {field.name for field in fields(PushState)}:
            yield node.attr, node.lineno


def state_columns_named(file: Path) -> Iterator[tuple[str, int]]:
    """Yield (column, line) where the file writes one, in a text or as a keyword, or reads one of a row.

    To read a field of a state is no naming of its column.
    """
    for node in nodes(file):
        if isinstance(node, ast.Constant) and node.value in STATE_COLUMNS:
            yield str(node.value), node.lineno
        elif isinstance(node, ast.keyword) and node.arg in STATE_COLUMNS:
            yield node.arg, node.value.lineno
        elif isinstance(node, ast.Attribute) and node.attr in STATE_COLUMNS - read_of_a_state(node):
            yield node.attr, node.lineno


def read_of_a_state(node: ast.Attribute) -> set[str]:
    """Return the field that `state.field` or `row.state.field` reads, nothing where it is of no state."""
    return {node.attr} if ast.unparse(node.value).split(".")[-1] == "state" else set()


# The tables of orders are read by this area for whoever asks.
# Outside of it these read those tables, each for this reason and none for anybody who asks.
MAY_READ_ORDERS = {
    "writer/reports/airtable/report.py": "tells the owner's own Airtable, and no request",
    "writer/sales/ledger/queries.py": "the number of the order behind a sale that is seen",
    "writer/sales/product_types/types.py": "whether a type is in use",
    "writer/stock/levels/explain.py": "the order behind a movement, where its store is seen",
    "writer/sync/activity/kinds.py": "the number behind a delivery that is seen",
    "writer/sync/simple_orders/recorded.py": "what was recorded of an order that a delivery is about",
    "writer/stores/listings/mapping.py": "what product of a store is what: no order",
    "writer/stores/listings/take.py": "what product of a store is what: no order",
    "writer/sync/differences/own.py": "which listing an order's movement came through: units alone",
    "writer/sync/differences/uncounted.py": "which lines lowered a store's number: told to who sees it",
    "writer/stores/registry/queries.py": "statuses of one store",
}
# Those of the area that read for whoever asks.
READERS = ("queries", "listing", "search", "hits", "stats", "daily", "revenue")
# What nobody is shown by itself: a channel is a store's settings, a saved view its owner's.
READS_FOR_RECORDING = {"find_stores", "get_channel", "list_changes", "list_views", "together"}


def test_nothing_outside_the_area_of_orders_reads_its_tables_but_those_named() -> None:
    readers = {
        str(file.relative_to(ROOT))
        for file in files()
        if area_of(file) != "orders"
        for module, _ in imports(file)
        if module == "writer.db.schema.orders" and file.parent.name != "schema"
    }

    assert readers == set(MAY_READ_ORDERS)


def test_every_reading_of_orders_says_who_is_to_see_it() -> None:
    blind = [
        f"{file.relative_to(WRITER)} {node.name}"
        for file in files()
        if area_of(file) == "orders" and file.stem in READERS
        for node in tree(file).body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        if node.name not in READS_FOR_RECORDING and "store_scope" not in {arg.arg for arg in node.args.args}
    ]

    assert blind == []


def test_no_way_in_reads_orders_by_itself() -> None:
    by_itself = [
        str(file.relative_to(ROOT))
        for file in files()
        for module, _ in imports(file)
        if module == "writer.db.schema.orders" and any(word in file.stem for word in (*WAYS_IN, "export"))
    ]

    assert by_itself == []
