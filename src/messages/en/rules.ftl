### rules

fault-help = help
fault-toml = this is no TOML: { $detail }
fault-toml-help = `yishen rules show` prints a card that is right
fault-key = unknown key `{ $key }`
fault-key-help = did you mean `{ $nearest }`? Otherwise remove it
fault-missing = key `{ $key }` is missing
fault-missing-help = add `{ $key }`; every card has it
fault-family = the family is `{ $family }`, but the folder is `{ $folder }`
fault-family-help = move the file, or write `family = "{ $folder }"`
fault-id = the id is `{ $id }`, but the file is named `{ $name }.toml`
fault-id-help = rename the file, or write `id = "{ $name }"`
fault-innocent-none = no innocent explanation
fault-innocent-none-help = say how a lawful case can look like this, and what the rule does about it
fault-innocent = this innocent explanation says nothing: { $zh }
fault-innocent-help = write at least 10 Chinese characters and 40 English letters on a real case and what the rule does about it
fault-need = no table or column is called `{ $need }`
fault-need-help = write `table` or `table.column` with national field names; join alternatives by ` or `
fault-evidence = two columns of evidence have the field `{ $field }`
fault-evidence-help = give each column of evidence its own field
fault-parts = the kind of the column of evidence `{ $field }` does not go with its parts
fault-parts-help = kind = "table" needs parts, the fields of a row; no other kind but "list" can have them
fault-message = the message cannot be read: { $detail }
fault-message-help = figures are written as { "{" } $name { "}" }, in the syntax of Project Fluent
fault-figure = the message uses `${ $name }`, which no finding of this rule has
fault-figure-help = use a field of the evidence, or observed, expected, threshold, p, q, amount, total_amount, hospital, period_start, period_end, patients, stays
fault-place = a card cannot stand in folder `{ $folder }`
fault-place-help = put it into the folder of its family, such as `{ $nearest }`
fault-folder = the folder cannot be read: { $detail }
fault-folder-help = give a folder laid out as rules/: <family>/<rule-id>.toml, knowledge/<name>.csv
fault-table-missing = there is no knowledge/{ $name }.csv
fault-table-missing-help = add the table, or remove its source file
fault-table = the row cannot be read: { $detail }
fault-table-help = save the table as CSV in UTF-8
fault-source = knowledge/{ $name }.csv does not say where it comes from
fault-source-help = add knowledge/{ $name }.source.toml with title, source, note and columns
fault-rule = there is no rule `{ $rule }`
fault-rule-help = did you mean `{ $nearest }`? `yishen rules list` prints all
fault-parameter = rule `{ $rule }` has no parameter `{ $name }`
fault-parameter-help = did you mean `{ $nearest }`? `yishen rules show { $rule }` prints all
fault-type = parameter `{ $name }` of rule `{ $rule }` is of type { $given }, not { $wanted }
fault-type-help = `yishen rules show { $rule }` prints the default
fault-detector = no detector is called `{ $detector }`
fault-detector-help = did you mean `{ $nearest }`?
fault-no-table = there is no knowledge table `{ $name }`
fault-no-table-help = did you mean `{ $nearest }`? otherwise add knowledge/{ $name }.csv and its source file
fault-column = the table lacks the columns { $columns }
fault-column-help = add them (they may be empty) and name them in `columns` of the source file; docs/writing-rules.md explains the columns
fault-limit = point `{ $id }`: the limit `{ $limit }` is not of this kind of rule
fault-limit-help = did you mean `{ $nearest }`?
fault-value = point `{ $id }`: `{ $limit }` cannot be `{ $value }`
fault-value-help = docs/writing-rules.md says how each limit is written
fault-date = point `{ $id }`: `{ $date }` is not a date
fault-date-help = write YYYY-MM-DD, or leave it empty
fault-dates = point `{ $id }` ends before it begins: { $dates }
fault-dates-help = check effective_from and effective_to
fault-codes = point `{ $id }` ({ $name }) has no id or no codes
fault-codes-help = fill in point_id and codes; several codes are separated by spaces
fault-runner = a card names what runs it, one of: `detector`; `limit` with `table`; `sql` with `[columns]`
fault-runner-help = use `detector` for a rule in code; `limit` and `table` for a kind of limit with its knowledge table; `sql` and `[columns]` for a query of your own (docs/writing-rules.md)
fault-parameters = the parameters do not fit the rule: { $detail }
fault-parameters-help = `yishen rules show { $rule }` prints the built-in card
fault-none-left = no rule of family `{ $family }` is among the chosen ones
fault-none-left-help = leave out --family or --rule
fault-sql = SQLite cannot read the query: { $detail }
fault-sql-help = try the query by parts; docs/writing-rules.md lists the tables and shows three whole rules
fault-sql-table = no table is called `{ $table }`
fault-sql-table-help = did you mean `{ $nearest }`? A knowledge table `my-prices` is `k_my_prices`; docs/writing-rules.md lists the others
fault-sql-column = no column is called `{ $column }`
fault-sql-column-help = did you mean `{ $nearest }`? docs/writing-rules.md lists the columns; texts stand in single quotation marks
fault-sql-hidden = `{ $table }` is no table for rules
fault-sql-hidden-help = docs/writing-rules.md lists the tables
fault-sql-function = function `{ $function }` does not exist or is not allowed
fault-sql-function-help = docs/writing-rules.md lists the functions: those that give the same for the same data and reach nothing outside
fault-sql-write = a rule only reads: its query is a SELECT (or WITH ... SELECT)
fault-sql-write-help = remove what writes, creates, attaches or sets; results become leads by themselves
fault-sql-many = there is more than one statement
fault-sql-many-help = write one SELECT; parts of it can be named by WITH
fault-sql-clock = `{ $name }` depends on when and where the rule runs
fault-sql-clock-help = the same data must give the same leads: take dates from the data, or name the day as a parameter
fault-sql-mark = `{ $name }` is not how a parameter is written
fault-sql-mark-help = write a parameter `[parameters.days]` of the card as `:days`
fault-sql-parameter = the query asks for `:{ $name }`, which the card does not have
fault-sql-parameter-help = add `[parameters.{ $name }]` with value, unit, zh and en, or correct the name
fault-sql-unused = the query does not use the parameter `{ $name }`
fault-sql-unused-help = write it as `:{ $name }`, or remove it; only time_limit, memory_limit and row_limit hold by themselves
fault-sql-value = parameter `{ $name }` is neither number, text nor yes/no
fault-sql-value-help = put a list into a knowledge table, `knowledge/<name>.csv`, and join it as `k_<name>`
fault-sql-limit = parameter `{ $name }` must be a whole number from { $least }
fault-sql-limit-help = time_limit is in seconds, memory_limit in megabytes, row_limit in rows of the result
fault-sql-about = `[columns]` does not say what a lead is about
fault-sql-about-help = name at least one of stay, visit, patient, hospital, such as `stay = "mdtrt_id"`
fault-sql-result = the query gives no column `{ $column }`
fault-sql-result-help = did you mean `{ $nearest }`? Name columns of the result by `AS`
fault-sql-twice = the query gives the column `{ $column }` twice
fault-sql-twice-help = give one of them another name by `AS`, or leave it out
fault-sql-unnamed = the column `{ $column }` of the result has no use
fault-sql-unnamed-help = name it in `[columns]` or add `[[evidence]]` with `field = "{ $column }"`, or leave it out
fault-sql-kind = a query cannot give evidence `{ $column }` of this kind
fault-sql-kind-help = use text, number, money, date or list
fault-sql-type = column `{ $column }` is { $kind ->
        [text] a text
        [date] a date
        [time] a time
        [integer] a whole number
        [number] a number
       *[fen] money in fen
    }, but must be { $want ->
        [stay] the id of a stay (mdtrt_id), or several with commas between
        [visit] the id of a visit (mdtrt_id), or several with commas between
        [patient] the number of a person (psn_no), or several with commas between
        [hospital] the code of an institution (fixmedins_code)
        [money] money in fen, 0 or more, never NULL
        [number] a number, never NULL
        [share] a number from 0 to 1
        [date] a date such as 2025-03-01
        [rows] values of row_id, with commas between
        [list] a text with commas between its entries
       *[text] a text
    }
