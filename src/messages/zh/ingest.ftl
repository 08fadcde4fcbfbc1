### 关于输入文件的说明。

input-open = 无法读取 { $path }：{ $reason }
    解决办法：请检查路径和读取权限
input-damaged = { $file }：文件不完整或已损坏（{ $reason }）
    解决办法：请重新复制或导出；打不开的 Excel 文件可另存为 .xlsx 或 CSV
input-encoding = { $file }：第 { $line } 行：文本既不是 UTF-8，也不是 GB18030（GBK）或 UTF-16
    解决办法：请重新导出为 UTF-8 编码的 CSV，并确认文件未加密
input-unrecognised = { $file }：按表头无法识别为任何数据表：{ $headers }
    解决办法：前几行须有表头，如 人员编号、机构编码、入院日期（psn_no、fixmedins_code、begntime）；可用 `yishen columns { $file }` 查看每一列的识别结果
input-missing-column = { $file }：第 { $line } 行：像是 { $table } 表，但缺少必需的列 { $field }（{ $chinese }）；最接近的表头：{ $candidates }
    解决办法：如果其中某列就是它，请写入 yishen.toml：
      {"["}columns.{ $table }]
      { $field } = "{ $example }"
input-nothing = { $path }：这里没有可用的导出数据：按表头未识别出任何数据表；已查看：{ $files }
    解决办法：请给出含住院、费用明细或门诊购药数据的文件或文件夹（.csv、.tsv、.txt、.gz、.zip、.xlsx、.parquet）；可用 `yishen columns 文件` 查看每一列的识别结果，其他表头可在 yishen.toml 中对照
input-too-many = { $file }：费用明细超过 4,294,967,295 行
    解决办法：请按月分开扫描

reject-date = 不是日期，或该日期不存在
reject-number = 不是数字
reject-missing = 缺少必需的值
reject-fields = 该行的字段数与表头不一致
reject-quote = 引号打开后没有闭合
reject-refund-unmatched = 退费找不到可冲减的原收费
reject-damaged-id = 编号被 Excel 损坏（变成科学计数或末位被舍入）
reject-encoding = 含有按本文件编码无法识别的字符
reject-order = 出院早于入院
reject-day-month = 日期中哪个数是日、哪个数是月，从本列无法判断
reject-column = 本列几乎所有单元格为空或无法识别，因此整张表未采用

note-damaged-ids = { $column } 列有 { $count } 个编号被 Excel 损坏（变成科学计数或末位被舍入），已置空且不参与匹配；请以文本格式重新导出该列。
note-unknown-columns = { $table } 表中未使用的列：{ $columns }
note-duplicate-columns = { $file }：重复出现的列（使用第一列）：{ $columns }
note-not-a-table = { $file }：已跳过：按表头未识别为任何数据表
note-empty-file = { $file }：已跳过：文件中没有数据
note-same-file = { $file }：与 { $other } 内容完全相同，其各行计为重复
unread-column = 整张表未采用：必需的列 { $column }（{ $field }）在 { $rows } 行中有 { $count } 行为空或不是{ $kind ->
    [date] 日期
    [number] 数字
   *[text] 可用的值
}{ $examples ->
    [none] {""}
   *[other] ，例如：{ $examples }
}
    解决办法：也许应当用另一列：可用 `yishen columns 文件` 查看每一列的识别结果，并在 yishen.toml 中指定；或将该列重新导出为 2025-03-01、1234.50 这样的格式
unread-day-month = 整张表未采用：必需的列 { $column }（{ $field }）中的日期（如 { $examples }）既可按“日/月”也可按“月/日”理解，全列没有一行能够区分
    解决办法：请以年在前的格式（2025-03-01）重新导出，或与更多的行一起导出，使其中有日期在 12 日之后

note-unread-cells = { $file }：{ $column } 列有 { $count } 个单元格不是{ $kind ->
    [date] 日期
    [number] 数字
   *[text] 可用的值
}，按空值处理，例如：{ $examples }
note-unread-column = { $file }：{ $column } 列未使用：其中几乎没有可识别的{ $kind ->
    [date] 日期
    [number] 数字
   *[text] 值
}（{ $count } 个单元格，例如：{ $examples }）。如果应当用另一列，请在 yishen.toml 中指定。
note-day-month = { $file }：{ $column } 列有 { $count } 个日期（如 { $examples }）{ $order ->
    [day] 按“日/月/年”读取，依据是同列其他行
    [month] 按“月/日/年”读取，依据是同列其他行
    [year] 按“年/月/日”读取，依据是同列其他行
    [mixed] 逐行读取，因为有的行日在前、有的行月在前；两种读法都成立的 { $lost } 个未采用
   *[unknown] 只采用两种读法为同一天的；其余 { $lost } 个未采用，因为全列没有一行能够区分日与月
}。
note-epochs = { $file }：{ $column } 列有 { $count } 个数字（如 { $examples }）按 1970 年以来的秒或毫秒读取。
note-short-years = { $file }：{ $column } 列有 { $count } 个出生年份只有两位（如 { $examples }），按不晚于入院的最近年份读取。
note-fillers = { $table } 表：{ $column } 列有 { $count } 个单元格是表示“无”的占位日期（{ $words }），按{ $end ->
    [yes] 尚未出院
   *[no] 空值
}处理。
note-unknown-words = { $table } 表：{ $column } 列有 { $count } 个单元格的词或代码不认识，未据以判断：{ $words }
note-units = { $table } 表：{ $column } 列有 { $count } 个数量带有单位，单位未计：{ $words }
