"""Write formulas that read a number which stands in a text cell, as SPEC 2 says.

Three steps, each in a cell of its own so that a formula stays short: the text with ordinary
digits and signs, its digits alone, and the number. What is not plainly a number is ``#VALUE!``,
never another number: no host's own idea of numbers in texts is asked.
"""

from __future__ import annotations

from kpixl.workbook.grid import text

MOST_CHARACTERS = 40

_SIGNS = {
    **dict.fromkeys("▲△－−–‐", "-"),
    "＋": "+", "．": ".", "，": ",", "％": "%", "（": "(", "）": ")",
    "　": " ", "\N{NO-BREAK SPACE}": " ",
}  # fmt: skip
_NARROW = {**{chr(0xFF10 + digit): str(digit) for digit in range(10)}, **_SIGNS}


def replaced(formula: str, table: dict[str, str]) -> str:
    """The text of ``formula`` with each sign of the table replaced by another."""
    for old, new in table.items():
        formula = f"SUBSTITUTE({formula},{text(old)},{text(new)})"
    return formula


def entered_text(cell: str) -> str:
    """What is text in a cell; a truth value is no figure either."""
    return f'IF(ISTEXT({cell}),{cell},IF(ISLOGICAL({cell}),"?",""))'


def ordinary(formula: str) -> str:
    """First step: the text with ordinary digits and signs."""
    return f"TRIM({replaced(formula, _NARROW)})"


def digits(cell: str) -> str:
    """Second step: what is left without a sign before it, parentheses around it, and %."""
    bracketed = f'AND(LEFT({cell})="(",RIGHT({cell})=")")'
    signed = f'OR(LEFT({cell})="-",LEFT({cell})="+")'
    inner = f"MID({cell},2,LEN({cell})-2)"
    body = f"IF({bracketed},{inner},IF({signed},MID({cell},2,LEN({cell})),{cell}))"
    return f'TRIM(SUBSTITUTE({body},"%",""))'


def number(cell: str, body: str, counting: str) -> str:
    """Third step: the number, where ``cell`` has the text, ``body`` its digits, and ``counting``
    is a column that counts from 1 to at least :data:`MOST_CHARACTERS`."""
    percent = f'OR(RIGHT({cell})="%",RIGHT({cell},2)="%)")*1'
    at_its_end = f'LEN({cell})-LEN(SUBSTITUTE({cell},"%",""))<={percent}'
    sign = f"MID({body},{counting},1)"
    odd = f'SUMPRODUCT(({counting}<=LEN({body}))*ISERROR(FIND({sign},"0123456789,.")))=0'
    # Where one comma stands, there is one before each three digits in front of the point.
    point, some = f'FIND(".",{body}&".")', f'ISNUMBER(FIND(",",{body}))'
    wanted = f"{some}*({counting}<{point})*(MOD({point}-{counting},4)=0)>0"
    grouped = f'SUMPRODUCT(({counting}<=LEN({body}))*(({sign}=",")<>({wanted})))=0'
    plain = (
        f'AND({body}<>"",{body}<>".",LEFT({body})<>",",LEN({body})<={MOST_CHARACTERS},'
        f"{at_its_end},{odd},{grouped})"
    )
    negative = f'IF(OR(LEFT({cell})="(",LEFT({cell})="-"),-1,1)'
    return f"IF({plain},{negative}*{parsed(body)}/IF({percent}=1,100,1),#VALUE!)"


def parsed(digits: str) -> str:
    """The number of ordinary digits, the same in every locale."""
    return f'_xlfn.NUMBERVALUE({digits},".",",")'
