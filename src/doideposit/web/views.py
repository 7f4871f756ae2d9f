"""Views as methods of one object: the address of each, what it needs, and the object that all of them work on."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Blueprint, Flask, current_app, request

__all__ = ["Views", "route"]

View = TypeVar("View", bound=Callable[..., Any])
Need = TypeVar("Need", bound=StrEnum)


def route(rule: str, *methods: str, needs: StrEnum | None = None) -> Callable[[View], View]:
    """Mark a method as the view of an address; `needs` is the role or the scope without which nobody may call it."""

    def marked(view: View) -> View:
        view.__dict__.update(route=(rule, methods or ("GET",)), needs=needs)
        return view

    return marked


class Views:
    """Answer requests with the methods that `route` marked; they share what they work on."""

    __slots__ = ()

    def add_to(self, app: Flask, name: str, prefix: str = "") -> None:
        """Add every marked method to an application, as the endpoint `name.METHOD` below the path `prefix`."""
        blueprint = Blueprint(name, __name__, url_prefix=prefix or None)
        for endpoint, method in vars(type(self)).items():
            if "route" in getattr(method, "__dict__", {}):
                rule, methods = method.__dict__["route"]
                blueprint.add_url_rule(rule, endpoint, getattr(self, endpoint), methods=methods)
        app.register_blueprint(blueprint)

    @staticmethod
    def needed(otherwise: Need) -> Need:
        """Return the role or the scope that the view of this request needs; `otherwise` where it names none."""
        return getattr(current_app.view_functions[str(request.endpoint)], "needs", None) or otherwise
