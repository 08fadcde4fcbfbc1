### 命令行:帮助、出错提示、进度、各子命令自己的文字

list-separator = 、

## 帮助页的版面

help-usage = 用法：
help-command-word = 命令
help-options-word = 选项
help-commands = 命令：
help-arguments = 参数：
help-options = 选项：
help-choice = 运行哪些规则：
help-filter = 只报告哪些线索（比较基准仍取自全部数据）：
help-common = 通用选项：
help-examples = 示例：
help-exit-codes = 退出码：
help-values = （可选：{ $values }）

exit-0 = 正常结束
exit-1 = 正常结束，且有线索达到 --fail-on 指定的类别
exit-2 = 命令、配置或输入有误，未写出任何文件
exit-3 = 已结束但不完整：有规则运行失败，或被剔除的行超过 --max-rejects，或用 --keep-going 略过了文件；报告中写明

## 命令

cmd-yishen = 医审：从医保结算与费用导出数据中查找欺诈骗保和违规使用医保基金的线索。数据不离开本机。
cmd-yishen-scan = 扫描导出数据，写出一份线索报告
cmd-yishen-rules = 查看规则库
cmd-yishen-rules-list = 列出全部规则
cmd-yishen-rules-show = 显示规则卡片：查什么、为什么查、无辜情形、如何排除、法律依据、参数
cmd-yishen-rules-check = 检查规则文件夹（规则卡和知识表），一次列出全部错误及其文件、行号
cmd-yishen-rules-new = 按模板新建一条规则：规则卡、知识表和测试案例
cmd-yishen-tables = 把清洗后的数据写成 Parquet 表：再次扫描只需几分之一的时间，可作为对照，也供其他工具使用
cmd-yishen-columns = 显示每个文件的每一列被识别成什么，并可写出供修改的列名对照
cmd-yishen-simulate = 生成一个仿真统筹区的数据，含预埋的违规手法及其真值
cmd-yishen-evaluate = 用真值核对线索，给出每种手法的查准率和查全率

examples-yishen =
    yishen scan 导出数据/ -o 六月.xlsx
    yishen scan 住院.csv 费用.csv --hospital H42010100001
    yishen rules show overlapping-stays
examples-yishen-scan =
    yishen scan 导出数据/
    yishen scan 导出数据/ -o 六月.xlsx -o 六月.ndjson
    yishen scan 导出数据/ -o - --quiet --fail-on violation
examples-yishen-tables =
    yishen tables 导出/ -o 六月数据表/
    yishen scan 六月数据表/ -o 六月.xlsx
    yishen tables 全市/ -o 对照/ --mask
