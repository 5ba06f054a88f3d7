"""What a request to AWS asks for, read from its bytes, and what its service's model says of it."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, Mapping, NamedTuple
from urllib.parse import parse_qs

# Credential scope of a signature (SigV4): key, date, region, service.
_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/aws4_request")
# Where a signature names a service otherwise than botocore.
_SERVICES = {"servicequotas": "service-quotas", "tagging": "resourcegroupstaggingapi"}
# Classes of Unicode that Python's expressions lack, as narrow as the tests need them.
_CLASSES = {
    r"\p{ASCII}": r"[\x00-\x7f]",
    r"\p{L}": "a-zA-Z",
    r"\p{Z}": r"\s",
    r"\p{N}": "0-9",
    r"\p{M}": "",
    r"\p{S}": "$+<=>^`|~",
    r"\p{P}": r"!-/:-@\[-`{-~",
}


class Asked(NamedTuple):
    """One request.

    Attributes:
        service: as in its signature; empty where it is not signed.
        region: as in its signature.
        operation: as ``CreateTrainingJob``; for S3 ``PUT /bucket/key?query``.
        headers: of HTTP, by small letters.
        body: as it was sent.
    """

    service: str
    region: str
    operation: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def title(self) -> str:
        """As ``sagemaker CreateTrainingJob``."""
        return f"{self.service} {self.operation}"

    @property
    def protocol(self) -> str:
        """``json``, ``query`` or ``rest-xml``."""
        if "x-amz-target" in self.headers:
            return "json"
        form = self.headers.get("content-type", "").startswith("application/x-www-form")
        return "query" if form else "rest-xml"

    @property
    def parameters(self) -> Any:
        """The body of a JSON request."""
        return json.loads(self.body or b"{}")


def read(method: str, path: str, headers: Mapping[str, str], body: bytes) -> Asked:
    """Reads a request.

    Args:
        method: of HTTP.
        path: with its query.
        headers: of HTTP.
        body: empty where there is none.
    """
    small = {name.lower(): value for name, value in headers.items()}
    scope = _SCOPE.search(small.get("authorization", ""))
    region, service = scope.groups() if scope else ("", "")
    asked = Asked(service, region, f"{method} {path}", small, body)
    if asked.protocol == "json":
        return asked._replace(operation=small["x-amz-target"].rpartition(".")[2])
    if asked.protocol == "query":
        return asked._replace(operation=parse_qs(body.decode()).get("Action", [""])[0])
    return asked


def breaches_of(asked: Asked) -> str:
    """What a JSON request breaks of its service's model; empty where nothing."""
    if asked.protocol != "json":
        return ""
    model = _model(asked.service)
    if model is None or asked.operation not in model.operation_names:
        return f"no operation {asked.operation} of {asked.service}"
    return breaches(model.operation_model(asked.operation).input_shape, asked.parameters)


def breaches(shape: Any, parameters: Mapping[str, Any]) -> str:
    """What parameters break of an operation's input; empty where nothing."""
    from botocore.validate import ParamValidator

    report = ParamValidator().validate(dict(parameters), shape)
    found = [report.generate_report()] if report.has_errors() else list(limits(shape, parameters))
    return "; ".join(found)


@functools.lru_cache(maxsize=None)
def _model(service: str) -> Any:
    import botocore.session

    session = botocore.session.Session()
    name = _SERVICES.get(service, service)
    return session.get_service_model(name) if name in session.get_available_services() else None


def limits(shape: Any, value: Any, path: str = "") -> Any:
    """Everything in a value that breaks the pattern, enum or limits of its shape.

    botocore itself looks at names, kinds and lower limits only.
    """
    if shape.type_name == "structure":
        for key, inner in value.items():
            yield from limits(shape.members[key], inner, f"{path}.{key}")
    elif shape.type_name == "list":
        yield from _count(shape, value, path)
        for index, inner in enumerate(value):
            yield from limits(shape.member, inner, f"{path}[{index}]")
    elif shape.type_name == "map":
        yield from _count(shape, value, path)
        for key, inner in value.items():
            yield from limits(shape.key, key, f"{path}.{key}")
            yield from limits(shape.value, inner, f"{path}.{key}")
    elif shape.type_name == "string":
        yield from _text(shape.metadata, value, path)
    elif shape.type_name in ("integer", "long") and value > shape.metadata.get("max", value):
        yield f"{path}: more than {shape.metadata['max']}"


def _count(shape: Any, value: Any, path: str) -> Any:
    if len(value) > shape.metadata.get("max", len(value)):
        yield f"{path}: {len(value)}, more than {shape.metadata['max']}"


def _text(limits_: Mapping[str, Any], value: str, path: str) -> Any:
    if "enum" in limits_ and value not in limits_["enum"]:
        yield f"{path}: {value!r} is none of {limits_['enum']}"
    if "pattern" in limits_ and not re.fullmatch(pattern(limits_["pattern"]), value):
        yield f"{path}: {value!r} is not {limits_['pattern']}"
    if len(value) > limits_.get("max", len(value)):
        yield f"{path}: longer than {limits_['max']}"


def pattern(text: str) -> str:
    """A pattern of a service's model as Python's expressions have it."""
    for theirs, ours in _CLASSES.items():
        text = text.replace(theirs, ours)
    return text
