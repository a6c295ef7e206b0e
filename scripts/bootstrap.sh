#!/usr/bin/env bash
# Make .venv ready: `bootstrap.sh run` for using kpixl, `bootstrap.sh test` for working on it.
#
# Says what is missing on this machine, asks before it installs anything outside the project,
# and then installs exactly the locked Python packages. A second run finds nothing to do.
set -euo pipefail
unset PYTHONPATH PYTHONHOME
cd "$(dirname "$0")/.."

KIND="${1:-run}"
LOCK=requirements.txt
[ "$KIND" = test ] && LOCK=requirements-dev.txt

say() { printf 'kpixl: %s\n' "$*" >&2; }
stop() {
    say "$*"
    exit 1
}

# ---- What this machine has ------------------------------------------------------------------

# A Python that is new enough and can make virtual environments, or nothing.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 \
        /usr/bin/python3 /usr/bin/python3.13 /usr/bin/python3.12 /usr/bin/python3.11; do
        if "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
            >/dev/null 2>&1; then
            command -v "$name"
            return
        fi
    done
}

has_library() { # a shared library that the loader finds
    { ldconfig -p 2>/dev/null || /sbin/ldconfig -p 2>/dev/null; } | grep -F "$1" >/dev/null
}
# (grep reads to the end: with -q it would stop early, and the pipe would count as failed)
has_bridge() { # a Python that can talk to LibreOffice
    local program python
    program="$(dirname "$(readlink -f "$(command -v soffice || echo soffice)")")"
    for python in python3 /usr/bin/python3 "$program/python"; do
        if "$python" -c 'import uno' >/dev/null 2>&1; then return; fi
    done
    return 1
}
has_postgres() { # Debian keeps initdb off the path
    command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}
has_font() { command -v fc-list >/dev/null && fc-list : family 2>/dev/null | grep -F "$1" >/dev/null; }

# Names of what is missing; each becomes a Debian package in package_for.
missing() {
    [ -n "$(find_python)" ] || echo python
    has_library libpango-1.0.so.0 || echo pango
    has_library libpangoft2-1.0.so.0 || echo pangoft2
    has_library libharfbuzz-subset.so.0 || echo subset
    has_font Inter || echo latin-font
    has_font "BIZ UDPGothic" || has_font "BIZ UDゴシック" || has_font "Noto Sans CJK JP" ||
        has_font "IPAexGothic" || echo japanese-font
    if [ "$KIND" = test ]; then
        command -v soffice >/dev/null || echo libreoffice
        has_bridge || echo bridge
        command -v pdftoppm >/dev/null || echo poppler
        command -v qpdf >/dev/null || echo qpdf
        command -v java >/dev/null || echo java
        command -v chromium >/dev/null || command -v chromium-browser >/dev/null ||
            command -v google-chrome >/dev/null || echo chromium
        has_postgres || echo postgres
    fi
}

# ---- Debian and Ubuntu: from what is missing to packages ------------------------------------

