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

note-damaged-ids = { $count } ids in the column { $column } were damaged by Excel (rounded or written with an exponent); they are left empty and never matched on. Export the column as text.
note-unknown-columns = table { $table }: columns that are not used: { $columns }
note-duplicate-columns = { $file }: columns that occur more than once; the first is used: { $columns }
note-not-a-table = { $file }: passed over: no table was recognised by its header
note-empty-file = { $file }: passed over: there is no row in it
note-same-file = { $file }: the same bytes as { $other }; its rows count as repeated
