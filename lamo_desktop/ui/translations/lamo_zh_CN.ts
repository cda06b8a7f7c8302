<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About LAMO Desktop</source>
        <translation>关于 LAMO Desktop</translation>
    </message>
    <message>
        <source>Version {v} · Apache License 2.0</source>
        <translation>版本 {v} · Apache License 2.0</translation>
    </message>
    <message>
        <source>Medication recommendation and overprescribing analysis on a hospital&apos;s own admissions, after LAMO (Zhao et al., arXiv 2503.03687). It works offline and opens no network connection.</source>
        <translation>基于本院住院数据的用药推荐与过度用药分析，方法源自 LAMO（Zhao 等，arXiv 2503.03687）。离线运行，不建立任何网络连接。</translation>
    </message>
    <message>
        <source>Decision support for retrospective analysis, not for prescribing.</source>
        <translation>仅供回顾性分析的决策支持，不用于开具处方。</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>组件</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Parts and licences</source>
        <translation>组件与许可证</translation>
    </message>
    <message>
        <source>Licence text</source>
        <translation>许可证全文</translation>
    </message>
    <message>
        <source>Licence: {l}. Its text does not come with this installation.</source>
        <translation>许可证：{l}。本安装未附其全文。</translation>
    </message>
</context>
<context>
    <name>AdmissionDetail</name>
    <message>
        <source>About this admission</source>
        <translation>关于此次住院</translation>
    </message>
    <message>
        <source>Candidates</source>
        <translation>候选药物</translation>
    </message>
    <message>
        <source>Why</source>
        <translation>为什么</translation>
    </message>
    <message>
        <source>What if</source>
        <translation>假设</translation>
    </message>
    <message>
        <source>Admission {id}</source>
        <translation>住院 {id}</translation>
    </message>
</context>
<context>
    <name>Asking</name>
    <message>
        <source>The model&apos;s process ended unexpectedly; nothing of the job was changed. Try again.</source>
        <translation>模型进程意外结束；作业未作任何更改。请重试。</translation>
    </message>
</context>
<context>
    <name>CalibrationTab</name>
    <message>
        <source>probability said by the model</source>
        <translation>模型给出的概率</translation>
    </message>
    <message>
        <source>share ordered</source>
        <translation>实际开具比例</translation>
    </message>
    <message>
        <source>probability from which a drug is recommended</source>
        <translation>推荐药物的概率阈值</translation>
    </message>
    <message>
        <source>net benefit per admission</source>
        <translation>每例住院净获益</translation>
    </message>
    <message>
        <source>Right recommendations less wrong ones, weighed by the odds of the threshold. The model is worth using where its line is above both others.</source>
        <translation>正确推荐减去按阈值比数加权的错误推荐。曲线高于另外两条之处，模型才值得使用。</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Decision curve</source>
        <translation>决策曲线</translation>
    </message>
    <message>
        <source>observed</source>
        <translation>实际</translation>
    </message>
    <message>
        <source>perfect</source>
        <translation>理想</translation>
    </message>
    <message>
        <source>Slope {slope}, intercept {intercept}, Brier score {brier}, mean gap {ece}. Below the dashed line the model says too much.</source>
        <translation>斜率 {slope}，截距 {intercept}，Brier 评分 {brier}，平均偏差 {ece}。低于虚线表示模型高估。</translation>
    </message>
    <message>
        <source>the model</source>
        <translation>本模型</translation>
    </message>
    <message>
        <source>every drug</source>
        <translation>推荐全部</translation>
    </message>
    <message>
        <source>no drug</source>
        <translation>一概不推荐</translation>
    </message>
</context>
<context>
    <name>CandidateModel</name>
    <message>
        <source>withheld: {reason}</source>
        <translation>暂不列入：{reason}</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>是</translation>
    </message>
    <message>
        <source>The tick is the drug&apos;s threshold</source>
        <translation>刻线为该药物的阈值</translation>
    </message>
    <message>
        <source>duplicate</source>
        <translation>重复</translation>
    </message>
    <message>
        <source>Drug</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>On list</source>
        <translation>在清单</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>已开具</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>withheld</source>
        <translation>暂不列入</translation>
    </message>
    <message>
        <source>agree</source>
        <translation>同意</translation>
    </message>
    <message>
        <source>disagree</source>
        <translation>不同意</translation>
    </message>
    <message>
        <source>unsure</source>
        <translation>不确定</translation>
    </message>
    <message>
        <source>Your mark</source>
        <translation>您的标记</translation>
    </message>
</context>
<context>
    <name>CandidatePanel</name>
    <message>
        <source>Candidate drugs</source>
        <translation>候选药物</translation>
    </message>
    <message>
        <source>Search drug or class</source>
        <translation>搜索药物或类别</translation>
    </message>
    <message>
        <source>Search candidate drugs</source>
        <translation>搜索候选药物</translation>
    </message>
    <message>
        <source>All drugs</source>
        <translation>全部药物</translation>
    </message>
    <message>
        <source>On the list or ordered</source>
        <translation>在清单或已开具</translation>
    </message>
    <message>
        <source>List and orders differ</source>
        <translation>清单与医嘱不同</translation>
    </message>
    <message>
        <source>With safety flags</source>
        <translation>有安全提示</translation>
    </message>
    <message>
        <source>Caution and graver</source>
        <translation>注意及更严重</translation>
    </message>
    <message>
        <source>Serious and graver</source>
        <translation>严重及禁忌</translation>
    </message>
    <message>
        <source>Contraindicated</source>
        <translation>禁忌</translation>
    </message>
    <message>
        <source>Withheld</source>
        <translation>暂不列入</translation>
    </message>
    <message>
        <source>Marked</source>
        <translation>已标记</translation>
    </message>
    <message>
        <source>Show only these drugs</source>
        <translation>仅显示这些药物</translation>
    </message>
</context>
<context>
    <name>CandidatePicker</name>
    <message>
        <source>Candidate drugs</source>
        <translation>候选药物</translation>
    </message>
    <message>
        <source>The model is asked about these drugs, and only about these.</source>
        <translation>只就这些药物询问模型。</translation>
    </message>
    <message>
        <source>Search drug or class</source>
        <translation>搜索药物或类别</translation>
    </message>
    <message>
        <source>Search candidate drugs</source>
        <translation>搜索候选药物</translation>
    </message>
    <message>
        <source>Also drugs that the model was not &amp;trained on</source>
        <translation>同时列出模型未训练过的药物(&amp;T)</translation>
    </message>
    <message>
        <source>They are ranked by what they are used for, and marked in the results</source>
        <translation>按用途排序，并在结果中标出</translation>
    </message>
    <message>
        <source>Candidate drugs by class</source>
        <translation>按类别列出的候选药物</translation>
    </message>
    <message>
        <source>{drug} (not trained on)</source>
        <translation>{drug}（未训练过）</translation>
    </message>
    <message>
        <source>no class</source>
        <translation>无类别</translation>
    </message>
    <message>
        <source>Tick &amp;all shown</source>
        <translation>全选所示(&amp;A)</translation>
    </message>
    <message>
        <source>Tick &amp;none shown</source>
        <translation>全不选所示(&amp;N)</translation>
    </message>
    <message>
        <source>{n} of {t} drugs</source>
        <translation>{n} / {t} 种药物</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>What was read, what was left out and why. Nothing is dropped silently.</source>
        <translation>读取了什么、排除了什么及其原因。不会悄悄丢弃任何内容。</translation>
    </message>
    <message>
        <source>&amp;Continue to Recommend</source>
        <translation>继续：推荐(&amp;C)</translation>
    </message>
    <message>
        <source>Nothing to check yet</source>
        <translation>尚无可检查的内容</translation>
    </message>
    <message>
        <source>Open an export first: this page then shows how many admissions it holds, which were left out and why, and every cell that could not be used.</source>
        <translation>请先打开导出文件：本页随后显示其中有多少次住院、哪些被排除及原因，以及每个无法使用的单元格。</translation>
    </message>
    <message>
        <source>Go to Import</source>
        <translation>前往导入</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>From the export to the cohort</source>
        <translation>从导出到队列</translation>
    </message>
    <message>
        <source>admissions to score</source>
        <translation>待评分住院</translation>
    </message>
    <message>
        <source>patients</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>drugs ordered per admission</source>
        <translation>每例医嘱药物数</translation>
    </message>
    <message>
        <source>rows set aside</source>
        <translation>搁置的行</translation>
    </message>
    <message>
        <source>order rows, drug unknown</source>
        <translation>药物未知的医嘱行</translation>
    </message>
    <message>
        <source>Problems</source>
        <translation>问题</translation>
    </message>
    <message>
        <source>No problems</source>
        <translation>没有问题</translation>
    </message>
    <message>
        <source>Every cell the program looked at could be used.</source>
        <translation>程序查看的每个单元格都可用。</translation>
    </message>
    <message>
        <source>Set aside</source>
        <translation>搁置</translation>
    </message>
    <message>
        <source>Nothing set aside</source>
        <translation>没有搁置</translation>
    </message>
    <message>
        <source>Every row that meets the criteria will be processed.</source>
        <translation>符合标准的每一行都将处理。</translation>
    </message>
    <message>
        <source>Excluded orders</source>
        <translation>排除的医嘱</translation>
    </message>
    <message>
        <source>No order was left out</source>
        <translation>没有排除任何医嘱</translation>
    </message>
    <message>
        <source>Every order text that is known is a drug.</source>
        <translation>所有可识别的医嘱文本都是药物。</translation>
    </message>
    <message>
        <source>Not understood</source>
        <translation>未能识别</translation>
    </message>
    <message>
        <source>Nothing that was not understood</source>
        <translation>没有未能识别的内容</translation>
    </message>
    <message>
        <source>Every allergy and every medication before admission is known.</source>
        <translation>所有过敏和入院前用药均已识别。</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>No findings in this export</source>
        <translation>此导出没有检查结果</translation>
    </message>
    <message>
        <source>Laboratory values, vital signs and states such as ventilation would be listed here.</source>
        <translation>化验值、生命体征以及机械通气等状态会列在这里。</translation>
    </message>
    <message>
        <source>&amp;Show in the export</source>
        <translation>在导出中显示(&amp;S)</translation>
    </message>
    <message>
        <source>Show the sheet, row and cell (Enter, or a double click)</source>
        <translation>显示工作表、行与单元格（回车或双击）</translation>
    </message>
    <message>
        <source>Unknown names</source>
        <translation>未知药名</translation>
    </message>
    <message>
        <source>What is known</source>
        <translation>已知信息</translation>
    </message>
    <message>
        <source>Read with the profile “{p}”; files: {n}</source>
        <translation>以配置“{p}”读取，共 {n} 个文件</translation>
    </message>
    <message>
        <source>No admission of this export can be scored; the tables below say why.</source>
        <translation>此导出中没有可评分的住院；原因见下表。</translation>
    </message>
    <message>
        <source>{w}. Questions to you are listed first: until they are answered, cells stay empty.</source>
        <translation>{w}。需要您回答的问题列在最前：回答之前，相应单元格留空。</translation>
    </message>
    <message>
        <source>{w}. A comparison with the orders would not see them: say under “Unknown names” what they mean.</source>
        <translation>{w}。与医嘱的比较看不到它们：请在“未知名称”中说明其含义。</translation>
    </message>
    <message>
        <source>{w}. Nothing was guessed: the other rows are complete and will be processed.</source>
        <translation>{w}。没有任何猜测：其余各行完整并将处理。</translation>
    </message>
    <message>
        <source>The export holds no orders: recommendations can be made, but not validated.</source>
        <translation>导出中没有医嘱：可以推荐，但无法验证。</translation>
    </message>
    <message>
        <source>No problems were found, but {n} drug names are unknown: you can say what they mean.</source>
        <translation>未发现问题，但有 {n} 个药名未知：您可以说明其含义。</translation>
    </message>
    <message>
        <source>No problems were found ({n}). All rows that meet the criteria will be processed.</source>
        <translation>未发现问题（{n}）。所有符合条件的行都将被处理。</translation>
    </message>
    <message>
        <source>No problems were found. All rows that meet the criteria will be processed.</source>
        <translation>未发现问题。符合标准的所有行都将处理。</translation>
    </message>
    <message>
        <source>Question</source>
        <translation>疑问</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>警告</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>位置</translation>
    </message>
    <message>
        <source>What was expected</source>
        <translation>应为</translation>
    </message>
    <message>
        <source>Admission</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Order rows</source>
        <translation>医嘱行数</translation>
    </message>
    <message>
        <source>Order text</source>
        <translation>医嘱文本</translation>
    </message>
    <message>
        <source>Entry</source>
        <translation>条目</translation>
    </message>
    <message>
        <source>First at</source>
        <translation>首次出现于</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>检查项目</translation>
    </message>
    <message>
        <source>Unit</source>
        <translation>单位</translation>
    </message>
    <message>
        <source>Admissions</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>Converted from</source>
        <translation>换算自</translation>
    </message>
    <message>
        <source>Only worst of 24 h</source>
        <translation>仅24小时最差值</translation>
    </message>
    <message>
        <source>Values set aside</source>
        <translation>搁置的值</translation>
    </message>
    <message>
        <source>First value at</source>
        <translation>首个值的位置</translation>
    </message>
    <message>
        <source>The worst values of the first 24 hours are as old as the orders: what was ordered may have changed them.</source>
        <translation>前24小时的最差值与医嘱同时产生：医嘱可能已影响这些值。</translation>
    </message>
    <message>
        <source>Select a line of the list first.</source>
        <translation>请先选择列表中的一行。</translation>
    </message>
    <message>
        <source>This line is about the export as a whole: it names no row.</source>
        <translation>此行针对整个导出，未指明具体行。</translation>
    </message>
    <message>
        <source>The export is not open: these are results of a job file.</source>
        <translation>导出未打开：这些是作业文件的结果。</translation>
    </message>
    <message>
        <source>Say above the list how such dates are written.</source>
        <translation>请在列表上方说明此类日期的写法。</translation>
    </message>
    <message>
        <source>Reading again: {s}</source>
        <translation>重新读取：{s}</translation>
    </message>
</context>
<context>
    <name>ColumnCombo</name>
    <message>
        <source>Column for {f}</source>
        <translation>{f} 对应的列</translation>
    </message>
    <message>
        <source>(no column)</source>
        <translation>（无对应列）</translation>
    </message>
</context>
<context>
    <name>ColumnsCombo</name>
    <message>
        <source>(no column)</source>
        <translation>（无对应列）</translation>
    </message>
    <message>
        <source>{n} columns: {h}</source>
        <translation>{n} 列：{h}</translation>
    </message>
</context>
<context>
    <name>ContextEditor</name>
    <message>
        <source>Edit the context</source>
        <translation>编辑上下文</translation>
    </message>
    <message>
        <source>not recorded</source>
        <translation>未记录</translation>
    </message>
    <message>
        <source>female</source>
        <translation>女</translation>
    </message>
    <message>
        <source>male</source>
        <translation>男</translation>
    </message>
    <message>
        <source>A&amp;ge</source>
        <translation>年龄(&amp;G)</translation>
    </message>
    <message>
        <source>Se&amp;x</source>
        <translation>性别(&amp;X)</translation>
    </message>
    <message>
        <source>Reason for admission</source>
        <translation>入院原因</translation>
    </message>
    <message>
        <source>Diagnoses, one per line</source>
        <translation>诊断，每行一项</translation>
    </message>
    <message>
        <source>Procedures, one per line</source>
        <translation>操作，每行一项</translation>
    </message>
    <message>
        <source>Past history, one per line</source>
        <translation>既往史，每行一项</translation>
    </message>
    <message>
        <source>Allergies, one per line</source>
        <translation>过敏，每行一项</translation>
    </message>
    <message>
        <source>Medications before admission, one per line</source>
        <translation>院前用药，每行一项</translation>
    </message>
    <message>
        <source>Previous stay: diagnoses</source>
        <translation>上次住院：诊断</translation>
    </message>
    <message>
        <source>Previous stay: procedures</source>
        <translation>上次住院：操作</translation>
    </message>
    <message>
        <source>Previous stay: drugs</source>
        <translation>上次住院：药物</translation>
    </message>
</context>
<context>
    <name>ContextView</name>
    <message>
        <source>Context as the model sees it</source>
        <translation>模型所见的上下文</translation>
    </message>
    <message>
        <source>Findings by the index time (no part of the prompt)</source>
        <translation>截至索引时间的检查结果（不在提示词中）</translation>
    </message>
    <message>
        <source>The worst values of the first 24 hours may be later than an order.</source>
        <translation>前24小时的最差值可能晚于某条医嘱。</translation>
    </message>
    <message>
        <source>  ▲ shortened for length: {kept}</source>
        <translation>  ▲ 因长度而缩短：{kept}</translation>
    </message>
    <message>
        <source>  ▲ left out</source>
        <translation>  ▲ 已省略</translation>
    </message>
</context>
<context>
    <name>CoverageTable</name>
    <message>
        <source>What is known</source>
        <translation>已知信息</translation>
    </message>
</context>
<context>
    <name>DateQuestion</name>
    <message>
        <source>03/04/2024 in this export means</source>
        <translation>此导出中 03/04/2024 表示</translation>
    </message>
    <message>
        <source>03/04/2024 means {d}</source>
        <translation>03/04/2024 表示{d}</translation>
    </message>
