"""The learner's notebook, made from the master: without solutions and without outputs."""

import ast
import hashlib
import json
import re
from copy import deepcopy
from textwrap import dedent

SOLUTION = re.compile(
    r"^(?P<indent>[ \t]*)### BEGIN SOLUTION[ \t]*\n(?P<body>.*?)^[ \t]*### END SOLUTION[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


def learner_version(master, exercise):
    """The notebook that learners get.

    Each block between ``### BEGIN SOLUTION`` and ``### END SOLUTION`` becomes
    ``...  # your answer here``; a block that is one assignment keeps its left side, so that the
    name exists.

    Parameters
    ----------
    master : dict
        The master notebook, with sources as strings.
    exercise : str
        What the notebook says it is, whatever its file is called: ``"02_moving_averages"``.

    Returns
    -------
    dict
        A notebook of its own. The same master gives the same notebook.

    Raises
    ------
    ValueError
        If an answer cell has no solution block, a block is not closed, or one stands elsewhere.
    """
    notebook = deepcopy(master)
    answered = False
    for cell in notebook["cells"]:
        if cell["cell_type"] != "code":
            continue
        cell.update(outputs=[], execution_count=None)
        is_answer = cell["id"].startswith("answer-")
        source, blocks = SOLUTION.subn(_stub, cell["source"])
        if is_answer != (blocks > 0) or "# BEGIN SOLUTION" in source or "# END SOLUTION" in source:
            raise ValueError(
                f"cell {cell['id']}: each answer cell needs a block from ### BEGIN SOLUTION to "
                "### END SOLUTION, and no other cell may have one"
            )
        cell["source"] = source
        answered = answered or is_answer
        if is_answer:
            cell["metadata"]["deletable"] = False
        elif answered:
            # "Run all" goes on past a check that is still unanswered, or what builds on it.
            tags = set(cell["metadata"].get("tags", [])) | {"raises-exception"}
            cell["metadata"].update(tags=sorted(tags), deletable=False)
    answers = [cell["id"] for cell in notebook["cells"] if cell["id"].startswith("answer-")]
    notebook["metadata"]["course"] = {
        "answers": answers,
        "blank": _digest(notebook),
        "exercise": exercise,
    }
    return notebook


def is_untouched(notebook):
    """Whether nobody has written into a learner's notebook; running it does not count."""
    course = notebook["metadata"].get("course")
    return isinstance(course, dict) and course.get("blank") == _digest(notebook)


def _stub(block):
    try:
        statements = ast.parse(dedent(block["body"])).body
    except SyntaxError:  # magic, or half a statement
        statements = []
    match statements:
        case [ast.Assign(targets=[ast.Name(id=name)])]:
            left = f"{name} = "
        case _:
            left = ""
    return f"{block['indent']}{left}...  # your answer here"


def _digest(notebook):
    sources = [(cell.get("id"), cell["source"]) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()
