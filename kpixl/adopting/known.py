"""The words that managers write over, beside and before their figures, and what they mean.

English and Japanese, compared folded (NFKC, without case and spaces).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from kpixl.words import fold


class Measure(StrEnum):
    """What a figure is. The first five are taken over; the others follow from them and are
    checked."""

    PLAN = "plan"
    REVISION = "revision"
    ACTUAL = "actual"
    PRIOR = "prior"
    OUTLOOK = "outlook"
    ATTAINMENT = "attainment"
    DIFFERENCE = "difference"
    DIFFERENCE_RATE = "difference_rate"
    GROWTH = "growth"
    PRIOR_DIFFERENCE = "prior_difference"
    SHARE = "share"


BASE = (Measure.PLAN, Measure.REVISION, Measure.ACTUAL, Measure.PRIOR, Measure.OUTLOOK)


class Span(StrEnum):
    """What a column without a month sums up."""

    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    TO_DATE = "to_date"
    MEAN = "mean"


@dataclass(frozen=True)
class Said:
    """What a heading says of its figures; ``measure`` is None where it says only that they are
    cumulative."""

    measure: Measure | None
    cumulative: bool = False

    def under(self, other: Said | None) -> Said:
        """Both headings together: this one, and what the ``other`` adds to it."""
        if other is None:
            return self
        return Said(self.measure or other.measure, self.cumulative or other.cumulative)


@dataclass(frozen=True)
class Total:
    """A column (or row) that sums months up; ``number`` is that of the quarter or half, 0 where
    none is said."""

    span: Span
    number: int = 0


_MEASURES: Mapping[Measure, str] = {
    Measure.PLAN:
        "計画 予算 目標 目標値 計画値 予算額 計画額 当初計画 当初予算 年度計画 月次計画 "
        "月次予算 予 "
    "plan planned budget budgeted target targets bud tgt",
    Measure.REVISION:
        "修正計画 修正予算 補正予算 変更計画 revised revisedplan revisedbudget revision "
        "reforecast",
    Measure.ACTUAL: "実績 実績値 実績額 当年実績 本年実績 当期実績 今期実績 当年 本年 今年 当期 実 "
    "actual actuals act result results thisyear ty cy",
    Measure.PRIOR:
        "前年 前年実績 前年同月 前年同月実績 前年同期 前期 前期実績 昨年 昨年実績 昨年同月 "
    "lastyear prioryear previousyear prior ly py lastyearactual prioryearactual",
    Measure.OUTLOOK: "見込 見込み 見込値 見通し 着地見込 着地見込み 予測 予想 "
    "forecast fcst outlook estimate latestestimate",
    Measure.ATTAINMENT:
        "達成率 達成率% 進捗率 計画比 予算比 目標比 対計画 対予算 対目標 対計画比 対予算比 "
        "対目標比 "
    "予算達成率 計画達成率 目標達成率 達成度 予実比 計画対比 予算対比 達成 "
    "attainment attainment% achievement achievement% achieved achieved% %achieved %ofplan "
    "%ofbudget %oftarget actual/plan actual/budget act/bud act/plan ach% ach % 率",
    Measure.DIFFERENCE:
        "差異 差額 差 差異額 予実差 予実差異 予実差額 計画差 予算差 計画差異 予算差異 対計画差 "
        "対予算差 過不足 "
    "variance var diff difference gap delta vsplan vsbudget vstarget",
    Measure.DIFFERENCE_RATE: "差異率 予実差異率 variance% var% %var %variance gap% diff%",
    Measure.GROWTH:
        "前年比 前年同月比 前年同期比 前年対比 昨対 昨対比 昨年比 昨年対比 対前年 対前年比 "
        "前年増減率 伸び率 伸長率 成長率 増減率 "
    "yoy yoy% growth growth% vsly vslastyear vslastyear% vsprioryear %growth",
    Measure.PRIOR_DIFFERENCE: "前年差 前年差異 前年差額 前年増減 対前年差 yoydiff yoychange",
    Measure.SHARE: "構成比 構成比率 売上比 売上高比 シェア share share% mix mix% %oftotal",
}  # fmt: skip
_CUMULATIVE = ("累計", "累積", "ytd", "cumulative", "cum", "todate", "yeartodate")
_SINGLE = ("単月", "当月", "月次", "month", "monthly", "themonth", "thismonth")

_TOTALS: Mapping[Span, str] = {
    Span.YEAR: "合計 計 総計 総合計 年計 年間 年間計 年間合計 年度計 年度合計 通期 通期計 通期合計 "
    "total totals grandtotal fullyear fullyeartotal year annual annualtotal yeartotal fy fytotal "
    "sum",
    Span.TO_DATE: "累計 累積 年初来 期首累計 当月累計 年度累計 ytd yeartodate todate cumulative",
    Span.MEAN: "平均 月平均 年平均 通期平均 average avg mean monthlyaverage",
}  # fmt: skip
_TOTAL_TAIL = r"(?:計|合計|累計|total)?"
_QUARTER = re.compile(
    rf"(?:第?([1-4一二三四])四半期|q([1-4])|([1-4])q|([1-4])(?:st|nd|rd|th)quarter)(?:fy\d+)?{_TOTAL_TAIL}"
)
_HALF = re.compile(rf"(?:(上)(?:期|半期|半年)|(下)(?:期|半期|半年)|h([12])|([12])h){_TOTAL_TAIL}")
_SOME_QUARTER = ("四半期", "四半期計", "quarter", "quartertotal", "qtr", "qtd")
_SOME_HALF = ("半期", "半期計", "half", "halfyear")
_FIRST = {"1": 1, "2": 2, "3": 3, "4": 4, "一": 1, "二": 2, "三": 3, "四": 4, "上": 1, "下": 2}

ROW_TOTALS = frozenset(
    [
        "合計",
        "計",
        "小計",
        "総計",
        "総合計",
        "全体",
        "total",
        "totals",
        "subtotal",
        "grandtotal",
        "sum",
        "overall",
    ]
)

HEADERS: Mapping[str, str] = {
    "item":
        "項目 項目名 科目 勘定科目 指標 指標名 管理項目 管理指標 kpi kpi名 内訳 品目 商品 名称 "
        "目標項目 "
    "item items kpi name metric metrics indicator measure account line lineitem description",
    "unit": "単位 unit units uom",
    "owner": "担当 担当者 責任者 オーナー owner responsible lead pic accountable",
    "department": "部門 部門名 部署 部署名 店舗 店舗名 支店 拠点 事業部 課 チーム エリア "
    "dept department division team region store branch site area businessunit bu",
    "number": "no no. № # 番号 コード id code 行",
    "note":
        "備考 備考欄 メモ コメント コメント欄 摘要 特記 特記事項 注記 補足 所見 要因 理由 差異要因 "
        "差異理由 差異内容 増減要因 増減理由 note notes remark remarks comment comments commentary "
        "explanation reason reasons variancecommentary varianceexplanation variancereason",
}  # fmt: skip

LOWER = (
    "離職率", "離職者", "退職率", "クレーム", "苦情", "コスト", "費用", "経費", "販管費",
    "人件費", "広告費", "旅費", "材料費",
    "外注費", "光熱費", "物流費", "修繕費", "原価", "残業", "時間外", "不良",
    "返品", "解約", "欠品", "事故", "労災", "遅延", "滞留", "リードタイム", "欠勤", "廃棄", "ロス",
    "churn", "cost", "expense", "overtime", "defect", "lead time", "leadtime", "complaint",
    "accident", "incident", "turnover rate", "attrition", "absence", "absentee", "scrap", "refund",
    "bounce", "overdue", "backlog", "downtime", "誤出荷", "誤納", "ミス", "error",
)  # fmt: skip
"""Parts of names of which less is better."""

LAST = (
    "残高", "在庫", "人員", "人数", "従業員数", "社員数", "会員数", "契約数残", "口座数", "期末",
    "headcount", "balance", "inventory", "stock", "subscribers", "members", "employees", "fte",
)  # fmt: skip
"""Parts of names of what stands at a month's end and is not added up."""

