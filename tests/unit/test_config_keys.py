"""`[keys]` in config.toml: which key a person wants for which action."""

from pathlib import Path

import pytest

from assistant.config import parse_settings, setting_names
from assistant.errors import ConfigError

_PATH = Path("config.toml")


def test_nested_and_quoted_names_are_alike() -> None:
    nested = parse_settings('[keys.paper]\nstar = "x"\n', _PATH)
    quoted = parse_settings('[keys]\n"paper.star" = "x"\n', _PATH)
    assert dict(nested.keys) == dict(quoted.keys) == {"paper.star": "x"}
    assert setting_names(nested)["keys.paper.star"] == "x"


@pytest.mark.parametrize("text", ['keys = "x"', "[keys]\nstar = 3", '[keys]\nstar = ""'])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse_settings(text, _PATH)
    assert "keys" in told.value.title
