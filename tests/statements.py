"""SQL is compiled once: each test makes an engine anew, and would compile the same statements for it.

SQLAlchemy keeps what it compiled for each dialect, and each engine has its own; here all of one kind share the first.
Compiling was a third of many a test's time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Dialect, Engine
from sqlalchemy.util import LRUCache

_STATEMENTS = 2_000


@dataclass(frozen=True)
class Compiled:
    """What one kind of database was found to be at its first connection, and the statements compiled for it."""

    dialect: Dialect
    statements: LRUCache

    @classmethod
    def of(cls, engine: Engine) -> Compiled:
        """`engine` has been connected to: else its dialect would not know yet whom it talks to."""
        assert engine.dialect.server_version_info, "nobody has connected yet"
        return cls(engine.dialect, LRUCache(_STATEMENTS))

    def share(self, engine: Engine) -> None:
        assert type(engine.dialect) is type(self.dialect)
        engine.dialect = self.dialect
        engine.update_execution_options(compiled_cache=self.statements)
