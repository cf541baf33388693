"""The words of asking, which say nothing of what is asked about; and ways of speaking made one."""

import re
from collections.abc import Mapping

SAME: Mapping[str, str] = {
    "咋": "怎么",
    "啥": "什么",
    "区别": "不同",
    "靠谱": "可信",
    "钱款": "钱",
    "银行卡": "卡",
    "软件": "app",
    "应用": "app",
    "手机号": "号码",
    "电话号": "号码",
    "微信号": "微信",
    "支付宝": "支付软件",
    "抖音": "短视频",
    "闲鱼": "二手平台",
    "民警": "警察",
    "报送": "举报",
    "语音": "声音",
    "截图": "图片",
    "止附": "止付",
    "照片": "图片",
}
"""How residents put it, and how our texts do, both made one."""
ASKING = re.compile(
    r"是什么意思|什么意思|是怎么回事|怎么回事|怎么办|怎么弄|怎么搞|是不是|能不能|会不会|有没有|要不要"
    r"|可不可以|行不行|对不对|可以吗|真的吗|真的假的|请问|想问|现在|刚才|刚刚|已经|然后|有人"
    r"|[的了吗呢吧啊呀嘛么哦也就都还又很]"
)
NOT_SIGNS = re.compile(r"[^\w]+|_+")


def without_question_words(folded: str) -> str:
    """What is asked about, in runs of signs parted by spaces."""
    plain = folded.lower()
    for said, same in SAME.items():
        plain = plain.replace(said, same)
    return NOT_SIGNS.sub(" ", ASKING.sub(" ", plain)).strip()
