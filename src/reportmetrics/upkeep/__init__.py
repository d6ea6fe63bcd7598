"""Keeping an installation whole: is everything there, and what must go is gone."""
