"""Column types that behave alike on SQLite and PostgreSQL."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Integer, MetaData, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcTime(TypeDecorator[datetime]):
    """An aware UTC datetime. SQLite keeps "YYYY-MM-DD HH:MM:SS[.ffffff]" text, which sorts as time and is
    what CURRENT_TIMESTAMP writes; PostgreSQL a timestamp without time zone, in UTC."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(Text() if dialect.name == "sqlite" else DateTime())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone reached the database")
        moment = value if value.tzinfo is UTC else value.astimezone(UTC)
        if dialect.name == "sqlite":
            return moment.isoformat(sep=" ").removesuffix("+00:00")
        return moment.replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class utc_now(FunctionElement[datetime]):
    """The database's own present time as UtcTime keeps it; a column default for rows from the shell."""

    inherit_cache = True


@compiles(utc_now, "sqlite")
def _utc_now_sqlite(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "CURRENT_TIMESTAMP"


@compiles(utc_now, "postgresql")
def _utc_now_postgresql(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "timezone('utc', now())"


class whole_days(FunctionElement[int]):
    """The whole days from the first moment to the second."""

    inherit_cache = True
    type = Integer()


@compiles(whole_days, "sqlite")
def _whole_days_sqlite(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"((strftime('%s', {end}) - strftime('%s', {start})) / 86400)"


@compiles(whole_days, "postgresql")
def _whole_days_postgresql(element: Any, compiler: Any, **options: Any) -> str:
    start, end = (compiler.process(clause, **options) for clause in element.clauses)
    return f"floor(extract(epoch FROM {end} - {start}) / 86400)::integer"
