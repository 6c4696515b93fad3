"""WARC and WACZ: every good record is read, every bad one is reported."""

import gzip
import zipfile
import zlib
from datetime import UTC, datetime
from io import BytesIO
from pathlib import PurePath

import brotli
import pytest
import zstandard

from nof1_tracker.archive.readers.streams import Budget
from nof1_tracker.archive.readers.wacz_files import answers_in_wacz
from nof1_tracker.archive.readers.warc import Found, answers_in_warc
from nof1_tracker.records.payloads import ArchivedAnswer, Unreadable
from nof1_tracker.scraper.site_addresses import SiteAddresses
from tests.web_archives import (
    TRADES_URL,
    gzipped,
    http,
    response,
    sha1,
    wacz,
    warc_record,
)

BODY = b'{"trades":[],"serverTime":1761634263000}'
MOST = 100_000
AT = datetime(2025, 10, 28, 6, 51, 3, tzinfo=UTC)
OTHER = warc_record(http(b"<html>", headers={"Content-Type": "text/html"}), url="http:")
INFO = warc_record(b"software: x\r\n", "warcinfo", "")


def found_in(warc: bytes, most: int = MOST) -> list[Found]:
    path = PurePath("x.warc")
    return list(answers_in_warc(path, BytesIO(warc), SiteAddresses(), most))


def bodies(found: list[Found]) -> list[bytes]:
    return [each.body for each in found if isinstance(each, ArchivedAnswer)]


def faults(found: list[Found]) -> list[str]:
    return [
        f"{each.place}: {each.reason}" for each in found if isinstance(each, Unreadable)
    ]


def of(number: int) -> bytes:
    return b'{"trades":[],"serverTime":176163426%d000}' % number


def three(kind: str) -> tuple[list[bytes], bytes]:
    """Three records of the site, apart and as a file of a kind."""
    records = [response(of(number), name=f"<urn:{number}>") for number in range(3)]
    if kind == "gzip":
        records = [gzip.compress(each, mtime=0) for each in records]
    return records, b"".join(records)


class TestWhatIsRead:
    @pytest.mark.parametrize("version", ["1.0", "1.1"])
    @pytest.mark.parametrize("pack", [b"".join, gzipped])
    def test_the_answers_of_the_site_and_no_others(self, version, pack) -> None:  # type: ignore[no-untyped-def]
        other = response(b"{}", "https://example.org/api/trades")
        asked = warc_record(b"GET /api/trades HTTP/1.1\r\n\r\n", "request")
        site = response(BODY, version=version)
        (answer,) = found_in(pack([INFO, other, asked, site, OTHER]))
        assert answer == ArchivedAnswer(
            PurePath("x.warc"), "record 4", TRADES_URL, BODY, AT
        )

    def test_a_file_that_is_compressed_as_a_whole(self) -> None:
        _, whole = three("plain")
        assert bodies(found_in(gzip.compress(whole))) == [of(0), of(1), of(2)]

    def test_an_address_in_brackets_as_old_programs_write_it(self) -> None:
        assert bodies(found_in(response(BODY, f"<{TRADES_URL}>"))) == [BODY]

    def test_date_and_age_are_passed_on(self) -> None:
        stated = {"Date": "Tue, 28 Oct 2025 06:51:33 GMT", "Age": "30"}
        (answer,) = found_in(warc_record(http(BODY, headers=stated)))
        assert isinstance(answer, ArchivedAnswer)
        assert (answer.date, answer.age) == (stated["Date"], "30")

    @pytest.mark.parametrize(
        ("encoding", "encoded"),
        [
            ("gzip", gzip.compress(BODY)),
            ("deflate", zlib.compress(BODY)),
            ("deflate", zlib.compress(BODY)[2:-4]),
            ("br", brotli.compress(BODY)),
            ("zstd", zstandard.compress(BODY)),
            ("br", BODY),  # decoded by the archive, which left the header
            ("identity", BODY),
        ],
        # Packed bytes name the time of packing: each worker would have other tests.
        ids=["gzip", "zlib", "deflate", "br", "zstd", "br-decoded", "identity"],
    )
    def test_content_encodings_are_removed(self, encoding: str, encoded: bytes) -> None:
        answer = http(encoded, headers={"Content-Encoding": encoding})
        assert bodies(found_in(warc_record(answer))) == [BODY]

    def test_chunks_are_put_together_whatever_the_digest_is_of(self) -> None:
        chunked = b"5\r\n" + BODY[:5] + b"\r\n%x\r\n" % (len(BODY) - 5)
        chunked += BODY[5:] + b"\r\n0\r\n\r\n"
        answer = http(chunked, headers={"Transfer-Encoding": "chunked"})
        for digest in (sha1(chunked), sha1(BODY)):
            fields = {"WARC-Payload-Digest": digest}
            assert bodies(found_in(warc_record(answer, fields=fields))) == [BODY]

    def test_a_resource_is_a_body_by_itself(self) -> None:
        fields = {"Content-Type": "application/json"}
        record = warc_record(BODY, "resource", fields=fields)
        assert bodies(found_in(record)) == [BODY]

    @pytest.mark.parametrize(
        "answer",
        [
            http(b"<html>", headers={"Content-Type": "text/html; charset=utf-8"}),
            http(BODY, "403 Forbidden"),
            http(BODY, "429 Too Many Requests"),
            http(BODY, "410 Gone"),
            http(b""),
            b"no answer",
        ],
    )
    def test_what_is_no_data_of_the_site_is_passed_over(self, answer: bytes) -> None:
        assert found_in(warc_record(answer)) == []