</context>
<context>
    <name>DrugsTab</name>
    <message>
        <source>Sho&amp;w:</source>
        <translation>显示(&amp;W)：</translation>
    </message>
    <message>
        <source>Right of the dashed line: recommended more often than ordered.</source>
        <translation>虚线右侧：推荐多于开具。</translation>
    </message>
    <message>
        <source>Drugs</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Drug classes</source>
        <translation>药物类别</translation>
    </message>
    <message>
        <source>Frequency</source>
        <translation>频率</translation>
    </message>
    <message>
        <source>recommended / ordered</source>
        <translation>推荐 / 医嘱</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Files for others. What holds patient data belongs where such data may be kept.</source>
        <translation>供他人使用的文件。含患者数据的文件应存放在允许存放此类数据之处。</translation>
    </message>
    <message>
        <source>Nothing to export yet</source>
        <translation>尚无可导出的内容</translation>
    </message>
    <message>
        <source>Once admissions are scored, workbook, report, figures and job file are saved from here.</source>
        <translation>住院评分完成后，可在此保存工作簿、报告、指标与作业文件。</translation>
    </message>
    <message>
        <source>Go to Recommend</source>
        <translation>前往推荐</translation>
    </message>
    <message>
        <source>Excel workbooks (*.xlsx)</source>
        <translation>Excel 工作簿 (*.xlsx)</translation>
    </message>
    <message>
        <source>Recommendations</source>
        <translation>推荐结果</translation>
    </message>
    <message>
        <source>One row per admission and drug, one row per admission, your marks and comments, what was set aside and why, and where every number comes from. Lists as set above.</source>
        <translation>每次住院的每种药物一行、每次住院一行；您的标记与备注、搁置内容及原因、每个数字的来历。清单按上方设置。</translation>
    </message>
    <message>
        <source>Save &amp;workbook…</source>
        <translation>保存工作簿(&amp;W)…</translation>
    </message>
    <message>
        <source>Validation report</source>
        <translation>验证报告</translation>
    </message>
    <message>
        <source>One HTML file to read and print: agreement with the orders, calibration, groups, and a TRIPOD-LLM checklist. Small groups are hidden.</source>
        <translation>一个可阅读、可打印的 HTML 文件：与医嘱的一致性、校准、亚组及 TRIPOD-LLM 清单。小亚组不显示。</translation>
    </message>
    <message>
        <source>Save &amp;report…</source>
        <translation>保存报告(&amp;R)…</translation>
    </message>
    <message>
        <source>Web pages (*.html)</source>
        <translation>网页 (*.html)</translation>
    </message>
    <message>
        <source>Validation tables</source>
        <translation>验证表格</translation>
    </message>
    <message>
        <source>Every table of the report as a sheet, with intervals in columns of their own.</source>
        <translation>报告中的每张表各成一个工作表，区间单独成列。</translation>
    </message>
    <message>
        <source>Figures as JSON</source>
        <translation>指标 (JSON)</translation>
    </message>
    <message>
        <source>Every figure with its interval, for other programs; as lamo validate --json writes it.</source>
        <translation>供其他程序使用的每项指标及其区间；与 lamo validate --json 的输出相同。</translation>
    </message>
    <message>
        <source>Save ta&amp;bles…</source>
        <translation>保存表格(&amp;B)…</translation>
    </message>
    <message>
        <source>Save fi&amp;gures…</source>
        <translation>保存指标(&amp;G)…</translation>
    </message>
    <message>
        <source>Job file</source>
        <translation>作业文件</translation>
    </message>
    <message>
        <source>Admissions, scores, marks and the log of the run: opens again here without the export.</source>
        <translation>住院、评分、标记与运行日志：无需导出文件即可在此重新打开。</translation>
    </message>
    <message>
        <source>Save &amp;job file…</source>
        <translation>保存作业文件(&amp;J)…</translation>
    </message>
    <message>
        <source>Jobs (*.lamo)</source>
        <translation>作业 (*.lamo)</translation>
    </message>
    <message>
        <source>admissions scored</source>
        <translation>已评分住院</translation>
    </message>
    <message>
        <source>drugs recommended per admission</source>
        <translation>每例推荐药物数</translation>
    </message>
    <message>
        <source>drugs ordered per admission</source>
        <translation>每例医嘱药物数</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>What stays here</source>
        <translation>留在本机的内容</translation>
    </message>
    <message>
        <source>Nothing is sent anywhere. The program keeps its jobs on this computer until they are deleted.</source>
        <translation>不向任何地方发送数据。作业保存在本机，直至删除。</translation>
    </message>
    <message>
        <source>&amp;Delete local data…</source>
        <translation>删除本地数据(&amp;D)…</translation>
    </message>
    <message>
        <source>Comparing with the orders first…</source>
        <translation>先与医嘱比较…</translation>
    </message>
    <message>
        <source>Writing {name}…</source>
        <translation>正在写入 {name}…</translation>
    </message>
    <message>
        <source>{name} was saved in {folder}.</source>
        <translation>{name} 已保存到 {folder}。</translation>
    </message>
    <message>
        <source>Stopped: nothing was written.</source>
        <translation>已停止：没有写入任何内容。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>FileCard</name>
    <message>
        <source>patient data</source>
        <translation>含患者数据</translation>
    </message>
    <message>
        <source>counts only</source>
        <translation>仅含统计</translation>
    </message>
</context>
<context>
    <name>FlowRail</name>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Check</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Recommend</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>Validate</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
</context>
<context>
    <name>FolderTables</name>
    <message>
        <source>Tables of the folder</source>
        <translation>文件夹中的表</translation>
    </message>
    <message>
        <source>found</source>
        <translation>已找到</translation>
    </message>
    <message>
        <source>missing, and needed</source>
        <translation>缺失（必需）</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>缺失</translation>
    </message>
    <message>
        <source>everything in it is read as empty</source>
        <translation>其全部内容按空值读取</translation>
    </message>
    <message>
        <source>Table</source>
        <translation>表</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>State</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Kind of file</source>
        <translation>文件类型</translation>
    </message>
    <message>
        <source>Not there</source>
        <translation>不存在</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>Decision support for retrospective analysis, not for prescribing. Nothing leaves this computer.</source>
        <translation>仅供回顾性分析的决策支持，不用于开具处方。数据不离开本机。</translation>
    </message>
    <message>
        <source>Model: {m}</source>
        <translation>模型：{m}</translation>
    </message>
</context>
<context>
    <name>Forest</name>
    <message>
        <source>Too few admissions for a figure here.</source>
        <translation>住院例数太少，此处无法给出图表。</translation>
    </message>
</context>
<context>
    <name>Funnel</name>
    <message>
        <source>Attrition</source>
        <translation>纳入流程</translation>
    </message>
    <message>
        <source>{s}: {n} remain</source>
        <translation>{s}：剩余 {n}</translation>
    </message>
    <message>
        <source>{n} left out: {r}</source>
        <translation>排除 {n}：{r}</translation>
    </message>
</context>
<context>
    <name>GroupsTab</name>
    <message>
        <source>Group b&amp;y:</source>
        <translation>分组依据(&amp;Y)：</translation>
    </message>
    <message>
        <source>Fi&amp;gure:</source>
        <translation>指标(&amp;G)：</translation>
    </message>
    <message>
        <source>The export has no column by which admissions could be grouped.</source>
        <translation>导出中没有可用于分组的列。</translation>
    </message>
    <message>
        <source>admissions</source>
        <translation>住院例数</translation>
    </message>
