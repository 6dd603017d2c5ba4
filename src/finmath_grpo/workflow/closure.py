"""What a stage's code is: the source files that it imports, and a fingerprint of what they mean.

Snakemake sees a command, not the code behind it. Cheap stages list the `source_files` of their module as inputs, so
that an edit re-runs them. Dear stages (training, generation) take a `fingerprint` as a parameter instead: it covers
the definitions that the stage can reach and leaves out what can't change a result (comments, docstrings, formatting,
the texts of errors), so that prose never trains a model again. Both are found in the sources; nothing is imported.
"""

import ast
import functools
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("src")
PACKAGE = "finmath_grpo"


def source_files(*modules: str) -> list[str]:
    """The files of modules and of what they import from this project, sorted, as paths from the project's root."""
    return sorted(set().union(*(_files(module) for module in modules)))


def fingerprint(*entries: str) -> str:
    """The hash (16 hex digits) of all definitions that the entries can reach.

    An entry is a module that is run (`finmath_grpo.training.grpo`), one that is loaded by its name
    (`finmath_grpo.training.cpu_passes`), of which all counts, or a definition (`finmath_grpo.rewards:numeric_match`).
    Raises KeyError for an entry that is not there.
    """
    reached = {place: _read(place[0])[place[1]].meaning for place in _reached(*entries)}
    return hashlib.sha256(repr(sorted(reached.items())).encode()).hexdigest()[:16]


def covered_files(*entries: str) -> list[str]:
    """The files that have a definition which the fingerprint of `entries` covers, sorted."""
    return sorted({str(_file(module)) for module, _ in _reached(*entries)})


# ---- files


@functools.cache
def _files(module: str) -> frozenset[str]:
    files, seen, waiting = set(), set(), [module]
    while waiting:
        name = waiting.pop()
        file = _file(name)
        if name in seen or file is None:
            continue
        seen.add(name)
        if "." in name:
            waiting.append(name.rpartition(".")[0])
        files.add(str(file))
        waiting += _imported(name)
    return frozenset(files)


@functools.cache
def _imported(module: str) -> frozenset[str]:
    return frozenset(imported for node in _statements(_tree(module)) for imported, _, _ in _imports(node))


def _statements(tree: ast.Module) -> Iterator[ast.AST]:
    """All statements of a module, outer ones first; no import is below an expression, where most nodes are."""
    found: list[ast.AST] = [tree]
    for node in found:
        yield node
        children = ast.iter_child_nodes(node)
        found += [child for child in children if isinstance(child, ast.stmt | ast.excepthandler | ast.match_case)]


@functools.cache
def _file(module: str) -> Path | None:
    path = SOURCE.joinpath(*module.split("."))
    candidates = (path.with_suffix(".py"), path / "__init__.py")
    return next((file for file in candidates if file.is_file()), None)


@functools.cache
def _tree(module: str) -> ast.Module:
    """A syntax tree that nobody changes."""
    file = _file(module)
    if file is None:
        raise KeyError(f"no module {module} under {SOURCE}/")
    return ast.parse(file.read_text(encoding="utf-8"))


