### rules

fault-help = 处理办法
fault-toml = { $detail }
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
fault-evidence = 有两个证据列使用了相同的字段
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
fault-table = knowledge/{ $name }.csv 第 { $line } 行与列定义不符：{ $detail }
fault-table-help = 表头必须与来源说明文件的 `columns` 一致，各行长度相同
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
fault-runner = 规则卡须写明由什么运行：`detector`，或 `limit` 与 `table`，二者取一
fault-runner-help = 检测程序写 detector；按知识库表运行的写 limit（限制类型）和 table（表名）
fault-parameters = 参数与规则不符：{ $detail }
fault-parameters-help = `yishen rules show { $rule }` 可查看内置规则卡
fault-none-left = 所选规则中没有属于规则族 `{ $family }` 的
fault-none-left-help = 请去掉 --family 或 --rule
