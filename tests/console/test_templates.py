"""Templates that can be reviewed: what djLint leaves long is broken by hand."""

from pathlib import Path

from notification_service import console

MOST_CHARACTERS = 160


def test_no_template_has_a_line_that_is_too_long() -> None:
    templates = sorted(Path(console.__file__).parent.rglob("*.html"))
    long = [
        f"{template.name}:{number}"
        for template in templates
        for number, line in enumerate(template.read_text().splitlines(), 1)
        if len(line) > MOST_CHARACTERS
    ]
    assert templates
    assert long == []
