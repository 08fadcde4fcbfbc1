#!/usr/bin/env python3
"""Plants one kind of behaviour into a simulated region, and scores findings against it.

    benches/behaviour.py plant REGION OUT split|minor|admissions|visits|purchases SIZE [SEED]
    benches/behaviour.py score FINDINGS OUT stay_ids|patient_ids

`split` cuts a share SIZE of the longer stays of three hospitals in two with 0 to 2 days between; `minor` takes drugs,
treatment, operations and consumables off a share SIZE of three hospitals' stays; `admissions` gives 20 people SIZE further
admissions in a year; `visits` and `purchases` give 20 people SIZE further visits in 30 days. What was planted is written to
OUT/planted.txt: ids of stays, or of people. Files that do not change are linked.
"""
import collections
import csv
import datetime
import json
import os
import random
import sys

TREATMENT = {"05", "06", "08", "09", "10", "11"}


def moment(text):
    return datetime.datetime.fromisoformat(text)


def read(path):
    with open(path, encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, rows[0].keys())
        out.writeheader()
        out.writerows(rows)


def three_hospitals(stays, chance):
    """Three hospitals of 60 stays or more that do not work by plan, and their stays that may be changed."""
    counts = collections.Counter(s["fixmedins_code"] for s in stays)
    names = {s["fixmedins_code"]: s["fixmedins_name"] for s in stays}
    chosen = sorted(h for h, n in counts.items() if n >= 60 and not any(w in names[h] for w in ("精神", "康复")))
    chosen = set(chance.sample(chosen, 3))
    settlements = collections.Counter(s["mdtrt_id"] for s in stays)
    return [
        s
        for s in stays
        if s["fixmedins_code"] in chosen
        and settlements[s["mdtrt_id"]] == 1
        and s["med_type"] == "21"
        and s["endtime"]
        and s["dise_codg"][:1] not in set("CFZNOP")
    ]


def split(source, out, size, chance):
    stays, planted = read(f"{source}/stays.csv"), set()
    for stay in three_hospitals(stays, chance):
        begin, end = moment(stay["begntime"]), moment(stay["endtime"])
        nights = (end.date() - begin.date()).days
        if nights < 6 or chance.random() >= size:
            continue
        second, middle = dict(stay), begin + datetime.timedelta(days=nights // 2)
        stay["endtime"] = stay["setl_time"] = str(middle.replace(hour=10))
        second["begntime"] = str((middle + datetime.timedelta(days=chance.choice([0, 1, 1, 2]))).replace(hour=14))
        for key in ("mdtrt_id", "setl_id"):
            second[key] += "B"
        for key in ("medfee_sumamt", "fund_pay_sumamt", "psn_pay"):
            half = f"{float(stay[key]) / 2:.2f}"
            stay[key] = second[key] = half
        stays.append(second)
        planted |= {stay["mdtrt_id"], second["mdtrt_id"]}
    write(f"{out}/stays.csv", stays)
    return planted


def minor(source, out, size, chance):
    stays = read(f"{source}/stays.csv")
    planted = {s["mdtrt_id"] for s in three_hospitals(stays, chance) if chance.random() < size}
    totals = collections.Counter()
    with open(f"{source}/fees.csv", encoding="utf-8-sig", newline="") as old, open(f"{out}/fees.csv", "w") as new:
        rows, sink = csv.reader(old), csv.writer(new)
        header = next(rows)
        sink.writerow(header)
        record, kind, amount = (header.index(c) for c in ("mdtrt_id", "med_chrgitm_type", "det_item_fee_sumamt"))
        for row in rows:
            if row[record] in planted:
                if row[kind] in TREATMENT:
                    continue
                totals[row[record]] += float(row[amount])
            sink.writerow(row)
    for stay in stays:
        if stay["mdtrt_id"] in planted:
            stay["medfee_sumamt"] = f"{totals[stay['mdtrt_id']]:.2f}"
    write(f"{out}/stays.csv", stays)
    return planted


def admissions(source, out, size, chance):
    stays = read(f"{source}/stays.csv")
    usual = {s["psn_no"]: s for s in stays if s["med_type"] == "21" and s["dise_codg"][:1] not in set("CFZNOP")}
    planted = set(chance.sample(sorted(usual), 20))
    for person in sorted(planted):
        begin = moment(usual[person]["begntime"]).replace(month=1, day=2)
        for n, day in enumerate(sorted(chance.sample(range(0, 350, 6), int(size)))):
            stay, start = dict(usual[person]), begin + datetime.timedelta(days=day)
            stay["begntime"], stay["endtime"] = str(start), str(start + datetime.timedelta(days=4))
            stay["setl_time"] = stay["endtime"]
            stay["mdtrt_id"], stay["setl_id"] = f"98{person}{n}", f"99{person}{n}"
            stays.append(stay)
    write(f"{out}/stays.csv", stays)
    return planted


def visits(source, out, size, chance, kind="11"):
    rows = read(f"{source}/visits.csv")
    usual = [r for r in rows if r["med_type"] == kind]
    first = {r["psn_no"]: r for r in reversed(usual)}
    planted = set(chance.sample(sorted(first), 20))
    for person in sorted(planted):
        begin = moment(first[person]["setl_time"]).replace(hour=9)
        for n, day in enumerate(chance.sample(range(30), int(size))):
            visit, place = dict(first[person]), chance.choice(usual)
            visit["fixmedins_code"], visit["fixmedins_name"] = place["fixmedins_code"], place["fixmedins_name"]
            visit["setl_time"] = visit["begntime"] = str(begin + datetime.timedelta(days=day, minutes=7 * n))
            visit["mdtrt_id"], visit["setl_id"] = f"98{person}{n}", f"99{person}{n}"
            rows.append(visit)
    write(f"{out}/visits.csv", rows)
    return planted


def purchases(source, out, size, chance):
    return visits(source, out, size, chance, "41")


def plant(source, out, kind, size, seed=1):
    os.makedirs(out)
    planted = globals()[kind](source, out, float(size), random.Random(int(seed)))
    for name in sorted(os.listdir(source)):
        needed = kind == "minor" or name not in ("fees.csv", "truth.csv")
        if needed and not os.path.exists(f"{out}/{name}"):
            os.symlink(os.path.abspath(f"{source}/{name}"), f"{out}/{name}")
    with open(f"{out}/planted.txt", "w", encoding="utf-8") as file:
        file.writelines(f"{one}\n" for one in sorted(planted))


def score(findings, out, key):
    with open(f"{out}/planted.txt", encoding="utf-8") as file:
        planted = set(file.read().split())
    with open(findings, encoding="utf-8") as file:
        claimed = {i for line in file for i in json.loads(line)[key]}
    print(f"planted {len(planted)}, claimed {len(claimed)}, right {len(claimed & planted)}")


if __name__ == "__main__":
    {"plant": plant, "score": score}[sys.argv[1]](*sys.argv[2:])
