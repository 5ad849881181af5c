"""What a user installs: every room under `catchup`, with its data, and nothing that could shadow their own files."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from rooms import FRONT, ROOMS, package_of

from catchup.analysis.archive.manifest import LIBRARIES

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def room_files() -> list[Path]:
    """Every file of the rooms that the program may need, relative to the repository."""
    found = (path for room in ROOMS for path in (ROOT / room).rglob("*") if path.is_file())
    return [path.relative_to(ROOT) for path in found if path.parent.name != "__pycache__" and path.suffix != ".md"]


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run Python away from the source tree, without anything of this environment's that leads back to it."""
    return subprocess.run(arguments, cwd=folder, capture_output=True, text=True, env={"PATH": "/usr/bin:/bin"})


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy so that no build leftovers come in or stay."""
    copy, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copy(ROOT / "pyproject.toml", copy)
    for name in ("README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    for path in room_files():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, copy / path)
    done = run([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(built)], copy)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = built.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """A folder that holds what the wheel installs and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_wheel_holds_every_file_of_the_rooms_and_no_other(wheel):
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if not name.split("/")[0].endswith(".dist-info")}
    assert packed == {f"catchup/{path.as_posix().removeprefix(f'{FRONT}/')}" for path in room_files()}


def test_every_package_on_disk_is_listed():
    folders = {path.parent for path in room_files() if path.suffix == ".py"}
    on_disk = {folder: ".".join(("catchup", *(part for part in folder.parts if part != FRONT))) for folder in folders}
    setuptools = PROJECT["tool"]["setuptools"]
    assert set(setuptools["packages"]) == set(on_disk.values())
    assert setuptools["package-dir"] == {name: folder.as_posix() for folder, name in on_disk.items()}


def test_every_room_is_typed():
    for room in ROOMS:
        assert (ROOT / room / "py.typed").exists(), room
        assert (ROOT / room / "__init__.pyi").exists(), room


def test_every_module_imports_from_the_installed_wheel_alone(installed, tmp_path):
    modules = sorted(
        ".".join(path.relative_to(installed).with_suffix("").parts).removesuffix(".__init__")
        for path in installed.rglob("*.py")
    )
    assert {*map(package_of, ROOMS)} < set(modules)
    program = f"""
import importlib, sys
sys.path[:] = [{str(installed)!r}, *(entry for entry in sys.path if entry and "__editable__" not in entry)]
sys.meta_path[:] = [finder for finder in sys.meta_path if "__editable__" not in getattr(finder, "__module__", "")]
for name in {modules!r}:
    module = importlib.import_module(name)
    assert module.__file__.startswith({str(installed)!r}), (name, module.__file__)
    for attribute in getattr(module, "__all__", ()):
        getattr(module, attribute)
"""
    done = run([sys.executable, "-c", program], tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_is_importable_by_its_bare_name(room, installed, tmp_path):
    program = f"import sys; sys.path.insert(0, {str(installed)!r}); import {room}"
    done = run([sys.executable, "-c", program], tmp_path)
    assert f"No module named '{room}'" in done.stderr


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_loads_anything_heavy_before_it_is_used(room, tmp_path):
    program = f"import sys, {package_of(room)}; print(*sys.modules)"
    loaded = run([sys.executable, "-c", program], tmp_path).stdout.split()
    assert package_of(room) in loaded
    assert not {"numpy", "scipy", "pymc", "pytensor", "arviz", "matplotlib", "pydantic", "rich"} & set(loaded)


def test_command_is_installed(installed):
    (entry_points,) = installed.glob("*.dist-info/entry_points.txt")
    assert "catchup = catchup.analysis.commands.entry:main" in entry_points.read_text()


def locked() -> dict[str, str]:
    """Name and version of everything in the lock."""
    lines = [line.split(";")[0].rstrip(" \\") for line in (ROOT / "requirements.lock").read_text().splitlines()]
    pins = [line.split("==") for line in lines if "==" in line and not line.startswith(("#", " "))]
    return {canonicalize_name(name): version for name, version in pins}


def test_lock_satisfies_the_project():
    versions = locked()
    project = PROJECT["project"]
    extras = [text for group in project["optional-dependencies"].values() for text in group]
    for requirement in map(Requirement, [*project["dependencies"], *extras, *PROJECT["build-system"]["requires"]]):
        name = canonicalize_name(requirement.name)
        if name == project["name"]:
            continue
        assert name in versions, f"{name}: run make lock"
        assert requirement.specifier.contains(versions[name]), f"{requirement} against {versions[name]}: run make lock"


def test_lock_holds_names_versions_and_hashes_only():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        if line.startswith("#"):
            continue
        assert "/" not in line, line
        assert line.startswith("    --hash=sha256:") or "==" in line, line
    text = (ROOT / "requirements.lock").read_text()
    assert text.count("--hash=sha256:") >= len(locked()) > 50


IMPORT = re.compile(r"^ *(?:import (\w+)|from (\w+)[\w.]* import )", re.MULTILINE)  # not of this project's, by dots
DISTRIBUTION = {"yaml": "pyyaml"}  # of libraries that are imported by another name than they are installed by


def test_what_a_room_imports_is_declared():
    """A library that comes only because another one wants it goes when that one does without."""
    project = PROJECT["project"]
    named = [*project["dependencies"], *project["optional-dependencies"]["dask"]]
    declared = {canonicalize_name(Requirement(text).name) for text in named}
    texts = [(ROOT / path).read_text(encoding="utf-8") for path in room_files() if path.suffix == ".py"]
    imported = {"".join(found) for text in texts for found in IMPORT.findall(text)}
    imported -= {*sys.stdlib_module_names, project["name"]}
    assert {"numpy", "yaml", "xarray"} < imported
    assert {DISTRIBUTION.get(name, canonicalize_name(name)) for name in imported} - declared == set()
    assert {*LIBRARIES} - declared == {project["name"]}  # the libraries whose versions every run writes down


def test_no_test_is_skipped_for_want_of_what_no_lock_holds():
    skipped = re.compile(r'importorskip\("(\w+)')
    wanted = {name for path in (ROOT / "tests").rglob("*.py") for name in skipped.findall(path.read_text("utf-8"))}
    assert "selenium" in wanted
    assert sorted({*map(canonicalize_name, wanted)} - locked().keys()) == []
