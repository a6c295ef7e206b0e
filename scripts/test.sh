#!/usr/bin/env bash
# Every check, then the tests against the built wheel, which is what people get.
#
# Only the tests about the project's own files run on the source; that the wheel holds the source
# byte for byte is checked. All of it runs even where one part fails. The last line is pytest's own
# summary. (Every test runs on the source with `.venv/bin/python -m pytest`.)
set -uo pipefail
unset PYTHONPATH PYTHONHOME
cd "$(dirname "$0")/.."

BIN="$PWD/.venv/bin"
PYTHON="$BIN/python"
BUILD="$PWD/build"
WHEEL_VENV="$BUILD/wheel-venv"
# What LibreOffice's own Python has to run.
OLD_PYTHON="kpixl/errors.py kpixl/words.py kpixl/measures kpixl/plan kpixl/review kpixl/functions
    kpixl/hosts/__init__.py kpixl/hosts/office"

FAILED=""
SUMMARY=""
mkdir -p "$BUILD"

part() { # a name, then the command
    local name="$1" started=$SECONDS
    shift
    if ("$@") >"$BUILD/part.log" 2>&1; then
        printf 'ok      %-42s %4d s\n' "$name" $((SECONDS - started))
    else
        printf 'FAILED  %-42s %4d s\n' "$name" $((SECONDS - started))
        cat "$BUILD/part.log"
        FAILED="$FAILED, $name"
        return 1
    fi
}

# pytest, with its output shown as it comes and its summary line kept.
tests() { # a name, then pytest's options
    local name="$1" code
    shift
    printf '\n== tests %s\n' "$name"
    "$@" 2>&1 | tee "$BUILD/pytest.log"
    code=${PIPESTATUS[0]}
    if [ "$code" != 0 ]; then
        FAILED="$FAILED, tests $name"
    fi
    # A failed run's line is the one to end with; otherwise the last run's.
    if [ "$code" != 0 ] || [ -z "$SUMMARY" ] || [ "$FAILED" = "${FAILED%tests*}" ]; then
        SUMMARY="$(grep -E '[0-9]+ (passed|failed|error)|no tests ran' "$BUILD/pytest.log" | tail -n 1)"
    fi
}

build_wheel() {
    rm -rf "$BUILD/wheel"
    "$PYTHON" -m hatchling build -t wheel -d "$BUILD/wheel"
}

# An environment with nothing but the locked run-time packages and the wheel.
install_wheel() {
    local fingerprint
    fingerprint="$("$PYTHON" --version; cat requirements.txt)"
    if [ "$(cat "$WHEEL_VENV/.ready" 2>/dev/null)" != "$fingerprint" ]; then
        rm -rf "$WHEEL_VENV"
        "$PYTHON" -m venv --without-pip "$WHEEL_VENV" &&
            into_wheel_venv --require-hashes -r requirements.txt || return
        printf '%s\n' "$fingerprint" >"$WHEEL_VENV/.ready"
    fi
    rm -f "$(site_packages "$WHEEL_VENV")/tests_own.pth"
    into_wheel_venv --no-deps --force-reinstall "$BUILD"/wheel/*.whl
}

into_wheel_venv() {
    "$PYTHON" -m pip --python "$WHEEL_VENV/bin/python" install -qq --no-input \
        --disable-pip-version-check --root-user-action=ignore "$@"
}

site_packages() {
    "$1/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))'
}

# In an empty folder, as a person has it: nothing but the wheel and what it asks for.
use_wheel() {
    rm -rf "$BUILD/empty" && mkdir "$BUILD/empty" && cd "$BUILD/empty" &&
        "$WHEEL_VENV/bin/kpixl" --help && "$WHEEL_VENV/bin/kpixl" demo -o out
}

# The tests on their own, with the benchmarks and docs that some are about, so that `import kpixl`
# can only find the wheel.
lay_out_tests() {
    rm -rf "$BUILD/elsewhere" && mkdir "$BUILD/elsewhere" &&
        cp -R tests benchmarks docs pyproject.toml "$BUILD/elsewhere" &&
        site_packages "$PWD/.venv" >"$(site_packages "$WHEEL_VENV")/tests_own.pth"
}

# What the tests say of the wheel, they say of the source.
wheel_is_the_source() {
    local inside
    inside="$(site_packages "$WHEEL_VENV")/kpixl"
    diff -r -x __pycache__ -x _templates kpixl "$inside" &&
        diff -r report_templates "$inside/_templates/report" &&
        diff -r workbook_templates "$inside/_templates/workbook"
}

wheel_is_what_is_imported() {
    cd "$BUILD/elsewhere" && "$WHEEL_VENV/bin/python" -c "
import kpixl, sys
sys.exit(0 if kpixl.__file__.startswith(sys.prefix) else kpixl.__file__)"
}

part "ruff check" "$BIN/ruff" check .
part "ruff format" "$BIN/ruff" format --check .
part "mypy" "$BIN/mypy"
part "the floors (import-linter)" "$BIN/lint-imports"
# shellcheck disable=SC2086  # a list of paths
part "Python 3.8 below the functions (vermin)" \
    "$BIN/vermin" --target=3.8- --violations --no-tips --no-eval-annotations $OLD_PYTHON

tests "of the project's files" "$PYTHON" -m pytest -n auto --maxprocesses 8 -m source

printf '\n'
if part "build the wheel" build_wheel && part "install the wheel" install_wheel; then
    part "the wheel holds the source" wheel_is_the_source
    part "kpixl demo from the wheel" use_wheel
    if part "lay out the tests" lay_out_tests && part "the wheel is imported" wheel_is_what_is_imported; then
        cd "$BUILD/elsewhere" || exit 1
        tests "against the wheel" "$WHEEL_VENV/bin/python" -m pytest -n auto --maxprocesses 8 --durations 25 -m "not source"
    fi
fi

printf '\n'
if [ -n "$FAILED" ]; then
    printf 'FAILED: %s\n' "${FAILED#, }"
fi
printf '%s\n' "${SUMMARY:-pytest did not come to its end}"
[ -z "$FAILED" ]
