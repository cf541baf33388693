"""Wording of learning: articles, quizzes, answers, tips."""

from collections.abc import Mapping, Sequence
from datetime import date

from aiogram.utils.formatting import Bold, Text

from bot.services.articles import Article, Section, Source
from bot.services.certificate import Certificate
from bot.services.drills import Step
from bot.services.questions import Kind
from bot.services.quizzes import Asked, Finished, Graded

CHOOSE_HOW = "想怎么看？按骗术找，或者看看和您有关的。"
CHOOSE_CATEGORY = "想了解哪一类骗局？"
CHOOSE_FAMILY = "选一个看看："
CHOOSE_AUDIENCE = "您是哪一类？只用来挑内容，随时能改。"
NO_SUCH_ARTICLE = "还没有这一类的介绍，发 /learn 看看其他的。"
JUDGE = "这条是骗局吗？"
RIGHT, WRONG = "✔ 对了。", "✘ 不是这个。"
NUMBERED = frozenset({Section.HOW})


def article(found: Article) -> Text:
    """The whole article, at its end what it leans on."""
    parts: list[Text | str] = [Bold(found.title)]
    for section in Section:
        parts += ["\n\n", Bold(section), "\n", _lines(section, found.sections[section])]
    return Text(*parts, "\n\n", Bold("来源"), "\n", origin(found))


def origin(found: Article) -> str:
    """Which published sources an article leans on, if any, what is ours, when it was looked at."""
    if published := cited(found.published):
        ours = f"参考：{published}。骗术经过和做法由编者编写"
    else:
        ours = "没有查到公开出处，内容由编者编写"
    waiting = "" if found.approved else "，还没有经反诈专班审定"
    return f"{ours}{waiting}。{found.reviewed:%Y-%m-%d} 核对。"


def cited(sources: Sequence[Source]) -> str:
    """Sources with their dates in one line; empty without any."""
    return "；".join(f"{one.title}（{one.date}）" for one in sources)


def _lines(section: Section, lines: Sequence[str]) -> str:
    if len(lines) == 1:
        return lines[0]
    if section in NUMBERED:
        return "\n".join(f"{number}. {line}" for number, line in enumerate(lines, 1))
    return "\n".join(f"· {line}" for line in lines)


def article_for_elders(found: Article) -> Text:
    """The short one."""
    return Text(Bold(found.title), "\n", found.elders)


def audience_kept(audience: str) -> str:
    """Questions are chosen for that kind of people from now on."""
    return f"好，以后多出和“{audience}”有关的题。要改，发 /learn。"


def for_audience(audience: str) -> str:
    """Above the list of what concerns a kind of people."""
    return f"和“{audience}”有关的："


def question(asked: Asked) -> Text:
    """A question with its place in the quiz."""
    place = f"第 {asked.place + 1} 题，共 {asked.of} 题\n" if asked.of > 1 else ""
    if asked.question.kind is Kind.JUDGE:
        return Text(place, Bold(JUDGE), f"\n————\n{asked.question.text}\n————")
    return Text(place, Bold(asked.question.text))


def question_aloud(asked: Asked) -> str:
    """A question and its answers, to be read aloud."""
    head = f"{JUDGE}{asked.question.text}" if asked.question.kind is Kind.JUDGE else ""
    told = "；".join(f"{n}，{one}" for n, one in enumerate(asked.question.options, 1))
    return f"第 {asked.place + 1} 题。{head or asked.question.text}。{told}。"


def step_aloud(step: Step) -> str:
    """What the imitated person says and what may be answered, to be read aloud."""
    told = "；".join(f"{n}，{one.text}" for n, one in enumerate(step.node.choices, 1))
    return f"这是模拟演练。对方说：{'，'.join(step.node.says)}。您可以：{told}。"


def graded(one: Graded) -> Text:
    """Right or not, and why."""
    answer = "" if one.correct else f"正确的是：{one.question.options[one.question.answer]}。\n"
    return Text(Bold(RIGHT if one.correct else WRONG), f"\n{answer}{one.question.explanation}")


def finished(done: Finished, titles: Mapping[str, str]) -> str:
    """The result; days in a row only where there are some, and without asking for more."""
    if done.of == 1:
        return "谢谢您答题。想再做几道，发 /quiz。"
    lines = [f"做完了：{done.of} 道对了 {done.right} 道。"]
    if done.missed:
        names = "、".join(titles.get(family, family) for family in done.missed)
        lines.append(f"可以再看看：{names}。过几天会再问一次。")
    if done.streak > 1:
        lines.append(f"您已连续 {done.streak} 天答题。")
    return "\n".join(lines)


def certificate(done: Finished, day: date, district: str) -> Certificate:
    """The certificate of a quiz; nobody's name is on it."""
    return Certificate(
        heading="反诈答题证书",
        name="能看穿骗术的人",
        result=f"{done.of} 道题答对 {done.right} 道",
        day=f"{day:%Y-%m-%d}",
        district=district,
    )


CERTIFICATE_CAPTION = "您的答题证书，可以保存或转给家人看。"
