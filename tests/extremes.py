"""Packs at the extremes: one goal and three hundred, names without end, figures of every size."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from itertools import cycle, islice
from pathlib import Path

import pikepdf
import pypdfium2
from PIL import Image, ImageChops, ImageFilter

from kpixl.measures.kinds import Aggregation, Direction
from kpixl.pack.contexts import Pack
from kpixl.pack.pages import DEFAULT_PAGES
from kpixl.pack.pdf import pack_pdf
from kpixl.plan.model import Action, Comment, Goal, Level, Plan
from kpixl.plan.month import Month
from tests.logos import COLOURS, png, svg, uri_of
from tests.packs import LANGUAGES, pack_of
from tests.plans import goal, plan_of, with_settings

JUNE = Month(2026, 6)
NAMES = {
    "en": (
        "Order intake", "Delivery on the promised day", "Return rate", "Visits", "Gross margin",
        "Hours worked per piece", "Stock cover", "Customers won", "Complaints", "Energy used",
        "Repeat purchases", "Scrap", "Calls answered at once",
    ),
    "ja": (
        "受注高", "約束日納品率", "返品率", "来店客数", "粗利益率", "製品当たり工数", "在庫日数",
        "新規顧客数", "苦情件数", "エネルギー使用量", "再購入率", "仕損じ", "即時応答率",
    ),
}  # fmt: skip
LONG = {
    "en": "Weighted average lifetime value of first-time subscription buyers in the online shop, "
    "after returns, taxes and fees (new)",
    "ja": "オンライン直販部門における定期便新規申込者の初回購入単価および継続購入率の加重平均による"
    "総合的な顧客価値指標（全社基準、税抜、返品控除後、販促費控除後、改定版）と前年度の組替後の数値"
    "との比較可能性を確保した参考指標の月次平均値（速報値）",
}
"""Names of 120 characters."""
TALE = {
    "en": "The second carrier started three weeks late because its depot was not ready, so that "
    "orders of the last week went out by the first one, which has no capacity on Fridays; we "
    "moved the cut-off to noon and asked the four largest customers to order a day earlier. ",
    "ja": "二社目の運送会社は拠点の準備が整わず三週間遅れて稼働しました。最終週の出荷は一社目に"
    "集中し、金曜日の輸送枠が不足したため、受付の締切を正午に早め、大口の取引先四社には一日早い"
    "発注をお願いしています。",
}
OWNERS = {"en": ("Sato", "Garcia", "Nowak", "Chen"), "ja": ("佐藤", "高橋", "渡辺", "伊藤")}


def one_kpi(language: str) -> Plan:
    """A single goal with a plan, without a comment or a countermeasure."""
    name = NAMES[language][0]
    return plan_of(
        goal("ORDERS", name=name, owner=OWNERS[language][0], unit=_pieces(language)),
        actuals={"ORDERS": [112, 98, 121]},
        plan={"ORDERS": [110] * 12},
        settings=with_settings(language=language),
    )


def many(language: str, kpis: int = 300) -> Plan:
    """One KGI, 13 CSFs, ``kpis`` KPIs in all states, 60 comments, 40 countermeasures."""
    names, owners = NAMES[language], OWNERS[language]
    goals = [goal("TOP", level=Level.KGI, name=names[0], owner=owners[0], unit="M")]
    goals += [
        goal(f"C{n:02}", "TOP", level=Level.CSF, name=name, owner=owners[n % 4], unit="")
        for n, name in enumerate(names)
    ]
    keys = [f"K{n:03}" for n in range(kpis)]
    goals += [
        goal(
            key, f"C{n % 13:02}", name=f"{names[(n * 5) % 13]} {n + 1}", owner=owners[n % 4],
            unit=_pieces(language),
        )
        for n, key in enumerate(keys)
    ]  # fmt: skip
    shares = list(islice(cycle((1.04, 0.93, 1.0, 0.7, 1.1, 0.98, None)), kpis))
    size = [round(40 * 1.02**n) for n in range(kpis)]
    actuals: dict[str, Sequence[float | None]] = {
        key: [whole * 0.98, whole * 1.01, None if share is None else whole * share]
        for key, whole, share in zip(keys, size, shares, strict=True)
    }
    plan = {key: [float(whole)] * 12 for key, whole in zip(keys, size, strict=True)}
    return plan_of(
        *goals,
        actuals={"TOP": [51, 49, 47], **actuals},
        plan={"TOP": [50] * 12, **plan},
        comments=tuple(Comment(key, JUNE, TALE[language], owners[0]) for key in keys[::5]),
        actions=tuple(
            Action(
                f"A{n}", key, date(2026, 5, 2), names[n % 13], names[(n + 3) % 13], owners[n % 4],
                date(2026, 6, 10 + n % 15), date(2026, 5, 20) if n % 2 else None,
            )
            for n, key in enumerate(keys[3:283:7])
        ),
        settings=with_settings(language=language, company="Acme"),
    )  # fmt: skip


def long_texts(language: str) -> Plan:
    """Names of 120 characters, comments and causes of a page's length."""
    name, tale = LONG[language], TALE[language]
    keys = [f"L{n}" for n in range(4)]
    goals = [
        goal("KGI", level=Level.KGI, name=name, owner=name[:40], unit="円"),
        goal("CSF", "KGI", level=Level.CSF, name=name, owner=name[:40], unit="円"),
        *(
            goal(key, "CSF", name=f"{n} {name[:-2]}", owner=name[:40], unit="thousand pallets")
            for n, key in enumerate(keys)
        ),
    ]
    figures = {key: [900.0, 950.0, 870.0] for key in ("KGI", "CSF", *keys)}
    actions = tuple(
        Action(
            f"LONG-ACTION-{n}", key, date(2026, 5, 2), tale * 2, tale, name, date(2026, 6, 20),
            expected_effect=name, result=name,
        )
        for n, key in enumerate(keys)
    )  # fmt: skip
    return plan_of(
        *goals,
        actuals=figures,
        plan={key: [1000.0] * 12 for key in figures},
        comments=tuple(Comment(key, JUNE, tale * 4, name[:60]) for key in ("KGI", *keys)),
        actions=actions,
        settings=with_settings(language=language, company=name, title=name, confidentiality=name),
    )


