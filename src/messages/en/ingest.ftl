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
input-too-many = { $file }: more than 4,294,967,295 charge lines
    help: scan the months apart

reject-date = not a date, or a date that does not exist
reject-number = not a number
reject-missing = a required value is missing
reject-fields = the row has more or fewer fields than the header
reject-quote = a quotation mark is opened and never closed
reject-refund-unmatched = a refund with no charge left to take it from
reject-damaged-id = the id was damaged by Excel (rounded or written with an exponent)
reject-encoding = characters that cannot be read in the file's encoding
reject-order = discharge before admission

note-damaged-ids = { $count } ids in the column { $column } were damaged by Excel (rounded or written with an exponent); they are left empty and never matched on. Export the column as text.
note-unknown-columns = table { $table }: columns that are not used: { $columns }
note-duplicate-columns = { $file }: columns that occur more than once; the first is used: { $columns }
note-empty-file = { $file }: passed over: there is no row in it
note-same-file = { $file }: the same bytes as { $other }; its rows count as repeated
note-mapped-header-unmet = the configuration names the header "{ $header }" for { $table }.{ $field }, but no file has it: correct it, or take the line out
note-file-rule-unmet = the configuration speaks of the file "{ $pattern }", but no file has that name
note-ambiguous-columns = { $file }: several headers could be the same column and nothing says which, so that none is used: { $columns }. Name the right one in yishen.toml
note-money-from-settlements = { $count } stays have their money from a settlement list beside them ({ $total } yuan)
note-stays-from-lines = { $count } stays that charge lines repeat are in the files as stays as well; they are counted once

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
        [catalogue] a catalogue of items (目录)
       *[other] { $table }
    }: a table that no rule reads yet; set aside. If it is something else, say so in yishen.toml: [files."..."] table = "stays"
unread-incomplete = shares columns with the table { $table } but lacks { $missing }; passed over. If it is that table, `yishen columns` writes a mapping
unread-not-a-table = no table was recognised by its header ({ $headers }); passed over. `yishen columns` shows what its columns may be
unread-left-out = left out, as the configuration says (skip)
