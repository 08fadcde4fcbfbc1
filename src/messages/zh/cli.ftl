### cli
simulate-error-scheme = 没有名为“{ $name }”的欺诈手法；可用 all、none，或以下名称（逗号分隔）：{ $known }
simulate-error-word = “{ $word }”不是 { $what } 的可用取值
simulate-error-not-empty = 文件夹“{ $path }”不是空的；请换一个文件夹，或加 --force 覆盖
simulate-error-io = 无法写入“{ $path }”：{ $reason }