AVERAGED = (
    "率",
    "比",
    "平均",
    "単価",
    "rate",
    "ratio",
    "average",
    "avg",
    "margin",
    "per ",
    "price",
    "score",
)
"""Parts of names of what is not added up over the months."""

COUNTED = (
    "件数",
    "人数",
    "人員",
    "客数",
    "回数",
    "社数",
    "台数",
    "数量",
    "時間",
    "率",
    "count",
    "headcount",
    "rate",
    "ratio",
    "hours",
    "number of",
)
"""Parts of names of what is not money: the unit of a table in 千円 is not theirs."""

DEPARTMENTS = re.compile(
    r".*(?:部|課|室|店|支店|支社|工場|本部|チーム|グループ|dept\.?|department|team|division|store|branch|plant)",
    re.IGNORECASE,
)
"""Groups that are departments by their name."""

NOTHING = frozenset(
    ("-", "‐", "–", "—", "―", "−", "－", "ー", "n/a", "na", "n.a.", "…", "未", "未定")
)
"""What people write where there is no figure."""

_DECORATION = re.compile(r"^[\s■□●○◆◇▼▽★☆※]+|[\s：:]+$")
_ENCLOSED = re.compile(r"^[《〈<\[(（［【](.+)[》〉>\])）］】]$", re.DOTALL)
_BRACKETS = re.compile(r"[(（\[［【〔]([^()（）\[\]［］【】〔〕]{1,20})[)）\]］】〕]")