</context>
<context>
    <name>HelpDialog</name>
    <message>
        <source>Help: {t}</source>
        <translation>帮助：{t}</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>ImportPage</name>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>Open an export of your hospital&apos;s admissions. It stays on this computer.</source>
        <translation>打开本院住院数据的导出文件。数据留在本机。</translation>
    </message>
    <message>
        <source>Open an&amp;other…</source>
        <translation>打开其他(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Continue to Check</source>
        <translation>继续：检查(&amp;C)</translation>
    </message>
    <message>
        <source>&amp;Back to the open export</source>
        <translation>返回已打开的导出(&amp;B)</translation>
    </message>
    <message>
        <source>Jobs kept on this computer</source>
        <translation>保存在本机的作业</translation>
    </message>
    <message>
        <source>Drop a workbook, a CSV file or a folder of tables here</source>
        <translation>将工作簿、CSV 文件或数据表文件夹拖放到此处</translation>
    </message>
    <message>
        <source>Open fol&amp;der…</source>
        <translation>打开文件夹(&amp;D)…</translation>
    </message>
    <message>
        <source>Open &amp;job…</source>
        <translation>打开作业(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Read as:</source>
        <translation>读取方式(&amp;R)：</translation>
    </message>
    <message>
        <source>Op&amp;en file…</source>
        <translation>打开文件(&amp;E)…</translation>
    </message>
    <message>
        <source>Try it with the de&amp;monstration admissions</source>
        <translation>用演示住院数据试用(&amp;M)</translation>
    </message>
    <message>
        <source>What can be read</source>
        <translation>可读取的内容</translation>
    </message>
    <message>
        <source>Workbook or CSV</source>
        <translation>工作簿或 CSV</translation>
    </message>
    <message>
        <source>One row per admission: age, sex, diagnoses, history, allergies, medications on admission; orders in a column or on a second sheet.</source>
        <translation>每次住院一行：年龄、性别、诊断、病史、过敏、入院用药；医嘱在一列或第二个工作表中。</translation>
    </message>
    <message>
        <source>Folder of tables</source>
        <translation>数据表文件夹</translation>
    </message>
    <message>
        <source>eICU-CRD, MIMIC-III or MIMIC-IV tables as published, CSV or CSV.gz.</source>
        <translation>已发布的 eICU-CRD、MIMIC-III 或 MIMIC-IV 数据表，CSV 或 CSV.gz。</translation>
    </message>
    <message>
        <source>Job file</source>
        <translation>作业文件</translation>
    </message>
    <message>
        <source>A run of this program (.lamo): its results open again without the export.</source>
        <translation>本程序的一次运行 (.lamo)：无需导出文件即可重新打开其结果。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The file is read in a process of its own; the window stays free. Nothing is changed in the export.</source>
        <translation>文件在独立进程中读取，窗口保持可用。导出文件不会被更改。</translation>
    </message>
    <message>
        <source>{n} more: “Open job…” shows them all.</source>
        <translation>还有 {n} 个：“打开作业…”可显示全部。</translation>
    </message>
    <message>
        <source>{d} of {t} admissions scored, interrupted</source>
        <translation>已评分 {d} / {t} 例住院，中断</translation>
    </message>
    <message>
        <source>{d} admissions scored</source>
        <translation>已评分 {d} 例住院</translation>
    </message>
    <message>
        <source>Show results</source>
        <translation>显示结果</translation>
    </message>
    <message>
        <source>Show the results of the job of {w}</source>
        <translation>显示 {w} 作业的结果</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Resume the job of {w}</source>
        <translation>继续 {w} 的作业</translation>
    </message>
    <message>
        <source>Delete this job and its results from this computer</source>
        <translation>从本机删除此作业及其结果</translation>
    </message>
    <message>
        <source>Delete the job of {w}</source>
        <translation>删除 {w} 的作业</translation>
    </message>
</context>
<context>
    <name>LiveCard</name>
    <message>
        <source>First results</source>
        <translation>首批结果</translation>
    </message>
    <message>
        <source>Review &amp;these</source>
        <translation>审阅这些(&amp;T)</translation>
    </message>
    <message>
        <source>Look at what is scored so far while the run goes on</source>
        <translation>在运行继续的同时查看已评分的内容</translation>
    </message>
    <message>
        <source>Latest admissions scored</source>
        <translation>最近评分的住院</translation>
    </message>
    <message>
        <source>No list yet</source>
        <translation>尚无清单</translation>
    </message>
    <message>
        <source>The model is loaded and reads the first admission. Its list appears here as soon as it is scored.</source>
        <translation>正在加载模型并读取第一例住院。评分后，其清单即显示于此。</translation>
    </message>
    <message>
        <source>{n} drugs per admission</source>
        <translation>每例 {n} 种药物</translation>
    </message>
    <message>
        <source>Admission</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>已开具</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>两者皆有</translation>
    </message>
    <message>
        <source>Most probable</source>
        <translation>概率最高</translation>
    </message>
</context>
<context>
    <name>LogViewer</name>
    <message>
        <source>The log cannot be read: {e}.</source>
        <translation>无法读取日志：{e}。</translation>
    </message>
    <message>
        <source>Program log</source>
        <translation>程序日志</translation>
    </message>
    <message>
        <source>What the program did and when: counts, times and kinds of faults. It holds no patient data, no file names and no contents of cells, and is sent to nobody.</source>
        <translation>程序何时做了什么：计数、时间与故障种类。其中没有患者数据、文件名或单元格内容，也不会发送给任何人。</translation>
    </message>
    <message>
        <source>Nothing has been written yet.</source>
        <translation>尚未写入任何内容。</translation>
    </message>
    <message>
        <source>&amp;Refresh</source>
        <translation>刷新(&amp;R)</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>复制(&amp;C)</translation>
    </message>
    <message>
        <source>Open &amp;folder</source>
        <translation>打开文件夹(&amp;F)</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>Lookups</name>
    <message>
        <source>This could not be shown: the process that reads it stopped.</source>
        <translation>无法显示：读取它的进程已停止。</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>文件(&amp;F)</translation>
    </message>
    <message>
        <source>Open &amp;file…</source>
        <translation>打开文件(&amp;F)…</translation>
    </message>
    <message>
        <source>Open fol&amp;der…</source>
        <translation>打开文件夹(&amp;D)…</translation>
    </message>
    <message>
        <source>Open &amp;job…</source>
        <translation>打开作业(&amp;J)…</translation>
    </message>
    <message>
        <source>&amp;Save workbook…</source>
        <translation>保存工作簿(&amp;S)…</translation>
    </message>
    <message>
        <source>Own drug &amp;knowledge…</source>
        <translation>自有药物知识(&amp;K)…</translation>
    </message>
    <message>
        <source>Drug knowledge as shi&amp;pped</source>
        <translation>恢复随附的药物知识(&amp;P)</translation>
    </message>
    <message>
        <source>Delete &amp;local data…</source>
        <translation>删除本地数据(&amp;L)…</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>退出(&amp;Q)</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>视图(&amp;V)</translation>
    </message>
    <message>
        <source>Colours of the s&amp;ystem</source>
        <translation>跟随系统颜色(&amp;Y)</translation>
    </message>
    <message>
        <source>&amp;Light</source>
        <translation>浅色(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;Dark</source>
        <translation>深色(&amp;D)</translation>
    </message>
    <message>
        <source>Langua&amp;ge of the system</source>
        <translation>跟随系统语言(&amp;G)</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Help on this page</source>
        <translation>本页帮助(&amp;H)</translation>
    </message>
    <message>
        <source>&amp;Keyboard shortcuts</source>
        <translation>键盘快捷键(&amp;K)</translation>
    </message>
    <message>
        <source>Program &amp;log</source>
        <translation>程序日志(&amp;L)</translation>
    </message>
    <message>
        <source>&amp;About and licences</source>
        <translation>关于与许可证(&amp;A)</translation>
    </message>
    <message>
        <source>Something went wrong in the program ({p}). What was scored and saved is kept.</source>
        <translation>程序出错（{p}）。已评分并保存的内容均保留。</translation>
    </message>
    <message>
        <source>Exports (*.xlsx *.xlsm *.xls *.xlsb *.ods *.csv *.tsv *.txt *.gz);;Jobs (*.lamo);;All files (*)</source>
        <translation>导出文件 (*.xlsx *.xlsm *.xls *.xlsb *.ods *.csv *.tsv *.txt *.gz);;作业 (*.lamo);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Open an export</source>
        <translation>打开导出文件</translation>
    </message>
    <message>
        <source>Open a folder of tables</source>
        <translation>打开数据表文件夹</translation>
    </message>
    <message>
        <source>Open a job</source>
        <translation>打开作业</translation>
    </message>
    <message>
        <source>Jobs (*.lamo)</source>
        <translation>作业 (*.lamo)</translation>
    </message>
    <message>
        <source>Open a folder with tables of drug knowledge</source>
        <translation>打开药物知识表所在的文件夹</translation>
    </message>
    <message>
        <source>Your own drug knowledge is in use: {tables}</source>
        <translation>正在使用自有药物知识：{tables}</translation>
    </message>
    <message>
        <source>The drug knowledge is as shipped.</source>
        <translation>药物知识已恢复为随附版本。</translation>
    </message>
    <message>
        <source>Delete this job and its results from this computer?</source>
        <translation>从本机删除此作业及其结果？</translation>
    </message>
    <message>
        <source>Discard this run? What was scored is deleted.</source>
        <translation>放弃此次运行？已评分的内容将被删除。</translation>
    </message>
    <message>
        <source>Pause or cancel what is running first, then delete.</source>
        <translation>请先暂停或取消正在进行的任务，再删除。</translation>
    </message>
    <message>
        <source>{n} files were deleted for good.</source>
        <translation>已永久删除 {n} 个文件。</translation>
    </message>
    <message>
        <source>The language changes when the program is started again.</source>
        <translation>重新启动程序后语言生效。</translation>
    </message>
    <message>
        <source>Admissions are being scored. Close all the same? What is scored is saved, and the next start offers to resume the run.</source>
        <translation>正在评分。仍要关闭吗？已评分的内容已保存，下次启动时可继续运行。</translation>
    </message>
    <message>
        <source>A file is being written. Close all the same, without it?</source>
        <translation>正在写入文件。仍要关闭并放弃该文件吗？</translation>
    </message>
    <message>
        <source>Your last marks and comments could not be saved. Close all the same, and lose them?</source>
        <translation>您最近的标记和备注未能保存。仍要关闭并丢失它们吗？</translation>
    </message>
</context>
<context>
    <name>MappingTable</name>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>字段</translation>
    </message>
    <message>
        <source>Column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Sample values</source>
        <translation>示例值</translation>
    </message>
    <message>
        <source>How it was found</source>
        <translation>识别方式</translation>
    </message>
    <message>
        <source>Orders, from the sheet “{s}”</source>
        <translation>医嘱，来自工作表“{s}”</translation>
    </message>
    <message>
        <source>as chosen</source>
        <translation>按您的选择</translation>
    </message>
    <message>
        <source>needed</source>
        <translation>必需</translation>
    </message>
    <message>
        <source>Diagnoses (or a note, or one of its sections)</source>
        <translation>诊断（或病历，或其某一部分）</translation>
    </message>
    <message>
        <source>Which column identifies an admission: {c}?</source>
        <translation>哪一列标识一次住院：{c}？</translation>
    </message>
    <message>
        <source> or </source>
        <translation> 或 </translation>
    </message>
    <message>
        <source>Choose it below.</source>
        <translation>请在下方选择。</translation>
    </message>
    <message>
        <source> and </source>
        <translation>和</translation>
    </message>
    <message>
        <source>A column is still needed for: {w}. Choose it below.</source>
        <translation>仍缺少以下字段的列：{w}。请在下方选择。</translation>
    </message>
</context>
<context>
    <name>MarkBar</name>
    <message>
        <source>Your mark:</source>
        <translation>您的标记：</translation>
    </message>
    <message>
        <source>&amp;Agree</source>
        <translation>同意(&amp;A)</translation>
    </message>
    <message>
        <source>The model&apos;s answer on this drug is right (A)</source>
        <translation>模型对该药物的判断正确 (A)</translation>
    </message>
    <message>
        <source>&amp;Disagree</source>
        <translation>不同意(&amp;D)</translation>
    </message>
    <message>
        <source>The model&apos;s answer on this drug is wrong (D)</source>
        <translation>模型对该药物的判断错误 (D)</translation>
    </message>
    <message>
        <source>&amp;Unsure</source>
        <translation>不确定(&amp;U)</translation>
    </message>
    <message>
        <source>This drug needs a second look (U)</source>
        <translation>该药物需再次审阅 (U)</translation>
    </message>
    <message>
        <source>Comment (F2); saved in the job file</source>
        <translation>备注 (F2)；保存在作业文件中</translation>
    </message>
    <message>
        <source>Comment on the selected drug</source>
        <translation>对所选药物的备注</translation>
    </message>
</context>
<context>
    <name>ModelCard</name>
    <message>
        <source>Model package</source>
        <translation>模型包</translation>
    </message>
    <message>
        <source>Add &amp;package…</source>
        <translation>添加模型包(&amp;P)…</translation>
    </message>
    <message>
        <source>Choose the folder of another model package; it stays in the list</source>
        <translation>选择另一个模型包的文件夹；它会留在列表中</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>Verif&amp;y again</source>
        <translation>重新校验(&amp;Y)</translation>
    </message>
    <message>
        <source>Compare the SHA-256 of every file, base weights included, with the manifest</source>
        <translation>将每个文件（含基础权重）的 SHA-256 与清单比对</translation>
    </message>
    <message>
        <source>Embedded package</source>
        <translation>内置模型包</translation>
    </message>
    <message>
        <source>Choose the folder of a model package</source>
        <translation>选择模型包所在文件夹</translation>
    </message>
    <message>
        <source>not verified yet</source>
        <translation>尚未校验</translation>
    </message>
    <message>
        <source>{a} adapters</source>
        <translation>{a} 个适配器</translation>
    </message>
    <message>
        <source>no adapters</source>
        <translation>无适配器</translation>
    </message>
    <message>
        <source>one adapter</source>
        <translation>1 个适配器</translation>
    </message>
    <message>
        <source>{n} candidate drugs, {a}; reads up to {t} tokens of a patient</source>
        <translation>{n} 种候选药物，{a}；每位患者最多读取 {t} 个词元</translation>
    </message>
    <message>
        <source>Base model {f}; licence {l}</source>
        <translation>基础模型 {f}；许可证 {l}</translation>
    </message>
    <message>
        <source>Made from: {s}</source>
        <translation>来源：{s}</translation>
    </message>
    <message>
        <source>On {n} admissions kept aside: Jaccard {j}, {r} drugs recommended per drug ordered</source>
        <translation>在留出的 {n} 例住院上：Jaccard {j}，每开具 1 种推荐 {r} 种</translation>
    </message>
    <message>
        <source>Limits: knows only its own candidates; check it on your site&apos;s orders before you rely on it.</source>
        <translation>局限：只认识自己的候选药物；使用前请用本院医嘱检验。</translation>
    </message>
    <message>
        <source>not usable</source>
        <translation>不可用</translation>
    </message>
    <message>
        <source>verifying…</source>
        <translation>正在校验…</translation>
    </message>
    <message>
        <source>all files verified</source>
        <translation>全部文件已校验</translation>
    </message>
    <message>
        <source>base weights missing</source>
        <translation>缺少基础权重</translation>
    </message>
    <message>
        <source>altered or incomplete</source>
        <translation>被改动或不完整</translation>
    </message>
</context>
<context>
    <name>ModelsTab</name>
    <message>
        <source>Add a model &amp;package…</source>
        <translation>添加模型包(&amp;P)…</translation>
    </message>
    <message>
        <source>Add a &amp;GGUF file…</source>
        <translation>添加 GGUF 文件(&amp;G)…</translation>
    </message>
    <message>
        <source>Add a saved over&amp;lay…</source>
        <translation>添加已保存的本院文件(&amp;L)…</translation>
    </message>
    <message>
        <source>Figu&amp;re:</source>
        <translation>指标(&amp;R)：</translation>
    </message>
    <message>
        <source>This model minus the other, on the same admissions</source>
        <translation>同一批住院上本模型减去其他模型</translation>
    </message>
    <message>
        <source>Beside this model: {name}</source>
        <translation>与本模型并列：{name}</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove {name} from the comparison</source>
        <translation>从比较中移除 {name}</translation>
    </message>
    <message>
        <source>Choose the folder of a model package</source>
        <translation>选择模型包所在文件夹</translation>
    </message>
    <message>
        <source>Language models (*.gguf)</source>
        <translation>语言模型 (*.gguf)</translation>
    </message>
    <message>
        <source>Choose a GGUF file</source>
        <translation>选择 GGUF 文件</translation>
    </message>
    <message>
        <source>Site overlays (*.json)</source>
        <translation>本院文件 (*.json)</translation>
    </message>
    <message>
        <source>Choose a saved site overlay</source>
        <translation>选择已保存的本院文件</translation>
    </message>
</context>
<context>
    <name>NamesPanel</name>
    <message>
        <source>Unknown drug names</source>
        <translation>未知药名</translation>
    </message>
    <message>
        <source>All drugs known</source>
        <translation>药物均已知</translation>
    </message>
    <message>
        <source>Every order text was mapped to its ingredients.</source>
        <translation>每条医嘱文本都已映射到成分。</translation>
    </message>
    <message>
        <source>Another ingredient</source>
        <translation>其他成分</translation>
    </message>
    <message>
        <source>another ingredient; several with +</source>
        <translation>其他成分；多个用 + 连接</translation>
    </message>
    <message>
        <source>&amp;Use</source>
        <translation>采用(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Not a drug</source>
        <translation>非药物(&amp;N)</translation>
    </message>
    <message>
        <source>&amp;Leave open</source>
        <translation>暂不决定(&amp;L)</translation>
    </message>
    <message>
        <source>Un&amp;do</source>
        <translation>撤销(&amp;D)</translation>
    </message>
    <message>
        <source>&amp;Apply and read again</source>
        <translation>应用并重新读取(&amp;A)</translation>
    </message>
    <message>
        <source>Order text</source>
        <translation>医嘱文本</translation>
    </message>
    <message>
        <source>Rows</source>
        <translation>行数</translation>
    </message>
    <message>
        <source>Nearest known name</source>
        <translation>最接近的已知名称</translation>
    </message>
    <message>
        <source>Decision</source>
        <translation>决定</translation>
    </message>
    <message>
        <source>not a drug</source>
        <translation>非药物</translation>
    </message>
    <message>
        <source>open</source>
        <translation>待定</translation>
    </message>
    <message>
        <source>“{t}”, in {n} order rows, is:</source>
        <translation>“{t}”（{n} 行医嘱）为：</translation>
    </message>
    <message>
        <source>{n} names are selected; each of them is:</source>
        <translation>已选择 {n} 个名称；每一个为：</translation>
    </message>
    <message>
        <source>Select a name to say what it means.</source>
        <translation>选择一个名称以说明其含义。</translation>
    </message>
    <message>
        <source>the name nearest to it</source>
        <translation>与其最接近的名称</translation>
    </message>
    <message>
        <source>▲ Names mistaken for each other: look at the order itself. Also check {n}.</source>
        <translation>▲ 易混淆药名：请查看医嘱原文。另请核对 {n}。</translation>
    </message>
    <message>
        <source>{n} decided. Open the export to use them.</source>
        <translation>已决定 {n} 个。请打开导出文件以使用。</translation>
    </message>
    <message>
        <source>{n} decided, not used yet.</source>
        <translation>已决定 {n} 个，尚未使用。</translation>
    </message>
    <message>
        <source>{n} more order rows name no drug at all.</source>
        <translation>另有 {n} 行医嘱根本没有药名。</translation>
    </message>
    <message>
        <source>Only what you decide here is used.</source>
        <translation>只采用您在此决定的内容。</translation>
    </message>
    <message>
        <source>“{n}” is not an ingredient the program knows: choose one of the list.</source>
        <translation>“{n}”不是程序已知的成分：请从列表中选择。</translation>
    </message>
    <message>
        <source>Pause the run first, then change drug names.</source>
        <translation>请先暂停运行，再更改药名。</translation>
    </message>
</context>
<context>
    <name>OpenedView</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>&amp;Profile:</source>
        <translation>配置(&amp;P)：</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>撤销(&amp;U)</translation>
    </message>
    <message>
        <source>Read the export as it was read before the last change</source>
        <translation>按上次更改之前的方式读取导出文件</translation>
    </message>
    <message>
        <source>Rese&amp;t</source>
        <translation>重置(&amp;T)</translation>
    </message>
    <message>
        <source>Read the export as the program finds it by itself</source>
        <translation>按程序自动识别的方式读取</translation>
    </message>
    <message>
        <source>Sa&amp;ve as profile…</source>
        <translation>另存为配置(&amp;V)…</translation>
    </message>
    <message>
        <source>Keep these columns under a name, for later exports and for colleagues</source>
        <translation>以一个名称保存这些列，供以后的导出与同事使用</translation>
    </message>
    <message>
        <source>Read with the profile “{p}”</source>
        <translation>以配置“{p}”读取</translation>
    </message>
    <message>
        <source>{n} rows</source>
        <translation>{n} 行</translation>
    </message>
    <message>
        <source>As corrected here</source>
        <translation>按此处更正</translation>
    </message>
    <message>
        <source>Please check the column of: {f}. The header is not one the program knows for certain.</source>
        <translation>请核对以下字段的列：{f}。程序不能确定其表头。</translation>
    </message>
    <message>
        <source>No column was taken for: {f}.</source>
        <translation>以下字段没有对应的列：{f}。</translation>
    </message>
    <message>
        <source>{n} tables were found. Not in the folder, so that what it would tell is missing: {t}.</source>
        <translation>找到 {n} 个表。文件夹中没有以下表，因此缺少其内容：{t}。</translation>
    </message>
    <message>
        <source>All {n} tables of this kind of export were found.</source>
        <translation>此类导出的全部 {n} 张表均已找到。</translation>
    </message>
    <message>
        <source>No column was taken for: {f}. Choose one below if the export has it.</source>
        <translation>以下字段没有对应的列：{f}。如果导出文件中有，请在下方选择。</translation>
    </message>
    <message>
        <source>Whole stays are compared with a first-day question: no usable column says when an order starts. Choose it below if the export has it.</source>
        <translation>整个住院期间的医嘱与针对第一天的问题相比较：没有可用的列说明医嘱何时开始。如果导出文件中有该列，请在下面选择。</translation>
    </message>
    <message>
        <source>Every field that is needed has a column. Columns not used: {c}.</source>
        <translation>所需的每个字段都有对应的列。未使用的列：{c}。</translation>
    </message>
    <message>
        <source>Every column was recognised. Change one where it is wrong; the export is then read again.</source>
        <translation>每一列均已识别。如有错误请更改；随后会重新读取导出文件。</translation>
    </message>
    <message>
        <source>Pause the run first, then change how the export is read.</source>
        <translation>请先暂停运行，再更改读取方式。</translation>
    </message>
    <message>
        <source>Save as profile</source>
        <translation>另存为配置</translation>
    </message>
    <message>
        <source>Name of the profile:</source>
        <translation>配置名称：</translation>
    </message>
    <message>
        <source>The profile “{n}” is saved and will be used for the next exports.</source>
        <translation>配置“{n}”已保存，将用于以后的导出。</translation>
    </message>
    <message>
        <source>There is a profile “{n}” already. Replace it?</source>
        <translation>已有配置“{n}”。要替换吗？</translation>
    </message>
    <message>
        <source>Reading again: {s}</source>
        <translation>重新读取：{s}</translation>
    </message>
</context>
<context>
    <name>OverlayNotice</name>
    <message>
        <source>Stop using it</source>
        <translation>停止使用</translation>
    </message>
</context>
<context>
    <name>Pace</name>
    <message>
        <source>{r} admissions per second</source>
        <translation>每秒 {r} 例住院</translation>
    </message>
    <message>
        <source>{t} left</source>
        <translation>剩余 {t}</translation>
    </message>
</context>
<context>
    <name>PolicyBar</name>
    <message>
        <source>Lis&amp;ts:</source>
        <translation>清单(&amp;T)：</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>均衡</translation>
    </message>
    <message>
        <source>Precise</source>
        <translation>精确</translation>
    </message>
    <message>
        <source>shorter</source>
        <translation>更短</translation>
    </message>
    <message>
        <source>about {n} drugs per admission expected</source>
        <translation>预计每次住院约 {n} 种药物</translation>
    </message>
    <message>
        <source>longer</source>
        <translation>更长</translation>
    </message>
    <message>
        <source>About as many as ordered</source>
        <translation>与医嘱数量相近</translation>
    </message>
    <message>
        <source>Threshold shift, from longer lists to shorter ones</source>
        <translation>阈值偏移，从较长清单到较短清单</translation>
    </message>
    <message>
        <source>Threshold shift: added to the threshold of every drug, in logits. Nothing is scored again.</source>
        <translation>阈值偏移：加到每种药物的阈值上，单位为 logit。不会重新评分。</translation>
    </message>
    <message>
        <source>Show withheld</source>
        <translation>显示暂不列入的药</translation>
    </message>
    <message>
        <source>Puts drugs on the lists that a recorded allergy or a contraindication keeps off them.</source>
        <translation>把因过敏记录或禁忌而暂不列入的药放回清单。</translation>
    </message>
    <message>
        <source>fewer than {n} drugs per admission</source>
        <translation>每例少于 {n} 种药物</translation>
    </message>
    <message>
        <source>more than {n} drugs per admission</source>
        <translation>每例多于 {n} 种药物</translation>
    </message>
    <message>
        <source>about {r} drugs per drug ordered, in the model&apos;s own test</source>
        <translation>在模型自身测试中，每开具 1 种推荐约 {r} 种</translation>
    </message>
    <message>
        <source>fewer</source>
        <translation>少于</translation>
    </message>
    <message>
        <source>more</source>
        <translation>多于</translation>
    </message>
    <message>
        <source>{c} than {r} drugs per drug ordered, the model&apos;s own test without the slider</source>
        <translation>每开具 1 种推荐{c} {r} 种（模型自身测试，未计滑块）</translation>
    </message>
    <message>
        <source>{n} drugs per admission</source>
        <translation>每例 {n} 种药物</translation>
    </message>
</context>
<context>
    <name>PrescribingTab</name>
    <message>
        <source>drugs of an admission</source>
        <translation>一次住院的药物数</translation>
    </message>
    <message>
        <source>% of admissions</source>
        <translation>占住院 %</translation>
    </message>
    <message>
        <source>Length of the lists</source>
        <translation>清单长度</translation>
    </message>
    <message>
        <source>ordered by clinicians</source>
        <translation>临床开具</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Drugs per compared admission: candidates ordered, and recommended</source>
        <translation>每例参与比较的住院的药物数：已开具的候选药物与推荐药物</translation>
    </message>
</context>
<context>
    <name>PreviewDialog</name>
    <message>
        <source>In the export</source>
        <translation>在导出文件中</translation>
    </message>
</context>
<context>
    <name>PreviewPane</name>
    <message>
        <source>Tables of the export</source>
        <translation>导出文件的表</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Go to &amp;row</source>
        <translation>转到行(&amp;R)</translation>
    </message>
    <message>
        <source>Go to row</source>
        <translation>转到行</translation>
    </message>
    <message>
        <source>Earlier rows</source>
        <translation>之前的行</translation>
    </message>
    <message>
        <source>Later rows</source>
        <translation>之后的行</translation>
    </message>
    <message>
        <source>Reading the file for the preview …</source>
        <translation>正在读取文件以供预览…</translation>
    </message>
    <message>
        <source>Looking for row {n} …</source>
        <translation>正在查找第 {n} 行…</translation>
    </message>
    <message>
        <source>Rows {a} to {b}</source>
        <translation>第 {a} 至 {b} 行</translation>
    </message>
    <message>
        <source>Rows {a} to {b} of {n}</source>
        <translation>第 {a} 至 {b} 行，共 {n} 行</translation>
    </message>
    <message>
        <source>No rows</source>
        <translation>没有行</translation>
    </message>
    <message>
        <source>The preview was cancelled. The export itself is read on.</source>
        <translation>预览已取消。导出文件本身继续读取。</translation>
    </message>
</context>
<context>
    <name>ProfileChooser</name>
    <message>
        <source>Profile to read with</source>
        <translation>读取所用配置</translation>
    </message>
    <message>
        <source>Detect from the files</source>
        <translation>由文件自动识别</translation>
    </message>
    <message>
        <source>Workbook or CSV, one row per admission</source>
        <translation>工作簿或 CSV，每次住院一行</translation>
    </message>
    <message>
        <source>eICU-CRD tables</source>
        <translation>eICU-CRD 数据表</translation>
    </message>
    <message>
        <source>MIMIC-III tables</source>
        <translation>MIMIC-III 数据表</translation>
    </message>
    <message>
        <source>MIMIC-IV tables</source>
        <translation>MIMIC-IV 数据表</translation>
    </message>
    <message>
        <source>Own profile: {n}</source>
        <translation>自有配置：{n}</translation>
    </message>
</context>
<context>
    <name>ProgressCard</name>
    <message>
        <source>Progress</source>
        <translation>进度</translation>
    </message>
</context>
<context>
    <name>PurgeDialog</name>
    <message>
        <source>Delete local data</source>
        <translation>删除本地数据</translation>
    </message>
    <message>
        <source>What this program keeps on this computer</source>
        <translation>本程序在本机保存的内容</translation>
    </message>
    <message>
        <source>Nothing is kept.</source>
        <translation>没有保存任何内容。</translation>
    </message>
    <message>
        <source>Deleted for good, without a waste basket. Files you exported, and the exports you opened, stay where they are; so do copies in backups of this computer.</source>
        <translation>永久删除，不进回收站。您导出的文件与打开过的导出文件保留原处；本机备份中的副本亦然。</translation>
    </message>
    <message>
        <source>&amp;Delete for good</source>
        <translation>永久删除(&amp;D)</translation>
    </message>
    <message>
        <source>Jobs: admissions, scores, marks (patient data)</source>
        <translation>作业：住院、评分、标记（患者数据）</translation>
    </message>
    <message>
        <source>Log of the program (no patient data)</source>
        <translation>程序日志（无患者数据）</translation>
    </message>
    <message>
        <source>Saved import profiles and confirmed drug names</source>
        <translation>已保存的导入配置与确认的药名</translation>
    </message>
    <message>
        <source>Model weights prepared for this computer (made again when needed)</source>
        <translation>为本机准备的模型权重（需要时会重新生成）</translation>
    </message>
    <message>
        <source>Layout and colours of the window</source>
        <translation>窗口布局与颜色</translation>
    </message>
    <message>
        <source>Other files in the program&apos;s folder</source>
        <translation>程序文件夹中的其他文件</translation>
    </message>
    <message>
        <source>files: {n}, {size}</source>
        <translation>{n} 个文件，{size}</translation>
    </message>
</context>
<context>
    <name>ReadControls</name>
    <message>
        <source>found</source>
        <translation>已找到</translation>
    </message>
    <message>
        <source>left empty</source>
        <translation>留空</translation>
    </message>
    <message>
        <source>&amp;Admissions:</source>
        <translation>住院(&amp;A)：</translation>
    </message>
    <message>
        <source>&amp;Header row:</source>
        <translation>表头行(&amp;H)：</translation>
    </message>
    <message>
        <source>&amp;Orders:</source>
        <translation>医嘱(&amp;O)：</translation>
    </message>
    <message>
        <source>03/0&amp;4/2024 means</source>
        <translation>03/04/2024 表示(&amp;4)</translation>
    </message>
    <message>
        <source>as its header says</source>
        <translation>按表头所示</translation>
    </message>
    <message>
        <source>minutes</source>
        <translation>分钟</translation>
    </message>
    <message>
        <source>hours</source>
        <translation>小时</translation>
    </message>
    <message>
        <source>days</source>
        <translation>天</translation>
    </message>
    <message>
        <source>&amp;Encoding:</source>
        <translation>编码(&amp;E)：</translation>
    </message>
    <message>
        <source>Orders that &amp;count:</source>
        <translation>计入的医嘱(&amp;C)：</translation>
    </message>
    <message>
        <source>Start is given in:</source>
        <translation>开始时间单位：</translation>
    </message>
    <message>
        <source>a day before to a day after admission</source>
        <translation>入院前一天至入院后一天</translation>
    </message>
    <message>
        <source>the first day</source>
        <translation>第一天</translation>
    </message>
    <message>
        <source>a day before to two days after</source>
        <translation>入院前一天至入院后两天</translation>
    </message>
    <message>
        <source>all of the stay</source>
        <translation>整个住院期间</translation>
    </message>
    <message>
        <source>hours {w} from admission</source>
        <translation>距入院 {w} 小时</translation>
    </message>
    <message>
        <source>same table</source>
        <translation>同一张表</translation>
    </message>
</context>
<context>
    <name>ReportTable</name>
    <message>
        <source>Too few admissions to name any.</source>
        <translation>住院例数太少，无法列出。</translation>
    </message>
</context>
<context>
    <name>RetryButton</name>
    <message>
        <source>Try the failed ones again</source>
        <translation>重试失败的住院记录</translation>
    </message>
    <message>
        <source>Score the failed admissions once more, with the settings of the last run</source>
        <translation>按上次运行的设置，对失败的住院记录重新评分</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Review</source>
        <translation>审阅</translation>
    </message>
    <message>
        <source>What the model would put on each list, beside what clinicians ordered.</source>
        <translation>模型的每份推荐清单，与临床医嘱并列。</translation>
    </message>
    <message>
        <source>No results yet</source>
        <translation>尚无结果</translation>
    </message>
    <message>
        <source>Start the run on the Recommend page, or open a job file: every admission then appears here with its list, its orders and its flags.</source>
        <translation>请在推荐页开始运行，或打开作业文件：每次住院连同其清单、医嘱与提示将显示于此。</translation>
    </message>
    <message>
        <source>Go to Recommend</source>
        <translation>前往推荐</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Admissions</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>No admission fits</source>
        <translation>没有符合的住院</translation>
    </message>
    <message>
        <source>Change the search or the choice beside it to see one again.</source>
        <translation>更改搜索或旁边的选项即可再次查看。</translation>
    </message>
    <message>
        <source>Search admission, reason or diagnosis (Ctrl+F)</source>
        <translation>搜索住院、原因或诊断 (Ctrl+F)</translation>
    </message>
    <message>
        <source>Search admissions</source>
        <translation>搜索住院</translation>
    </message>
    <message>
        <source>All admissions</source>
        <translation>全部住院</translation>
    </message>
    <message>
        <source>More recommended than ordered</source>
        <translation>推荐多于医嘱</translation>
    </message>
    <message>
        <source>Fewer recommended than ordered</source>
        <translation>推荐少于医嘱</translation>
    </message>
    <message>
        <source>With safety flags</source>
        <translation>有安全提示</translation>
    </message>
    <message>
        <source>Not scored</source>
        <translation>未评分</translation>
    </message>
    <message>
        <source>With your marks</source>
        <translation>有您的标记</translation>
    </message>
    <message>
        <source>You disagree</source>
        <translation>您不同意</translation>
    </message>
    <message>
        <source>You are unsure</source>
        <translation>您不确定</translation>
    </message>
    <message>
        <source>With your comments</source>
        <translation>有您的备注</translation>
    </message>
    <message>
        <source>Show only</source>
        <translation>仅显示</translation>
    </message>
    <message>
        <source>Undo mark</source>
        <translation>撤销标记</translation>
    </message>
    <message>
        <source>Redo mark</source>
        <translation>重做标记</translation>
    </message>
    <message>
        <source>Your marks are not saved yet: {why} They are kept here; put that right and try again.</source>
        <translation>您的标记尚未保存：{why}标记仍保留在此；请排除问题后重试。</translation>
    </message>
    <message>
        <source>{s} of {n}</source>
        <translation>{s} / {n}</translation>
    </message>
</context>
<context>
    <name>RowsView</name>
    <message>
        <source>Rows of the export</source>
        <translation>导出文件的行</translation>
    </message>
</context>
<context>
    <name>RunPage</name>
    <message>
        <source>Nothing to score yet</source>
        <translation>尚无可评分的内容</translation>
    </message>
    <message>
        <source>Open an export and look at the check of it; then start the run here. Results are saved as they come, so a run can be paused and resumed at any time.</source>
        <translation>请打开导出文件并查看检查结果，然后在此开始运行。结果随时保存，运行可随时暂停与继续。</translation>
    </message>
    <message>
        <source>Go to Import</source>
        <translation>前往导入</translation>
    </message>
    <message>
        <source>&amp;Start</source>
        <translation>开始(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>暂停(&amp;P)</translation>
    </message>
    <message>
        <source>&amp;Cancel run</source>
        <translation>取消运行(&amp;C)</translation>
    </message>
    <message>
        <source>Stop, and ask whether to delete what was scored</source>
        <translation>停止，并询问是否删除已评分的内容</translation>
    </message>
    <message>
        <source>Results are saved after every few admissions. Pausing, closing the window or a power cut loses none of them.</source>
        <translation>每评分数例即保存结果。暂停、关闭窗口或断电均不会丢失。</translation>
    </message>
    <message>
        <source>How to run</source>
        <translation>运行方式</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Processor only</source>
        <translation>仅处理器</translation>
    </message>
    <message>
        <source>Graphics card</source>
        <translation>显卡</translation>
    </message>
    <message>
        <source>All cores</source>
        <translation>全部核心</translation>
    </message>
    <message>
        <source>All admissions</source>
        <translation>全部住院</translation>
    </message>
    <message>
        <source>&amp;Device:</source>
        <translation>设备(&amp;D)：</translation>
    </message>
    <message>
        <source>All drugs</source>
        <translation>全部药物</translation>
    </message>
    <message>
        <source>Choose which drugs the model is asked about, by name or by class</source>
        <translation>按名称或类别选择要询问模型的药物</translation>
    </message>
    <message>
        <source>Recommend</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Every candidate drug is scored for every admission, on this computer.</source>
        <translation>在本机为每次住院的每种候选药物评分。</translation>
    </message>
    <message>
        <source>D&amp;iscard</source>
        <translation>放弃(&amp;I)</translation>
    </message>
    <message>
        <source>Sho&amp;w results</source>
        <translation>显示结果(&amp;W)</translation>
    </message>
    <message>
        <source>Thr&amp;eads:</source>
        <translation>线程(&amp;E)：</translation>
    </message>
    <message>
        <source>&amp;Only the first:</source>
        <translation>仅前(&amp;O)：</translation>
    </message>
    <message>
        <source>Ca&amp;ndidates:</source>
        <translation>候选药物(&amp;N)：</translation>
    </message>
    <message>
        <source>{n} of {t} drugs…</source>
        <translation>{n} / {t} 种药物…</translation>
    </message>
    <message>
        <source>All {t} drugs…</source>
        <translation>全部 {t} 种药物…</translation>
    </message>
    <message>
        <source>{n} drugs, {m} of them not trained on…</source>
        <translation>{n} 种药物，其中 {m} 种未训练过…</translation>
    </message>
    <message>
        <source>{w}. It can be changed at any time; nothing is scored again.</source>
        <translation>{w}。可随时更改；不会重新评分。</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>{d} of {t} admissions are scored.</source>
        <translation>已评分 {d} / {t} 例住院。</translation>
    </message>
    <message>
        <source>&amp;Resume</source>
        <translation>继续(&amp;R)</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>{d} admissions are scored, {f} failed.</source>
        <translation>已评分 {d} 例住院，{f} 例失败。</translation>
    </message>
    <message>
        <source>&amp;Start again</source>
        <translation>重新开始(&amp;S)</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>The first {n} of {t} admissions will be scored.</source>
        <translation>将对 {t} 次住院中的前 {n} 次评分。</translation>
    </message>
    <message>
        <source>1 admission will be scored.</source>
        <translation>将对 1 次住院评分。</translation>
    </message>
    <message>
        <source>{n} admissions will be scored.</source>
        <translation>将评分 {n} 例住院。</translation>
    </message>
    <message>
        <source>No graphics card can be used: this installation&apos;s engine was built for the processor only, or finds no card. The run uses the processor, with the same results.</source>
        <translation>无法使用显卡：本次安装的引擎仅支持处理器，或未找到显卡。运行将使用处理器，结果相同。</translation>
    </message>
    <message>
        <source>The last run used: {e}</source>
        <translation>上次运行使用：{e}</translation>
    </message>
    <message>
        <source>A few admissions give a first look in seconds; the scores of the others do not depend on it.</source>
        <translation>先评分几例可在数秒内初步了解；其余评分不受影响。</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>Reading the export</source>
        <translation>读取导出文件</translation>
    </message>
    <message>
        <source>Loading the model</source>
        <translation>加载模型</translation>
    </message>
    <message>
        <source>Scoring</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>Writing the results</source>
        <translation>写入结果</translation>
    </message>
    <message>
        <source>{d} of {t}</source>
        <translation>{d} / {t}</translation>
    </message>
    <message>
        <source>{r} admissions per second</source>
        <translation>每秒 {r} 例住院</translation>
    </message>
    <message>
        <source>{t} left</source>
        <translation>剩余 {t}</translation>
    </message>
    <message>
        <source>{f} failed</source>
        <translation>{f} 例失败</translation>
    </message>
</context>
<context>
    <name>ScoringProcess</name>
    <message>
        <source>The scoring process ended unexpectedly; everything scored so far is kept. Press Resume.</source>
        <translation>评分进程意外结束；已评分的内容均保留。请按“继续”。</translation>
    </message>
    <message>
        <source>The scoring program could not be started; reinstall the program.</source>
        <translation>无法启动评分程序；请重新安装本程序。</translation>
    </message>
</context>
<context>
    <name>SearchedTable</name>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Search in {name}</source>
        <translation>在“{name}”中搜索</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>种类</translation>
    </message>
    <message>
        <source>All kinds</source>
        <translation>全部种类</translation>
    </message>
</context>
<context>
    <name>Session</name>
    <message>
        <source>Pause the run first, then open another export.</source>
        <translation>请先暂停运行，再打开其他导出文件。</translation>
    </message>
    <message>
        <source>Results could not be saved: the folder {f} cannot be written to. Make it writable, then start.</source>
        <translation>无法保存结果：文件夹 {f} 不可写。请将其设为可写，然后再开始。</translation>
    </message>
    <message>
        <source>Pause the run first, then open another job.</source>
        <translation>请先暂停运行，再打开其他作业。</translation>
    </message>
    <message>
        <source>The site overlay was made for another model and is not used.</source>
        <translation>该本院文件是为另一模型制作的，未使用。</translation>
    </message>
    <message>
        <source>The site overlay in use was not used when this job was run: lists and figures here are others than in its workbook. Stop using it under Validate, Adapt.</source>
        <translation>运行本任务时未使用现在的本院文件：此处的清单和数字与其工作簿不同。可在“验证”页的“适应本院”中停用。</translation>
    </message>
    <message>
        <source>Reading was cancelled; what was open before stays open.</source>
        <translation>已取消读取；之前打开的内容保持打开。</translation>
    </message>
    <message>
        <source>Reading was cancelled; nothing was kept.</source>
        <translation>读取已取消；未保留任何内容。</translation>
    </message>
    <message>
        <source>This job was run with the site overlay {name}, which is not in use: lists and figures here are others than in its workbook. Open it under Validate, Adapt.</source>
        <translation>本任务是用本院文件 {name} 运行的，现在未使用该文件：此处的清单和数字与其工作簿不同。请在“验证”页的“适应本院”中打开它。</translation>
    </message>
    <message>
        <source>Reading again was cancelled; the export stays as it was read before.</source>
        <translation>重新读取已取消；导出保持先前读取的状态。</translation>
    </message>
    <message>
        <source>The run is paused. Everything scored so far is kept.</source>
        <translation>运行已暂停。已评分的内容均保留。</translation>
    </message>
    <message>
        <source>The run was stopped before it scored anything.</source>
        <translation>运行在评分之前已停止。</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard shortcuts</source>
        <translation>键盘快捷键</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>按键</translation>
    </message>
    <message>
        <source>What it does</source>
        <translation>作用</translation>
    </message>
    <message>
        <source>Everything can be done without a mouse. Underlined letters work with Alt.</source>
        <translation>所有操作均可不用鼠标。带下划线的字母与 Alt 组合使用。</translation>
    </message>
    <message>
        <source>To the next or previous control</source>
        <translation>到下一个或上一个控件</translation>
    </message>
    <message>
        <source>Space</source>
        <translation>空格</translation>
    </message>
    <message>
        <source>Press the button or tick the box that has the focus</source>
        <translation>按下有焦点的按钮或勾选框</translation>
    </message>
    <message>
        <source>Move in a table</source>
        <translation>在表格中移动</translation>
    </message>
    <message>
        <source>Copy the selected rows of a table</source>
        <translation>复制表格中选中的行</translation>
    </message>
    <message>
        <source>Shift the thresholds: on the slider, or in the curves of Validate</source>
        <translation>调整阈值：用滑块，或在“验证”的曲线中</translation>
    </message>
    <message>
        <source>To the next tab of a page</source>
        <translation>到页面的下一个标签</translation>
    </message>
    <message>
        <source>Review: search the admissions</source>
        <translation>审阅：搜索住院</translation>
    </message>
    <message>
        <source>Review: agree, disagree or unsure about the selected drugs; Delete takes it back</source>
        <translation>审阅：对所选药物同意、不同意或不确定；Delete 键收回</translation>
    </message>
    <message>
        <source>Review: comment on the selected drugs</source>
        <translation>审阅：为所选药物添加备注</translation>
    </message>
    <message>
        <source>Review: ask why, or score the edited context</source>
        <translation>审阅：询问原因，或对编辑后的上下文评分</translation>
    </message>
    <message>
        <source>Review: take the last mark back</source>
        <translation>审阅：收回上一个标记</translation>
    </message>
    <message>
        <source>Close a dialog</source>
        <translation>关闭对话框</translation>
    </message>
</context>
<context>
    <name>SiteTab</name>
    <message>
        <source>&amp;Adapt to this hospital</source>
        <translation>适应本院(&amp;A)</translation>
    </message>
    <message>
        <source>Name of the hospital or ward</source>
        <translation>医院或病区名称</translation>
    </message>
    <message>
        <source>&amp;Use it</source>
        <translation>使用(&amp;U)</translation>
    </message>
    <message>
        <source>&amp;Keep the earlier one</source>
        <translation>保留先前的(&amp;K)</translation>
    </message>
    <message>
        <source>&amp;Open a saved one…</source>
        <translation>打开已保存的(&amp;O)…</translation>
    </message>
    <message>
        <source>&amp;Save…</source>
        <translation>保存(&amp;S)…</translation>
    </message>
    <message>
        <source>Stop usin&amp;g it</source>
        <translation>停止使用(&amp;G)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>&amp;Adapt again</source>
        <translation>再次适应(&amp;A)</translation>
    </message>
    <message>
        <source>&amp;Use the new one</source>
        <translation>使用新的(&amp;U)</translation>
    </message>
    <message>
        <source>Learned, not in use yet.</source>
        <translation>已学得，尚未使用。</translation>
    </message>
    <message>
        <source>Learned again, not in use yet: the earlier overlay still is.</source>
        <translation>已重新学得，尚未使用：仍在使用先前的本院文件。</translation>
    </message>
    <message>
        <source>Not in use. The program can learn from these orders what this hospital does differently; it shows first what that brings on patients that it did not learn from. Nothing is scored again.</source>
        <translation>未使用。程序可以从这些医嘱中学习本院的不同之处；先显示在未用于学习的患者上的效果。无需重新评分。</translation>
    </message>
    <message>
        <source>ratio of odds (logarithmic)</source>
        <translation>比值比（对数）</translation>
    </message>
    <message>
        <source>Learning, and trying it on held-out patients</source>
        <translation>正在学习，并在留出的患者上检验</translation>
    </message>
    <message>
        <source>Site overlays (*.json)</source>
        <translation>本院文件 (*.json)</translation>
    </message>
    <message>
        <source>Choose a saved site overlay</source>
        <translation>选择已保存的本院文件</translation>
    </message>
    <message>
        <source>Save the site overlay</source>
        <translation>保存本院文件</translation>
    </message>
    <message>
        <source>{name} was saved. It holds sums over admissions: keep it as you keep patient data.</source>
        <translation>已保存 {name}。其中是住院的汇总数据：请像患者数据一样保管。</translation>
    </message>
</context>
<context>
    <name>StepButton</name>
    <message>
        <source>not possible yet</source>
        <translation>尚不可用</translation>
    </message>
    <message>
        <source>ready</source>
        <translation>就绪</translation>
    </message>
    <message>
        <source>running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>needs attention</source>
        <translation>需要注意</translation>
    </message>
</context>
<context>
    <name>SummaryTab</name>
    <message>
        <source>recommended / ordered</source>
        <translation>推荐 / 医嘱</translation>
    </message>
    <message>
        <source>Jaccard, mean of admissions</source>
        <translation>Jaccard，住院平均</translation>
    </message>
    <message>
        <source>F1, mean of admissions</source>
        <translation>F1，住院平均</translation>
    </message>
    <message>
        <source>PRAUC, mean of admissions</source>
        <translation>PRAUC，住院平均</translation>
    </message>
    <message>
        <source>calibration slope (1 is right)</source>
        <translation>校准斜率（1 为理想）</translation>
    </message>
    <message>
        <source>Does the model hold here?</source>
        <translation>模型在本院成立吗？</translation>
    </message>
    <message>
        <source>{n} admissions of {p} patients with {o} orders of candidate drugs. Ranges are 95 % intervals from resampling patients.</source>
        <translation>{p} 位患者的 {n} 例住院，共 {o} 条候选药物医嘱。范围为按患者重抽样得到的 95 % 区间。</translation>
    </message>
</context>
<context>
    <name>Table</name>
    <message>
        <source>Copy rows</source>
        <translation>复制行</translation>
    </message>
</context>
<context>
    <name>TablesTab</name>
    <message>
        <source>Sho&amp;w:</source>
        <translation>显示(&amp;W)：</translation>
    </message>
</context>
<context>
    <name>ThresholdTab</name>
    <message>
        <source>recommended / ordered</source>
        <translation>推荐 / 医嘱</translation>
    </message>
    <message>
        <source>share</source>
        <translation>比例</translation>
    </message>
    <message>
        <source>Drugs recommended per drug ordered</source>
        <translation>每开具 1 种药物的推荐数</translation>
    </message>
    <message>
        <source>Agreement with the orders (mean of admissions)</source>
        <translation>与医嘱的一致性（住院平均）</translation>
    </message>
    <message>
        <source>longer lists  ←  threshold shift (logits)  →  shorter lists</source>
        <translation>清单更长  ←  阈值偏移（logit）  →  清单更短</translation>
    </message>
    <message>
        <source>Click into a curve, or use the arrow keys, to shift the thresholds. Bands are 95 % intervals.</source>
        <translation>点击曲线或用方向键来调整阈值。色带为 95 % 区间。</translation>
    </message>
    <message>
        <source>as many as ordered</source>
        <translation>与医嘱等量</translation>
    </message>
    <message>
        <source>Drugs recommended per drug ordered by list length</source>
        <translation>不同清单长度下每开具 1 种药物的推荐数</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>Precision, recall and Jaccard by list length</source>
        <translation>不同清单长度下的精确率、召回率与 Jaccard</translation>
    </message>
    <message>
        <source>Near this shift: {n} drugs per compared admission · ratio {r} · precision {p} · recall {c} · Jaccard {j}</source>
        <translation>在此偏移附近：每例参与比较的住院 {n} 种药物 · 比值 {r} · 精确率 {p} · 召回率 {c} · Jaccard {j}</translation>
    </message>
</context>
<context>
    <name>ValidatePage</name>
    <message>
        <source>Validate</source>
        <translation>验证</translation>
    </message>
    <message>
        <source>How the lists agree with what clinicians ordered. Orders are what was done, not what was right.</source>
        <translation>清单与临床医嘱的一致程度。医嘱是实际所做，未必正确。</translation>
    </message>
    <message>
        <source>&amp;Compare again</source>
        <translation>重新比较(&amp;C)</translation>
    </message>
    <message>
        <source>Nothing to compare yet</source>
        <translation>尚无可比较的内容</translation>
    </message>
    <message>
        <source>This page needs scored admissions and an export that says what clinicians ordered.</source>
        <translation>本页需要已评分的住院，以及包含临床医嘱的导出文件。</translation>
    </message>
    <message>
        <source>Go to Recommend</source>
        <translation>前往推荐</translation>
    </message>
    <message>
        <source>Ready to compare</source>
        <translation>可以比较</translation>
    </message>
    <message>
        <source>Agreement, calibration and subgroups, each with a 95 % interval from resampling patients. This takes from seconds to a few minutes; the window stays free.</source>
        <translation>一致性、校准与亚组，均带按患者重抽样的 95 % 区间。需数秒至数分钟；窗口保持可用。</translation>
    </message>
    <message>
        <source>Compare with the orders</source>
        <translation>与医嘱比较</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Adapt</source>
        <translation>适应本院</translation>
    </message>
    <message>
        <source>{n} of these {m} admissions are of patients that the overlay in use was learned from: figures here are too favourable. What it brings on others stands under Adapt.</source>
        <translation>这 {m} 次住院中有 {n} 次的患者曾用于学习当前文件：此处数字偏好。对其他患者的效果见“适应本院”。</translation>
    </message>
    <message>
        <source>Summary</source>
        <translation>摘要</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>Over and under</source>
        <translation>多与少</translation>
    </message>
    <message>
        <source>Drugs</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Groups</source>
        <translation>亚组</translation>
    </message>
    <message>
        <source>Models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>All tables</source>
        <translation>全部表格</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <source>The lists or models have changed since; compare again to bring this up to date.</source>
        <translation>此后清单或模型已更改；请重新比较以更新。</translation>
    </message>
</context>
<context>
    <name>WhatIfPanel</name>
    <message>
        <source>&amp;Score again</source>
        <translation>重新评分(&amp;S)</translation>
    </message>
    <message>
        <source>Score the edited context (Ctrl+Return)</source>
        <translation>对编辑后的上下文评分 (Ctrl+Return)</translation>
    </message>
    <message>
        <source>As it &amp;was</source>
        <translation>恢复原样(&amp;W)</translation>
    </message>
    <message>
        <source>Back to the context of the job</source>
        <translation>恢复作业中的上下文</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>Probabilities before and after</source>
        <translation>前后的概率</translation>
    </message>
    <message>
        <source>Hypothetical: edit the context at the left, then score again. The job is not changed.</source>
        <translation>假设：在左侧编辑上下文，然后重新评分。作业不会更改。</translation>
    </message>
    <message>
        <source>Hypothetical, and edited since: score again.</source>
        <translation>假设；此后又有编辑：请重新评分。</translation>
    </message>
    <message>
        <source>Hypothetical: asking the model…</source>
        <translation>假设：正在询问模型…</translation>
    </message>
    <message>
        <source>added</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>dropped</source>
        <translation>去除</translation>
    </message>
    <message>
        <source>stays</source>
        <translation>不变</translation>
    </message>
    <message>
        <source>Drug</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>Job</source>
        <translation>作业</translation>
    </message>
    <message>
        <source>Probability in the job</source>
        <translation>作业中的概率</translation>
    </message>
    <message>
        <source>Edited</source>
        <translation>编辑后</translation>
    </message>
    <message>
        <source>Probability with the edited context</source>
        <translation>编辑后上下文的概率</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>Percentage points</source>
        <translation>百分点</translation>
    </message>
    <message>
        <source>List</source>
        <translation>清单</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Hypothetical, not saved: {n} drugs on the list instead of {m}; {a} added, {d} dropped.</source>
        <translation>假设，未保存：清单上 {n} 种药物（原 {m} 种）；新增 {a}，去除 {d}。</translation>
    </message>
</context>
<context>
    <name>WhyPanel</name>
    <message>
        <source>&amp;Every entry and sentence</source>
        <translation>逐条逐句(&amp;E)</translation>
    </message>
    <message>
        <source>Also leaves out each diagnosis, drug and sentence by itself; takes longer</source>
        <translation>还会逐一去除每项诊断、药物与句子；耗时更长</translation>
    </message>
    <message>
        <source>A&amp;sk why</source>
        <translation>询问原因(&amp;S)</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>取消(&amp;C)</translation>
    </message>
    <message>
        <source>What drug knowledge says</source>
        <translation>药物知识的说明</translation>
    </message>
    <message>
        <source>Asking the model</source>
        <translation>正在询问模型</translation>
    </message>
    <message>
        <source>What carries the recommendation</source>
        <translation>推荐的依据</translation>
    </message>
    <message>
        <source>Not asked yet</source>
        <translation>尚未询问</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>正在加载模型…</translation>
    </message>
    <message>
        <source>Which parts of the context carry {drug}?</source>
        <translation>上下文的哪些部分支持 {drug}？</translation>
    </message>
    <message>
        <source>Select a candidate drug first.</source>
        <translation>请先选择一种候选药物。</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>去除的部分</translation>
    </message>
    <message>
        <source>Without it</source>
        <translation>去除后</translation>
    </message>
    <message>
        <source>Carries</source>
        <translation>贡献</translation>
    </message>
    <message>
        <source>Percentage points that the probability loses without it; below 0 it speaks against the drug</source>
        <translation>去除后概率降低的百分点；小于 0 表示不支持该药物</translation>
    </message>
    <message>
        <source>Each part of the prompt is left out in turn and the drug is scored again by the model. Nothing of the job is changed.</source>
        <translation>依次去除提示中的每一部分，再由模型对该药物评分。作业不会更改。</translation>
    </message>
    <message>
        <source>Given for {use}; the patient has: {entry}</source>
        <translation>用于 {use}；该患者有：{entry}</translation>
    </message>
    <message>
        <source>Given for {use}; in the past history: {entry}</source>
        <translation>用于 {use}；既往史中有：{entry}</translation>
    </message>
    <message>
        <source>On the home medication list: {entry}</source>
        <translation>在居家用药清单中：{entry}</translation>
    </message>
    <message>
        <source>Given in the previous stay: {entry}</source>
        <translation>上次住院时使用过：{entry}</translation>
    </message>
    <message>
        <source>Against it, a recorded allergy: {entry}</source>
        <translation>不支持使用：有过敏记录：{entry}</translation>
    </message>
    <message>
        <source>Finding: {finding} ({odds} times the odds)</source>
        <translation>检查结果：{finding}（比值的 {odds} 倍）</translation>
    </message>
    <message>
        <source>Learned here: ordered {odds} times as readily as elsewhere</source>
        <translation>本院学得：开立的比值是别处的 {odds} 倍</translation>
    </message>
    <message>
        <source>Learned here: {name} ({odds} times the odds)</source>
        <translation>本院学得：{name}（比值的 {odds} 倍）</translation>
    </message>
    <message>
        <source>Learned here: at {name} ({odds} times the odds)</source>
        <translation>本院学得：在 {name}（比值的 {odds} 倍）</translation>
    </message>
    <message>
        <source>Learned here: from the patient&apos;s earlier medications ({odds} times the odds)</source>
        <translation>本院学得：来自患者以前的用药（比值的 {odds} 倍）</translation>
    </message>
    <message>
        <source>{p} with the whole context</source>
        <translation>完整上下文时为 {p}</translation>
    </message>
    <message>
        <source>{p} with none of it</source>
        <translation>完全没有时为 {p}</translation>
    </message>
    <message>
        <source>Parts can say the same twice or matter only together, so the bars do not add up. A bar tells what the model reacts to, not what is right.</source>
        <translation>各部分可能重复表达，或只有合在一起才起作用，因此条形不能相加。条形表示模型对什么有反应，而不是什么正确。</translation>
    </message>
</context>
<context>
    <name>admissionlist</name>
    <message>
        <source>Every drug ordered, candidate of the model or not</source>
        <translation>所有已开具的药物，无论是否为模型的候选药物</translation>
    </message>
    <message>
        <source>female</source>
        <translation>女</translation>
    </message>
    <message>
        <source>male</source>
        <translation>男</translation>
    </message>
    <message>
        <source>Admission</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>over 89</source>
        <translation>89 岁以上</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>Recommended</source>
        <translation>推荐</translation>
    </message>
    <message>
        <source>Drugs on the list</source>
        <translation>清单上的药物</translation>
    </message>
    <message>
        <source>Allergies, conditions, interactions and duplicate classes, each finding once</source>
        <translation>过敏、病情、相互作用和同类重复，每项只提示一次</translation>
    </message>
    <message>
        <source>Both, out of all candidates recommended or ordered</source>
        <translation>两者皆有，占所有被推荐或开具的候选药物的比例</translation>
    </message>
    <message>
        <source>Ordered</source>
        <translation>已开具</translation>
    </message>
    <message>
        <source>Both</source>
        <translation>两者皆有</translation>
    </message>
    <message>
        <source>Recommended and ordered</source>
        <translation>既推荐又开具</translation>
    </message>
    <message>
        <source>Jaccard</source>
        <translation>Jaccard</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Marks</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Drugs you have marked or commented on</source>
        <translation>您标记或备注过的药物</translation>
    </message>
</context>
<context>
    <name>book</name>
    <message>
        <source>Mark</source>
        <translation>标记</translation>
    </message>
</context>
<context>
    <name>coverage</name>
    <message>
        <source>Age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>Reason for admission</source>
        <translation>入院原因</translation>
    </message>
    <message>
        <source>Diagnoses</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Past history</source>
        <translation>既往史</translation>
    </message>
    <message>
        <source>Medications before admission</source>
        <translation>院前用药</translation>
    </message>
    <message>
        <source>Allergies</source>
        <translation>过敏</translation>
    </message>
    <message>
        <source>Sections of a note</source>
        <translation>病历分段</translation>
    </message>
    <message>
        <source>A previous stay</source>
        <translation>既往住院</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>医嘱</translation>
    </message>
    <message>
        <source>Home medications with a known ingredient</source>
        <translation>成分已知的院前用药</translation>
    </message>
    <message>
        <source>Ordered drugs with a known ingredient</source>
        <translation>成分已知的医嘱药物</translation>
    </message>
    <message>
        <source>Ordered drugs that the model can recommend</source>
        <translation>模型可推荐的医嘱药物</translation>
    </message>
    <message>
        <source>Open the export to see what is known of its admissions.</source>
        <translation>请打开导出文件以查看其住院的已知信息。</translation>
    </message>
    <message>
        <source>Admissions that have</source>
        <translation>具备的住院</translation>
    </message>
    <message>
        <source>Entries</source>
        <translation>条目</translation>
    </message>
    <message>
        <source>{n} ordered drugs have an unknown name: they count neither as agreement nor as disagreement.</source>
        <translation>{n} 条医嘱药物名称未知：既不计为一致，也不计为不一致。</translation>
    </message>
    <message>
        <source>{n} orders are of {k} drugs that the model has never seen and cannot recommend (it knows {c}), most often: {names}.</source>
        <translation>{n} 条医嘱属于模型从未见过、无法推荐的 {k} 种药物（模型认识 {c} 种），最常见：{names}。</translation>
    </message>
    <message>
        <source>About {n} of the first {m} admissions tell more than the model can read: their text will be cut.</source>
        <translation>前 {m} 例住院中约有 {n} 例的内容超出模型可读长度：其文本将被截断。</translation>
    </message>
</context>
<context>
    <name>fields</name>
    <message>
        <source>Admission</source>
        <translation>住院</translation>
    </message>
    <message>
        <source>Patient</source>
        <translation>患者</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>Date of birth</source>
        <translation>出生日期</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>Admission date</source>
        <translation>入院日期</translation>
    </message>
    <message>
        <source>Discharge date</source>
        <translation>出院日期</translation>
    </message>
    <message>
        <source>Reason for admission</source>
        <translation>入院原因</translation>
    </message>
    <message>
        <source>Diagnoses</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>Procedures</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Past medical history</source>
        <translation>既往病史</translation>
    </message>
    <message>
        <source>Allergies</source>
        <translation>过敏</translation>
    </message>
    <message>
        <source>Reaction to an allergen</source>
        <translation>对过敏原的反应</translation>
    </message>
    <message>
        <source>Medications on admission</source>
        <translation>入院用药</translation>
    </message>
    <message>
        <source>History of present illness</source>
        <translation>现病史</translation>
    </message>
    <message>
        <source>Clinical note</source>
        <translation>病历文书</translation>
    </message>
    <message>
        <source>Orders</source>
        <translation>医嘱</translation>
    </message>
    <message>
        <source>Drug ordered</source>
        <translation>医嘱药物</translation>
    </message>
    <message>
        <source>Start of the order</source>
        <translation>医嘱开始时间</translation>
    </message>
    <message>
        <source>End of the order</source>
        <translation>医嘱结束时间</translation>
    </message>
    <message>
        <source>Status of the order</source>
        <translation>医嘱状态</translation>
    </message>
    <message>
        <source>Subgroup</source>
        <translation>亚组</translation>
    </message>
    <message>
        <source>Time of day</source>
        <translation>时刻</translation>
    </message>
    <message>
        <source>Finding</source>
        <translation>检查结果</translation>
    </message>
    <message>
        <source>The number of the stay. Leading zeros count.</source>
        <translation>住院号。前导零有效。</translation>
    </message>
    <message>
        <source>Links the stays of one patient. A record number is replaced by running numbers.</source>
        <translation>关联同一患者的各次住院。病案号会替换为流水号。</translation>
    </message>
    <message>
        <source>For example 67, 67y, &gt;89, 18 months.</source>
        <translation>例如 67、67y、&gt;89、18 months。</translation>
    </message>
    <message>
        <source>Only to work out the age at the admission date.</source>
        <translation>仅用于推算入院时的年龄。</translation>
    </message>
    <message>
        <source>For example F, Female, male, 女. Anything else is left empty and listed.</source>
        <translation>例如 F、Female、male、女。其他写法留空并列出。</translation>
    </message>
    <message>
        <source>Puts the stays of a patient in order of time.</source>
        <translation>将患者的各次住院按时间排序。</translation>
    </message>
    <message>
        <source>Recognised so that it is not taken for something else; not used.</source>
        <translation>识别以免误作他用；不使用。</translation>
    </message>
    <message>
        <source>Why the patient was admitted, one line.</source>
        <translation>入院原因，一行。</translation>
    </message>
    <message>
        <source>Codes or texts; several columns can hold them.</source>
        <translation>编码或文本；可分布于多列。</translation>
    </message>
    <message>
        <source>A list of illnesses, or the section of a note.</source>
        <translation>疾病列表，或病历中的相应段落。</translation>
    </message>
    <message>
        <source>Shown beside each recommended drug it concerns.</source>
        <translation>显示在相关的推荐药物旁。</translation>
    </message>
    <message>
        <source>Beside a column of allergies: nausea and the like make a note of what would be withheld.</source>
        <translation>与过敏列并列：恶心等不良反应只作提示，而不会使药物被暂不列入。</translation>
    </message>
    <message>
        <source>What the patient took at home.</source>
        <translation>患者在家服用的药物。</translation>
    </message>
    <message>
        <source>The section of a note in a column of its own.</source>
        <translation>单独成列的病历段落。</translation>
    </message>
    <message>
        <source>Only what was known at admission is used: hospital course and discharge sections are cut.</source>
        <translation>仅使用入院时已知的内容：住院经过与出院部分会被删去。</translation>
    </message>
    <message>
        <source>What clinicians ordered, for validation only; the model never sees it.</source>
        <translation>临床开具的医嘱，仅用于验证；模型看不到。</translation>
    </message>
    <message>
        <source>One drug in each row of the sheet with orders.</source>
        <translation>医嘱工作表中每行一种药物。</translation>
    </message>
    <message>
        <source>Only orders of the first day are compared: a time, a date, or minutes or hours from admission.</source>
        <translation>只比较第一天的医嘱：时间、日期，或距入院的分钟数或小时数。</translation>
    </message>
    <message>
        <source>Flags on pairs of orders look at those active at the same time. An order without an end goes on.</source>
        <translation>针对成对医嘱的提示只看同一时间有效的医嘱。没有结束时间的医嘱视为持续有效。</translation>
    </message>
    <message>
        <source>Cancelled orders do not count; stopped ones do.</source>
        <translation>已取消或作废的医嘱不计入；已停止的计入。</translation>
    </message>
    <message>
        <source>known header</source>
        <translation>已知表头</translation>
    </message>
    <message>
        <source>understood header</source>
        <translation>由词义识别的表头</translation>
    </message>
    <message>
        <source>likely; please check</source>
        <translation>很可能；请核对</translation>
    </message>
    <message>
        <source>uncertain; please check</source>
        <translation>不确定；请核对</translation>
    </message>
</context>
<context>
    <name>help</name>
    <message>
        <source>What to open</source>
        <translation>打开什么</translation>
    </message>
    <message>
        <source>A workbook or CSV file with one row per admission, or a folder of eICU or MIMIC tables. Drop it anywhere on the window, or press Ctrl+O for a file and Ctrl+Shift+O for a folder. Nothing is changed in it and nothing leaves this computer.</source>
        <translation>每次住院一行的工作簿或 CSV 文件，或 eICU、MIMIC 数据表的文件夹。可拖放到窗口任意处，或按 Ctrl+O 打开文件、Ctrl+Shift+O 打开文件夹。其内容不会更改，也不离开本机。</translation>
    </message>
    <message>
        <source>Columns</source>
        <translation>列</translation>
    </message>
    <message>
        <source>The table says which column was taken for which field, with sample values and how it was recognised. Choose another column where it is wrong; the export is then read again and you can go on working. Fields that several columns hold have a list with ticks: open it, tick with Space, close with Enter. Undo goes back one change, Reset to what the program finds by itself.</source>
        <translation>表格显示每个字段取自哪一列、示例值以及识别方式。如有错误请改选其他列；导出会重新读取，您可继续工作。可由多列构成的字段带勾选列表：打开后用空格勾选，回车关闭。“撤销”退回一步，“重置”恢复为程序自动识别的结果。</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Below are the rows as they stand in the file, the header row marked, and above each column what it is used for. If another row is the header, type its number beside “Header row”.</source>
        <translation>下方为文件中的原始行，表头行已标出，每列上方注明其用途。如果表头是另一行，请在“表头行”旁输入其行号。</translation>
    </message>
    <message>
        <source>Profiles</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>“Save as profile” keeps the columns under a name. It is used for the next exports, can be chosen under “Read as”, and holds headers only, so it can be sent to a colleague.</source>
        <translation>“另存为配置”以一个名称保存这些列。它会用于以后的导出，可在“读取方式”中选择；其中只有表头，可发送给同事。</translation>
    </message>
    <message>
        <source>The funnel</source>
        <translation>漏斗</translation>
    </message>
    <message>
        <source>How many admissions each criterion leaves, and between two bars how many left and why.</source>
        <translation>每项标准之后剩余多少例住院，两条之间为排除的例数及原因。</translation>
    </message>
    <message>
        <source>Problems and rows set aside</source>
        <translation>问题与搁置的行</translation>
    </message>
    <message>
        <source>Each line names the sheet or table, the cell or row and what was expected. A double click or Enter shows the place in the export. A question waits for your answer and leaves something empty until then; a warning is a cell that could not be used; a note says how the file was read.</source>
        <translation>每行指明工作表或表、单元格或行，以及应有的内容。双击或回车可在导出文件中显示该处。“疑问”等待您的回答，在此之前留空；“警告”是无法使用的单元格；“说明”表示文件的读取方式。</translation>
    </message>
    <message>
        <source>Unknown names</source>
        <translation>未知药名</translation>
    </message>
    <message>
        <source>Order texts without a known ingredient are counted, never guessed. Select one and say what it means: a suggestion (Enter takes the nearest), another ingredient, or no drug at all. ▲ marks names that are mistaken for each other: look at the order itself. “Apply” keeps your decisions for every later export and reads this one again; Undo takes them back.</source>
        <translation>没有已知成分的医嘱文本只计数，不猜测。选择一条并说明其含义：建议项（回车采用最接近者）、其他成分或非药物。▲ 标出易混淆的名称：请查看医嘱原文。“应用”会为以后的导出保存您的决定并重新读取本次导出；“撤销”可收回。</translation>
    </message>
    <message>
        <source>What is known</source>
        <translation>已知信息</translation>
    </message>
    <message>
        <source>How many admissions tell each kind of information, and what the model will not see: drugs it has never learned, and text that is too long for it.</source>
        <translation>有多少例住院提供各类信息，以及模型看不到的内容：从未学过的药物和过长的文本。</translation>
    </message>
    <message>
        <source>Scoring</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>The model reads each admission once and is asked about every candidate drug. Results are saved as they come: pause at any time, close the window, and resume later with the same results.</source>
        <translation>模型对每次住院只读一遍，然后逐一询问候选药物。结果随时保存：可随时暂停、关闭窗口，以后继续，结果相同。</translation>
    </message>
    <message>
        <source>Model and policy</source>
        <translation>模型与策略</translation>
    </message>
    <message>
        <source>The card says which model is used, whether it was fine-tuned and on what. The policy decides from which probability on a drug is recommended; it can be changed later without scoring again. Before a run, the length to expect is that of the model&apos;s own test at other hospitals, for the orders of this export.</source>
        <translation>卡片说明所用模型、是否经过微调及所用数据。策略决定从多大概率起推荐药物；以后可更改而无需重新评分。运行之前，预计的清单长度取自模型在其他医院的自身测试，按本导出文件的医嘱推算。</translation>
    </message>
    <message>
        <source>One admission at a time</source>
        <translation>逐例审阅</translation>
    </message>
    <message>
        <source>Choose an admission to see its context as the model saw it and every candidate with its probability. The tick on the bar is the drug&apos;s threshold. Text that was cut for length is marked.</source>
        <translation>选择一次住院，查看模型所见的上下文及每种候选药物的概率。条上的刻线为该药物的阈值。因长度而截断的文本会标出。</translation>
    </message>
    <message>
        <source>Longer or shorter lists</source>
        <translation>更长或更短的清单</translation>
    </message>
    <message>
        <source>The slider lengthens or shortens all lists at once; nothing is scored again.</source>
        <translation>滑块同时加长或缩短所有清单；不会重新评分。</translation>
    </message>
    <message>
        <source>Flags</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>Each finding is one flag, with its severity (contraindicated, serious, caution, note), its reason and its source. A drug that a recorded allergy or a contraindication speaks against is withheld from the list; Show withheld puts it back. That a pair is not flagged does not mean that it is safe.</source>
        <translation>每项发现是一条提示，带有严重程度（禁忌、严重、注意、备注）、理由和来源。有过敏记录或禁忌的药不列入清单；“显示暂不列入的药”可把它放回。没有提示的药对不等于安全。</translation>
    </message>
    <message>
        <source>What is compared</source>
        <translation>比较什么</translation>
    </message>
    <message>
        <source>How the lists agree with what clinicians ordered, with 95 % intervals from resampling patients. Orders are what was done, not what was right: read disagreement as a question.</source>
        <translation>清单与临床医嘱的一致程度，带按患者重抽样的 95 % 区间。医嘱是实际所做，未必正确：请将不一致视为疑问。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>The workbook has one row per admission and drug, one per admission, the rows set aside and the provenance. The job file opens again in this program and can be kept as a record of the run.</source>
        <translation>工作簿包含每次住院的每种药物一行、每次住院一行、搁置的行与来历。作业文件可在本程序中重新打开，并可作为运行记录保存。</translation>
    </message>
</context>
<context>
    <name>overlaynotice</name>
    <message>
        <source>Site overlay in use: {name}, learned from {n} admissions on {d} for {p}.</source>
        <translation>正在使用本院文件：{name}，于 {d} 从 {n} 次住院学得，适用于 {p}。</translation>
    </message>
    <message>
        <source>this hospital&apos;s</source>
        <translation>本院</translation>
    </message>
</context>
<context>
    <name>policybar</name>
    <message>
        <source>ordered {n}, of these {c} candidates</source>
        <translation>已开具 {n} 种，其中候选药物 {c} 种</translation>
    </message>
</context>
<context>
    <name>readcontrols</name>
    <message>
        <source>3 April</source>
        <translation>4 月 3 日</translation>
    </message>
    <message>
        <source>March 4</source>
        <translation>3 月 4 日</translation>
    </message>
</context>
<context>
    <name>rooms</name>
    <message>
        <source>columns not used: {columns}; their headers are neither those of a field nor of a subgroup: choose the fields they hold, or add to &apos;subgroups&apos; in a profile</source>
        <translation>未使用的列：{columns}；其表头既不是字段也不是亚组：请选择它们所含的字段，或在配置的 &apos;subgroups&apos; 中添加</translation>
    </message>
    <message>
        <source>rows of home medications not used because {reason}: {n1} (first: {where})</source>
        <translation>未使用的入院前用药行，原因：{reason}；{n1} 行（首次：{where}）</translation>
    </message>
    <message>
        <source>cannot tell to which allergy each reaction belongs: not used; give one for each allergy, in their order</source>
        <translation>无法判断每个反应属于哪种过敏：未使用；请按顺序为每种过敏各给出一个反应</translation>
    </message>
    <message>
        <source>No: {n1} admissions are too few to decide anything. Below {n2} the intervals are wide and unreliable; read this report as a trial run.</source>
        <translation>不够：{n1} 例住院不足以下结论。少于 {n2} 例时区间宽且不可靠；请将本结果视为试运行。</translation>
    </message>
    <message>
        <source>Too few admissions to say. {finding}</source>
        <translation>住院数太少，无法判断。{finding}</translation>
    </message>
    <message>
        <source>Here: {figure}.</source>
        <translation>就现有数据：{figure}。</translation>
    </message>
    <message>
        <source>{n1} drugs recommended for each drug ordered ({n2} to {n3})</source>
        <translation>每开具 1 种药物推荐 {n1} 种（{n2} 至 {n3}）</translation>
    </message>
    <message>
        <source>Yes, it overprescribes: {figure}. Raise the threshold shift or recalibrate.</source>
        <translation>是，推荐过多：{figure}。请调高阈值偏移或重新校准。</translation>
    </message>
    <message>
        <source>No, its lists are shorter: {figure}. Lower the threshold shift or recalibrate.</source>
        <translation>否，其清单更短：{figure}。请调低阈值偏移或重新校准。</translation>
    </message>
    <message>
        <source>Not clearly: {figure}; the interval reaches beyond {n1} to {n2}.</source>
        <translation>不明确：{figure}；区间超出 {n1} 至 {n2}。</translation>
    </message>
    <message>
        <source>In the average admission {n1} of the recommended drugs were ordered and {n2} of the ordered drugs were recommended; the lists overlap by {n3} (Jaccard, {n4} to {n5}).</source>
        <translation>平均每例住院中，推荐药物有 {n1} 被开具，医嘱药物有 {n2} 被推荐；两份清单重叠 {n3}（Jaccard，{n4} 至 {n5}）。</translation>
    </message>
    <message>
        <source>Jaccard {n1} ({n2} to {n3}) against {rival}, the strongest simple model</source>
        <translation>相对最强的简单模型“{rival}”，Jaccard 差 {n1}（{n2} 至 {n3}）</translation>
    </message>
    <message>
        <source>Yes: {figure} fitted on your own admissions.</source>
        <translation>是：{figure}（在本院住院上拟合）。</translation>
    </message>
    <message>
        <source>No: {figure} fitted on your own admissions.</source>
        <translation>否：{figure}（在本院住院上拟合）。</translation>
    </message>
    <message>
        <source>Not shown: {figure} fitted on your own admissions; the interval holds zero.</source>
        <translation>未能证明：{figure}（在本院住院上拟合）；区间包含零。</translation>
    </message>
    <message>
        <source>calibration slope {n1} ({n2} to {n3}), {n4} orders observed for each one expected, mean gap {n5}</source>
        <translation>校准斜率 {n1}（{n2} 至 {n3}），每预期 1 条医嘱实际 {n4} 条，平均偏差 {n5}</translation>
    </message>
    <message>
        <source>Not as they are: {figure}. Adapt it to this hospital.</source>
        <translation>原样不可信：{figure}。请让模型适应本院。</translation>
    </message>
    <message>
        <source>With care: {figure}.</source>
        <translation>需谨慎：{figure}。</translation>
    </message>
    <message>
        <source>Yes: {figure}.</source>
        <translation>是：{figure}。</translation>
    </message>
    <message>
        <source>No: {figure}.</source>
        <translation>否：{figure}。</translation>
    </message>
    <message>
        <source>{n1} of the ordered ingredients ({n2} to {n3}) are candidates of the model; the others can never be recommended and are left out of the comparison.</source>
        <translation>{n1} 的医嘱成分（{n2} 至 {n3}）属于模型候选药物；其余永远不会被推荐，不参与比较。</translation>
    </message>
    <message>
        <source>No group of the {n1} compared agrees clearly less than the other admissions.</source>
        <translation>所比较的 {n1} 个亚组中，没有一个明显差于其余住院。</translation>
    </message>
    <message>
        <source>{n1} of {n2} groups agree less than the other admissions (Jaccard difference): {groups}. With this many comparisons about one in forty would look so by chance.</source>
        <translation>{n2} 个亚组中有 {n1} 个的一致性低于其余住院（Jaccard 差值）：{groups}。比较次数这么多时，约四十分之一会因偶然而显得如此。</translation>
    </message>
    <message>
        <source>Visit mean: mean over admissions (as LAMO and FLAME report). Patient mean: mean over patients of the mean over their admissions (SafeDrug family). Micro: counts pooled over all admissions and drugs; the micro DDI rate is the pooled rate. The DDI rate counts the pairs of {source} alone; safety findings use further, larger tables.</source>
        <translation>住院平均：对各次住院取平均（LAMO 与 FLAME 的报告方式）。患者平均：先对每位患者的住院取平均，再对患者取平均（SafeDrug 系列）。微平均：对所有住院与药物合并计数；其相互作用率为合并率。相互作用率仅计入 {source} 所列的药物对；安全提示还使用其他更大的表。</translation>
    </message>
    <message>
        <source>Those counted fewer than {n1} times, and all beyond the first {n2}, are pooled.</source>
        <translation>少于 {n1} 次的，以及前 {n2} 项之外的，均合并显示。</translation>
    </message>
    <message>
        <source>Groups of fewer than {n1} admissions are suppressed. Jaccard, precision, recall and PRAUC are visit means. A column of dates, hospitals or units shows drift: compare its rows, coverage included.</source>
        <translation>少于 {n1} 例的亚组不显示。Jaccard、精确率、召回率与 PRAUC 为住院平均。日期、医院或科室列可显示漂移：请逐行比较，包括覆盖率。</translation>
    </message>
    <message>
        <source>Fitted on {n1} admissions, shown on {n2} others; no patient is in both.</source>
        <translation>以 {n1} 例住院拟合，在另外 {n2} 例上展示；没有患者同时在两部分中。</translation>
    </message>
    <message>
        <source>{n1} drugs ordered in fewer than {n2} admissions</source>
        <translation>开具少于 {n2} 例的 {n1} 种药物</translation>
    </message>
    <message>
        <source>{n1} smaller groups</source>
        <translation>{n1} 个较小亚组</translation>
    </message>
    <message>
        <source>{n1} others</source>
        <translation>其他 {n1} 项</translation>
    </message>
    <message>
        <source>{n1} other</source>
        <translation>其他 {n1} 项</translation>
    </message>
    <message>
        <source>{n1} of {n2}</source>
        <translation>{n1} / {n2}</translation>
    </message>
    <message>
        <source>site overlay {name}</source>
        <translation>本院文件 {name}</translation>
    </message>
    <message>
        <source>Where it differs: {what}</source>
        <translation>差异所在：{what}</translation>
    </message>
    <message>
        <source>{n1} admissions of patients that are new since the earlier overlay, each predicted by the new one without its own patient; {n2} of patients that the earlier one knows are left out.</source>
        <translation>自先前的本院文件以来新增患者的 {n1} 次住院，新的本院文件对每次住院的预测均未用其患者本人的数据；先前文件已知患者的 {n2} 次住院不计入。</translation>
    </message>
    <message>
        <source>{n1} admissions of {n2} patients are new to the earlier overlay; comparing it with this one takes {n3} new patients.</source>
        <translation>对先前的本院文件而言，{n2} 名患者的 {n1} 次住院是新的；与本次比较需要 {n3} 名新患者。</translation>
    </message>
    <message>
        <source>The earlier overlay was made for {package}: the two are not compared.</source>
        <translation>先前的本院文件是为 {package} 制作的：两者不作比较。</translation>
    </message>
    <message>
        <source>The earlier overlay is a calibration of version 1: the two are not compared.</source>
        <translation>先前的本院文件是第 1 版的校准：两者不作比较。</translation>
    </message>
    <message>
        <source>Which admissions are new to the earlier overlay is not known: patients here have running numbers.</source>
        <translation>不知道哪些住院对先前的本院文件是新的：此处的患者只有流水号。</translation>
    </message>
    <message>
        <source>Which admissions are new to the earlier overlay is not known: it was made on another computer, or from patients without an id that lasts.</source>
        <translation>不知道哪些住院对先前的本院文件是新的：它是在另一台计算机上制作的，或其患者没有固定的编号。</translation>
    </message>
    <message>
        <source>these rows alone: {name}</source>
        <translation>仅用本院数据：{name}</translation>
    </message>
    <message>
        <source>{n1} of what was learned is used (rho {n2}): the share with which patients that were held out were predicted best, drawn to what so many admissions usually bear. 0 is the model as shipped; 1 takes all that these admissions say.</source>
        <translation>使用所学的 {n1}（rho {n2}）：这是对留出的患者预测最好的份额，并向同样数量的住院通常能支持的份额收缩。0 是原模型；1 是完全采用这些住院所示。</translation>
    </message>
    <message>
        <source>Each of {n1} admissions is predicted from about {n2} admissions of other patients. All lists are together as long as the orders.</source>
        <translation>{n1} 次住院中的每一次都由其他患者的约 {n2} 次住院预测。所有清单的总长度与医嘱相同。</translation>
    </message>
    <message>
        <source>Learned from {n1} admissions of {n2} patients. Ratios of odds, all else equal, as far as they are used.</source>
        <translation>从 {n2} 名患者的 {n1} 次住院学得。其他条件相同时的比值比，按实际使用的份额。</translation>
    </message>
    <message>
        <source>Adapting needs the orders of at least {n1} admissions of {n2} patients; here are {n3} of {n4}.</source>
        <translation>适应本院至少需要 {n2} 名患者 {n1} 次住院的医嘱；这里有 {n4} 名患者的 {n3} 次。</translation>
    </message>
    <message>
        <source>On patients that were held out the model predicts better as it is than adapted to these admissions, so there is nothing to use; add admissions, or use it as shipped.</source>
        <translation>在留出的患者上，原模型比适应这些住院后预测得更好，因此没有可用的内容；请增加住院，或使用原模型。</translation>
    </message>
    <message>
        <source>{model}, with this site&apos;s calibration of {n1}</source>
        <translation>{model}，使用 {n1} 的本院校准</translation>
    </message>
    <message>
        <source>first {n1} admissions</source>
        <translation>前 {n1} 例住院</translation>
    </message>
    <message>
        <source>{n1} years or older</source>
        <translation>{n1} 岁及以上</translation>
    </message>
    <message>
        <source>Are the orders those of the first day?</source>
        <translation>医嘱是第一天的吗？</translation>
    </message>
    <message>
        <source>No: whole stays are compared with a first-day question. The model answers for the first day, so drugs that were ordered later count against it. Choose the column that says when an order starts.</source>
        <translation>不是：整个住院期间的医嘱与针对第一天的问题相比较。模型回答的是第一天，因此之后开具的药物会被算作模型的差错。请选择说明医嘱何时开始的列。</translation>
    </message>
    <message>
        <source>whole stays are compared with a first-day question: {why}</source>
        <translation>整个住院期间的医嘱与针对第一天的问题相比较：{why}</translation>
    </message>
    <message>
        <source>dates are read with the day before month: {n1} of {n2} prove it and none contradicts</source>
        <translation>日期按日在月前读取：{n2} 个中有 {n1} 个可以证明，没有相反的</translation>
    </message>
    <message>
        <source>dates are read with the month before day: {n1} of {n2} prove it and none contradicts</source>
        <translation>日期按月在日前读取：{n2} 个中有 {n1} 个可以证明，没有相反的</translation>
    </message>
    <message>
        <source>The rows that were not scored are not repeated in this workbook: {why}</source>
        <translation>未评分的行没有附在此工作簿中：{why}</translation>
    </message>
    <message>
        <source>{n1} of the {n2} rows that were not scored are not rows of its table, and not repeated.</source>
        <translation>{n2} 个未评分的行中有 {n1} 个不是该表的行，未附在工作簿中。</translation>
    </message>
    <message>
        <source>{name} is no longer in {folder}.</source>
        <translation>{folder} 中已没有 {name}。</translation>
    </message>
    <message>
        <source>{name} in {folder} has changed since it was read.</source>
        <translation>{folder} 中的 {name} 在读取之后已被更改。</translation>
    </message>
    <message>
        <source>The export is on another computer ({place}), which is not asked for it.</source>
        <translation>导出文件在另一台计算机上（{place}），程序不会去那里读取。</translation>
    </message>
    <message>
        <source>under {n1}</source>
        <translation>不足 {n1} 岁</translation>
    </message>
    <message>
        <source>younger than {n1} years</source>
        <translation>不满 {n1} 岁</translation>
    </message>
    <message>
        <source>at least {n1} diagnosis by the index time</source>
        <translation>截至索引时间至少 {n1} 项诊断</translation>
    </message>
    <message>
        <source>at least {n1} diagnoses by the index time</source>
        <translation>截至索引时间至少 {n1} 项诊断</translation>
    </message>
    <message>
        <source>at least {n1} drugs ordered in the label window</source>
        <translation>标签时段内至少开具 {n1} 种药物</translation>
    </message>
    <message>
        <source>header found in row {n1}; the rows above are not read</source>
        <translation>在第 {n1} 行找到表头；其上方的行未读取</translation>
    </message>
    <message>
        <source>{n1} more formulas without a stored value, read as empty</source>
        <translation>另有 {n1} 个公式没有存储值，按空值读取</translation>
    </message>
    <message>
        <source>{n1} more cells: {what}</source>
        <translation>另有 {n1} 个单元格：{what}</translation>
    </message>
    <message>
        <source>There is no file or folder {path}.</source>
        <translation>没有此文件或文件夹：{path}。</translation>
    </message>
    <message>
        <source>There is no job file {path}.</source>
        <translation>没有此作业文件：{path}。</translation>
    </message>
    <message>
        <source>{file} is damaged and cannot be used as a job file.</source>
        <translation>{file} 已损坏，不能作为作业文件使用。</translation>
    </message>
    <message>
        <source>{file} is open in another program: close it there, or save as {other}.</source>
        <translation>{file} 正在另一程序中打开：请先在那里关闭，或另存为 {other}。</translation>
    </message>
    <message>
        <source>{file} is write-protected: save as {other}.</source>
        <translation>{file} 受写保护：请另存为 {other}。</translation>
    </message>
    <message>
        <source>There is no folder {folder} to write {file} to.</source>
        <translation>没有文件夹 {folder}，无法写入 {file}。</translation>
    </message>
    <message>
        <source>The disk is full: {file} was not written; free some space or choose another disk.</source>
        <translation>磁盘已满：{file} 未写入；请释放空间或选择其他磁盘。</translation>
    </message>
    <message>
        <source>{file} cannot be written: it is open in another program or its folder is write-protected; close it, or save as {other} or in another folder.</source>
        <translation>无法写入 {file}：它正在另一程序中打开，或其文件夹受写保护；请将其关闭，或另存为 {other}，或换一个文件夹。</translation>
    </message>
    <message>
        <source>{file} cannot be written ({why}): choose another name or folder.</source>
        <translation>无法写入 {file}（{why}）：请换一个名称或文件夹。</translation>
    </message>
    <message>
        <source>{file} was not written ({why}): free some space or choose another disk.</source>
        <translation>{file} 未写入（{why}）：请释放空间或选择其他磁盘。</translation>
    </message>
    <message>
        <source>{file} is the job itself: choose another name.</source>
        <translation>{file} 就是该作业本身：请换一个名称。</translation>
    </message>
    <message>
        <source>{file} was made for {model}, not for the model of this job.</source>
        <translation>{file} 是为 {model} 制作的，不适用于本作业的模型。</translation>
    </message>
    <message>
        <source>{folder} is not a model package: it has no manifest.json.</source>
        <translation>{folder} 不是模型包：缺少 manifest.json。</translation>
    </message>
    <message>
        <source>This job was scored with the model package {model}, which is not on this computer in that state; put it back where it was to see the results.</source>
        <translation>本作业是用模型包 {model} 评分的，而该状态的模型包不在本机上；请放回原处以查看结果。</translation>
    </message>
    <message>
        <source>The model package {model} is of an earlier version of this program, which does not keep its model: what it scored can be read, but nothing new can be asked of it. Score the export anew for that.</source>
        <translation>模型包 {model} 属于本程序的早期版本，本程序未保留其模型：它已评分的结果仍可查看，但不能再向它提问。如有需要，请对导出数据重新评分。</translation>
    </message>
    <message>
        <source>This failed unexpectedly ({place}); nothing was changed.</source>
        <translation>意外失败（{place}）；没有任何更改。</translation>
    </message>
    <message>
        <source>This failed unexpectedly ({place}).</source>
        <translation>意外失败（{place}）。</translation>
    </message>
    <message>
        <source>No admission has both a score and an order of a drug the model knows, so there is nothing to compare.</source>
        <translation>没有一例住院同时具有评分和模型认识的药物医嘱，因此无可比较。</translation>
    </message>
    <message>
        <source>{name} knows none of the candidate drugs of this job.</source>
        <translation>{name} 不认识本作业的任何候选药物。</translation>
    </message>
    <message>
        <source>{n1} could not be deleted. {why}</source>
        <translation>有 {n1} 项无法删除。{why}</translation>
    </message>
    <message>
        <source>The program&apos;s own folder {folder} cannot be used ({why}): set LAMO_DATA_DIR to a folder that you can write to.</source>
        <translation>程序自己的文件夹 {folder} 无法使用（{why}）：请将 LAMO_DATA_DIR 设为可写的文件夹。</translation>
    </message>
    <message>
        <source>{model}, adapted to {name} ({n1} admissions, {date})</source>
        <translation>{model}，已适应{name}（{n1} 次住院，{date}）</translation>
    </message>
    <message>
        <source>{model}, with this site&apos;s calibration of {date}</source>
        <translation>{model}，附 {date} 的本院校准</translation>
    </message>
    <message>
        <source>known from {n1} orders of this hospital alone</source>
        <translation>仅由本院的 {n1} 条医嘱得知</translation>
    </message>
    <message>
        <source>fine-tuned on {n1} admissions, recipe {recipe}, with a fitted code model</source>
        <translation>已在 {n1} 次住院上微调，方案 {recipe}，附拟合的编码模型</translation>
    </message>
    <message>
        <source>fine-tuned on {n1} admissions, recipe {recipe}</source>
        <translation>已在 {n1} 次住院上微调，方案 {recipe}</translation>
    </message>
    <message>
        <source>{encoding}, {sign} between columns</source>
        <translation>{encoding}，以{sign}分隔各列</translation>
    </message>
    <message>
        <source>{device}, threads: {n1} ({why})</source>
        <translation>{device}，{n1} 个线程（{why}）</translation>
    </message>
    <message>
        <source>{device}, threads: {n1}</source>
        <translation>{device}，{n1} 个线程</translation>
    </message>
    <message>
        <source>results</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>agreement</source>
        <translation>一致性</translation>
    </message>
    <message>
        <source>calibration</source>
        <translation>校准</translation>
    </message>
    <message>
        <source>drugs and groups</source>
        <translation>药物与分组</translation>
    </message>
    <message>
        <source>simple models</source>
        <translation>简单模型</translation>
    </message>
    <message>
        <source>recalibration</source>
        <translation>重新校准</translation>
    </message>
    <message>
        <source>adapted</source>
        <translation>适应后</translation>
    </message>
    <message>
        <source>adapted minus these rows</source>
        <translation>适应后减仅用本院数据</translation>
    </message>
    <message>
        <source>these rows alone</source>
        <translation>仅用本院数据</translation>
    </message>
    <message>
        <source>scoring</source>
        <translation>评分</translation>
    </message>
    <message>
        <source>done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>reading the file</source>
        <translation>读取文件</translation>
    </message>
    <message>
        <source>reading admissions</source>
        <translation>读取住院记录</translation>
    </message>
    <message>
        <source>reading diagnoses and procedures</source>
        <translation>读取诊断与操作</translation>
    </message>
    <message>
        <source>reading orders</source>
        <translation>读取医嘱</translation>
    </message>
    <message>
        <source>reading notes</source>
        <translation>读取病历文书</translation>
    </message>
    <message>
        <source>reading patients</source>
        <translation>读取患者</translation>
    </message>
    <message>
        <source>reading charts</source>
        <translation>读取病程数据</translation>
    </message>
    <message>
        <source>building admissions</source>
        <translation>整理住院记录</translation>
    </message>
    <message>
        <source>admissions read</source>
        <translation>住院记录已读取</translation>
    </message>
    <message>
        <source>comma</source>
        <translation>逗号</translation>
    </message>
    <message>
        <source>semicolon</source>
        <translation>分号</translation>
    </message>
    <message>
        <source>tab</source>
        <translation>制表符</translation>
    </message>
    <message>
        <source>vertical bar</source>
        <translation>竖线</translation>
    </message>
    <message>
        <source>this build of llama.cpp sees no GPU: the CPU is used</source>
        <translation>此 llama.cpp 版本未检测到 GPU：使用 CPU</translation>
    </message>
    <message>
        <source>Are there enough admissions?</source>
        <translation>住院例数够吗？</translation>
    </message>
    <message>
        <source>Does it recommend more than clinicians order?</source>
        <translation>推荐的药物是否多于临床医嘱？</translation>
    </message>
    <message>
        <source>How well do its lists agree with the orders?</source>
        <translation>推荐清单与医嘱的一致程度如何？</translation>
    </message>
    <message>
        <source>Is it better than something simple?</source>
        <translation>是否优于简单模型？</translation>
    </message>
    <message>
        <source>Can its probabilities be believed?</source>
        <translation>其概率可信吗？</translation>
    </message>
    <message>
        <source>Does it know the drugs used here?</source>
        <translation>是否认识本院所用药物？</translation>
    </message>
    <message>
        <source>Does it hold for every group?</source>
        <translation>对每个亚组都成立吗？</translation>
    </message>
    <message>
        <source>Agreement with the orders</source>
        <translation>与医嘱的一致性</translation>
    </message>
    <message>
        <source>Over-prescribing, calibration, coverage</source>
        <translation>过度推荐、校准与覆盖</translation>
    </message>
    <message>
        <source>Eligibility</source>
        <translation>纳入流程</translation>
    </message>
    <message>
        <source>Missing input</source>
        <translation>缺失的输入</translation>
    </message>
    <message>
        <source>What the comparison can see</source>
        <translation>比较所涵盖的医嘱</translation>
    </message>
    <message>
        <source>Ordered ingredients the model does not know</source>
        <translation>模型不认识的医嘱成分</translation>
    </message>
    <message>
        <source>Order texts without a known ingredient</source>
        <translation>无已知成分的医嘱文本</translation>
    </message>
    <message>
        <source>How this report came about</source>
        <translation>结果的来历</translation>
    </message>
    <message>
        <source>Admissions by finding</source>
        <translation>各类安全提示的住院例数</translation>
    </message>
    <message>
        <source>By drug</source>
        <translation>按药物</translation>
    </message>
    <message>
        <source>By drug class</source>
        <translation>按药物类别</translation>
    </message>
    <message>
        <source>By how often a drug is ordered</source>
        <translation>按药物的医嘱频率</translation>
    </message>
    <message>
        <source>Most often recommended, not ordered</source>
        <translation>最常“推荐而未开具”</translation>
    </message>
    <message>
        <source>Most often ordered, not recommended</source>
        <translation>最常“开具而未推荐”</translation>
    </message>
    <message>
        <source>All figures by group</source>
        <translation>各亚组的全部指标</translation>
    </message>
    <message>
        <source>Next to other models</source>
        <translation>与其他模型并列</translation>
    </message>
    <message>
        <source>Local recalibration, on held-out admissions</source>
        <translation>本地重新校准（留出住院）</translation>
    </message>
    <message>
        <source>metric</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>visit mean</source>
        <translation>住院平均</translation>
    </message>
    <message>
        <source>patient mean</source>
        <translation>患者平均</translation>
    </message>
    <message>
        <source>micro</source>
        <translation>微平均</translation>
    </message>
    <message>
        <source>figure</source>
        <translation>指标</translation>
    </message>
    <message>
        <source>value</source>
        <translation>数值</translation>
    </message>
    <message>
        <source>step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>remaining</source>
        <translation>剩余</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>排除</translation>
    </message>
    <message>
        <source>reason</source>
        <translation>原因</translation>
    </message>
    <message>
        <source>input</source>
        <translation>输入</translation>
    </message>
    <message>
        <source>admissions without</source>
        <translation>缺失的住院例数</translation>
    </message>
    <message>
        <source>% of admissions</source>
        <translation>占住院 %</translation>
    </message>
    <message>
        <source>count</source>
        <translation>计数项</translation>
    </message>
    <message>
        <source>ingredient</source>
        <translation>成分</translation>
    </message>
    <message>
        <source>admissions</source>
        <translation>住院例数</translation>
    </message>
    <message>
        <source>order text</source>
        <translation>医嘱文本</translation>
    </message>
    <message>
        <source>order rows</source>
        <translation>医嘱行数</translation>
    </message>
    <message>
        <source>what</source>
        <translation>项目</translation>
    </message>
    <message>
        <source>finding</source>
        <translation>提示</translation>
    </message>
    <message>
        <source>admissions with one</source>
        <translation>涉及的住院例数</translation>
    </message>
    <message>
        <source>drug</source>
        <translation>药物</translation>
    </message>
    <message>
        <source>class</source>
        <translation>类别</translation>
    </message>
    <message>
        <source>ordered</source>
        <translation>已开具</translation>
    </message>
    <message>
        <source>recommended</source>
        <translation>已推荐</translation>
    </message>
    <message>
        <source>both</source>
        <translation>两者皆有</translation>
    </message>
    <message>
        <source>recommended only</source>
        <translation>仅推荐</translation>
    </message>
    <message>
        <source>ordered only</source>
        <translation>仅开具</translation>
    </message>
    <message>
        <source>mean probability</source>
        <translation>平均概率</translation>
    </message>
    <message>
        <source>ratio</source>
        <translation>比值</translation>
    </message>
    <message>
        <source>recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>drugs</source>
        <translation>药物数</translation>
    </message>
    <message>
        <source>frequency</source>
        <translation>频率</translation>
    </message>
    <message>
        <source>per 100 admissions</source>
        <translation>每百例住院</translation>
    </message>
    <message>
        <source>of its recommendations</source>
        <translation>占其推荐</translation>
    </message>
    <message>
        <source>of its orders</source>
        <translation>占其医嘱</translation>
    </message>
    <message>
        <source>column</source>
        <translation>列</translation>
    </message>
    <message>
        <source>Jaccard</source>
        <translation>Jaccard</translation>
    </message>
    <message>
        <source>PRAUC</source>
        <translation>PRAUC</translation>
    </message>
    <message>
        <source>observed / expected</source>
        <translation>实际 / 预期</translation>
    </message>
    <message>
        <source>coverage</source>
        <translation>覆盖率</translation>
    </message>
    <message>
        <source>Jaccard against the others</source>
        <translation>Jaccard（与其余相比）</translation>
    </message>
    <message>
        <source>model</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>s per admission</source>
        <translation>秒 / 例</translation>
    </message>
    <message>
        <source>difference</source>
        <translation>差值</translation>
    </message>
    <message>
        <source>as shipped</source>
        <translation>出厂模型</translation>
    </message>
    <message>
        <source>recalibrated</source>
        <translation>重新校准后</translation>
    </message>
    <message>
        <source>drugs per compared admission</source>
        <translation>每例参与比较的住院的药物数</translation>
    </message>
    <message>
        <source>Drugs recommended per compared admission</source>
        <translation>每例参与比较的住院的推荐药物数</translation>
    </message>
    <message>
        <source>Drugs ordered per admission, candidates or not</source>
        <translation>每次住院开具的药物数（无论是否为候选药物）</translation>
    </message>
    <message>
        <source>Candidates ordered per compared admission</source>
        <translation>每例参与比较的住院开具的候选药物数</translation>
    </message>
    <message>
        <source>Drugs expected per compared admission (sum of probabilities)</source>
        <translation>每例参与比较的住院的预期药物数（概率之和）</translation>
    </message>
    <message>
        <source>Along the threshold shift</source>
        <translation>随阈值偏移的变化</translation>
    </message>
    <message>
        <source>adaptation</source>
        <translation>适应本院</translation>
    </message>
    <message>
        <source>What adapting brings, on held-out patients</source>
        <translation>适应本院的效果（留出的患者）</translation>
    </message>
    <message>
        <source>adapted minus shipped</source>
        <translation>适应后减原模型</translation>
    </message>
    <message>
        <source>this hospital</source>
        <translation>本院</translation>
    </message>
    <message>
        <source>earlier overlay</source>
        <translation>先前的本院文件</translation>
    </message>
    <message>
        <source>new overlay</source>
        <translation>新的本院文件</translation>
    </message>
    <message>
        <source>new minus earlier</source>
        <translation>新的减先前的</translation>
    </message>
    <message>
        <source>The earlier overlay and the new one, on new patients</source>
        <translation>先前与新的本院文件在新患者上的比较</translation>
    </message>
    <message>
        <source>Drugs ordered more or less here than the model expects</source>
        <translation>本院开立多于或少于模型预期的药物</translation>
    </message>
    <message>
        <source>here</source>
        <translation>本院</translation>
    </message>
    <message>
        <source>more</source>
        <translation>更多</translation>
    </message>
    <message>
        <source>less</source>
        <translation>更少</translation>
    </message>
    <message>
        <source>expected as shipped</source>
        <translation>原模型预期</translation>
    </message>
    <message>
        <source>ratio of odds</source>
        <translation>比值比</translation>
    </message>
    <message>
        <source>Drugs that only this hospital&apos;s orders tell of</source>
        <translation>仅由本院医嘱学得的药物</translation>
    </message>
    <message>
        <source>orders</source>
        <translation>医嘱数</translation>
    </message>
    <message>
        <source>What matters here</source>
        <translation>在本院起作用的特征</translation>
    </message>
    <message>
        <source>feature</source>
        <translation>特征</translation>
    </message>
    <message>
        <source>drugs that it moves most (ratio of odds)</source>
        <translation>影响最大的药物（比值比）</translation>
    </message>
    <message>
        <source>Ratios of odds, all else equal, as far as they are used.</source>
        <translation>其他条件相同时的比值比，按实际使用的份额。</translation>
    </message>
    <message>
        <source>Reading the rows that were not scored</source>
        <translation>正在读取未评分的行</translation>
    </message>
    <message>
        <source>This job was made by an earlier version, which did not keep how its export is read.</source>
        <translation>此任务由较早的版本创建，该版本没有保存导出文件的读取方式。</translation>
    </message>
    <message>
        <source>Allergies and home medications not understood</source>
        <translation>未能识别的过敏和入院前用药</translation>
    </message>
    <message>
        <source>Order rows left out (cancelled, fluids, flushes, vaccines, contrast)</source>
        <translation>排除的医嘱行（已取消、输液、冲管、疫苗、造影剂）</translation>
    </message>
    <message>
        <source>line flush</source>
        <translation>冲管液</translation>
    </message>
    <message>
        <source>fluid</source>
        <translation>输液</translation>
    </message>
    <message>
        <source>diluent</source>
        <translation>稀释剂</translation>
    </message>
    <message>
        <source>vaccine</source>
        <translation>疫苗</translation>
    </message>
    <message>
        <source>contrast</source>
        <translation>造影剂</translation>
    </message>
    <message>
        <source>nutrition</source>
        <translation>营养制剂</translation>
    </message>
    <message>
        <source>supply</source>
        <translation>耗材</translation>
    </message>
    <message>
        <source>packaging only</source>
        <translation>仅有包装信息</translation>
    </message>
    <message>
        <source>study drug or placebo</source>
        <translation>试验药物或安慰剂</translation>
    </message>
    <message>
        <source>excluded by the site</source>
        <translation>由本院排除</translation>
    </message>
    <message>
        <source>entry</source>
        <translation>条目</translation>
    </message>
    <message>
        <source>home medication</source>
        <translation>入院前用药</translation>
    </message>
    <message>
        <source>threshold shift</source>
        <translation>阈值偏移</translation>
    </message>
    <message>
        <source>Counts are admissions; recall and precision pooled.</source>
        <translation>计数单位为住院例数；召回率与精确率为合并计算。</translation>
    </message>
    <message>
        <source>The first tenth holds the drugs ordered most often here, the last those ordered least.</source>
        <translation>第一个十分位为本院最常开具的药物，最后一个为最少开具的药物。</translation>
    </message>
    <message>
        <source>An empty list counts as missing: exports rarely tell “none” from “not recorded”.</source>
        <translation>空列表按缺失计：导出数据很少区分“无”与“未记录”。</translation>
    </message>
    <message>
        <source>In recommended or ordered drugs of all scored admissions.</source>
        <translation>所有已评分住院的推荐药物或医嘱药物中。</translation>
    </message>
    <message>
        <source>Frequency and logistic regression are fitted on this site&apos;s rows by five-fold cross-validation: every row is predicted by a model that has not seen its patient.</source>
        <translation>频率模型与逻辑回归以五折交叉验证在本院数据上拟合：每一行均由未见过该患者的模型预测。</translation>
    </message>
    <message>
        <source>F1</source>
        <translation>F1</translation>
    </message>
    <message>
        <source>Precision</source>
        <translation>精确率</translation>
    </message>
    <message>
        <source>Recall</source>
        <translation>召回率</translation>
    </message>
    <message>
        <source>PRAUC (average precision)</source>
        <translation>PRAUC（平均精确率）</translation>
    </message>
    <message>
        <source>DDI rate, recommended</source>
        <translation>药物相互作用率（推荐）</translation>
    </message>
    <message>
        <source>DDI rate, ordered</source>
        <translation>药物相互作用率（医嘱）</translation>
    </message>
    <message>
        <source>Overprescribing ratio</source>
        <translation>过度推荐比</translation>
    </message>
    <message>
        <source>Overprescribing ratio (recommended / ordered)</source>
        <translation>过度推荐比（推荐 / 医嘱）</translation>
    </message>
    <message>
        <source>Calibration slope</source>
        <translation>校准斜率</translation>
    </message>
    <message>
        <source>Calibration slope (1 is right)</source>
        <translation>校准斜率（1 为理想）</translation>
    </message>
    <message>
        <source>Calibration intercept (0 is right)</source>
        <translation>校准截距（0 为理想）</translation>
    </message>
    <message>
        <source>Orders observed / expected</source>
        <translation>医嘱 实际 / 预期</translation>
    </message>
    <message>
        <source>Brier score</source>
        <translation>Brier 评分</translation>
    </message>
    <message>
        <source>Expected calibration error</source>
        <translation>期望校准误差</translation>
    </message>
    <message>
        <source>Orders inside the vocabulary</source>
        <translation>词表内医嘱占比</translation>
    </message>
    <message>
        <source>Recall against all mapped orders (micro)</source>
        <translation>对全部已映射医嘱的召回率（微平均）</translation>
    </message>
    <message>
        <source>Jaccard (visit mean)</source>
        <translation>Jaccard（住院平均）</translation>
    </message>
    <message>
        <source>F1 (visit mean)</source>
        <translation>F1（住院平均）</translation>
    </message>
    <message>
        <source>PRAUC (visit mean)</source>
        <translation>PRAUC（住院平均）</translation>
    </message>
    <message>
        <source>Candidate drugs of the model</source>
        <translation>模型的候选药物</translation>
    </message>
    <message>
        <source>Candidates never ordered here</source>
        <translation>本院从未开具的候选药物</translation>
    </message>
    <message>
        <source>Ordered ingredients that are candidates</source>
        <translation>属于候选药物的医嘱成分</translation>
    </message>
    <message>
        <source>Ordered ingredients that are no candidate</source>
        <translation>不属于候选药物的医嘱成分</translation>
    </message>
    <message>
        <source>Admissions left out: no candidate ordered</source>
        <translation>未纳入的住院：未开具候选药物</translation>
    </message>
    <message>
        <source>Admissions left out: no orders given</source>
        <translation>未纳入的住院：未提供医嘱</translation>
    </message>
    <message>
        <source>Admissions left out: not scored</source>
        <translation>未纳入的住院：未评分</translation>
    </message>
    <message>
        <source>scored by the model</source>
        <translation>已由模型评分</translation>
    </message>
    <message>
        <source>with orders</source>
        <translation>有医嘱</translation>
    </message>
    <message>
        <source>with an order of a candidate drug</source>
        <translation>开具过候选药物</translation>
    </message>
    <message>
        <source>could not be scored</source>
        <translation>无法评分</translation>
    </message>
    <message>
        <source>the export gives no orders for them</source>
        <translation>导出数据未提供其医嘱</translation>
    </message>
    <message>
        <source>nothing that the model could have recommended</source>
        <translation>没有模型可推荐的药物</translation>
    </message>
    <message>
        <source>this model</source>
        <translation>本模型</translation>
    </message>
    <message>
        <source>the same model without the site overlay</source>
        <translation>未经本院校准的同一模型</translation>
    </message>
    <message>
        <source>frequency (best Jaccard)</source>
        <translation>频率（最佳 Jaccard）</translation>
    </message>
    <message>
        <source>frequency (as many as ordered)</source>
        <translation>频率（与医嘱等量）</translation>
    </message>
    <message>
        <source>carried over from home medications and previous stay (best Jaccard)</source>
        <translation>沿用家庭用药和上次住院用药（最佳 Jaccard）</translation>
    </message>
    <message>
        <source>carried over from home medications and previous stay (as many as ordered)</source>
        <translation>沿用家庭用药和上次住院用药（与医嘱等量）</translation>
    </message>
    <message>
        <source>logistic regression on codes (best Jaccard)</source>
        <translation>编码逻辑回归（最佳 Jaccard）</translation>
    </message>
    <message>
        <source>logistic regression on codes (as many as ordered)</source>
        <translation>编码逻辑回归（与医嘱等量）</translation>
    </message>
    <message>
        <source>age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>reason for admission</source>
        <translation>入院原因</translation>
    </message>
    <message>
        <source>diagnoses</source>
        <translation>诊断</translation>
    </message>
    <message>
        <source>procedures</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>past history</source>
        <translation>既往史</translation>
    </message>
    <message>
        <source>allergies</source>
        <translation>过敏</translation>
    </message>
    <message>
        <source>home medications</source>
        <translation>院前用药</translation>
    </message>
    <message>
        <source>narrative notes</source>
        <translation>病历文书</translation>
    </message>
    <message>
        <source>age band</source>
        <translation>年龄段</translation>
    </message>
    <message>
        <source>visit</source>
        <translation>就诊</translation>
    </message>
    <message>
        <source>hospital</source>
        <translation>医院</translation>
    </message>
    <message>
        <source>unit</source>
        <translation>科室</translation>
    </message>
    <message>
        <source>first</source>
        <translation>首次</translation>
    </message>
    <message>
        <source>repeat</source>
        <translation>再次</translation>
    </message>
    <message>
        <source>male</source>
        <translation>男</translation>
    </message>
    <message>
        <source>female</source>
        <translation>女</translation>
    </message>
    <message>
        <source>not given</source>
        <translation>未提供</translation>
    </message>
    <message>
        <source>other</source>
        <translation>其他</translation>
    </message>
    <message>
        <source>80 and over</source>
        <translation>80 岁及以上</translation>
    </message>
    <message>
        <source>allergy</source>
        <translation>过敏</translation>
    </message>
    <message>
        <source>interaction</source>
        <translation>相互作用</translation>
    </message>
    <message>
        <source>condition</source>
        <translation>病情</translation>
    </message>
    <message>
        <source>contraindicated</source>
        <translation>禁忌</translation>
    </message>
    <message>
        <source>serious</source>
        <translation>严重</translation>
    </message>
    <message>
        <source>caution</source>
        <translation>注意</translation>
    </message>
    <message>
        <source>note</source>
        <translation>备注</translation>
    </message>
    <message>
        <source>duplicate class</source>
        <translation>同类重复</translation>
    </message>
    <message>
        <source>low coverage</source>
        <translation>覆盖不足</translation>
    </message>
    <message>
        <source>context cut</source>
        <translation>上下文截断</translation>
    </message>
    <message>
        <source>not a candidate</source>
        <translation>非候选药物</translation>
    </message>
    <message>
        <source>unseen drug</source>
        <translation>未训练药物</translation>
    </message>
    <message>
        <source>learned here</source>
        <translation>本院学得</translation>
    </message>
    <message>
        <source>rows</source>
        <translation>行</translation>
    </message>
    <message>
        <source>readable</source>
        <translation>可读取</translation>
    </message>
    <message>
        <source>admissions in the file</source>
        <translation>文件中的住院</translation>
    </message>
    <message>
        <source>rows of the file, each taken for one admission</source>
        <translation>文件中的行，每行视为一次住院</translation>
    </message>
    <message>
        <source>admissions in the export</source>
        <translation>导出中的住院</translation>
    </message>
    <message>
        <source>unit stays in the export</source>
        <translation>导出中的科室停留</translation>
    </message>
    <message>
        <source>rows that can be read</source>
        <translation>可读取的行</translation>
    </message>
    <message>
        <source>adults</source>
        <translation>成人</translation>
    </message>
    <message>
        <source>a diagnosis or a note</source>
        <translation>有诊断或病历</translation>
    </message>
    <message>
        <source>first unit stay of the hospital stay</source>
        <translation>该次住院的首次科室停留</translation>
    </message>
    <message>
        <source>any order in the label window</source>
        <translation>标签时段内有医嘱</translation>
    </message>
    <message>
        <source>missing or repeated id, or unusable age</source>
        <translation>标识缺失或重复，或年龄不可用</translation>
    </message>
    <message>
        <source>neither diagnosis nor note</source>
        <translation>既无诊断也无病历</translation>
    </message>
    <message>
        <source>set aside: identifier or age unusable</source>
        <translation>搁置：标识或年龄不可用</translation>
    </message>
    <message>
        <source>set aside: identifier, time of admission, patient or age unusable</source>
        <translation>搁置：标识、入院时间、患者或年龄不可用</translation>
    </message>
    <message>
        <source>a later unit stay of the same hospital stay</source>
        <translation>同一次住院的后续科室停留</translation>
    </message>
    <message>
        <source>too few diagnoses, the admission diagnosis included</source>
        <translation>诊断过少（含入院诊断）</translation>
    </message>
    <message>
        <source>the export has no drug order for them in it, fluids apart</source>
        <translation>该时段内除输液外无药物医嘱</translation>
    </message>
    <message>
        <source>fewer recommendable drugs (no fluids, diluents, contrast) were ordered and could be mapped</source>
        <translation>可推荐且能映射的医嘱药物（不含输液、溶媒、造影剂）不足</translation>
    </message>
    <message>
        <source>not scored: the run was limited</source>
        <translation>未评分：本次运行限定了例数</translation>
    </message>
    <message>
        <source>base model, not fine-tuned</source>
        <translation>基础模型，未微调</translation>
    </message>
    <message>
        <source>base model, not fine-tuned, with a fitted reading head and code model</source>
        <translation>基础模型，未微调，附拟合的读出层与编码模型</translation>
    </message>
    <message>
        <source>about as many drugs as clinicians ordered in tuning; here it may be more or fewer</source>
        <translation>约与调校时临床所开具的药物数量相当；在此处可能更多或更少</translation>
    </message>
    <message>
        <source>the lists that agreed best with the orders (Jaccard) when the model was made</source>
        <translation>模型制作时与医嘱一致性（Jaccard）最佳的清单</translation>
    </message>
    <message>
        <source>the longest lists of which at least the chosen share was ordered when the model was made</source>
        <translation>模型制作时至少有所选比例被开具的最长清单</translation>
    </message>
    <message>
        <source>hidden sheet, not read; show it in Excel to use it</source>
        <translation>隐藏的工作表，未读取；如需使用请在 Excel 中取消隐藏</translation>
    </message>
    <message>
        <source>sheet not used: it is neither the admissions nor the orders</source>
        <translation>未使用的工作表：既非住院也非医嘱</translation>
    </message>
    <message>
        <source>looks like a direct identifier: not read</source>
        <translation>疑似直接标识符：未读取</translation>
    </message>
    <message>
        <source>differs from order to order: not read</source>
        <translation>随医嘱而不同：未读取</translation>
    </message>
    <message>
        <source>is empty: not read</source>
        <translation>为空：未读取</translation>
    </message>
    <message>
        <source>not recognised and too varied for a subgroup: not read</source>
        <translation>无法识别且取值过多，不能作亚组：未读取</translation>
    </message>
    <message>
        <source>The process stopped unexpectedly: the file may be damaged or too large.</source>
        <translation>处理进程意外停止：文件可能已损坏或过大。</translation>
    </message>
    <message>
        <source>There is not enough memory for this; split the export and take one part.</source>
        <translation>内存不足；请拆分导出文件，先处理一部分。</translation>
    </message>
    <message>
        <source>creatinine</source>
        <translation>肌酐</translation>
    </message>
    <message>
        <source>urea nitrogen</source>
        <translation>尿素氮</translation>
    </message>
    <message>
        <source>BUN</source>
        <translation>尿素氮</translation>
    </message>
    <message>
        <source>eGFR</source>
        <translation>估算肾小球滤过率</translation>
    </message>
    <message>
        <source>urine output</source>
        <translation>尿量</translation>
    </message>
    <message>
        <source>urine</source>
        <translation>尿量</translation>
    </message>
    <message>
        <source>potassium</source>
        <translation>钾</translation>
    </message>
    <message>
        <source>sodium</source>
        <translation>钠</translation>
    </message>
    <message>
        <source>chloride</source>
        <translation>氯</translation>
    </message>
    <message>
        <source>bicarbonate</source>
        <translation>碳酸氢根</translation>
    </message>
    <message>
        <source>magnesium</source>
        <translation>镁</translation>
    </message>
    <message>
        <source>calcium</source>
        <translation>钙</translation>
    </message>
    <message>
        <source>ionised calcium</source>
        <translation>离子钙</translation>
    </message>
    <message>
        <source>phosphate</source>
        <translation>磷</translation>
    </message>
    <message>
        <source>glucose</source>
        <translation>葡萄糖</translation>
    </message>
    <message>
        <source>lactate</source>
        <translation>乳酸</translation>
    </message>
    <message>
        <source>HbA1c</source>
        <translation>糖化血红蛋白</translation>
    </message>
    <message>
        <source>haemoglobin</source>
        <translation>血红蛋白</translation>
    </message>
    <message>
        <source>haematocrit</source>
        <translation>红细胞压积</translation>
    </message>
    <message>
        <source>white cells</source>
        <translation>白细胞</translation>
    </message>
    <message>
        <source>platelets</source>
        <translation>血小板</translation>
    </message>
    <message>
        <source>neutrophils</source>
        <translation>中性粒细胞</translation>
    </message>
    <message>
        <source>INR</source>
        <translation>国际标准化比值</translation>
    </message>
    <message>
        <source>aPTT</source>
        <translation>活化部分凝血活酶时间</translation>
    </message>
    <message>
        <source>fibrinogen</source>
        <translation>纤维蛋白原</translation>
    </message>
    <message>
        <source>bilirubin</source>
        <translation>胆红素</translation>
    </message>
    <message>
        <source>albumin</source>
        <translation>白蛋白</translation>
    </message>
    <message>
        <source>ALT</source>
        <translation>谷丙转氨酶</translation>
    </message>
    <message>
        <source>AST</source>
        <translation>谷草转氨酶</translation>
    </message>
    <message>
        <source>CRP</source>
        <translation>C反应蛋白</translation>
    </message>
    <message>
        <source>procalcitonin</source>
        <translation>降钙素原</translation>
    </message>
    <message>
        <source>temperature</source>
        <translation>体温</translation>
    </message>
    <message>
        <source>heart rate</source>
        <translation>心率</translation>
    </message>
    <message>
        <source>respiratory rate</source>
        <translation>呼吸频率</translation>
    </message>
    <message>
        <source>systolic blood pressure</source>
        <translation>收缩压</translation>
    </message>
    <message>
        <source>systolic</source>
        <translation>收缩压</translation>
    </message>
    <message>
        <source>diastolic blood pressure</source>
        <translation>舒张压</translation>
    </message>
    <message>
        <source>diastolic</source>
        <translation>舒张压</translation>
    </message>
    <message>
        <source>mean blood pressure</source>
        <translation>平均动脉压</translation>
    </message>
    <message>
        <source>mean pressure</source>
        <translation>平均动脉压</translation>
    </message>
    <message>
        <source>oxygen saturation</source>
        <translation>血氧饱和度</translation>
    </message>
    <message>
        <source>saturation</source>
        <translation>血氧饱和度</translation>
    </message>
    <message>
        <source>PaO2</source>
        <translation>动脉血氧分压</translation>
    </message>
    <message>
        <source>PaCO2</source>
        <translation>动脉血二氧化碳分压</translation>
    </message>
    <message>
        <source>FiO2</source>
        <translation>吸入氧浓度</translation>
    </message>
    <message>
        <source>pH</source>
        <translation>酸碱度</translation>
    </message>
    <message>
        <source>GCS</source>
        <translation>格拉斯哥昏迷评分</translation>
    </message>
    <message>
        <source>QTc</source>
        <translation>校正QT间期</translation>
    </message>
    <message>
        <source>ejection fraction</source>
        <translation>射血分数</translation>
    </message>
    <message>
        <source>weight</source>
        <translation>体重</translation>
    </message>
    <message>
        <source>height</source>
        <translation>身高</translation>
    </message>
    <message>
        <source>intubated</source>
        <translation>气管插管</translation>
    </message>
    <message>
        <source>ventilated</source>
        <translation>机械通气</translation>
    </message>
    <message>
        <source>tracheostomy</source>
        <translation>气管切开</translation>
    </message>
    <message>
        <source>dialysis</source>
        <translation>透析</translation>
    </message>
    <message>
        <source>on dialysis</source>
        <translation>透析中</translation>
    </message>
    <message>
        <source>elective surgery</source>
        <translation>择期手术</translation>
    </message>
    <message>
        <source>immunosuppression</source>
        <translation>免疫抑制</translation>
    </message>
    <message>
        <source>immunosuppressed</source>
        <translation>免疫抑制</translation>
    </message>
    <message>
        <source>metastatic cancer</source>
        <translation>转移性癌</translation>
    </message>
    <message>
        <source>leukaemia</source>
        <translation>白血病</translation>
    </message>
    <message>
        <source>lymphoma</source>
        <translation>淋巴瘤</translation>
    </message>
    <message>
        <source>AIDS</source>
        <translation>艾滋病</translation>
    </message>
    <message>
        <source>liver failure</source>
        <translation>肝衰竭</translation>
    </message>
    <message>
        <source>cirrhosis</source>
        <translation>肝硬化</translation>
    </message>
    <message>
        <source>diabetes</source>
        <translation>糖尿病</translation>
    </message>
    <message>
        <source>recent infarction</source>
        <translation>近期心肌梗死</translation>
    </message>
    <message>
        <source>infarction within 6 months</source>
        <translation>6个月内心肌梗死</translation>
    </message>
    <message>
        <source>not {finding}</source>
        <translation>非{finding}</translation>
    </message>
    <message>
        <source>very low</source>
        <translation>很低</translation>
    </message>
    <message>
        <source>low</source>
        <translation>偏低</translation>
    </message>
    <message>
        <source>normal</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>high</source>
        <translation>偏高</translation>
    </message>
    <message>
        <source>very high</source>
        <translation>很高</translation>
    </message>
    <message>
        <source>reading findings</source>
        <translation>正在读取检查结果</translation>
    </message>
    <message>
        <source>no measured number</source>
        <translation>没有测量数值</translation>
    </message>
    <message>
        <source>no unit is given</source>
        <translation>没有给出单位</translation>
    </message>
    <message>
        <source>a unit that it is not measured in</source>
        <translation>不是该项目的单位</translation>
    </message>
    <message>
        <source>no unit that it is measured in</source>
        <translation>没有该项目的单位</translation>
    </message>
    <message>
        <source>a unit that this is not measured in</source>
        <translation>不是该项目的单位</translation>
    </message>
    <message>
        <source>more than one value</source>
        <translation>不止一个值</translation>
    </message>
    <message>
        <source>neither yes nor no</source>
        <translation>既不是“是”也不是“否”</translation>
    </message>
    <message>
        <source>a text where a value was expected</source>
        <translation>应为数值，却是文字</translation>
    </message>
    <message>
        <source>the comma may be a decimal or a thousands separator</source>
        <translation>逗号可能是小数点，也可能是千位分隔符</translation>
    </message>
    <message>
        <source>findings of the first day</source>
        <translation>首日检查结果</translation>
    </message>
    <message>
        <source>An empty list counts as missing: exports rarely tell “none” from “not recorded”. Findings that are the worst of the first 24 hours are as old as the orders, which may have changed them; the scores may use them.</source>
        <translation>空列表按缺失计：导出数据很少区分“无”与“未记录”。前24小时最差值的检查结果与医嘱同时产生，医嘱可能已改变它们；评分可能用到它们。</translation>
    </message>
    <message>
        <source>not a possible value of {name} ({range}): set aside; correct it or its unit</source>
        <translation>{name}不可能是这个值（{range}）：已搁置；请更正数值或单位</translation>
    </message>
    <message>
        <source>{name}: {why}: set aside</source>
        <translation>{name}：{why}：已搁置</translation>
    </message>
    <message>
        <source>{name}: {why}; read as not measured</source>
        <translation>{name}：{why}；视为未测量</translation>
    </message>
    <message>
        <source>no unit in the header: the values are read as {unit}, which alone fits them; write it in the header</source>
        <translation>表头没有单位：这些值只符合 {unit}，按此读取；请把单位写入表头</translation>
    </message>
    <message>
        <source>no unit is given and the values do not tell it: not read; write the unit in the header, as in {example}</source>
        <translation>没有给出单位，从数值也无法判断：未读取；请像 {example} 那样把单位写入表头</translation>
    </message>
</context>
<context>
    <name>status</name>
    <message>
        <source>{n} admissions</source>
        <translation>{n} 例住院</translation>
    </message>
    <message>
        <source>{n} problems</source>
        <translation>{n} 个问题</translation>
    </message>
    <message>
        <source>1 problem</source>
        <translation>1 个问题</translation>
    </message>
    <message>
        <source>{n} rows set aside</source>
        <translation>搁置 {n} 行</translation>
    </message>
    <message>
        <source>1 row set aside</source>
        <translation>搁置 1 行</translation>
    </message>
    <message>
        <source>{p} of orders unknown</source>
        <translation>{p} 的医嘱未知</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 条说明</translation>
    </message>
    <message>
        <source>{n} notes</source>
        <translation>{n} 条说明</translation>
    </message>
    <message>
        <source>1 admission</source>
        <translation>1 例住院</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>正在读取</translation>
    </message>
    <message>
        <source>Choose the columns</source>
        <translation>请选择列</translation>
    </message>
    <message>
        <source>From a job file</source>
        <translation>来自作业文件</translation>
    </message>
    <message>
        <source>Open an export</source>
        <translation>打开导出文件</translation>
    </message>
    <message>
        <source>Nothing to score</source>
        <translation>无可评分</translation>
    </message>
    <message>
        <source>No problems</source>
        <translation>没有问题</translation>
    </message>
    <message>
        <source>{n} scored</source>
        <translation>已评分 {n}</translation>
    </message>
    <message>
        <source>Paused at {d} of {t}</source>
        <translation>暂停于 {d} / {t}</translation>
    </message>
    <message>
        <source>Ready to start</source>
        <translation>可以开始</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>{t} left</source>
        <translation>剩余 {t}</translation>
    </message>
    <message>
        <source>Needs orders</source>
        <translation>需要医嘱</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>正在比较</translation>
    </message>
    <message>
        <source>Compared</source>
        <translation>已比较</translation>
    </message>
    <message>
        <source>Lists have changed</source>
        <translation>清单已更改</translation>
    </message>
    <message>
        <source>Against orders</source>
        <translation>对照医嘱</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>已保存</translation>
    </message>
    <message>
        <source>Workbook, job file</source>
        <translation>工作簿、作业文件</translation>
    </message>
</context>
</TS>
