"""Why a file gave no picture, in the seller's words: what is wrong and what to do about it."""

from __future__ import annotations

import errno

from evidencecheck.model import Text

_MB = 1_000_000
_RESEND_ZH = "请买家重新发送原图，或从聊天记录重新下载。"
_RESEND_EN = "Ask for the photo again, or download it again from the chat."

EMPTY = Text(zh=f"文件是空的（0 字节），下载可能中断了。{_RESEND_ZH}", en=f"The file is empty (0 bytes). {_RESEND_EN}")
NOT_A_FILE = Text(
    zh="这不是普通文件（是管道、设备或套接字），没有打开。请把它从文件夹中移走。",
    en="This is a pipe, device or socket, not a file; it was not opened. Remove it from the folder.",
)
LINKED_FOLDER = Text(
    zh="这是一个文件夹链接，它指向的文件夹已经检查过（或者形成循环），没有再次进入。请把照片复制到这里。",
    en="This link leads to a folder already screened, or loops; it was not entered again. Copy the photos here.",
)
FOLDER = Text(
    zh="检查开始时无法打开这个文件夹。请检查权限后重新运行。",
    en="This folder could not be opened when the screening began. Check its permissions and run again.",
)
TRUNCATED = Text(
    zh=f"图片不完整：后面一部分的数据缺失或损坏。{_RESEND_ZH}",
    en=f"The picture is incomplete: the data of its last part is missing or damaged. {_RESEND_EN}",
)
HEADER = Text(
    zh=f"图片已损坏：文件开头的格式信息不完整或有错误。{_RESEND_ZH}",
    en=f"The picture is damaged: the description at the start of the file is incomplete or wrong. {_RESEND_EN}",
)
OUT_OF_MEMORY = Text(
    zh="解码这张图片需要的内存超过限制。请先缩小图片，或提高内存限制。",
    en="Decoding this picture needs more memory than allowed. Make the picture smaller or raise the memory limit.",
)
UNKNOWN = Text(
    zh=f"这个文件不是能识别的图片。支持 JPEG、PNG、WebP、HEIC、AVIF、TIFF、BMP、GIF。{_RESEND_ZH}",
    en="This file is not a picture in a format read here (JPEG, PNG, WebP, HEIC, AVIF, TIFF, BMP, GIF). "
    "Convert it to JPEG or ask for the photo again.",
)


def from_os_error(error: OSError) -> Text:
    """Return the reason for a file that could not be opened or read."""
    if error.errno == errno.ENOENT:
        return Text(
            zh="文件不存在，或是一个失效的链接。请重新复制这个文件。",
            en="The file is missing, or is a link that leads nowhere. Copy the file again.",
        )
    if error.errno in (errno.EACCES, errno.EPERM):
        return Text(
            zh="没有读取权限。请修改权限后重新运行。",
            en="No permission to read it. Change its permissions and run again.",
        )
    if error.errno in (errno.ELOOP, errno.ENAMETOOLONG):
        return Text(
            zh="路径太长，或链接形成了循环。请把它移到更短的路径。",
            en="Its path is too long or its links loop. Move it to a shorter path.",
        )
    said = error.strerror or type(error).__name__
    return Text(
        zh=f"读取文件失败（{said}）。请检查磁盘，或重新复制这个文件。",
        en=f"Reading the file failed ({said}). Check the disk or copy the file again.",
    )


def too_many_bytes(size_bytes: int, limit_bytes: int) -> Text:
    """Return the reason for a file over the byte limit."""
    size, limit = f"{size_bytes / _MB:.0f} MB", f"{limit_bytes / _MB:.0f} MB"
    return Text(
        zh=f"文件太大（{size}，上限 {limit}）。如果是视频，请截图；如果是照片，请另存为 JPEG。",
        en=f"The file is too large ({size}, limit {limit}). Take a still of a video; save a photo as JPEG.",
    )


def too_many_pixels(width: int, height: int, limit: int) -> Text:
    """Return the reason for a picture over the pixel limit; sizes are what the header claims."""
    return Text(
        zh=f"图片声称有 {width}×{height} 像素，超过上限（{limit / _MB:.0f} 百万像素），没有解码。请先缩小图片。",
        en=f"The picture claims {width}×{height} pixels, over the limit of {limit / _MB:.0f} million; it was not "
        "decoded. Make it smaller first.",
    )


def damaged(detail: str) -> Text:
    """Return the reason for a picture that breaks off with an error. `detail` comes from a library and is cut short."""
    shown = "".join(c if c.isprintable() else " " for c in detail)[:160].strip()
    return Text(
        zh=f"图片已损坏，无法解码（{shown}）。{_RESEND_ZH}",
        en=f"The picture is damaged and does not decode ({shown}). {_RESEND_EN}",
    )


# What a file begins with (offset, bytes), and what it is: said so that the seller knows what was received.
_OTHER_KINDS = (
    (0, b"%PDF", "PDF 文档", "a PDF document"),
    (0, b"%!PS", "PostScript 文档", "a PostScript document"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS 文档", "an EPS document"),
    (0, b"PK\x03\x04", "压缩包或 Office 文档", "a ZIP archive or Office document"),
    (0, b"Rar!", "RAR 压缩包", "a RAR archive"),
    (0, b"7z\xbc\xaf", "7z 压缩包", "a 7z archive"),
    (0, b"8BPS", "Photoshop 文档", "a Photoshop document"),
    (0, b"\x1aE\xdf\xa3", "视频", "a video"),
    (8, b"AVI ", "视频", "a video"),
    (4, b"ftyp", "视频", "a video"),  # brands of pictures are tried before
    (4, b"moov", "视频", "a video"),
    (0, b"<svg", "SVG 矢量图", "an SVG drawing"),
    (0, b"<?xml", "XML 或 SVG 文件", "an XML or SVG file"),
    (0, b"<!DOCTYPE", "网页", "a web page"),
    (0, b"<html", "网页", "a web page"),
)
_UNREAD_PICTURES = (
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
)
_PICTURE_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")


def not_a_picture(head: bytes) -> Text:
    """Return the reason for a file no decoder takes, named by its first bytes (at least 16 of them)."""
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return HEADER
    for magic, name in _UNREAD_PICTURES:
        if head.startswith(magic):
            return Text(
                zh=f"这是 {name} 图片，这里读不了这种格式。请买家重新发送 JPEG 格式的原图，或转成 JPEG 后再检查"
                "（转换会丢失元数据）。",
                en=f"This is a {name} picture, a format that is not read here. Ask for the photo as JPEG, or convert "
                "it to JPEG and screen that (converting loses metadata).",
            )
    for offset, magic, zh, en in _OTHER_KINDS:
        if head[offset : offset + len(magic)] == magic:
            return Text(
                zh=f"这是{zh}，不是照片。请截图或另存为 JPEG 后再检查。",
                en=f"This is {en}, not a photo. Take a screenshot or save it as JPEG, then screen that.",
            )
    return UNKNOWN
