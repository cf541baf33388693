import importlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching.folding_tables import folding
from bot.matching.normalize import LONGEST_REWRITTEN, normalize
from bot.matching.pictures import PICTURES
from bot.matching.rewriting import find_edits
from bot.matching.slang_tables import EMOJI, SLANG
from bot.matching.sounds import glued_pinyin, homophone_words, pinyin_words, swapped_words
from bot.matching.split_characters import split_characters, split_neighbours

DISGUISED = [
    ("点赞曰结", "点赞日结", "slang"),
    ("発票転账", "发票转账", "variant"),
    ("别告訢家人", "别告诉家人", "traditional"),
    ("開啟螢幕分享", "开启屏幕共享", "slang"),
    ("加威🌟abc", "加微信abc", "emoji"),
    ("請將帳戶餘額轉賬", "请将账户余额转账", "traditional"),
    ("安全帐户", "安全账户", None),
    ("中囯银行", "中国银行", "variant"),
    ("ＱＱ１２３４５６", "qq123456", "full_width"),
    ("𝐕信 𝟖𝟖", "微信 88", "variant"),
    ("рауments", "payments", "variant"),
    ("刷\u200b单\u2060返\u202e利", "刷单返利", "zero_width"),
    ("转\x00账\x07", "转账", None),
    ("a\u0336b\u0336c", "abc", None),
    ("刷 单", "刷单", "inner_space"),
    ("刷.单", "刷单", "inner_space"),
    ("刷*单", "刷单", "inner_space"),
    ("转 - 账", "转账", "inner_space"),
    ("今 晚 发 钱 了", "今晚发钱了", "inner_space"),
    ("请下★载软★件办★理贷款", "请下载软件办理贷款", "inner_space"),
    ("请。把。钱。转到安。全账。户里", "请把钱转到安全账户里", "inner_space"),
    ("客\n服\n让\n交\n税", "客服让交税", "inner_space"),
    ("要/给/我/发/钱,三/天", "要给我发钱,三天", "inner_space"),
    ("下 载 软 件 办 理 贷 款", "下载软件办理贷款", "inner_space"),
    ("日 结 3 0 0", "日结 3 0 0", "inner_space"),
    ("先垫付(*^▽^*)后返利( ´∀`)σ", "先垫付后返利", "kaomoji"),
    ("转账→_→给我T_T谢谢^_^", "转账给我谢谢", "kaomoji"),
    ("看(≧▽≦)org一下", "看org一下", "kaomoji"),
    ("先\n交\n八\n百\n押\n金，合\n理\n吗", "先交八百押金,合理吗", "inner_space"),
    ("薇❤️:abc12", "微信:abc12", "emoji"),
    ("扫👗? 进👗", "扫👗? 进群", "emoji"),
    ("加✈️", "加电报", "slang"),
    ("加🐧123456", "加qq123456", "slang"),
    ("赚💰", "赚钱", "emoji"),
    ("一个电☎说要扣💰,我差☞就信", "一个电话说要扣钱,我差点就信", "emoji"),
    ("发🧧给您,去🏦办💳", "发红包给您,去银行办💳", "emoji"),
    ("银行💳和手🐔都寄来", "银行卡和手机都寄来", "emoji"),
    ("我要挂失🏦💳。", "我要挂失银行卡。", "emoji"),
    ("扫🐴领📦杀🐷盘", "扫码领快递杀猪盘", "emoji"),
    ("V信联系", "微信联系", "slang"),
    ("vx:abc123", "微信:abc123", "slang"),
    ("加➕微信", "加微信", "slang"),
    ("加➕裙", "加群", "slang"),
    ("扣扣号12345", "qq号12345", "slang"),
    ("企鹅群", "qq群", "slang"),
    ("加我威信", "加我微信", "slang"),
    ("下载纸飞机", "下载电报", "slang"),
    ("薇信", "微信", "homophone"),
    ("代款找我", "贷款找我", "homophone"),
    ("冲值返现", "充值返现", "homophone"),
    ("先垫富再返佣", "先垫付再返佣", "homophone"),
    ("支傅保转过去", "支付宝转过去", "homophone"),
    ("屏目共响打开", "屏幕共享打开", "homophone"),
    ("把钱账转到安账全户", "把钱转账到安全账户", "swapped"),
    ("加微信微信聊", "加微信微信聊", None),
    ("去钅艮行", "去银行", "split"),
    ("身份讠正件", "身份证件", "split"),
    ("把王见金都车专走", "把现金都转走", "split"),
    ("讠青扌巴禾刂息发来", "请把利息发来", "split"),
    ("进君羊", "进群", "split"),
    ("存士示欠的人不用加微亻言", "存款的人不用加微信", "split"),
    ("诈反宣传说子骗会让您转账", "反诈宣传说骗子会让您转账", "swapped"),
    ("shua单", "刷单", "pinyin"),
    ("粉丝qun里说先fanli", "粉丝群里说先fanli", "pinyin"),
    ("钱冻在zhanghu里,礼qian转你", "钱冻在账户里,礼钱转你", "pinyin"),
    ("jia我weixin", "jia我微信", "pinyin"),
    ("先zhuanzhang", "先转账", "pinyin"),
    ("一三八零零一三八零零零", "13800138000", "digit"),
    ("①③⑧00138000", "13800138000", "digit"),
    ("壹叁捌零零壹叁捌零零零", "13800138000", "digit"),
    ("幺三八零零幺三八零零零", "13800138000", "digit"),
    ("l38oo138ooo", "13800138000", "digit"),
    ("验证码三八二九一零", "验证码382910", "digit"),
    ("٠١٢", "012", None),
]

