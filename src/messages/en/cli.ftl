### Command line: help, errors, progress, the words of the subcommands

list-separator = {", "}

## Layout of the help page

help-usage = Usage:{" "}
help-command-word = command
help-options-word = options
help-commands = Commands:
help-arguments = Arguments:
help-options = Options:
help-choice = Rules to run:
help-filter = Leads to report (all data still serve as the baseline):
help-common = Common options:
help-examples = Examples:
help-exit-codes = Exit codes:
help-values = {" "}(one of: { $values })

exit-0 = finished
exit-1 = finished, and a lead reached the class of --fail-on
exit-2 = the command line, configuration or input was refused; nothing was written
exit-3 = finished but incomplete: a rule failed, more rows than --max-rejects were rejected, or files were left out under --keep-going; the report says which

## Commands

cmd-yishen = yishen finds leads to fraud and misuse of the medical-insurance fund in settlement and charge exports. No data leave the machine.
cmd-yishen-scan = Scan exports and write a report of leads
cmd-yishen-rules = Look into the rule book
cmd-yishen-rules-list = List all rules
cmd-yishen-rules-show = Show a rule's card: what it does and why, innocent explanations, what clears a lead, law, parameters
cmd-yishen-rules-check = Check a folder of cards and tables: print every fault with file and line
cmd-yishen-rules-new = Write a new rule from a template: card, table and test cases
cmd-yishen-tables = Write the cleaned tables as Parquet: to be scanned again in a fraction of the time, as peers of others, for other tools
cmd-yishen-columns = Show how each column of each file was understood, and write a mapping to edit
cmd-yishen-simulate = Generate the data of a synthetic region with planted schemes and their truth
cmd-yishen-evaluate = Hold findings against a truth: precision and recall of each scheme

examples-yishen =
    yishen scan exports/ -o june.xlsx
    yishen scan stays.csv fees.csv --hospital H42010100001
    yishen rules show overlapping-stays
examples-yishen-scan =
    yishen scan exports/
    yishen scan exports/ -o june.xlsx -o june.ndjson
    yishen scan exports/ -o - --quiet --fail-on violation
examples-yishen-tables =
    yishen tables exports/ -o june-tables/
    yishen scan june-tables/ -o june.xlsx
    yishen tables region/ -o peers/ --mask
