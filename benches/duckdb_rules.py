"""Nine rules in SQL, as an auditor with a database writes them today: DuckDB loads the exports to typed tables and runs them.

    pip install duckdb
    python benches/duckdb_rules.py region

No refund is netted by anything but its sign, nothing is tested against peers but the last: the comparison is of time, not of what is
found.
"""

import sys
import time

import duckdb

RULES = {
    "overlapping stays": """
        SELECT a.mdtrt_id, b.mdtrt_id FROM stays a JOIN stays b
        ON a.psn_no = b.psn_no AND a.mdtrt_id < b.mdtrt_id AND a.begntime < b.endtime AND b.begntime < a.endtime
        AND (a.fixmedins_code <> b.fixmedins_code OR a.begntime <> b.begntime)""",
    "readmissions within 15 days": """
        SELECT mdtrt_id FROM (SELECT mdtrt_id, begntime,
            lag(endtime) OVER (PARTITION BY psn_no, fixmedins_code ORDER BY begntime) AS before FROM stays)
        WHERE begntime BETWEEN before AND before + INTERVAL 15 DAY""",
    "repeated charges": """
        SELECT mdtrt_id, hilist_code, fee_ocur_time, count(*) AS n, sum(det_item_fee_sumamt) AS yuan FROM fees
        WHERE cnt > 0 GROUP BY ALL HAVING n > 1""",
    "hours over a day": """
        SELECT mdtrt_id, hilist_code, fee_ocur_time::DATE AS day, sum(cnt) AS hours FROM fees
        WHERE hilist_name LIKE '%小时%' GROUP BY ALL HAVING hours > 24""",
    "sex conflicts": """
        SELECT mdtrt_id FROM fees JOIN stays USING (mdtrt_id)
        WHERE (hilist_name LIKE '%宫颈%' AND gend = '1') OR (hilist_name LIKE '%前列腺%' AND gend = '2')""",
    "charges outside the stay": """
        SELECT mdtrt_id, sum(det_item_fee_sumamt) FROM fees JOIN stays USING (mdtrt_id)
        WHERE fee_ocur_time::DATE < begntime::DATE OR fee_ocur_time::DATE > endtime::DATE GROUP BY 1""",
    "frequent admissions": """
        SELECT psn_no, count(*) AS n FROM stays GROUP BY 1 HAVING n >= 6""",
    "more of an item than days": """
        SELECT mdtrt_id, hilist_code, sum(cnt) AS n, any_value(date_diff('day', begntime, endtime)) AS days
        FROM fees JOIN stays USING (mdtrt_id) WHERE med_chrgitm_type IN ('01', '07') GROUP BY 1, 2 HAVING n > days + 1""",
    "cost structure": """
        WITH shares AS (SELECT f.fixmedins_code, sum(det_item_fee_sumamt) FILTER (med_chrgitm_type = '04')
            / sum(det_item_fee_sumamt) AS share FROM fees f GROUP BY 1)
        SELECT * FROM shares WHERE share > (SELECT avg(share) + 3 * stddev(share) FROM shares)""",
}

start = time.time()
base = duckdb.connect()
for name in ["stays", "fees", "visits"]:
    base.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{sys.argv[1]}/{name}.csv', types = "
                 + ("{'mdtrt_id': 'VARCHAR', 'psn_no': 'VARCHAR', 'gend': 'VARCHAR'}" if name == "stays" else
                    "{'mdtrt_id': 'VARCHAR', 'psn_no': 'VARCHAR', 'med_chrgitm_type': 'VARCHAR'}" if name == "fees" else
                    "{'mdtrt_id': 'VARCHAR', 'psn_no': 'VARCHAR'}") + ")")
print(f"loaded in {time.time() - start:.1f} s")
for rule, query in RULES.items():
    print(f"{rule}: {len(base.execute(query).fetchall())}")
print(f"{time.time() - start:.1f} s")
