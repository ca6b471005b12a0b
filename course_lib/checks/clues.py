"""What can be said of wrong numbers when no known mistake fits: facts about them, no guesses."""

import inspect

import numpy as np

__all__ = ["clues"]

NEAR = 1e-8
ENOUGH = 3  # numbers that are not 0: with fewer, a rule might be chance


def clues(question, cases, got, expected):
    """What holds of all numbers: which part is right, a sign, a factor, an order.

    Parameters
    ----------
    question : Question
    cases : list of tuple
        The arguments.
    got, expected : list of array
        What came back for each case, and what should have. Their shapes agree.

    Returns
    -------
    str
        In words; empty where nothing holds.
    """
    if question.truth or not question.draw or all(map(_close, got, expected)):  # but for digits
        return ""
    names, told = question.parts, []
    if len(names) == 1:  # which comes back as it is
        got, expected = ([one[np.newaxis] for one in several] for several in (got, expected))
    right = [n for i, n in enumerate(names) if _close(_row(got, i), _row(expected, i))]
    wrong = [i for i, name in enumerate(names) if name not in right]
    if right:
        told.append(f"{' and '.join(right)} {'are' if right[1:] else 'is'} right")
    what = "what came back"
    if len(wrong) == 1:
        what = f"the {'new ' * question.in_place}{names[wrong[0]]}"
        got, expected = ([one[wrong[0]] for one in several] for several in (got, expected))
    if not (rule := _rule(question, cases, got, expected)) and wrong == [0] and question.in_place:
        what = f"the step of {names[0]}"
        got, expected = ([x - c[0] for x, c in zip(s, cases, strict=True)] for s in (got, expected))
        rule = _rule(question, cases, got, expected)
        if not rule and np.array_equal(*(np.sign(np.concatenate(s)) for s in (got, expected))):
            rule = "has the right sign in each coordinate, and not the right length"
    return "; ".join([*told, f"{what} {rule}"] if rule else told)


def _rule(question, cases, got, expected):
    """What turns all right numbers into those that came back."""
    pairs = [map(np.atleast_1d, pair) for pair in zip(got, expected, strict=True)]
    if all(_close(np.sort(ours, axis=0), np.sort(theirs, axis=0)) for ours, theirs in pairs):
        return "has the right numbers in another order"
    count = [one.size for one in got]
    got, expected = (
        np.concatenate([one.ravel() for one in several]) for several in (got, expected)
    )
    there = np.abs(expected) > NEAR
    if not np.isfinite([*got, *expected]).all():
        return ""
    if there.sum() < ENOUGH or not np.array_equal(there, np.abs(got) > NEAR):
        return ""
    ratio = got[there] / expected[there]
    if _close(ratio, -1):
        return "has the other sign everywhere"
    if _close(ratio, ratio[0]):
        return f"is {ratio[0]:.4g} times what it should be, everywhere"
    for i, name in enumerate(inspect.signature(question.right).parameters):
        given = [case[i] for case in cases]
        if all(isinstance(one, int | float) for one in given):
            share = np.repeat(np.array(given, float), count)[there]
            for words, factor in {name: share, f"1 − {name}": 1 - share}.items():
                if _close(ratio, factor):
                    return f"is {words} times what it should be"
                if _close(ratio * factor, 1):
                    return f"is what it should be divided by {words}"
    return ""


def _row(several, i):
    return np.concatenate([one[i].ravel() for one in several])


def _close(got, expected):
    return np.allclose(got, expected, rtol=NEAR, atol=NEAR, equal_nan=True)
