"""PostgreSQL databases for tests: copied from a template, and emptied after a test rather than dropped.

To copy and drop one takes the server some 200 ms of the processor, to empty one about 5. A test that changed the
tables themselves, their triggers or their functions costs its database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import make_url

# Whatever changes the shape of a database adds, changes or takes rows here; a row says which transaction made it.
_CATALOGUES = ("class", "attribute", "attrdef", "constraint", "index", "trigger", "proc", "type", "namespace", "policy")
_SHAPE = " UNION ALL ".join(
    f"SELECT '{name}', count(*), coalesce(max(xmin::text::bigint), 0) FROM pg_{name}" for name in _CATALOGUES
)
_TABLES = "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
_SEQUENCES = (
    "SELECT schemaname, sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
)
_OTHERS = (
    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
)


@dataclass(frozen=True)
class _Template:
    """What every database is copied from, and how it is before its first test."""

    name: str
    shape: list[tuple[str, int, int]]
    tables: list[sql.Identifier]
    rows: dict[int, bytes]  # by place in tables: what the migrations put there, in COPY's own words
    sequences: list[tuple[str, str, int, bool]]


class PostgresPool:
    """One per test process and template. `fill` is given the URL of the empty template, to make its tables."""

    def __init__(self, server_url: str, fill: Callable[[str], None]) -> None:
        self._server_url = make_url(server_url)
        self._fill = fill
        self._prefix = f"sar_{uuid4().hex[:10]}"
        self._made: _Template | None = None
        self._free: list[str] = []

    @contextmanager
    def lease(self) -> Iterator[str]:
        """The URL of a database that is as the template. Whoever is still connected at the end is cut off."""
        template = self._template()
        name = self._free.pop() if self._free else self._copied(template)
        try:
            yield self._url(name)
        finally:
            if self._emptied(name, template):
                self._free.append(name)
            else:
                self._drop(name)

    def close(self) -> None:
        for name in [*self._free, *([self._made.name] if self._made else [])]:
            self._drop(name)

    def _template(self) -> _Template:
        if self._made is None:
            name = f"{self._prefix}_template"
            self._on_server("CREATE DATABASE {}", name)
            self._fill(self._url(name))
            with self._connected(name) as connection:
                tables = [sql.Identifier(*found) for found in connection.execute(_TABLES).fetchall()]
                rows = {place: _copy_of(connection, table) for place, table in enumerate(tables)}
                self._made = _Template(
                    name,
                    connection.execute(_SHAPE).fetchall(),
                    tables,
                    {place: held for place, held in rows.items() if held},
                    connection.execute(_SEQUENCES).fetchall(),
                )
        return self._made

    def _copied(self, template: _Template) -> str:
        name = f"{self._prefix}_{uuid4().hex[:10]}"
        self._on_server("CREATE DATABASE {} TEMPLATE {}", name, template.name)
        return name

    def _emptied(self, name: str, template: _Template) -> bool:
        """Whether the database is as new again; not when its very shape was changed."""
        with self._connected(name) as connection:
            connection.execute(_OTHERS)
            if connection.execute(_SHAPE).fetchall() != template.shape:
                return False
            try:  # the audit log refuses to be emptied, and tables point at each other: neither counts in this mode
                connection.execute("SET session_replication_role = replica")
            except psycopg.errors.InsufficientPrivilege:  # on somebody's own server
                return False
            connection.execute(sql.SQL("; ").join(sql.SQL("DELETE FROM {}").format(table) for table in template.tables))
            for place, held in template.rows.items():
                with connection.cursor().copy(sql.SQL("COPY {} FROM STDIN").format(template.tables[place])) as copy:
                    copy.write(held)
            for schema, sequence, value, called in template.sequences:
                qualified = sql.Identifier(schema, sequence).as_string(connection)
                connection.execute("SELECT setval(%s::regclass, %s, %s)", (qualified, value, called))
        return True

    def _drop(self, name: str) -> None:
        self._on_server("DROP DATABASE {} WITH (FORCE)", name)

    def _url(self, database: str) -> str:
        return self._server_url.set(database=database).render_as_string(hide_password=False)

    def _connected(self, database: str | None = None) -> psycopg.Connection:
        url = self._server_url.set(drivername="postgresql", database=database or self._server_url.database)
        return psycopg.connect(url.render_as_string(hide_password=False))

    def _on_server(self, statement: str, *names: str) -> None:
        with self._connected() as connection:
            connection.autocommit = True
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _copy_of(connection: psycopg.Connection, table: sql.Identifier) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(table)) as copy:
        return b"".join(bytes(block) for block in copy)
