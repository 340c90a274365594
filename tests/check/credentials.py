"""Content credentials made for tests: an authority, a signer, and pictures signed with any actions and ingredients."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import c2pa
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

SOURCE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
NO_THUMBNAIL = {"thumbnail": {"enabled": False}}  # files stay small
USE = {"parentOf": "c2pa.opened", "componentOf": "c2pa.placed"}  # the action that names such an ingredient


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Certificates in PEM: the signer's chain with its key, and the root to trust."""

    chain: str
    key: str
    root: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingredient:
    """A picture that another was made from. `relationship` is C2PA's: parentOf or componentOf."""

    data: bytes
    relationship: str = "parentOf"


def authority(port: int = 9) -> Authority:
    """A root and a signer whose certificate names a revocation server on this machine at that port."""
    now = datetime.now(UTC)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test Root", root_key, "Test Root", root_key, now).add_extension(
        x509.BasicConstraints(ca=True, path_length=None), critical=True
    )
    server = x509.UniformResourceIdentifier(f"http://127.0.0.1:{port}/ocsp")
    access = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, server)
    signer = (
        _certificate("Test Signer", key, "Test Root", root_key, now)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION]), critical=False)
        .add_extension(x509.AuthorityInformationAccess([access]), critical=False)
    )
    chain = [one.sign(root_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) for one in (signer, root)]
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return Authority(chain=b"".join(chain).decode(), key=secret.decode(), root=chain[1].decode())


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, issuer: str, issuer_key: ec.EllipticCurvePrivateKey, now: datetime
) -> x509.CertificateBuilder:
    own, others = (
        x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, o), x509.NameAttribute(NameOID.COMMON_NAME, o)])
        for o in (name, issuer)
    )
    signs, rest = name == "Test Signer", (False,) * 4
    return (
        x509.CertificateBuilder()
        .subject_name(own)
        .issuer_name(others)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=300))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False)
        .add_extension(x509.KeyUsage(signs, *rest, not signs, not signs, False, False), critical=True)
    )


def created(source: str, agent: str = "Test Tool") -> dict[str, Any]:
    """The action of making a picture; `source` is the last part of an IPTC source type."""
    return {"action": "c2pa.created", "digitalSourceType": SOURCE + source, "softwareAgent": {"name": agent}}


def sign(
    by: Authority,
    data: bytes,
    actions: Sequence[dict[str, Any]],
    *,
    mime: str = "image/jpeg",
    generator: str = "Test Tool",
    ingredients: Sequence[Ingredient] = (),
    compress: bool = False,
    more: Sequence[dict[str, Any]] = (),
) -> bytes:
    """The picture with signed credentials; ingredients are JPEG, `more` are assertions beside the actions."""
    used: dict[str, list[dict[str, Any]]] = {use: [] for use in USE}
    for number, one in enumerate(ingredients):
        action = {"action": USE[one.relationship], "parameters": {"ingredientIds": [f"i{number}"]}}
        used[one.relationship].append(action)
    manifest = {
        "claim_generator_info": [{"name": generator, "version": "1"}],
        "assertions": [
            {"label": "c2pa.actions", "data": {"actions": [*used["parentOf"], *actions, *used["componentOf"]]}},
            *more,
        ],
    }
    rules = {
        "verify": {"verify_after_sign": False},
        "core": {"prefer_compress_manifests": compress},
        "builder": NO_THUMBNAIL,
    }
    info = c2pa.C2paSignerInfo(alg=b"es256", sign_cert=by.chain.encode(), private_key=by.key.encode(), ta_url=None)
    target = io.BytesIO()
    context = c2pa.Context.from_dict(rules)
    with c2pa.Signer.from_info(info) as signer, c2pa.Builder(json.dumps(manifest), context=context) as builder:
        for number, ingredient in enumerate(ingredients):
            described = {"title": f"{number}.jpg", "relationship": ingredient.relationship, "label": f"i{number}"}
            builder.add_ingredient(json.dumps(described), "image/jpeg", io.BytesIO(ingredient.data))
        builder.sign(signer, mime, io.BytesIO(data), target)
    return target.getvalue()
