### rules

fault-help = help
fault-toml = { $detail }
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
fault-evidence = two columns of evidence have the same field
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
fault-table = line { $line } of knowledge/{ $name }.csv does not fit the columns: { $detail }
fault-table-help = the header must be the `columns` of the source file, and each row as long
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
fault-runner = a card names what runs it: either `detector`, or `limit` with `table`
fault-runner-help = use `detector` for a rule in code; `limit` and `table` for a kind of limit with its knowledge table
fault-parameters = the parameters do not fit the rule: { $detail }
fault-parameters-help = `yishen rules show { $rule }` prints the built-in card
fault-none-left = no rule of family `{ $family }` is among the chosen ones
fault-none-left-help = leave out --family or --rule
