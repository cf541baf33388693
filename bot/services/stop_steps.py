"""Which questions are put to somebody whose money is gone, and in which order."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.services.report_answers import Guardian
from bot.services.triage import Happened
from bot.storage.leads import Reporter


class StopStep(StrEnum):
    """The questions: how to reach the person first, for whom, then what a bank needs."""

    PHONE = "phone"
    WHERE = "where"
    WHO = "who"
    GUARDIAN = "guardian"
    WHEN = "when"
    AMOUNT = "amount"
    PAYER = "payer"
    PAYER_BANK = "payer_bank"
    PAYEE = "payee"
    CHANNEL = "channel"
    SERIAL = "serial"
    ORDER = "order"
    PLATE = "plate"
    PICKUP = "pickup"
    STILL = "still"


class PayChannel(StrEnum):
    """By which way money was sent."""

    BANK = "bank"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    ECNY = "ecny"
    CASH = "cash"
    OTHER = "other"


PAY_CHANNEL_NAMES: Mapping[PayChannel, str] = {
    PayChannel.BANK: "银行卡转账",
    PayChannel.WECHAT: "微信",
    PayChannel.ALIPAY: "支付宝",
    PayChannel.ECNY: "数字人民币",
    PayChannel.CASH: "现金",
    PayChannel.OTHER: "其他",
}
YES, NO = "是", "否"
CHILD = "child"
WHO_NAMES: Mapping[str, str] = {
    Reporter.SELF: "我自己",
    Reporter.FAMILY: "家人",
    CHILD: "孩子，未满14岁",
    Reporter.ANONYMOUS: "不留名",
}
ELEMENT_NAMES: Mapping[StopStep, str] = {
    StopStep.WHEN: "转出时间",
    StopStep.PAYER: "付款人",
    StopStep.PAYER_BANK: "付款银行",
    StopStep.PAYEE: "收款方",
    StopStep.CHANNEL: "转账方式",
    StopStep.SERIAL: "流水号",
    StopStep.ORDER: "订单号",
    StopStep.PLATE: "车牌、司机",
    StopStep.PICKUP: "取件地点",
    StopStep.STILL: "还在通话或共享屏幕",
}
"""What is kept of a transfer beside the lead's own columns."""
STEP_NAMES: Mapping[StopStep, str] = {
    StopStep.PHONE: "回电",
    StopStep.WHERE: "地点",
    StopStep.WHO: "谁遇到",
    StopStep.GUARDIAN: "监护人",
    StopStep.AMOUNT: "金额",
    **ELEMENT_NAMES,
}
_FIRST = (StopStep.PHONE, StopStep.WHERE, StopStep.WHO)
_GONE = (StopStep.WHEN, StopStep.AMOUNT)
_PAYER = (StopStep.PAYER, StopStep.PAYER_BANK)
_PAYEE = (StopStep.PAYEE, StopStep.CHANNEL, StopStep.SERIAL)
_GOODS = (StopStep.PICKUP, StopStep.PLATE, StopStep.ORDER)


@dataclass(frozen=True, slots=True)
class Course:
    """What decides which questions are put.

    `child`: money of somebody under 14, or he himself writes; `guardian`: what is known of the
    guardian's consent; `nameless`: the report is to name nobody.
    """

    happened: str
    child: bool = False
    guardian: str = ""
    nameless: bool = False

    @property
    def steps(self) -> tuple[StopStep, ...]:
        """The questions: those of a transfer, or of cash and gold.

        Nothing is asked of the payer where he is to stay unnamed, or is a child whose guardian
        has not agreed.
        """
        guardian = (StopStep.GUARDIAN,) if self.child else ()
        own: tuple[StopStep, ...]
        if self.happened == Happened.CASH:
            own = _GOODS
        elif self.nameless or (self.child and self.guardian not in CONSENTED):
            own = _PAYEE
        else:
            own = (*_PAYER, *_PAYEE)
        return (*_FIRST, *guardian, *_GONE, *own, StopStep.STILL)

    def after(self, step: StopStep) -> StopStep | None:
        """The next question; None after the last."""
        return next((one for one in self.steps if _ORDER[one] > _ORDER[step]), None)

    def before(self, step: StopStep) -> StopStep | None:
        """The question before; None at the first."""
        earlier = [one for one in self.steps if _ORDER[one] < _ORDER[step]]
        return earlier[-1] if earlier else None


CONSENTED = frozenset({Guardian.AGREED, Guardian.OVER_14})
_ORDER: Mapping[StopStep, int] = {
    step: place
    for place, step in enumerate(
        (*_FIRST, StopStep.GUARDIAN, *_GONE, *_PAYER, *_PAYEE, *_GOODS, StopStep.STILL)
    )
}
