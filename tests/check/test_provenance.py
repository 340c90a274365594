"""Content credentials are read and verified offline, and what their state means is told honestly."""

from __future__ import annotations

import io
import json
import platform
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from evidencecheck.check import run_check
from evidencecheck.check.ai_label import ai_label
from evidencecheck.check.provenance import CHECK, provenance
from evidencecheck.model import Claim, Finding, Lab, NotApplicable, Note, Settings, Strength

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")

MIMES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp", "TIFF": "image/tiff", "GIF": "image/gif"}
MIMES |= {"HEIF": "image/heic", "AVIF": "image/avif"}
GENERATED = "trainedAlgorithmicMedia"
OFFLINE = Path(__file__).with_name("offline.py")
filters = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in {"x86_64", "aarch64"}, reason="the filter is Linux's seccomp"
)


@dataclass(slots=True)
class Listener:
    """A local server that only counts who calls."""

    port: int = 0
    calls: list[bytes] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    server = socket.create_server(("127.0.0.1", 0))
    found = Listener(port=server.getsockname()[1])
    stop = threading.Event()

    def listen() -> None:
        server.settimeout(0.1)
        while not stop.is_set():
            try:
                caller, _ = server.accept()
            except TimeoutError:
                continue
            with caller:
                found.calls.append(caller.recv(4096))
                caller.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")

    thread = threading.Thread(target=listen)
    thread.start()
    yield found
    stop.set()
    thread.join()
    server.close()


def notes(files: Any, data: bytes, lab: Lab) -> list[Note]:
    return [result for result in provenance(files.exhibit(data), lab) if isinstance(result, Note)]


def state(files: Any, data: bytes, lab: Lab, anchors: str = "") -> Note:
    return notes(files, data, replace(lab, settings=Settings(trust_anchors=anchors)))[-1]


def findings(files: Any, data: bytes, lab: Lab) -> list[tuple[Claim, Strength]]:
    return [(r.claim, r.ceiling) for r in ai_label(files.exhibit(data), lab) if isinstance(r, Finding)]


def test_a_camera_original_is_told_and_no_alarm(files: Any, lab: Lab, credentials: ModuleType) -> None:
    data = credentials.sign(credentials.authority(), files.jpeg(), [credentials.created("digitalCapture")])
    said, standing = notes(files, data, lab)
    assert "Test Tool" in said.summary.en
    assert "Test Signer" in said.summary.en
    assert standing.measurements["state"] == "Valid"
    assert findings(files, data, lab) == []


def test_trust_is_the_users_list(files: Any, lab: Lab, credentials: ModuleType) -> None:
    ours, others = credentials.authority(), credentials.authority()
    data = credentials.sign(ours, files.jpeg(), [credentials.created("digitalCapture")])
    assert "no trust list was given" in state(files, data, lab).summary.en
    assert "is on the trust list" in state(files, data, lab, others.root + ours.root).summary.en
    assert "is not on the trust list" in state(files, data, lab, others.root).summary.en


def test_the_trust_list_comes_from_the_command_line(
    files: Any, tmp_path: Path, credentials: ModuleType, run_command: Callable[..., subprocess.CompletedProcess[bytes]]
) -> None:
    ours = credentials.authority()
    (tmp_path / "photos").mkdir()
    signed = credentials.sign(ours, files.jpeg(), [credentials.created("digitalCapture")])
    (tmp_path / "photos" / "signed.jpg").write_bytes(signed)
    (tmp_path / "trusted.pem").write_text(ours.root)
    places = ("--store", tmp_path / "store", "--out", tmp_path / "out", "--trust-list", tmp_path / "trusted.pem")
    done = run_command("screen", tmp_path / "photos", "--only", "provenance", "--jsonl", "-", *places)
    assert "is on the trust list" in done.stdout.decode(), done.stderr


def test_a_change_after_signing_is_not_called_tampering(files: Any, lab: Lab, credentials: ModuleType) -> None:
    data = credentials.sign(credentials.authority(), files.jpeg(), [credentials.created("digitalCapture")])
    assert "any re-save does this" in state(files, data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], lab).summary.en


def test_changed_statements_are_told(files: Any, lab: Lab, credentials: ModuleType) -> None:
    data = credentials.sign(credentials.authority(), files.jpeg(), [credentials.created("digitalCapture", "Camera 1")])
    said = state(files, data.replace(b"Camera 1", b"Camera 2"), lab).summary.en
    assert "statements" in said
    assert "cannot be relied on" in said


def test_a_broken_signature_is_told(files: Any, lab: Lab, credentials: ModuleType) -> None:
    data = credentials.sign(credentials.authority(), files.jpeg(), [credentials.created("digitalCapture")])
    at = data.find(b"Test Signer")  # in the signer's certificate
    assert "cannot be relied on" in state(files, data[:at] + b"Tost" + data[at + 4 :], lab).summary.en
    assert "cannot be checked" in state(files, data[: at - 60] + b"\0" * 60 + data[at:], lab).summary.en


@pytest.mark.parametrize("form", MIMES)
def test_an_ai_declaration_is_found_in_every_container(
    form: str, files: Any, lab: Lab, credentials: ModuleType
) -> None:
    plain = io.BytesIO()
    files.picture().save(plain, form)
    action = credentials.created(GENERATED, "GPT-4o")
    data = credentials.sign(credentials.authority(), plain.getvalue(), [action], mime=MIMES[form])
    assert findings(files, data, lab) == [(Claim.AI_GENERATED, Strength.DOCUMENTED)]
    assert state(files, data, lab).measurements["state"] == "Valid"


