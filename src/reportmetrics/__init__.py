"""reportmetrics: what a field mission's reporting tells, what it costs, and how long headquarters takes to answer.

This package is the library. It never imports Dagster: when and how work runs is the business of ``pipelines``.
Importing it loads nothing heavy.
"""

__version__ = "0.1.0"