class TestRevisits:
    first = response(BODY, name="<urn:first>")

    def revisit(self, **fields: str) -> bytes:
        named = {key.replace("_", "-"): value for key, value in fields.items()}
        return warc_record(
            b"", "revisit", name="<urn:2>", date="2025-10-28T07:00:00Z", fields=named
        )

    @pytest.mark.parametrize(
        "fields",
        [
            {"WARC_Refers_To": "<urn:first>"},
            {
                "WARC_Refers_To_Target_URI": TRADES_URL,
                "WARC_Refers_To_Date": "2025-10-28T06:51:03.000Z",
            },
            {"WARC_Payload_Digest": sha1(BODY)},
        ],
    )
    @pytest.mark.parametrize("pack", [b"".join, gzipped])
    def test_it_has_the_body_of_the_other_and_its_own_time(self, fields, pack) -> None:  # type: ignore[no-untyped-def]
        for records in (
            [self.first, self.revisit(**fields)],
            [self.revisit(**fields), self.first],
        ):
            found = found_in(pack(records))
            assert bodies(found) == [BODY, BODY]
            assert {
                str(each.archived_at)
                for each in found
                if isinstance(each, ArchivedAnswer)
            } == {"2025-10-28 06:51:03+00:00", "2025-10-28 07:00:00+00:00"}

    def test_it_is_read_again_where_the_body_is_not_kept(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("nof1_tracker.archive.readers.warc._KEPT_BYTES", 1)
        again = self.revisit(WARC_Refers_To="<urn:first>")
        for warc in (
            INFO + self.first + again,
            gzipped([INFO, self.first, again]),
            gzip.compress(INFO + self.first + again),
        ):
            assert bodies(found_in(warc)) == [BODY, BODY]

    def test_a_chain_leads_to_the_first(self) -> None:
        again = self.revisit(WARC_Refers_To="<urn:first>")
        third = warc_record(
            b"", "revisit", name="<urn:3>", fields={"WARC-Refers-To": "<urn:2>"}
        )
        assert len(bodies(found_in(self.first + again + third))) == 3

    def test_without_the_other_it_is_told(self) -> None:
        found = found_in(INFO + self.revisit(WARC_Refers_To="<urn:gone>"))
        assert faults(found) == ["record 2: the record that it refers to is not here"]

    def test_another_content_is_not_taken_for_it(self) -> None:
        again = self.revisit(
            WARC_Refers_To="<urn:first>", WARC_Payload_Digest=sha1(b"another")
        )
        found = found_in(self.first + again)
        assert bodies(found) == [BODY]
        assert faults(found) == ["record 2: the record that it refers to is another"]


class TestDamage:
    @pytest.mark.parametrize("kind", ["plain", "gzip"])
    def test_a_cut_costs_the_record_that_is_cut(self, kind: str) -> None:
        records, whole = three(kind)
        begin = len(records[0]) + len(records[1])
        content = len(whole) - 4 if kind == "plain" else len(whole)
        for end in range(begin + 1, content):
            found = found_in(whole[:end])
            assert bodies(found) == [of(0), of(1)], end
            assert len(faults(found)) == 1, end

    @pytest.mark.parametrize("kind", ["plain", "gzip"])
    def test_a_flipped_bit_costs_one_record_at_most(self, kind: str) -> None:
        records, whole = three(kind)
        begin, end = len(records[0]), len(records[0]) + len(records[1])
        for at in range(begin, end):
            flipped = bytearray(whole)
            flipped[at] ^= 0x10
            found = found_in(bytes(flipped))
            assert bodies(found)[0] == of(0), at
            assert bodies(found)[-1] == of(2), at
            # Not all fields matter, but a body that differs is never passed on.
            assert set(bodies(found)) <= {of(0), of(1), of(2)}, at
            assert len(bodies(found)) == 3 or faults(found) or kind == "plain", at

    @pytest.mark.parametrize("kind", ["plain", "gzip"])
    def test_what_is_missing_in_the_middle_costs_what_it_touches(
        self, kind: str
    ) -> None:
        records, whole = three(kind)
        end = len(records[0]) + len(records[1])
        found = found_in(whole[: end - 40] + whole[end - 30 :])
        assert [bodies(found)[0], bodies(found)[-1]] == [of(0), of(2)]
        assert len(faults(found)) == 1

    def test_a_body_that_is_not_that_of_its_digest_is_told(self) -> None:
        bad = warc_record(http(BODY), fields={"WARC-Payload-Digest": sha1(b"other")})
        worse = warc_record(http(BODY), fields={"WARC-Block-Digest": sha1(b"other")})
        found = found_in(bad + worse + response(of(1)))
        assert bodies(found) == [of(1)]
        assert faults(found) == [
            f"record {number}: its content is not that of its digest"
            for number in (1, 2)
        ]

    def test_a_digest_of_an_unknown_kind_is_not_held_against_it(self) -> None:
        for digest in ("crc32:00", "sha1:short", "nonsense", ""):
            record = warc_record(http(BODY), fields={"WARC-Payload-Digest": digest})
            assert bodies(found_in(record)) == [BODY]

    @pytest.mark.parametrize(
        ("head", "reason"),
        [
            (b"WARC/9.9\r\n\r\n", "its version 9.9 is not known"),
            (b"WARC/1.1\r\nWARC-Type: response\r\n\r\n", "its length is not stated"),
            (b"WARC/1.1\r\nContent-Length: -1\r\n\r\n", "its length is not stated"),
            (
                b"WARC/1.1\r\nContent-Length: 999999999999\r\n\r\n",
                "it is larger than 4 GB",
            ),
            (b"WARC/1.1\r\n" + b"x" * 70_000, "its head is too long"),
            (b"nonsense\r\n", "it does not begin as a record"),
        ],
    )
    def test_a_head_that_makes_no_sense_is_told(self, head: bytes, reason: str) -> None:
        found = found_in(response(of(0)) + head + b"\r\n" + response(of(2)))
        assert bodies(found) == [of(0), of(2)]
        assert faults(found) == [f"record 2: {reason}"]


def test_a_stream_that_states_more_than_there_is_has_an_end() -> None:
    class Boastful(BytesIO):
        def seek(self, offset: int, whence: int = 0) -> int:
            return super().seek(offset, whence) + (100 if whence else 0)

    path, stream = PurePath("x"), Boastful(response(BODY))
    found = list(answers_in_warc(path, stream, SiteAddresses(), MOST))
    assert bodies(found) == [BODY]
    assert faults(found) == ["record 2: it is cut off"]


class TestWhatGrows:
    @pytest.mark.parametrize(
        ("encoding", "encoded"),
        [
            ("gzip", gzip.compress(bytes(50_000_000))),
            ("br", brotli.compress(bytes(50_000_000), quality=1)),
            ("zstd", zstandard.compress(bytes(50_000_000))),
        ],
    )
    def test_a_body_is_given_up_at_its_limit(
        self, encoding: str, encoded: bytes
    ) -> None:
        answer = http(encoded, headers={"Content-Encoding": encoding})
        found = found_in(warc_record(answer) + response(BODY), most=1_000_000)
        assert bodies(found) == [BODY]
        assert faults(found) == ["record 1: it is larger than 1 MB"]

    def test_a_record_that_is_too_large_costs_itself(self) -> None:
        large = response(b"[" + b" " * 2_000_000 + b"]")
        found = found_in(gzipped([large, response(BODY)]), most=1_000_000)
        assert bodies(found) == [BODY]
        assert faults(found) == ["record 1: it is larger than 1 MB"]


def found_in_wacz(content: bytes) -> list[Found]:
    path, budget = PurePath("x.wacz"), Budget()
    found = answers_in_wacz(path, BytesIO(content), SiteAddresses(), MOST, budget)
    return list(found)


class TestWacz:
    @pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
    def test_its_files_are_read_together(self, compression: int) -> None:
        refers = {"WARC-Refers-To": "<urn:later>"}
        first = warc_record(b"", "revisit", name="<urn:a>", fields=refers)
        content = wacz(
            {
                "a.warc.gz": gzipped([INFO, first]),
                "b.warc": response(BODY, name="<urn:later>"),
            },
            beside={"pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n'},
            compression=compression,
        )
        found = found_in_wacz(content)
        assert bodies(found) == [BODY, BODY]
        assert [str(each.path) for each in found] == [
            "x.wacz/archive/b.warc",
            "x.wacz/archive/a.warc.gz",
        ]

    def test_a_file_that_is_not_that_of_its_digest_is_told_and_read(self) -> None:
        content = wacz(
            {"a.warc": response(BODY)}, digests={"a.warc": "sha256:" + "0" * 64}
        )
        found = found_in_wacz(content)
        assert bodies(found) == [BODY]
        (fault,) = [each for each in found if isinstance(each, Unreadable)]
        assert (
            fault.reason == "its content is not that of its digest in datapackage.json"
        )

    def test_a_listed_file_that_is_missing_is_told(self) -> None:
        whole = wacz({"a.warc": response(BODY), "b.warc": response(of(1))})
        kept = BytesIO()
        with (
            zipfile.ZipFile(BytesIO(whole)) as source,
            zipfile.ZipFile(kept, "w") as target,
        ):
            for name in ("datapackage.json", "archive/a.warc"):
                target.writestr(name, source.read(name))
        found = found_in_wacz(kept.getvalue())
        assert bodies(found) == [BODY]
        assert faults(found) == [": datapackage.json lists it, but it is missing"]

    def test_a_file_that_states_more_than_there_is_has_an_end(self) -> None:
        content = wacz({"a.warc": response(BODY)})
        for size in (len(response(BODY)) + 1, 1_000_000):
            whole = bytearray(content)
            entry = whole.rindex(b"PK\x01\x02")
            whole[entry + 20 : entry + 28] = size.to_bytes(4, "little") * 2
            found = found_in_wacz(bytes(whole))
            assert faults(found), size

    def test_a_list_that_cannot_be_read_is_told(self) -> None:
        content = wacz({"a.warc": response(BODY)}).replace(
            b'"resources"', b'"resourceX"'
        )
        packed = bytearray(wacz({"a.warc": response(BODY)}, compression=8))
        packed[packed.index(b"datapackage.json") + 17] ^= 0xFF
        for bad in (content, bytes(packed)):
            found = found_in_wacz(bad)
            assert bodies(found) == [BODY]
            assert "it cannot be read" in faults(found)[0]
