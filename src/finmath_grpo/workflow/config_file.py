"""A config file as YAML with one `extends`: keys and values, and which file each comes from.

`extends: paper` takes the values of `paper.yaml`, beside it, and changes them by JSON merge patch (RFC 7396): mappings
are merged key by key, lists and scalars are replaced, and `null` takes a key away.
"""

import itertools
import re
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from finmath_grpo.errors import UserError
from finmath_grpo.files import open_regular

EXTENDS = "extends"
NO_EXPERIMENTS = {"sources.yaml"}
"""Files of `config/` that are none: where the settings of `paper` come from."""
LIMIT = 2**19
"""Characters in a config file; ours have 6,000."""
MOST = 20_000
"""Values in a config file with all aliases written out; ours have 300."""


class _NoDuplicateKeys(yaml.SafeLoader):
    """YAML in which a key that stands twice is an error, as it is a mistake in every config file."""

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        """The value of a node; one that can't be read as what its tag says is a fault of its line."""
        if node.tag.endswith((":int", ":float")) and (other := _OTHER_BASES.fullmatch(str(node.value))):
            words = "has base 8 or 60 in YAML; write it with no 0 before it and no colon, or in quotes if it is text"
            problem = f"{other.group()[:20]} {words}"
            raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)
        try:
            return super().construct_object(node, deep)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            kind = node.tag.rpartition(":")[2]
            words = " ".join(str(error).split())[:100]
            raise yaml.MarkedYAMLError(problem=f"not a {kind}: {words}", problem_mark=node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.tag == "tag:yaml.org,2002:merge":  # `<<: *anchor`
                continue
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, Hashable):
                raise yaml.MarkedYAMLError(problem="found unhashable key", problem_mark=key_node.start_mark)
            if key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


_OTHER_BASES = re.compile(r"[-+]?(?:0[0-7_]*[1-7][0-7_]*|[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?)")
"""What YAML 1.1 takes for a number with the base 8 or 60: 010 is 8, and 1:30 is 90."""

# YAML 1.1 reads 2e-3 as text; a learning rate is a number.
_NoDuplicateKeys.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


class Config(NamedTuple):
    """The values of a config file, and the two sources that they are merged from."""

    values: dict[str, Any]
    """What holds: the file's own values, over those of the file that it extends."""
    own: dict[str, Any]
    """What stands in the file itself."""
    base: Path | None
    """The file that the other values come from: the one that it extends."""
    inherited: dict[str, Any]
    """The values of that file."""

    def inherits(self, location: tuple[int | str, ...]) -> str:
        """The key at or above a place in `values` that comes from the extended file; empty if the file has its own."""
        own: Any = self.own
        base: Any = self.inherited
        key: list[str] = []
        inherited = False
        for part in location:
            if not isinstance(base, dict) or part not in base:
                continue  # the tag of a union, which stands in no file, or a place in a list, which one file has whole
            key.append(str(part))
            inherited = inherited or (isinstance(own, dict) and part not in own)
            base, own = base[part], own.get(part) if isinstance(own, dict) else own
        return ".".join(key) if inherited else ""


def read_yaml(path: Path) -> dict[str, Any]:
    """The keys and values of a YAML file. Raises UserError naming the file, the line and what is wrong."""
    with open_regular(path) as file:
        content = file.read(LIMIT + 1)
    try:
        # Windows editors begin UTF-8 with a byte order mark.
        return parse_yaml(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start}); save it as UTF-8") from None


def parse_yaml(text: str, name: str) -> dict[str, Any]:
    """The keys and values of YAML text. Raises UserError naming the text, the line and what is wrong."""
    if len(text) > LIMIT:
        raise UserError(f"{name}: longer than {LIMIT:,} characters; expected keys and values, as in config/smoke.yaml")
    loader = None
    try:
        loader = _NoDuplicateKeys(text)
        node = loader.get_single_node()
        unfolded(node, {})
        content = loader.construct_document(node) if node else None
    except RecursionError:
        raise UserError(f"{name}: lists and mappings stand too deep in each other, or in themselves") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else "?"
        raise UserError(f"{name}, line {line}: not YAML as expected: {error.problem}") from None
    except (yaml.YAMLError, ValueError) as error:  # a control character; a date that no calendar has
        raise UserError(f"{name}: not YAML as expected: {' '.join(str(error).split())}") from None
    finally:
        if loader:
            loader.dispose()
    if not isinstance(content, dict):
        raise UserError(f"{name}: expected keys and values, as in config/smoke.yaml")
    return content


