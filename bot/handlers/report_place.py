"""Where a report stands, as its dialogue keeps it between two messages."""

from collections.abc import Mapping
from dataclasses import dataclass

from aiogram.fsm.context import FSMContext
from aiogram.types import InlineKeyboardMarkup

from bot.handlers import report_keyboards as keyboards
from bot.handlers import report_views as words
from bot.handlers.replies import Reply, say
from bot.handlers.states import Reporting
from bot.services.reports import Draft, ReportStep

TYPED_TO_FILE = frozenset({"提交", "确认", "确认提交"})
WAYS: Mapping[str, str] = {
    "返回": "back",
    "跳过": "skip",
    "测试": "test",
    "玩一下": "test",
    **dict.fromkeys((*TYPED_TO_FILE, "去核对", "先到这里", "先到这里，去核对"), "finish"),
}
"""What does the same typed as a button pressed."""


@dataclass(slots=True)
class Place:
    """Where a report stands: the draft, the question, and whether one came from the preview."""

    draft: Draft
    step: ReportStep
    nonce: str
    editing: bool = False

    @classmethod
    async def of(cls, state: FSMContext) -> "Place":
        """Where the dialogue stands."""
        data = await state.get_data()
        return cls(
            Draft.from_data(data.get("draft", {})),
            ReportStep(data.get("step", ReportStep.HAPPENED)),
            data.get("nonce", ""),
            editing=data.get("editing", False),
        )

    async def save(self, state: FSMContext) -> None:
        """Keep it in the dialogue."""
        data = {"draft": self.draft.to_data(), "step": self.step, "nonce": self.nonce}
        if await state.get_state() != Reporting.asking.state:
            await state.set_state(Reporting.asking)
        await state.set_data(data | {"editing": self.editing})

    def ask(self, chat: int, *, first: bool = False) -> Reply:
        """The question with its buttons."""
        question = words.report_question(self.draft, self.step, first=first)
        return say(chat, question, self.keyboard())

    def keyboard(self) -> InlineKeyboardMarkup:
        """The buttons of the question."""
        return keyboards.report_step(self.draft, self.step, self.nonce, editing=self.editing)
