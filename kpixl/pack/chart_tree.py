"""Turn a goal tree into boxes from left to right, on as many drawings as it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple, Optional, Sequence

from kpixl.pack.canvas import Dot, Drawing, Line, Link, Path, Point, Rect, Shape, Source, Text
from kpixl.pack.chart_alt import tree_alt
from kpixl.pack.chart_figures import LOOK, Look, TreeFigures, TreeNode
from kpixl.pack.chart_parts import heading
from kpixl.pack.chart_tree_boxes import Box, Density, box
from kpixl.words import say, word

MOST_LEVELS = 4
WIDEST_BOX = 300.0
LINK_GAP = 36.0
CLOSEST, FARTHEST = 5.0, 16.0  # between siblings
FAMILY = 6.0  # more between cousins


class Branch(NamedTuple):
    """A goal with what is drawn below it; ``hidden`` goals below are drawn elsewhere."""

    node: TreeNode
    children: tuple[Branch, ...]
    hidden: int


class Placed(NamedTuple):
    """A box with its place, and the places of its children's boxes."""

    branch: Branch
    box: Box
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        """The height at which its connectors leave and arrive."""
        return self.y + self.box.height / 2


@dataclass(frozen=True)
class Space:
    """The area for the boxes of one drawing."""

    width: float
    height: float
    language: str
    look: Look


def goal_tree(
    figures: TreeFigures, width: float = 1030, height: float = 610, look: Look = LOOK
) -> tuple[Drawing, ...]:
    """The tree on drawings of at most ``width`` x ``height``: one where it fits, else an overview
    and one drawing for each branch that the overview leaves out. Boxes lead to their anchors.

    Only a single goal with texts too long for a whole page makes a drawing higher than asked.
    """
    tree = _Tree(figures.nodes)
    _, top = heading(figures.title, figures.subtitle, width, look)
    space = Space(width, height - top - 8, figures.language, look)
    pages = _paginate(tree, tree.roots, space)
    return tuple(
        _drawing(figures, page, space, first=index == 0) for index, page in enumerate(pages)
    )


class _Tree:
    """Who is below whom. A goal whose parent is not there is a root."""

    def __init__(self, nodes: Sequence[TreeNode]) -> None:
        self.by_id = {node.id: node for node in nodes}
        self.below: dict[Optional[str], list[TreeNode]] = {}
        for node in nodes:
            parent = node.parent if node.parent in self.by_id else None
            self.below.setdefault(parent, []).append(node)
        self.roots = tuple(self.below.get(None, ()))

    def children(self, node: TreeNode) -> tuple[TreeNode, ...]:
        """The goals directly below."""
        return tuple(self.below.get(node.id, ()))

    def count_below(self, node: TreeNode) -> int:
        """How many goals stand below, at any depth."""
        count, open_nodes = 0, [node]
        while open_nodes:
            children = self.children(open_nodes.pop())
            count += len(children)
            open_nodes += children
        return count

    def branch(self, node: TreeNode, levels: int) -> Branch:
        """``node`` with ``levels`` levels, itself included."""
        if levels == 1:
            return Branch(node, (), self.count_below(node))
        below = tuple(self.branch(child, levels - 1) for child in self.children(node))
        return Branch(node, below, 0)


def _paginate(tree: _Tree, roots: tuple[TreeNode, ...], space: Space) -> list[list[Placed]]:
    """The pages that show ``roots`` and all below them."""
    if not roots:
        return []
    for levels in range(MOST_LEVELS, 0, -1):
        if levels == 1 and len(roots) == 1:
            break
        branches = tuple(tree.branch(root, levels) for root in roots)
        page = _arrange(branches, space)
        if page is not None:
            return [page, *_pages_below(tree, page, space)]
    if len(roots) > 1:
        half = len(roots) // 2
        return _paginate(tree, roots[:half], space) + _paginate(tree, roots[half:], space)
    return _split(tree, roots[0], tree.children(roots[0]), space)


def _split(
    tree: _Tree, root: TreeNode, children: tuple[TreeNode, ...], space: Space
) -> list[list[Placed]]:
    """One root with more children than a page holds: shared out over pages that repeat it."""
    branch = Branch(root, tuple(tree.branch(child, 1) for child in children), 0)
    page = _arrange((branch,), space)
    if page is None and len(children) > 1:
        half = (len(children) + 1) // 2
        return _split(tree, root, children[:half], space) + _split(
            tree, root, children[half:], space
        )
    if page is None:
        page = _stack(_boxes((branch,), Density.COMPACT, space), CLOSEST)
    return [page, *_pages_below(tree, page, space)]


def _pages_below(tree: _Tree, page: list[Placed], space: Space) -> list[list[Placed]]:
    pages: list[list[Placed]] = []
    for placed in page:
        if placed.branch.hidden:
            pages += _paginate(tree, (placed.branch.node,), space)
    return pages


def _arrange(branches: tuple[Branch, ...], space: Space) -> Optional[list[Placed]]:
    """The boxes in the roomiest way that fits, or None."""
    for density in Density:
        boxes = _boxes(branches, density, space)
        tight = _stack(boxes, CLOSEST)
        spare = space.height - _bottom(tight)
        if spare < 0:
            continue
        rows = max(1, sum(1 for placed in tight if not placed.branch.children) - 1)
        gap = min(FARTHEST, CLOSEST + spare / rows / 1.5)
        loose = _stack(boxes, gap) if gap > CLOSEST + 1 else tight
        return loose if _bottom(loose) <= space.height else tight
    return None


def _bottom(page: list[Placed]) -> float:
    return max(placed.y + placed.box.height for placed in page)


def _depth(branch: Branch) -> int:
    return 1 + max((_depth(child) for child in branch.children), default=0)


