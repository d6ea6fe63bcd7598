"""What a tamperer does: all hashes made again, so that only what stands in the files can tell."""

import json

from reportmetrics.audit.opened import Opened
from reportmetrics.publish.files import digest_of, files_below, sha256
from reportmetrics.publish.manifest import inputs_digest
from reportmetrics.publish.seal import seal

UNKEYED = ("manifest.json", "manifest.sha256")


def reseal(folder):
    """What a tamperer can do who makes all hashes again, snapshot and inputs included."""
    opened = Opened(folder)
    manifest = opened.manifest
    manifest["inputs"]["snapshot"] = digest_of(opened.snapshot)
    for name, metric in opened.catalogue.metrics.items():
        manifest["inputs"]["definitions"][name] = metric.definition_hash
        manifest["metrics"][name]["definition_hash"] = metric.definition_hash
    manifest["inputs_digest"] = inputs_digest(manifest["inputs"])
    manifest["files"] = {
        p.relative_to(folder).as_posix(): {"sha256": sha256(p), "bytes": p.stat().st_size}
        for p in files_below(folder)
        if p.name not in UNKEYED
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    seal(folder, key=None)


def part(folder, table):
    return sorted((folder / "audit" / "snapshot" / table).glob("*.parquet"))[0]