@pytest.mark.parametrize("source", ["compositeWithTrainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia/"])
def test_an_ai_edit_is_not_called_generated(source: str, files: Any, lab: Lab, credentials: ModuleType) -> None:
    action = credentials.created(source) | {"action": "c2pa.edited"}
    data = credentials.sign(credentials.authority(), files.jpeg(), [action], generator="Adobe Firefly")
    assert findings(files, data, lab) == [(Claim.EDITED, Strength.DOCUMENTED)]


@pytest.mark.parametrize("compress", [False, True])
def test_a_declaration_is_found_in_the_parents_parent(
    compress: bool, files: Any, lab: Lab, credentials: ModuleType
) -> None:
    ours = credentials.authority()
    data = credentials.sign(ours, files.jpeg(), [credentials.created(GENERATED)])
    for _ in range(2):
        parent = credentials.Ingredient(data=data)
        edit = {"action": "c2pa.edited"}
        data = credentials.sign(ours, files.jpeg(), [edit], ingredients=[parent], compress=compress)
    assert findings(files, data, lab) == [(Claim.AI_GENERATED, Strength.DOCUMENTED)]
    assert notes(files, data, lab)[0].measurements["manifests"] == 3


def test_a_generated_picture_put_into_a_photo_does_not_make_it_generated(
    files: Any, lab: Lab, credentials: ModuleType
) -> None:
    ours = credentials.authority()
    sticker = credentials.sign(ours, files.jpeg(), [credentials.created(GENERATED)])
    photo = credentials.sign(ours, files.jpeg(), [credentials.created("digitalCapture")])
    parts = [credentials.Ingredient(data=photo), credentials.Ingredient(data=sticker, relationship="componentOf")]
    data = credentials.sign(ours, files.jpeg(), [{"action": "c2pa.edited"}], ingredients=parts)
    assert findings(files, data, lab) == [(Claim.EDITED, Strength.DOCUMENTED)]


def test_a_compressed_manifest_is_named_where_it_cannot_be_unpacked(
    files: Any, credentials: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = credentials.sign(credentials.authority(), files.jpeg(), [credentials.created(GENERATED)], compress=True)
    monkeypatch.setattr("evidencecheck.acquire.container.jumbf.find_spec", lambda _: None)
    assert any("extra c2pa" in problem for problem in files.exhibit(data).blocks.problems)


def test_broken_credentials_are_a_note(files: Any, lab: Lab) -> None:
    data = files.jpeg(segments=[(0xEB, b"JP\0\1\0\0\0\1" + b"\0\0\0\20jumb" + b"garbage!")])
    assert "could not be read" in notes(files, data, lab)[1].summary.en


def test_no_credentials_is_not_applicable(files: Any, lab: Lab) -> None:
    (result,) = provenance(files.exhibit(files.jpeg()), lab)
    assert isinstance(result, NotApplicable)
    assert not result.blind


def remote(files: Any, url: str) -> bytes:
    """A picture that says its credentials lie at that address."""
    data: bytes = files.with_xmp("", d=f'http://purl.org/dc/terms/" d:provenance="{url}')
    return data


def test_credentials_kept_elsewhere_are_named_and_not_fetched(files: Any, lab: Lab, listener: Listener) -> None:
    data = remote(files, f"http://127.0.0.1:{listener.port}/private-name.c2pa")
    (note,) = run_check(CHECK, files.exhibit(data), lab).outcome.notes
    assert "127.0.0.1" in note.summary.en
    assert "private-name" not in note.summary.en
    assert listener.calls == []


def test_no_revocation_server_is_called(files: Any, lab: Lab, listener: Listener, credentials: ModuleType) -> None:
    ours = credentials.authority(listener.port)
    data = credentials.sign(ours, files.jpeg(), [credentials.created("digitalCapture")])
    assert state(files, data, lab, ours.root).measurements["state"] == "Trusted"
    assert listener.calls == []
    rules = {"verify": {"ocsp_fetch": True}, "trust": {"user_anchors": ours.root}}
    with c2pa.Reader(None, io.BytesIO(data), context=c2pa.Context.from_dict(rules)) as reader:
        reader.get_validation_state()
    assert listener.calls, "the listener would have heard a call"


def run_offline(path: Path, *rules: str, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*before, sys.executable, OFFLINE, path, *rules], capture_output=True, timeout=120, check=False
    )


@filters
def test_the_kernel_sees_no_socket(files: Any, lab: Lab, tmp_path: Path, credentials: ModuleType) -> None:
    """The process ends with SIGSYS on the first socket, whichever library asks; the last lines show that it would."""
    ours = credentials.authority()
    path = tmp_path / "signed.jpg"
    path.write_bytes(credentials.sign(ours, remote(files, "http://127.0.0.1:9/x.c2pa"), [credentials.created("print")]))
    expected = [[note.summary.en, dict(note.measurements)] for note in notes(files, path.read_bytes(), lab)]
    assert len(expected) == 3
    done = run_offline(path)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == expected
    calls = {"verify": {"ocsp_fetch": True}, "trust": {"user_anchors": ours.root}}
    assert run_offline(path, json.dumps(calls)).returncode == -signal.SIGSYS


@filters
def test_it_answers_the_same_without_any_network(files: Any, lab: Lab, tmp_path: Path, credentials: ModuleType) -> None:
    apart = ("unshare", "--net", "--map-root-user")
    try:
        subprocess.run([*apart, "true"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("this system lets nobody leave the network")
    path = tmp_path / "signed.jpg"
    path.write_bytes(credentials.sign(credentials.authority(), files.jpeg(), [credentials.created(GENERATED)]))
    expected = [[note.summary.en, dict(note.measurements)] for note in notes(files, path.read_bytes(), lab)]
    assert json.loads(run_offline(path, before=apart).stdout) == expected
