### rules

fault-help = 处理办法
fault-toml = TOML 语法有误：{ $detail }
fault-toml-help = 可用 `yishen rules show` 查看一张正确的规则卡
fault-key = 不认识的键 `{ $key }`
fault-key-help = 是否应为 `{ $nearest }`？否则请删除
fault-missing = 缺少键 `{ $key }`
fault-missing-help = 请补上 `{ $key }`，每张规则卡都必须有
fault-family = 规则族写的是 `{ $family }`，但所在文件夹是 `{ $folder }`
fault-family-help = 请移动文件，或写成 `family = "{ $folder }"`
fault-id = 规则编号写的是 `{ $id }`，但文件名是 `{ $name }.toml`
fault-id-help = 请改文件名，或写成 `id = "{ $name }"`
fault-innocent-none = 没有写合理解释
fault-innocent-none-help = 请写明哪些合法情形会呈现同样的数据，以及规则如何处理
fault-innocent = 这条合理解释没有实际内容：{ $zh }
fault-innocent-help = 请写真实情形及规则的处理，中文不少于 10 个汉字，英文不少于 40 个字母
fault-need = 没有名为 `{ $need }` 的表或列
fault-need-help = 请写 `表` 或 `表.列`（列用国家平台字段名）；多选一用 ` or ` 连接
fault-evidence = 有两个证据列使用了相同的字段 `{ $field }`
fault-evidence-help = 请让每个证据列使用各自的字段
fault-parts = 证据列 `{ $field }` 的 kind 与 parts 不符
fault-parts-help = kind = "table" 必须写 parts（每行的字段）；除 "list" 外其他 kind 不能有 parts
fault-message = 说明语句无法解析：{ $detail }
fault-message-help = 数字写作 { "{" } $name { "}" }，语法见 Project Fluent
fault-figure = 说明语句用到 `${ $name }`，但本规则的线索没有这个数据
fault-figure-help = 可用证据字段，或 observed、expected、threshold、p、q、amount、total_amount、hospital、period_start、period_end、patients、stays
fault-place = 规则卡不能放在文件夹 `{ $folder }` 中
fault-place-help = 请放入所属规则族的文件夹，例如 `{ $nearest }`
fault-folder = 无法读取文件夹：{ $detail }
fault-folder-help = 文件夹应与 rules/ 结构相同：<规则族>/<规则编号>.toml，knowledge/<表名>.csv
fault-table-missing = 缺少 knowledge/{ $name }.csv
fault-table-missing-help = 请补上该表，或删除其来源说明文件
fault-table = 本行无法读取：{ $detail }
fault-table-help = 请存为 UTF-8 编码的 CSV
fault-source = knowledge/{ $name }.csv 没有说明来源
fault-source-help = 请补上 knowledge/{ $name }.source.toml，写明 title、source、note、columns
fault-rule = 没有规则 `{ $rule }`
fault-rule-help = 是否应为 `{ $nearest }`？`yishen rules list` 列出全部规则
fault-parameter = 规则 `{ $rule }` 没有参数 `{ $name }`
fault-parameter-help = 是否应为 `{ $nearest }`？`yishen rules show { $rule }` 列出全部参数
fault-type = 规则 `{ $rule }` 的参数 `{ $name }` 类型为 { $given }，应为 { $wanted }
fault-type-help = `yishen rules show { $rule }` 可查看默认值
fault-detector = 没有名为 `{ $detector }` 的检测程序
fault-detector-help = 是否应为 `{ $nearest }`？
fault-no-table = 没有名为 `{ $name }` 的知识表
fault-no-table-help = 是否应为 `{ $nearest }`？否则请补上 knowledge/{ $name }.csv 及其来源说明
fault-column = 表中缺少列 { $columns }
fault-column-help = 请补上（可为空），并写入来源说明文件的 `columns`；列的含义见 docs/writing-rules.md
fault-limit = 知识点 `{ $id }` 的限制 `{ $limit }` 不属于这类规则
fault-limit-help = 是否应为 `{ $nearest }`？
fault-value = 知识点 `{ $id }` 的 `{ $limit }` 不能是 `{ $value }`
fault-value-help = 各种限制的写法见 docs/writing-rules.md
fault-date = 知识点 `{ $id }` 的日期 `{ $date }` 无法识别
fault-date-help = 请写成 YYYY-MM-DD；没有的留空
fault-dates = 知识点 `{ $id }` 的失效日期早于生效日期：{ $dates }
fault-dates-help = 请核对 effective_from 和 effective_to
fault-codes = 知识点 `{ $id }`（{ $name }）没有编号或没有编码
fault-codes-help = point_id 和 codes 都要填；多个编码用空格分隔
fault-runner = 规则卡须写明由什么运行，三者取一：`detector`；`limit` 与 `table`；`sql` 与 `[columns]`
fault-runner-help = 检测程序写 detector；按知识库表运行的写 limit（限制类型）和 table（表名）；自己写查询的写 sql 和 [columns]（见 docs/writing-rules.md）
fault-parameters = 参数与规则不符：{ $detail }
fault-parameters-help = `yishen rules show { $rule }` 可查看内置规则卡
fault-none-left = 所选规则中没有属于规则族 `{ $family }` 的
fault-none-left-help = 请去掉 --family 或 --rule
fault-sql = SQLite 无法解析查询：{ $detail }
fault-sql-help = 请分段试写；docs/writing-rules.md 列有全部表，并有三条完整规则可照抄
fault-sql-table = 没有名为 `{ $table }` 的表
fault-sql-table-help = 是否应为 `{ $nearest }`？知识库表 `my-prices` 写作 `k_my_prices`；其余各表见 docs/writing-rules.md
fault-sql-column = 没有名为 `{ $column }` 的列
fault-sql-column-help = 是否应为 `{ $nearest }`？各列见 docs/writing-rules.md；文本请用单引号
fault-sql-hidden = `{ $table }` 不是供规则使用的表
fault-sql-hidden-help = 可用的表见 docs/writing-rules.md
fault-sql-function = 函数 `{ $function }` 不存在或不允许使用
fault-sql-function-help = 可用函数见 docs/writing-rules.md：只限同样数据必得同样结果、且不触及外部的函数
fault-sql-write = 规则只能读取：查询必须是一条 SELECT（或 WITH … SELECT）
fault-sql-write-help = 请删去写入、建表、挂接或设置的语句；查询结果会自动成为线索
fault-sql-many = 查询不止一条语句
fault-sql-many-help = 只写一条 SELECT；中间步骤可用 WITH 命名
fault-sql-clock = `{ $name }` 的结果随运行时间或地点而变
fault-sql-clock-help = 同样的数据必须得出同样的线索：日期请取自数据，或写成参数
fault-sql-mark = 参数不能写作 `{ $name }`
fault-sql-mark-help = 规则卡的参数 `[parameters.days]` 在查询中写作 `:days`
fault-sql-parameter = 查询用到 `:{ $name }`，但规则卡没有这个参数
fault-sql-parameter-help = 请补上 `[parameters.{ $name }]`（value、unit、zh、en），或改正名称
fault-sql-unused = 查询没有用到参数 `{ $name }`
fault-sql-unused-help = 请在查询中写作 `:{ $name }`，或删除该参数；只有 time_limit、memory_limit、row_limit 无须写入查询
fault-sql-value = 参数 `{ $name }` 不是数值、文本或是否
fault-sql-value-help = 清单请放入知识库表 `knowledge/<表名>.csv`，再以 `k_<表名>` 关联
fault-sql-limit = 参数 `{ $name }` 须为不小于 { $least } 的整数
fault-sql-limit-help = time_limit 以秒计，memory_limit 以兆字节计，row_limit 以结果行数计
fault-sql-about = `[columns]` 没有写明线索针对谁
fault-sql-about-help = 请至少写明 stay、visit、patient、hospital 之一，如 `stay = "mdtrt_id"`
fault-sql-result = 查询结果没有列 `{ $column }`
fault-sql-result-help = 是否应为 `{ $nearest }`？可用 `AS` 给结果列命名
fault-sql-twice = 查询结果有两个名为 `{ $column }` 的列
fault-sql-twice-help = 请用 `AS` 给其中一个改名，或删去
fault-sql-unnamed = 查询结果的列 `{ $column }` 没有用途
fault-sql-unnamed-help = 请写入 `[columns]`，或增加 `[[evidence]]` 并写 `field = "{ $column }"`，或从查询中删去
fault-sql-kind = 查询不能给出这种 kind 的证据列 `{ $column }`
fault-sql-kind-help = 可用 text、number、money、date、list
fault-sql-type = 列 `{ $column }` 是{ $kind ->
        [text] 文本
        [date] 日期
        [time] 时间
        [integer] 整数
        [number] 数值
       *[fen] 金额（分）
    }，而此处须为{ $want ->
        [stay] 住院就诊 ID（mdtrt_id），可用逗号连接多个
        [visit] 门诊或购药就诊 ID（mdtrt_id），可用逗号连接多个
        [patient] 人员编号（psn_no），可用逗号连接多个
        [hospital] 机构编码（fixmedins_code）
        [money] 以分为单位、不小于 0 的金额，不得为 NULL
        [number] 数值，不得为 NULL
        [share] 0 至 1 之间的数值
        [date] 日期，如 2025-03-01
        [rows] row_id 的值，可用逗号连接多个
        [list] 以逗号分隔的文本
       *[text] 文本
    }
