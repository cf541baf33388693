"""How scam words are written so that no filter reads them: the word half of the normaliser.

All tables were written by hand for the words of scams only. What a table offers is a candidate;
`rewriting.py` decides in the text whether it stands there as a word of its own.
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

_JOINERS = ("进", "加", "入", "拉", "建", "踢", "q", "福利", "交流", "粉丝", "任务", "红包")
_ADDERS = ("加", "+", "➕", "加我", "添加", "咨询", "联系", "请加")
_WECHAT_NAMES = ("卫星", "绿泡泡", "绿泡", "威信", "绿色软件", "小绿")
_QQ_NAMES = ("扣扣", "企鹅", "抠抠", "秋秋", "球球", "蔻蔻", "叩叩", "🐧")
_TELEGRAM_NAMES = ("纸飞机", "飞机", "✈", "🛩", "🛫", "tg", "小飞机")
_ACCOUNT_TAILS = ("号", "群", ":", "联系", "聊", "账号", "私聊")
_HEART = "❤♥💗💓💕💖💘💛💚💙💜🧡🖤💝"

SLANG: dict[str, str] = {
    "v信": "微信",
    "v❤": "微信",
    "vx": "微信",
    "wx": "微信",
    "v芯": "微信",
    "v心": "微信",
    "w信": "微信",
    "微x": "微信",
    "威x": "微信",
    "薇x": "微信",
    "薇❤": "微信",
    "q群": "qq群",
    "q号": "qq号",
    "q裙": "qq群",
    "q聊": "qq聊",
    "加q": "加qq",
    "+q": "加qq",
    "➕q": "加qq",
    "zfb": "支付宝",
    "支f宝": "支付宝",
    "z付宝": "支付宝",
    "软妹币": "人民币",
    "u币": "usdt",
    "泰达币": "usdt",
    "共享荧幕": "共享屏幕",
    "共享萤幕": "共享屏幕",
    "共享银幕": "共享屏幕",
    "屏幕分享": "屏幕共享",
    "荧幕共享": "屏幕共享",
    "安全帐号": "安全账号",
    "裙号": "群号",
    "裙主": "群主",
    "裙聊": "群聊",
    "裙里发": "群里发",
    "微裙": "微信群",
    "薇裙": "微信群",
    "➕裙": "加群",
    "+裙": "加群",
    "+群": "加群",
    "➕群": "加群",
    "加➕": "加",
    "加+": "加",
}
SLANG |= {f"{left}裙": f"{left}群" for left in _JOINERS}
SLANG |= {f"{left}v": f"{left.strip('+➕') or '加'}微信" for left in _ADDERS}
SLANG |= {f"{left}薇": f"{left.strip('+➕') or '加'}微信" for left in _ADDERS}
SLANG |= {f"{left}微": f"{left.strip('+➕') or '加'}微信" for left in _ADDERS}
SLANG |= {f"+{name}": f"加{name}" for name in ("微信", "qq", "扣扣", "我微信")}
SLANG |= {f"➕{name}": f"加{name}" for name in ("微信", "qq", "扣扣", "我微信", "我", "好友")}
for _names, _plain in ((_WECHAT_NAMES, "微信"), (_QQ_NAMES, "qq"), (_TELEGRAM_NAMES, "电报")):
    SLANG |= {f"{left}{name}": f"加{_plain}" for left in ("+", "➕") for name in _names}
    SLANG |= {
        f"{left}{name}": f"{left}{_plain}"
        for left in ("加", "加我", "添加", "下载", "我的", "下个")
        for name in _names
        if not (name in {"飞机", "卫星", "小绿"} and left in {"我的", "下个", "下载"})
    }
    SLANG |= {
        f"{name}{tail}": f"{_plain}{tail}"
        for name in _names
        for tail in _ACCOUNT_TAILS
        if not (name in {"飞机", "卫星", "小绿", "威信"} and tail in {"联系", "账号"})
    }
"""Names that scammers give to WeChat, QQ, Telegram and groups, each with its context."""

BEGINS_ANOTHER_WORD = {
    "微": "信博商型量波小软笑课店粒创整电",
    "薇": "娅❤",
    "v": "认❤信芯心",
    "机": "票航餐场组头位",
    "星": "图云定遥",
}
"""By the last character of a name, what would make it the beginning of another word."""

ENDS_ANOTHER_WORD = "增参更附追施外"
"""Before `加`, what makes it the end of another word."""

EMOJI: dict[str, str] = {
    f"{left}{heart}": "微信" for left in ("微", "薇", "威", "v", "wei") for heart in _HEART
}
EMOJI |= {
    f"{left}{sign}": f"{left}{plain}"
    for sign, plain, lefts in (
        ("💰", "钱", ("赚", "挣", "给", "打", "转", "领", "还", "借", "返", "收", "充", "要")),
        ("🧧", "红包", ("领", "发", "送", "抢", "返", "大", "给", "收")),
        ("💵", "钱", ("赚", "挣", "给", "打", "转", "返", "收", "借")),
        ("📱", "手机", ("共享", "打开", "您的", "你的", "借", "用")),
        ("💳", "卡", ("银行", "信用", "收", "您的", "你的", "办", "寄")),
        ("👗", "群", ("进", "加", "入", "拉", "qq", "福利")),
        ("🀄", "中", ("群",)),
    )
    for left in lefts
}
EMOJI |= {"🏦卡": "银行卡", "🔗接": "链接", "点🔗": "点链接", "🆓费": "免费"}
EMOJI |= {"🆓": "免费", "🉐": "得", "点👍": "点赞", "💲": "$", "🧧群": "红包群", "👗号": "群号"}
EMOJI |= {"📞:": "电话:", "☎:": "电话:", "📱:": "手机:", "➕我": "加我", "扫🐎": "扫码"}

RADICALS = {
    "讠": {
        "人": "认", "正": "证", "己": "记", "舌": "话", "青": "请", "旬": "询", "寺": "诗",
        "吾": "语", "兑": "说", "某": "谋", "殳": "设", "午": "许", "上": "让", "十": "计",
        "平": "评", "周": "调", "只": "识", "川": "训", "井": "讲", "司": "词", "方": "访",
        "果": "课", "式": "试", "炎": "谈", "身寸": "谢", "斥": "诉", "成": "诚", "羊": "详",
    },
    "钅": {
        "艮": "银", "戋": "钱", "令": "铃", "失": "铁", "昔": "错", "监": "鉴", "肖": "销",
        "同": "铜", "岂": "铠", "十": "针", "勾": "钩", "帛": "锦", "丁": "钉", "中": "钟",
    },
    "扌": {
        "丁": "打", "是": "提", "殳": "投", "彐": "扫", "妾": "接", "罙": "探", "斤": "折",
        "甲": "押", "氐": "抵", "奂": "换", "巴": "把", "合": "拾", "受": "授", "旨": "指",
        "安": "按", "广": "扩", "包": "抱", "召": "招", "寺": "持", "由": "抽",
        "白": "拍", "立": "拉", "发": "拨", "占": "拈", "九": "执", "支": "技", "非": "排",
    },
    "亻": {
        "言": "信", "寸": "付", "代": "袋", "用": "佣", "呆": "保", "也": "他", "尔": "你",
        "直": "值", "昔": "借", "本": "体", "介": "价", "牛": "件", "门": "们", "弋": "代",
        "壬": "任", "半": "伴", "十": "什", "故": "做", "可": "何", "立": "位", "足": "促",
        "主": "住", "木": "休", "专": "传", "到": "倒", "尤": "优",
    },
    "氵": {
        "先": "洗", "工": "江", "去": "法", "主": "注", "每": "海", "殳": "没", "舌": "活",
        "充": "流", "肖": "消", "由": "油", "皮": "波", "台": "治", "青": "清", "斤": "沂",
    },
    "纟": {
        "勺": "约", "工": "红", "吉": "结", "合": "给", "邦": "绑", "及": "级", "田": "细",
        "充": "统", "且": "组", "圣": "经", "卖": "续", "者": "绪", "内": "纳", "录": "绿",
    },
    "饣": {"反": "饭", "官": "馆", "包": "饱", "欠": "饮"},
    "辶": {"反": "返", "关": "送", "井": "进", "首": "道", "艮": "退", "文": "这", "力": "边"},
    "宀": {"子": "字", "玉": "宝", "各": "客", "女": "安", "至": "室", "豕": "家"},
    "衤": {"卜": "补", "君": "裙"},
    "阝": {"击": "陆", "完": "院", "人": "队"},
    "冫": {"东": "冻", "中": "冲", "争": "净"},
    "犭": {"虫": "独", "瓜": "狐"},
}  # fmt: skip
"""Radicals that never stand alone, with what they make; a text that has them hides a word."""

RIGHT_RADICALS = {"刂": {"禾": "利", "至": "到", "另": "别", "吊": "刷", "半": "判", "歹": "列"}}

SPLIT_WORDS = {
    "君羊号": "群号", "进君羊": "进群", "加君羊": "加群", "入君羊": "入群", "君羊里": "群里",
    "车专账": "转账", "车专帐": "转账", "车专款": "转款", "马佥证": "验证", "石马上": "码上",
    "扫石马": "扫码", "证石马": "证码", "二维石马": "二维码", "贝长户": "账户", "贝长号": "账号",
    "转贝长": "转账", "代贝款": "贷款", "月殳票": "股票",
    "马佥": "验", "彳微": "微", "月艮务": "服务",
    "客月艮": "客服", "金艮行": "银行", "金戋": "钱", "王里财": "理财",
    "微亻言": "微信",
}  # fmt: skip

JOINABLE = frozenset(WORDS) | frozenset(
    [
        "诈骗",
        "公安",
        "警察",
        "法院",
        "检察院",
        "通缉令",
        "涉嫌",
        "逮捕",
        "贷",
        "验证",
        "卡号",
        "激活码",
        "返现",
        "日赚",
        "日入",
        "高薪",
        "招聘",
        "宝妈",
        "赚钱",
        "挣钱",
        "急用钱",
        "押金",
        "定金",
        "会费",
        "股",
        "内部",
        "消息",
        "老师",
        "群主",
        "私聊",
        "加我",
        "好友",
        "加微",
        "电报",
        "下载",
        "安装",
        "屏幕",
        "共享",
        "会议",
        "身份证",
        "手机号",
        "银联",
        "信用卡",
        "花呗",
        "借呗",
        "白条",
        "金条",
        "社保",
        "医保",
        "补贴",
        "退税",
        "快递",
        "丢失",
        "双倍",
        "赔偿",
        "理赔",
        "免费",
        "领取",
        "礼品",
        "奖金",
        "抽奖",
        "现金",
        "黄金",
        "取现",
        "裸照",
        "视频",
        "通讯录",
        "博彩",
        "彩金",
        "下分",
        "上分",
        "盘口",
        "平台",
        "任务",
        "佣",
        "返",
        "单子",
        "派单",
        "连单",
        "做单",
        "抢单",
        "垫资",
        "本金",
        "利息",
        "无抵押",
        "秒批",
        "放款",
        "下款",
        "黑户",
        "包装",
        "解封",
        "冻结",
        "清零",
        "积分",
        "兑换",
        "逾期",
        "失效",
        "停用",
        "认证",
    ]
) - {"贷", "股", "佣", "返"}
"""Words that are joined again when spaces or marks stand between their characters."""


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


def split_characters() -> dict[str, str]:
    """A radical and the rest of the character side by side, and whole words written so."""
    made = dict(SPLIT_WORDS)
    for radical, parts in RADICALS.items():
        made |= {radical + part: char for part, char in parts.items()}
    for radical, parts in RIGHT_RADICALS.items():
        made |= {part + radical: char for part, char in parts.items()}
    return made


def _latin_runs(text: str) -> list[str]:
    return "".join(char if char.isascii() else " " for char in text).split()