fault-sql-type-help = take another column, or convert it: money stays in fen for kind "money" and the amounts; a number of yuan is `x_fen / 100.0`
error-sql = SQLite stopped: { $detail }
error-sql-time = stopped after { $seconds } seconds, the time limit of the rule (parameter time_limit): narrow the query, or raise the limit
error-sql-memory = stopped at { $megabytes } MB, the memory limit of the rule (parameter memory_limit): read fewer columns or a smaller table, or raise the limit
error-sql-rows = stopped at more than { $rows } rows of the result (parameter row_limit): a lead is one row, so group what belongs together
error-sql-long = stopped at a text of more than { $bytes } bytes: put fewer rows into one `group_concat`
error-sql-no-id = row { $row } of the result names no stay, visit, patient or hospital: all of these columns are NULL
error-sql-value = row { $row } of the result: column `{ $column }` is “{ $value }”, but must be { $want ->
        [stay] the id of a stay (mdtrt_id), or several with commas between
        [visit] the id of a visit (mdtrt_id), or several with commas between
        [patient] the number of a person (psn_no), or several with commas between
        [hospital] the code of an institution (fixmedins_code)
        [money] money in fen, 0 or more, never NULL
        [number] a number, never NULL
        [share] a number from 0 to 1
        [date] a date such as 2025-03-01
        [rows] values of row_id, with commas between
        [list] a text with commas between its entries
       *[text] a text
    }
