### The report: terminal summary, workbook, CSV

report-title = Medical-insurance fund audit: leads from claims data
report-title-version = yishen { $version } · medical-insurance fund audit
report-headline = { $leads ->
    [one] One lead
   *[other] { $leads } leads
} at { $hospitals ->
    [one] one institution
   *[other] { $hospitals } institutions
}, concerning { $patients ->
    [one] one patient
   *[other] { $patients } patients
}; { $amount } yuan at risk in all (a record flagged by several rules counts once).
report-headline-none = No lead by { $rules } rules among { $stays ->
    [one] one stay
   *[other] { $stays } stays
}, { $visits ->
    [one] one outpatient visit
   *[other] { $visits } outpatient visits
} and { $lines ->
    [one] one charge line
   *[other] { $lines } charge lines
}.
report-caution = Leads are the result of screening data, not a finding of guilt. Each names what would clear it and must be checked against the medical record and on site. Money at risk is what the fund would not have paid under the rule.

report-list-separator = {", "}
report-or = {" or "}

## Result classes
report-class-violation = violation
report-class-suspicious = suspicious
report-class-statistic = statistic
report-class-violation-means = broken on the data alone
report-class-suspicious-means = to be checked
report-class-statistic-means = a figure, no verdict

## Tables
report-table-stays = stays
report-table-fees = charge lines
report-table-visits = outpatient visits
report-table-visits-short = visits
report-table-diagnoses = diagnoses
report-table-persons = persons
report-table-hospitals = hospitals
report-table-purchases = purchases
report-table-stock = stock
report-table-peer = { $table }, background
report-table-none = unknown

## Headings
report-section-inputs = Data
report-section-classes = Result classes
report-section-rules = Rules
report-section-hospitals = Institutions to look at first (by number of different rules, then money)
report-section-months = By month
report-section-leads = First leads (by money at risk times confidence)
report-section-tables = Tables
report-tables-rows = Rows
report-tables-written = written to { $folder }; scan them with `yishen scan { $folder }`
report-section-notes = Notes on the data
report-section-next = Results and next steps

## Data
report-period = Care given from { $from } to { $to }
report-size = { $hospitals ->
    [one] One institution
   *[other] { $hospitals } institutions
}, { $persons ->
    [one] one person
   *[other] { $persons } persons
}, { $stays ->
    [one] one stay
   *[other] { $stays } stays
}, { $visits ->
    [one] one outpatient visit
   *[other] { $visits } outpatient visits
}, { $lines ->
    [one] one charge line
   *[other] { $lines } charge lines
}; { $money } yuan billed
report-total = Total
report-reject-more = { $value ->
    [none] {""}
   *[other] { $value } |{" "}
}{ $rows } rows, not listed one by one
report-reject-line = { $rows ->
    [one] one reject
   *[other] { $rows } rejects
}: { $reason }
report-undated = no date

## Rules
report-rule-failed = failed: { $title } ({ $rule }): { $reason }
report-rules-nothing = { $count } { $count ->
    [one] rule
   *[other] rules
} ran and found nothing in what was judged: { $titles }
report-rule-skipped = skipped: { $title } ({ $rule }), the data lack { $reason }
report-rules-waiting = { $count } rules wait for points in their knowledge table (docs/writing-rules.md says how): { $titles }
report-outcome-ran = ran
report-outcome-skipped = skipped (data missing)
report-outcome-failed = failed
report-all-ran = All chosen rules ran and judged everything.

## Leads
report-lead = [{ $class }] { $title } · { $hospital } · { $amount } yuan · confidence { $confidence }
report-more-leads = { $more } more in the report.
report-more-hospitals = { $more } more in the report.
report-more-months = { $more } earlier months in the report.
report-more-notes = { $more } more in the report.