examples-yishen-columns =
    yishen columns exports/*.csv --write mapping.toml
examples-yishen-simulate =
    yishen simulate region --stays 60000 --seed 7
    yishen simulate clean --schemes none --layout chinese
examples-yishen-evaluate =
    yishen evaluate findings.ndjson region/truth.csv
examples-yishen-rules-list =
    yishen rules list --family charges
examples-yishen-rules-show =
    yishen rules show hours-over-day duplicate-charges
examples-yishen-rules-check =
    yishen rules check our-rules/
    yishen rules check our-rules/ --data exports/
examples-yishen-rules-new =
    yishen rules new our-rules/ our-sex-limits --limit sex

## Names of values

value-path = path
value-file = file
value-dir = folder
value-lang = language
value-n = number
value-class = class
value-kind = kind
value-share = share
value-rule = rule-id
value-family = family
value-id = code
value-date = date
value-format = format
value-mapping = mapping
value-out = folder
value-seed = seed
value-schemes = schemes
value-strength = strength
value-layout = layout
value-scale = name=factor
value-which = WHICH
value-encoding = encoding
value-findings = findings
value-truth = truth

## Options of every command

arg-lang = Language of everything you read; default: the locale's, else Chinese
arg-config = Configuration file; default: yishen.toml in the current folder, if there is one
arg-threads = Number of threads; default: all processors. The result does not depend on it
arg-quiet = No progress, no summary
arg-help = Print this help
arg-yishen-version = Print the version

## scan

arg-yishen-scan-paths = Exports, files or folders: CSV, TSV, TXT, CSV.GZ, ZIP, XLSX, Parquet; recognised by their headers, never by their names. Default: the current folder
arg-yishen-scan-output = Report file, may repeat; its ending chooses the format: .xlsx, .csv, .ndjson, .parquet; "-" writes NDJSON to stdout. Default: yishen-report.xlsx
arg-yishen-scan-force = Overwrite an existing report
arg-yishen-scan-keep-going = Go on without files that cannot be read; they are listed and the run counts as incomplete
arg-yishen-scan-mask = Replace names and ids of patients, stays and visits by pseudonyms, so that the report can be shown around
arg-yishen-scan-fail-on = Exit with code 1 if there is a lead of this class or a graver one
arg-yishen-scan-max-rejects = Exit with code 3 if more than this share of the rows is rejected, 1% or 0.01; default 1%
arg-yishen-scan-rules = Folder of further rules; they override built-in rules of the same id
arg-yishen-scan-rule = Run only this rule, may repeat
arg-yishen-scan-family = Run only the rules of this family
arg-yishen-scan-institution = Institution of the files that have no column for it
arg-yishen-scan-peers = Exports of other institutions, files or folders, masked or not, may repeat: everything is judged against them, nothing of them is reported
arg-yishen-scan-hospital = Only leads about this institution, may repeat
arg-yishen-scan-from = Only leads whose period reaches to this day or later, e.g. 2025-01-01
arg-yishen-scan-to = Only leads whose period begins on this day or earlier, e.g. 2025-06-30

## rules

arg-yishen-rules-list-family = Only this family
arg-yishen-rules-list-format = Output format; default text
arg-yishen-rules-list-rules = Folder of further rules; they override built-in rules of the same id
arg-yishen-rules-show-ids = Rule ids, one or more
arg-yishen-rules-show-rules = Folder of further rules; they override built-in rules of the same id
arg-yishen-rules-check-dir = Folder of rules, checked beside the built-in ones. Default: [scan] rules of the configuration, else the built-in rules alone
arg-yishen-rules-check-data = Exports, files or folders, may repeat: warns of codes that they never have and of points that ended before they do
arg-yishen-rules-new-dir = Folder of rules to write to; nothing in it is overwritten
arg-yishen-rules-new-id = Rule id: small letters, digits and hyphens; the table gets the same name
arg-yishen-rules-new-limit = Kind of limit
arg-yishen-rules-new-class = National class, code or name; default: none, the rule takes all points of its table

## tables

arg-yishen-tables-paths = Exports, files or folders; default: the current folder
arg-yishen-tables-output = Folder for the tables; made where it is not there
arg-yishen-tables-mask = Replace persons, records and doctors by pseudonyms, leave out names, certificate numbers and addresses
arg-yishen-tables-keep-going = Go on without files that cannot be read; they are listed and the run counts as incomplete
arg-yishen-tables-institution = Institution of the files that have no column for it
arg-yishen-tables-force = Overwrite tables that are there

## columns

arg-yishen-columns-files = Exports to look at, files or folders
arg-yishen-columns-write = Write what was understood as a mapping; edit it and name it with --config, or put it into yishen.toml
arg-yishen-columns-institution = Institution of the files that have no column for it
arg-yishen-columns-force = Overwrite an existing mapping

## simulate

arg-yishen-simulate-out = Folder to write to
arg-yishen-simulate-stays = Number of hospital stays; default 2000
arg-yishen-simulate-seed = Seed; the same seed gives the same bytes. Default 1
arg-yishen-simulate-schemes = Schemes to plant: all (of behaviour), limits (of published limits), none, or rule ids, joined by commas; further ways by name: fixed-days, steered-groups, doubled-class, hour-lumps, half-ward, half-stock; default all
arg-yishen-simulate-strength = Strength of the schemes; default mixed
arg-yishen-simulate-layout = Headers: national fields, Chinese export headers or AKC/AKE names; default national
arg-yishen-simulate-encoding = Encoding of the files; default utf-8
arg-yishen-simulate-set = Multiply a base rate (may repeat): traffic (admissions a day), cost-spread, dose-spread, weekend-quiet, hospitals (their number), heaviness (admissions a person)
arg-yishen-simulate-habits = Share of the hospitals, 0 to 1, with habits of posting: weekends on Friday or Monday, drugs by the week, beds at discharge, and so on; default 0
arg-yishen-simulate-apart = Write the tables of one hospital to OUT/hospital and those of the others to OUT/peers, with the truth about the one in OUT: planted (the hospital with the most schemes) or honest (the largest with none)
arg-yishen-simulate-force = Write into a folder that is not empty

## evaluate

arg-yishen-evaluate-files = Findings (NDJSON) and truth (truth.csv) in pairs; several pairs are pooled
arg-yishen-evaluate-format = Output format; default text

## When the command line is wrong

error-prefix = error:{" "}
error-nearest = did you mean { $words }?
usage-unknown-argument = there is no option or argument { $argument }
usage-unknown-command = there is no command { $command }
usage-missing-command = a command is missing
usage-missing-argument = { $argument } is missing
usage-missing-value = { $argument } lacks its value
usage-few-values = { $argument } needs more values
usage-many-values = { $argument } takes no value { $value }
usage-invalid-value = { $argument } cannot be "{ $value }"
usage-refused-value = { $argument } cannot be "{ $value }": { $reason }
usage-conflict = { $argument } cannot be repeated or used together with { $other }
usage-not-unicode = the command line holds characters that are not Unicode
usage-other = the command line is wrong
usage-valid-values = one of: { $words }
usage-see-help = --help shows the usage

invalid-threads = expected a whole number above 0
invalid-share = expected a share from 0 to 100%, written 1% or 0.01
invalid-date = expected a day of the calendar, written 2025-03-01
invalid-stays = expected a whole number above 0
invalid-seed = expected a whole number, 0 or more
invalid-rule-id = expected small letters, digits and hyphens, beginning with a letter

## Configuration file

config-unreadable = cannot read the configuration file: { $reason }
config-syntax = TOML syntax: { $reason }
config-unknown-section = there is no section "{ $key }"
config-unknown-key = there is no key "{ $key }" in [scan]
config-unknown-table = there is no table "{ $key }"
config-unknown-field = the table { $table } has no field "{ $key }"; the national field name goes left of the equals sign, the header in the file right of it
config-key-outside = "{ $key }" stands outside every section
config-wants-section = "{ $key }" must be a section, written [{ $key }], not { $value }
config-wants-text = "{ $key }" must be text in quotes, not { $value }
config-wants-list = "{ $key }" must be text or a list of texts, as in ["a", "b"], not { $value }
config-wants-header = "{ $key }" must be a header of the file (text in quotes), not { $value }
config-wants-yes-no = "{ $key }" must be true or false, not { $value }
config-wants-table = "{ $key }" must be the name of a table, not { $value }
config-wants-lang = "{ $key }" must be "zh" or "en", not { $value }
config-wants-threads = "{ $key }" must be a whole number above 0, not { $value }
config-wants-share = "{ $key }" must be a share from 0 to 100%, written "1%" or 0.01, not { $value }
config-wants-date = "{ $key }" must be a day, written 2025-03-01, not { $value }
config-wants-class = "{ $key }" must be "violation" or "suspicious", not { $value }

## Errors of a run

error-io = { $file }: { $reason }
error-threads = cannot start the threads: { $reason }
error-family-unknown = there is no family of rules "{ $family }"
error-period = --from { $from } is later than --to { $to }
error-hospital-unknown = the data hold no institution with the code "{ $hospital }"; nothing was written
error-output-exists = { $file } exists; choose another name or add --force
error-output-is-input = { $file } is both input and output; choose another name
error-output-twice = { $file } is given twice
error-pairs = findings and truth come in pairs, but there are { $count } files

## Progress

phase-read = Reading
phase-assemble = Sorting
phase-facts = Summing
phase-rules = Rules
phase-write = Writing
progress-rows = { $rows } rows, { $rate }/s
progress-left = , { $left } left

## Notes of the report about filters

note-filter-hospital = This report holds only the leads about these institutions: { $hospitals }. All data served as the baseline.
note-peers = Given with --peers as background: tables { $files }, institutions { $hospitals }, stays { $stays }, visits { $visits }, charge lines { $lines }. Everything was judged against them and nothing of them is reported; how many a rule judged counts them in.{ $both ->
        [0] { "" }
       *[other] { " " }Institutions that are also among what was scanned: { $both }; of those only leads with a record of what was scanned are reported.
    }
note-peers-leads = Leads about peers in which records of what was scanned have a part: { $count } ({ $rules }). They are not in this report; scan the data together to see them.
note-filter-from = This report holds only the leads whose period reaches to { $from } or later. All data served as the baseline.
note-filter-to = This report holds only the leads whose period begins on { $to } or earlier. All data served as the baseline.
scan-rejects-unwritten = { $count } rows were rejected; stdout carries no list of them, use -o FILE to get one
scan-too-many-rejects = { $share }% of the rows were rejected, more than the { $limit }% of --max-rejects; the result is incomplete
scan-too-many-rejects-peers = { $share }% of the rows given with --peers were rejected, more than the { $limit }% of --max-rejects; the background is incomplete
error-tables-in-input = { $folder }: holds the exports; the tables need a folder of their own
tables-rejects = rejected rows: { $count }; manifest.json lists them
scan-missed-files = { $count } files that should have been read were not; the result is incomplete
scan-rules-failed = rules failed: { $rules }; the result is incomplete

## rules

rules-heading-id = Rule id
rules-heading-title = Title
rules-heading-result = Class
rules-heading-status = Status
rules-count = { $count } rules, { $waiting } of which run once their knowledge table has points
check-done = no fault: { $cards } cards and { $tables } tables with { $points } points checked; warnings: { $warnings }
check-faults = faults: { $faults }; warnings: { $warnings }
check-warning = warning:{" "}
new-exists = { $file } exists; nothing was written
new-taken = `{ $id }` is a built-in rule or table; choose another id
new-class-unknown = the national library has no rule class `{ $class }`
new-written = wrote { $file }
new-next = Next: put your own points into { $table } (rows whose id begins with EXAMPLE- never run), edit the texts of { $card }, then run yishen rules check { $dir }
new-card-one = What is not said here comes from the card's kind of limit: what, why, innocent explanations, message, evidence, parameters.
new-card-two = Say it here to replace it; `yishen rules show { $id } --rules { $dir }` prints the whole card.
new-title = Local rule { $id }
new-source = Points of the bureau; say here which document they were taken from
new-note = One point a row; docs/writing-rules.md explains the columns. The two rows whose id begins with EXAMPLE- show how it is done and never run.
new-readme =
    One case that the rule must hit and one innocent case that it must leave alone, for the two examples of the table.
    To try them, replace the ids EXAMPLE-1 and EXAMPLE-2 in knowledge/{ $id }.csv by ids of your own, then run the
    commands below: the first gives one lead, the second none. Adapt the cases to your own points and keep them.
family-stays = Stays
family-charges = Charges
family-drugs = Drugs
family-identity = Identity
family-pharmacy = Pharmacies
family-institutions = Institutions
family-data = Data
status-stable = stable
status-preview = preview
status-needs-points = table empty
rule-family = Family
rule-result = Class
rule-version = Version
rule-national = National class
rule-what = What it does
rule-why = Why it matters
rule-innocent = Innocent explanations
rule-clears = What clears a lead
rule-basis = Legal basis
rule-parameters = Parameters
rule-parameter = { $name } = { $value } ({ $unit })
unit-hours = hours
unit-days = days
unit-share = share
unit-stays = stays
unit-yuan = yuan
unit-codes = codes
unit-person-days = person-days
unit-patterns = wordings
unit-lines = lines
unit-times = times
unit-meetings = times
unit-factor = factor
unit-hospitals = hospitals
unit-patients = patients
unit-probability = probability
unit-words = words
unit-repeats = repeats
unit-q = false-discovery rate
unit-visits-a-day = visits a day
unit-log-amount = log amount
rule-needs = Data needed
rule-sql = Query
rule-columns = Columns of its result
rule-evidence = Evidence
rule-measure = Measure
rule-sources = Sources of the method

## columns

columns-file = { $file }: table { $table }, encoding { $encoding }
columns-heading-header = Column in the file
columns-heading-field = Understood as
columns-heading-samples = Samples
columns-unused = (not used)
columns-missing = the required field { $field } ({ $chinese }) is missing
columns-written = the mapping was written to { $file }; edit it and name it with --config { $file }, or put it into yishen.toml
columns-comment =
    Mapping of columns. On the left the national field name, on the right the header in the file.
    Lines that begin with # are choices: take away the "# " in front of each line that is right, leave the others.
    Then run: yishen scan FILES --config THIS-FILE
columns-unknown = { $file }: the headers are unknown; what each may be, by its name and by what stands below it:
columns-heading-may-be = May be
columns-fields = fields of { $table } ({ $title }): needed { $needed }; others { $other }
columns-candidates = it may be: { $headers }
columns-unread = not read: { $file }: { $reason }
columns-write-hint = `yishen columns FILE --write mapping.toml` writes a mapping in which you only have to choose
columns-choose-file = { $file }: take away the "# " in front of one of the next lines to say what the file is
columns-choose-skip = leave the file out
columns-choose-needed = { $field } ({ $chinese }){ $or }: needed; take away the "# " in front of the line that is right
columns-choose = { $field } ({ $chinese }){ $or }: if the file has it, take away the "# " in front of the line that is right
columns-choose-institution = the code after the = sign, if all rows are of one institution
columns-headless = perhaps { $file } has no header row: its first row looks like data. A mapping goes by headers, so export it with a header row, or write one above the data
columns-choose-files = one section for { $count } files with the same headers: { $files }

## simulate

simulate-done = wrote { $out }: { $stays } stays, { $lines } charge lines, { $visits } outpatient and pharmacy visits; { $planted } planted units
simulate-apart = hospital written apart: { $code } { $name }

## evaluate

simulate-error-none-honest = every hospital of the region has a scheme; ask for fewer schemes or more stays
simulate-error-scheme = unknown scheme "{ $name }"; use all, limits, none, or names separated by commas: { $known }
simulate-error-word = "{ $word }" is not a value of { $what }
simulate-error-not-empty = "{ $path }" is not empty; choose another folder, or replace its files with --force
simulate-error-io = cannot write "{ $path }": { $reason }
evaluate-scheme = scheme
evaluate-units = planted
evaluate-found = found
evaluate-false = false
evaluate-missed = missed
evaluate-precision = precision (95 % CI)
evaluate-recall = recall (95 % CI)
evaluate-blunt = blunt
evaluate-subtle = subtle
evaluate-steered = steered stays (sum of probabilities)
evaluate-amounts = yuan at risk (equal to the fen)
evaluate-error-finding = line { $line } of the findings is not a finding: { $reason }
evaluate-error-truth = line { $line } of the truth cannot be read: { $reason }
evaluate-error-io = cannot read the findings: { $reason }