def values(language: str) -> Plan:
    """From 0.0003 to 10¹³, negative, all equal, all zero, none, one month only, crossing zero."""
    found: dict[str, list[float | None]] = {
        "TINY": [0.0003, 0.00034, 0.00028],
        "HUGE": [1.0e13, 1.2e13, 0.9e13],
        "BELOW": [-4_200_000, -3_900_000, -5_100_000],
        "EQUAL": [25, 25, 25],
        "NOTHING": [0, 0, 0],
        "MISSING": [None, None, None],
        "ONCE": [None, None, 7],
        "CROSSING": [-30, 5, 40],
        "SHARE": [0.9991, 0.9987, 0.9993],
    }
    plan: dict[str, list[float | None]] = {
        "TINY": [0.0003] * 12,
        "HUGE": [1.1e13] * 12,
        "BELOW": [-4_000_000] * 12,
        "EQUAL": [25] * 12,
        "NOTHING": [0] * 12,
        "MISSING": [80] * 12,
        "ONCE": [8] * 12,
        "CROSSING": [10] * 12,
        "SHARE": [0.999] * 12,
    }
    units = {"SHARE": "%", "HUGE": "¥", "BELOW": "¥"}
    names = dict(zip(found, NAMES[language], strict=False))
    goals: list[Goal] = [
        goal("TOP", level=Level.KGI, name=names["HUGE"], unit="¥"),
        goal("CSF", "TOP", level=Level.CSF, name=NAMES[language][10], unit=""),
        *(
            goal(
                key, "CSF", name=names[key], owner=OWNERS[language][1],
                unit=units.get(key, _pieces(language)),
                direction=Direction.LOWER if key == "TINY" else Direction.HIGHER,
                aggregation=Aggregation.AVERAGE if key == "SHARE" else Aggregation.SUM,
            )
            for key in found
        ),
    ]  # fmt: skip
    prior: dict[str, list[float | None]] = {
        "HUGE": [0.8e13] * 12,
        "BELOW": [-4.4e6] * 12,
        "EQUAL": [25] * 12,
    }
    return plan_of(
        *goals,
        actuals={"TOP": found["HUGE"], **found},
        plan={"TOP": plan["HUGE"], **plan},
        prior=prior,
        settings=with_settings(language=language),
    )


def deep(language: str, depth: int = 12) -> Plan:
    """A chain of goals, one below the other, with a side branch at each."""
    names = NAMES[language]
    goals = [goal("D0", level=Level.KGI, name=names[0], unit=_pieces(language))]
    for n in range(1, depth):
        level = Level.CSF if n == 1 else Level.KPI
        goals.append(goal(f"D{n}", f"D{n - 1}", level=level, name=f"{names[n % 13]} {n}"))
        goals.append(goal(f"S{n}", f"D{n - 1}", name=f"{names[(n + 5) % 13]} {n}"))
    figures = {entry.id: [100.0 + 3 * n, 90.0, 95.0 + n] for n, entry in enumerate(goals)}
    return plan_of(
        *goals,
        actuals=figures,
        plan={key: [100.0] * 12 for key in figures},
        settings=with_settings(language=language),
    )


def empty(language: str) -> Plan:
    """Goals with plans and no figure at all."""
    names = NAMES[language]
    return plan_of(
        goal("TOP", level=Level.KGI, name=names[0]),
        goal("CSF", "TOP", level=Level.CSF, name=names[1]),
        goal("KPI", "CSF", name=names[2]),
        plan={"TOP": [5] * 12, "KPI": [5] * 12},
        settings=with_settings(language=language),
    )


def _pieces(language: str) -> str:
    return "件" if language == "ja" else "pcs"


