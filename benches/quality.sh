#!/bin/sh
# Precision and recall of the statistical rules on simulated regions, blunt and subtle schemes apart.
#
#   benches/quality.sh STAYS FIRST_SEED REGIONS [SIMULATE OPTIONS...]
#
# Simulates REGIONS regions of STAYS stays with seeds from FIRST_SEED, once with blunt and once with subtle schemes, scans
# each, deletes it, and prints one table a strength, pooled over the regions. The findings and the truths stay in the folder
# that is printed at the end. STRENGTHS may name other strengths ("mixed"). YISHEN is the program to run (default: yishen).
set -eu
yishen=${YISHEN:-yishen}
stays=$1
first=$2
regions=$3
shift 3
work=$(mktemp -d)
for strength in ${STRENGTHS:-blunt subtle}; do
    pairs=""
    seed=$first
    while [ "$seed" -lt $((first + regions)) ]; do
        name=$work/$strength-$seed
        "$yishen" simulate "$name" --stays "$stays" --seed "$seed" --strength "$strength" --quiet "$@" >/dev/null
        "$yishen" scan "$name" -o "$name.ndjson" --quiet
        cp "$name/truth.csv" "$name.csv"
        rm -rf "$name"
        pairs="$pairs $name.ndjson $name.csv"
        seed=$((seed + 1))
    done
    echo "$stays stays, $strength, seeds $first to $((seed - 1)) $*"
    # shellcheck disable=SC2086
    "$yishen" evaluate --lang en $pairs
done
echo "findings: $work"
