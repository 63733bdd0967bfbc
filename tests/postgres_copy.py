"""A PostgreSQL database that is made as new for each test, in a fraction of the time a fresh copy takes."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

# What there is beside rows: where a test has changed any of it, its database is not used again.
SHAPE = """
SELECT md5(string_agg(found, ',' ORDER BY found)) FROM (
  SELECT concat(c.relkind, c.relname, CASE c.relkind WHEN 'v' THEN pg_get_viewdef(c.oid) END) AS found
    FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'i', 'S')
  UNION ALL SELECT concat(attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
    WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL SELECT concat(proname, prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat(tgrelid::regclass, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT concat(conrelid::regclass, conname) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace) AS shape
"""
KEEP = """
DO $$ DECLARE found record; BEGIN
  CREATE SCHEMA kept;
  FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('CREATE TABLE kept.%1$I AS TABLE public.%1$I', found.relname);
  END LOOP;
  CREATE TABLE kept."numbers given" AS SELECT sequencename AS name, last_value FROM pg_sequences
    WHERE schemaname = 'public';
END $$
"""
# Triggers and foreign keys rest meanwhile.
AS_NEW = """
DO $$ DECLARE found record; has_rows boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR found IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
    EXECUTE format('DELETE FROM public.%I', found.relname);
    EXECUTE format('SELECT EXISTS (SELECT FROM kept.%I)', found.relname) INTO has_rows;
    IF has_rows THEN
      EXECUTE format('INSERT INTO public.%1$I SELECT * FROM kept.%1$I', found.relname);
    END IF;
  END LOOP;
  FOR found IN SELECT * FROM kept."numbers given" LOOP
    PERFORM setval(format('public.%I', found.name), coalesce(found.last_value, 1),
      found.last_value IS NOT NULL);
  END LOOP;
END $$
"""
END_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def url_of(server: str, name: str) -> str:
    """Return the URL of a database by this name on the server that `server`, a URL too, is on."""
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def execute(url: str, *statements: str) -> object:
    """Do the statements, each a transaction; return the first value of what the last of them selects."""
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    result = None
    with engine.connect() as connection:
        for statement in statements:
            # Since 15 PostgreSQL logs each page of a copy by default, which takes twice as long.
            if "TEMPLATE" in statement and (connection.dialect.server_version_info or (0,)) >= (15,):
                statement += " STRATEGY FILE_COPY"
            done = connection.execution_options(no_parameters=True).exec_driver_sql(statement)
            result = done.scalar() if done.returns_rows else None
    engine.dispose()
    return result


class PostgresCopy:
    """A copy of the template, lent to one test after the other."""

    def __init__(self, server: str, template: str) -> None:
        self.server, self.template = server, template
        self.name, self.shape = "", object()

    @classmethod
    @contextmanager
    def of(cls, server: str, template: str) -> Iterator["PostgresCopy"]:
        """Yield a copy; it is gone afterwards."""
        copy = cls(server, template)
        copy._make()
        yield copy
        copy._drop()

    def as_new(self) -> str:
        """Return its URL, with nobody connected to it and nothing in it but what was in the template."""
        url = url_of(self.server, self.name)
        if execute(url, END_OTHERS, SHAPE) != self.shape:
            self._drop()
            self._make()
            return url_of(self.server, self.name)
        execute(url, AS_NEW)
        return url

    def _make(self) -> None:
        self.name = f"test_{uuid.uuid4().hex[:12]}"
        execute(self.server, f"CREATE DATABASE {self.name} TEMPLATE {self.template}")
        self.shape = execute(url_of(self.server, self.name), KEEP, SHAPE)

    def _drop(self) -> None:
        execute(self.server, f"DROP DATABASE {self.name} WITH (FORCE)")
