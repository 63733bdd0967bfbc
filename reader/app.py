"""The reader: the public numbers of the ledger as JSON, badge, chart, feed and page; read-only.

It knows the views `public_...` of the database and nothing of the writer. `source` is a thread's connection,
`figures` the numbers that may be public, `routes` turns figures into answers, `page` knows what the page
offers beside its numbers, and `keeper`, a thin layer before Flask, repeats finished answers until something
changes.
"""

import logging

from flask import Flask

from reader.keeper import Keeper
from reader.page import link, long_day, period
from reader.routes import on_error, routes, short
from reader.settings import HERE, Settings, load

log = logging.getLogger("reader")


def create_app(settings: Settings | None = None) -> Flask:
    """Return the reader on `settings`, or on the environment. Raises SettingError."""
    made = Flask("reader", root_path=str(HERE), static_folder=None)
    made.config["READER"] = settings or load()
    log.setLevel(made.config["READER"].log_level)
    made.jinja_env.filters.update(number="{:,}".format, short=short, long_day=long_day, period=period)
    made.jinja_env.globals["link"] = link
    made.url_map.merge_slashes = False  # no redirects: an address is exact, or unknown
    made.register_blueprint(routes)
    made.register_error_handler(Exception, on_error)
    made.wsgi_app = Keeper(made.wsgi_app, made.config["READER"])  # type: ignore[method-assign]
    return made


app = create_app()
