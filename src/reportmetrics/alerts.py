"""Telling people that something went wrong: a command of theirs, or a webhook of theirs, each where it is configured.

Belongs here: what an alert says and how it is handed over. Not here: when there is one (``pipelines``).

Nothing is sent anywhere unless the operator names where to. A hook that fails is an error of its own, never a silence.
"""

from __future__ import annotations

import dataclasses
import json
import shlex
import subprocess
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.error import URLError

from reportmetrics.settings import alert_command_from_environment, alert_webhook_from_environment

SECONDS = 30


class AlertError(Exception):
    """A hook could not be reached or refused; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert. ``details`` are lines for a person: which checks failed, which rows, what the error said."""

    kind: Literal["run failed", "checks failed"]
    mission: str
    run_id: str
    job: str
    title: str
    details: Sequence[str] = ()
    tags: dict[str, str] = field(default_factory=dict)

    def as_json(self) -> str:
        """The alert as hooks get it."""
        return json.dumps(dataclasses.asdict(self), ensure_ascii=False)


def send(alert: Alert) -> list[str]:
    """Hand the alert to each configured hook; returns which were told. Raises :class:`AlertError` where one fails."""
    told = []
    command, webhook = alert_command_from_environment(), alert_webhook_from_environment()
    if command:
        _run(command, alert)
        told.append("command")
    if webhook:
        _post(webhook, alert)
        told.append("webhook")
    return told


def _run(command: str, alert: Alert) -> None:
    try:
        done = subprocess.run(  # noqa: S603 (the operator's own command, not through a shell)
            shlex.split(command), input=alert.as_json(), capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise AlertError(f"REPORTMETRICS_ALERT_COMMAND could not be run: {error}; correct it, or unset it") from error
    if done.returncode != 0:
        said = done.stderr.strip() or f"exit {done.returncode}"
        raise AlertError(f"REPORTMETRICS_ALERT_COMMAND failed: {said}; correct it, or unset it")


def _post(webhook: str, alert: Alert) -> None:
    if not webhook.startswith(("http://", "https://")):
        raise AlertError(f"REPORTMETRICS_ALERT_WEBHOOK is no http address: {webhook}; correct it, or unset it")
    request = urllib.request.Request(  # noqa: S310 (checked above)
        webhook, alert.as_json().encode(), {"Content-Type": "application/json; charset=utf-8"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS):  # noqa: S310 (checked above)
            return
    except (URLError, OSError) as error:
        raise AlertError(f"REPORTMETRICS_ALERT_WEBHOOK failed: {error}; correct it, or unset it") from error
