"""polars alone on the same files: every column as text, as any tool must begin that keeps codes as they are.

    pip install polars
    python benches/polars_parse.py stays.csv fees.csv visits.csv
"""

import resource
import sys
import time

import polars

for path in sys.argv[1:]:
    start = time.time()
    frame = polars.read_csv(path, infer_schema=False)
    print(f"{path}: {frame.height:,} rows in {time.time() - start:.1f} s", flush=True)
print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")
