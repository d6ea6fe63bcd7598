"""Metrics: definitions, estimators, and the computing of figures from a snapshot."""
