"""Whether a text tells of a trick, or tries one: whose deeds it speaks of, and to whom.

A lure speaks to its reader and wants something done now. Who tells of one speaks of others, of what
was said and of yesterday; who warns, doubts or asks a friend does too.
"""

import re

from bot.matching.normalize import Normalized
from bot.matching.stance import stance_features

_PERSON = (
    r"(?:妈|爸|奶奶|爷爷|外婆|外公|姥姥|姥爷|婆婆|公公|老公|老婆|老伴|媳妇|儿子|女儿|闺女|[弟妹姐哥姑姨舅婶嫂叔]|"
    r"岳母|岳父|同事|同学|室友|舍友|闺蜜|朋友|邻居|老乡|战友|老板|阿姨|大爷|大妈|师傅|老头|老太太|会计|财务|"
    r"亲戚|徒弟|学生|一个[男女]的|有个人)"
)
_DID = (
    r"(?:被|接到|接了|收到|加了|转了|给人|让人|叫人|上当|差点|也|就是|那时|以前|去年|上次|上个月|昨天|前几天|"
    r"遇到|碰到|信了|买了|充了|亏了|投了)"
)

_OF_OTHERS = tuple(
    map(
        re.compile,
        (
            rf"{_PERSON}[^,。!?]{{0,6}}{_DID}",
            r"昨天|昨晚|前天|前几天|前两天|上个?月|上周|上礼拜|去年|前年|那天|那会儿|那时候|刚才|刚刚|上次|上回|"
            r"今早|早上|后来|当时|有一次|有回",
            r"说是|说要|[说让叫要喊]我|[说让叫要][她他]|非要|对方|自称|说什么|说啥",
            r"(?:他|她|对方|那人|那边|人家|骗子|那个人|那[男女]的)"
            r".*(?:他|她|对方|那人|那边|人家|骗子|那个人|那[男女]的)",
            r"听说|据说|新闻|看到说|刷到|有人说|人家说|网上说",
            r"没(?:上当|转|给|理|信|扫|点|敢|接)|挂了|拉黑|删了|报了?警|差点|幸亏|幸好|还好|笑死|哈哈|无语|"
            r"[拦劝]住|拦下|识破|举报",
            r"骗了|骗走|被骗|亏了|转了|没了|要不回来|追不回|提不出来|打水漂",
            r"你可别|千万别|千万不要|别信|[让叫][她他]别|先别|别[接点扫转理]|不要信|小心|当心|长点心|提醒|遇到",
            r"真的假的|靠谱|骗人|骗子|是真的|真的吗|可信|能信|假的吧|有问题|不对劲|怪怪的|奇怪|蹊跷|套路",
        ),
    )
)
_TO_THE_READER = tuple(
    map(re.compile, (r"您", r"请(?!问|教|假|客)|尽快|立即|马上|务必|点击|添加|下载"))
)
_ASKED_OF_ME = re.compile(r"[让叫要教催喊]我[^,。!?妈爸]{0,6}[转交打付充下加点扫报填垫借取寄买开]")
_DEMANDS = 2
"""So many demands speak to the reader; one stands in many a story."""


def tells_of_it(text: Normalized) -> bool:
    """Whether more in it is said of others than to the reader."""
    of_others = sum(sign.search(text.text) is not None for sign in _OF_OTHERS)
    if not of_others:
        return False
    to_the_reader = sum(sign.search(text.text) is not None for sign in _TO_THE_READER)
    to_the_reader += stance_features(text)["demand"] >= _DEMANDS
    return of_others > to_the_reader


def is_asked_of_the_teller(text: Normalized) -> bool:
    """Whether the one who tells says that he himself was told to do something."""
    return _ASKED_OF_ME.search(text.text) is not None
