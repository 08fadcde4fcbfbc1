"""Doubles the busiest person, record, day, hospital and code, and prints what a scan of each takes.

    python benches/busiest.py YISHEN [--only KIND ...] [--scale 1.0] [--rule RULE ...] [--folder DIR]

Each kind is one input and the same with its busiest thing twice as large: a placeholder or an ordinary person with all stays, one
stay with all lines, all admissions of a hospital on one day, a hospital with everything, one code on all lines. The time is the
CPU of the whole run on one thread, so that idle ones do not count, the memory its peak; the smallest of three runs. `at most 2.3`
is asked of each. The ratios are of what comes on top of the background alone. Where that is little (a second, 20 MB) they say
little: `--scale` makes the inputs larger.
"""

import argparse
import csv
import datetime
import multiprocessing
import os
import random
import shutil
import subprocess
import tempfile

STAYS = (
    "setl_id,mdtrt_id,psn_no,psn_name,certno,gend,brdy,insutype,fixmedins_code,fixmedins_name,hosp_lv,med_type,begntime,endtime,"
    "setl_time,adm_dept_name,chfpdr_code,dise_codg,dise_name,medfee_sumamt,fund_pay_sumamt,psn_pay"
).split(",")
FEES = (
    "feedetl_sn,mdtrt_id,psn_no,fixmedins_code,fee_ocur_time,hilist_code,hilist_name,med_chrgitm_type,cnt,pric,"
    "det_item_fee_sumamt,inscp_scp_amt"
).split(",")
VISITS = (
    "setl_id,mdtrt_id,psn_no,gend,brdy,fixmedins_code,med_type,setl_time,dise_codg,medfee_sumamt,fund_pay_sumamt,psn_pay"
).split(",")
BOUGHT = "fixmedins_code,hilist_code,hilist_name,purc_retn_cnt,finl_trns_pric,purc_retn_stoin_time".split(",")
COUNTS = "fixmedins_code,hilist_code,hilist_name,invdate,inv_cnt".split(",")
FIRST = datetime.datetime(2024, 1, 1, 8)
CARE = (
    ("J18.900", "肺炎"), ("I63.900", "脑梗死"), ("I25.103", "冠状动脉粥样硬化性心脏病"), ("E11.900", "2型糖尿病"),
    ("M51.202", "腰椎间盘突出"), ("K29.500", "慢性胃炎"), ("J44.100", "慢性阻塞性肺疾病伴急性加重"), ("Z51.103", "化学治疗"),
)
# Code, name, class, price, most a day.
ITEMS = (
    ("001103000010000-110900001", "床位费", "01", 40, 1), ("001102000030000-110200003", "住院诊查费", "02", 15, 1),
    ("001201000030000-120100003", "II级护理", "11", 25, 1), ("001204000060000-120400006", "静脉输液", "07", 8, 2),
    ("002503010010000-250301001", "血清总蛋白测定", "05", 4, 1), ("001201000110000-120100011", "动静脉置管护理", "11", 2, 24),
    ("003107020220000-310702022", "心电监测", "03", 3, 24), ("001203000010000-120300001", "氧气吸入", "07", 3, 24),
    ("XJ01DDT042B001010100001", "头孢曲松钠", "09", 12, 4), ("XB05BBP218B001010100002", "氯化钠注射液", "09", 5, 4),
    ("XC10AAA012A001010100003", "阿托伐他汀钙片", "09", 3, 2), ("XA02BCA203B001010100004", "奥美拉唑", "09", 9, 2),
)


