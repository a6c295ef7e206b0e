#!/usr/bin/env bash
# Lock every Python package with its hashes, for Linux, Windows and macOS at once.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() { # output, sentence, further options
    local output="$1" sentence="$2"
    shift 2
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header \
        --upgrade "$@" pyproject.toml --output-file "$output.new"
    {
        printf '# %s Made by `make lock`; do not edit.\n' "$sentence"
        cat "$output.new"
    } >"$output"
    rm "$output.new"
}

compile requirements.txt "To run kpixl, and to install it from this folder." --group build
compile requirements-dev.txt "To work on kpixl: everything in requirements.txt, and the tests' own." \
    --extra frames --extra microsoft --extra keyring --extra postgres --extra cluster --extra fast \
    --group dev --constraint requirements.txt
