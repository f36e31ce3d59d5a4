"""Files as people make them, and as nobody should."""

import contextlib
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notification_service.directory.importing import FileFormat, FileRefused
from notification_service.directory.importing.lines import BLOCK_BYTES, LINE_BYTES, Read, read_lines
from notification_service.directory.models import Client
from tests.directory.importing.files import counts, directory, import_csv, import_file, import_ndjson, reasons

pytestmark = pytest.mark.django_db

GOOD = "79160000001,Europe/Moscow"
ONE = [("79160000001", "Europe/Moscow")]


def reading(blocks: list[bytes]) -> Read:
    """A source that gives one block at each read."""
    waiting = iter(blocks)
    return lambda _size: next(waiting, b"")


@pytest.mark.parametrize(
    "content",
    [
        b"phone,timezone\n79160000001,Europe/Moscow",
        b"\xef\xbb\xbfphone,timezone\r\n79160000001,Europe/Moscow\r\n",
        b"phone;timezone\r79160000001;Europe/Moscow\r",
        b"phone\ttimezone\n79160000001\tEurope/Moscow\n",
        b" Phone , TIMEZONE \n\n 79160000001 , Europe/Moscow \n,,\n \n",
        b'\n"timezone";"phone"\n"Europe/Moscow";"79160000001"\n;\n',
        b'"phone",timezone\n79160000001,"Europe/Moscow"\n',
    ],
)
def test_an_import_reads_csv_as_spreadsheets_write_it(content: bytes) -> None:
    assert counts(import_csv(content)) == (1, 0, 0, 0)
    assert directory("phone", "timezone") == ONE


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n \r\n", "The file is empty."),
        (b"phone,timezone,age\n", 'The first line must name the columns, and "age" is none of'),
        (b"79160000001,Europe/Moscow\n", 'must name the columns, and "79160000001" is none of'),
        (b"phone,,timezone\n", 'must name the columns, and "" is none of'),
        (b"sep=|\nphone|timezone\n", 'The first line says that "|" separates columns'),
        (b"sep=;\n", "The file is empty."),
        (b"phone,timezone,Phone\n", 'The column "phone" is there twice.'),
        (b"tag,timezone\n", 'The column "phone" is missing.'),
        (b"phone,timezone" + b"," * 1_000, "The file has more than 200 columns."),
        (b"phone,tag\n", 'The column "timezone" is missing.'),
        (b'phone,"timezone\n', "Line 1, the header: A quote that opens on this line is not closed"),
        ("phone,timezone\n".encode("utf-16"), "The file is in UTF-16: save it as UTF-8."),
        ("phone,timezone\n".encode("utf-16-le"), "The first line has NUL bytes"),
        (
            "phone,имя\n".encode("cp1251"),
            r"Byte 7 of the line \(0xe8\) is not UTF-8. The file must be CSV in UTF-8",
        ),
        (b"\x1f\x8b\x08\x00", "This is a gzip archive: unpack it first."),
        (b"PK\x03\x04\x14\x00", "This is an Excel workbook or a ZIP archive"),
        (b"x" * (LINE_BYTES + 1), "The line is longer than 64 KiB"),
    ],
)
def test_a_file_that_is_no_csv_of_clients_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(FileRefused, match=reason):
        import_csv(content)


