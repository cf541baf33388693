"""Scam words by their sound: homophones and pinyin written in their place.

What a table offers is a candidate; `rewriting.py` decides in the text whether it stands there as a
word of its own.
"""

from itertools import product

WORDS = {
    "微信": "wei xin",
    "转账": "zhuan zhang",
    "贷款": "dai kuan",
    "刷单": "shua dan",
    "返利": "fan li",
    "佣金": "yong jin",
    "兼职": "jian zhi",
    "投资": "tou zi",
    "提现": "ti xian",
    "银行": "yin hang",
    "银行卡": "yin hang ka",
    "验证码": "yan zheng ma",
    "支付宝": "zhi fu bao",
    "红包": "hong bao",
    "密码": "mi ma",
    "客服": "ke fu",
    "彩票": "cai piao",
    "赌博": "du bo",
    "博彩": "bo cai",
    "充值": "chong zhi",
    "理财": "li cai",
    "股票": "gu piao",
    "荐股": "jian gu",
    "内幕": "nei mu",
    "稳赚": "wen zhuan",
    "收益": "shou yi",
    "额度": "e du",
    "征信": "zheng xin",
    "解冻": "jie dong",
    "保证金": "bao zheng jin",
    "垫付": "dian fu",
    "点赞": "dian zan",
    "关注": "guan zhu",
    "裸聊": "luo liao",
    "日结": "ri jie",
    "扫码": "sao ma",
    "二维码": "er wei ma",
    "链接": "lian jie",
    "加群": "jia qun",
    "进群": "jin qun",
    "福利": "fu li",
    "中奖": "zhong jiang",
    "办证": "ban zheng",
    "发票": "fa piao",
    "套现": "tao xian",
    "网贷": "wang dai",
    "借款": "jie kuan",
    "退款": "tui kuan",
    "会员": "hui yuan",
    "共享屏幕": "gong xiang ping mu",
    "安全账户": "an quan zhang hu",
    "洗钱": "xi qian",
    "公安局": "gong an ju",
    "汇款": "hui kuan",
    "打款": "da kuan",
    "账户": "zhang hu",
    "账号": "zhang hao",
    "手续费": "shou xu fei",
    "激活": "ji huo",
    "注销": "zhu xiao",
    "跑分": "pao fen",
    "走账": "zou zhang",
    "流水": "liu shui",
    "虚拟币": "xu ni bi",
    "比特币": "bi te bi",
    "导师": "dao shi",
    "带单": "dai dan",
    "跟单": "gen dan",
    "下注": "xia zhu",
    "约炮": "yue pao",
    "同城": "tong cheng",
    "代办": "dai ban",
    "收款": "shou kuan",
    "理赔": "li pei",
}
"""The words of scams, with their sounds."""

NAMES_IN_PINYIN = frozenset({"zhanghao", "zhanghu", "wangdai", "daidan", "gendan", "tongcheng"})
SPACED_PINYIN = frozenset({"微信", "贷款", "刷单", "兼职", "红包", "返利", "佣金", "提现", "银行"})

SOUNDS = {
    "微": "薇威徽葳蔚巍维围喂魏危卫唯惟为",
    "信": "芯新心辛欣鑫伈昕杺姓忻馨",
    "转": "赚撰砖",
    "账": "帐胀杖涨仗丈障",
    "贷": "代带袋岱戴待",
    "款": "宽",
    "刷": "唰",
    "单": "丹担弹耽殚蛋",
    "返": "反饭范泛",
    "利": "力例立莉丽俐厉",
    "佣": "拥涌用勇",
    "金": "斤巾今津",
    "兼": "坚肩间简",
    "职": "直值织植",
    "投": "头",
    "资": "姿兹",
    "提": "题",
    "现": "先限线",
    "验": "雁",
    "证": "正征",
    "码": "马玛",
    "银": "垠吟",
    "行": "航",
    "卡": "咔",
    "支": "知吱",
    "付": "傅府",
    "宝": "堡饱",
    "红": "宏鸿虹",
    "包": "胞",
    "密": "蜜",
    "服": "扶",
    "彩": "采踩",
    "票": "漂飘",
    "赌": "堵睹",
    "博": "搏",
    "充": "冲",
    "财": "才材",
    "股": "骨古",
    "荐": "建件",
    "稳": "吻",
    "赚": "专",
    "冻": "动栋",
    "垫": "电",
    "聊": "辽撩",
    "扫": "嫂骚",
    "链": "连莲",
    "接": "结街",
    "群": "裙",
    "奖": "讲桨",
    "贴": "帖",
    "销": "消",
    "跑": "炮",
    "虚": "需",
    "币": "必毕",
    "费": "废",
    "续": "序",
    "炮": "泡",
}
"""Characters that sound alike; only inside the words above, one at a time."""

FULL_HOMOPHONES = {"微信": ("薇芯", "威芯", "葳芯", "徽芯", "薇新", "薇心", "维芯", "徽心")}


def homophone_words() -> dict[str, str]:
    """Every scam word with one character replaced by one that sounds alike."""
    found: dict[str, str] = {}
    for word in WORDS:
        for index, char in enumerate(word):
            for other in SOUNDS.get(char, ""):
                found.setdefault(word[:index] + other + word[index + 1 :], word)
        for other in FULL_HOMOPHONES.get(word, ()):
            found[other] = word
    return {disguised: word for disguised, word in found.items() if disguised not in WORDS}


def pinyin_words() -> dict[str, str]:
    """Scam words with one sound, or all of them, in Latin letters, joined or spaced."""
    found: dict[str, str] = {}
    for word, spelling in WORDS.items():
        sounds = spelling.split()
        joined = "".join(sounds)
        if len(joined) > 5 and joined not in NAMES_IN_PINYIN:
            found[joined] = word
        if len(joined) > 8 or word in SPACED_PINYIN:
            found[" ".join(sounds)] = word
        for mixed in product(*zip(word, sounds, strict=True)):
            if any(part.isascii() for part in mixed) and not all(p.isascii() for p in mixed):
                found["".join(mixed)] = word
    return {
        written: word
        for written, word in found.items()
        if not any(len(run) == 1 for run in _latin_runs(written))
    }


def _latin_runs(text: str) -> list[str]:
    return "".join(char if char.isascii() else " " for char in text).split()
