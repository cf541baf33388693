"""Somebody who needs help is told apart from somebody who asks about a message."""

import pytest

from bot.matching.plea import LONGEST_PLEA, Plea, plea_in

PLEAS = {
    Plea.PAID: (
        "我刚刚把钱转给骗子了",
        "我被骗了5万块怎么办",
        "我被骗了",
        "我妈被骗了三万",
        "怎么报案",
        "救命",
        "我卡里的钱刚被转走了",
        "卡里三万块全被他们划走了",
        "我已经转了2万给对方了怎么办",
        "钱转完他就把我拉黑了",
        "付了六百块定金，卖家失联了",
        "充了八千进去，现在提现提不出来",
        "老爸买保健品叫人家骗走两万",
        "转账了怎么办",
    ),
    Plea.GAVE_CODE: (
        "我把验证码告诉他了",
        "刚才点开短信里的链接，卡号密码都填进去了",
        "身份证和银行卡都拍照发给客服了",
        "扫了那个二维码会不会有事",
    ),
    Plea.ON_CALL: (
        "他在让我共享屏幕 我现在还在通话",
        "那边不让我挂电话",
        "我不敢挂",
        "我妈开着免提跟一个警察说话，一个多钟头了",
        "手机好像被远程控制了，自己在动",
    ),
    Plea.CASH: (
        "我把八万现金交给上门来取的人了",
        "金条让闪送拿走了",
        "银行卡寄给他们了，说是做流水",
    ),
    Plea.CHILD: (
        "孩子用我手机给网上的人转了三千",
        "女儿被人骗着发了红包，一共九百",
    ),
    Plea.BLACKMAILED: (
        "他录了我的视频，不给钱就发给我家里人",
        "有人拿裸照威胁我",
        "催收爆我通讯录怎么办",
    ),
    Plea.DESPAIR: ("我想死", "不想活了", "活不下去了", "钱全没了，我站在天台上"),
    Plea.ASKED: (
        "抖音上认识个男的说带我炒黄金",
        "刚收到短信说我的ETC过期了让点链接",
        "他让我共享屏幕",
        "客服叫我把钱转到安全账户，是真的吗",
        "有人说我涉嫌洗钱，要我配合，真的假的",
    ),
    Plea.PERHAPS_PAID: ("我刚把五万转过去了", "两千块钱已经转给他了"),
}
OTHER = (
    "晚上吃什么",
    "这是不是骗子",
    "钱转给你了，收到没",
    "妈我把房租转你了",
    "妈，我手机丢了，先用这个号，急用五千块",
    "我想学怎么不被骗",
    "我怕被骗，先问问",
    "教我妈别上当",
    "您被骗的钱可以追回，加微信办理",
    "差点被骗，还好没转",
    "听说楼上王姨被骗了两万",
    "警方提醒：凡是要求共享屏幕的都是诈骗",
    "某女子接到客服电话，被骗走12万元",
    "【招商银行】您账户尾号1234转账支出2000元",
    "门锁密码发我一下，我到楼下了",
    "孩子学费交了，发票在群里",
    "明天开会记得共享屏幕",
    "验证码提供给他人可能导致账号被盗",
    "我行不会以短信链接索要密码",
)


@pytest.mark.parametrize(
    ("text", "plea"), [(text, plea) for plea, texts in PLEAS.items() for text in texts]
)
def test_who_tells_what_happened_to_him_is_heard(text: str, plea: Plea) -> None:
    assert plea_in(text) is plea


@pytest.mark.parametrize(
    ("text", "plea"),
    [
        ("短信上写着请勿告诉他人，可我把验证码告诉他了", Plea.GAVE_CODE),
        ("他说不会要求我先交钱，结果我被骗了五千", Plea.PAID),
    ],
)
def test_who_quotes_a_warning_and_tells_of_himself_is_heard(text: str, plea: Plea) -> None:
    assert plea_in(text) is plea


@pytest.mark.parametrize("text", OTHER)
def test_other_texts_are_no_plea(text: str) -> None:
    assert plea_in(text) is None


def test_a_long_text_is_a_message_to_judge() -> None:
    assert plea_in("我被骗了" + "，后来" * LONGEST_PLEA) is None