fault-wrong-type = `{ $key }` cannot be { $value }
fault-wrong-type-help = { $key ->
    [family] write one of "stays", "charges", "drugs", "identity", "pharmacy", "institutions", "data"
    [status] write "stable" or "preview"
    [result] write "violation", "suspicious" or "statistic"
    [title] write two texts, zh and en
    [what] write two texts, zh and en
    [why] write two texts, zh and en
    [clears] write two texts, zh and en
    [basis] write two texts, zh and en
    [measure] write two texts, zh and en
    [message] write two texts, zh and en
    [note] write two texts, zh and en
    [innocent] each entry is two texts, zh and en
    [needs] each entry is a text, `table` or `table.column`
    [sources] write a list of texts
    [columns] write a list of texts: the header of the table
    [national_class] write a text or a list of texts: codes or names of national classes
    [parameters] each parameter has value, and the texts unit, zh and en
    [evidence] a column has the texts field, zh and en, and kind: "text", "number", "money", "date", "bar", "list" or "table"
   *[other] write a text in quotes
}
fault-file = the file cannot be read: { $detail }
fault-file-help = save it as text in UTF-8 (in a spreadsheet: "CSV UTF-8")
fault-twice = there is a rule `{ $id }` already: { $file }
fault-twice-help = rename one of the two; a rule id is unique across all families
fault-header = the header is { $found }
fault-header-help = the source file names the columns { $wanted }; make them the same
fault-row = the row has { $found } cells, the header { $wanted }
fault-row-help = put cells that hold a comma into double quotes, and keep a comma for every empty cell
fault-kind = there is no kind of limit `{ $name }`
fault-kind-help = did you mean `{ $nearest }`? A file in kinds/ is named after a kind of limit
fault-no-limit = there is no kind of limit `{ $detector }`
fault-no-limit-help = did you mean `{ $nearest }`? docs/writing-rules.md lists the kinds
fault-class = the national library has no rule class `{ $class }`
fault-class-help = did you mean `{ $nearest }`? knowledge/national-classes.csv lists codes and names; leave the key out for a rule of no class
fault-parameter-missing = rule `{ $rule }` lacks the parameter `{ $name }`
fault-parameter-missing-help = add [parameters.{ $name }] with value, unit, zh and en
fault-field = no finding of this rule has the evidence `{ $field }`
fault-field-help = did you mean `{ $nearest }`?
fault-code = point `{ $id }`: the code `{ $code }` can never match, it contains `{ $sign }`
fault-code-help = write codes in half-width characters without quotes, several separated by spaces
fault-code-number = point `{ $id }`: a spreadsheet has turned the code into the number `{ $code }`
fault-code-number-help = format the column as text, then enter the code again
fault-group = point `{ $id }`: there is no group of codes `@{ $group }`
fault-group-help = did you mean `@{ $nearest }`? knowledge/code-groups.csv lists the groups
fault-region = point `{ $id }`: the region `{ $region }` is not an administrative code
fault-region-help = write the beginning of the code, as 4201; leave it empty for everywhere
fault-point-class = point `{ $id }`: the national library has no rule class `{ $class }` (rows that follow each other: { $count })
fault-point-class-help = did you mean `{ $nearest }`? fill in class_code, or class_name where the class has no code
fault-point-twice = the point id `{ $id }` is used already: { $place }
fault-point-twice-help = give each point an id of its own, or remove one of the two
fault-overlap = points `{ $id }` and `{ $other }` ({ $place }) say the same on the same days: { $limit } = { $value }, codes: { $count }, as { $code }
fault-overlap-help = remove one of the two, or end it where the other begins
fault-contradiction = points `{ $id }` and `{ $other }` ({ $place }) contradict each other on the same days: { $limit } is { $value } here and { $before } there, codes: { $count }, as { $code }
fault-contradiction-help = end the one where the other begins (effective_to, superseded_by), or switch one off in knowledge/points-off.csv
fault-expired = point `{ $id }` ended on { $to }, before the newest point of the table began ({ $day })
fault-expired-help = renew effective_to, or leave the point for charges of its time
fault-expired-data = point `{ $id }` ended on { $to }, before the last day of the data ({ $day })
fault-expired-data-help = renew effective_to, or leave the point for charges of its time
fault-successor = point `{ $id }` is superseded by `{ $by }`, which is in no table: it never applies
fault-successor-help = correct superseded_by, or end the point with effective_to
fault-off = point `{ $id }` is switched off but is in no table
fault-off-help = correct point_id
fault-idle = no rule takes the points of class `{ $class }` from this table ({ $count } points): they never run
fault-idle-help = name the table in a card of the class (`table = "{ $table }"`), or move them to knowledge/local-points.csv
fault-unseen = { $count } of { $all } codes ({ $percent } %) occur nowhere in the data, as { $examples }
fault-unseen-help = check them against the data: `hilist_code` holds the items' codes; institutions' own codes belong into knowledge/code-crosswalk.csv
fault-more = { $count } more warnings of the same sort in this table
fault-more-help = they come up once those above are settled

## Added to the sentence of a lead
finding-before-publication = The point was published only later ({ $day }) and says no date of its own: that it held then is to be shown.
finding-amount-unknown = The data has no column of money: the amount is not known and counted as 0.
finding-amount-estimated = No column says what the fund paid: the money is estimated from the amounts billed.