def test_a_header_alone_imports_no_client() -> None:
    assert counts(import_csv("phone,timezone\n")) == (0, 0, 0, 0)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"79160000002", "The line has 1 cells where the header has 3."),
        (b"79160000002,a,Europe/Moscow,x", "The line has 4 cells where the header has 3."),
        (b"79160000002,a\0b,Europe/Moscow", "Character 14 of the line is NUL."),
        (b"79160000002,\xff,Europe/Moscow", "Byte 13 of the line (0xff) is not UTF-8."),
        (b"79160000002," + b"x" * LINE_BYTES + b",Europe/Moscow", "The line is longer than 64 KiB."),
        (b"79160000002," + b"x" * 256 + b",Europe/Moscow", "tag must have no more than 255 characters."),
        (b',"",Europe/Moscow', "phone is missing."),
        (b"+99160000002,,Europe/Moscow", "phone must be 7 and ten more digits."),
        (b"7.91612E+10,,Europe/Moscow", "phone was rounded to 7.91612E+10 by a spreadsheet"),
        ("7916000000٢,,Europe/Moscow".encode(), "phone must be 7 and ten more digits."),
        (b"79160000002,,", "timezone is missing."),
        (b"79160000002,,localtime", "timezone must be the IANA name of a time zone"),
        (b"79160000002,,europe/moscow", "timezone must be the IANA name of a time zone"),
        (b'79160000002,"open,Europe/Moscow', "A quote that opens on this line is not closed"),
        (b'79160000002,"a"b,Europe/Moscow', "A quote that opens on this line is not closed"),
        (b'79160000002,a "x,Europe/Moscow"', "timezone must be the IANA name of a time zone"),
    ],
)
def test_a_bad_csv_line_is_rejected_and_the_other_lines_are_taken(line: bytes, reason: str) -> None:
    after = b"\n79160000003,b,Europe/Moscow\n79160000004,c,Europe/Moscow\n"
    result = import_csv(b"phone,tag,timezone\n79160000001,a,Europe/Moscow\n" + line + after)
    assert reasons(result)[3].startswith(reason)
    assert (result.created, result.rejected) == (3, 1)


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("[]", "attributes must be a JSON object."),
        ("{", "attributes is not valid JSON at character 2"),
        ('{""a"": 1, ""a"": 2}', 'attributes is not acceptable JSON: the key "a" is there twice.'),
        ('{""a"": NaN}', "attributes is not acceptable JSON: NaN is not a number."),
        ('{""a"": 1e999}', 'attributes has a bad entry "a": it must be a string'),
        ('{""a"": 9223372036854775809}', 'attributes has a bad entry "a": it must be a string'),
        ('{""a"": {}}', 'attributes has a bad entry "a": it must be a string'),
        ('{""a"": ""\\u0000""}', 'attributes has a bad entry "a": it must be a string'),
        ('{""\\ud800"": 1}', 'attributes has a bad entry "\\ud800": it must be a string'),
        ('{""a"": ' + "1" * 5000 + "}", "attributes is not acceptable JSON: a number is too long."),
        ('{""a"": ""' + "x" * 17_000 + '""}', "attributes must take no more than 16384 bytes as JSON."),
        ('{""a"": ' + "[" * 30_000 + "}", "attributes is nested too deeply."),
    ],
)
def test_attributes_that_are_no_flat_json_object_are_rejected(cell: str, reason: str) -> None:
    result = import_csv(f'phone,timezone,attributes\n{GOOD},"{cell}"\n')
    assert reasons(result)[2].startswith(reason)


def test_a_client_has_no_more_than_a_hundred_attributes() -> None:
    many = {str(key): key for key in range(101)}
    line = {"phone": "79160000001", "timezone": "Asia/Omsk", "attributes": many}
    assert reasons(import_ndjson(json.dumps(line))) == {1: "attributes must have no more than 100 entries."}


def test_a_quoted_cell_may_span_lines_and_lines_are_numbered_as_in_an_editor() -> None:
    result = import_csv(
        'phone,timezone,attributes\r\n79160000001,Europe/Moscow,"{\r\n""a"": 1\r\n}"\r\n1,Europe/Moscow,\r\n'
    )
    assert counts(result) == (1, 0, 0, 1)
    assert reasons(result) == {5: "phone must be 7 and ten more digits."}
    assert directory("attributes") == [({"a": 1},)]


def test_bad_attributes_that_span_lines_are_one_rejected_row() -> None:
    result = import_csv(f'phone,timezone,attributes\n{GOOD},"{{\n1\n}}"\n')
    assert list(reasons(result)) == [2]


def test_an_unclosed_quote_does_not_swallow_the_file() -> None:
    rows = [f"7916{number:07},tag {number},Europe/Moscow" for number in range(10_000)]
    rows[100] = rows[100].replace("tag", '"tag')
    rows[200] = rows[200].replace("tag", '"tag')
    rows[9_000] = rows[9_000].replace("tag", '"tag')
    result = import_csv("phone,tag,timezone\n" + "\n".join(rows))
    assert counts(result) == (9_997, 0, 0, 3)
    assert list(reasons(result)) == [102, 202, 9_002]


def test_an_endless_line_is_skipped_in_bounded_memory() -> None:
    blocks = [b"phone,timezone\n", *[b"x" * BLOCK_BYTES] * 400, f"\n{GOOD}\n".encode()]
    longest = max(len(line) for line in read_lines(reading(blocks)))
    assert longest <= LINE_BYTES + 1 + BLOCK_BYTES


