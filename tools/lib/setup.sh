# Shared by the scripts in tools/: say what happens, install what is missing, run a step with a log.
# To be sourced. Sets ROOT (the repository) and JOBS (how many compilers run at once), and leaves the shell in ROOT.

set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
cd "$ROOT"
LOGS="$ROOT/build/logs"
export PATH="$ROOT/build/tools/bin:$PATH"

say() { printf '\n==> %s\n' "$*"; }
fail()
{
    printf '\n*** %s\n' "$*" >&2
    exit 1
}

# A compiler takes up to 1.5 GB: as many as there are processors, as long as memory lasts.
jobs_that_fit()
{
    local processors memory_gb
    processors="$(nproc)"
    memory_gb="$(awk '/^MemTotal:/ { print int($2 / 1500000) }' /proc/meminfo)"
    local jobs=$((processors < memory_gb ? processors : memory_gb))
    echo $((jobs < 1 ? 1 : jobs))
}
JOBS="${CROUPIER_JOBS:-$(jobs_that_fit)}"

# run_step NAME COMMAND…: runs it with its output in build/logs/NAME.log, shows a line of it now and then, and on
# failure the log's tail.
run_step()
{
    local name="$1" log="$LOGS/$1.log" started="$SECONDS" shown="$SECONDS" line
    shift
    mkdir -p "$LOGS"
    if ! { "$@" 2>&1 || exit 1; } | tee "$log" | while IFS= read -r line; do
        if [[ "$line" == *warning:* || "$line" == *"error:"* ]] || ((SECONDS - shown >= 5)); then
            printf '    %.160s\n' "$line"
            shown="$SECONDS"
        fi
    done; then
        printf '\n--- the end of %s\n' "${log#"$ROOT"/}" >&2
        tail -n 60 "$log" >&2
        fail "$name failed: $*"
    fi
    printf '    done in %d s\n' "$((SECONDS - started))"
}

# The lines "package satisfied-by how" of a section of tools/packages.txt.
packages_of()
{
    awk -v section="[$1]" '/^[[:space:]]*(#|$)/ { next } /^\[/ { inside = ($1 == section); next } inside' tools/packages.txt
}

is_there()
{
    local package="$1" satisfied_by="$2"
    case "$satisfied_by" in
        "") ;;
        /*) [[ -e "$satisfied_by" ]] && return 0 ;;
        *) command -v "$satisfied_by" >/dev/null 2>&1 && return 0 ;;
    esac
    [[ "$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null)" == "install ok installed" ]]
}

as_root()
{
    if [[ "$(id -u)" == 0 ]]; then
        "$@"
    else
        sudo "$@"
    fi
}

# Puts a package's programs into build/tools, without installing it.
unpack_package()
{
    local package="$1" program="$2" folder="$ROOT/build/tools/$1"
    rm -rf "$folder"
    mkdir -p "$folder" "$ROOT/build/tools/bin"
    (cd "$folder" && apt-get download "$package" && dpkg-deb -x "$package"_*.deb . && rm -f "$package"_*.deb)
    ln -sfn "$folder/usr/bin/$program" "$ROOT/build/tools/bin/$program"
    command -v "$program" >/dev/null
}

# install_missing SECTION…: what the sections of tools/packages.txt name and this machine lacks. Offline when nothing does.
install_missing()
{
    local section package satisfied_by how missing=() unpacked=()
    for section in "$@"; do
        while read -r package satisfied_by how; do
            is_there "$package" "$satisfied_by" && continue
            if [[ "$how" == unpack ]]; then
                unpacked+=("$package:$satisfied_by")
            else
                missing+=("$package")
            fi
        done < <(packages_of "$section")
    done
    if ((${#missing[@]} + ${#unpacked[@]} == 0)); then
        say "Nothing to install: all of tools/packages.txt ($*) is here"
        return
    fi

    command -v apt-get >/dev/null || fail "This is not Debian. Install these yourself, then try again: ${missing[*]} ${unpacked[*]%%:*}"
    if [[ "$(id -u)" != 0 ]] && ! command -v sudo >/dev/null; then
        fail "Neither root nor sudo. As root, then try again: apt-get install ${missing[*]}"
    fi
    say "Installing from Debian: ${missing[*]} ${unpacked[*]%%:*}"
    run_step package-lists as_root apt-get update
    if ((${#missing[@]} > 0)); then
        run_step install as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"
    fi
    for package in "${unpacked[@]}"; do
        run_step "unpack-${package%%:*}" unpack_package "${package%%:*}" "${package#*:}"
    done
}

# check_node: the web client and some tests want Node 18.
check_node()
{
    local major
    major="$(node --version | sed 's/^v//; s/\..*//')"
    ((major >= 18)) || fail "Node $(node --version) is too old: 18 or newer is needed. Debian 12's nodejs package has it."
}

# configure PRESET [cmake options…]
configure()
{
    say "Configuring ($1), in build/$1"
    run_step "configure-$1" cmake --preset "$@"
}

# build PRESET [targets…]
build()
{
    local preset="$1"
    shift
    say "Building ($preset) with $JOBS compilers at once${*:+: $*}"
    run_step "build-$preset" cmake --build --preset "$preset" --parallel "$JOBS" ${*:+--target "$@"}
}