def unfolded(node: yaml.Node | None, sizes: dict[int, int]) -> int:
    """How many values a node holds with all aliases written out; `sizes` keeps those of the nodes met so far.

    Raises MarkedYAMLError where there are more than MOST (ten lines of aliases can stand for billions of values), and
    for text that UTF-8 can't write. A node that holds itself ends in RecursionError.
    """
    if node is None:
        return 0
    if id(node) in sizes:
        return sizes[id(node)]
    size = 1
    if isinstance(node, yaml.ScalarNode):
        if any("\ud800" <= letter <= "\udfff" for letter in node.value):
            raise yaml.MarkedYAMLError(problem="half of a UTF-16 pair in the text", problem_mark=node.start_mark)
    elif isinstance(node, yaml.CollectionNode):
        children = node.value if isinstance(node, yaml.SequenceNode) else itertools.chain(*node.value)
        size += sum(unfolded(child, sizes) for child in children)
    if size > MOST:
        raise yaml.MarkedYAMLError(problem=f"more than {MOST:,} values with all aliases", problem_mark=node.start_mark)
    sizes[id(node)] = size
    return size


def read_config(path: Path) -> Config:
    """A config file with what it extends.

    Raises UserError for a file that can't be read, and for an `extends` of no file or of one that extends itself.
    """
    own = read_yaml(path)
    if EXTENDS not in own:
        return Config(own, own, None, {})
    name = own.pop(EXTENDS)
    others = sorted(
        file.stem for file in path.parent.glob("*.yaml") if file != path and file.name not in NO_EXPERIMENTS
    )
    if name == path.stem:
        raise UserError(f"{path}: {EXTENDS}: an experiment can't extend itself; expected one of: {', '.join(others)}")
    if name not in others:
        raise UserError(f"{path}: {EXTENDS}: no experiment {name!r}; expected one of: {', '.join(others)}")
    base = path.with_name(f"{name}.yaml")
    try:
        inherited = read_yaml(base)
    except UserError as error:
        raise UserError(f"{path}: {EXTENDS} a file with a fault: {error}") from None
    if EXTENDS in inherited:
        raise UserError(
            f"{path}: {EXTENDS}: {base} extends {inherited[EXTENDS]!r} itself, and one level is the limit;"
            f" extend {inherited[EXTENDS]!r} and say the differences here"
        )
    return Config(merge_patch(inherited, own), own, base, inherited)


def merge_patch(target: Any, patch: Any) -> Any:
    """`target` changed by `patch` as in RFC 7396. Keys keep the order of `target`; new ones follow."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values as one level, with dotted keys (`training.grpo.beta`); lists and empty sections are values."""
    found: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        found |= flat(value, f"{name}.") if isinstance(value, dict) and value else {name: value}
    return found


def self_contained(path: Path) -> bytes:
    """The bytes of a config file that needs no other: the file as it is, or merged with what it extends."""
    config = read_config(path)
    if config.base is None:
        return path.read_bytes()
    head = f"# {path.name}, merged with {config.base.name}, which it extends.\n"
    body: str = yaml.safe_dump(config.values, allow_unicode=True, sort_keys=False)
    return (head + body).encode()


def patch_schema(schema: Any) -> Any:
    """The JSON schema of a merge patch to what `schema` describes: no key is required, and each may be null.

    References to a definition `X` become references to `XChanges`, which the caller makes by this function too.
    """
    if isinstance(schema, list):
        return [patch_schema(entry) for entry in schema]
    if not isinstance(schema, dict):
        return schema
    changes: dict[str, Any] = {}
    for key, value in schema.items():
        if key in ("required", "discriminator", "default"):
            continue
        if key in ("properties", "patternProperties"):
            changes[key] = {name: {"anyOf": [patch_schema(entry), {"type": "null"}]} for name, entry in value.items()}
        elif key == "$ref":
            changes[key] = f"{value}Changes"
        else:
            # With no key required, an entry may fit more than one kind.
            changes["anyOf" if key == "oneOf" else key] = patch_schema(value)
    return changes
