"""Content credentials (C2PA): what the file's signed history says, and whether its signature holds.

The history is read by the container walker. With the extra `c2pa` the signature is checked too, offline: nothing is
fetched, no revocation is asked for. A signature that does not hold says nothing of tampering: any re-save breaks it,
and no list of trusted signers is built in. It raises no alarm; declarations of AI are ai-label's, editing actions
editor-trace's. Blind spots: chat apps remove credentials. Source: C2PA specification 2.x.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from importlib.util import find_spec

from evidencecheck.metadata.marks import bare
from evidencecheck.model import Check, CheckResult, Exhibit, Field, Group, Lab, NotApplicable, Note, Text

OFFLINE = {
    "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False},
    "core": {"allowed_network_hosts": []},
}
MOST_NAMES = 6
CHANGED = frozenset({"assertion.dataHash.mismatch", "assertion.bmffHash.mismatch", "assertion.boxesHash.mismatch"})


def provenance(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the content credentials say and how their signature stands."""
    blocks = exhibit.blocks
    if not blocks.jumbf:
        yield NotApplicable(
            reason=Text(
                zh="文件里没有内容凭证（C2PA）；绝大多数照片都没有",
                en="no content credentials (C2PA); most photos have none",
            )
        )
        return
    claims = [field for field in blocks.fields if field.place == "c2pa"]
    makers = _names(claims, ("claim_generator", "claim_generator_info/name", "softwareAgent", "softwareAgent/name"))
    actions = [name.removeprefix("c2pa.") for name in _names(claims, ("actions/action",))]
    signers = _names(claims, ("c2pa.signature/issuer",))
    yield Note(
        summary=Text(
            zh=f"文件带有内容凭证（C2PA）：工具 {_list(makers)}；动作 {_list(actions)}；签署机构 {_list(signers)}",
            en=f"the file carries content credentials (C2PA): tools {_list(makers)}; actions {_list(actions)}; "
            f"signed by {_list(signers)}",
        ),
        measurements={"manifests": len({field.name.partition("/")[0] for field in claims})},
    )
    yield _standing(exhibit.data, lab.settings.trust_anchors)


def _names(claims: list[Field], endings: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(f.value[:80] for f in claims if bare(f).endswith(tuple(f"/{end}" for end in endings))))


def _list(names: list[str]) -> str:
    return "、".join(names[:MOST_NAMES]) or "—"


def _standing(data: bytes, trust_anchors: str) -> Note:
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
    except c2pa.C2paError as error:
        return Note(
            summary=Text(zh="内容凭证无法读取", en="the content credentials could not be read"),
            measurements={"error": str(error)[:200]},
        )
    failures = [str(failure.get("code", "")) for failure in results.get("failure", [])]
    return Note(summary=_words(state, failures), measurements={"state": state, "failures": ", ".join(failures)[:300]})


def _words(state: str, failures: list[str]) -> Text:
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
    return Text(
        zh="签名与文件内容一致；签署者是否可信没有核对（没有提供可信名单，或不在名单里）",
        en="the signature matches the file; whether to trust the signer is not known (no trust list, or not on it)",
    )


CHECK = Check(
    id="provenance",
    title=Text(zh="内容凭证（C2PA）", en="Content credentials (C2PA)"),
    group=Group.FILE,
    family="declaration",
    run=provenance,
)
