"""A macro workbook with every kind of thing that people put into theirs, as Excel writes it.

XlsxWriter writes what it can; slicers, a pivot table, threaded comments, a shared formula, printer
settings, custom XML and a calculation chain are put in by hand.
"""

from __future__ import annotations

import base64
import functools
import io
import zipfile

import xlsxwriter

from kpixl.hosts.excel.project import project_file
from tests.xlsx_parts import parts

ACTUALS = "xl/worksheets/sheet1.xml"
DASHBOARD = "xl/worksheets/sheet2.xml"
WORKBOOK = "xl/workbook.xml"
TABLE = "xl/tables/table1.xml"

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MS = "http://schemas.microsoft.com/office"
_X14 = f"{_MS}/spreadsheetml/2009/9/main"
_X15 = f"{_MS}/spreadsheetml/2010/11/main"
_TC = f"{_MS}/spreadsheetml/2018/threadedcomments"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
_PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@functools.cache
def feature_book(goals: bool = False) -> bytes:
    """The book, with the sheets of a KPI book for its four ``goals`` where asked for.

    ``Actuals``: a table of four goals in A4:E8 (its last column calculated, C8 blank), merged cells
    in A12:C12, a shared formula in G5:G8, an array formula in H5:H8, a note in A14. ``Dashboard``:
    a chart, sparklines, sums over the table, a pivot table in F3:G6."""
    found = parts(_written(goals))
    _add_threaded_comment(found)
    _add_slicer(found)
    _add_pivot_table(found)
    _add_printer_settings(found)
    _add_custom_xml(found)
    _add_shared_formula(found)
    _add_calculation_chain(found)
    _replace(found, WORKBOOK, ' fullCalcOnLoad="1"', "")
    _replace(found, WORKBOOK, "<bookViews>", _ABSOLUTE_PATH + "<bookViews>")
    return packed(found)


