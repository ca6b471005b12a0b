"""For every kernel of an environment with the course: `cl` and `np` are there from the start.

So a lesson that is reopened goes on from any of its cells. Nothing is imported before it is used,
and `import course_lib as cl` takes the name over.
"""


def _start():
    import importlib
    import os
    import sys
    import types
    from pathlib import PurePath

    class Later(types.ModuleType):
        def __getattr__(self, name):
            return getattr(importlib.import_module(self.__name__), name)

        def __dir__(self):
            return dir(importlib.import_module(self.__name__))

    def explain(shell, kind, error, trace, tb_offset=None):
        # As long as `cl` is ours, no lesson's first cell has run.
        if isinstance(shell.user_ns.get("cl"), Later) and "course_lib" in sys.modules:
            error.add_note(
                "In a lesson of the course: the cells above have not run in this kernel. "
                "Run → Run All Above Selected Cell brings back what they define."
            )
        shell.showtraceback((kind, error, trace))

    shell = get_ipython()  # noqa: F821
    shell.user_ns.update(cl=Later("course_lib"), np=Later("numpy"))
    if PurePath(os.environ.get("JPY_SESSION_NAME", "")).parent.name == "notebooks":
        shell.set_custom_exc((NameError,), explain)


_start()
del _start
