"""One file per page: which blocks it has and what they say, from figures alone."""
