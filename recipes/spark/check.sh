#!/bin/sh
# Runs the recipe on a cluster of two executors on this machine and compares it with one machine:
# undisturbed, with an executor killed in the middle, and with a document that crashes the process.
#
# Needs Java 17 or 21, Python 3.10 or later, a C compiler, cargo, 4 GB of memory and ten minutes, and
# the network for `pip` unless VENV names an environment that has pyspark and pyarrow.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for tool in java python3 cc cargo; do
    command -v $tool > /dev/null || { echo "check.sh: needs $tool" >&2; exit 2; }
done
if [ -z "${VENV:-}" ]; then
    VENV=$work/venv
    python3 -m venv "$VENV"
    "$VENV/bin/pip" --quiet install "pyspark==4.3.0" pyarrow "pandas<3"
fi

cargo build --release --quiet --manifest-path "$root/Cargo.toml" -p onrecord
mkdir "$work/app"
cp "$root/target/release/onrecord" "$work/app/"
cc -shared -fPIC -I "$root/crates/plugin/include" -o "$work/app/libwayward.so" \
    "$root/tests/plugins/wayward.c"
# The pipeline of every day, and after it a plugin that aborts where a text begins with `!abort`.
{ cat "$root/config/news.toml"; printf '\n[[analyzer]]\nname = "wayward"\npath = "libwayward.so"\n'; } \
    > "$work/app/app.toml"
tar czf "$work/app.tgz" -C "$work/app" .

"$VENV/bin/python" "$here/check.py" "$work" "${1:-12000}"
