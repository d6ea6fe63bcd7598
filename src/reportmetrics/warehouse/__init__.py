"""The canonical tables, the DuckDB file that holds them, and the snapshots made from it."""
