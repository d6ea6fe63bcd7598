"""What is taken for a machine's clock that was wrong.

Belongs here: how far ahead a time may lie. Not here: what follows (``ingest.ledger`` stops, ``ingest.rebuild`` mends,
``silence`` tells, ``pipelines.clock`` sets what Dagster remembers).
"""

import datetime as dt

TOLERANCE = dt.timedelta(days=1)
"""So far ahead of the clock a time that was noted may lie: clocks set by an hour, or to another zone, stop nothing."""


def now_utc() -> dt.datetime:
    """Now, as naive UTC."""
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)
