### 报告：终端摘要、工作簿、CSV

report-title = 医保基金使用监管疑点筛查报告
report-title-version = 医审 yishen { $version } · 医保基金使用监管疑点筛查
report-headline = 发现疑点线索 { $leads } 条，涉及机构 { $hospitals } 家、参保人 { $patients } 人，涉险金额合计 { $amount } 元（同一记录被多条规则命中只计一次）。
report-headline-none = { $rules } 条规则在住院 { $stays } 人次、门诊购药 { $visits } 人次、费用明细 { $lines } 条中未发现疑点线索。
report-caution = 线索是数据筛查结果，不是违法违规认定；每条线索均列明合理解释的排除办法，须经病历核查、现场检查后定性。涉险金额指按规则口径基金本不应支付的金额。

report-list-separator = 、
report-or = 或

## 结果类别
report-class-violation = 违规
report-class-suspicious = 可疑
report-class-statistic = 统计
report-class-violation-means = 数据本身已违反规则
report-class-suspicious-means = 须核查后定性
report-class-statistic-means = 仅为指标，不作判断

## 数据表
report-table-stays = 住院结算
report-table-fees = 费用明细
report-table-visits = 门诊购药结算
report-table-visits-short = 门诊购药
report-table-diagnoses = 诊断信息
report-table-persons = 参保人员
report-table-hospitals = 定点机构
report-table-purchases = 采购入库
report-table-stock = 盘存与库存变更
report-table-peer = { $table }（对照）
report-table-none = 未识别

## 小标题
report-section-inputs = 数据范围
report-section-classes = 结果类别
report-section-rules = 规则运行情况
report-section-hospitals = 重点机构（按命中的不同规则数、涉险金额排序）
report-section-months = 按月份分布
report-section-leads = 首要线索（按涉险金额×置信度排序）
report-section-tables = 数据表
report-tables-rows = 行数
report-tables-written = 已写入 { $folder }；用 `yishen scan { $folder }` 扫描
report-section-notes = 数据说明
report-section-next = 结果与下一步

## 数据范围
report-period = 就医期间：{ $from } 至 { $to }
report-size = 机构 { $hospitals } 家，参保人 { $persons } 人，住院 { $stays } 人次，门诊购药 { $visits } 人次，费用明细 { $lines } 条，医疗总费用 { $money } 元
report-total = 合计
report-reject-more = { $value ->
    [none] {""}
   *[other] { $value } |{" "}
}共 { $rows } 行，不逐行列出
report-reject-line = 剔除 { $rows } 处：{ $reason }
report-undated = 无日期

## 规则
report-rule-failed = 运行失败：{ $title }（{ $rule }）：{ $reason }
report-rules-nothing = 已运行、在所判断的数据中没有线索的规则 { $count } 条：{ $titles }
report-rule-skipped = 未运行：{ $title }（{ $rule }），缺少{ $reason }
report-rules-waiting = { $count } 条规则待填知识表后运行（写法见 docs/writing-rules.md）：{ $titles }
report-outcome-ran = 已运行
report-outcome-skipped = 未运行（缺数据）
report-outcome-failed = 运行失败
report-all-ran = 所选规则全部运行并判断了全部数据。

## 线索
report-lead = 【{ $class }】{ $title } · { $hospital } · { $amount } 元 · 置信度 { $confidence }
report-more-leads = 其余 { $more } 条见报告。
report-more-hospitals = 其余 { $more } 家见报告。
report-more-months = 更早的 { $more } 个月见报告。
report-more-notes = 其余 { $more } 条见报告。

## 结果与下一步
report-written = 已写出：{ $path }
report-next-leads = 先核排在前面的线索：调取病历与原始凭证，逐项对照“如何排除”，再按“数据行”回到原始数据复算。
report-next-rejects = 有 { $n } 处数据未能读入，已另存为剔除清单；补正后重新运行，以免漏查。
report-next-failed = 有 { $n } 条规则运行失败，本报告不完整，结论不涵盖这些规则。
report-next-skipped = 有 { $n } 条规则因缺少数据未运行；补充所列的表或字段后即可运行。未运行不等于没有问题。
report-elapsed = 用时 { $seconds } 秒

