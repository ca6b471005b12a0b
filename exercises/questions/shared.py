"""What the questions of several exercises share: draws, and how states and paths go wrong."""

__all__ = ["after_step", "gradients", "of_path", "of_state"]


def gradients(rng, n):
    """Drawn numbers of both signs, whatever the draw."""
    g = rng.normal(0, 2, n)
    g[:2] = -abs(g[0]), abs(g[1])
    return g


def after_step(index, args):
    """Where a number of a path stands: entry 0 is the start."""
    coordinate = f", coordinate {index[1] + 1}," if index[1:] else ""
    return f"after step {index[0]}{coordinate}"


def of_state(name, *parts):
    """Slips: half a state comes back, or a state upside down."""
    first, *others = parts
    slips = f"""
right(*args)[0]
    Only the new {first} came back: the next `{name}` needs the new {" and ".join(others)} too.
right(*args)[::-1]
    The order is another one: `{name}` gives back the new {", then ".join(parts)}.
"""
    if len(others) == 2:
        slips += f"""
np.roll(right(*args), -1, axis=0)
    {first} comes first: `{name}` gives back {", ".join(parts)}.
np.array(right(*args))[[0, 2, 1]]
    {" and ".join(others)} have changed places in what `{name}` gives back.
"""
    return slips


def of_path(name, numbers=False):
    """Slips: too little of a path comes back; `numbers` if a start may be a number."""
    why = "`-=` writes into the array that you noted before. Write x = x − …"
    slips = f"""
right(*args)[[-1] * len(right(*args))]
    All positions in your `{name}` are the last one: {why}
right(*args)[[0] + [-1] * (len(right(*args)) - 1)]
    After the start all positions in your `{name}` are the last: {why}
"""
    if numbers:  # with a number, `-=` makes a new one
        slips += f"""
right(*args)[[-1] * len(right(*args))] if np.ndim(args[0]) else right(*args)
    With an array all positions in your `{name}` are the last: {why}
right(*args)[[0] + [-1] * (len(right(*args)) - 1)] if np.ndim(args[0]) else right(*args)
    With an array all in your `{name}` after the start are the last: {why}
"""
    return f"""{slips}
right(*args)[1:]
    The start is missing: `{name}` should give back one position more than it takes steps.
right(*args)[-1]
    Only the end came back: `{name}` should give back all positions, the start first.
right(*args)[:-1]
    One step short: where `{name}` notes a position, before or after it moves, decides whether the
    last is noted.
right(*args)[:2]
    One step and no more: does a `return` of `{name}` stand inside its loop? It ends the function
    at once.
"""
