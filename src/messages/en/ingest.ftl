### What is said about the input files.

input-open = cannot read { $path }: { $reason }
    help: check the path and the permissions
input-damaged = { $file }: the file is incomplete or damaged ({ $reason })
    help: copy or export it again; an Excel file that does not open here can be saved again as .xlsx or CSV
input-encoding = { $file }: line { $line }: the encoding is none that is known: the text is neither UTF-8 nor GB18030 (GBK) nor UTF-16
    help: export the file again as CSV in UTF-8, or check that it is not encrypted
input-unrecognised = { $file }: no table was recognised by its header: { $headers }
    help: the first rows must hold a header such as psn_no, fixmedins_code, begntime (人员编号, 机构编码, 入院日期); `yishen columns { $file }` shows how each column is understood
input-lacks = { $file }: line { $line }: this looks like the table { $table }, but what it needs is missing: { $fields }
    headers seen: { $headers }
input-lacks-or = { " " }or { $field }
input-lacks-by-name = ; by the name it may be: { $headers }
input-lacks-by-content = ; by what stands below it may be: { $headers }
input-lacks-nothing = ; no header comes near
input-lacks-map = help: if a header is it, write into yishen.toml:
input-lacks-institution = help: where all rows are of one institution, give it with --institution ID, or write fixmedins_code = "=ID" there
input-nothing = { $path }: nothing here is an export: no table was recognised by its header; looked at: { $files }
    help: give the files or the folder with stays, fees or visits as .csv, .tsv, .txt, .gz, .zip, .xlsx or .parquet; `yishen columns FILE` shows how each column is understood, and other headers can be mapped in yishen.toml
input-peer = { $path } is given both as what is scanned and with --peers
    help: give it once: what is scanned is reported, what is given with --peers is not
input-tables-version = { $folder }: tables of another version of this program ({ $word })
    help: write them anew with `yishen tables`
input-tables-overlap = { $folder }: { $records } stays or visits are in what was given before, too, such as { $example }
    help: make tables of all the exports together
input-too-many = { $file }: more than 4,294,967,295 charge lines
    help: scan the months apart
input-locked = { $file }: locked with a password
    help: save it without the password (unpack the archive; in Excel or WPS: File, Info, remove the encryption) and scan that
input-long-line = { $file }: line { $line } is longer than 64 MiB: this is no table of rows
    help: export it again as CSV with one row a line; if it is such a file, check that the copy is whole
input-too-wide = { $file }: a row of more than 16,384 cells, which is more than any table here has
    help: check what separates the cells, or export only the columns that are needed
input-sprawling = { $file }: a cell far outside the table: delete the empty rows and columns below it and to its right, or save it as .xlsx
input-bomb = { $file }: stopped unpacking at more than { $ratio } times the packed size: no export shrinks so much
    help: unpack it yourself, look at what it is, and scan the files
input-changed = { $file }: was changed while it was read
    help: wait until nothing writes to it any more, or scan a copy
input-empty = { $file }: empty: there is no row in it
    help: export it again; the export may have failed
input-not-read = { $file }: not read: { $why }
input-several = several files cannot be used

## What was there and was not read: the reason and what to do

