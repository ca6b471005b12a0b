"""What the source of a cell tells: the names that it defines, and whether it is blank."""

import ast
import re
import warnings
from textwrap import dedent

__all__ = ["defines", "is_blank", "names"]


def defines(source, variable):
    """Whether a cell defines the variable, also when the cell is no Python as it stands."""
    pattern = (
        rf"^(?:(?:async )?def|class) +{variable}\b|^{variable} *(?::[^=\n]*)?=(?!=)"
        rf"|^(?:from|import) .*\b{variable}\b"
    )
    return bool(variable) and re.search(pattern, dedent(source), re.MULTILINE) is not None


def names(source):
    """The names that a cell defines or imports for the cells after it."""
    found, waiting = set(), [_tree(source)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
            continue
        if isinstance(node, ast.comprehension):  # its variables end with it
            waiting += [node.iter, *node.ifs]
            continue
        if isinstance(node, ast.alias):
            found.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        waiting.extend(ast.iter_child_nodes(node))
    return found


def is_blank(source):
    """Whether there is a `...` still to be filled in, or nothing at all."""
    tree = _tree(source, "broken")
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if _tells_types(node):
            continue
        value = getattr(node, "value", None) if isinstance(node, ast.stmt) else None
        if isinstance(value, ast.Constant) and value.value is ...:
            return True
        waiting.extend(ast.iter_child_nodes(node))
    return not tree.body


def _tells_types(node):
    """Whether a `...` in it means what it says: an overload, a protocol, an exception's body."""
    bases = getattr(node, "bases", [])
    marks = [ast.unparse(mark) for mark in [*bases, *getattr(node, "decorator_list", [])]]
    bare = bool(bases) and all(isinstance(line, ast.Expr) for line in node.body)
    return bare or any(re.search("overload|abstractmethod|Protocol", mark) for mark in marks)


def _tree(source, otherwise=""):
    """The syntax tree of a cell; of `otherwise` when it is no Python."""
    plain = re.sub(r"^[%!].*", "", dedent(source), flags=re.MULTILINE)
    try:
        with warnings.catch_warnings(action="ignore"):  # "\d" in a text is no matter here
            return ast.parse(plain)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ast.parse(otherwise)