## Results and next steps
report-written = Written: { $path }
report-next-leads = Begin with the first leads: get the medical record and the vouchers, go through “what would clear it”, and recompute from the rows named.
report-next-rejects = { $n ->
    [one] One value could not be read; it is
   *[other] { $n } values could not be read; they are
} in the list of rejects. Mend the export and run again, or something may be missed.
report-next-failed = { $n ->
    [one] One rule failed: this report is incomplete without it.
   *[other] { $n } rules failed: this report is incomplete without them.
}
report-next-skipped = { $n ->
    [one] One rule was skipped for want of data; with the tables or columns named above it will run.
   *[other] { $n } rules were skipped for want of data; with the tables or columns named above they will run.
} A rule that did not run has not found nothing.
report-elapsed = took { $seconds } seconds

## Columns
report-column-rank = No.
report-column-class = Class
report-column-meaning = Meaning
report-column-rule = Rule
report-column-rule-id = Rule id
report-column-outcome = Outcome
report-column-reason = Reason
report-column-hospital = Institution
report-column-hospital-id = Institution code
report-column-hospitals = Institutions
report-column-rules = Rules
report-column-rule-list = Rules that flagged it
report-column-leads = Leads
report-column-stays = Stays
report-column-visits = Visits
report-column-patients = Patients
report-column-records = Stays and visits
report-column-at-risk = At risk (yuan)
report-column-month = Month
report-column-empty = { "" }
report-column-message = What was found
report-column-observed-of = { $measure } (observed)
report-column-lead = Lead
report-column-entry = Item
report-column-confidence = Confidence
report-column-from = From
report-column-to = To
report-column-patient-ids = Patient ids
report-column-stay-ids = Stay ids
report-column-visit-ids = Visit ids
report-column-group = Group
report-column-total = Total (yuan)
report-column-observed = Observed
report-column-expected = Expected
report-column-threshold = Threshold
report-column-p = Chance alone (p)
report-column-q = False leads (q)
report-column-basis = Legal basis
report-column-clears = What would clear it
report-column-rows = Rows (file:line)
report-column-version = Version
report-column-finding-id = Finding id
report-column-what = What it does
report-column-why = Why it matters
report-column-innocent = Innocent explanations
report-column-parameters = Parameters
report-column-file = File
report-column-table = Taken for
report-column-size = Size
report-column-bytes = Bytes
report-column-encoding = Encoding
report-column-read = Read
report-column-used = Used
report-column-netted = Netted
report-column-repeated = Repeated
report-column-rejected = Rejected
report-column-sha256 = SHA-256
report-column-line = Line
report-column-field = Column
report-column-value = Value

## Labels of the summary sheet
report-label-from = Care given from
report-label-to = Care given to
report-label-persons = Persons
report-label-stays = Stays
report-label-visits = Outpatient visits
report-label-lines = Charge lines
report-label-money = Billed (yuan)
report-label-fund = Paid by the funds (yuan)
report-label-read = Rows read
report-label-used = Of these: used
report-label-netted = Of these: netted refunds
report-label-repeated = Of these: exported twice
report-label-rejected = Of these: rejected
report-label-version = Program

## Sheets
report-sheet-table = { $title } - { $table }
report-see-table = { $n } { $n ->
    [one] row
   *[other] rows
}, see sheet “{ $sheet }”
report-sheet-summary = Summary
report-sheet-leads = Leads
report-sheet-hospitals = Institutions
report-sheet-not-run = Not judged
report-sheet-rules = Rules
report-sheet-rejects = Rejects
report-sheet-inputs = Inputs
report-sheet-notes = Notes
report-no-rejects = Nothing was rejected.
report-no-notes = Nothing to note.
report-too-many-ids = { $n } ids, too many for a cell: see the NDJSON report
report-cut = … (longer than a cell can hold: see the NDJSON report)

## Errors
report-error-ending = { $path }: unknown report format; use .xlsx, .csv, .ndjson or .parquet
report-error-exists = { $path }: already exists; use --force to replace it
report-error-not-a-file = { $path }: not a regular file, no report can be written there
report-error-write = { $path }: cannot be written: { $reason }