unread-open = cannot be opened: { $reason }
unread-damaged = incomplete or damaged ({ $reason }): copy or export it again
unread-encoding = line { $line }: the text is neither UTF-8 nor GB18030 (GBK) nor UTF-16: export it again as CSV in UTF-8
unread-locked = locked with a password: save it without one
unread-long-line = line { $line } is longer than 64 MiB: export it again with one row a line
unread-too-wide = a row of more than 16,384 cells: check what separates the cells
unread-bomb = unpacks to more than { $ratio } times its size: unpack it yourself and look at what it is
unread-changed = was changed while it was read: scan a copy
unread-empty = there is no row in it
unread-sprawling = a cell far outside the table: delete the empty rows and columns below it and to its right, or save it as .xlsx
unread-beside-tables = lies in a folder of tables of this program and is none of them: not read
unread-own-report = a report of this program: left out
unread-tables = tables that `yishen tables` wrote: left out; to scan them, give their folder by itself
unread-stub = too short to hold anything: the beginning of an archive or workbook and no more; copy or export it again
unread-rar = a RAR archive: unpack it and scan the files
unread-7z = a 7z archive: unpack it and scan the files
unread-compressed = packed in a way that is not read here: unpack it and scan the files
unread-nested = archives within archives more than 4 deep: unpack it and scan the files
unread-pdf = a PDF: ask for the table as Excel or CSV
unread-picture = a picture or film: ask for the table as Excel or CSV
unread-document = a document, presentation or mail: save a table in it as .xlsx or CSV
unread-database = a database file: export its tables as CSV
unread-dbf = a dBASE table (.dbf): open it in Excel or WPS and save it as .xlsx or CSV
unread-sql = a dump of SQL statements: export the tables as CSV
unread-json = JSON: export the table as CSV
unread-xml = XML that is no spreadsheet: export the table as CSV or .xlsx
unread-mht = a saved web page or mail: open it in Excel or WPS and save it as .xlsx
unread-markup = a page of more than 256 MiB: open it in Excel or WPS and save it as .xlsx or CSV
unread-no-table = a page without a table
unread-binary = no text and none of the formats that are read: export it as CSV or .xlsx
unread-special = a pipe, socket or device in a folder: name it itself if it is to be read
unread-link = a link to something that is not there
unread-member = a link or device in an archive: unpack it and scan the files
unread-depth = a folder more than 16 deep: name it itself

reject-date = not a date, or a date that does not exist
reject-number = not a number
reject-missing = a required value is missing
reject-fields = the row has more or fewer fields than the header
reject-above = the row stands above the header, below another one that is not known or with other separators; give a mapping for that header, or move its rows to a file of their own
reject-unit-below = the row names the unit of the amounts, which belongs above the header; the amounts above it were taken as yuan. Move the unit above the header or into the column names
reject-quote = a quotation mark is opened and never closed
reject-refund-unmatched = a refund with no charge left to take it from
reject-refund-beyond = a refund of more than is left of the charge: what was left was taken off, the value is the money for which there was nothing left
reject-damaged-id = the id was damaged by Excel (rounded or written with an exponent)
reject-encoding = characters that cannot be read in the file's encoding
reject-order = discharge before admission
reject-day-month = which number is the day and which the month cannot be told from this column
reject-column = nearly all cells of this column are empty or cannot be read, so the table was not used

