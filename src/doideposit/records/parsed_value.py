"""What lets pydantic read and write the values that are parsed by their own class: identifiers, dates and texts."""

from typing import Any, ClassVar

from pydantic_core import core_schema

__all__ = ["ParsedValue"]


class ParsedValue:
    """Let a model parse a field with the class's own `from_input`, and write it as its text."""

    __slots__ = ()
    #: A class method that takes what was given and returns the value, or raises `PydanticCustomError`.
    from_input: ClassVar[Any]
    #: What our JSON Schema says of such a field.
    json_schema: ClassVar[dict[str, Any]]

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            cls.from_input, serialization=core_schema.plain_serializer_function_ser_schema(str)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _core: Any, _handler: Any) -> dict[str, Any]:
        return dict(cls.json_schema)
