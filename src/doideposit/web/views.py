"""Views as methods of one object: the address of each, what it needs, and the object that all of them work on."""

from collections.abc import Callable
from enum import StrEnum
from inspect import isfunction
from typing import Any, Final, NamedTuple, TypeVar

from flask import Blueprint, Flask, current_app, request

__all__ = ["Views", "route"]

View = TypeVar("View", bound=Callable[..., Any])
Need = TypeVar("Need", bound=StrEnum)


class _Route(NamedTuple):
    """Hold the address of a view, the methods of HTTP that it answers, and what nobody may call it without."""

    rule: str
    methods: tuple[str, ...]
    needs: StrEnum | None


# The routes of all marked methods, by the function of each.
_ROUTES: Final[dict[Callable[..., Any], _Route]] = {}


def route(rule: str, *methods: str, needs: StrEnum | None = None) -> Callable[[View], View]:
    """Mark a method as the view of an address; `needs` is the role or the scope without which nobody may call it."""

    def marked(view: View) -> View:
        _ROUTES[view] = _Route(rule, methods or ("GET",), needs)
        return view

    return marked


class Views:
    """Answer requests with the methods that `route` marked; they share what they work on."""

    __slots__ = ()

    def add_to(self, app: Flask, name: str, prefix: str = "") -> None:
        """Add every marked method to an application, as the endpoint `name.METHOD` below the path `prefix`."""
        blueprint = Blueprint(name, __name__, url_prefix=prefix or None)
        for endpoint, method in vars(type(self)).items():
            if isfunction(method) and method in _ROUTES:
                marked = _ROUTES[method]
                blueprint.add_url_rule(marked.rule, endpoint, getattr(self, endpoint), methods=marked.methods)
                # By endpoint: who wraps the view of an application must not lose what it needs.
                app.extensions.setdefault("doideposit_needs", {})[f"{name}.{endpoint}"] = marked.needs
        app.register_blueprint(blueprint)

    @staticmethod
    def needed(otherwise: Need) -> Need:
        """Return the role or the scope that the view of this request needs; `otherwise` where it names none."""
        needs = current_app.extensions.get("doideposit_needs", {}).get(request.endpoint)
        return needs if isinstance(needs, type(otherwise)) else otherwise
