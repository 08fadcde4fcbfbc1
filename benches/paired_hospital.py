"""One large hospital for a year, as one file of inpatient settlements: what `paired-admissions` has to search.

    python benches/paired_hospital.py OUT [--admissions 1000] [--returning 50000] [--rings 20] [--seed 1]

Admissions follow weekday and season, stays last 1 to 20 nights by their diagnosis. The returning patients have 2 to 15 stays
each: chronic patients at any interval, courses of 21 or 28 days, and regulars who come on a day of each month. Everybody
else comes once. A ring is 3 to 10 patients who come and leave together 4 to 8 times. The same seed gives the same bytes.
"""

import argparse
import csv
import datetime
import math
import os
import random

HEAD = (
    "mdtrt_id,psn_no,gend,brdy,fixmedins_code,fixmedins_name,hosp_lv,med_type,begntime,endtime,setl_time,"
    "adm_dept_name,chfpdr_code,dise_codg,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay"
).split(",")
FIRST = datetime.date(2024, 1, 1)
DAYS = 365
WEEKDAY = (1.35, 1.15, 1.1, 1.05, 1.0, 0.75, 0.6)
# Code, name, department, share, nights (median), spread of their logarithm.
CARE = (
    ("J18.900", "肺炎", "呼吸内科", 14, 7, 0.4),
    ("I63.900", "脑梗死", "神经内科", 14, 9, 0.4),
    ("I25.103", "冠状动脉粥样硬化性心脏病", "心血管内科", 12, 6, 0.4),
    ("J44.100", "慢性阻塞性肺疾病伴急性加重", "呼吸内科", 9, 8, 0.4),
    ("E11.900", "2型糖尿病", "内分泌科", 9, 7, 0.35),
    ("M51.202", "腰椎间盘突出", "骨科", 9, 8, 0.45),
    ("K29.500", "慢性胃炎", "消化内科", 8, 5, 0.4),
    ("K80.200", "胆囊结石", "普通外科", 7, 5, 0.4),
    ("H25.900", "老年性白内障", "眼科", 6, 2, 0.4),
    ("N40.x00", "前列腺增生", "泌尿外科", 5, 6, 0.4),
    ("S72.000", "股骨颈骨折", "骨科", 4, 13, 0.3),
    ("O80.900", "单胎顺产", "产科", 3, 3, 0.3),
)
COURSE = ("Z51.103", "为肿瘤化学治疗疗程", "肿瘤科", 0, 4, 0.3)
SHARES = [care[3] for care in CARE]


def day_weights():
    """Weight of each day: weekday and a mild winter peak."""
    season = lambda d: 1 + 0.15 * math.cos(2 * math.pi * d / 365)
    return [WEEKDAY[(FIRST + datetime.timedelta(d)).weekday()] * season(d) for d in range(DAYS)]


def nights(rng, care):
    return min(20, max(1, round(rng.lognormvariate(math.log(care[4]), care[5]))))


def spread(rng, any_day, times, care):
    """Stays at any time, none inside another; at least two."""
    taken = []
    while len(taken) < 2:
        taken = []
        for begin in sorted(any_day() for _ in range(times)):
            if not taken or begin > taken[-1][1] + 1:
                taken.append((begin, begin + nights(rng, care)))
    return taken


def course(rng, times):
    """Stays of a course: every 21 or 28 days, now and then a few days late."""
    step, begin, taken = rng.choice((21, 28)), rng.randrange(0, 180), []
    for _ in range(times):
        taken.append((begin, begin + nights(rng, COURSE)))
        begin += step + (rng.randrange(1, 8) if rng.random() < 0.2 else 0)
    return taken


def regular(rng, times, care):
    """Stays that begin on a day of the month, or a day beside it."""
    day, month, taken = rng.randrange(1, 28), rng.randrange(1, 4), []
    for at in range(month, min(month + times, 13)):
        if rng.random() < 0.9 or at < month + 2:
            begin = (datetime.date(2024, at, day) - FIRST).days + rng.choice((-1, 0, 0, 0, 1))
            taken.append((max(begin, 0), max(begin, 0) + nights(rng, care)))
    return taken


def returning(rng, any_day):
    """The stays of a patient who comes back."""
    times = min(15, 2 + int(rng.expovariate(1 / 2.6)))
    kind, care = rng.random(), rng.choices(CARE, SHARES)[0]
    if kind < 0.06 and times >= 3:
        return [(b, e, COURSE) for b, e in course(rng, times)]
    if kind < 0.12 and times >= 3:
        return [(b, e, care) for b, e in regular(rng, times, care)]
    return [(b, e, care) for b, e in spread(rng, any_day, times, care)]


def ring(rng, any_day):
    """The stays of each member of a ring; some members miss a meeting."""
    meetings = spread(rng, any_day, rng.randrange(4, 9), rng.choices(CARE, SHARES)[0])
    members = rng.randrange(3, 11)
    return [[(b, e, rng.choices(CARE, SHARES)[0]) for b, e in meetings if rng.random() < 0.9] for _ in range(members)]


def people(rng, options):
    """By person, their stays."""
    weights = day_weights()
    sums = [sum(weights[: d + 1]) for d in range(DAYS)]
    any_day = lambda: rng.choices(range(DAYS), cum_weights=sums)[0]
    everybody = [returning(rng, any_day) for _ in range(options.returning)]
    for _ in range(options.rings):
        everybody += ring(rng, any_day)
    missing = options.admissions * DAYS - sum(len(stays) for stays in everybody)
    for _ in range(max(missing, 0)):
        begin, care = any_day(), rng.choices(CARE, SHARES)[0]
        everybody.append([(begin, begin + nights(rng, care), care)])
    return everybody


def rows(rng, everybody):
    for number, stays in enumerate(everybody):
        sex, born = rng.choice("12"), f"{rng.randrange(1935, 2000)}-{rng.randrange(1, 13):02}-15"
        for begin, end, care in stays:
            total = round(rng.lognormvariate(6.6, 0.4) * (end - begin + 2), 2)
            fund = round(total * 0.7, 2)
            date = lambda day: (FIRST + datetime.timedelta(day)).isoformat()
            who = [f"P{number:07}", sex, born, "H1", "市第一医院", "3", "21"]
            when = [date(begin), date(end), date(end), care[2], f"D{rng.randrange(400):03}", care[0], care[1]]
            yield begin, who + when + [f"{total:.2f}", f"{fund:.2f}", f"{total - fund:.2f}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("out", help="folder for stays.csv")
    parser.add_argument("--admissions", type=int, default=1000, help="admissions a day")
    parser.add_argument("--returning", type=int, default=50_000, help="patients who come back")
    parser.add_argument("--rings", type=int, default=20, help="groups admitted together")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    everybody = people(rng, options)
    rng.shuffle(everybody)
    ordered = sorted(rows(rng, everybody), key=lambda row: (row[0], row[1]))
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, "stays.csv"), "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEAD)
        out.writerows([f"S{n:07}"] + row for n, (_, row) in enumerate(ordered))
    back = sum(len(stays) > 1 for stays in everybody)
    print(f"{len(ordered):,} stays, {len(everybody):,} patients, {back:,} of them more than once")


if __name__ == "__main__":
    main()