def _columns(depth: int, density: Density, space: Space) -> list[tuple[float, float]]:
    """Left edge and width of each level. Dense boxes stand in the last level, which gets the room
    that they need."""
    free = space.width - (depth - 1) * LINK_GAP
    if density is Density.DENSE and depth > 1:
        width = min(210.0, free * 0.55 / (depth - 1))
        widths = [*[width] * (depth - 1), free - width * (depth - 1)]
    else:
        widths = [min(WIDEST_BOX, free / depth)] * depth
    gap = LINK_GAP
    if depth > 1:
        gap = min(2 * LINK_GAP, (space.width - sum(widths)) / (depth - 1))
    edges, x = [], 0.0
    for width in widths:
        edges.append((round(x), float(int(width))))
        x += width + gap
    return [(float(left), width) for left, width in edges]


class _Boxed(NamedTuple):
    """A branch with its box and the column that this stands in; how high is not known yet."""

    branch: Branch
    box: Box
    x: float
    width: float
    children: tuple[_Boxed, ...]


class _Block(NamedTuple):
    """A branch laid out from y = 0: its boxes, its height, the middle of its own box."""

    boxes: list[Placed]
    height: float
    middle: float


def _boxes(branches: tuple[Branch, ...], density: Density, space: Space) -> list[_Boxed]:
    depth = max(_depth(branch) for branch in branches)
    columns = _columns(depth, density, space)
    return [_boxed(branch, 0, columns, density, space) for branch in branches]


def _boxed(
    branch: Branch, level: int, columns: list[tuple[float, float]], density: Density, space: Space
) -> _Boxed:
    x, width = columns[level]
    wanted = density
    if density is Density.DENSE and level < len(columns) - 1:
        wanted = Density.COMPACT
    own = box(branch.node, branch.hidden, wanted, width, space.language, space.look)
    below = tuple(_boxed(child, level + 1, columns, density, space) for child in branch.children)
    return _Boxed(branch, own, x, width, below)


def _stack(boxes: Sequence[_Boxed], gap: float) -> list[Placed]:
    placed: list[Placed] = []
    y = 0.0
    for boxed in boxes:
        block = _block(boxed, gap)
        placed += [each._replace(y=each.y + y) for each in block.boxes]
        y += block.height + gap + (FAMILY if boxed.children else 0)
    return placed


def _block(boxed: _Boxed, gap: float) -> _Block:
    """A branch with each parent centred on its children; branches never share a row, so that no
    two connectors can cross."""
    branch, own, x, width, below = boxed
    if not below:
        return _Block([Placed(branch, own, x, 0, width)], own.height, own.height / 2)
    blocks: list[tuple[float, _Block]] = []
    y = 0.0
    for index, child in enumerate(below):
        block = _block(child, gap)
        if index:
            y += gap + (FAMILY if child.children or below[index - 1].children else 0)
        blocks.append((y, block))
        y += block.height
    middle = (blocks[0][0] + blocks[0][1].middle + blocks[-1][0] + blocks[-1][1].middle) / 2
    shift = max(0.0, own.height / 2 - middle)
    boxes = [Placed(branch, own, x, round(middle + shift - own.height / 2), width)]
    for offset, block in blocks:
        boxes += [each._replace(y=each.y + round(offset + shift)) for each in block.boxes]
    height = max(y + shift, middle + shift + own.height / 2)
    return _Block(boxes, round(height + 0.5), middle + shift)


def _drawing(
    figures: TreeFigures,
    page: list[Placed],
    space: Space,
    first: bool,
) -> Drawing:
    title = figures.title
    if not first:
        name = page[0].branch.node.name
        named = say("chart.tree.part", figures.language, title=figures.title, name=name)
        title = named if title else name
    shapes, top = heading(title, figures.subtitle, space.width, space.look)
    top += 8 if top else 0
    shapes += _connectors(page, top, space.look)
    links: list[Link] = []
    for placed in page:
        shapes += [_moved(shape, placed.x, placed.y + top) for shape in placed.box.shapes]
        node = placed.branch.node
        if node.anchor:
            area = (placed.x, placed.y + top, placed.width, placed.box.height)
            links.append(Link(*area, f"#{node.anchor}", node.name))
    spoken = title or word("chart.tree", figures.language)
    shown = replace(figures, title=spoken, nodes=tuple(placed.branch.node for placed in page))
    alt = tree_alt(spoken, shown.nodes, figures.language)
    bottom = _bottom(page) + top
    return Drawing(space.width, bottom, alt, tuple(shapes), tuple(links), Source(shown))


def _connectors(page: list[Placed], top: float, look: Look) -> list[Shape]:
    """One trunk from each parent, one arm to each child."""
    places = {placed.branch.node.id: placed for placed in page}
    shapes: list[Shape] = []

    def line(*points: Point) -> None:
        if points[0] != points[1]:
            shapes.append(Line(points, look.palette.prior, 1))

    for parent in page:
        children = [places[child.node.id] for child in parent.branch.children]
        if not children:
            continue
        right = parent.x + parent.width
        trunk = round((right + children[0].x) / 2) + 0.5
        start = round(parent.middle + top) + 0.5
        arms = [round(child.middle + top) + 0.5 for child in children]
        line((right, start), (trunk, start))
        line((trunk, min([start, *arms])), (trunk, max([start, *arms])))
        for child, arm in zip(children, arms, strict=True):
            line((trunk, arm), (child.x, arm))
    return shapes


def _moved(shape: Shape, x: float, y: float) -> Shape:
    if isinstance(shape, (Rect, Dot, Text)):
        return shape._replace(x=shape.x + x, y=shape.y + y)
    points = tuple((across + x, down + y) for across, down in shape.points)
    if isinstance(shape, Path):
        return shape._replace(points=points)
    return shape._replace(points=points)
