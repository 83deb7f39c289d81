import type { DoorCode, ProblemSentences } from './problem-table.js';

/** Every problem in Chinese. */
export const PROBLEMS_ZH: Readonly<Record<DoorCode, ProblemSentences>> = {
  ACCOUNT_UNAVAILABLE: { title: '账户暂不可用', detail: '暂时无法联系会员计划，且没有已知的余额；请稍后重试。' },
  ACTION_NOT_POSSIBLE: {
    title: '该操作无法如此处理',
    detail: '该操作目前不允许此处理；请查看其状态、可行的处理及其余不可行的原因。',
  },
  ACTIVITY_EXISTS: { title: '该行程已登记', detail: '该行程已以不同内容登记；请查看 operationId 并更正原操作。' },
  ACTIVITY_NOT_SUPPORTED: {
    title: '不支持该类行程',
    detail: '该会员计划不接受此类行程，或缺少其所需的字段；请查看其条款。',
  },
  ALREADY_REFUNDED: { title: '已全部退还', detail: '该笔兑换已无可退还的积分；请查看其退还记录。' },
  ALREADY_REVERSED: { title: '已全部冲正', detail: '该笔累积已无可冲正的积分；请查看其冲正记录。' },
  APPROVAL_STATE: { title: '该审批已结束', detail: '该审批已有决定或已过期；请查看其 state，如仍需要请重新申请。' },
  BACKLOG_FULL: {
    title: '该会员计划积压过多',
    detail:
      '等待该会员计划处理的操作已达上限，本次请求未被保存；请在 Retry-After 之后用相同的 Idempotency-Key 重新发送。',
  },
  BREAK_STATE: { title: '该差异无法如此处理', detail: '该差异已处理过，或不允许此操作；请查看其 state 与 actions。' },
  CAPABILITY_MISSING: { title: '该会员计划不支持', detail: '该会员计划不提供此功能；请查看其 capabilities。' },
  CONNECTION_EXISTS: {
    title: '连接已存在',
    detail: '该会员计划与租户已有连接，请修改现有连接。',
  },
  CONNECTION_SHARED: {
    title: '连接由多个租户共用',
    detail: '其他租户也在使用此连接，仅运营方管理员可暂停或恢复；请与其联系。',
  },
  CONSENT_MISSING: { title: '缺少旅客同意', detail: '旅客的同意不包含此操作；请取得同意并以相应范围重新关联。' },
  CONTENT_TYPE_UNSUPPORTED: {
    title: '不支持的媒体类型',
    detail: '请以该请求要求的 Content-Type、UTF-8 编码且不压缩地发送正文。',
  },
  FORBIDDEN: { title: '无权限', detail: '该密钥没有执行此操作的权限；请更换密钥或增加权限。' },
  HEADERS_TOO_LARGE: { title: '请求头过大', detail: '请求头不得超过 16 KiB 和 100 行。' },
  HOLD_ENDING: { title: '积分保留即将到期', detail: '积分保留的剩余时间不足以安全确认；请释放后以新的报价重新兑换。' },
  IDEMPOTENCY_IN_PROGRESS: { title: '正在处理', detail: '使用该 Idempotency-Key 的首个请求仍在处理；请稍后再试。' },
  IDEMPOTENCY_KEY_INVALID: {
    title: 'Idempotency-Key 无效',
    detail: '请发送一个 Idempotency-Key，长度 1 至 255，仅含可打印的 ASCII 字符。',
  },
  IDEMPOTENCY_KEY_REQUIRED: {
    title: '缺少 Idempotency-Key',
    detail: '请发送 Idempotency-Key 请求头，重试同一请求时使用同一个值。',
  },
  IDEMPOTENCY_KEY_REUSED: { title: 'Idempotency-Key 已用于其他请求', detail: '该键已对应另一个请求；请使用新的键。' },
  INSUFFICIENT_POINTS: {
    title: '积分不足',
    detail: '除已保留的积分外，会员的可用积分不足；请选择所需积分较少的奖励，或稍后再兑换。',
  },
  INTERNAL: { title: '内部错误', detail: '我们的系统出错；请以同一 Idempotency-Key 重试，或将 requestId 告知我们。' },
  INVALID: { title: '请求无效', detail: '请求在 errors 所列之处有误；请更正后重新发送。' },
  LINK_NOT_ACTIVE: { title: '关联未生效', detail: '该关联未处于有效状态；请查看其 state 与 reason，必要时重新关联。' },
  LINK_REFUSED: { title: '关联被拒绝', detail: '会员计划拒绝了该会员；原因见 reason。' },
  MALFORMED: { title: '请求无法解析', detail: '请求无法按 HTTP 和 UTF-8 编码的 JSON 解析；请更正后重新发送。' },
  METHOD_NOT_ALLOWED: { title: '不支持的方法', detail: '该地址仅支持 Allow 中列出的方法。' },
  NOT_FOUND: { title: '未找到', detail: '该密钥在此处没有可访问的内容；请核对地址与标识。' },
  NOT_REFUNDABLE: { title: '无法退还', detail: '只有已确认的兑换可以退还；请查看该操作。' },
  NOT_REVERSIBLE: { title: '无法冲正', detail: '该操作在当前状态下无法冲正；请查看该操作。' },
  NUMBER_IN_USE: { title: '会员号已被使用', detail: '该会员号已关联至另一位旅客；请核对会员号或旅客。' },
  OPERATION_NOT_CANCELLABLE: { title: '无法取消', detail: '该操作已无法取消；请查看该操作，入账后可冲正。' },
  PAYLOAD_TOO_LARGE: { title: '正文过大', detail: '请减少单次发送的内容：64 KiB，批量为 4 MiB。' },
  POINTS_REQUIRED: { title: '需要提供积分', detail: '该会员计划的累积规则无法计算此行程的积分；请提供 points。' },
  PRICE_REQUIRED: {
    title: '需要提供价格',
    detail: '奖励所需的积分由其价格计算；请提供 price，已知积分时也可提供 points。',
  },
  QUOTE_EXPIRED: { title: '报价已过期', detail: '该报价已不能使用；请重新获取报价。' },
  QUOTE_USED: {
    title: '报价已使用',
    detail: '一个报价只能用于一次兑换，该报价已使用；请查看 operationId，或重新获取报价。',
  },
  RECONCILIATION_STATE: {
    title: '该对账无法如此处理',
    detail: '只有已完成且对应已关账日期的对账可以签核；请查看该对账，满足条件后再试。',
  },
  REDEMPTION_STATE: {
    title: '当前状态无法操作',
    detail: '该笔兑换处于 state 所示的状态，无法执行此操作；请查看该操作。',
  },
  REFUND_EXCEEDS: { title: '超过可退还积分', detail: '退还合计不得超过原兑换；请减少积分或退还全部剩余积分。' },
  REQUEST_TIMEOUT: { title: '请求超时', detail: '请求未能及时到达；请重新发送。' },
  REQUEUE_CHANGED: { title: '与预览不符', detail: '预览中的操作此后已有变化；请重新预览并执行新的预览。' },
  REVERSAL_EXCEEDS: { title: '超过可冲正积分', detail: '冲正合计不得超过原累积；请减少积分或冲正全部剩余积分。' },
  REWARD_NOT_SUPPORTED: { title: '不支持该类奖励', detail: '该会员计划的积分不能兑换此类奖励；请查看其条款。' },
  SCHEME_UNKNOWN: { title: '未知的会员计划', detail: '没有该会员计划；GET /v1/schemes 可列出全部计划。' },
  SECOND_PERSON_NEEDED: { title: '须由第二人决定', detail: '该处理由此密钥申请；须由他人以其自己的密钥批准或拒绝。' },
  SIGNATURE_INVALID: { title: '签名无效', detail: '签名缺失、错误、过期或不属于该连接；请重新签名后发送。' },
  SUPPLIER_REFERENCE_TAKEN: {
    title: '供应商编号属于另一操作',
    detail: '另一操作已使用该供应商编号；请核实其究竟属于哪一笔。',
  },
  SUPPLIER_UNAVAILABLE: { title: '会员计划暂不可用', detail: '暂时无法联系会员计划；请稍后重试。' },
  TOO_EARLY: { title: '时间过早', detail: '该行程尚未发生；请在其完成后再发送。' },
  UNAUTHENTICATED: { title: '未认证', detail: '请发送有效的密钥：Authorization: Bearer <key>。' },
  UNAVAILABLE: { title: '暂不可用', detail: '网关暂时无法受理，未保存任何内容；请以同一 Idempotency-Key 重试。' },
};
