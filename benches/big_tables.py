"""Writes knowledge tables of the size of a national library for a region: 50,000 points, 5 million pairs, 250,000 codes.

    python3 benches/big_tables.py REGION OUT [PAIRS]

REGION is a folder of `yishen simulate`; OUT becomes a folder for `--rules`. The region's own codes are among those of the
tables, spread over all classes; every point keeps its limit, so that the run measures the joins and not the printing of leads.
"""

import csv
import pathlib
import random
import sys

HEADER = ["point_id", "class_code", "class_name", "limit", "value", "name", "codes",
          "effective_from", "effective_to", "superseded_by", "region", "note"]
# Rule id, its limit and a value that hardly anything breaks.
CLASSES = [
    ("drug-supply", "max_per_prescription", "100000"), ("drug-label-dose", "max_per_day", "100000"),
    ("consumable-quantity", "max_per_stay", "100000"), ("service-cap", "max_amount_per_day", "1000000"),
    ("drug-not-children", "min_age_years", "0"), ("drug-elderly", "max_age_years", "130"),
    ("service-setting", "setting", "inpatient_or_outpatient_or_emergency_or_pharmacy"),
    ("excess-price", "max_price", "1000000"), ("service-hospital-level", "min_hospital_level", "1"),
    ("drug-contraindication", "diagnosis_forbidden", "Y99"), ("drug-interaction", "interacts_same_day", "X000000"),
]


def codes_of(region):
    found = set()
    for path in sorted(pathlib.Path(region).glob("fees*.csv")):
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file)
            at = next(rows).index("hilist_code")
            for _, row in zip(range(400_000), rows):
                found.add(row[at])
    return sorted(found)


def table(out, rule, rows):
    source = pathlib.Path(__file__).parent.parent / "rules" / "knowledge" / f"{rule}.source.toml"
    if not source.exists():
        source = source.with_name("local-points.source.toml")
    (out / f"{rule}.source.toml").write_text(source.read_text(encoding="utf-8"), encoding="utf-8")
    with open(out / f"{rule}.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HEADER)
        writer.writerows(rows)


def classes():
    rules = pathlib.Path(__file__).parent.parent / "rules"
    with open(rules / "knowledge" / "national-classes.csv", encoding="utf-8", newline="") as file:
        names = {row["code"] or row["name"]: (row["code"], row["name"]) for row in csv.DictReader(file)}
    of = {}
    for card in rules.glob("*/*.toml"):
        line = next((l for l in card.read_text(encoding="utf-8").splitlines() if l.startswith("national_class = \"")), None)
        if line:
            of[card.stem] = names[line.split('"')[1]]
    return of


def main():
    region, out = sys.argv[1], pathlib.Path(sys.argv[2]) / "knowledge"
    pairs = int(sys.argv[3]) if len(sys.argv) > 3 else 5_000_000
    out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(1)
    own = codes_of(region)
    codes = own + [f"X{rng.randrange(10**17):017d}" for _ in range(250_000 - len(own))]
    of = classes()
    for rule, limit, value in CLASSES:
        code, name = of[rule]
        # Every item of the region has a point of every class, among many that it does not have.
        some = lambda i: " ".join(rng.choices(codes, k=4) + own[i:i + 1])
        table(out, rule, ([f"P-{rule}-{i}", code, name, limit, value, "", some(i), "2020-01-01", "", "", "", ""]
                          for i in range(50_000 // len(CLASSES))))
    code, name = of["consumable-included"]
    table(out, "consumable-included",
          ([f"I-{i}", code, name, "included_in_same_day", rng.choice(codes), "", rng.choice(codes), "2020-01-01", "", "", "", ""]
           for i in range(pairs)))


main()
