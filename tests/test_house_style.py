"""Words, sizes and signatures of product code, a test file a module, ids and messages in tests."""

import ast
import functools
import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TRACKED = (
    subprocess.run(["git", "ls-files"], cwd=str(ROOT), stdout=subprocess.PIPE, check=True)
    .stdout.decode()
    .splitlines()
)
TRACKED = [name for name in TRACKED if (ROOT / name).is_file()]
MOST_PARAMETERS, LONGEST_FUNCTION, LONGEST_MODULE = 6, 60, 300

# Words of an earlier time, with the field's own beside them.
RETIRED = {
    r"pictures?": "image",
    r"eight[ -]bits?": "quantized, quantization",
    r"quantis\w*": "quantize, quantization",
    r"company": "cluster, workers",
    r"alike": "near-duplicate",
    r"looks(?=[.=(,:)\[]| =)|(?<=import )looks|the looks": "image probe",
    r"carried": "kept, round trip",
    r"surroundings": "probes",
    r"figures": "metrics, numbers, plots",
    r"loss that is no number": "NaN loss",
    r"afresh": "from scratch, re-initialized",
    r"learnt": "cache",
    r"mend(s|ed|ing)?": "fix",
    r"roads?": "pipeline, workflow",
    r"crew|hands|labour|deck": "worker, process",
    r"(hold|holds|held|holding)( [\w,]+){0,6} against": "compare, validate, check",
    r"settled": "canonical order",
    r"knows_ranges": "has_fake_quant",
    r"(?<!_)why_not": "unavailable_reason",
}
# The letters around a word are no letters; an underscore or a digit may stand there.
WORDS = {word: re.compile(rf"(?<![a-z])(?:{word})(?![a-z])", re.I) for word in RETIRED}
# Folders that users and other programs rely on.
CONTRACTS = re.compile(r"evaluation/pictures|(?<=[\"'/`])pictures(?=[\"'/])")
# Three plain words in a row are prose, which a test leaves to the message.
PROSE = re.compile(r"(?<![\w.\\'/-])[a-z]+(?: [a-z]+){2,}(?![\w'-])")
MAY_SAY_THEM = {"CHANGELOG.md", "tests/test_house_style.py"}


def is_text(name):
    path = Path(name)
    return path.suffix in (".py", ".md", ".ipynb") or path.name in ("Makefile", "Dockerfile")


def is_python(name):
    """Modules, and programs without a suffix."""
    path = ROOT / name
    if path.suffix:
        return path.suffix == ".py"
    with path.open("rb") as file:
        return b"python" in file.readline(80) and file.tell() < 80


def room_of(name):
    """``helpers/annotations``, ``docker``, ``pi``, ``tests/helpers/annotations`` and so on."""
    folders = Path(name).parent.parts
    if folders[:1] == ("helpers",):
        return "/".join(folders[:2])
    return "/".join(folders[:3]) if folders[:1] == ("tests",) else "/".join(folders[:1]) or "."


TEXTS = [name for name in TRACKED if is_text(name) and name not in MAY_SAY_THEM]
PRODUCT = [
    name
    for name in TRACKED
    if name.split("/")[0] in ("helpers", "docker", "pi") and is_python(name)
]
TESTS = [name for name in TRACKED if name.startswith("tests/") and name.endswith(".py")]
TEXT_ROOMS = sorted({room_of(name) for name in TEXTS})
ROOMS = sorted({room_of(name) for name in PRODUCT})
TEST_ROOMS = sorted({room_of(name) for name in TESTS})


def in_room(names, room):
    return [name for name in names if room_of(name) == room]


def source(name):
    return (ROOT / name).read_text("utf-8")


def lines(name):
    """Pairs of where and what; of a notebook the cells, without what they printed."""
    yield "its name", name
    if not name.endswith(".ipynb"):
        yield from enumerate(source(name).splitlines(), start=1)
        return
    for number, cell in enumerate(json.loads(source(name))["cells"]):
        for line in "".join(cell["source"]).splitlines():
            yield f"cell {number}", line


@functools.lru_cache(maxsize=None)
def functions(name):
    return [
        node
        for node in ast.walk(ast.parse(source(name)))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    ]


def arguments(function):
    """Every argument but ``self`` and ``cls``."""
    given = function.args
    plain = getattr(given, "posonlyargs", []) + given.args
    if plain and plain[0].arg in ("self", "cls"):
        plain = plain[1:]
    return plain + given.kwonlyargs + [one for one in (given.vararg, given.kwarg) if one]


def length(function):
    """Lines from ``def`` to the last statement."""
    last = max(getattr(node, "lineno", 0) for node in ast.walk(function))
    return last - function.lineno + 1


def retired_words(name):
    for where, line in lines(name):
        rest = CONTRACTS.sub("", line)
        for word, pattern in WORDS.items():
            match = pattern.search(rest)
            if match:
                yield f"{name}:{where}: {match.group()!r}; say {RETIRED[word]}: {line.strip()}"


def too_many_parameters(name):
    for function in functions(name):
        count = len(arguments(function))
        if count > MOST_PARAMETERS:
            yield f"{name}:{function.lineno}: {function.name} has {count} parameters"