examples-yishen-columns =
    yishen columns 导出数据/*.csv --write 对照.toml
examples-yishen-simulate =
    yishen simulate 仿真数据 --stays 60000 --seed 7
    yishen simulate 干净数据 --schemes none --layout chinese
examples-yishen-evaluate =
    yishen evaluate 线索.ndjson 仿真数据/truth.csv
examples-yishen-rules-list =
    yishen rules list --family charges
examples-yishen-rules-show =
    yishen rules show hours-over-day duplicate-charges
examples-yishen-rules-check =
    yishen rules check 本地规则/
    yishen rules check 本地规则/ --data 导出数据/
examples-yishen-rules-new =
    yishen rules new 本地规则/ our-sex-limits --limit sex

## 值的名称

value-path = 路径
value-file = 文件
value-dir = 文件夹
value-lang = 语言
value-n = 数目
value-class = 类别
value-kind = 限制类型
value-share = 比例
value-rule = 规则编号
value-family = 规则大类
value-id = 机构编码
value-date = 日期
value-format = 格式
value-mapping = 对照文件
value-out = 输出文件夹
value-seed = 种子
value-schemes = 手法
value-strength = 强弱
value-layout = 列名
value-which = 哪一家
value-encoding = 编码
value-scale = 参数=倍数
value-findings = 线索
value-truth = 真值

## 每个命令都有的选项

arg-lang = 界面与报告所用语言；默认随系统区域设置，无法判断时为中文
arg-config = 配置文件；默认为当前文件夹中的 yishen.toml（如有）
arg-threads = 线程数；默认用满全部处理器。线程数不影响结果
arg-quiet = 不显示进度和摘要
arg-help = 显示本帮助
arg-yishen-version = 显示版本号

## scan

arg-yishen-scan-paths = 导出文件或文件夹：CSV、TSV、TXT、CSV.GZ、ZIP、XLSX、Parquet，按表头识别，与文件名无关；默认为当前文件夹
arg-yishen-scan-output = 报告文件，可重复；扩展名决定格式：.xlsx、.csv、.ndjson、.parquet；“-”表示向标准输出写 NDJSON。默认为 yishen-report.xlsx
arg-yishen-scan-force = 允许覆盖已有的报告
arg-yishen-scan-keep-going = 跳过无法读取的文件继续运行；这些文件会列出，且本次结果视为不完整
arg-yishen-scan-mask = 以代号替换患者的姓名、证件号和就诊编号，便于对外出示
arg-yishen-scan-fail-on = 有该类别或更严重类别的线索时，退出码为 1（violation 违规，suspicious 可疑）
arg-yishen-scan-max-rejects = 被剔除的行超过该比例时，退出码为 3，写作 1% 或 0.01；默认 1%
arg-yishen-scan-rules = 追加规则的文件夹；与内置规则同编号的，以此为准
arg-yishen-scan-rule = 只运行该规则，可重复
arg-yishen-scan-family = 只运行该大类的规则
arg-yishen-scan-institution = 没有机构列的文件属于哪家机构（机构编码）
arg-yishen-scan-peers = 其他机构的导出数据（文件或文件夹，脱敏与否均可），可重复：仅作对照，一切判断以其为参照，其自身内容一概不写入报告
arg-yishen-scan-hospital = 只报告该定点医药机构的线索，可重复
arg-yishen-scan-from = 只报告发生期间与该日及以后有重叠的线索，如 2025-01-01
arg-yishen-scan-to = 只报告发生期间与该日及以前有重叠的线索，如 2025-06-30

## rules

arg-yishen-rules-list-family = 只列出该大类
arg-yishen-rules-list-format = 输出格式；默认 text
arg-yishen-rules-list-rules = 追加规则的文件夹；与内置规则同编号的，以此为准
arg-yishen-rules-show-ids = 规则编号，可一次给出多个
arg-yishen-rules-show-rules = 追加规则的文件夹；与内置规则同编号的，以此为准
arg-yishen-rules-check-dir = 规则文件夹，与内置规则一并检查。默认：配置文件 [scan] 的 rules；没有的只检查内置规则
arg-yishen-rules-check-data = 导出数据的文件或文件夹，可重复：对数据中从未出现的编码、数据结束前已失效的知识点给出警告
arg-yishen-rules-new-dir = 写入哪个规则文件夹；其中已有的文件一律不覆盖
arg-yishen-rules-new-id = 规则编号：小写字母、数字和连字符；知识表同名
arg-yishen-rules-new-limit = 限制类型
arg-yishen-rules-new-class = 国家规则类的编码或名称；默认不属于任何一类，运行表中全部知识点

## tables

arg-yishen-tables-paths = 导出的文件或文件夹；默认当前文件夹
arg-yishen-tables-output = 存放数据表的文件夹；没有则新建
arg-yishen-tables-mask = 人员、就诊记录和医师换成假名，略去姓名、证件号码和地址
arg-yishen-tables-keep-going = 跳过读不了的文件继续；这些文件会列出，结果视为不完整
arg-yishen-tables-institution = 没有机构列的文件所属的机构
arg-yishen-tables-force = 覆盖已有的数据表

## columns

arg-yishen-columns-files = 要查看的导出文件或文件夹
arg-yishen-columns-write = 把识别结果写成列名对照，改好后用 --config 指定，或并入 yishen.toml
arg-yishen-columns-institution = 没有机构列的文件属于哪家机构（机构编码）
arg-yishen-columns-force = 允许覆盖已有的对照文件

## simulate

arg-yishen-simulate-out = 写入该文件夹
arg-yishen-simulate-stays = 住院人次；默认 2000
arg-yishen-simulate-seed = 随机种子；同一种子生成的数据逐字节相同。默认 1
arg-yishen-simulate-schemes = 预埋的手法：all（全部行为类）、limits（全部知识点限制类）、none（无）或规则编号，以逗号分隔；另可点名其他做法：fixed-days、steered-groups、doubled-class、hour-lumps、half-ward、half-stock；默认 all
arg-yishen-simulate-strength = 手法的强弱；默认 mixed（混合）
arg-yishen-simulate-layout = 列名：国家平台字段、中文导出列名或 AKC/AKE 旧名；默认 national
arg-yishen-simulate-encoding = 文件编码；默认 utf-8
arg-yishen-simulate-set = 把某项基础参数乘以倍数（可重复）：traffic（每日入院人次）、cost-spread（费用离散度）、dose-spread（用药剂量离散度）、weekend-quiet（周末无诊疗）、hospitals（医院数）、heaviness（人均住院次数）
arg-yishen-simulate-habits = 有记账习惯的医院比例（0 至 1）：周末提前到周五或延至周一记账、药品按周记账、床位出院时记账等；默认 0
arg-yishen-simulate-apart = 把一家医院的表写入“输出/hospital”，其他机构的写入“输出/peers”，真值只含这家医院、写在输出文件夹：planted（手法最多的医院）或 honest（没有手法的医院中最大的一家）
arg-yishen-simulate-force = 允许写入非空的文件夹

## evaluate

arg-yishen-evaluate-files = 线索（NDJSON）与真值（truth.csv）成对给出；多对合并计算
arg-yishen-evaluate-format = 输出格式；默认 text

## 命令行写错时

error-prefix = 错误：
error-nearest = 是否想写 { $words }？
usage-unknown-argument = 没有 { $argument } 这个选项或参数
usage-unknown-command = 没有 { $command } 这个命令
usage-missing-command = 缺少命令
usage-missing-argument = 缺少 { $argument }
usage-missing-value = { $argument } 后面缺少值
usage-few-values = { $argument } 的值不够
usage-many-values = { $argument } 不能带值 { $value }
usage-invalid-value = { $argument } 不能为“{ $value }”
usage-refused-value = { $argument } 不能为“{ $value }”：{ $reason }
usage-conflict = { $argument } 不能重复，也不能与 { $other } 同用
usage-not-unicode = 命令行中有无法识别的字符
usage-other = 命令行有误
usage-valid-values = 可选：{ $words }
usage-see-help = 加 --help 查看用法

invalid-threads = 应为大于 0 的整数
invalid-share = 应为 0 到 100% 之间的比例，写作 1% 或 0.01
invalid-date = 应为日历中有的日期，写作 2025-03-01
invalid-stays = 应为大于 0 的整数
invalid-seed = 应为不小于 0 的整数
invalid-rule-id = 应为小写字母、数字和连字符，以字母开头

## 配置文件

config-unreadable = 无法读取配置文件：{ $reason }
config-syntax = TOML 语法有误：{ $reason }
config-unknown-section = 没有“{ $key }”这一节
config-unknown-key = [scan] 中没有“{ $key }”这一项
config-unknown-table = 没有“{ $key }”这张表
config-unknown-field = { $table } 表中没有字段“{ $key }”；等号左边应为国家平台字段名，右边为文件中的列名
config-key-outside = “{ $key }”不在任何一节之内
config-wants-section = “{ $key }”应为一节（写作 [{ $key }]），不能为 { $value }
config-wants-text = “{ $key }”应为加引号的文字，不能为 { $value }
config-wants-list = “{ $key }”应为文字或文字的列表，如 ["甲", "乙"]，不能为 { $value }
config-wants-header = “{ $key }”应为文件中的列名（加引号的文字），不能为 { $value }
config-wants-yes-no = “{ $key }”应为 true 或 false，不能为 { $value }
config-wants-table = “{ $key }”应为数据表的名称，不能为 { $value }
config-wants-lang = “{ $key }”应为 "zh" 或 "en"，不能为 { $value }
config-wants-threads = “{ $key }”应为大于 0 的整数，不能为 { $value }
config-wants-share = “{ $key }”应为 0 到 100% 之间的比例，写作 "1%" 或 0.01，不能为 { $value }
config-wants-date = “{ $key }”应为日期，写作 2025-03-01，不能为 { $value }
config-wants-class = “{ $key }”应为 "violation" 或 "suspicious"，不能为 { $value }

## 运行中出错

error-io = { $file }：{ $reason }
error-threads = 无法建立线程池：{ $reason }
error-family-unknown = 没有“{ $family }”这个规则大类
error-period = 起始日期 { $from } 晚于截止日期 { $to }
error-hospital-unknown = 数据中没有编码为“{ $hospital }”的定点医药机构；未写出任何文件
error-output-exists = { $file } 已存在；换个文件名，或加 --force 覆盖
error-output-is-input = { $file } 既是输入又是输出；请换个文件名
error-output-twice = { $file } 给了两次
error-pairs = 线索与真值应成对给出，现有 { $count } 个文件

## 进度

phase-read = 读取文件
phase-assemble = 归并排序
phase-facts = 汇总费用
phase-rules = 运行规则
phase-write = 写出报告
progress-rows = { $rows } 行，{ $rate } 行/秒
progress-left = {" "}剩余 { $left }

## 报告中关于筛选的说明

note-filter-hospital = 本报告只含以下定点医药机构的线索：{ $hospitals }。比较基准仍取自全部数据。
note-peers = --peers 对照数据：{ $files } 张表，{ $hospitals } 家机构，住院 { $stays } 次，门诊 { $visits } 次，费用明细 { $lines } 行。各规则均以其为参照，其自身内容不写入报告；各规则“已判断”的数量包含对照数据。{ $both ->
        [0] { "" }
       *[other] 其中 { $both } 家机构也在待扫描数据中：对这些机构只报告涉及待扫描数据记录的线索。
    }
note-peers-leads = 另有 { $count } 条线索的所属机构为对照机构，但涉及待扫描数据中的记录（{ $rules }）；未写入本报告，需一并扫描方可查看。
note-filter-from = 本报告只含发生期间与 { $from } 及以后有重叠的线索。比较基准仍取自全部数据。
note-filter-to = 本报告只含发生期间与 { $to } 及以前有重叠的线索。比较基准仍取自全部数据。
scan-rejects-unwritten = 共 { $count } 行被剔除；标准输出不附清单，如需清单请用 -o 文件
scan-too-many-rejects = 被剔除的行占 { $share }%，超过 --max-rejects 允许的 { $limit }%；结果不完整
scan-too-many-rejects-peers = --peers 对照数据中被剔除的行占 { $share }%，超过 --max-rejects 允许的 { $limit }%；对照不完整
error-tables-in-input = { $folder } 是导出文件所在的文件夹；数据表请写入单独的文件夹
tables-rejects = 有 { $count } 行被拒收，见 manifest.json
scan-missed-files = 有 { $count } 个应读取的文件未能读取；结果不完整
scan-rules-failed = 有规则运行失败：{ $rules }；结果不完整

## rules

rules-heading-id = 规则编号
rules-heading-title = 名称
rules-heading-result = 类别
rules-heading-status = 状态
rules-count = 共 { $count } 条规则，其中 { $waiting } 条待填知识表后运行
check-done = 未发现错误：已检查 { $cards } 张规则卡、{ $tables } 张知识表（{ $points } 个知识点）；警告 { $warnings } 条
check-faults = 错误 { $faults } 条，警告 { $warnings } 条
check-warning = 警告：
new-exists = { $file } 已经存在；未写出任何文件
new-taken = `{ $id }` 是内置的规则或知识表，请另取编号
new-class-unknown = 国家规则库没有规则类 `{ $class }`
new-written = 已写出 { $file }
new-next = 下一步：在 { $table } 中填写本地知识点（编号以 EXAMPLE- 开头的行从不运行），修改 { $card } 的文字，然后运行 yishen rules check { $dir }
new-card-one = 此处没有写的（查什么、为什么查、无辜情形、说明语句、证据、参数）取自所属限制类型；
new-card-two = 写在此处即可替换。完整的规则卡：yishen rules show { $id } --rules { $dir }
new-title = 本地规则 { $id }
new-source = 本统筹区的知识点；请在此注明所依据的文件
new-note = 一行一个知识点，各列的含义见 docs/writing-rules.md。编号以 EXAMPLE- 开头的两行只说明写法，从不运行。
new-readme =
    一个必须查出的案例和一个必须放过的无辜案例，对应知识表中的两行示例。
    试运行时，请把 knowledge/{ $id }.csv 中的编号 EXAMPLE-1、EXAMPLE-2 改为自己的编号，再运行下列命令：
    第一条应有一条线索，第二条应没有。请按自己的知识点修改案例并保留。
family-stays = 住院
family-charges = 收费
family-drugs = 药品
family-identity = 身份
family-pharmacy = 药店
family-institutions = 机构
family-data = 数据
status-stable = 稳定
status-preview = 试行
status-needs-points = 待填知识表
rule-family = 规则大类
rule-result = 结果类别
rule-version = 版本
rule-national = 国家规则类
rule-what = 查什么
rule-why = 为什么查
rule-innocent = 无辜情形
rule-clears = 如何排除
rule-basis = 法律依据
rule-parameters = 参数
rule-parameter = { $name } = { $value }（{ $unit }）
unit-hours = 小时
unit-days = 天
unit-share = 比例
unit-stays = 人次
unit-yuan = 元
unit-codes = 编码
unit-person-days = 人日
unit-patterns = 字样
unit-lines = 行
unit-times = 倍
unit-meetings = 次
unit-factor = 系数
unit-hospitals = 家
unit-patients = 人
unit-probability = 概率
unit-words = 词语
unit-repeats = 次
unit-q = 错误发现率
unit-visits-a-day = 次/日
unit-log-amount = 对数金额
rule-needs = 所需数据
rule-sql = 查询
rule-columns = 结果列的用途
rule-evidence = 证据列
rule-measure = 度量
rule-sources = 方法来源

## columns

columns-file = { $file }：{ $table }表，编码 { $encoding }
columns-heading-header = 文件中的列
columns-heading-field = 识别为
columns-heading-samples = 示例
columns-unused = （未用）
columns-missing = 缺少必需的字段 { $field }（{ $chinese }）
columns-written = 列名对照已写入 { $file }；改好后用 --config { $file } 指定，或并入 yishen.toml
columns-comment =
    列名对照。左边是国家平台字段名，右边是文件中的表头。
    以 # 开头的行是待选项：正确的行去掉行首的“# ”，其余不动。
    然后运行：yishen scan 文件 --config 本文件
columns-unknown = { $file }：表头未识别；按名称和内容，每一列可能是：
columns-heading-may-be = 可能是
columns-fields = { $table }（{ $title }）的字段：必需 { $needed }；其他 { $other }
columns-candidates = 可能是：{ $headers }
columns-unread = 未读入：{ $file }：{ $reason }
columns-write-hint = `yishen columns 文件 --write 对照.toml` 可写出一份只需选择的列名对照
columns-choose-file = { $file }：去掉下面一行行首的“# ”，说明这是什么表
columns-choose-skip = 不读这个文件
columns-choose-needed = { $field }（{ $chinese }）{ $or }：必需；去掉正确一行行首的“# ”
columns-choose = { $field }（{ $chinese }）{ $or }：文件中如有，去掉正确一行行首的“# ”
columns-choose-institution = 如果全部数据属于同一家机构，在等号后写机构编码
columns-headless = { $file } 可能没有表头行：首行像是数据。列名对照以表头为准，请带表头重新导出，或在数据上方加一行表头
columns-choose-files = { $count } 个文件表头相同，合用一节：{ $files }

## simulate

simulate-done = 已写入 { $out }：住院 { $stays } 人次，费用明细 { $lines } 行，门诊与购药 { $visits } 次；预埋 { $planted } 处
simulate-apart = 单独写出的医院：{ $code } { $name }

## evaluate

simulate-error-none-honest = 该区每家医院都有手法；请减少手法或增加住院人次
simulate-error-scheme = 没有名为“{ $name }”的欺诈手法；可用 all、limits、none，或以下名称（逗号分隔）：{ $known }
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
evaluate-steered = 其中被操纵的住院（概率之和）
evaluate-amounts = 涉及金额（元；与真值分毫一致的比例）
evaluate-error-finding = 疑点文件第 { $line } 行不是有效的疑点记录：{ $reason }
evaluate-error-truth = 真值文件第 { $line } 行无法读取：{ $reason }
evaluate-error-io = 无法读取疑点文件：{ $reason }