def packed(found: dict[str, bytes]) -> bytes:
    """A package of these parts, whose entries have times, attributes and comments of their own."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        for number, (name, content) in enumerate(found.items()):
            entry = zipfile.ZipInfo(name, (2026, 4, 1 + number % 28, 9, 30, 2 * (number % 30)))
            entry.external_attr = 0o644 << 16
            entry.comment = f"part {number}".encode()
            stored = number % 5 == 4
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            file.writestr(entry, content)
        file.comment = b"a book with everything"
    return buffer.getvalue()


def _written(goals: bool) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_vba_name("ThisWorkbook")
    book.add_vba_project(str(project_file("en")))
    _write_actuals(book)
    _write_dashboard(book)
    if goals:
        _write_goals(book)
    book.define_name("Target", "=Actuals!$B$5:$B$8")
    book.close()
    return buffer.getvalue()


def _write_actuals(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Actuals")
    bold, yen = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.0"})
    open_cell = book.add_format({"num_format": "#,##0.0", "locked": False})
    sheet.set_column("B:D", 12, yen)
    sheet.set_column("M:M", 12, bold)
    sheet.set_row(9, 30, bold)
    sheet.write_rich_string("A1", "Our ", bold, "actuals", " 実績")
    data: dict[str, list[float]]
    data = {"SALES": [100, 110, 120], "COST": [70.5, 71, 72.25], "CVR": [0.03, 0.032, 0.031]}
    columns = [{"header": name} for name in ("ID", "2026-04", "2026-05", "2026-06")]
    total = {"header": "Total", "formula": "=SUM(Actuals[[#This Row],[2026-04]:[2026-06]])"}
    sheet.add_table("A4:E8", {"name": "Actuals", "columns": [*columns, total]})
    for row, (name, values) in enumerate(data.items(), start=4):
        sheet.write(row, 0, name)
        sheet.write_row(row, 1, values, open_cell)
        formula = "=SUM(Actuals[[#This Row],[2026-04]:[2026-06]])"
        sheet.write_formula(row, 4, formula, None, sum(values))
    sheet.write_rich_string("A8", "VIS", bold, "ITS")
    sheet.write_row("B8", [5, "", 7], open_cell)
    sheet.write_formula("E8", "=SUM(Actuals[[#This Row],[2026-04]:[2026-06]])", None, 12)
    for row in range(4, 8):
        sheet.write_formula(row, 6, f"=B{row + 1}*2", None, 1)
    sheet.write_array_formula("H5:H8", "{=B5:B8*10}", None, 1000)
    sheet.merge_range("A12:C12", "merged", bold)
    sheet.write("A14", "a <note> & _x0041_ more", bold)
    sheet.write_comment("B5", "Restated in May", {"author": "Sato"})
    sheet.data_validation("B5:D8", {"validate": "decimal", "criteria": ">=", "value": 0})
    sheet.conditional_format("B5:B8", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("C5:C8", {"type": "icon_set", "icon_style": "3_arrows"})
    sheet.conditional_format("D5:D8", {"type": "cell", "criteria": ">", "value": 9, "format": bold})
    sheet.insert_image("J2", "pixel.png", {"image_data": io.BytesIO(_PIXEL)})
    sheet.write_url("A16", "https://example.com/kpi", string="source")
    sheet.freeze_panes(4, 1)
    sheet.print_area("A1:H16")
    sheet.set_header("&L&F&R&D")
    sheet.ignore_errors({"number_stored_as_text": "A5:A8"})
    sheet.protect("", {"format_cells": True})


def _write_dashboard(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Dashboard")
    sheet.write_formula("A1", "=SUM(Actuals!B5:D8)", None, 1)
    sheet.write_formula("A2", "=SUM(Target)", None, 1)
    sheet.write_formula("A3", "=COUNTA(Actuals[ID])", None, 4)
    sheet.data_validation("B1", {"validate": "list", "source": "=Actuals!$A$5:$A$8"})
    for row in range(4):
        source = f"Actuals!B{row + 5}:D{row + 5}"
        sheet.add_sparkline(row, 3, {"range": source, "type": "column", "markers": True})
    chart = book.add_chart({"type": "column"})
    chart.add_series({"categories": "=Actuals!$B$4:$D$4", "values": "=Actuals!$B$5:$D$5"})
    sheet.insert_chart("A8", chart)


def _write_goals(book: xlsxwriter.Workbook) -> None:
    header = ("ID", "Parent", "Level", "Name", "Owner", "Unit", "Direction", "Aggregation")
    kpis = [(name, "SALES", "KPI", name.title(), "Sato", "pcs", "Higher", "Sum")
            for name in ("COST", "CVR", "VISITS")]  # fmt: skip
    sheets: dict[str, list[tuple[object, ...]]] = {
        "Settings": [("Key", "Value"), ("Company", "Acme"), ("Review month", "2026-06")],
        "Goals": [header, ("SALES", "", "KGI", "Sales", "Sato", "pcs", "Higher", "Sum"), *kpis],
        "Plan": [("ID", "2026-04", "2026-05", "2026-06"), ("SALES", 100, 100, 100)],
        "Actions": [("Action ID", "Goal ID", "Raised", "Cause", "Countermeasure", "Owner", "Due",
                     "Started", "Done", "Expected effect", "Result", "Decision", "Decided")],
        "Comments": [("Goal ID", "Month", "Comment")],
        "Recipients": [("Name", "Email", "Role", "Scope", "Language")],
    }  # fmt: skip
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)


def _add_type(found: dict[str, bytes], name: str, kind: str) -> None:
    override = f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'
    _replace(found, "[Content_Types].xml", "</Types>", override)


def _relate(found: dict[str, bytes], source: str, kind: str, target: str) -> str:
    """The ID of a new relationship from a part."""
    folder, _, file = source.rpartition("/")
    name = f"{folder}/_rels/{file}.rels"
    empty = f'{_HEAD}<Relationships xmlns="{_PACKAGE}"></Relationships>'.encode()
    found.setdefault(name, empty)
    identifier = f"rId9{found[name].count(b'<Relationship ')}"
    kind = kind if ":" in kind else f"{_OFFICE}/{kind}"
    link = f'<Relationship Id="{identifier}" Type="{kind}" Target="{target}"/></Relationships>'
    _replace(found, name, "</Relationships>", link)
    return identifier


def _replace(found: dict[str, bytes], name: str, old: str, new: str) -> None:
    assert found[name].count(old.encode()) >= 1, (name, old)
    found[name] = found[name].replace(old.encode(), new.encode(), 1)


def _put(found: dict[str, bytes], name: str, text: str) -> None:
    found[name] = (_HEAD + text).encode()


def _add_threaded_comment(found: dict[str, bytes]) -> None:
    person, comment = "xl/persons/person.xml", "xl/threadedComments/threadedComment1.xml"
    _put(
        found, person,
        f'<personList xmlns="{_TC}"><person displayName="Sato" id="{{11111111-1111-4111-8111-'
        '111111111111}" userId="sato" providerId="None"/></personList>',
    )  # fmt: skip
    _put(
        found, comment,
        f'<ThreadedComments xmlns="{_TC}"><threadedComment ref="B5" dT="2026-05-01T09:00:00.00" '
        'personId="{11111111-1111-4111-8111-111111111111}" id="{22222222-2222-4222-8222-'
        '222222222222}"><text>Restated in May</text></threadedComment></ThreadedComments>',
    )  # fmt: skip
    _add_type(found, person, "application/vnd.ms-excel.person+xml")
    _add_type(found, comment, "application/vnd.ms-excel.threadedcomments+xml")
    kind = f"{_MS}/2017/10/relationships"
    _relate(found, WORKBOOK, f"{kind}/person", "persons/person.xml")
    _relate(found, ACTUALS, f"{kind}/threadedComment", f"../{comment[3:]}")


def _add_slicer(found: dict[str, bytes]) -> None:
    """A slicer of the table's ID column on the dashboard, its cache, and its frame."""
    slicer, cache = "xl/slicers/slicer1.xml", "xl/slicerCaches/slicerCache1.xml"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" mc:Ignorable="x"'
    _put(
        found, slicer,
        f'<slicers xmlns="{_X14}" {mc} xmlns:x="{_MAIN}"><slicer name="ID" cache="Slicer_ID" '
        'caption="ID" rowHeight="241300"/></slicers>',
    )  # fmt: skip
    _put(
        found, cache,
        f'<slicerCacheDefinition xmlns="{_X14}" {mc} xmlns:x="{_MAIN}" name="Slicer_ID" '
        'sourceName="ID"><extLst><x:ext uri="{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}" '
        f'xmlns:x15="{_X15}"><x15:tableSlicerCache tableId="1" column="1"/></x:ext></extLst>'
        "</slicerCacheDefinition>",
    )  # fmt: skip
    _add_type(found, slicer, "application/vnd.ms-excel.slicer+xml")
    _add_type(found, cache, "application/vnd.ms-excel.slicerCache+xml")
    kind = f"{_MS}/2007/relationships"
    sheet_id = _relate(found, DASHBOARD, f"{kind}/slicer", "../slicers/slicer1.xml")
    book_id = _relate(found, WORKBOOK, f"{kind}/slicerCache", "slicerCaches/slicerCache1.xml")
    _replace(
        found, DASHBOARD, "</extLst>",
        f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x15="{_X15}">'
        f'<x14:slicerList xmlns:x14="{_X14}"><x14:slicer r:id="{sheet_id}"/></x14:slicerList>'
        "</ext></extLst>",
    )  # fmt: skip
    _replace(
        found, WORKBOOK, "</workbook>",
        f'<extLst><ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{_X15}">'
        f'<x15:slicerCaches xmlns:x14="{_X14}"><x14:slicerCache r:id="{book_id}"/>'
        "</x15:slicerCaches></ext></extLst></workbook>",
    )  # fmt: skip
    drawing = next(name for name in found if name.startswith("xl/drawings/drawing2.xml"))
    _replace(found, drawing, "</xdr:wsDr>", _SLICER_FRAME + "</xdr:wsDr>")


