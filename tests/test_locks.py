"""What is installed: the locks and environment.yml, in step with pyproject.toml."""

import re
import tomllib
import warnings
from pathlib import Path

import pytest
import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEPENDENCIES = PROJECT["project"]["dependencies"]
TEST_DEPENDENCIES = PROJECT["project"]["optional-dependencies"]["test"]
BUILD = PROJECT["build-system"]["requires"]
LOCKS = ("requirements.lock", "requirements-test.lock")
UV_LOCK = "requirements-uv.lock"
LOWEST = "tests/browser/lowest.txt"
CONDA_LINE = re.compile(r"[a-z][a-z0-9_-]*(?:(?:>=|<)\d+(?:\.\d+)*)(?:,(?:>=|<)\d+(?:\.\d+)*)*")


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


# --- environment.yml --------------------------------------------------------------------------


def conda_differences(text):
    """What an environment.yml has otherwise than pyproject.toml; [] when nothing."""
    data = yaml.safe_load(text)
    *lines, last = data["dependencies"]
    wrong = [] if data["channels"] == ["conda-forge"] else ["channels"]
    wrong += [] if last == {"pip": ["-e ."]} else ["the course itself"]
    # Binder reads this form of the version and no other.
    wrong += [] if lines[:2] == ["python=3.12", "pip"] else ["python"]
    # A missing comma means something else to conda.
    wrong += [line for line in lines[2:] if not CONDA_LINE.fullmatch(line)]
    ours = {str(Requirement(line.replace("matplotlib-base", "matplotlib"))) for line in lines[2:]}
    return wrong + sorted(ours ^ {str(Requirement(need)) for need in DEPENDENCIES})


def test_conda_environment_is_in_step_with_pyproject():
    assert conda_differences(read("environment.yml")) == []
    assert "3.12" in Requirement("python" + PROJECT["project"]["requires-python"]).specifier


@pytest.mark.parametrize(
    "old, new",
    [
        ("  - numpy>=2.0,<3\n", ""),
        ("numpy>=2.0,<3", "numpy>=2.1,<3"),
        ("numpy>=2.0,<3", "numpy>=2.0"),
        ("numpy>=2.0,<3", "numpy>=2.0<3"),
        ("  - click", "  - scipy>=1,<2\n  - click"),
        ("python=3.12", "python>=3.11"),
    ],
)
def test_a_drifted_conda_environment_is_noticed(old, new):
    text = read("environment.yml")
    assert old in text
    try:
        assert conda_differences(text.replace(old, new))
    except ValueError as error:  # a line that cannot be read
        assert "numpy>=2.0<3" in str(error)


# --- the locks --------------------------------------------------------------------------------


def entries(name):
    """The pins of a lock: ``[(requirement, hashes)]``."""
    lines = re.sub(r"\\\n\s*", " ", re.sub("^#.*\n", "", read(name), flags=re.M)).splitlines()
    split = [line.split(" --hash=") for line in lines]
    return [(Requirement(need), {text.strip() for text in hashes}) for need, *hashes in split]


def version(need):
    (only,) = need.specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("name", [*LOCKS, UV_LOCK, LOWEST])
def test_every_pin_has_hashes(name):
    assert entries(name)
    for need, hashes in entries(name):
        assert version(need)
        assert hashes, need
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", text) for text in hashes), need


@pytest.mark.parametrize("python", ["3.11.7", "3.12.1", "3.13.0", "3.14.0"])
@pytest.mark.parametrize("system", ["linux", "darwin", "win32"])
@pytest.mark.parametrize(
    "name, needs",
    [
        ("requirements.lock", DEPENDENCIES + BUILD),
        ("requirements-test.lock", DEPENDENCIES + BUILD + TEST_DEPENDENCIES),
        (UV_LOCK, ["uv"]),
    ],
)
def test_locks_satisfy_the_ranges_everywhere(name, needs, system, python):
    environment = default_environment() | {
        "sys_platform": system,
        "os_name": "nt" if system == "win32" else "posix",
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
    }
    pinned = {}
    for need, _ in entries(name):
        if need.marker is None or need.marker.evaluate(environment):
            assert canonicalize_name(need.name) not in pinned, f"{need.name} is pinned twice"
            pinned[canonicalize_name(need.name)] = version(need)
    for need in map(Requirement, needs):
        assert pinned[canonicalize_name(need.name)] in need.specifier


def test_the_test_lock_holds_all_of_the_other():
    base, tests = ({str(need): hashes for need, hashes in entries(name)} for name in LOCKS)
    assert base.items() <= tests.items()


def test_the_lowest_versions_are_the_lower_ends_of_the_ranges():
    pinned = {canonicalize_name(need.name): version(need) for need, _ in entries(LOWEST)}
    for need in map(Requirement, DEPENDENCIES):
        (lowest,) = (part.version for part in need.specifier if part.operator == ">=")
        assert Version(pinned[canonicalize_name(need.name)]) == Version(lowest), need


def test_the_build_backend_is_locked():
    assert PROJECT["dependency-groups"]["build"] == BUILD


FILES = [*LOCKS, UV_LOCK, LOWEST, "environment.yml", "Makefile", "start.py", ".ci/run"]


@pytest.mark.parametrize("name", FILES)
def test_no_hosts_and_no_machine_paths(name):
    hosts = r"https?://|file://|--(extra-)?index-url|--find-links|/home/|/Users/"
    assert not re.search(hosts, read(name))


@pytest.mark.parametrize("module", ["course_lib.explore.plots", "test_averages", "traitlets.x"])
def test_what_we_use_and_is_deprecated_is_an_error(module):
    with pytest.raises(DeprecationWarning):
        warnings.warn_explicit("an old name", DeprecationWarning, "x.py", 1, module=module)


@pytest.mark.parametrize(
    "module, message",
    [
        ("matplotlib._fontconfig_pattern", "'oneOf' deprecated - use 'one_of'"),
        ("pyparsing.util", "'parseAll' argument is deprecated, use 'parse_all'"),
        (
            "traitlets.traitlets",
            "Deprecated in traitlets 4.1, use the instance .metadata, like ...",
        ),
    ],
)
def test_the_lowest_versions_may_use_old_names_of_the_newest(module, message):
    warnings.warn_explicit(message, DeprecationWarning, "x.py", 1, module=module)