def too_long(name):
    count = len(source(name).splitlines())
    if count > LONGEST_MODULE:
        yield f"{name}: {count} lines"
    for function in functions(name):
        if length(function) > LONGEST_FUNCTION:
            yield f"{name}:{function.lineno}: {function.name} has {length(function)} lines"


def not_annotated(name):
    for function in functions(name):
        bare = [argument.arg for argument in arguments(function) if argument.annotation is None]
        if bare:
            yield f"{name}:{function.lineno}: {function.name}({', '.join(bare)})"
        if function.returns is None and function.name != "__init__":
            yield f"{name}:{function.lineno}: {function.name} -> ?"


def literals(node):
    """The literal parts of a string, also of an f-string or of a sum of strings."""
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else []
    for part in sides or getattr(node, "values", []):
        yield from literals(part)
    text = getattr(node, "value", getattr(node, "s", None))  # Python 3.8 and 3.7
    if isinstance(text, str):
        yield text


def prose_matches(name):
    for node in ast.walk(ast.parse(source(name))):
        if isinstance(node, ast.keyword) and node.arg == "match":
            for text in filter(PROSE.search, literals(node.value)):
                yield f"{name}:{node.value.lineno}: match={text!r}"


def mirror_of(name):
    """Where a module's tests are: as the module itself, without the packages' folders."""
    path = Path(name)
    folder = Path(*[part for part in path.parent.parts if part not in ("trainer", "detection")])
    return f"tests/{folder.as_posix()}/test_{path.stem}.py"


def without_tests(name):
    if name.endswith(".py") and not Path(name).stem.startswith("__"):
        expected = mirror_of(name)
        if expected not in TRACKED:
            yield f"{name}: no {expected}"


@pytest.mark.parametrize("room", TEXT_ROOMS)
def test_words_are_the_fields(room):
    assert not [hit for name in in_room(TEXTS, room) for hit in retired_words(name)]


@pytest.mark.parametrize("room", ROOMS)
def test_functions_take_few_parameters(room):
    assert not [hit for name in in_room(PRODUCT, room) for hit in too_many_parameters(name)]


@pytest.mark.parametrize("room", ROOMS)
def test_modules_and_functions_are_short(room):
    assert not [hit for name in in_room(PRODUCT, room) for hit in too_long(name)]


@pytest.mark.parametrize("room", ROOMS)
def test_everything_is_annotated(room):
    assert not [hit for name in in_room(PRODUCT, room) for hit in not_annotated(name)]


@pytest.mark.parametrize("room", ROOMS)
def test_every_module_has_a_test_file(room):
    assert not [hit for name in in_room(PRODUCT, room) for hit in without_tests(name)]


@pytest.mark.parametrize("room", TEST_ROOMS)
def test_test_files_are_short(room):
    counts = {name: len(source(name).splitlines()) for name in in_room(TESTS, room)}
    assert {name: count for name, count in counts.items() if count > LONGEST_MODULE} == {}


@pytest.mark.parametrize("room", TEST_ROOMS)
def test_messages_are_matched_by_values(room):
    assert not [hit for name in in_room(TESTS, room) for hit in prose_matches(name)]


def test_every_case_has_an_id(request):
    """``ARGNAME<number>`` is what pytest calls a value that has none; of the tests of this run."""
    assert not [
        item.nodeid
        for item in request.session.items
        for name in (item.callspec.params if hasattr(item, "callspec") else ())
        if re.search(rf"(?:^|-){name}\d+(?:-|$)", item.callspec.id)
    ]


@pytest.mark.parametrize(
    "code, expected",
    [
        ('"a.jpg: found no such file"', True),
        ('f"{name}: cannot be read"', True),
        ('"a.jpg" + " is not there"', True),
        ("'a.jpg.*no such.*CSV file'", False),
        ("f'{name} is {value} now'", False),
        ('r"model.ckpt-7: .*--batch-size"', False),
        ("message", False),
    ],
)
def test_prose_is_found(code, expected):
    assert any(map(PROSE.search, literals(ast.parse(code, mode="eval").body))) == expected


@pytest.mark.parametrize(
    "line, retired",
    [
        ("each picture of them", True),
        ("why_not(docker)", True),
        ("test_company_of_two", True),
        ("Records are held against the label map", True),
        ("holds records, label map and config against each other", True),
        ('work.evaluation / "pictures" / "opencv.png"', False),
        ("s3://bucket/pictures/", False),
        ("the roadside is broad, it looks fine", False),
        ("from helpers import looks", True),
    ],
    ids=str,
)
def test_retired_words_are_found(line, retired):
    rest = CONTRACTS.sub("", line)
    assert any(pattern.search(rest) for pattern in WORDS.values()) == retired


def test_counting_parameters_and_lines_and_annotations():
    module = ast.parse("def f(self, a: int, *b, c, **d) -> int:\n    x = 1\n\n    return x\n")
    function = module.body[0]
    assert [argument.arg for argument in arguments(function)] == ["a", "c", "b", "d"]
    assert length(function) == 4
