#!/usr/bin/env bash
# Builds what is installed: the program without debug information, its manual and completions, an archive of these, and,
# where cargo-deb is installed, a Debian package.
#
#   bash packaging/build.sh [FOLDER]
#
# What it made lies in FOLDER, target/packages if none is given. `cargo install --locked cargo-deb` adds the package. With
# PROGRAM=PATH in its environment it packs that program instead of building one.
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-target/packages}
program=${PROGRAM:-}
if [ -z "$program" ]; then
  # For infer_collector_build_info; nothing where the sources come without their history.
  INFEROMETER_REVISION=$(git rev-parse --short=12 HEAD 2>/dev/null || true)
  export INFEROMETER_REVISION
  "${CARGO:-cargo}" build --quiet --locked --release --package inferometer-collector --bin inferometer
  program=${CARGO_TARGET_DIR:-target}/release/inferometer
fi
# Where collector/Cargo.toml looks for what the package holds.
staged=target/staged
rm -rf "$staged"
mkdir -p "$staged/completions" "$out"
strip -o "$staged/inferometer" "$program"
"$staged/inferometer" man --to "$staged/man"
"$staged/inferometer" completions bash >"$staged/completions/inferometer.bash"
"$staged/inferometer" completions fish >"$staged/completions/inferometer.fish"
"$staged/inferometer" completions zsh >"$staged/completions/_inferometer"

name=inferometer-$("$staged/inferometer" --version | cut -d ' ' -f 2)-$(rustc -vV | sed -n 's/^host: //p')
# The same bytes from the same program, whoever packs it and when.
when=$(git log -1 --format=%ct 2>/dev/null || echo 0)
tar --create --sort=name --mtime="@$when" --owner=0 --group=0 --numeric-owner --transform "s,^,$name/," \
  --directory "$PWD/$staged" inferometer man completions \
  --directory "$PWD" LICENSE CHANGELOG.md packaging/config.yaml packaging/systemd packaging/sysusers |
  gzip --no-name >"$out/$name.tar.gz"
echo "$out/$name.tar.gz"

if command -v cargo-deb >/dev/null; then
  "${CARGO:-cargo}" deb --quiet --locked --no-build --no-strip --package inferometer-collector --output "$out"
fi
