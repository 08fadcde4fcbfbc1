### cli
simulate-error-scheme = unknown scheme "{ $name }"; use all, none, or names separated by commas: { $known }
simulate-error-word = "{ $word }" is not a value of { $what }
simulate-error-not-empty = "{ $path }" is not empty; choose another folder, or replace its files with --force
simulate-error-io = cannot write "{ $path }": { $reason }
