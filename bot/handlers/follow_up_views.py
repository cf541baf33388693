"""What a resident reads after answering the bot's follow-up."""

from collections.abc import Mapping

from bot.storage.follow_ups import FollowAnswer

ANSWERS: Mapping[FollowAnswer, str] = {
    FollowAnswer.FINE: (
        "谢谢告诉我们。再遇到拿不准的，随时发来。愿意的话，请说说对这次帮助满不满意："
    ),
    FollowAnswer.AGAIN: (
        "先别转账，也别点对方的链接，可以直接拉黑。已告诉值班民警，请留意来电；"
        "急的话打 96110。对方发来的话可以转给我看看。"
    ),
    FollowAnswer.DEFRAUDED: (
        "请马上打 110 或 96110，越早越有机会止付。聊天和转账记录请留着。"
        "这不怪您，已告诉值班民警。点下面的按钮，把转账情况报上来。"
    ),
}
RATED = "记下了，谢谢。"
STOPPED = "好，以后不再回访您。需要时随时发来，或打 96110。"
GOES_ON = "好，以后报送了情况，还会回访您。"
