"""The ways of reading the cleaned tables that docs/tables.md shows, run as they stand there.

Run by tests/readers.sh in a folder that holds `tables`; each must give the same sum for every item, in decimals.
"""

import re
import sys
from decimal import Decimal
from pathlib import Path

page = Path(sys.argv[1]).read_text(encoding="utf-8")
blocks = re.findall(r"```python\n(.*?)```", page, re.S)
assert len(blocks) == 3, f"{len(blocks)} ways of reading"
sums = {}
for block in blocks:
    assert len(block.strip().splitlines()) == 3, block
    names = {}
    exec(block, names)  # noqa: S102: the page is ours
    top, library = names["top"], re.search(r"import (\w+)", block).group(1)
    if library == "polars":
        pairs = top.rows()
    elif library == "duckdb":
        pairs = top.fetchall()
    else:
        pairs = list(top.items())
    assert pairs and all(isinstance(yuan, Decimal) for _, yuan in pairs), library
    sums[library] = dict(pairs)
polars, duckdb, pandas = sums["polars"], sums["duckdb"], sums["pandas"]
assert polars == duckdb == pandas, "the libraries read different tables"
print(f"3 ways of reading, {len(polars)} items, {sum(polars.values())} yuan in each")
