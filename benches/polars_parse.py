"""The floor: polars alone parses the charge lines, stays and visits of a region to types, one process, nothing kept.

    pip install polars
    python benches/polars_parse.py region

Ids and codes stay text, as any tool must keep them; quantities, prices and money become numbers, moments become moments.
"""

import resource
import sys
import time
from pathlib import Path

import polars as pl

NUMBERS = {"cnt", "pric", "det_item_fee_sumamt", "inscp_scp_amt", "medfee_sumamt", "fund_pay_sumamt", "psn_pay", "acct_pay"}
MOMENTS = {"fee_ocur_time", "begntime", "endtime", "setl_time"}

start = time.time()
for name in ["stays", "fees", "visits"]:
    path = Path(sys.argv[1]) / f"{name}.csv"
    with open(path, encoding="utf-8-sig") as file:
        header = file.readline().strip().split(",")
    types = {column: pl.Float64 if column in NUMBERS else pl.String for column in header}
    frame = pl.read_csv(path, schema_overrides=types)
    moments = [pl.col(c).str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False) for c in header if c in MOMENTS]
    frame = frame.with_columns(moments)
    print(f"{path}: {frame.height:,} rows", flush=True)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(f"{time.time() - start:.1f} s, peak memory {peak:.2f} GB")