ORDINARY = [
    "子曰学而时习之",
    "示威🌟",
    "他在村里很有威信",
    "这是新时代款式的裙子",
    "请说明使用金额",
    "我买了一条裙子",
    "坐飞机✈去北京",
    "生日快乐🎂天天开心🌹",
    "今天好热🔥喝点水💧再走",
    "参加微型马拉松",
    "加微波炉专用盖",
    "她姓卫,心里高兴",
    "①打开设置 ②点关闭",
    "二零二六年一月一日",
    "今天 天气 不错",
    "男/女 是/否 大/小",
    "买了鱼、肉、菜,晚上做饭",
    "好的。明白。谢谢。再见。",
    "拨打(010)12345(前台)或(8:00-20:00)来电",
    "价格(¥99/¥199)(含税)",
    "门关住了,收以前的快递",
    "同程的订单,绘本免运费",
    "改一下密保手机,款退不回来",
    "5月要发工资,15日免运费",
    "那女也走了,又见到你心里高兴",
    "快递·生鲜·超市·外卖",
    "微信/支付宝都可以",
    "姓名: 王芳",
    "反对浪费,力气要用对",
    "收据上写着代办费",
    "动物园的企鹅很可爱",
    "孩子在练 wordpress 和 vxworks",
    "wx2023120112",
    "我家养了球球,一只小狗",
    "孩子骗我说没有",
    "我叫zhanghao,英文名tie",
    "微信号qun,李qian",
    "恭喜🎉🎉发财💰💰",
    "兑换商品,加微波炉",
]

UNTOUCHED_LINKS = [
    "https://wx.qq.com/weixin/shua?v=1",
    "www.weixin.com/yinhang",
    "abc@weixin.com",
    "http://10.0.0.1:8080/vx",
    "wxid_abc123",
]


@pytest.mark.parametrize(("written", "plain", "kind"), DISGUISED)
def test_disguise_is_undone_and_named(written: str, plain: str, kind: str | None) -> None:
    found = normalize(written)
    assert found.text == plain
    if kind is not None:
        assert kind in found.disguises


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_are_not_bent(text: str) -> None:
    found = normalize(text)
    assert found.text == text.lower()
    assert not found.disguises


