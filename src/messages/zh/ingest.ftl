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
input-locked = { $file }：文件有密码
    解决办法：请去掉密码后再扫描（压缩包请先解压；Excel/WPS 请在“文件-信息”中取消加密）
input-long-line = { $file }：第 { $line } 行超过 64 MiB：这不是按行存放的表格
    解决办法：请重新导出为每行一条记录的 CSV，并确认文件复制完整
input-too-wide = { $file }：有一行超过 16,384 个单元格，没有哪张数据表有这么多列
    解决办法：请检查列之间的分隔符，或只导出需要的列
input-bomb = { $file }：解压后超过压缩大小的 { $ratio } 倍，已停止：正常导出不会压缩到这种程度
    解决办法：请自行解压，确认内容后扫描解压出的文件
input-changed = { $file }：读取过程中文件被改动
    解决办法：请等写入完成，或扫描其副本
input-empty = { $file }：空文件：没有任何数据行
    解决办法：请重新导出，可能是上次导出失败
input-not-read = { $file }：未读取：{ $why }
input-several = 有多个文件无法使用

## 存在但未读取的内容：原因及处理办法

unread-open = 无法打开：{ $reason }
unread-damaged = 不完整或已损坏（{ $reason }）：请重新复制或导出
unread-encoding = 第 { $line } 行：文本既不是 UTF-8，也不是 GB18030（GBK）或 UTF-16：请重新导出为 UTF-8 编码的 CSV
unread-locked = 文件有密码：请去掉密码后另存
unread-long-line = 第 { $line } 行超过 64 MiB：请重新导出为每行一条记录
unread-too-wide = 有一行超过 16,384 个单元格：请检查列之间的分隔符
unread-bomb = 解压后超过压缩大小的 { $ratio } 倍：请自行解压并确认内容
unread-changed = 读取过程中文件被改动：请扫描其副本
unread-empty = 没有任何数据行
unread-unrecognised = 按表头未识别为任何数据表（{ $headers }）：如果它是其中一张表，请在 yishen.toml 中对照表头（`yishen columns 文件`）
unread-missing-column = 未使用：最接近 { $table } 表，但缺少 { $field }（{ $chinese }）；最接近的表头：{ $candidates }
unread-own-report = 本程序生成的报告，不作为数据读取
unread-stub = 太短，没有内容：只有压缩包或工作簿的开头；请重新复制或导出
unread-rar = RAR 压缩包：请解压后扫描
unread-7z = 7z 压缩包：请解压后扫描
unread-compressed = 不支持的压缩格式：请解压后扫描
unread-nested = 压缩包嵌套超过 4 层：请解压后扫描
unread-pdf = PDF 文件：请索取 Excel 或 CSV 格式的表格
unread-picture = 图片或视频：请索取 Excel 或 CSV 格式的表格
unread-document = 文档、演示文稿或邮件：其中的表格请另存为 .xlsx 或 CSV
unread-database = 数据库文件：请将其中的表导出为 CSV
unread-dbf = dBASE 表（.dbf）：请用 Excel 或 WPS 打开后另存为 .xlsx 或 CSV
unread-sql = SQL 语句转储：请将表导出为 CSV
unread-json = JSON 文件：请导出为 CSV
unread-xml = 不是电子表格的 XML：请导出为 CSV 或 .xlsx
unread-mht = 保存的网页或邮件：请用 Excel 或 WPS 打开后另存为 .xlsx
unread-markup = 超过 256 MiB 的网页：请用 Excel 或 WPS 打开后另存为 .xlsx 或 CSV
unread-no-table = 没有表格的网页
unread-binary = 不是文本，也不是可读取的格式：请导出为 CSV 或 .xlsx
unread-special = 文件夹中的管道、套接字或设备：如需读取，请直接给出其路径
unread-link = 指向不存在文件的链接
unread-depth = 文件夹超过 16 层：请直接给出其路径

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
note-same-file = { $file }：与 { $other } 内容完全相同，其各行计为重复
note-hidden-files = 跳过了 { $count } 个隐藏文件和 Excel 临时锁定文件
note-short-rows = { $file }：有 { $count } 行的单元格少于表头，行尾缺少的按空值处理
note-hidden-rows = { $file }：工作表 { $sheet } 中有 { $count } 个隐藏或被筛选掉的行，也已读取
note-hidden-sheet = { $file }：隐藏的工作表 { $sheet } 也已读取
note-formula-without-value = { $file }：工作表 { $sheet } 的 { $column } 列有 { $count } 个公式没有保存计算结果，按空值处理；请用 Excel 或 WPS 打开并保存后重新扫描
