"""Engines: run a SELECT over a snapshot and return a polars frame."""
