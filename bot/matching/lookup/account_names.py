"""Names of accounts that do not exist, and are only ever heard from a scammer."""

import re

_NAMES = re.compile(
    r"(?:收款人|收款方|收款户名|开户名|账户名|对方户名|户名|名称)?"
    r"(?:(?:国家反诈中心|反诈中心|公安局|公安厅|公安|警方|公检法|检察院|法院|银监|证监|央行|人民银行|国家|专用|资金|对公|官方|临时)*"
    r"(?:安全|核查|清查|审查|监管|保护|清算|验资|认证|解冻|公证)(?:资金)?(?:账户|账号|帐户|帐号|卡|专户|专款账户))"
)
_LONGEST = 20


def not_a_real_account(plain: str) -> bool:
    """Whether a message is nothing but the name of such an account."""
    bare = re.sub(r"[\s\"“”'，,。.？?！!：:吗呢啊是什么]+", "", plain)
    return len(bare) <= _LONGEST and _NAMES.fullmatch(bare) is not None