note-damaged-ids = column { $column }: ids damaged by Excel (rounded or written with an exponent): { $count }; they are left empty and never matched on. Export the column as text.
note-unknown-columns = table { $table }: columns that are not used: { $columns }
note-duplicate-columns = { $file }: columns that occur more than once; the first is used: { $columns }
note-by-certificate = rows without a person number that are known by their certificate number: { $count }; by the person number that other rows have with it, else by the certificate number itself.
note-old-certificates = certificate numbers of 15 digits that stand for numbers of 18 in the data: { $count }; each two are one person
note-newborns = rows of newborns by their names (such as 李梅之子), who may stand under the mother's number: { $count }; they are read as stays and visits of newborns, apart from the mother's
note-by-name = rows without an institution code that are known by the institution's name: { $count }; by the code that other rows have with it, else by the name itself.
note-nobody = without a person who can be told from others: stays { $stays }, visits { $visits } (together { $money } yuan), charge lines { $lines }. The person number is empty, a filler, masked, or many people stand under it (such numbers: { $ids }). Their money counts; no rule that follows a person judges them. Export the person numbers to have them judged.
note-unknown-kinds = rows with a kind of visit that is not known: { $count }, namely { $kinds }. Those in a hospital over at least one night by their dates are read as stays ({ $stays }), the others as outpatient visits ({ $others }). If that is wrong, write one of the kinds of the national list (21, 11, 41 ...; 普通住院, 普通门诊, 定点药店购药) into the column med_type (医疗类别).
note-other-numbers = { $file }: the numbers in the column { $column } are not of the kind that the stays and visits have; its rows are put with their stays and visits without it.
note-listed-stays = rows in lists of visits that are settlements of stays in the table of stays: { $count }; each counts once.
note-conflicts = settlements in two versions that contradict each other: { $count }; the first row of each pair counts (sent later; where that is not known settled later, else fuller, else of the later file by name): { $rows }
note-summed = bills of a stay of the same days without settlement ids and with different money: { $count }; they are summed, because nothing says that one corrects the other: { $rows }
note-line-conflicts = charge lines in two versions that contradict each other: { $count }; the first row of each pair counts (of the later file by name): { $rows }
note-withdrawn = settlements sent again as void or taken back: { $count }; all their rows are left out.
note-lines-withdrawn = charge lines sent again as void: { $count }; all their rows are left out.
note-void-beside-valid = valid rows without an id beside a row of the same file that is void or marked as given back and says the same otherwise: { $count }. The valid ones count, because the other row may be one charged by mistake; if it withdraws or gives back the first, export the ids (valid / void or given back): { $rows }
note-sent-again = settlements of a stay or visit that are there a second time under another number, with the same money and within minutes, perhaps paid twice: { $count }. Each counts once; the second ones come to { $total } yuan, of which the fund paid { $fund }. Ask whether they were paid: { $rows }
note-paid-twice = { $count } visits follow another of the same person at the same institution with the same money within a minute: perhaps one visit that was settled and paid twice. Both count; the second ones come to { $total } yuan, of which the fund paid { $fund }: { $rows }
note-marked-refunds = settlements marked as refunded with nothing beside them that they could take back: { $count }; they are left out.
note-matched-refunds = refunds that name no original: { $count }; set against the latest earlier bill of the same person, institution and amount (a stay only against that of the same dates).
note-accounts-closed = { $count } stays begin as a stay of the same patient at the same hospital was closed for the accounts (end of a month or year, all patients of the hospital; or so by the type of settlement), and are read as one stay with it; hospital, first day, patients: { $list }
note-rounded-refunds = whole refunds that differ from what they refund by up to two fen: { $count }; altogether { $money } yuan left out as rounding.
note-lines-without-record = charge lines of stays or visits that are not in the data: { $count } of { $all }, for { $money } yuan, under { $records } visit numbers. Rules that need the stay or visit do not judge them. Give the stays and visits of the months before and after as well.
note-diagnoses-without-record = { $count } of { $all } diagnoses belong to no stay or visit in the data (visit id, person and institution must fit).
note-same-money = stays or visits with two settlements of the same money and dates: { $count }; both count, because nothing says that they are one. Check whether they were paid twice: { $rows }
note-overlapping-files = rows without an id that another file has as well, where the two files plainly overlap: { $count }; each counts once: { $files }
note-alike-in-files = rows without an id that another file has word for word, where the two files hold different things else: { $count }; all count, because two charges may be alike. If the exports overlap they count twice; export the line ids or give each month once: { $files }
note-table-emptied = no row of the table { $table } is left: of { $rows } read, { $rejected } were rejected, { $netted } void or taken back, { $repeated } repeated. The rules that need the table do not run; the rejected rows say what is wrong with them.
note-refund-fund-differs = refunds of a whole bill whose fund part is not what the fund paid of it, or that take more of the fund part than there is: { $count }, together { $money } yuan apart. The bills are taken back whole; ask where the difference went (refund / bill): { $rows }
note-inpatient-visits = rows in lists of visits that are inpatient by their kind, with no stay of their visit id at that institution: { $count }; they count as visits, and the rules on stays do not judge them. Give the table of stays with dates of admission and discharge to have them judged.
unread-column = the table was not used: in the required column { $column } ({ $field }) { $count } of { $rows } rows are empty or cannot be read as { $kind ->
    [date] a date
    [number] a number
   *[text] a value
}{ $examples ->
    [none] {""}
   *[other] , such as: { $examples }
}
    help: perhaps another column was meant: `yishen columns FILE` shows how each is understood, and yishen.toml can name another; or export the column again in a form such as 2025-03-01 or 1234.50
unread-day-month = the table was not used: the dates in the required column { $column } ({ $field }), such as { $examples }, can be read day first and month first, and no row of it decides
    help: export it again with the year first (2025-03-01), or together with more rows, so that some day lies after the 12th of its month