@pytest.mark.parametrize("link", UNTOUCHED_LINKS)
def test_links_and_ids_survive_inside_chinese(link: str) -> None:
    assert link in normalize(f"请看{link} 谢谢").text


def test_honest_typing_is_no_disguise() -> None:
    assert normalize("您好，请看1楼 ❤️ 80㎡，帐号见 Café 的海报").disguises == {}


def test_span_leads_back_to_the_written_phrase() -> None:
    written = "您好,请加 薇\u200b❤️:abc 领取"
    found = normalize(written)
    start = found.text.index("微信")
    span = found.span(start, start + 2)
    assert written[span.start : span.end].startswith("薇")
    assert written[span.start : span.end].rstrip("\ufe0f") == "薇\u200b❤"


def test_span_of_expanded_character_is_that_character() -> None:
    found = normalize("共5㎏米")
    start = found.text.index("kg")
    span = found.span(start, start + 2)
    assert found.original[span.start : span.end] == "㎏"


def test_span_outside_the_text_is_cut_to_it() -> None:
    found = normalize("转账")
    assert (found.span(-5, 99).start, found.span(-5, 99).end) == (0, 2)


def test_folding_settles_in_one_step() -> None:
    known = folding()
    marks = {0, 1}
    inside = [folded for folded in known.table if folded < len(known.table)]
    assert all(known.table[folded] == folded for folded in inside if folded not in marks)
    assert all(text.translate(known.table) == text for text in known.expansions.values())


def test_no_rule_writes_what_it_reads() -> None:
    tables = (homophone_words(), glued_pinyin(), pinyin_words(), split_characters(), SLANG, EMOJI)
    for table in tables:
        assert all(written != plain for written, plain in table.items() if len(plain) > 1)


def test_what_rules_write_is_folded_already() -> None:
    table = folding().table
    for rules in (
        glued_pinyin(),
        pinyin_words(),
        split_characters(),
        split_neighbours(),
        swapped_words(),
    ):
        assert all(plain.translate(table) == plain for plain in rules.values())
    assert all(plain.translate(table) == plain for plain in PICTURES.values())


def test_homophones_of_one_character_words_only_change_one_sound() -> None:
    for written, word in homophone_words().items():
        assert len(written) == len(word)


def test_ordinary_dictionary_words_are_never_taken_for_homophones() -> None:
    rjieba = importlib.import_module("rjieba")
    ordinary = [word for word in homophone_words() if rjieba.has_word(word)]
    assert ordinary
    for word in ordinary:
        assert not [edit for edit in find_edits(f"，{word}，") if edit[3] == "homophone"], word


def test_text_longer_than_any_message_keeps_its_words() -> None:
    long = "好" * LONGEST_REWRITTEN + "帳戶 V信"
    assert normalize(long).text.endswith("账户 v信")


_PIECES = st.sampled_from(
    [*SLANG, *EMOJI, *PICTURES, *list(homophone_words())[:200], *list(pinyin_words())[:120]]
    + [*list(split_characters())[:120], *list(split_neighbours())[::5], *swapped_words()]
    + [
        "(*^▽^*)",
        "T_T",
        "★",
        "、",
        "。",
        "薪",
        "征",
        "转",
        "账",
        "户",
        "微",
        "信",
        "银",
        "行",
        "\n",
    ]
    + [" ", ".", "*", "\u200b", "一", "①", "3", "o", "l", "➕"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_normalising_twice_is_normalising_once_for_disguises(text: str) -> None:
    once = normalize(text).text
    assert normalize(once).text == once


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(), max_size=80))
def test_any_string_has_a_plain_form_with_a_map(text: str) -> None:
    found = normalize(text)
    assert normalize(found.text).text == found.text
    assert len(found.offsets) == len(found.text) + 1
    places = list(found.offsets)
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)
    assert found.text.encode("utf-8").decode("utf-8") == found.text
