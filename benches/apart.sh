#!/bin/sh
# One hospital scanned with the others as background (`--peers`), beside the same hospital within its region.
#
#   benches/apart.sh STAYS FIRST_SEED REGIONS [SIMULATE OPTIONS...]
#
# Simulates REGIONS regions of STAYS stays with seeds from FIRST_SEED and the schemes of the headline rules, the tables of one
# hospital apart: the one with the most schemes, then the largest without any. Scans each hospital with the others as peers, and
# the region as one, of which what is about the hospital counts; deletes the region. Prints precision and recall of both, the
# leads that only one of the two has, and those about the honest hospital. The findings and the truths stay in the folder that is
# printed at the end. STRENGTHS may name other strengths (blunt). YISHEN is the program to run (default: yishen).
set -eu
yishen=${YISHEN:-yishen}
stays=$1
first=$2
regions=$3
shift 3
rules="paired-admissions threshold-stays bed-hanging padded-stays inflated-drugs duplicate-charges"
schemes=$(echo "$rules" | tr ' ' ,)
chosen=$(printf -- '--rule %s ' $rules)
work=$(mktemp -d)
ids() { grep -o '"finding_id":"[^"]*"' "$1" | sort >"$1.ids" || true; }
for strength in ${STRENGTHS:-blunt}; do
    peers=""
    region=""
    for which in planted honest; do
        only_peers=0
        only_region=0
        leads=0
        seed=$first
        while [ "$seed" -lt $((first + regions)) ]; do
            name=$work/$strength-$which-$seed
            "$yishen" simulate "$name" --stays "$stays" --seed "$seed" --strength "$strength" --schemes "$schemes" \
                --apart "$which" --quiet --lang en "$@" >/dev/null
            code=$(sed -n 2p "$name/hospital/hospitals.csv" | cut -d, -f1)
            # shellcheck disable=SC2086
            "$yishen" scan "$name/hospital" --peers "$name/peers" -o "$name.peers.ndjson" --quiet $chosen
            cp "$name/truth.csv" "$name.csv"
            rm "$name/truth.csv"
            # shellcheck disable=SC2086
            "$yishen" scan "$name" -o "$name.all.ndjson" --quiet $chosen
            grep "\"hospital_id\":\"$code\"" "$name.all.ndjson" >"$name.region.ndjson" || true
            rm -rf "$name"
            ids "$name.peers.ndjson"
            ids "$name.region.ndjson"
            only_peers=$((only_peers + $(comm -23 "$name.peers.ndjson.ids" "$name.region.ndjson.ids" | wc -l)))
            only_region=$((only_region + $(comm -13 "$name.peers.ndjson.ids" "$name.region.ndjson.ids" | wc -l)))
            leads=$((leads + $(wc -l <"$name.peers.ndjson")))
            if [ "$which" = planted ]; then
                peers="$peers $name.peers.ndjson $name.csv"
                region="$region $name.region.ndjson $name.csv"
            fi
            seed=$((seed + 1))
        done
        echo "$stays stays, $strength, seeds $first to $((seed - 1)) $*, $which hospital:" \
            "$leads leads with peers; $only_peers of them not in the region, $only_region of the region not with peers"
    done
    echo "with peers"
    # shellcheck disable=SC2086
    "$yishen" evaluate --lang en $peers
    echo "in the region"
    # shellcheck disable=SC2086
    "$yishen" evaluate --lang en $region
done
echo "findings: $work"
