"""Content credentials are read and verified offline, and what their state means is told honestly."""

from __future__ import annotations

import io
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from evidencecheck.check.ai_label import ai_label
from evidencecheck.check.provenance import provenance
from evidencecheck.model import Claim, Finding, Lab, NotApplicable, Note, Settings

c2pa = pytest.importorskip("c2pa", reason="the extra c2pa is not installed")
x509 = pytest.importorskip("cryptography.x509")
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402 - comes with c2pa-python
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"


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


def certificates(port: int) -> tuple[str, str, str]:
    """(chain, key, root) in PEM; the signer's certificate names a revocation server at that port."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP256R1()) for _ in range(2)]
    names = [
        x509.Name(
            [x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, o), x509.NameAttribute(x509.NameOID.COMMON_NAME, o)]
        )
        for o in ("Test Root", "Test Signer")
    ]
    made = []
    for number in (0, 1):
        signer = number == 1
        builder = (
            x509.CertificateBuilder()
            .subject_name(names[number])
            .issuer_name(names[0])
            .public_key(keys[number].public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=300))
            .add_extension(x509.BasicConstraints(ca=not signer, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(keys[number].public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[0].public_key()), critical=False)
            .add_extension(
                x509.KeyUsage(signer, False, False, False, False, not signer, not signer, False, False), critical=True
            )
        )
        if signer:
            server = x509.UniformResourceIdentifier(f"http://127.0.0.1:{port}/ocsp")
            access = x509.AccessDescription(x509.AuthorityInformationAccessOID.OCSP, server)
            builder = builder.add_extension(
                x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False
            ).add_extension(x509.AuthorityInformationAccess([access]), critical=False)
        made.append(builder.sign(keys[0], hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode())
    key = keys[1].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return made[1] + made[0], key.decode(), made[0]


def signed(data: bytes, source: str, port: int) -> tuple[bytes, str]:
    """The picture with signed credentials, and the root that signed."""
    chain, key, root = certificates(port)
    action = {"action": "c2pa.created", "digitalSourceType": SOURCE + source, "softwareAgent": {"name": "Test Tool"}}
    manifest = {
        "claim_generator_info": [{"name": "Test Tool", "version": "1"}],
        "format": "image/jpeg",
        "assertions": [{"label": "c2pa.actions", "data": {"actions": [action]}}],
    }
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=chain.encode(), private_key=key.encode(), ta_url=None)
    target = io.BytesIO()
    context = c2pa.Context.from_dict({"verify": {"verify_after_sign": False}})
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(manifest), context=context) as builder:
        builder.sign(signer, "image/jpeg", io.BytesIO(data), target)
    return target.getvalue(), root


def notes(files: Any, data: bytes, lab: Lab) -> list[Note]:
    return [result for result in provenance(files.exhibit(data), lab) if isinstance(result, Note)]


def test_a_signed_file_is_read_and_holds_without_any_call(files: Any, lab: Lab, listener: Listener) -> None:
    data, root = signed(files.jpeg(), "digitalCapture", listener.port)
    said, state = notes(files, data, lab)
    assert "Test Tool" in said.summary.en
    assert "Test Signer" in said.summary.en
    assert state.measurements["state"] == "Valid"
    assert "not known" in state.summary.en
    trusting = replace(lab, settings=Settings(trust_anchors=root))
    assert "trust list given" in notes(files, data, trusting)[1].summary.en
    assert listener.calls == []
    assert not [r for r in ai_label(files.exhibit(data), lab) if isinstance(r, Finding)]


def test_the_listener_would_hear_a_call(files: Any, listener: Listener) -> None:
    data, root = signed(files.jpeg(), "digitalCapture", listener.port)
    rules = {"verify": {"ocsp_fetch": True}, "trust": {"user_anchors": root}}
    with c2pa.Reader(None, io.BytesIO(data), context=c2pa.Context.from_dict(rules)) as reader:
        reader.get_validation_state()
    assert listener.calls


def test_a_declared_ai_picture_is_found_by_the_bounded_reader(files: Any, lab: Lab, listener: Listener) -> None:
    for source, claim in (
        ("trainedAlgorithmicMedia", Claim.AI_GENERATED),
        ("compositeWithTrainedAlgorithmicMedia", Claim.EDITED),
    ):
        data, _ = signed(files.jpeg(), source, listener.port)
        (found,) = [r for r in ai_label(files.exhibit(data), lab) if isinstance(r, Finding)]
        assert found.claim is claim


def test_a_change_after_signing_is_not_called_tampering(files: Any, lab: Lab, listener: Listener) -> None:
    data, _ = signed(files.jpeg(), "digitalCapture", listener.port)
    _, state = notes(files, data[:-40] + bytes([data[-40] ^ 1]) + data[-39:], lab)
    assert "any re-save does this" in state.summary.en


def test_broken_credentials_are_a_note(files: Any, lab: Lab) -> None:
    data = files.jpeg(segments=[(0xEB, b"JP\0\1\0\0\0\1" + b"\0\0\0\20jumb" + b"garbage!")])
    assert "could not be read" in notes(files, data, lab)[1].summary.en


def test_no_credentials_is_not_applicable(files: Any, lab: Lab) -> None:
    (result,) = provenance(files.exhibit(files.jpeg()), lab)
    assert isinstance(result, NotApplicable)
    assert not result.blind
