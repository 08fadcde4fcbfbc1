#!/usr/bin/env bash
# What the rule book costs: a region scanned by one cheap rule, by the rules in code, by all rules with the built-in tables and
# with tables of national size, in turn. Prints wall, CPU and peak memory of each run.
#   benches/rule_book.sh REGION TABLES [ROUNDS]      (tables by big_tables.py; the release build must be there)
set -euo pipefail
region=$1 tables=$2 rounds=${3:-4}
cd "$(dirname "$0")/.."
yishen=${CARGO_TARGET_DIR:-target}/release/yishen
in_code=$(grep -l '^detector' rules/*/*.toml | sed 's|.*/\(.*\)\.toml|--rule \1|')
findings=$(mktemp --suffix .ndjson)
trap 'rm -f "$findings"' EXIT

run() {
  local name=$1
  shift
  /usr/bin/time -f "$name: %e s wall, %U + %S s CPU, %M KB" "$yishen" scan "$region" "$@" -o "$findings" --force --quiet
}

for _ in $(seq "$rounds"); do
  run "one cheap rule" --rule overlapping-stays
  # shellcheck disable=SC2086 — one word a rule
  run "rules in code" $in_code
  run "all, built-in tables"
  run "all, big tables" --rules "$tables"
done
