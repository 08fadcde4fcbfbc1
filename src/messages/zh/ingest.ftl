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
input-peer = { $path } 既作为待扫描数据又作为 --peers 对照数据给出
    帮助：只给一次：待扫描数据会写入报告，--peers 的数据不写入
input-tables-version = { $folder }：数据表由本程序的其他版本写出（{ $word }）
    解决办法：请用 `yishen tables` 重新生成
input-tables-overlap = { $folder }：有 { $records } 条住院或门诊记录在先给出的数据中已有，例如 { $example }
    解决办法：请把全部导出文件放在一起生成数据表
input-too-many = { $file }：费用明细超过 4,294,967,295 行
    解决办法：请按月分开扫描
input-locked = { $file }：文件有密码
    解决办法：请去掉密码后再扫描（压缩包请先解压；Excel/WPS 请在“文件-信息”中取消加密）
input-long-line = { $file }：第 { $line } 行超过 64 MiB：这不是按行存放的表格
    解决办法：请重新导出为每行一条记录的 CSV，并确认文件复制完整
input-too-wide = { $file }：有一行超过 16,384 个单元格，没有哪张数据表有这么多列
    解决办法：请检查列之间的分隔符，或只导出需要的列
input-sprawling = { $file }：表格之外很远处有单元格：请删除表格下方和右侧的空行空列，或另存为 .xlsx
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
unread-sprawling = 表格之外很远处有单元格：请删除表格下方和右侧的空行空列，或另存为 .xlsx
unread-tables = `yishen tables` 写出的数据表，未读取；要扫描它们，请单独给出其所在文件夹
unread-beside-tables = 与数据表在同一文件夹，但不是其中的表，未读取
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
unread-member = 压缩包中的链接或设备：请解压后扫描
unread-depth = 文件夹超过 16 层：请直接给出其路径

reject-date = 不是日期，或该日期不存在
reject-number = 不是数字
reject-missing = 缺少必需的值
reject-fields = 该行的字段数与表头不一致
reject-above = 该行在表头之上，属于另一个未识别的表头或分隔符不同；请为该表头写列对照，或把这部分另存为一个文件
reject-unit-below = 该行只写明金额单位，而金额单位应写在表头之上；上面的金额已按元读取。请把单位移到表头之上或写入列名
reject-quote = 引号打开后没有闭合
reject-refund-unmatched = 退费找不到可冲减的原收费
reject-refund-beyond = 退费多于所余金额：已冲减所余部分，所列值为无可冲减的金额
reject-damaged-id = 编号被 Excel 损坏（变成科学计数或末位被舍入）
reject-encoding = 含有按本文件编码无法识别的字符
reject-order = 出院早于入院
reject-day-month = 日期中哪个数是日、哪个数是月，从本列无法判断
reject-column = 本列几乎所有单元格为空或无法识别，因此整张表未采用