## 列名
report-column-rank = 序号
report-column-class = 结果类别
report-column-meaning = 含义
report-column-rule = 规则
report-column-rule-id = 规则代码
report-column-outcome = 运行情况
report-column-reason = 原因
report-column-hospital = 机构名称
report-column-hospital-id = 机构编码
report-column-hospitals = 机构数
report-column-rules = 规则数
report-column-rule-list = 命中的规则
report-column-leads = 线索数
report-column-stays = 住院数
report-column-visits = 门诊购药数
report-column-patients = 患者数
report-column-records = 就诊数
report-column-at-risk = 涉险金额(元)
report-column-month = 月份
report-column-empty = { "" }
report-column-message = 疑点说明
report-column-observed-of = { $measure }（实测）
report-column-lead = 线索序号
report-column-entry = 项次
report-column-confidence = 置信度
report-column-from = 起始日期
report-column-to = 截止日期
report-column-patient-ids = 人员编号
report-column-stay-ids = 住院就诊ID
report-column-visit-ids = 门诊购药ID
report-column-group = 团组
report-column-total = 涉及总额(元)
report-column-observed = 实测值
report-column-expected = 正常预期值
report-column-threshold = 界限值
report-column-p = 巧合概率(p)
report-column-q = 误报率(q)
report-column-basis = 政策依据
report-column-clears = 如何排除
report-column-rows = 数据行(文件:行)
report-column-version = 版本
report-column-finding-id = 线索编号
report-column-what = 查什么
report-column-why = 为什么
report-column-innocent = 合理情形及处理
report-column-parameters = 参数
report-column-file = 文件
report-column-table = 识别为
report-column-size = 大小
report-column-bytes = 字节数
report-column-encoding = 编码
report-column-read = 读入
report-column-used = 采用
report-column-netted = 冲抵
report-column-repeated = 重复
report-column-rejected = 剔除
report-column-sha256 = SHA-256
report-column-line = 行号
report-column-field = 列
report-column-value = 原值

## 概览中的标签
report-label-from = 就医期间起
report-label-to = 就医期间止
report-label-persons = 参保人数
report-label-stays = 住院人次
report-label-visits = 门诊购药人次
report-label-lines = 费用明细条数
report-label-money = 医疗总费用(元)
report-label-fund = 基金支付(元)
report-label-read = 读入行数
report-label-used = 其中：采用
report-label-netted = 其中：退费冲抵
report-label-repeated = 其中：重复导出
report-label-rejected = 其中：剔除
report-label-version = 程序版本

## 工作表
report-sheet-table = { $title }·{ $table }
report-see-table = { $n } 项，见“{ $sheet }”表
report-sheet-summary = 概览
report-sheet-leads = 线索清单
report-sheet-hospitals = 机构汇总
report-sheet-not-run = 未判断
report-sheet-rules = 规则说明
report-sheet-rejects = 剔除数据
report-sheet-inputs = 数据来源
report-sheet-notes = 数据说明
report-no-rejects = 没有剔除的数据。
report-no-notes = 没有需要说明的事项。
report-too-many-ids = 共 { $n } 个，单元格容纳不下，见 NDJSON 报告
report-cut = ……（超出单元格上限，全文见 NDJSON 报告）

## 错误
report-error-ending = { $path }：不认识的报告格式，请用 .xlsx、.csv、.ndjson 或 .parquet
report-error-exists = { $path }：文件已存在；要覆盖请加 --force
report-error-not-a-file = { $path }：不是普通文件，不能写报告
report-error-write = { $path }：无法写入：{ $reason }
