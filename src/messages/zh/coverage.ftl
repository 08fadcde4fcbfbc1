### 本次筛查看到了多少：判断了什么、什么没有判断及原因，以及数据完整性核对。

counted-stays = 住院 { $n } 人次
counted-visits = 门诊购药 { $n } 人次
counted-records = 就诊 { $n } 人次
counted-lines = 明细 { $n } 条
counted-persons = 参保人 { $n } 人
counted-hospitals = 机构 { $n } 家
counted-items = 项目 { $n } 种
counted-rows = 数据 { $n } 行

unjudged-nothing = 数据中没有本规则所针对的内容
unjudged-few-peers = 可比机构太少
unjudged-few-records = 该机构记录太少
unjudged-no-record = 其住院或门诊结算不在数据中
unjudged-no-lines = 没有费用明细
unjudged-no-code = 没有国家编码
unjudged-no-diagnosis = 没有诊断
unjudged-no-person = 不知是谁
unjudged-no-hospital = 没有机构
unjudged-no-date = 没有日期
unjudged-no-discharge = 没有出院日期
unjudged-no-total = 没有总费用
unjudged-posting = 该机构的记账方式看不出哪天做了什么
unjudged-too-late = 后续情况超出数据期间
unjudged-units = 申报与采购的单位不同
unjudged-outpatient = 门诊和药店购药，本规则不比较
unjudged-no-stock = 没有采购和盘存
unjudged-no-level = 机构等级未填或只有代码；请以参数 level_codes 说明代码含义，如 "1=3 2=2 3=1"

report-unjudged = { $what }（{ $why }）
report-reason-separator = ；
report-list-more = { $shown } 等，另有 { $more } 个

## 没有线索时的首句
report-headline-no-row = 未能作出任何判断：读入 { $read } 行，没有一行可用。本报告不能说明数据有无问题。
report-headline-unjudged = 未能作出任何判断：{ $rules } 条规则都不能用于现有数据。本报告不能说明数据有无问题。
report-headline-none-of-part = { $rules } 条规则中能够判断的 { $ran } 条，在住院 { $stays } 人次、门诊购药 { $visits } 人次、费用明细 { $lines } 条中未发现疑点线索；其余 { $others } 条规则未作任何判断。

## 没有看的
seen-not-rejected = 读入的 { $read } 行中有 { $n } 行被剔除，未纳入判断。
seen-not-unread = 有 { $n } 个文件、工作表或压缩包内文件未读：{ $names }
seen-not-loose = 有 { $n } 条费用明细（{ $money } 元）在数据中找不到对应的住院或门诊结算，只有不需要结算信息的规则作了判断。
seen-not-shared = 有 { $n } 条费用明细（{ $money } 元）的就诊号对应多次住院或门诊，只有不需要结算信息的规则作了判断。
seen-not-failed = 有 { $n } 条规则运行失败：{ $rules }
seen-not-skipped = 有 { $n } 条规则因缺少表或字段未运行：{ $rules }
seen-not-emptied = 已读取但没有剩下任何一行的表（全部拒收、无效或已冲销）：{ $tables }，需要这些表的规则未运行。
seen-not-unjudged = 有 { $n } 条规则无法判断：{ $rules }
seen-not-partly = 有 { $n } 条规则只能判断部分数据。
seen-not-idle = 有 { $n } 条规则无可判断：数据中没有它们所针对的内容。
seen-not-waiting = 有 { $n } 条规则待填知识表。
seen-not-fund = 有 { $n } 条结算没有基金支付金额：其涉险金额实为未知，显示为 0.00 或按总费用显示时亦然。

## 数据完整性核对
check-month-stays = { $month } 没有人入院或没有人出院，平常每月 { $usual } 人次，可能缺一个月的数据。
check-month-stays-at = 个别机构有 { $n } 个月没有入院或出院：{ $where }
check-month-visits = { $month } 没有门诊购药结算，平常每月 { $usual } 人次，可能缺一个月的数据。
check-month-visits-at = 个别机构有 { $n } 个月没有门诊购药结算：{ $where }
check-stays-without-lines = 住院 { $all } 人次中有 { $n } 人次（{ $money } 元）没有费用明细：{ $examples }
check-visits-without-lines = 门诊购药有 { $n } 人次（{ $money } 元）没有费用明细。
check-lines-without-record = 费用明细有 { $n } 条（{ $money } 元，涉及 { $records } 个就诊ID）找不到对应的住院或门诊结算，需要住院或门诊信息的规则无法判断它们；请同时给出前后月份的住院和门诊数据。
check-lines-of-several = 费用明细有 { $n } 条（{ $money } 元）使用的 { $records } 个就诊号各对应多次住院或门诊，明细中没有可区分的信息，需要住院或门诊信息的规则无法判断它们，其金额未重复计入总费用；请连同人员编号或机构编码导出。
check-totals-differ = 住院 { $all } 人次中有 { $n } 人次的总费用与明细合计不符，差额合计 { $money } 元：{ $examples }
check-totals-differ-always = 住院 { $all } 人次中有 { $n } 人次的总费用与明细合计不符，差额合计 { $money } 元：或是总费用口径不同，或是明细不全。例如：{ $examples }
check-difference = { $stay }（总费用 { $total }，明细 { $lines }）
check-totals-agree = 有明细的住院 { $n } 人次，总费用与明细合计全部相符。

## In the report
report-outcome-unjudged = 无法判断
report-outcome-idle = 无可判断
report-outcome-partial = 已运行（部分判断）
report-rules-idle = 无可判断的规则 { $count } 条（数据中没有它们所针对的内容）：{ $titles }
report-rule-unjudged = 无法判断：{ $title }（{ $rule }）：{ $reason }
report-rules-partial = 未能判断全部的规则 { $count } 条，未判断的有{ $reason }：{ $titles }
report-next-unjudged = 有 { $n } 条规则无法判断。没有判断不等于没有问题。
report-section-unread = 未读的内容
report-column-judged = 已判断
report-sheet-unread = 未读的内容
report-sheet-checks = 数据核对
report-no-unread = 全部内容均已读入。
report-section-checks = 数据完整性核对
report-no-checks = 无。
