"""Mutants: one small change each to the source of a module.

Comparisons, operators, constants, conditions, slices, reasons; statements
left out. Not changed: annotations, docstrings, texts for people (f-strings,
strings with a space in them), assertions (they guard against our own bugs),
imports.
"""

import ast
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

_COMPARISONS: Final[dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_OPERATORS: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.BitXor: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
LEFT_OUT: Final = "leave it out"
_TWINS: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
_ORDERS: Final = {"little": "big", "big": "little"}
_DELETABLE: Final = (
    *(ast.Assign, ast.AugAssign, ast.Expr, ast.Raise, ast.Return),
    *(ast.Break, ast.Continue, ast.Delete),
)
_UNTOUCHED: Final = (ast.Import, ast.ImportFrom, ast.Assert, ast.Pass, ast.Global, ast.Nonlocal)
_HIDDEN: Final = frozenset({"annotation", "returns", "decorator_list", "type_params"})

Change = tuple[str, Callable[[], None]]  # what it does, in words; and doing it


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change; `rows` are those of its line."""

    module: str
    function: str
    line: str
    change: str
    rows: range
    _tree: ast.Module
    _apply: Callable[[], None]

    @property
    def key(self) -> str:
        """The mutant's name, which stays when lines move."""
        return f"{self.module}.{self.function} | {self.line} | {self.change}"

    def tree(self) -> ast.Module:
        """The module with the change made: in the tree of all its mutants, so once in a process."""
        self._apply()
        return ast.fix_missing_locations(self._tree)


def mutants(module: str, source: str) -> list[Mutant]:
    """All mutants of a module."""
    found = []
    seen: Counter[str] = Counter()
    tree = ast.parse(source)
    for place, line, (change, apply) in _in_body(tree.body, _Place("(module)")):
        mutant = Mutant(module, place.function, line, change, place.rows, tree, apply)
        seen[mutant.key] += 1
        if seen[mutant.key] > 1:
            mutant = replace(mutant, change=f"{change} (#{seen[mutant.key]})")
        found.append(mutant)
    return found


class _Place(NamedTuple):
    function: str
    rows: range = range(0)


def _in_body(body: list[ast.stmt], where: _Place) -> Iterator[tuple[_Place, str, Change]]:
    for index, statement in enumerate(body):
        if isinstance(statement, _UNTOUCHED) or _is_text(statement):
            continue
        line = ast.unparse(_Wordless().visit(deepcopy(statement))).split("\n")[0]
        here = where._replace(rows=range(statement.lineno, _head_end(statement) + 1))
        if isinstance(statement, _DELETABLE) or _is_plain_constant(statement):
            yield here, line, (LEFT_OUT, _putter(body, index, ast.Pass()))
        inside = where
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            name = f"{where.function}.{statement.name}".removeprefix("(module).")
            here = here._replace(function=name)
            inside = where._replace(function=name)
        for change in _in_fields(statement):
            yield here, line, change
        for part in _blocks(statement):
            yield from _in_body(part, inside)


def _head_end(statement: ast.stmt) -> int:
    """The last line of a statement, or of what stands before its body."""
    first = next(iter(getattr(statement, "body", ())), None)
    end = statement.end_lineno if first is None else max(first.lineno - 1, statement.lineno)
    assert end is not None
    return end


class _Wordless(ast.NodeTransformer):
    """Texts for people as dots: they may be reworded without a new key."""

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.expr:  # noqa: ARG002
        return ast.Constant(...)

    def visit_Constant(self, node: ast.Constant) -> ast.expr:
        is_sentence = isinstance(node.value, str) and " " in node.value
        return ast.Constant(...) if is_sentence else node


def _is_text(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _is_plain_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.AnnAssign) and statement.value is not None


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        part = getattr(statement, name, None)
        if isinstance(part, list):
            yield part
    for handler in getattr(statement, "handlers", ()):
        yield handler.body
    for case in getattr(statement, "cases", ()):
        yield case.body


def _in_fields(node: ast.AST) -> Iterator[Change]:
    """Changes to the expressions of a node, but not to statements below it."""
    for name, value in ast.iter_fields(node):
        if name in _HIDDEN:
            continue
        if isinstance(value, ast.expr):
            if name == "test" and not _is_negated_anyway(value):
                negated = ast.UnaryOp(ast.Not(), value)
                yield f"not ({ast.unparse(value)})", _setting(node, name, negated)
            yield from _in_expression(value, _setter(node, name))
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, ast.expr):
                    if name == "ifs":
                        negated = ast.UnaryOp(ast.Not(), item)
                        yield f"not ({ast.unparse(item)})", _putter(value, index, negated)
                    yield from _in_expression(item, _item_setter(value, index))
                elif isinstance(item, ast.AST) and not isinstance(item, ast.stmt):
                    yield from _in_fields(item)
        elif isinstance(value, ast.arguments | ast.keyword | ast.comprehension):
            yield from _in_fields(value)


