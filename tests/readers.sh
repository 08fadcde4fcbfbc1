#!/usr/bin/env bash
# Runs what docs/tables.md shows for reading the cleaned tables, with polars, DuckDB and pandas, on the tables of sample-data.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
target="${CARGO_TARGET_DIR:-target}"
readers="${XDG_CACHE_HOME:-$HOME/.cache}/yishen-readers"

if ! "$readers/bin/python" -c "import polars, duckdb, pandas, pyarrow" 2>/dev/null; then
  python3 -m venv "$readers"
  "$readers/bin/pip" install --quiet polars duckdb pandas pyarrow
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$target/release/yishen" tables sample-data -o "$folder/tables" --quiet --lang en
cd "$folder"
"$readers/bin/python" "$root/tests/readers.py" "$root/docs/tables.md"
