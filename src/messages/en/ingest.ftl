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
input-locked = { $file }: locked with a password
    help: save it without the password (unpack the archive; in Excel or WPS: File, Info, remove the encryption) and scan that
input-long-line = { $file }: line { $line } is longer than 64 MiB: this is no table of rows
    help: export it again as CSV with one row a line; if it is such a file, check that the copy is whole
input-too-wide = { $file }: a row of more than 16,384 cells, which is more than any table here has
    help: check what separates the cells, or export only the columns that are needed
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
unread-unrecognised = no table was recognised by its header ({ $headers }): if it is one of the tables, map its headers in yishen.toml (`yishen columns FILE`)
unread-missing-column = not used: it comes nearest to the table { $table } but lacks { $field } ({ $chinese }); nearest headers: { $candidates }
unread-own-report = a report of this program: left out
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
unread-depth = a folder more than 16 deep: name it itself

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
note-same-file = { $file }: the same bytes as { $other }; its rows count as repeated
note-hidden-files = { $count } hidden files and lock files of Excel were passed over
note-short-rows = { $file }: { $count } rows have fewer cells than the header; the missing ones at their end are taken as empty
note-hidden-rows = { $file }: { $count } hidden or filtered rows were read in sheet { $sheet }
note-hidden-sheet = { $file }: the hidden sheet { $sheet } was read
note-formula-without-value = { $file }: sheet { $sheet }, column { $column }: { $count } formulas have no stored value and are taken as empty; open the file in Excel or WPS, save it, and scan again
