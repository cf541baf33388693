"""What scammers call WeChat, QQ, Telegram and groups, emoji that stand for words, spaced words."""

from bot.matching.scam_words import WORDS
from bot.matching.signal_rule import words

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
    "荧幕分享": "屏幕共享",
    "萤幕共享": "屏幕共享",
    "萤幕分享": "屏幕共享",
    "分享荧幕": "共享屏幕",
    "分享萤幕": "共享屏幕",
    "曰结": "日结",
    "曰赚": "日赚",
    "曰薪": "日薪",
    "曰返": "日返",
    "今曰": "今日",
    "每曰": "每日",
    "当曰": "当日",
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
    "微": "信博商型量波小软笑课店粒创整电亻",
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
EMOJI |= {f"{left}{star}": "微信" for left in "微薇" for star in "⭐🌟"}
EMOJI |= {f"加威{star}": "加微信" for star in "⭐🌟"}
EMOJI |= {"🔗接": "链接", "点🔗": "点链接", "🆓费": "免费", "群🀄": "群中"}
EMOJI |= {"🆓": "免费", "🉐": "得", "点👍": "点赞", "💲": "$", "🧧群": "红包群", "👗号": "群号"}
EMOJI |= {"📞:": "电话:", "☎:": "电话:", "📱:": "手机:", "➕我": "加我", "扫🐎": "扫码"}

JOINABLE = frozenset(WORDS) | frozenset(
    words(
        "诈骗 公安 警察 法院 检察院 通缉令 涉嫌 逮捕 验证 卡号 激活码 返现 日赚 日入 高薪 招聘 "
        "宝妈 赚钱 挣钱 急用钱 押金 定金 会费 内部 消息 老师 群主 私聊 加我 好友 加微 电报 下载 "
        "安装 屏幕 共享 会议 身份证 手机号 银联 信用卡 花呗 借呗 白条 金条 社保 医保 补贴 退税 "
        "快递 丢失 双倍 赔偿 理赔 免费 领取 礼品 奖金 抽奖 现金 黄金 取现 裸照 视频 通讯录 博彩 "
        "彩金 下分 上分 盘口 平台 任务 单子 派单 连单 做单 抢单 垫资 本金 利息 无抵押 秒批 放款 "
        "下款 黑户 包装 解封 冻结 清零 积分 兑换 逾期 失效 停用 认证 "
        "骗子 骗局 反诈 防骗 被骗 上当 冒充 假冒 警惕 谨防 切勿 请勿 千万 不要 挂断 拨打 提醒 民警"
    )
)
"""Words that are joined again when spaces or marks stand between their characters."""
