"""A record is refused where it is edited or would not fit into memory, and gives plain files only."""

import io
import json
import tarfile
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest
import zstandard

from finmath_grpo.errors import UserError
from finmath_grpo.release import record

SCORES = b"model,score\na,1\n"


def pack(path: Path, *entries: tuple[tarfile.TarInfo, bytes]) -> Path:
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as archive:
        for entry, content in entries:
            archive.addfile(entry, io.BytesIO(content))
    path.write_bytes(zstandard.ZstdCompressor().compress(plain.getvalue()))
    return path


def member(name: str, content: bytes, kind: bytes = tarfile.REGTYPE, link: str = "") -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.size, entry.type, entry.linkname = len(content), kind, link
    return entry, content


def provenance(content: bytes) -> tuple[tarfile.TarInfo, bytes]:
    files = {"results/small/scores.csv": {"sha256": sha256(content).hexdigest()}}
    return member("provenance.json", json.dumps({"experiment": "small", "files": files}).encode())


def test_member_is_unpacked_if_it_is_as_its_job_left_it(tmp_path: Path):
    good = pack(tmp_path / "good", member("scores.csv", SCORES), member("other.csv", b"x"), provenance(SCORES))
    for name, content in (("scores.csv", SCORES), ("other.csv", b"x")):
        record.unpack(good, {name: tmp_path / name})
        assert (tmp_path / name).read_bytes() == content
    edited = pack(tmp_path / "edited", member("scores.csv", SCORES.replace(b"1", b"2")), provenance(SCORES))
    with pytest.raises(UserError, match=r"scores\.csv is not as its job left it"):
        record.unpack(edited, {"scores.csv": tmp_path / "out.csv"})
    torn = pack(tmp_path / "torn", member("scores.csv", SCORES), member("provenance.json", b"{"))
    with pytest.raises(UserError, match=r"provenance\.json is not as expected"):
        record.unpack(torn, {"scores.csv": tmp_path / "out.csv"})
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_what_is_no_plain_file_is_told_so(tmp_path: Path, kind: bytes):
    odd = pack(tmp_path / "odd", member("scores.csv", b"", kind, "scores.csv"))
    with pytest.raises(UserError, match=r"scores\.csv'? is no (plain )?file"):
        record.unpack(odd, {"scores.csv": tmp_path / "out.csv"})


def test_sparse_member_that_says_it_is_huge_is_refused(tmp_path: Path):
    entry, _ = member("scores.csv", b"")
    entry.pax_headers = {"GNU.sparse.major": "0", "GNU.sparse.minor": "1", "GNU.sparse.map": "0,0",
                         "GNU.sparse.size": str(2**43)}  # fmt: skip
    with pytest.raises(UserError, match=r"scores\.csv'? is no (plain )?file"):
        record.unpack(pack(tmp_path / "sparse", (entry, b"")), {"scores.csv": tmp_path / "out.csv"})


def test_record_that_unpacks_into_more_than_memory_is_refused_at_the_bound(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(record, "PLAIN_LIMIT", 10_000_000)
    bomb = tmp_path / "bomb"
    bomb.write_bytes(zstandard.ZstdCompressor().compress(bytes(200_000_000)))
    tracemalloc.start()
    with pytest.raises(UserError, match="unpacks into more than 10,000,000 bytes"):
        record.unpack(bomb, {"scores.csv": tmp_path / "out.csv"})
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("content", [b"", b"\x28\xb5\x2f\xfd", b"words", bytes(100)])
def test_what_is_no_record_is_told_so(tmp_path: Path, content: bytes):
    (tmp_path / "none").write_bytes(content)
    with pytest.raises(UserError, match="not a record as"):
        record.unpack(tmp_path / "none", {"scores.csv": tmp_path / "out.csv"})
