"""A small folder of content for tests that change it."""

from pathlib import Path

from bot.services.tips import ALL_DAYS

FAMILIES = {"brush_task": "brushing", "police_case": "impersonate_authority"}

ARTICLE = """\
---
family: {family}
category: {category}
title: 垫钱做任务
audience: [学生, 居民]
season: [3, 11]
sources:
  - {{title: '公开通报', date: '2025-06'}}
reviewed: 2026-11-01
elders: '要您先垫钱的任务，不做。'
group: '要先垫钱的兼职，停下不做。'
poster: '先垫钱，就停手'
---
## 怎么骗
1. 一
2. 二
3. 三
4. 四
5. 五
## 三个特征
- 甲
- 乙
- 丙
## 真的是什么样
先干活，后发钱。
## 现在怎么做
- 退出。
## 钱已经转出
- 打 110。
## 谁容易遇到
找活的人。
"""
QUIZ = """\
- id: q1
  family: brush_task
  kind: judge
  audience: [学生]
  difficulty: 1
  message: '点赞一条五元，先垫一百'
  answer: scam
  explanation: '先垫钱的不做。'
- id: q2
  family: police_case
  kind: which_number
  audience: [居民]
  difficulty: 2
  question: '钱刚转走，先打哪个号码？'
  options: ['110', '12306', '12345']
  answer: 0
  explanation: '先打 110。'
"""
FAQ = """\
- id: call_96110
  question: '96110 来电要不要接？'
  also: ['96110 打来的电话是真的吗']
  answer: '要接。'
"""
DRILL = """\
id: d1
title: '垫钱的兼职'
family: brush_task
audience: [学生]
for_minors: false
opening: '这是演练。'
start: hook
nodes:
  hook:
    says: ['您好']
    choices:
      - {text: '好', to: danger, missed: '先垫钱'}
      - {text: '不做', to: stopped}
ends:
  danger: {result: danger, text: '停在这里。'}
  stopped: {result: stopped, text: '停住了。'}
marks: ['先垫钱']
closing: '演练结束。'
"""


def write_education(root: Path) -> Path:
    """A whole, right folder."""
    for folder in ("articles", "quiz", "drills"):
        (root / folder).mkdir(parents=True)
    for family, category in FAMILIES.items():
        text = ARTICLE.format(family=family, category=category)
        (root / "articles" / f"{family}.md").write_text(text)
    (root / "quiz" / "all.yml").write_text(QUIZ)
    (root / "faq.yml").write_text(FAQ)
    tips = "".join(f"- {{day: '{day}', text: '今天先停一停。'}}\n" for day in ALL_DAYS)
    (root / "tips.yml").write_text(tips)
    (root / "drills" / "d1.yml").write_text(DRILL)
    return root