def _is_negated_anyway(test: ast.expr) -> bool:
    opposite = (ast.Eq, ast.NotEq, ast.In, ast.NotIn, ast.Is, ast.IsNot)
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1 and isinstance(test.ops[0], opposite)
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def _setting(node: ast.AST, name: str, new: ast.expr) -> Callable[[], None]:
    return lambda: setattr(node, name, new)


def _in_expression(node: ast.expr, put: Callable[[ast.expr], None]) -> Iterator[Change]:
    if isinstance(node, ast.JoinedStr):
        return
    yield from _of_expression(node, put)
    yield from _in_fields(node)


def _of_expression(node: ast.expr, put: Callable[[ast.expr], None]) -> Iterator[Change]:
    text = ast.unparse(node)

    def instead(new: ast.expr) -> Change:
        return f"{text} -> {ast.unparse(new)}", lambda: put(new)

    match node:
        case ast.Constant(value=value):
            for other in _other_values(value):
                yield instead(ast.Constant(other))
        case ast.Compare(left, ops, comparators):
            for index, op in enumerate(ops):
                for new_op in _COMPARISONS[type(op)]:
                    new_ops = [*ops[:index], new_op(), *ops[index + 1 :]]
                    yield instead(ast.Compare(left, new_ops, comparators))
        case ast.BoolOp(op, values):
            yield instead(ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values))
            for index in range(len(values)):
                rest = [*values[:index], *values[index + 1 :]]
                yield instead(rest[0] if len(rest) == 1 else ast.BoolOp(op, rest))
        case ast.UnaryOp(operand=operand):
            yield instead(operand)
        case ast.BinOp(left, op, right) if type(op) in _OPERATORS:
            yield instead(ast.BinOp(left, _OPERATORS[type(op)](), right))
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in _TWINS:
            yield instead(ast.Call(ast.Name(_TWINS[name], ast.Load()), args, []))
        case ast.Slice(lower, upper, step):
            if lower is not None:
                yield instead(ast.Slice(None, upper, step))
            if upper is not None:
                yield instead(ast.Slice(lower, None, step))


def _other_values(value: Any) -> list[Any]:  # noqa: ANN401 - of a constant
    match value:
        case bool():
            return [not value]
        case int():
            return [value + 1, value - 1]
        case bytes():
            return [bytes([value[0] ^ 1]) + value[1:] if value else b"\0"]
        case str() if " " not in value:
            return [_ORDERS.get(value, f"{value}?")]
    return []


def _setter(node: ast.AST, name: str) -> Callable[[ast.expr], None]:
    return lambda new: setattr(node, name, new)


def _item_setter(items: list[Any], index: int) -> Callable[[ast.expr], None]:
    def put(new: ast.expr) -> None:
        items[index] = new

    return put


def _putter(items: list[Any], index: int, new: ast.AST) -> Callable[[], None]:
    def put() -> None:
        items[index] = new

    return put