def branded(language: str, colour: str, logo: str) -> Plan:
    """A small plan of a company with a brand colour; ``logo`` only names the case."""
    return plan_of(
        goal("A", name=NAMES[language][0], unit=_pieces(language)),
        actuals={"A": [3, 2, 1]},
        plan={"A": [2] * 12},
        settings=with_settings(
            language=language,
            brand_colour=COLOURS[colour],
            company="Acme Industries",
            confidentiality={"en": "Confidential", "ja": "社外秘"}[language],
            title=LONG[language] if logo == "none" else "",
        ),
    )


@dataclass(frozen=True)
class Case:
    """An extreme: its plan in a language, and the pages of its pack that are looked at."""

    plan: Callable[[str], Plan]
    pages: tuple[str, ...] = DEFAULT_PAGES
    languages: tuple[str, ...] = LANGUAGES
    logo: str = ""

    def pack(self, language: str) -> Pack:
        """The pack of these pages."""
        logo = LOGOS[self.logo]() if self.logo else ""
        return pack_of(self.plan(language), language, pages=self.pages, logo=logo)


LOGOS: dict[str, Callable[[], str]] = {
    "none": lambda: "",
    "tall": lambda: uri_of(png((200, 600))),
    "wide": lambda: uri_of(png((1200, 120))),
    "svg": lambda: uri_of(svg(), "image/svg+xml"),
    "white": lambda: uri_of(png((600, 200), "#ffffff")),
}
BRANDS = (
    ("dark", "tall", "en"), ("dark", "white", "ja"), ("pale", "white", "en"),
    ("pale", "svg", "ja"), ("red", "wide", "en"), ("red", "none", "ja"),
)  # fmt: skip
CASES: dict[str, Case] = {
    "one_kpi": Case(one_kpi),
    "empty": Case(empty, ("summary", "scorecard", "goals", "register")),
    "values": Case(values, ("summary", "tree", "scorecard", "goals", "landing")),
    "long_texts": Case(long_texts, ("cover", "summary", "scorecard", "goals", "exceptions")),
    "deep": Case(deep, ("tree", "scorecard", "goals")),
    "summary_of_300": Case(many, ("summary",)),
    "scorecard_of_118": Case(lambda language: many(language, 104), ("scorecard",), ("en",)),
    **{
        f"{colour}_{logo}": Case(
            partial(branded, colour=colour, logo=logo), ("cover",), (language,), logo
        )
        for colour, logo, language in BRANDS
    },
}


@lru_cache
def extreme_pdf(case: str, language: str, engine: str = "weasyprint") -> bytes:
    """The pages of a case as a PDF."""
    return pack_pdf(CASES[case].pack(language), engine=engine)


# ---- Pictures -------------------------------------------------------------------------------

REFERENCES = Path(__file__).parent / "data" / "extremes"
DPI = 44
SHADES = 16
BLUR = 1.5
DIFFERENT, MOST_DIFFERENT = 32, 0.045
"""Two pages differ where, slightly out of focus, points that are further apart than 32 of 255 are
more than 4.5 % of those with anything on them. Measured over these pages: moved as a whole by a
third of a point of the picture (0.17 mm, more than another version of a font moves a word), at
most 2.3 % differ; with what stands in the lower four fifths moved down by 2 mm, at least 8.3 %."""
INK = 225


def pictures(pdf: bytes) -> list[Image.Image]:
    """The pages in shades of grey, small."""
    document = pypdfium2.PdfDocument(pdf)
    return [page.render(scale=DPI / 72, grayscale=True).to_pil().convert("L") for page in document]


def difference(found: Image.Image, wanted: Image.Image) -> float:
    """The points that differ, for each that has something on it; 1 for pages of two sizes."""
    if found.size != wanted.size:
        return 1.0
    soft = [image.convert("L").filter(ImageFilter.GaussianBlur(BLUR)) for image in (found, wanted)]
    counts = ImageChops.difference(*soft).histogram()
    return sum(counts[DIFFERENT:]) / max(1, *(sum(each.histogram()[:INK]) for each in soft))


def fonts(pdf: bytes) -> set[str]:
    """The families that a PDF embeds."""
    found = set()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for font in page["/Resources"].get("/Font", {}).values():
                name = str(font["/DescendantFonts"][0]["/FontDescriptor"]["/FontName"])
                found.add(re.sub(r"^/(.*\+)?|-[A-Za-z-]+$", "", name.replace("BIZ-UDP", "BIZUDP")))
    return found


def reference(case: str, language: str, number: int) -> Path:
    """Where the picture of a page is kept."""
    return REFERENCES / f"{case}-{language}-{number}.png"


def record() -> None:
    """Draw the references anew: ``python -m tests.extremes``. Look at every one of them."""
    REFERENCES.mkdir(parents=True, exist_ok=True)
    for old in REFERENCES.glob("*.png"):
        old.unlink()
    for name, case in CASES.items():
        for language in case.languages:
            for number, image in enumerate(pictures(extreme_pdf(name, language)), 1):
                small = image.quantize(SHADES, dither=Image.Dither.NONE)
                small.save(reference(name, language, number), optimize=True)


if __name__ == "__main__":
    record()
