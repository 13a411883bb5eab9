#!/usr/bin/env python3
"""Compares the foreign types in the SDK's public signatures with sdk/public-api.txt; `--write` writes it anew.

A type of another crate in a signature ties our major version to that crate's. So each is intended, and its crate has a
reason in the file. Reads rustdoc's JSON, which stable compilers write when RUSTC_BOOTSTRAP=1 is set; whoever changes
the compiler may have to adapt what is read here.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "sdk/public-api.txt"
HEAD = """\
# Types and traits of other crates in the public signatures of inferometer-sdk, all features on. Checked by .ci/run;
# `just public-api --write` writes it anew and keeps the reasons, one for each crate.
"""
LIBRARY = {"std", "core", "alloc", "proc_macro"}


def documentation():
    command = ["cargo", "rustdoc", "--locked", "--quiet", "--package", "inferometer-sdk", "--all-features", "--lib"]
    options = ["--", "-Z", "unstable-options", "--output-format", "json"]
    # Apart from the other builds, whose macros the variable would have compiled anew.
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "public-api"
    environment = {**os.environ, "RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": str(target)}
    subprocess.run(command + options, cwd=ROOT, env=environment, check=True)
    return json.loads((target / "doc/inferometer_sdk.json").read_text())


def mentioned(value):
    """Ids of all paths to types and traits below a value."""
    if isinstance(value, dict):
        if "id" in value and "path" in value:
            yield value["id"]
        for part in value.values():
            yield from mentioned(part)
    elif isinstance(value, list):
        for part in value:
            yield from mentioned(part)


def foreign(docs):
    """Foreign names by crate. Private items are not in the index; what the compiler implements by itself is skipped."""
    names = {}
    for item in docs["index"].values():
        inner = item["inner"]
        block = inner.get("impl", {})
        if item["crate_id"] != 0 or block.get("is_synthetic") or block.get("blanket_impl"):
            continue
        if "use" in inner:
            uses = [inner["use"]["id"]]
        else:
            uses = mentioned(inner)
        for used in uses:
            path = docs["paths"].get(str(used))
            if path is None or path["crate_id"] == 0:
                continue
            crate = docs["external_crates"][str(path["crate_id"])]["name"]
            if crate not in LIBRARY:
                names.setdefault(crate, set()).add("::".join(path["path"]))
    return names


def reasons(text):
    heads = (line[3:] for line in text.splitlines() if line.startswith("## "))
    return dict(head.split(": ", 1) for head in heads)


def render(names, why):
    sections = [HEAD]
    for crate in sorted(names):
        lines = [f"## {crate}: {why.get(crate, '')}", *sorted(names[crate])]
        sections.append("\n".join(lines) + "\n")
    return "\n".join(sections)


def main():
    committed = LIST.read_text() if LIST.exists() else ""
    why = reasons(committed)
    names = foreign(documentation())
    current = render(names, why)
    if "--write" in sys.argv[1:]:
        LIST.write_text(current)
        committed = current
    missing = sorted(crate for crate in names if not why.get(crate))
    if missing:
        sys.exit(f"{LIST}: no reason why types of {', '.join(missing)} are in public signatures")
    if committed != current:
        before, after = set(committed.splitlines()), set(current.splitlines())
        changes = [f"+ {line}" for line in sorted(after - before)] + [f"- {line}" for line in sorted(before - after)]
        sys.exit("sdk/public-api.txt is not current, see `just public-api --write`:\n" + "\n".join(changes))
    print(f"{sum(map(len, names.values()))} foreign types of {len(names)} crates, all intended")


if __name__ == "__main__":
    main()
