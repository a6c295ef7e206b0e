"""Turn the words that people write for a closed vocabulary into its values.

The proper words, English and Japanese, are a section of words.json each.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Mapping, Optional, Tuple

from kpixl.words import LANGUAGES, fold, section

# Further spellings.
SYNONYMS: Mapping[str, Mapping[str, Tuple[str, ...]]] = {
    "direction": {
        "higher": (
            "high",
            "up",
            "more",
            "max",
            "maximise",
            "maximize",
            "↑",
            "高い",
            "増加",
            "大きいほど良い",
            "上",
        ),
        "lower": (
            "low",
            "down",
            "less",
            "min",
            "minimise",
            "minimize",
            "↓",
            "低い",
            "減少",
            "小さいほど良い",
            "下",
        ),
        "range": ("within", "target", "between", "範囲内", "一定"),
    },
    "aggregation": {
        "sum": ("total", "add", "累計", "合算"),
        "average": ("avg", "mean", "ratio", "平均値"),
        "last": ("end", "latest", "balance", "末", "期末", "最新"),
        "max": ("maximum", "highest", "最大値"),
        "min": ("minimum", "lowest", "最小値"),
    },
    "level": {
        "kgi": ("goal", "最終目標"),
        "csf": ("ksf", "kfs", "成功要因", "重要成功要因"),
        "kpi": ("indicator", "指標"),
    },
    "decision": {
        "standardise": ("standardize", "keep", "standard", "定着"),
        "adjust": ("change", "revise", "修正", "継続改善"),
        "stop": ("end", "abandon", "終了"),
    },
    "method": {
        "best": ("auto", "automatic", "自動", "最良"),
        "plan": ("budget", "予算"),
        "ratio": ("share of plan", "計画比", "予算比率"),
        "pace": ("run rate", "average pace", "ランレート", "平均ペース"),
        "prior": ("prior year", "seasonal", "前年", "前年比"),
        "recent": ("moving average", "last three", "直近", "移動平均"),
        "trend": ("line", "linear", "傾向", "直線"),
    },
    "state": {
        "preliminary": ("draft", "provisional", "速報値"),
        "final": ("closed", "確定", "確報値"),
    },
    "rounding": {"half_up": ("round", "四捨五入"), "down": ("truncate", "floor", "切り捨て")},
    "negatives": {
        "minus": ("-", "−", "マイナス"),
        "triangle": ("▲", "△", "三角"),
        "parentheses": ("()", "（）", "brackets", "括弧", "カッコ"),
    },
    "role": {"to": ("宛先",), "cc": ("copy", "写し")},
    "language": {"en": ("english", "eng", "英"), "ja": ("japanese", "jp", "日", "和文")},
    "status": {},
    "phase": {},
}


def spellings(section_name: str, key: str, synonyms: Tuple[str, ...]) -> Tuple[str, ...]:
    """An entry of words.json in every language, and its synonyms, folded."""
    entry = section(section_name)[key]
    return tuple(fold(text) for text in (*(entry[language] for language in LANGUAGES), *synonyms))


@lru_cache(maxsize=64)
def vocabulary(name: str) -> Dict[str, str]:
    """Folded word -> value, for a closed vocabulary such as ``"direction"``."""
    found: Dict[str, str] = {}
    for key in section(name):
        for spelling in spellings(name, key, SYNONYMS[name].get(key, ())):
            found.setdefault(spelling, key)
        found.setdefault(fold(key), key)
    return found


def recognise(name: str, text: object) -> Optional[str]:
    """The value of vocabulary ``name`` that ``text`` means, or None."""
    return vocabulary(name).get(fold(text)) if isinstance(text, str) else None