note-unread-cells = { $file }: column { $column }: { $count } cells cannot be read as { $kind ->
    [date] a date
    [number] a number
   *[text] a value
} and count as empty, such as: { $examples }
note-unread-column = { $file }: column { $column } is not used: nearly nothing in it can be read as { $kind ->
    [date] a date
    [number] a number
   *[text] a value
} ({ $count } cells, such as: { $examples }). If another column was meant, name it in yishen.toml.
note-day-month = { $file }: column { $column }: dates such as { $examples } ({ $count }) were read { $order ->
    [day] day first, as other rows of the column show
    [month] month first, as other rows of the column show
    [year] year first, as other rows of the column show
    [mixed] row by row, because some rows have the day first and others the month; { $lost } that can be read both ways were not used
   *[unknown] only where day first and month first are the same day; { $lost } were not used, because no row of the column decides
}.
note-epochs = { $file }: column { $column }: numbers such as { $examples } ({ $count }) were read as seconds or milliseconds since 1970.
note-short-years = { $file }: column { $column }: years of birth in two digits, such as { $examples } ({ $count }), were read as the latest that is not after the admission.
note-fillers = table { $table }: column { $column }: dates that stand for none, such as { $words }: { $count }; they count as { $end ->
    [yes] not yet discharged
   *[no] empty
}.
note-unknown-words = table { $table }: column { $column }: words or codes that are not known, and were not judged by: { $count }, namely { $words }
note-units = table { $table }: column { $column }: quantities with a unit, which was left out: { $count }, namely { $words }
note-mapped-header-unmet = the configuration names the header "{ $header }" for { $table }.{ $field }, but no file has it: correct it, or take the line out
note-file-rule-unmet = the configuration speaks of the file "{ $pattern }", but no file has that name
note-strange-units = { $file }: a header or title names a unit of money that is not understood: { $units }; the amounts were taken as yuan. Check it, and write the unit as 元 or 万元 in the header
note-ambiguous-columns = { $file }: several headers could be the same column and nothing says which, so that none is used: { $columns }. Name the right one in yishen.toml
note-money-from-settlements = stays with their money from a settlement list beside them: { $count } ({ $total } yuan)
note-stays-from-lines = stays and visits that charge lines repeat and that are in a table of their own as well: { $count }; each is counted once

unread-table-not-used = { $table ->
        [trace_codes] trace codes of drugs (追溯码)
        [presence] where persons were (行踪)
        [attendance] attendance at treatment rooms (签到)
        [accidents] accidents (事故)
        [deaths] deaths (死亡)
        [invoices] invoices (发票)
        [operations] operations (手术操作)
        [issues] goods issued to departments (出库)
        [case_front] case fronts (病案首页)
        [deductions] deductions or refusals (扣款、拒付)
        [payments] payments to institutions (清算)
        [roster] a list of staff (医务人员)
        [registers] a register of entitlements (备案、待遇登记)
        [treatments] treatments or days in beds (治疗、床位)
        [prescriptions] prescriptions or orders (处方、医嘱)
        [insurance_claims] claims on private insurance (商业保险理赔)
        [catalogue] a catalogue of items (目录)
       *[other] { $table }
    }: a table that no rule reads yet; set aside. If it is something else, say so in yishen.toml: [files."..."] table = "stays"
unread-incomplete = shares columns with the table { $table } but lacks { $missing }; passed over. If it is that table, `yishen columns` writes a mapping
unread-not-a-table = no table was recognised by its header ({ $headers }); passed over. `yishen columns` shows what its columns may be
unread-left-out = left out, as the configuration says (skip)
note-tables = read from tables that were made of { $files } exports before: { $folder }; what is told of rows was told then
note-tables-repeated = stays and visits of --peers that are in what is scanned, too, and were left out there: { $records }, with { $lines } charge lines; such as { $example }
note-hidden-files = hidden files and lock files of Excel that were passed over: { $count }
note-short-rows = { $file }: rows with fewer cells than the header: { $count }; the missing ones at their end are taken as empty
note-hidden-rows = { $file }: hidden or filtered rows read in sheet { $sheet }: { $count }
note-hidden-sheet = { $file }: the hidden sheet { $sheet } was read
note-formula-without-value = { $file }: sheet { $sheet }, column { $column }: formulas without a stored value, taken as empty: { $count }; open the file in Excel or WPS, save it, and scan again
