"""Remedies are possible: an option that a message names exists on the verbs that can print it.

A message may name an option alone where every verb that reaches its module has it; else it names
the verb too, as in ``split --reset``, or the program whose option it is. What a module can reach
follows from its imports, those inside functions as well.
"""

import ast
import functools
import re
from pathlib import Path

import pytest

from helpers.cli import main
from helpers.structures.finding_kinds import KINDS

ROOT = Path(__file__).resolve().parents[3]
OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
OPTIONS = "helpers.cli.parser"  # knows the values of options, and what those come from
BETWEEN = r"(?: (?:…|and|with|[A-Z{][^ ]*|--[a-z-]+))* "  # a verb and its option
PARAMETER = re.compile(
    r"\b([A-Z][A-Z_]+)(?:(?:=\w+)? and ([A-Z][A-Z_]+))?(?:=\w+)? in notebook 0?(\d)"
)
# Findings of a data set as it is read, and of its split, are printed by these.
READING, SPLITTING = {"csv", "check", "demo"}, {"split", "demo"}


def options():
    """The options of each verb."""
    [verbs] = [one for one in main._parser()._actions if getattr(one, "choices", None)]
    return {
        verb: {text for action in parser._actions for text in action.option_strings}
        for verb, parser in verbs.choices.items()
    }


def runs():
    """The module and the function of each verb."""
    [verbs] = [one for one in main._parser()._actions if getattr(one, "choices", None)]
    return {verb: parser.get_default("run") for verb, parser in verbs.choices.items()}


def path_of(module):
    """The file of a module of helpers; ``None`` for a package or another module."""
    path = ROOT / (module.replace(".", "/") + ".py")
    return path if module.startswith("helpers.") and path.is_file() else None


@functools.lru_cache(maxsize=None)
def tree(path):
    return ast.parse(path.read_text("utf-8"))


def imported(node):
    """The names that imports below a node bind, and the module each comes from."""
    for one in ast.walk(node):
        if isinstance(one, ast.ImportFrom) and (one.module or "").startswith("helpers"):
            for alias in one.names:
                inner = f"{one.module}.{alias.name}"
                yield alias.asname or alias.name, inner if path_of(inner) else one.module


@functools.lru_cache(maxsize=None)
def reached(path):
    """All files of helpers that a file's imports lead to, itself among them."""
    found, waiting = set(), [path]
    while waiting:
        here = waiting.pop()
        if here not in found:
            found.add(here)
            waiting += filter(None, (path_of(module) for _, module in imported(tree(here))))
    return found


def reached_by(run):
    """The files that a verb's function leads to, and the functions beside it that it uses."""
    here = path_of(run.__module__)
    functions = {one.name: one for one in tree(here).body if isinstance(one, ast.FunctionDef)}
    names = dict(imported(tree(here)))
    found, waiting, seen = set(), [run.__name__], set()
    while waiting:
        name = waiting.pop()
        if name in functions and name not in seen:
            seen.add(name)
            waiting += [one.id for one in ast.walk(functions[name]) if isinstance(one, ast.Name)]
        elif name in names and name not in seen:
            seen.add(name)
            module = None if names[name] == OPTIONS else path_of(names[name])
            found |= reached(module) if module else set()
    return found, [functions[name] for name in seen if name in functions]


def literal(node):
    """The text of a node that is one; else empty."""
    text = getattr(node, "value", getattr(node, "s", None))  # Python 3.8 and 3.7
    return text if isinstance(text, str) else ""


def messages(root):
    """Strings below a node with where they stand: no docstrings, help texts or parts of others."""
    left_out = set()
    for node in ast.walk(root):
        if isinstance(node, (ast.Module, ast.FunctionDef, ast.ClassDef)):
            left_out.add(getattr(node.body[0], "value", None))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "add_argument":
            left_out.update(ast.walk(node))
        if isinstance(node, ast.JoinedStr):
            left_out.update(node.values)
            yield node.lineno, "".join(literal(one) or "{}" for one in node.values)
    for node in ast.walk(root):
        if literal(node) and node not in left_out:
            yield node.lineno, literal(node)


def foreign(text, option, verbs):
    """Whether an option is that of a verb or program that the message names before it."""
    before = text[: text.index(option)].split(". ")[-1]
    named = [verb for verb in verbs if re.search(rf"(?<![\w-]){verb}{BETWEEN}$", before)]
    if named:
        return any(option in verbs[verb] for verb in named)
    return bool(re.search(r"\b(pip|npm|brew|docker|aws|git|detect\.py)\b", before))


def impossible(text, reaching, verbs):
    """The options that a message names and that some verb which can print it lacks."""
    if " " not in text.strip():
        return []  # a word of a command
    return [
        option
        for option in OPTION.findall(text)
        if not foreign(text, option, verbs) and not all(option in verbs[verb] for verb in reaching)
    ]


def test_every_option_in_a_message_can_be_given():
    verbs, found, own, paths = options(), {}, [], {}
    for verb, run in runs().items():
        if verb != "sample":  # which reads nothing of the user's
            paths[verb], functions = reached_by(run)
            own += [(f"{verb}: {one.name}", one, [verb]) for one in functions]
    for path in sorted(set().union(*paths.values())):
        reaching = [verb for verb in paths if path in paths[verb]]
        if path.stem != "finding_kinds":
            own.append((path.relative_to(ROOT).as_posix(), tree(path), reaching))
    for place, root, reaching in own:
        for line, text in messages(root):
            for option in impossible(text, reaching, verbs):
                lacking = [verb for verb in reaching if option not in verbs[verb]]
                found[f"{place}:{line}: {option}"] = lacking
    assert found == {}


@pytest.mark.parametrize("code", KINDS)
def test_every_option_in_a_remedy_can_be_given(code):
    printing = SPLITTING if code.startswith("split-") else READING
    assert impossible(f"{KINDS[code].remedy} ", printing, options()) == []


def test_every_parameter_in_a_message_is_in_its_notebook():
    notebooks = {path.name[1]: path.read_text("utf-8") for path in (ROOT / "notebooks").glob("0*")}
    named = {
        (parameter, notebook)
        for path in sorted((ROOT / "helpers").glob("**/*.py"))
        for _, text in messages(tree(path))
        for *parameters, notebook in PARAMETER.findall(text)
        for parameter in filter(None, parameters)
    }
    assert (
        named
        and [
            (parameter, notebook)
            for parameter, notebook in sorted(named)
            if f'parameter(\\"{parameter}\\"' not in notebooks[notebook]
        ]
        == []
    )


@pytest.mark.parametrize(
    "text, expected",
    [
        pytest.param("give --policy drop", [], id="on every verb"),
        pytest.param("give --seed 1", ["--seed"], id="on none"),
        pytest.param("run split --seed 1", [], id="verb named"),
        pytest.param("split it again (--seed)", ["--seed"], id="a word that is a verb too"),
        pytest.param("run split --min-boxes 1", ["--min-boxes"], id="verb without it"),
        pytest.param("pip install --user it", [], id="another program"),
        pytest.param("--seed", [], id="word of a command"),
        pytest.param("no option", [], id="none"),
    ],
)
def test_what_is_impossible(text, expected):
    assert impossible(text, ["csv", "check"], options()) == expected


def test_verbs_reach_what_they_call():
    names = {verb: {path.stem for path in reached_by(run)[0]} for verb, run in runs().items()}
    assert "repair" in names["check"] and "repair" not in names["split"]
    assert "split_files" in names["demo"] and "grouping" in names["split"]
    assert "local_job" in names["train"] and "local_job" not in names["csv"]
