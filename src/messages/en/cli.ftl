### cli
simulate-error-scheme = unknown scheme "{ $name }"; use all, none, or names separated by commas: { $known }
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
evaluate-error-finding = line { $line } of the findings is not a finding: { $reason }
evaluate-error-truth = line { $line } of the truth cannot be read: { $reason }
evaluate-error-io = cannot read the findings: { $reason }
