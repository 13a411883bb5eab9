#!/usr/bin/env bash
# Installs the foreign SDKs and parsers that judge the collector, pinned, into this folder. Again costs nothing.
set -euo pipefail
cd "$(dirname "$0")"

pinned=$(sha256sum python/requirements.txt node/package-lock.json)
if [ -d python/.venv ] && [ -d node/node_modules ] && [ "$(cat .installed 2>/dev/null)" = "$pinned" ]; then
  exit 0
fi
rm -f .installed
python3 -m venv --clear python/.venv
python/.venv/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: -r python/requirements.txt
# No package of these needs its install script.
npm ci --prefix node --ignore-scripts --no-audit --no-fund --loglevel error
printf '%s\n' "$pinned" >.installed