fault-sql-type-help = 请改用其他列，或先换算：kind = "money" 和各金额以分为单位；需要以元计的数值写 `x_fen / 100.0`
error-sql = SQLite 中止：{ $detail }
error-sql-time = 运行 { $seconds } 秒后中止，已到本规则的时间上限（参数 time_limit）：请缩小查询范围，或提高上限
error-sql-memory = 用到 { $megabytes } MB 时中止，已到本规则的内存上限（参数 memory_limit）：请少读几列或改用较小的表，或提高上限
error-sql-rows = 结果超过 { $rows } 行时中止（参数 row_limit）：一行是一条线索，请把同属一件事的并成一行
error-sql-long = 文本超过 { $bytes } 字节时中止：请减少一个 `group_concat` 中的行数
error-sql-no-id = 结果第 { $row } 行没有写明住院、门诊、人员或机构：这些列全部为 NULL
error-sql-value = 结果第 { $row } 行：列 `{ $column }` 的值是“{ $value }”，须为{ $want ->
        [stay] 住院就诊 ID（mdtrt_id），可用逗号连接多个
        [visit] 门诊或购药就诊 ID（mdtrt_id），可用逗号连接多个
        [patient] 人员编号（psn_no），可用逗号连接多个
        [hospital] 机构编码（fixmedins_code）
        [money] 以分为单位、不小于 0 的金额，不得为 NULL
        [number] 数值，不得为 NULL
        [share] 0 至 1 之间的数值
        [date] 日期，如 2025-03-01
        [rows] row_id 的值，可用逗号连接多个
        [list] 以逗号分隔的文本
       *[text] 文本
    }