@lru_cache(maxsize=1)
def _measure_words() -> dict[str, Said]:
    found: dict[str, Said] = {}
    for measure, words in _MEASURES.items():
        for word in words.split():
            for key in (word, f"{word}率") if measure is Measure.SHARE else (word,):
                found.setdefault(fold(key), Said(measure))
    for word, said in list(found.items()):
        for cumulative in _CUMULATIVE:
            for joined in (f"{cumulative}{word}", f"{word}{cumulative}"):
                found.setdefault(fold(joined), Said(said.measure, True))
        for single in _SINGLE:
            found.setdefault(fold(f"{single}{word}"), said)
    for word in _CUMULATIVE:
        found.setdefault(fold(word), Said(None, True))
    return found


def said_by(text: str) -> Said | None:
    """What a heading that is nothing but words of measures says, or None: ``計画``, ``Actual``,
    ``累計達成率``, ``予算(A)``."""
    key = fold(undecorated(text)).rstrip(".")
    found = _measure_words().get(key)
    if found is None:
        # Columns are lettered for formulas in their heads: 実績(B), 差異(B-A), ①予算.
        bare = re.sub(r"^[1-9]|[1-9]$|[(\[][a-d①-⑨1-9][-÷/×+a-d①-⑨1-9]*[)\]]$", "", key)
        found = _measure_words().get(bare)
    if found is None and fold(text) in _SINGLE:
        return Said(None)
    return found


_SEPARATED = re.compile(
    r"^(.+?)[\s　_\-–—/／:：・|｜,、]+([^\s　_\-–—/／:：・|｜,、]+)$", re.DOTALL
)
_LED = re.compile(r"^([^\s　_\-–—/／:：・|｜]+)[\s　_\-–—/／:：・|｜]+(.+)$", re.DOTALL)