def _add_pivot_table(found: dict[str, bytes]) -> None:
    definition = "xl/pivotCache/pivotCacheDefinition1.xml"
    records, table = "xl/pivotCache/pivotCacheRecords1.xml", "xl/pivotTables/pivotTable1.xml"
    _put(
        found, records,
        f'<pivotCacheRecords xmlns="{_MAIN}" count="2"><r><x v="0"/><n v="100"/></r>'
        '<r><x v="1"/><n v="70.5"/></r></pivotCacheRecords>',
    )  # fmt: skip
    record_id = _relate(found, definition, "pivotCacheRecords", "pivotCacheRecords1.xml")
    _put(
        found, definition,
        f'<pivotCacheDefinition xmlns="{_MAIN}" xmlns:r="{_OFFICE}" r:id="{record_id}" '
        'recordCount="2" refreshedVersion="6"><cacheSource type="worksheet"><worksheetSource '
        'ref="A4:B6" sheet="Actuals"/></cacheSource><cacheFields count="2"><cacheField name="ID">'
        '<sharedItems count="2"><s v="SALES"/><s v="COST"/></sharedItems></cacheField>'
        '<cacheField name="2026-04"><sharedItems containsSemiMixedTypes="0" containsString="0" '
        'containsNumber="1" minValue="70.5" maxValue="100"/></cacheField></cacheFields>'
        "</pivotCacheDefinition>",
    )  # fmt: skip
    _put(
        found, table,
        f'<pivotTableDefinition xmlns="{_MAIN}" name="Pivot" cacheId="7" dataCaption="Values" '
        'outline="1" rowHeaderCaption="ID"><location ref="F3:G6" firstHeaderRow="1" '
        'firstDataRow="1" firstDataCol="1"/><pivotFields count="2"><pivotField axis="axisRow" '
        'showAll="0"><items count="3"><item x="0"/><item x="1"/><item t="default"/></items>'
        '</pivotField><pivotField dataField="1" showAll="0"/></pivotFields><rowFields count="1">'
        '<field x="0"/></rowFields><rowItems count="3"><i><x/></i><i><x v="1"/></i>'
        '<i t="grand"><x/></i></rowItems><colItems count="1"><i/></colItems>'
        '<dataFields count="1"><dataField name="Sum of April" fld="1"/></dataFields>'
        "</pivotTableDefinition>",
    )  # fmt: skip
    _relate(found, table, "pivotCacheDefinition", "../pivotCache/pivotCacheDefinition1.xml")
    for name, kind in (
        (definition, "pivotCacheDefinition"),
        (records, "pivotCacheRecords"),
        (table, "pivotTable"),
    ):
        _add_type(found, name, f"{_TYPES}.{kind}+xml")
    _relate(found, DASHBOARD, "pivotTable", "../pivotTables/pivotTable1.xml")
    target = "pivotCache/pivotCacheDefinition1.xml"
    cache_id = _relate(found, WORKBOOK, "pivotCacheDefinition", target)
    caches = f'<pivotCaches><pivotCache cacheId="7" r:id="{cache_id}"/></pivotCaches>'
    _replace(found, WORKBOOK, "<extLst>", f"{caches}<extLst>")


