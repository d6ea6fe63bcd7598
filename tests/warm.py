"""What a warm process has imported before it is asked for a command: libraries of others, none of the product.

Importing them takes longer than most commands do. A thread is lost where a process is forked, so polars, which starts
one when it is imported, is not among them; nor is the product, whose modules may read their environment by then.

Belongs here: which libraries. Not here: how a command runs in a copy of this process (``commands``).
"""

import gc
import importlib
import sys

from reportmetrics.validation.batch import preload

LIBRARIES = (
    *("dagster", "dagster._core.storage.base_storage", "dagster._core.execution.execute_in_process"),
    *("alembic.config", "sqlalchemy", "pyarrow.parquet", "scipy.special", "scipy.stats", "sqlglot"),
    *("holidays.registry", "jinja2", "pydantic", "rich.progress", "typer", "yaml"),
)

preload()  # Great Expectations, as the product imports it
for name in LIBRARIES:
    importlib.import_module(name)
for name in [name for name in sys.modules if name.partition(".")[0] in ("reportmetrics", "pipelines")]:
    del sys.modules[name]
gc.freeze()