has_lists() { ls /var/lib/apt/lists/*_Packages* >/dev/null 2>&1; }
offered() { # the package can be installed (without lists: taken on trust)
    ! has_lists || apt-cache policy "$1" 2>/dev/null | grep -E 'Candidate: [^(]' >/dev/null
}
first_offered() {
    local package
    for package in "$@"; do
        if offered "$package"; then
            echo "$package"
            return
        fi
    done
}

python_package() {
    local version have
    have="$(apt-cache policy python3 2>/dev/null | sed -n 's/ *Candidate: //p')"
    if ! has_lists || dpkg --compare-versions "${have:-0}" ge 3.11; then
        echo python3 python3-venv
        return
    fi
    version="$(first_offered python3.13 python3.12 python3.11)"
    [ -z "$version" ] || echo "$version $version-venv"
}

package_for() {
    case "$1" in
    python) python_package ;;
    pango) first_offered libpango-1.0-0 libpango-1.0-0t64 ;;
    pangoft2) first_offered libpangoft2-1.0-0 libpangoft2-1.0-0t64 ;;
    subset) first_offered libharfbuzz-subset0 ;;
    latin-font) first_offered fonts-inter fonts-noto-core ;;
    japanese-font) first_offered fonts-morisawa-bizud-gothic fonts-noto-cjk fonts-ipaexfont-gothic ;;
    libreoffice) first_offered libreoffice-calc-nogui libreoffice-calc ;;
    bridge) first_offered python3-uno ;;
    poppler) first_offered poppler-utils ;;
    qpdf) first_offered qpdf ;;
    java) first_offered default-jre-headless ;;
    chromium) first_offered chromium chromium-browser ;;
    postgres) first_offered postgresql ;;
    esac
}

packages() {
    local name
    for name in $MISSING; do package_for "$name"; done | tr '\n' ' ' | sed 's/ $//'
}

# ---- Asking, and installing -----------------------------------------------------------------

has_terminal() { [ -t 0 ] && [ "${CI:-}" != true ]; }
is_root() { [ "$(id -u)" = 0 ]; }
# A fresh virtual machine may still be fetching updates of its own: wait for it.
APT="apt-get -o DPkg::Lock::Timeout=300"

as_root() {
    if is_root; then env DEBIAN_FRONTEND=noninteractive "$@"; else
        sudo env DEBIAN_FRONTEND=noninteractive "$@"
    fi
}

# Stop with the exact command where it may not be run from here.
may_install() {
    local command="apt-get update && apt-get install --no-install-recommends $1" answer
    if ! is_root && ! command -v sudo >/dev/null; then
        stop "sudo is not here; as root, please run: $command"
    fi
    if has_terminal; then
        is_root || say "sudo will ask for your password."
        printf 'kpixl: install them now? [Y/n] ' >&2
        read -r answer
        case "$answer" in
        "" | [yY]*) return ;;
        *) stop "nothing was installed. To do it yourself: sudo sh -c '$command'" ;;
        esac
    fi
    if ! is_root && ! sudo -n true 2>/dev/null; then
        stop "no terminal to ask at; please run: sudo sh -c '$command'"
    fi
}

install_with_apt() {
    local wanted
    wanted="$(packages)"
    [ -n "$wanted" ] || return 0
    say "missing on this machine: $wanted"
    may_install "$wanted"
    if ! has_lists; then
        say "fetching the package lists (apt-get update)"
        as_root $APT update -qq
        wanted="$(packages)"
    fi
    say "installing: $wanted"
    if ! apt_install "$wanted"; then
        say "that failed; trying once more with fresh package lists"
        as_root $APT update -qq
        wanted="$(packages)"
        apt_install "$wanted" || {
            cat "$LOG" >&2
            stop "apt-get could not install: $wanted"
        }
    fi
    rm -f "$LOG"
}

apt_install() { # packages; LibreOffice's own may come from another suite than the others
    local package suite office="" others=""
    for package in $1; do
        case "$package" in
        libreoffice-* | python3-uno) office="$office $package" ;;
        *) others="$others $package" ;;
        esac
    done
    suite="$(office_suite)"
    { [ -z "$others" ] || apt_get_install "$others"; } &&
        { [ -z "$office" ] || apt_get_install "$office" ${suite:+-t "$suite"}; }
}

# The backports of this release, where apt is set up for them and has LibreOffice there: it is much
# newer. Where LibreOffice is installed already, what is missing of it has to be of its version.
office_suite() {
    local suite there
    # shellcheck source=/dev/null
    suite="$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")-backports"
    there="$(dpkg-query -W -f '${Version} ' libreoffice-core libreoffice-core-nogui 2>/dev/null)"
    case "$there" in
    *[0-9]*bpo*) echo "$suite" ;;
    *[0-9]*) ;;
    *) if apt-cache policy libreoffice-calc 2>/dev/null | grep -F " $suite/" >/dev/null; then
        echo "$suite"
    fi ;;
    esac
}

apt_get_install() { # packages, then options; what apt says is shown only where it fails
    local packages="$1"
    shift
    LOG="${LOG:-$(mktemp)}"
    # shellcheck disable=SC2086  # a list of packages
    as_root $APT install -y -qq --no-install-recommends "$@" $packages >"$LOG" 2>&1
}

hint_elsewhere() {
    if command -v dnf >/dev/null; then
        say "please install: sudo dnf install python3 pango harfbuzz google-noto-sans-cjk-fonts"
    elif command -v brew >/dev/null; then
        say "please install: brew install python pango font-inter font-biz-udpgothic"
    else
        say "please install Python 3.11 or newer, Pango, and the fonts Inter and BIZ UDPGothic"
    fi
}

tell_what_is_left() {
    local name
    for name in $MISSING; do
        case "$name" in
        python)
            stop "Python 3.11 or newer with venv is needed, and this system's packages have none" \
                "(Ubuntu 22.04: apt-get install python3.11 python3.11-venv, from universe)."
            ;;
        pango | pangoft2) stop "Pango is missing: no PDF can be made without it." ;;
        subset) say "without libharfbuzz-subset0, large Japanese fonts take longer." ;;
        bridge) stop "python3-uno is missing: the tests talk to LibreOffice through it." ;;
        latin-font) say "the font Inter is missing: the pack takes the system's sans-serif." ;;
        japanese-font) say "no Japanese font was found: Japanese packs would show boxes." ;;
        *) stop "$name is missing, and the tests need it." ;;
        esac
    done
    if has_font Inter && ! has_font "BIZ UD"; then
        say "BIZ UDPGothic is not here: Japanese is set in the fallback font."
    fi
}

prepare_system() {
    MISSING="$(missing)"
    [ -n "$MISSING" ] || return 0
    if command -v apt-get >/dev/null; then
        install_with_apt
    elif [ "$(uname -s)" = Darwin ]; then
        # The loader's list does not exist here; `kpixl doctor` looks for Pango itself.
        MISSING="$([ -n "$(find_python)" ] || echo python)"
        [ -z "$MISSING" ] || hint_elsewhere
    else
        hint_elsewhere
    fi
    if [ -n "$MISSING" ]; then
        MISSING="$(missing)"
        tell_what_is_left
    fi
}

# ---- A mail server for the tests ------------------------------------------------------------

# Debian's Postfix, unpacked into build/ and not installed: that would start a service, and take
# the place of the mail server that may be here. Libraries it lacks are laid beside it.
prepare_mail_server() {
    local place="$PWD/build/postfix" work
    [ "$KIND" = test ] || return 0
    command -v apt-get >/dev/null && command -v dpkg >/dev/null || return 0
    [ ! -x "$place/usr/lib/postfix/sbin/master" ] || return 0
    say "fetching Postfix for the tests into build/postfix (it is not installed)"
    if ! has_lists; then
        is_root || sudo -n true 2>/dev/null || stop "please run: sudo apt-get update"
        as_root $APT update -qq
    fi
    work="$(mktemp -d)"
    if ! unpack_package "$work" postfix || ! add_libraries "$work"; then
        cat "$work/log" >&2
        rm -rf "$work"
        stop "Postfix could not be fetched, and the tests need it."
    fi
    rm -rf "$place"
    mkdir -p "$PWD/build"
    cp -R "$work/unpacked" "$place"
    rm -rf "$work"
}

unpack_package() { # a folder, a package
    (cd "$1" && $APT download "$2" && dpkg -x "$2"_*.deb unpacked) >>"$1/log" 2>&1
}

missing_libraries() { # of what is unpacked in a folder
    LD_LIBRARY_PATH="$1/unpacked/usr/lib/postfix:$1/unpacked/usr/lib/libraries" \
        ldd "$1"/unpacked/usr/lib/postfix/sbin/{master,smtpd,cleanup,virtual} |
        sed -n 's/^[[:space:]]*\([^ ]*\) => not found$/\1/p'
}

add_libraries() { # the packages that hold them are among those that Postfix depends on
    local package
    mkdir -p "$1/unpacked/usr/lib/libraries"
    [ -n "$(missing_libraries "$1")" ] || return 0
    for package in $(apt-cache depends --recurse --no-recommends --no-suggests --no-conflicts \
        --no-breaks --no-replaces --no-enhances postfix | grep -E '^lib[a-z0-9.+-]+$' | sort -u); do
        dpkg -s "$package" >/dev/null 2>&1 || unpack_package "$1" "$package" || return
    done
    find "$1/unpacked" -name '*.so*' ! -path '*/usr/lib/postfix/*' \
        -exec cp -P -n {} "$1/unpacked/usr/lib/libraries/" \;
    [ -z "$(missing_libraries "$1")" ]
}

# ---- The virtual environment ----------------------------------------------------------------

prepare_venv() {
    local python fingerprint stamp=".venv/.ready-$KIND"
    python="$(find_python)"
    fingerprint="$("$python" - "$LOCK" pyproject.toml <<'PY'
import hashlib, os, pathlib, sys
hashed = hashlib.sha256(sys.version.encode() + os.getcwd().encode())
for name in sys.argv[1:]:
    hashed.update(pathlib.Path(name).read_bytes())
print(hashed.hexdigest())
PY
)"
    if [ "$(cat "$stamp" 2>/dev/null)" = "$fingerprint" ]; then return; fi
    if ! .venv/bin/python -c "import sys; sys.exit(sys.prefix != '$PWD/.venv')" 2>/dev/null; then
        say "making .venv with $("$python" --version)"
        rm -rf .venv
        "$python" -m venv .venv
    fi
    say "installing the locked packages of $LOCK (about a minute the first time)"
    pip_install --require-hashes -r "$LOCK"
    pip_install --no-deps --no-build-isolation --editable .
    echo "$fingerprint" >"$stamp"
}

pip_install() {
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input \
        --root-user-action=ignore "$@"
}

prepare_system
prepare_mail_server
prepare_venv
