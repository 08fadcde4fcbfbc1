### 关于输入文件的说明。

input-open = 无法读取 { $path }：{ $reason }
    解决办法：请检查路径和读取权限
input-damaged = { $file }：文件不完整或已损坏（{ $reason }）
    解决办法：请重新复制或导出；打不开的 Excel 文件可另存为 .xlsx 或 CSV
input-encoding = { $file }：第 { $line } 行：文本既不是 UTF-8，也不是 GB18030（GBK）或 UTF-16
    解决办法：请重新导出为 UTF-8 编码的 CSV，并确认文件未加密
input-unrecognised = { $file }：按表头无法识别为任何数据表：{ $headers }
    解决办法：前几行须有表头，如 人员编号、机构编码、入院日期（psn_no、fixmedins_code、begntime）；可用 `yishen columns { $file }` 查看每一列的识别结果
input-lacks = { $file }：第 { $line } 行：像是 { $table } 表，但缺少必需的列：{ $fields }
    看到的表头：{ $headers }
input-lacks-or = { " " }或 { $field }
input-lacks-by-name = ；按名称可能是：{ $headers }
input-lacks-by-content = ；按内容可能是：{ $headers }
input-lacks-nothing = ；没有相近的表头
input-lacks-map = 解决办法：如果其中某列就是它，请写入 yishen.toml：
input-lacks-institution = 解决办法：如果全部数据属于同一家机构，可用 --institution 机构编码 指定，或在此写 fixmedins_code = "=机构编码"
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

note-damaged-ids = { $column } 列有 { $count } 个编号被 Excel 损坏（变成科学计数或末位被舍入），已置空且不参与匹配；请以文本格式重新导出该列。
note-unknown-columns = { $table } 表中未使用的列：{ $columns }
note-duplicate-columns = { $file }：重复出现的列（使用第一列）：{ $columns }
note-empty-file = { $file }：已跳过：文件中没有数据
note-same-file = { $file }：与 { $other } 内容完全相同，其各行计为重复
note-mapped-header-unmet = 配置为 { $table }.{ $field } 指定的表头“{ $header }”在所有文件中都没有：请更正，或删去这一行
note-file-rule-unmet = 配置提到文件“{ $pattern }”，但没有这个名称的文件
note-ambiguous-columns = { $file }：有几列都可能是同一字段，无法判断是哪一列，因此都未采用：{ $columns }。请在 yishen.toml 中写明
note-money-from-settlements = { $count } 次住院的费用取自旁边的结算表（共 { $total } 元）
note-stays-from-lines = 费用明细中重复记载的 { $count } 次住院在住院表中也有；只计一次

unread-table-not-used = { $table ->
        [trace_codes] 药品追溯码
        [presence] 人员行踪
        [attendance] 治疗室签到
        [accidents] 事故
        [deaths] 死亡
        [invoices] 发票
        [operations] 手术操作
        [issues] 出库
        [case_front] 病案首页
        [deductions] 扣款或拒付
        [payments] 医保清算
        [roster] 医务人员
        [catalogue] 项目目录
       *[other] { $table }
    }表：目前没有规则使用，未读入。如果不是这种表，请在 yishen.toml 中写明：[files."..."] table = "stays"
unread-incomplete = 与 { $table } 表有相同的列，但缺少 { $missing }；已跳过。如果就是这张表，可用 `yishen columns` 写出列名对照
unread-not-a-table = 按表头未识别为任何数据表（{ $headers }）；已跳过。可用 `yishen columns` 查看每一列可能是什么
unread-left-out = 按配置不读（skip）
