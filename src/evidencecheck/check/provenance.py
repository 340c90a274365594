"""Content credentials (C2PA): what the file's signed history says, and whether its signature holds.

The history is read by the container walker. With the extra `c2pa` the signature is checked too, offline: nothing is
fetched, no revocation is asked for. A signature that does not hold says nothing of tampering: any re-save breaks it.
No list of trusted signers is built in; the user gives one. It raises no alarm; declarations of AI are ai-label's,
editing actions editor-trace's. Blind spots: chat apps remove credentials. Source: C2PA specification 2.x.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from evidencecheck.metadata.marks import bare
from evidencecheck.metadata.signature import standing
from evidencecheck.model import Check, CheckResult, Exhibit, Field, Group, Lab, NotApplicable, Note, Text

MOST_NAMES = 6


def provenance(exhibit: Exhibit, lab: Lab) -> Iterator[CheckResult]:
    """Yield what the content credentials say and how their signature stands."""
    blocks = exhibit.blocks
    elsewhere = list(_elsewhere(blocks.fields))
    yield from elsewhere
    if not blocks.jumbf and elsewhere:
        return
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
    yield standing(exhibit.data, lab.settings.trust_anchors)


def _elsewhere(fields: tuple[Field, ...]) -> Iterator[Note]:
    """A file may only name the address of its credentials. Nothing is fetched, and of the address the host is shown."""
    for field in fields:
        if field.place == "xmp" and field.name == "provenance" and "purl.org/dc/terms" in field.space:
            host = urlsplit(field.value.strip()).hostname if field.value.count("[") == field.value.count("]") else None
            yield Note(
                summary=Text(
                    zh=f"文件说它的内容凭证放在服务器 {host or '（未知）'} 上；没有去取",
                    en=f"the file says that its credentials lie on the server {host or '(unknown)'}; not fetched",
                )
            )
            return


def _names(claims: list[Field], endings: tuple[str, ...]) -> list[str]:
    return list(dict.fromkeys(f.value[:80] for f in claims if bare(f).endswith(tuple(f"/{end}" for end in endings))))


def _list(names: list[str]) -> str:
    return "、".join(names[:MOST_NAMES]) or "—"


CHECK = Check(
    id="provenance",
    title=Text(zh="内容凭证（C2PA）", en="Content credentials (C2PA)"),
    group=Group.FILE,
    family="declaration",
    run=provenance,
)
