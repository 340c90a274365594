"""How the signature of content credentials (C2PA) stands, in words, by c2pa-python and without any network.

States are the library's: Trusted, Valid, Invalid. Invalid is not "tampered": any re-save, an old format or an expired
certificate is enough, and the words say which it is where the library tells. Source: C2PA 2.x, section 15.
"""

from __future__ import annotations

import io
from importlib.util import find_spec

from evidencecheck.model import Note, Text

OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
}
CHANGED = frozenset({"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch"})
REWRITTEN = frozenset({"assertion.hashedURI.mismatch", "claimSignature.mismatch", "claim.missing"})
UNSIGNED = Text(
    zh="内容凭证的签名无法验证：签名或证书损坏，或格式旧。凭证里的说法不能作为依据",
    en="the signature cannot be checked: it or its certificate is damaged, or of an old form; what the credentials say "
    "cannot be relied on",
)


def standing(data: bytes, trust_anchors: str) -> Note:
    """Check the signature with c2pa-python, if it is installed."""
    if find_spec("c2pa") is None:
        return Note(
            summary=Text(
                zh='内容凭证的签名没有验证：没有安装扩展 c2pa（pip install "evidencecheck[c2pa]"）',
                en='the signature was not checked: the extra is not installed (pip install "evidencecheck[c2pa]")',
            )
        )
    import c2pa

    rules = OFFLINE | ({"trust": {"user_anchors": trust_anchors}} if trust_anchors else {})
    try:
        with c2pa.Reader(None, io.BytesIO(data), context=c2pa.Context.from_dict(rules)) as reader:
            state = reader.get_validation_state() or ""
            results = (reader.get_validation_results() or {}).get("activeManifest") or {}
    except c2pa.C2paError.Signature as error:
        return Note(summary=UNSIGNED, measurements={"error": str(error)[:200]})
    except c2pa.C2paError as error:
        return Note(
            summary=Text(zh="内容凭证无法读取", en="the content credentials could not be read"),
            measurements={"error": str(error)[:200]},
        )
    failures = [str(failure.get("code", "")) for failure in results.get("failure", [])]
    words = _words(state, failures, listed=bool(trust_anchors))
    return Note(summary=words, measurements={"state": state, "failures": ", ".join(failures)[:300]})


def _words(state: str, failures: list[str], *, listed: bool) -> Text:
    if REWRITTEN & set(failures):
        return Text(
            zh="凭证里的说法在签署之后变过或损坏了，不能作为依据",
            en="the statements in the credentials changed or broke after signing; they cannot be relied on",
        )
    if CHANGED & set(failures):
        return Text(
            zh="签署之后文件内容变过（任何重新保存都会这样）；凭证讲的是变化前的照片",
            en="the file changed after signing (any re-save does this); the credentials are about the file before",
        )
    if state == "Invalid":
        return Text(
            zh="内容凭证没有通过验证；原因可能是格式旧或证书过期，不等于照片被改过",
            en="the content credentials do not validate; an old format or an expired certificate is enough, "
            "it does not mean that the picture was changed",
        )
    if state == "Trusted":
        return Text(
            zh="签名与文件内容一致，签署者在您提供的可信名单里",
            en="the signature matches the file, and the signer is on the trust list given",
        )
    if listed:
        return Text(
            zh="签名与文件内容一致，但签署者不在您提供的可信名单里",
            en="the signature matches the file, but the signer is not on the trust list given",
        )
    return Text(
        zh="签名与文件内容一致；签署者是否可信没有核对：没有提供可信名单（--trust-list）",
        en="the signature matches the file; whether to trust the signer is not known: no trust list was given "
        "(--trust-list)",
    )