note-damaged-ids = { $column } 列有 { $count } 个编号被 Excel 损坏（变成科学计数或末位被舍入），已置空且不参与匹配；请以文本格式重新导出该列。
note-unknown-columns = { $table } 表中未使用的列：{ $columns }
note-duplicate-columns = { $file }：重复出现的列（使用第一列）：{ $columns }
note-by-certificate = { $count } 行没有人员编号，改按证件号码识别：其他行中与该证件号对应的人员编号，没有则用证件号本身。
note-old-certificates = { $count } 个 15 位身份证号与数据中的 18 位身份证号为同一人，已合并识别
note-newborns = { $count } 行按姓名是新生儿（如“李梅之子”），可能用的是母亲的编号；按新生儿的就诊读取，与母亲的分开
note-by-name = { $count } 行没有机构编码，改按机构名称识别：其他行中与该名称对应的编码，没有则用名称本身。
note-nobody = { $stays } 次住院、{ $visits } 次门诊购药（共 { $money } 元）及 { $lines } 条费用明细无法确定是谁：人员编号为空、为占位值、已脱敏，或一个编号下有很多不同的人（这类编号：{ $ids }）。其金额照计，但凡须跟踪个人的规则都不对其判断。如需判断，请导出真实的人员编号。
note-unknown-kinds = { $count } 行的医疗类别无法识别：{ $kinds }。其中 { $stays } 行按日期至少住了一夜，按住院读取，其余 { $others } 行按门诊读取。如不正确，请把 med_type（医疗类别）列写成国家标准的代码或名称（21、11、41……；普通住院、普通门诊、定点药店购药）。
note-other-numbers = { $file }：{ $column } 列的编号与住院、门诊表中的不是同一种编号，这些行与住院、门诊关联时不用该列。
note-listed-stays = 门诊/结算清单中有 { $count } 行是住院表中已有的住院结算，只计一次。
note-conflicts = { $count } 笔结算有两个互相矛盾的版本，以每对中的第一行为准（后上传者；不明时取后结算者，再取内容较全者，再取文件名靠后者）：{ $rows }
note-summed = { $count } 笔结算与同一次住院、同一起止日期的另一笔金额不同，且都没有结算号；无法确定是更正还是分笔结算，已合计：{ $rows }
note-line-conflicts = { $count } 条费用明细有两个互相矛盾的版本，以每对中的第一行为准（取文件名靠后者）：{ $rows }
note-withdrawn = { $count } 笔结算后来以无效或已退重新报送，其所有行均不计。
note-lines-withdrawn = { $count } 条费用明细后来以无效重新报送，其所有行均不计。
note-void-beside-valid = { $count } 行有效且没有编号，同一文件中另有一行内容相同但无效或标为已退。有效的照计，因为另一行可能是误录的另一笔；如果另一行是对它的作废或退费，请导出编号（有效 / 无效或已退）：{ $rows }
note-sent-again = { $count } 笔结算在数分钟内以另一结算号、相同金额再次出现，可能重复支付。每次就诊只计一次；第二笔共 { $total } 元，其中基金支付 { $fund } 元，请核实是否已付：{ $rows }
note-paid-twice = { $count } 次门诊/购药与同一人在同一机构一分钟内的另一次金额相同，可能一次就诊结算、支付了两次。两次均照计；第二次共 { $total } 元，其中基金支付 { $fund } 元：{ $rows }
note-marked-refunds = { $count } 笔结算标记为已退，但没有可冲抵的结算，均不计。
note-matched-refunds = { $count } 笔退费没有写明原结算，已与同一人、同一机构、同一金额的最近一次结算冲抵（住院只与起止日期相同者冲抵）。
note-accounts-closed = { $count } 次住院是同一患者在同一医院因结账（月末、年末全院患者统一结账，或结算类别写明）而重新登记的，已与前一次合为一次住院；医院、新账首日、人数：{ $list }
note-rounded-refunds = { $count } 次全额退费与原金额相差不超过两分，作为尾差共 { $money } 元不计。
note-lines-without-record = { $all } 条费用明细中有 { $count } 条（{ $money } 元）属于数据中没有的 { $records } 次住院或门诊，需要住院或门诊信息的规则无法判断它们。请同时给出前后月份的住院和门诊数据。
note-diagnoses-without-record = { $all } 条诊断中有 { $count } 条不属于数据中的任何住院或门诊（就诊ID、人员、机构须一致）。
note-same-money = { $count } 次住院或门诊有两笔金额、日期都相同的结算；无法确定是同一笔，两笔均照计，请核实是否重复支付：{ $rows }
note-overlapping-files = { $count } 行没有编号、在另一文件中也有，且两个文件明显重叠；每行只计一次：{ $files }
note-alike-in-files = { $count } 行没有编号、与另一文件中的行完全相同，但两个文件其余内容不同，无法确定是否同一笔；均照计。如果导出有重叠，则已重复计算，请导出明细流水号或每月只给一份：{ $files }
note-table-emptied = { $table } 表没有剩下任何一行：读取 { $rows } 行，其中拒收 { $rejected } 行，无效或已冲销 { $netted } 行，重复 { $repeated } 行。需要该表的规则不会运行；拒收原因见拒收清单。
note-refund-fund-differs = { $count } 笔退费退了整笔结算（或退得多于所余），但其中的基金部分与原结算的基金支付不符，共相差 { $money } 元。原结算已按全额冲销，请核实差额去向（退费 / 原结算）：{ $rows }
note-inpatient-visits = 门诊/结算清单中有 { $count } 行按医疗类别是住院，但没有就诊ID相同的住院记录；它们按就诊计，住院类规则不对其判断。如需判断，请给出含入院、出院日期的住院表。
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
note-mapped-header-unmet = 配置为 { $table }.{ $field } 指定的表头“{ $header }”在所有文件中都没有：请更正，或删去这一行
note-file-rule-unmet = 配置提到文件“{ $pattern }”，但没有这个名称的文件
note-strange-units = { $file }：表头或标题中的金额单位未识别：{ $units }；金额按元读取。请核对，并把表头改为“万元”“元”等写法
note-ambiguous-columns = { $file }：有几列都可能是同一字段，无法判断是哪一列，因此都未采用：{ $columns }。请在 yishen.toml 中写明
note-money-from-settlements = { $count } 次住院的费用取自旁边的结算表（共 { $total } 元）
note-stays-from-lines = 费用明细中重复记载的 { $count } 次住院或就诊在住院表、就诊表中也有；只计一次

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
        [registers] 备案或待遇登记
        [treatments] 治疗或床位记录
        [prescriptions] 处方或医嘱
        [insurance_claims] 商业保险理赔
        [catalogue] 项目目录
       *[other] { $table }
    }表：目前没有规则使用，未读入。如果不是这种表，请在 yishen.toml 中写明：[files."..."] table = "stays"
unread-incomplete = 与 { $table } 表有相同的列，但缺少 { $missing }；已跳过。如果就是这张表，可用 `yishen columns` 写出列名对照
unread-not-a-table = 按表头未识别为任何数据表（{ $headers }）；已跳过。可用 `yishen columns` 查看每一列可能是什么
unread-left-out = 按配置不读（skip）
note-tables = 读自数据表 { $folder }（此前由 { $files } 个导出文件生成）；关于行数的说明是当时的
note-tables-repeated = --peers 中有 { $records } 条住院或门诊记录（{ $lines } 行明细）与被扫描的数据重复，已在对照数据中略去，例如 { $example }
note-hidden-files = 跳过了 { $count } 个隐藏文件和 Excel 临时锁定文件
note-short-rows = { $file }：有 { $count } 行的单元格少于表头，行尾缺少的按空值处理
note-hidden-rows = { $file }：工作表 { $sheet } 中有 { $count } 个隐藏或被筛选掉的行，也已读取
note-hidden-sheet = { $file }：隐藏的工作表 { $sheet } 也已读取
note-formula-without-value = { $file }：工作表 { $sheet } 的 { $column } 列有 { $count } 个公式没有保存计算结果，按空值处理；请用 Excel 或 WPS 打开并保存后重新扫描
