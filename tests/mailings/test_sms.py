import pytest

from notification_service.mailings.sms import sms_size


@pytest.mark.parametrize(
    ("text", "characters", "segments", "encoding", "per_segment"),
    [
        ("", 0, 0, "GSM-7", 160),
        ("a" * 160, 160, 1, "GSM-7", 160),
        ("a" * 161, 161, 2, "GSM-7", 153),
        ("a" * 306, 306, 2, "GSM-7", 153),
        ("a" * 307, 307, 3, "GSM-7", 153),
        ("€" * 80, 80, 1, "GSM-7", 160),
        ("€" * 81, 81, 2, "GSM-7", 153),
        ("Ж" * 70, 70, 1, "UCS-2", 70),
        ("Ж" * 71, 71, 2, "UCS-2", 67),
        ("Ж" * 134, 134, 2, "UCS-2", 67),
        ("Ж" * 135, 135, 3, "UCS-2", 67),
        ("🙂" * 35, 35, 1, "UCS-2", 70),
        ("🙂" * 36, 36, 2, "UCS-2", 67),
    ],
)
def test_a_text_has_the_length_and_segments_that_the_network_counts(
    text: str, characters: int, segments: int, encoding: str, per_segment: int
) -> None:
    size = sms_size(text)
    assert (size.characters, size.segments) == (characters, segments)
    assert (size.encoding, size.per_segment) == (encoding, per_segment)


def test_an_escaped_character_is_not_split_between_two_segments() -> None:
    assert sms_size("a" * 152 + "€" + "a" * 152).segments == 3