def _imports(node: ast.AST) -> Iterator[tuple[str, str | None, str]]:
    """(module, name in it or None for the module itself, name here) of an import statement of this project's."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            if alias.name.split(".")[0] == PACKAGE:
                yield alias.name, None, alias.asname or alias.name
    elif isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == PACKAGE:
        assert node.module
        for alias in node.names:
            submodule = f"{node.module}.{alias.name}"
            if _file(submodule):
                yield submodule, None, alias.asname or alias.name
            else:
                yield node.module, alias.name, alias.asname or alias.name


# ---- definitions

MODULE = "<module>"
"""What a module does when it is imported, apart from defining names."""
MAIN = "<main>"
"""What it does when it is run."""


@dataclass(frozen=True)
class _Definition:
    meaning: str
    uses: tuple["Place", ...]
    """(module, name) of the definitions that this one names."""


Place = tuple[str, str]
"""A module and the name of a definition in it."""


def _reached(*entries: str) -> set[Place]:
    reached: set[Place] = set()
    waiting: list[Place] = []
    for entry in entries:
        module, _, name = entry.partition(":")
        is_run = any(_is_main_guard(statement) for statement in _tree(module).body)
        waiting += [(module, name or MAIN)] if name or is_run else _all_of(module)
    while waiting:
        place = waiting.pop()
        if place not in reached:
            reached.add(place)
            waiting += _read(place[0])[place[1]].uses
    return reached


@functools.cache
def _read(module: str) -> dict[str, _Definition]:
    """The definitions of a module by name, with what each of them uses."""
    statements: dict[str, list[ast.AST]] = {MODULE: [], MAIN: []}
    tree = _tree(module)
    for statement in tree.body:
        if _is_text(statement):
            continue
        if isinstance(statement, ast.Import | ast.ImportFrom):
            for alias in statement.names:
                if not any(_imports(statement)):
                    # What a library gives; a project's own names are followed to their definitions instead.
                    origin = ast.Constant(f"{getattr(statement, 'module', '')}:{alias.name}")
                    statements.setdefault(alias.asname or alias.name.split(".")[0], []).append(origin)
            continue
        names = list(_defined(statement))
        for name in names:
            statements.setdefault(name, []).append(statement)
        if not names:
            statements[MAIN if _is_main_guard(statement) else MODULE].append(statement)
    imported = {here: (origin, name) for node in _statements(tree) for origin, name, here in _imports(node)}
    packages = [module.rsplit(".", depth)[0] for depth in range(1, module.count(".") + 1)]
    effects = [(origin, MODULE) for origin in (*packages, *(origin for origin, _ in imported.values()))]
    found = {}
    for name, nodes in statements.items():
        named: list[ast.Name | ast.Attribute] = []
        meaning = repr([_meaning(node, named) for node in nodes])
        uses = (*effects, (module, MODULE), *_uses(module, named, statements, imported))
        found[name] = _Definition(meaning, uses)
    return found


def _uses(
    module: str,
    named: list[ast.Name | ast.Attribute],
    local: dict[str, list[ast.AST]],
    imported: dict[str, tuple[str, str | None]],
) -> Iterator[Place]:
    of_modules = set()
    for node in named:
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            origin, name = imported[node.value.id]
            if name is None:
                of_modules.add(id(node.value))
                yield from _of(origin, node.attr)
    for node in named:
        if not isinstance(node, ast.Name):
            continue
        if node.id in local:
            yield module, node.id
        elif node.id in imported:
            origin, name = imported[node.id]
            if name is not None:
                yield from _of(origin, name)
            elif id(node) not in of_modules:
                # The module itself is handed on.
                yield from _all_of(origin)


def _all_of(module: str) -> list[Place]:
    return [(module, name) for name in _read(module) if name != MAIN]


def _of(module: str, name: str) -> Iterator[Place]:
    """Where `name` of a module is defined: there, or where the module imported it from."""
    if name in _read(module):
        yield module, name
        return
    for node in _tree(module).body:
        for origin, inner, here in _imports(node):
            if here == name and inner is not None:
                yield from _of(origin, inner)


def _defined(statement: ast.stmt) -> Iterator[str]:
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
    elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        for target in targets:
            # Not `os` of `os.environ["X"] = "1"`, which is what the module does.
            names = (node for node in ast.walk(target) if isinstance(node, ast.Name))
            yield from (node.id for node in names if isinstance(node.ctx, ast.Store))


def _is_main_guard(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.If) and ast.unparse(statement.test) == "__name__ == '__main__'"


def _is_text(node: object) -> bool:
    """Whether a statement is a text that stands alone, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


PROSE = {ast.Raise: {"exc", "cause"}, ast.arg: {"annotation"}, ast.FunctionDef: {"returns"}}
"""What changes no result, beside texts that stand alone: errors' words and signatures' types."""


def _meaning(node: object, named: list[ast.Name | ast.Attribute]) -> object:
    """A syntax tree without prose as nested tuples, the same on every version of Python that we run on.

    Adds its names and attributes to `named`.
    """
    if isinstance(node, list):
        return tuple([_meaning(item, named) for item in node if not _is_text(item)])
    if not isinstance(node, ast.AST):
        return node if isinstance(node, str | int | float | bool | None) else repr(node)
    if isinstance(node, ast.Name | ast.Attribute):
        named.append(node)
    found: list[object] = [type(node).__name__]
    for name in node._fields:
        if name not in PROSE.get(type(node), ()):
            value = _meaning(getattr(node, name, None), named)
            if value not in (None, ()):
                found.append((name, value))
    return tuple(found)
