"""A refusal travels by its class's Python path and its args, and arrives as it was raised."""

import pytest

from services.contracts import errors

pytestmark = pytest.mark.quick

EVERY = sorted(errors.BY_PATH.items())


@pytest.mark.parametrize(("path", "refusal"), EVERY, ids=[refusal.__name__ for _, refusal in EVERY])
def test_a_refusal_arrives_as_it_was_raised(path: str, refusal: type[errors.Refusal]) -> None:
    """nameko's `exc_path` is module and name, `exc_args` are `args`: the class is found and made anew from them."""
    raised = refusal("Do something else.", {"errors": [{"field": "title", "message": "Esimerkki."}]})
    assert path == f"{type(raised).__module__}.{type(raised).__name__}"
    arrived = errors.BY_PATH[path](*raised.args)
    assert type(arrived) is refusal
    assert (arrived.message, arrived.details, str(arrived)) == (raised.message, raised.details, "Do something else.")


@pytest.mark.parametrize("refusal", errors.BY_PATH.values(), ids=lambda refusal: refusal.__name__)
def test_a_refusal_without_details_arrives_too(refusal: type[errors.Refusal]) -> None:
    raised = refusal("Do something else.")
    assert refusal(*raised.args).details == {}


def test_every_refusal_has_a_code_of_its_own() -> None:
    codes = [refusal.code for refusal in errors.BY_PATH.values()]
    assert sorted(set(codes)) == sorted(codes)


def test_every_class_in_the_module_is_found_by_its_path() -> None:
    here = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, errors.Refusal)}
    assert set(errors.BY_PATH.values()) == here
