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
report-headline-none = The rules that ran found no lead. Rules that did not run are named below.
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
report-table-none = not recognised

## Headings
report-section-inputs = Data
report-section-classes = Result classes
report-section-rules = Rules
report-section-hospitals = Institutions to look at first (by number of different rules, then money)
report-section-months = By month
report-section-leads = First leads (by money at risk times confidence)
report-section-notes = Notes on the data
report-section-next = Results and next steps

## Data
report-period = Care given from { $from } to { $to }
report-size = { $hospitals ->
    [one] one institution
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
report-total = total
report-reject-line = { $rows ->
    [one] one reject
   *[other] { $rows } rejects
}: { $reason }
report-undated = no date

## Rules
report-rule-failed = failed: { $title } ({ $rule }): { $reason }
report-rule-skipped = skipped: { $title } ({ $rule }), the data lack { $reason }
report-outcome-ran = ran
report-outcome-skipped = skipped (data missing)
report-outcome-failed = failed
report-all-ran = All chosen rules ran.

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
    [one] One rule
   *[other] { $n } rules
} failed: this report is incomplete and says nothing about what they look for.
report-next-skipped = { $n ->
    [one] One rule was
   *[other] { $n } rules were
} skipped for want of data; with the tables or columns named above they will run. Not having run is not having found nothing.
report-elapsed = took { $seconds } seconds

## Columns
report-column-rank = no.
report-column-class = class
report-column-meaning = meaning
report-column-rule = rule
report-column-rule-id = rule id
report-column-outcome = outcome
report-column-reason = reason
report-column-hospital = institution
report-column-hospital-id = institution code
report-column-hospitals = institutions
report-column-rules = rules
report-column-rule-list = rules that flagged it
report-column-leads = leads
report-column-stays = stays
report-column-visits = visits
report-column-patients = patients
report-column-records = stays and visits
report-column-at-risk = at risk (yuan)
report-column-month = month
report-column-empty = { "" }
report-column-message = what was found
report-column-confidence = confidence
report-column-from = from
report-column-to = to
report-column-patient-ids = patient ids
report-column-stay-ids = stay ids
report-column-visit-ids = visit ids
report-column-group = group
report-column-total = total (yuan)
report-column-observed = observed
report-column-expected = expected
report-column-threshold = threshold
report-column-p = p value
report-column-q = q value
report-column-basis = legal basis
report-column-clears = what would clear it
report-column-rows = rows (file:line)
report-column-version = version
report-column-finding-id = finding id
report-column-what = what it does
report-column-why = why it matters
report-column-innocent = innocent explanations
report-column-parameters = parameters
report-column-file = file
report-column-table = taken for
report-column-size = size
report-column-bytes = bytes
report-column-encoding = encoding
report-column-read = read
report-column-used = used
report-column-netted = netted
report-column-repeated = repeated
report-column-rejected = rejected
report-column-sha256 = SHA-256
report-column-line = line
report-column-field = column
report-column-value = value

## Labels of the summary sheet
report-label-from = care given from
report-label-to = care given to
report-label-persons = persons
report-label-stays = stays
report-label-visits = outpatient visits
report-label-lines = charge lines
report-label-money = billed (yuan)
report-label-fund = paid by the funds (yuan)
report-label-read = rows read
report-label-used = of these: used
report-label-netted = of these: netted refunds
report-label-repeated = of these: exported twice
report-label-rejected = of these: rejected
report-label-version = program

## Sheets
report-sheet-summary = Summary
report-sheet-leads = Leads
report-sheet-hospitals = Institutions
report-sheet-not-run = Not run
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
