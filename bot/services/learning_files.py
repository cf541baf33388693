"""What learning came to as tables: nobody's identity, nothing of fewer than five people."""

from collections.abc import Mapping, Sequence

from bot.services.learning_figures import TOO_FEW, UNSAID, BeforeAfter, LearningFigures, Share
from bot.services.statistic_files import Sheet

HEAD = ("人数", "答题次数", "首答对", "首答低", "首答高", "再答对", "再答低", "再答高")


def audience_name(name: str) -> str:
    """Who somebody said to be."""
    return name or UNSAID


def learning_sheets(figures: LearningFigures, titles: Mapping[str, str]) -> tuple[Sheet, ...]:
    """The figures, then before and after by family and by audience."""
    audiences = {one.name: audience_name(one.name) for one in figures.audiences}
    return (
        Sheet("宣教效果", ("指标", "分子", "分母", "比率"), tuple(_figures(figures))),
        Sheet("按骗术", ("骗术", *HEAD), _lines(figures.families, titles)),
        Sheet("按人群", ("人群", *HEAD), _lines(figures.audiences, audiences)),
    )


SHARE_NAMES: Mapping[str, str] = {
    "finished": "做完的答题",
    "stopped": "演练中停住",
    "opened": "从预警点开文章",
    "kept": "订阅满 30 天仍在收",
    "group_answers": "群里答题答对",
}


def _figures(figures: LearningFigures) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = [
        _share_row(title, figures.told(name)) for name, title in SHARE_NAMES.items()
    ]
    if figures.everybody is not None:
        one = figures.everybody
        rows += [("首答对", *_parts(one.before)), ("隔天以后再答对", *_parts(one.after))]
    forgot = "—" if figures.days_to_forget is None else figures.days_to_forget
    rows.append(("答对后又答错，相隔天数的中位数", "", "", forgot))
    return rows


def _share_row(title: str, share: Share | None) -> tuple[object, ...]:
    return (title, TOO_FEW, "", "") if share is None else (title, *_parts(share))


def _parts(share: Share) -> tuple[object, ...]:
    return (share.part, share.of, "—" if share.value is None else round(share.value, 4))


def _lines(
    lines: Sequence[BeforeAfter], names: Mapping[str, str]
) -> tuple[tuple[object, ...], ...]:
    return tuple(
        (
            names.get(one.name, one.name),
            one.people,
            one.before.of,
            *_with_interval(one.before),
            *_with_interval(one.after),
        )
        for one in lines
    )


def _with_interval(share: Share) -> tuple[object, ...]:
    low, high = share.interval or (0.0, 0.0)
    return (round(share.value or 0.0, 4), round(low, 4), round(high, 4))
