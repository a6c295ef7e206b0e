"""Take a formula's tree apart: into terms, factors and operands, and into figures of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import List, Sequence, Set, Tuple

from kpixl.measures.formula import Call, Chain, Input, Negative, Node, Number, Percent, inputs

Term = Tuple[float, Node]
"""A figure and the number that it is taken times of in a sum."""
Factor = Tuple[str, Node]
"""A figure that a product is multiplied (``*``) or divided (``/``) by."""

_PER_CENT = 0.01


def terms(node: Node) -> Tuple[Term, ...]:
    """What a figure is the sum of; nothing where it is no sum."""
    if isinstance(node, Negative):
        return ((-1.0, node.operand),)
    if isinstance(node, Percent):
        return ((_PER_CENT, node.operand),)
    if isinstance(node, Chain) and node.rest[0][0] in "+-":
        signs = {"+": 1.0, "-": -1.0}
        return ((1.0, node.first), *((signs[sign], operand) for sign, operand in node.rest))
    if isinstance(node, Call) and node.function in ("SUM", "AVERAGE"):
        share = 1.0 if node.function == "SUM" else 1 / len(node.arguments)
        return tuple((share, argument) for argument in node.arguments)
    return ()


def factors(node: Node, operator: str = "*") -> List[Factor]:
    """What a figure, itself a factor by ``operator``, is the product of; at least itself."""
    if isinstance(node, Negative):
        return [("*", Number(-1.0)), *factors(node.operand, operator)]
    if isinstance(node, Percent):
        return [(operator, Number(_PER_CENT)), *factors(node.operand, operator)]
    if isinstance(node, Chain) and node.rest[0][0] in "*/":
        turned = {"*": "/", "/": "*"}
        found = factors(node.first, operator)
        for sign, operand in node.rest:
            found += factors(operand, operator if sign == "*" else turned[operator])
        return found
    return [(operator, node)]


def operands(node: Node) -> Tuple[Node, ...]:
    """The parts that a figure is made from, from the left."""
    if isinstance(node, Chain):
        return (node.first, *(operand for _, operand in node.rest))
    if isinstance(node, Call):
        return node.arguments
    return (node.operand,) if isinstance(node, (Negative, Percent)) else ()


def _of_operands(node: Node, parts: Sequence[Node]) -> Node:
    """The same operation on other operands."""
    if isinstance(node, Chain):
        signs = [sign for sign, _ in node.rest]
        return Chain(parts[0], tuple(zip(signs, parts[1:])))
    return Call(node.function, tuple(parts)) if isinstance(node, Call) else node


def _sum_of(parts: Sequence[Term]) -> Node:
    return Call(
        "SUM",
        tuple(
            node if share == 1 else Chain(Number(share), (("*", node),)) for share, node in parts
        ),
    )


@dataclass(frozen=True)
class Bundle:
    """A figure inside a formula that counts as one input, ``name``."""

    name: str
    node: Node


def bundled(node: Node, moving: Set[str]) -> Tuple[Node, Tuple[Bundle, ...]]:
    """The figure with bundles for inputs, and the bundles: whatever in its operands has two of the
    ``moving`` inputs or more, and none of them in common with anything outside it."""
    found: List[Bundle] = []
    parts: List[Node] = []
    whole = operands(node)
    needed = [moving.intersection(inputs(part)) for part in whole]
    for place, part in enumerate(whole):
        outside = set().union(*needed[:place], *needed[place + 1 :])
        parts.append(_with_bundles(part, needed[place], outside, found))
    return _of_operands(node, parts), tuple(found)


def _with_bundles(part: Node, own: Set[str], outside: Set[str], found: List[Bundle]) -> Node:
    if len(own) < 2:
        return part
    if not own & outside:
        return _bundle(part, found)
    sharing, apart = _parted(terms(part), own, outside)
    rest = _sum_of(apart)
    if len(own.intersection(inputs(rest))) < 2:
        return part
    return _sum_of([*sharing, (1.0, _bundle(rest, found))])


def _bundle(node: Node, found: List[Bundle]) -> Node:
    name = f"\0{len(found)}\0{id(node)}"  # no goal is called so
    found.append(Bundle(name, node))
    return Input(name)


def _parted(
    parts: Sequence[Term], moving: Set[str], outside: Set[str]
) -> Tuple[List[Term], List[Term]]:
    """The terms that share an input with what is outside, or with such a term; and the rest."""
    touched = set(outside)
    sharing: List[Term] = []
    apart = list(parts)
    while True:
        rest: List[Term] = []
        for term in apart:
            needed = moving.intersection(inputs(term[1]))
            if needed & touched:
                sharing.append(term)
                touched |= needed
            else:
                rest.append(term)
        if len(rest) == len(apart):
            return sharing, rest
        apart = rest
