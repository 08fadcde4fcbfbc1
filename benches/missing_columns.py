"""What a region gives when one of its columns is missing, or has empty cells: leads that the whole region does not give.

    yishen simulate region --stays 4000 --seed 771 --schemes limits
    python benches/missing_columns.py target/release/yishen region              # each column left out
    python benches/missing_columns.py target/release/yishen region 0.05         # each with one cell in twenty empty
"""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter

yishen, region = sys.argv[1:3]
share = float(sys.argv[3]) if len(sys.argv) > 3 else None
tables = sorted(f for f in os.listdir(region) if f.endswith(".csv") and f != "truth.csv")


def scan(folder):
    """Exit code and the leads: rule, class and what each accuses, as records with their item."""
    with tempfile.NamedTemporaryFile(suffix=".ndjson") as out:
        command = [yishen, "scan", folder, "-o", out.name, "--force", "--quiet"]
        code = subprocess.run(command, capture_output=True).returncode
        leads = [json.loads(line) for line in open(out.name)] if code != 2 else []
    accused = lambda x: {(x["rule"], r, x["evidence"].get("item_code")) for r in x["stay_ids"] + x["visit_ids"]}
    return code, [(lead["rule"], lead["result"], accused(lead)) for lead in leads]


whole = scan(region)[1]
known = set().union(*(lead[2] for lead in whole))
print(len(whole), "leads of the whole region")
for table in tables:
    rows = list(csv.reader(open(os.path.join(region, table), encoding="utf-8-sig")))
    for at, column in enumerate(rows[0]):
        dice = random.Random(5)
        if share is None:
            changed = [row[:at] + row[at + 1 :] for row in rows]
        else:
            empty = lambda row: row[:at] + [""] + row[at + 1 :] if dice.random() < share else row
            changed = rows[:1] + [empty(row) for row in rows[1:]]
        with tempfile.TemporaryDirectory() as folder:
            for other in tables:
                if other != table:
                    os.symlink(os.path.abspath(os.path.join(region, other)), os.path.join(folder, other))
            with open(os.path.join(folder, table), "w", newline="", encoding="utf-8") as file:
                csv.writer(file).writerows(changed)
            code, leads = scan(folder)
        more = Counter(lead[:2] for lead in leads if not lead[2] <= known)
        missed = known - set().union(*(lead[2] for lead in leads))
        told = ", ".join(f"{rule} ({result}) {count}" for (rule, result), count in sorted(more.items()))
        print(f"{table[:-4]}.{column}: exit {code}, {len(missed)} accused no more; more leads: {told or 'none'}", flush=True)