class Region:
    """Rows of the three tables."""

    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.stays, self.fees, self.visits, self.bought, self.counts = [], [], [], [], []
        self.peers = None

    def stay(self, person, hospital, day, nights, lines=0, items=ITEMS, hour=None, name="甲"):
        rng, n = self.rng, len(self.stays)
        begin = FIRST + datetime.timedelta(days=day, minutes=rng.randrange(600) if hour is None else hour)
        end = begin + datetime.timedelta(days=nights, hours=2)
        code, illness = rng.choice(CARE)
        total = 0
        for _ in range(lines):
            item = rng.choice(items)
            count = rng.randint(1, item[4])
            time = begin + datetime.timedelta(minutes=rng.randrange(nights * 1440 + 1))
            fen = count * item[3] * 100
            total += fen
            self.fees.append(
                (f"F{len(self.fees)}", f"M{n}", person, hospital, time, item[0], item[1], item[2], count, item[3])
                + (fen / 100, fen / 100)
            )
        total = total or rng.randrange(200_000, 1_200_000)
        self.stays.append(
            (f"S{n}", f"M{n}", person, f"{name}{person[-4:]}", "", 1 + len(person) % 2, f"1956-05-{1 + len(name + person) % 9 if name == '甲' else 1 + n % 27:02}")
            + ("390", hospital, f"医院{hospital}", "2", "21", begin, end, end, "内科", f"D{hospital}{n % 30}", code, illness)
            + (total / 100, total * 7 // 10 / 100, (total - total * 7 // 10) / 100)
        )

    def visit(self, person, hospital, day):
        n = len(self.visits)
        time = FIRST + datetime.timedelta(days=day, minutes=self.rng.randrange(600))
        self.visits.append((f"V{n}", f"W{n}", person, 1, "1956-05-01", hospital, "11", time, "I10", 90.5, 40.5, 50))

    def change(self, **cells):
        """Writes other values into the last stay."""
        row = dict(zip(STAYS, self.stays[-1]), **cells)
        self.stays[-1] = tuple(row[name] for name in STAYS)

    def stock(self, hospital, item, day, count):
        """A stock-take at the start, a purchase, and a stock-take at the end that finds nothing."""
        for when in (0, 720):
            self.counts.append((hospital, *item[:2], (FIRST + datetime.timedelta(days=when)).date(), 0))
        self.bought.append((hospital, *item[:2], count, item[3], (FIRST + datetime.timedelta(days=day)).date()))

    def background(self, stays=1_200, lines=20):
        """Twelve hospitals that nothing is wrong with."""
        for n in range(stays):
            self.stay(f"B{n * 2 // 3}", f"H{n % 12}", self.rng.randrange(700), self.rng.randint(3, 9), lines)

    def write(self, folder):
        os.makedirs(folder)
        tables = (
            ("stays", STAYS, self.stays), ("fees", FEES, self.fees), ("visits", VISITS, self.visits),
            ("purchases", BOUGHT, self.bought), ("stock", COUNTS, self.counts),
        )
        for name, head, rows in tables:
            if rows:
                with open(os.path.join(folder, name + ".csv"), "w", newline="", encoding="utf-8") as file:
                    writer = csv.writer(file, lineterminator="\n")
                    writer.writerow(head)
                    writer.writerows(rows)


def placeholder(region, n):
    """One number for many people, of every hospital and day."""
    for at in range(n):
        region.stay("999999", f"H{at % 12}", region.rng.randrange(700), region.rng.randint(1, 9), 2, name=f"名{at}")


def person(region, n):
    """One person in and out of hospitals, day after day."""
    for at in range(n):
        region.stay("P1", f"H{at % 3}", at % 720, 1, 2)


def visits(region, n):
    """One person with all visits."""
    for at in range(n):
        region.visit("P1", f"C{at % 12}", at % 720)


def record(region, n):
    """One stay with all lines, of a few items."""
    region.stay("P1", "H1", 10, 300, n)


def one_item(region, n):
    """One stay with all lines, of one item, within a few days."""
    region.stay("P1", "H1", 10, 5, n, ITEMS[6:7])


def admissions(region, n):
    """All of a hospital's admissions on one day, again a month later for half of them."""
    for at in range(n):
        region.stay(f"P{at * 2 // 3}", "H1", 300 + 30 * (at % 3 == 2), 7, 1, hour=at % 600)


def hospital(region, n):
    """One hospital with everything."""
    for at in range(n):
        region.stay(f"P{at // 2}", "H1", region.rng.randrange(700), region.rng.randint(3, 9), 12)


def code(region, n):
    """One code on all lines."""
    for at in range(n // 20):
        region.stay(f"P{at // 2}", f"H{at % 12}", region.rng.randrange(700), region.rng.randint(3, 9), 20, ITEMS[5:6])


def refunds(region, n):
    """One stay with all lines, half of them taken back without saying which."""
    region.stay("P1", "H1", 10, 60, n, ITEMS[3:9])
    for line in region.fees[-n // 2 :]:
        amount = -line[10]
        region.fees.append((f"R{len(region.fees)}", *line[1:8], -line[8], line[9], amount, amount))


def duplicates(region, n):
    """One stay with the same line over and over."""
    region.stay("P1", "H1", 10, 60, n, ITEMS[:1])
    region.fees[-n:] = [(line[0], *line[1:4], FIRST + datetime.timedelta(days=12), *line[5:]) for line in region.fees[-n:]]


def settlements(region, n):
    """One stay settled over and over, by numbers of their own."""
    for at in range(n):
        region.stay("P1", "H1", 10, 60)
        region.stays[-1] = (region.stays[-1][0], "M1", *region.stays[-1][2:])


def bills(region, n):
    """One stay in many rows without a number."""
    for at in range(n):
        region.stay("P1", "H1", 10, 60)
        region.stays[-1] = ("", "M1", *region.stays[-1][2:])


def together(region, n):
    """One person in many beds in one week."""
    for at in range(n):
        region.stay("P1", f"H{at % 3}", 100 + at % 7, 6, 2)


def names(region, n):
    """One number with many names, one item with many names."""
    for at in range(n):
        region.stay("P1", "H1", at % 700, 3, 1, [(ITEMS[8][0], f"药{at}", *ITEMS[8][2:])], name=f"名{at}")


def clinic(region, n):
    """One person's visits on one day of one institution."""
    for _ in range(n):
        region.visit("P1", "C1", 100)


def ring(region, n):
    """Many who come to one hospital together, month after month."""
    for at in range(n):
        region.stay(f"P{at % (n // 6)}", "H1", 20 + 31 * (at // (n // 6)), 7, 1)


def days(region, n):
    """One hospital's admissions on a few days, by people who all come back on such days."""
    for at in range(n):
        region.stay(f"P{at // 5}", "H1", 20 + 30 * (at % 5) + region.rng.randrange(3), 7, 1)


def rings(region, n):
    """Many groups of ten at one hospital, each on days of its own."""
    for at in range(n):
        group, times = at // 60, at // 10 % 6
        region.stay(f"P{at % 10 + 10 * group}", "H1", (group * 37 + times * 83 + times * times * group) % 700, 7, 1)


def regulars(region, n):
    """One hospital where everybody comes by a rhythm of their own, of no illness that asks for one."""
    for at in range(n):
        person, times = at // 6, at % 6
        region.stay(f"P{person}", "H1", person * 7 % 360 + 28 * times, 3 + person % 6, 1)
        region.change(chfpdr_code="J18.900", dise_name="肺炎")


def marks(region, n):
    """One hospital whose bills stand just over a mark."""
    for at in range(n):
        region.stay(f"P{at // 4}", "H1", region.rng.randrange(700), region.rng.randint(3, 9))
        if at % 3:
            region.change(medfee_sumamt=10_000 + region.rng.randrange(200), fund_pay_sumamt=7_000, psn_pay=3_000)


def listed(region, n):
    """A list of visits with all of an institution on one day."""
    for at in range(n):
        region.visit(f"P{at // 2}", "C1", 100)


def records(region, n):
    """One code in the most records."""
    for at in range(n):
        region.stay(f"P{at // 2}", f"H{at % 12}", region.rng.randrange(700), 5, 1, ITEMS[5:6])


def twice(region, n):
    """One stay with every line twice."""
    region.stay("P1", "H1", 10, 300, n // 2)
    region.fees += [(f"D{line[0]}", *line[1:]) for line in region.fees[-n // 2 :]]


def beds(region, n):
    """One stay with many beds, each twice on its day."""
    for at in range(n // 2):
        item = (f"0011030000{at % 20_000:05}-110900001", f"床位费{at % 20_000}", "01", 40, 1)
        if at == 0:
            region.stay("P1", "H1", 10, 300)
        time = FIRST + datetime.timedelta(days=11 + at // 20_000)
        stay = region.stays[-1]
        line = (stay[1], "P1", "H1", time, *item[:3], 1, 40, 40, 40)
        region.fees += [(f"A{at}", *line), (f"B{at}", *line)]


def newborns(region, n):
    """One number for mothers and newborns, with items by the hour."""
    for at in range(n):
        region.stay("P1", "H1", at % 700, 3, 2, ITEMS[5:8])
        if at % 2:
            region.change(chfpdr_code="Z38.000", dise_name="单胎活产")


def stock(region, n):
    """One item of one institution with all purchases and lines."""
    for at in range(n):
        region.stay(f"P{at}", "H1", 10 + region.rng.randrange(600), 5, 1, ITEMS[8:9])
        region.stock("H1", ITEMS[8], 5 + at % 700, 2)


def stocked(region, n):
    """One institution with many items in stock."""
    for at in range(n):
        item = (f"XJ01DDT042B001020{at:06}", f"药{at}", "09", 12, 4)
        region.stay(f"P{at // 2}", "H1", 10 + region.rng.randrange(600), 5, 3, [item])
        region.stock("H1", item, 5, 1)


def institutions(region, n):
    """One code at many institutions, some of which bill it twice."""
    for at in range(n * 12):
        hospital = at // 12
        region.stay(f"P{at // 2}", f"T{hospital}", region.rng.randrange(700), 9, 20, ITEMS[4:10])
        if hospital % 3 == 0:
            region.fees += [(f"D{line[0]}", *line[1:]) for line in region.fees[-20:]]


def peers(region, n):
    """One institution of the background with everything."""
    region.peers = Region(8)
    region.peers.background()
    hospital(region.peers, n)


KINDS = {
    "placeholder": (placeholder, 20_000, "stays of one placeholder"),
    "person": (person, 20_000, "stays of one person"),
    "visits": (visits, 100_000, "visits of one person"),
    "record": (record, 100_000, "lines of one stay"),
    "one-item": (one_item, 100_000, "lines of one item in one stay"),
    "day": (admissions, 50_000, "admissions around one day of one hospital"),
    "hospital": (hospital, 30_000, "stays of one hospital"),
    "refunds": (refunds, 60_000, "lines of one stay and half as many refunds"),
    "duplicates": (duplicates, 60_000, "equal lines of one day of one stay"),
    "settlements": (settlements, 20_000, "settlements of one stay"),
    "bills": (bills, 20_000, "bills of one stay without a number"),
    "together": (together, 20_000, "stays of one person in one week"),
    "names": (names, 20_000, "names of one number and of one item"),
    "clinic": (clinic, 100_000, "visits of one person on one day"),
    "ring": (ring, 30_000, "stays of people who come together"),
    "days": (days, 50_000, "stays that begin on a few days at one hospital"),
    "code": (code, 400_000, "lines of one code"),
    "rings": (rings, 30_000, "stays of groups of ten at one hospital"),
    "regulars": (regulars, 30_000, "stays of people who each keep a rhythm at one hospital"),
    "marks": (marks, 30_000, "stays of one hospital, most just over a mark"),
    "listed": (listed, 200_000, "visits of a list on one day at one institution"),
    "records": (records, 60_000, "records with one code"),
    "twice": (twice, 200_000, "lines of one stay, all of them twice"),
    "beds": (beds, 60_000, "lines of beds in one stay, all of them twice"),
    "newborns": (newborns, 20_000, "stays of mothers and newborns of one number"),
    "stock": (stock, 40_000, "purchases and as many lines of one item"),
    "stocked": (stocked, 20_000, "items in stock at one institution"),
    "institutions": (institutions, 500, "institutions with one code"),
    "peers": (peers, 20_000, "stays of one institution of the peers"),
}


def measure(command):
    """CPU seconds and peak memory in MB of a run."""
    environment = {**os.environ, "RAYON_NUM_THREADS": "1"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)
    told = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 3):
        raise SystemExit(told)
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def draw(kind, n, folder):
    """Writes one input; the peers, if the kind has them, beside it."""
    region = Region(7)
    # The part that is doubled must not be diluted by the background.
    region.background()
    if n:
        KINDS[kind][0](region, n)
    elif kind == "peers":
        region.peers = Region(8)
        region.peers.background()
    region.write(folder)
    if region.peers:
        region.peers.write(folder + "-peers")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("yishen")
    parser.add_argument("--only", nargs="*", default=list(KINDS))
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--rule", nargs="*", default=[])
    parser.add_argument("--folder", default=None)
    args = parser.parse_args()
    rules = [word for rule in args.rule for word in ("--rule", rule)]
    print("| busiest | once: CPU, memory | twice: CPU, memory | time | memory |")
    print("|---|---|---|---|---|")
    for kind in args.only:
        _, size, words = KINDS[kind]
        size = int(size * args.scale)
        folder = tempfile.mkdtemp(dir=args.folder)
        try:
            figures = []
            for n in (0, size, 2 * size):
                data = os.path.join(folder, str(n))
                # In a process of its own: the peak of what is started here counts from the memory held here.
                drawing = multiprocessing.Process(target=draw, args=(kind, n, data))
                drawing.start()
                drawing.join()
                out = os.path.join(folder, "out.ndjson")
                command = [args.yishen, "scan", data, "-o", out, "--force", "--quiet", "--lang", "en", *rules]
                command += ["--peers", data + "-peers"] if os.path.isdir(data + "-peers") else []
                runs = [measure(command) for _ in range(args.runs)]
                figures.append(tuple(min(column) for column in zip(*runs)))
        finally:
            shutil.rmtree(folder)
        none, once, twice = figures
        ratio = [max(twice[at] - none[at], least) / max(once[at] - none[at], least) for at, least in ((0, 0.05), (1, 8))]
        shown = [f"{cpu:.2f} s, {memory:.0f} MB" for cpu, memory in (once, twice)]
        name = f"{size:,} and {2 * size:,} {words}"
        print(f"| {name} | {shown[0]} | {shown[1]} | {ratio[0]:.2f} | {ratio[1]:.2f} |", flush=True)


if __name__ == "__main__":
    main()