def _add_printer_settings(found: dict[str, bytes]) -> None:
    name = "xl/printerSettings/printerSettings1.bin"
    found[name] = bytes(range(256))
    identifier = _relate(found, ACTUALS, "printerSettings", f"../{name[3:]}")
    _add_type(found, name, f"{_TYPES}.printerSettings")
    _replace(found, ACTUALS, "<headerFooter", f'<pageSetup r:id="{identifier}"/><headerFooter')


def _add_custom_xml(found: dict[str, bytes]) -> None:
    _put(found, "customXml/item1.xml", "<report xmlns='urn:example'>of the month</report>")
    _relate(found, WORKBOOK, "customXml", "../customXml/item1.xml")


def _add_shared_formula(found: dict[str, bytes]) -> None:
    first = '<f t="shared" ref="G5:G8" si="0">B5*2</f>'
    _replace(found, ACTUALS, "<f>B5*2</f>", first)
    for row in (6, 7, 8):
        _replace(found, ACTUALS, f"<f>B{row}*2</f>", '<f t="shared" si="0"/>')


def _add_calculation_chain(found: dict[str, bytes]) -> None:
    cells = "".join(f'<c r="E{row}" i="1"/><c r="G{row}" i="1"/>' for row in range(5, 9))
    _put(found, "xl/calcChain.xml", f'<calcChain xmlns="{_MAIN}">{cells}</calcChain>')
    _add_type(found, "xl/calcChain.xml", f"{_TYPES}.calcChain+xml")
    _relate(found, WORKBOOK, "calcChain", "calcChain.xml")


_ABSOLUTE_PATH = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    f'<mc:Choice Requires="x15" xmlns:x15="{_X15}"><x15ac:absPath url="C:\\kpi\\" '
    f'xmlns:x15ac="{_MS}/spreadsheetml/2010/11/ac"/></mc:Choice></mc:AlternateContent>'
)
_SLICER_FRAME = (
    '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    f'<mc:Choice xmlns:sle15="{_MS}/drawing/2012/slicer" Requires="sle15"><xdr:absoluteAnchor>'
    '<xdr:pos x="0" y="0"/><xdr:ext cx="1828800" cy="2381250"/><xdr:graphicFrame macro="">'
    '<xdr:nvGraphicFramePr><xdr:cNvPr id="9" name="ID"/><xdr:cNvGraphicFramePr/>'
    '</xdr:nvGraphicFramePr><xdr:xfrm><a:off x="0" y="0"/><a:ext cx="0" cy="0"/></xdr:xfrm>'
    f'<a:graphic><a:graphicData uri="{_MS}/drawing/2010/slicer"><sle:slicer '
    f'xmlns:sle="{_MS}/drawing/2010/slicer" name="ID"/></a:graphicData></a:graphic>'
    "</xdr:graphicFrame><xdr:clientData/></xdr:absoluteAnchor></mc:Choice>"
    "<mc:Fallback/></mc:AlternateContent>"
)
