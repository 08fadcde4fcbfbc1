### How far a run saw: what was judged, what was not and why, and the checks of the delivery.

counted-stays = { $n ->
    [one] one stay
   *[other] { $n } stays
}
counted-visits = { $n ->
    [one] one outpatient visit
   *[other] { $n } outpatient visits
}
counted-records = { $n ->
    [one] one stay or visit
   *[other] { $n } stays and visits
}
counted-lines = { $n ->
    [one] one charge line
   *[other] { $n } charge lines
}
counted-persons = { $n ->
    [one] one person
   *[other] { $n } persons
}
counted-hospitals = { $n ->
    [one] one institution
   *[other] { $n } institutions
}
counted-items = { $n ->
    [one] one item
   *[other] { $n } items
}
counted-rows = { $n ->
    [one] one row
   *[other] { $n } rows
}

unjudged-nothing = nothing in the data is what this rule is about
unjudged-few-peers = too few other institutions to compare with
unjudged-few-records = too few records at the institution
unjudged-no-record = their stay or visit is not in the data
unjudged-no-lines = no charge line
unjudged-no-code = no national code
unjudged-no-diagnosis = no diagnosis
unjudged-no-person = nobody knows whose they are
unjudged-no-hospital = no institution
unjudged-no-date = no date
unjudged-no-discharge = no discharge
unjudged-no-total = no total
unjudged-posting = the institution's postings do not show what was done on which day
unjudged-too-late = what follows lies beyond the end of the data
unjudged-units = claimed in other units than bought
unjudged-outpatient = outpatient visits and pharmacy sales, which this rule does not compare
unjudged-no-stock = neither purchases nor stock
unjudged-no-level = level missing or a code; the parameter level_codes says what codes mean, as in "1=3 2=2 3=1"

report-unjudged = { $what } ({ $why })
report-reason-separator = {"; "}
report-list-more = { $shown } and { $more } more

## The headline where nothing was found
report-headline-no-row = Nothing could be judged: of { $read } rows read none could be used. This report says nothing about the data.
report-headline-unjudged = Nothing could be judged: none of the { $rules } rules could run on what these data hold. This report says nothing about the data.
report-headline-none-of-part = No lead by the { $ran } of { $rules } rules that could judge, among { $stays ->
    [one] one stay
   *[other] { $stays } stays
}, { $visits ->
    [one] one outpatient visit
   *[other] { $visits } outpatient visits
} and { $lines ->
    [one] one charge line
   *[other] { $lines } charge lines
}. The other { $others } rules looked at nothing.

## What was not looked at
seen-not-rejected = { $n } of { $read } rows were rejected; they were not looked at.
seen-not-unread = { $n ->
    [one] One file, sheet or archive member was
   *[other] { $n } files, sheets or archive members were
} not read: { $names }
seen-not-loose = { $n ->
    [one] One charge line ({ $money } yuan) belongs
   *[other] { $n } charge lines ({ $money } yuan) belong
} to no stay or visit of these data; only rules that need neither judged them.
seen-not-shared = { $n ->
    [one] One charge line ({ $money } yuan) has
   *[other] { $n } charge lines ({ $money } yuan) have
} a number that stands for several stays or visits; only rules that need neither judged them.
seen-not-failed = { $n ->
    [one] One rule
   *[other] { $n } rules
} failed: { $rules }
seen-not-skipped = { $n ->
    [one] One rule
   *[other] { $n } rules
} did not run for want of tables or columns: { $rules }
seen-not-emptied = No row is left of tables that were read (all rejected, void or taken back): { $tables }. Rules that need them did not run.
seen-not-unjudged = { $n ->
    [one] One rule
   *[other] { $n } rules
} could not judge: { $rules }
seen-not-partly = { $n ->
    [one] One rule
   *[other] { $n } rules
} could judge only a part of the data.
seen-not-idle = { $n ->
    [one] One rule
   *[other] { $n } rules
} had nothing to judge: nothing in the data is what they are about.
seen-not-waiting = { $n ->
    [one] One rule waits
   *[other] { $n } rules wait
} for points in the knowledge table.
seen-not-fund = No column says what the funds paid on { $n ->
    [one] one stay or visit
   *[other] { $n } stays and visits
}: for them the money at risk is unknown, even where it is shown as 0.00 or by the total.

## Checks of the delivery
check-month-stays = { $month }: nobody was admitted, or nobody discharged, where { $usual } a month are usual. A month may be missing.
check-month-stays-at = { $n ->
    [one] One institution's month is
   *[other] { $n } months of single institutions are
} without admissions or discharges: { $where }
check-month-visits = { $month }: no outpatient visit, where { $usual } a month are usual. A month may be missing.
check-month-visits-at = { $n ->
    [one] One institution's month is
   *[other] { $n } months of single institutions are
} without outpatient visits: { $where }
check-stays-without-lines = { $n } of { $all } stays ({ $money } yuan) have no charge line: { $examples }
check-visits-without-lines = { $n } outpatient visits ({ $money } yuan) have no charge line.
check-lines-without-record = { $n } charge lines ({ $money } yuan) of { $records } visit ids belong to no stay or visit of these data. Rules that need the stay or visit do not judge them: give the stays and visits of the months before and after as well.
check-lines-of-several = { $n } charge lines ({ $money } yuan) carry { $records } numbers that stand for several stays or visits each, and nothing in them says of which they are. Rules that need the stay or visit do not judge them, and their money is not added to the bills: export them with the person number or the institution code.
check-totals-differ = { $n } of { $all } stays differ from the sum of their charge lines, by { $money } yuan in all: { $examples }
check-totals-differ-always = The totals of { $n } of { $all } stays differ from the sum of their charge lines, by { $money } yuan in all: either the totals count something else, or lines are missing. For example: { $examples }
check-difference = { $stay } ({ $total } against { $lines })
check-totals-agree = The totals of all { $n } stays with charge lines equal the sum of their lines.

## In the report
report-outcome-unjudged = could not judge
report-outcome-idle = nothing to judge
report-outcome-partial = ran, judged a part
report-rules-idle = { $count } { $count ->
    [one] rule
   *[other] rules
} had nothing to judge, nothing in the data is what they are about: { $titles }
report-rule-unjudged = could not judge: { $title } ({ $rule }): { $reason }
report-rules-partial = { $count } { $count ->
    [one] rule
   *[other] rules
} left a part unjudged: { $reason }: { $titles }
report-next-unjudged = { $n ->
    [one] One rule
   *[other] { $n } rules
} could not judge. A rule that did not judge has not found nothing.
report-section-unread = Not read
report-column-judged = Judged
report-sheet-unread = Not read
report-sheet-checks = Delivery checks
report-no-unread = Everything that was there was read.
report-section-checks = Checks of the delivery
report-no-checks = Nothing to tell.