fault-wrong-type = `{ $key }` 不能是 { $value }
fault-wrong-type-help = { $key ->
    [family] 应为 "stays"、"charges"、"drugs"、"identity"、"pharmacy"、"institutions"、"data" 之一
    [status] 应为 "stable" 或 "preview"
    [result] 应为 "violation"（违规）、"suspicious"（可疑）或 "statistic"（统计）
    [title] 应写中英文两段文字：zh 和 en
    [what] 应写中英文两段文字：zh 和 en
    [why] 应写中英文两段文字：zh 和 en
    [clears] 应写中英文两段文字：zh 和 en
    [basis] 应写中英文两段文字：zh 和 en
    [measure] 应写中英文两段文字：zh 和 en
    [message] 应写中英文两段文字：zh 和 en
    [note] 应写中英文两段文字：zh 和 en
    [innocent] 每一条应写中英文两段文字：zh 和 en
    [needs] 每一项应为文字，写 `表` 或 `表.列`
    [sources] 应为文字列表
    [columns] 应为文字列表，即表头各列
    [national_class] 应为文字或文字列表，写国家规则类的编码或名称
    [parameters] 每个参数应有 value，以及文字 unit、zh、en
    [evidence] 每个证据列应有文字 field、zh、en，以及 kind："text"、"number"、"money"、"date"、"bar"、"list" 或 "table"
   *[other] 应为加引号的文字
}
fault-file = 无法读取文件：{ $detail }
fault-file-help = 请存为 UTF-8 编码的文本（在电子表格软件中选择“CSV UTF-8”）
fault-twice = 规则 `{ $id }` 已经存在：{ $file }
fault-twice-help = 请给其中一条改名；规则编号在所有规则族中不得重复
fault-header = 表头为 { $found }
fault-header-help = 来源说明文件所列的列为 { $wanted }，两者必须一致
fault-row = 本行有 { $found } 个单元格，表头有 { $wanted } 个
fault-row-help = 含逗号的单元格请加英文双引号，空单元格也要保留逗号
fault-kind = 没有限制类型 `{ $name }`
fault-kind-help = 是否应为 `{ $nearest }`？kinds/ 中的文件以限制类型命名
fault-no-limit = 没有限制类型 `{ $detector }`
fault-no-limit-help = 是否应为 `{ $nearest }`？全部类型见 docs/writing-rules.md
fault-class = 国家规则库没有规则类 `{ $class }`
fault-class-help = 是否应为 `{ $nearest }`？编码和名称见 knowledge/national-classes.csv；不属于任何一类的规则请删去此键
fault-parameter-missing = 规则 `{ $rule }` 缺少参数 `{ $name }`
fault-parameter-missing-help = 请补上 [parameters.{ $name }]，写明 value、unit、zh、en
fault-field = 本规则的线索没有证据 `{ $field }`
fault-field-help = 是否应为 `{ $nearest }`？
fault-code = 知识点 `{ $id }` 的编码 `{ $code }` 含有“{ $sign }”，永远无法匹配
fault-code-help = 编码请用半角字符书写，不加引号，多个编码用空格分隔
fault-code-number = 知识点 `{ $id }` 的编码被电子表格软件变成了数字 `{ $code }`
fault-code-number-help = 请把该列设为文本格式后重新填写编码
fault-group = 知识点 `{ $id }` 用到的编码组 `@{ $group }` 不存在
fault-group-help = 是否应为 `@{ $nearest }`？全部编码组见 knowledge/code-groups.csv
fault-region = 知识点 `{ $id }` 的地区 `{ $region }` 不是行政区划代码
fault-region-help = 请写代码的开头，例如 4201；全国适用的留空
fault-point-class = 知识点 `{ $id }` 的规则类 `{ $class }` 在国家规则库中不存在（连续 { $count } 行）
fault-point-class-help = 是否应为 `{ $nearest }`？请填 class_code；没有编码的类填 class_name
fault-point-twice = 知识点编号 `{ $id }` 已被使用：{ $place }
fault-point-twice-help = 请给每个知识点各自的编号，或删去其中一个
fault-overlap = 知识点 `{ $id }` 与 `{ $other }`（{ $place }）在同一时期重复规定：{ $limit } = { $value }，相同编码 { $count } 个，如 { $code }
fault-overlap-help = 请删去其中一个，或让前一个在后一个生效前失效
fault-contradiction = 知识点 `{ $id }` 与 `{ $other }`（{ $place }）在同一时期相互矛盾：{ $limit } 此处为 { $value }，彼处为 { $before }，相同编码 { $count } 个，如 { $code }
fault-contradiction-help = 请让一个在另一个生效前失效（effective_to、superseded_by），或在 knowledge/points-off.csv 中停用一个
fault-expired = 知识点 `{ $id }` 已于 { $to } 失效，早于表中最新知识点的生效日期（{ $day }）
fault-expired-help = 请更新 effective_to；只用于核查当时费用的可保留
fault-expired-data = 知识点 `{ $id }` 已于 { $to } 失效，早于数据的最后一天（{ $day }）
fault-expired-data-help = 请更新 effective_to；只用于核查当时费用的可保留
fault-successor = 知识点 `{ $id }` 注明由 `{ $by }` 取代，但任何表中都没有后者：该知识点永不生效
fault-successor-help = 请更正 superseded_by，或改用 effective_to 注明失效日期
fault-off = 停用的知识点 `{ $id }` 不在任何表中
fault-off-help = 请更正 point_id
fault-idle = 没有规则从本表读取规则类 `{ $class }` 的知识点（{ $count } 个）：它们从不运行
fault-idle-help = 请在该类的规则卡中写明 `table = "{ $table }"`，或移到 knowledge/local-points.csv
fault-unseen = { $all } 个编码中有 { $count } 个（{ $percent } %）在数据中从未出现，如 { $examples }
fault-unseen-help = 请与数据核对：项目编码在 `hilist_code` 列；院内编码请填入 knowledge/code-crosswalk.csv
fault-more = 本表还有 { $count } 条同类警告
fault-more-help = 处理上述各条后会继续列出

## 附在线索说明之后
finding-before-publication = 该知识点此后（{ $day }）才公布，且未注明施行日期，当时是否有效须另行核实。
finding-amount-unknown = 数据没有金额列，涉及金额无从计算，以 0 计。
finding-amount-estimated = 数据没有基金支付列，涉及金额按费用金额估计。