def test_line_ends_do_not_depend_on_the_size_of_reads() -> None:
    body = b"a\r\nb\r\r\nc\n\nd\re"
    for size in range(1, len(body) + 1):
        blocks = [body[start : start + size] for start in range(0, len(body), size)]
        assert list(read_lines(reading(blocks))) == [b"a", b"b", b"", b"c", b"", b"d", b"e"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "The line is not valid JSON at character 2"),
        (b"7", "The line must be a JSON object."),
        (b'{"phone": 79160000002, "timezone": "Asia/Omsk"}', "phone must be a string."),
        (b'{"phone": "79160000002", "timezone": null}', "timezone must be a string."),
        (b'{"phone": "79160000002", "timezone": []}', "timezone must be a string."),
        (b'{"phone": "79160000002"}', "timezone is missing."),
        (b"{}", "phone is missing."),
        (b'{"phone": "79160000002", "age": 1}', 'There is no field "age".'),
        (b'{"phone": "1", "phone": "2"}', 'The line is not acceptable JSON: the key "phone" is there twice.'),
        (b'{"phone": "79160000002", "timezone": "Asia/Omsk", "tag": "\\ud800"}', "tag must be one line"),
        (
            b'{"phone": "79160000002", "timezone": "Asia/Omsk", "operator_code": "91"}',
            "operator_code must be three",
        ),
        (
            b'{"phone": "79160000002", "timezone": "Asia/Omsk", "attributes": null}',
            "attributes must be a JSON object",
        ),
        (b'{"\\ud800": 1}', 'There is no field "\\ud800".'),
        (b"[" * 60_000, "The line is nested too deeply."),
        (b"1" * 5_000, "The line is not acceptable JSON: a number is too long."),
        (b"NaN", "The line is not acceptable JSON: NaN is not a number."),
        (b"\xff", "Byte 1 of the line (0xff) is not UTF-8."),
    ],
)
def test_a_bad_ndjson_line_is_rejected_and_the_other_lines_are_taken(line: bytes, reason: str) -> None:
    good = b'{"phone": "7916000000%d", "timezone": "Asia/Omsk"}\n'
    result = import_ndjson(good % 1 + line + b"\n\n" + good % 3)
    assert counts(result) == (2, 0, 0, 1)
    assert reasons(result)[2].startswith(reason)


@pytest.mark.parametrize("content", [b'[{"phone": "79160000001"}]', b"", b"\n", b"\xff\xfe{\0", b"\x1f\x8b"])
def test_a_file_that_is_no_ndjson_is_refused(content: bytes) -> None:
    with pytest.raises(FileRefused):
        import_ndjson(content)


PIECES = st.sampled_from(
    [
        *(
            b"phone,timezone\n",
            b"phone;tag;timezone;attributes\r\n",
            b"\xef\xbb\xbf",
            b"\n",
            b"\r",
            b'"',
            b",",
            b";",
        ),
        *(
            b"79160000001",
            b"79160000002",
            b"Europe/Moscow",
            b"\0",
            b"\xff",
            b"{}",
            b'{"a": 1}',
            b"\\ud800",
            b"[",
            b"NaN",
        ),
        *(
            b'{"phone": "79160000001", "timezone": "Asia/Omsk"}',
            b'{"phone": "79160000001", "tag": "\\u0000"}',
            b"x" * 300,
        ),
    ]
)
ANYTHING = st.one_of(
    st.binary(max_size=300), st.lists(st.one_of(PIECES, st.binary(max_size=4)), max_size=30).map(b"".join)
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(header=st.sampled_from([b"", b"phone,timezone\n", b"phone;tag;timezone;attributes\n"]), body=ANYTHING)
@pytest.mark.parametrize("file_format", list(FileFormat))
def test_a_file_of_any_bytes_is_counted_or_refused(
    file_format: FileFormat, header: bytes, body: bytes
) -> None:
    with contextlib.suppress(FileRefused):
        result = import_file(header + body, file_format, chunk_rows=3)
        assert json.dumps([error.reason for error in result.errors], ensure_ascii=False).encode()


LINES = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(["", "a", "b"]), st.sampled_from(["900", "901"])),
    max_size=12,
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=LINES, second=LINES, chunk_rows=st.integers(1, 5))
def test_the_size_of_chunks_does_not_change_the_result(
    first: list[tuple[int, str, str]], second: list[tuple[int, str, str]], chunk_rows: int
) -> None:
    found = []
    for rows in (1, chunk_rows, 1_000):
        Client.objects.all().delete()
        answers = [
            counts(
                import_csv(
                    "phone,tag,operator_code,timezone\n"
                    + "".join(f"7916000000{number},{tag},{code},Asia/Omsk\n" for number, tag, code in lines),
                    chunk_rows=rows,
                )
            )
            for lines in (first, second)
        ]
        found.append((answers, directory("phone", "tag", "operator_code")))
    assert found[0] == found[1] == found[2]
