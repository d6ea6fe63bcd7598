"""Alerts: what a command and a webhook on this machine are given, and what is said when they fail."""

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from reportmetrics.alerts import Alert, AlertError, send

ALERT = Alert(
    "run failed", "nmi", "r1", "run", "run failed", ["snapshot: schließen", "core/request: 1 row"], {"a": "b"}
)


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COMMAND", "WEBHOOK"):
        monkeypatch.delenv(f"REPORTMETRICS_ALERT_{name}", raising=False)


@pytest.fixture
def posted() -> Iterator[tuple[str, list[bytes]]]:
    got: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if self.path == "/broken" else 204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Stay quiet."""

    server = HTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", got
    server.shutdown()
    server.server_close()


def test_nobody_is_told_unless_somebody_is_named() -> None:
    assert send(ALERT) == []


def test_command_and_webhook_are_given_the_same_words(
    tmp_path: Path, posted: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    address, got = posted
    out = tmp_path / "with space.json"
    code = "import sys; open(sys.argv[1], 'w', encoding='utf-8').write(sys.stdin.read())"
    monkeypatch.setenv("REPORTMETRICS_ALERT_COMMAND", f'{sys.executable} -c "{code}" "{out}"')
    monkeypatch.setenv("REPORTMETRICS_ALERT_WEBHOOK", address)
    assert send(ALERT) == ["command", "webhook"]
    told = json.loads(out.read_text(encoding="utf-8"))
    assert told == json.loads(got[0])
    assert told["mission"] == "nmi"
    assert told["details"] == ["snapshot: schließen", "core/request: 1 row"]


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("COMMAND", "/no/such/program", "could not be run"),
        ("COMMAND", f"{sys.executable} -c 'raise SystemExit(\"no mail today\")'", "no mail today"),
        ("WEBHOOK", "file:///etc/passwd", "no http address"),
        ("WEBHOOK", "http://127.0.0.1:9/", "failed"),
    ],
)
def test_a_hook_that_fails_is_an_error_that_names_it(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(f"REPORTMETRICS_ALERT_{name}", value)
    with pytest.raises(AlertError, match=said) as told:
        send(ALERT)
    assert f"REPORTMETRICS_ALERT_{name}" in str(told.value)


def test_a_webhook_that_refuses_is_an_error(posted: tuple[str, list[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPORTMETRICS_ALERT_WEBHOOK", posted[0] + "/broken")
    with pytest.raises(AlertError, match="500"):
        send(ALERT)
