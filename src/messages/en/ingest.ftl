### What is said about the input files.

input-open = cannot read { $path }: { $reason }
    help: check the path and the permissions
input-damaged = { $file }: the file is incomplete or damaged ({ $reason })
    help: copy or export it again; an Excel file that does not open here can be saved again as .xlsx or CSV
input-encoding = { $file }: line { $line }: the encoding is none that is known: the text is neither UTF-8 nor GB18030 (GBK) nor UTF-16
    help: export the file again as CSV in UTF-8, or check that it is not encrypted
input-unrecognised = { $file }: no table was recognised by its header: { $headers }
    help: the first rows must hold a header such as psn_no, fixmedins_code, begntime (人员编号, 机构编码, 入院日期); `yishen columns { $file }` shows how each column is understood
input-missing-column = { $file }: line { $line }: this looks like the table { $table }, but the required column { $field } ({ $chinese }) is missing; nearest headers: { $candidates }
    help: if one of the headers is it, say so in yishen.toml:
      {"["}columns.{ $table }]
      { $field } = "{ $example }"
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
reject-day-month = which number is the day and which the month cannot be told from this column
reject-column = nearly all cells of this column are empty or cannot be read, so the table was not used

note-damaged-ids = { $count } ids in the column { $column } were damaged by Excel (rounded or written with an exponent); they are left empty and never matched on. Export the column as text.
note-unknown-columns = table { $table }: columns that are not used: { $columns }
note-duplicate-columns = { $file }: columns that occur more than once; the first is used: { $columns }
note-not-a-table = { $file }: passed over: no table was recognised by its header
note-empty-file = { $file }: passed over: there is no row in it
note-same-file = { $file }: the same bytes as { $other }; its rows count as repeated
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
note-day-month = { $file }: column { $column }: { $count } dates such as { $examples } were read { $order ->
    [day] day first, as other rows of the column show
    [month] month first, as other rows of the column show
    [year] year first, as other rows of the column show
    [mixed] row by row, because some rows have the day first and others the month; { $lost } that can be read both ways were not used
   *[unknown] only where day first and month first are the same day; { $lost } were not used, because no row of the column decides
}.
note-epochs = { $file }: column { $column }: { $count } numbers such as { $examples } were read as seconds or milliseconds since 1970.
note-short-years = { $file }: column { $column }: { $count } years of birth in two digits, such as { $examples }, were read as the latest that is not after the admission.
note-fillers = table { $table }: column { $column }: { $count } cells hold a date that stands for none ({ $words }) and count as { $end ->
    [yes] not yet discharged
   *[no] empty
}.
note-unknown-words = table { $table }: column { $column }: { $count } cells hold a word or code that is not known and were not judged by it: { $words }
note-units = table { $table }: column { $column }: { $count } quantities stand with a unit, which was left out: { $words }
