### cli
simulate-error-scheme = 没有名为“{ $name }”的欺诈手法；可用 all、none，或以下名称（逗号分隔）：{ $known }
simulate-error-word = “{ $word }”不是 { $what } 的可用取值
simulate-error-not-empty = 文件夹“{ $path }”不是空的；请换一个文件夹，或加 --force 覆盖
simulate-error-io = 无法写入“{ $path }”：{ $reason }
evaluate-scheme = 手法
evaluate-units = 植入数
evaluate-found = 查出
evaluate-false = 误报
evaluate-missed = 漏报
evaluate-precision = 查准率（95% 置信区间）
evaluate-recall = 查全率（95% 置信区间）
evaluate-blunt = 明显
evaluate-subtle = 隐蔽
evaluate-error-finding = 疑点文件第 { $line } 行不是有效的疑点记录：{ $reason }
evaluate-error-truth = 真值文件第 { $line } 行无法读取：{ $reason }
evaluate-error-io = 无法读取疑点文件：{ $reason }