def split_label(text: str) -> tuple[str, Said | None]:
    """A label without its word of measure, and what that says: ``売上高 計画``, ``Sales (Act)``,
    ``Plan - Sales``. A label without one comes back as it is."""
    label = text.strip()
    for match in _BRACKETS.finditer(label):
        said = said_by(match[1])
        if said is not None:
            rest = f"{label[: match.start()]}{label[match.end() :]}".strip()
            if rest:
                return rest, said
    for pattern, name, word in ((_SEPARATED, 1, 2), (_LED, 2, 1)):
        match_ = pattern.match(label)
        if match_ is not None:
            said = said_by(match_[word])
            if said is not None:
                return match_[name].strip(" 　_-–—/／:：・|｜"), said
    return label, None


def joined_label(text: str) -> tuple[str, Said] | None:
    """A label whose last letters are a word of measure without anything between: ``売上計画``.
    Only right where its fellow (``売上実績``) stands beside it."""
    for length in range(min(len(text) - 1, 8), 1, -1):
        said = _measure_words().get(fold(text[-length:]))
        if said is not None and not text[-length:].isascii():
            return text[:-length].strip(), said
    return None


def told_by_title(text: str) -> Said | None:
    """What a title or a sheet's name says of all figures under it: plan or actual, where it
    speaks of one of them only (予実管理表 speaks of both)."""
    folded = fold(text)
    if "予実" in folded:
        return None
    found = {said.measure for said in (*_japanese_in(folded), *_english_in(text))}
    measures = found - {None}
    if len(measures) != 1:
        return None
    (measure,) = measures
    return Said(measure) if measure in BASE else None


def _japanese_in(folded: str) -> Iterable[Said]:
    """The measures that stand anywhere in a text, the longest words first."""
    for word, said in sorted(_measure_words().items(), key=lambda entry: -len(entry[0])):
        if len(word) > 1 and not word.isascii() and word in folded:
            folded = folded.replace(word, " ")
            yield said


def _english_in(text: str) -> Iterable[Said]:
    """The measures that stand as words of their own, the longest first."""
    tokens = re.findall(r"[a-z%]+", text.casefold())
    at = 0
    while at < len(tokens):
        for length in (3, 2, 1):
            said = _measure_words().get("".join(tokens[at : at + length]))
            if said is not None:
                yield said
                at += length - 1
                break
        at += 1


def total_of(text: str) -> Total | None:
    """What a heading without a month sums up, or None: ``上期計``, ``Q1``, ``Total``."""
    key = fold(undecorated(text))
    for span, words in _TOTALS.items():
        if key in words.split():
            return Total(span)
    for pattern, span in ((_QUARTER, Span.QUARTER), (_HALF, Span.HALF)):
        match = pattern.fullmatch(key)
        if match is not None:
            return Total(span, _FIRST[next(group for group in match.groups() if group)])
    if key in _SOME_QUARTER:
        return Total(Span.QUARTER)
    return Total(Span.HALF) if key in _SOME_HALF else None


def header_of(text: str) -> str | None:
    """What a column of labels holds by its header: a key of :data:`HEADERS`."""
    key = fold(undecorated(text))
    return next((name for name, words in HEADERS.items() if key in words.split()), None)


def is_remarks(text: str) -> bool:
    """Whether a heading or label says that remarks stand under or beside it."""
    return header_of(text) == "note"


def undecorated(text: str) -> str:
    """A heading without ■, 【】 and their like around it."""
    plain = _DECORATION.sub("", text).strip()
    enclosed = _ENCLOSED.match(plain)
    return enclosed[1].strip() if enclosed else plain


def bracketed(text: str) -> Iterable[tuple[str, str]]:
    """What stands in brackets in a label, and the label without it."""
    for match in _BRACKETS.finditer(text):
        yield match[1].strip(), f"{text[: match.start()]}{text[match.end() :]}".strip()


def is_one_of(name: str, parts: Iterable[str]) -> str | None:
    """The first of ``parts`` that stands in a name."""
    plain = name.casefold()
    return next((part for part in parts if part in plain), None)
