"""What a notice of /notice may have besides its words: other texts, a poster, no late sending."""

from dataclasses import replace

from bot.errors import InvalidInputError
from bot.handlers.notice_draft import DONE, NoticeDraft, Step
from bot.services.campaigns import ELDER_VARIANT, MOST_ELDER_SIGNS, check_texts
from bot.services.groups import CHANNEL_NAMES
from bot.services.poster import HOW, read_poster

POSTER, LATE = "poster", "late"
NAMES = {ELDER_VARIANT: "给老人的短文", POSTER: "海报"} | {
    str(channel): f"{name}另写" for channel, name in CHANNEL_NAMES.items()
}
MORE = "要加什么？加了海报或另写的文字，要由另一个人批准。加好了点“好了”。"
SKIPPED = "错过时间就不发"
NONE = ("不用", "不要")


def more_choices(draft: NoticeDraft) -> list[tuple[str, str]]:
    """What can be added; a tick where it is."""
    there = {
        *draft.texts,
        *([POSTER] if draft.poster else []),
        *([LATE] if draft.skip_late else []),
    }
    named = [*NAMES.items(), (LATE, SKIPPED)]
    ticked = [(key, f"✓ {name}" if key in there else name) for key, name in named]
    return [*ticked, (DONE, "好了")]


def added(draft: NoticeDraft, given: str) -> NoticeDraft:
    """One of them chosen: its words are asked for next; or all is there."""
    if given == DONE:
        return replace(draft, step=Step.CONFIRM, writing="")
    if given == LATE:
        return replace(draft, skip_late=not draft.skip_late)
    if given not in NAMES:
        raise InvalidInputError("请点下面的按钮选，加好了点“好了”。")
    return replace(draft, step=Step.WRITE, writing=given)


def ask_words(draft: NoticeDraft) -> str:
    """The question for what is being written."""
    if draft.writing == POSTER:
        return f"{HOW}五行写在一条消息里；不要海报就写“不用”。"
    most = f"，最多 {MOST_ELDER_SIGNS} 个字" if draft.writing == ELDER_VARIANT else ""
    return f"请写“{NAMES[draft.writing]}”的文字{most}；不要了就写“不用”。"


def written(draft: NoticeDraft, typed: str) -> NoticeDraft:
    """Its words, kept or taken out. Raises InvalidInputError that says what is wrong with them."""
    gone = typed.strip() in NONE
    if draft.writing == POSTER:
        if not gone:
            read_poster(typed)
        return replace(draft, step=Step.MORE, poster="" if gone else typed, writing="")
    texts = {name: words for name, words in draft.texts.items() if name != draft.writing}
    if not gone:
        texts |= check_texts("", {draft.writing: typed})
    return replace(draft, step=Step.MORE, texts=texts, writing="")
