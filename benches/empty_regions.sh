#!/bin/sh
# Leads in regions without schemes: how often `paired-admissions` names a group, and how many leads the statistical rules give.
#
#   benches/empty_regions.sh [REGIONS [FIRST_SEED [SIMULATE OPTIONS...]]]
#
# Simulates REGIONS regions (200) of 600 to 6,000 stays with seeds from FIRST_SEED (20001), scans each with the five
# statistical rules and deletes it. Every lead is kept in a file of the folder that is printed at the end. YISHEN is the
# program to run (default: yishen). SIZES may name other sizes; with RULES=all every rule runs, and what is a lead of any rule but
# the statistics counts:
#
#   SIZES=60000 RULES=all benches/empty_regions.sh 10 721 --habits 0.5
set -eu
yishen=${YISHEN:-yishen}
regions=${1:-200}
first=${2:-20001}
shift $(($# > 2 ? 2 : $#))
rules="paired-admissions threshold-stays inflated-drugs bed-hanging padded-stays"
sizes=${SIZES:-600 1000 1500 2000 2500 3000 4000 6000}
chosen=""
if [ "${RULES:-}" != all ]; then chosen=$(printf -- '--rule %s ' $rules); fi
work=$(mktemp -d)
leads=$work/leads.ndjson
: >"$leads"
stays=0
runs=0
seed=$first
while [ "$seed" -lt $((first + regions)) ]; do
    for size in $sizes; do
        [ "$seed" -lt $((first + regions)) ] || break
        "$yishen" simulate "$work/region" --stays "$size" --seed "$seed" --schemes none --quiet "$@" >/dev/null
        # shellcheck disable=SC2086
        "$yishen" scan "$work/region" -o "$work/one.ndjson" --force --quiet $chosen
        stays=$((stays + $(wc -l <"$work/region/stays.csv") - 1))
        if grep -q '"rule":"paired-admissions"' "$work/one.ndjson"; then runs=$((runs + 1)); fi
        grep -v '"result":"statistic"' "$work/one.ndjson" | sed "s/^{/{\"seed\":$seed,\"stays\":$size,/" >>"$leads" || true
        rm -rf "$work/region" "$work/one.ndjson"
        seed=$((seed + 1))
    done
done
echo "$regions regions, $stays stays (seeds $first to $((seed - 1)))"
echo "regions with a paired group: $runs"
if [ -z "$chosen" ]; then
    rules=$(sed 's/.*"rule":"\([^"]*\)".*/\1/' "$leads" | sort -u)
fi
for rule in $rules; do
    printf '%-18s %4d leads\n' "$rule" "$(grep -c "\"rule\":\"$rule\"" "$leads" || true)"
done
awk -v n="$(wc -l <"$leads")" -v s="$stays" 'BEGIN { printf "%d leads in all, %.2f per 10,000 stays\n", n, n * 10000 / s }'
echo "leads: $leads"
