"""`evidencecheck doctor`: what is installed, what each extra would add, and whether the store can be used."""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, NamedTuple

import typer

from evidencecheck import __version__
from evidencecheck.cli.exits import ExitCode

CORE = {
    "pillow": "PIL",
    "pillow-heif": "pillow_heif",
    "numpy": "numpy",
    "opencv-python-headless": "cv2",
    "imagehash": "imagehash",
    "faiss-cpu": "faiss",
    "exifread": "exifread",
    "zxing-cpp": "zxingcpp",
    "defusedxml": "defusedxml",
    "jinja2": "jinja2",
    "msgspec": "msgspec",
    "psutil": "psutil",
}


class Extra(NamedTuple):
    """An optional part: what to install, what to import, what it adds."""

    name: str
    module: str
    adds: str


EXTRAS = (
    Extra(name="excel", module="openpyxl", adds="读取 Excel 订单导出 / order exports as .xlsx"),
    Extra(name="parquet", module="pyarrow", adds="读取 img2dataset 的来源记录 / provenance from img2dataset"),
    Extra(name="c2pa", module="c2pa", adds="核对内容凭证（C2PA）签名 / verifies signed content credentials"),
    Extra(
        name="ocr",
        module="rapidocr",
        adds="读取图中文字：AI 标识、要遮盖的电话 / reads text: AI labels, phone numbers to mask",
    ),
)


def doctor(
    store: Annotated[str, typer.Option(help="Store folder.", show_default="your user data folder")] = "",
) -> None:
    """检查安装是否完整。 Say what is installed and what each extra would add."""
    import platform

    typer.echo(f"evidencecheck {__version__}, Python {platform.python_version()}, {platform.platform()}")
    broken = [line for distribution, module in CORE.items() if (line := _core_line(distribution, module))]
    for extra in EXTRAS:
        missing = _import_error(extra.module)
        state = "ok     " if missing is None else "missing"
        remedy = "" if missing is None else f'   pip install "evidencecheck[{extra.name}]"'
        typer.echo(f"extra {extra.name:10s} {state}  {extra.adds}{remedy}")
    broken += _store_trouble(store)
    raise typer.Exit(ExitCode.TROUBLE if broken else ExitCode.NOTHING_FOUND)


def _core_line(distribution: str, module: str) -> str | None:
    """Print one core part; return its trouble, or None when it imports."""
    from importlib import metadata

    trouble = _import_error(module)
    if trouble is None:
        typer.echo(f"core  {distribution:24s} {metadata.version(distribution)}")
        return None
    typer.echo(
        f"core  {distribution:24s} BROKEN: {trouble}; reinstall with: pip install --force-reinstall {distribution}"
    )
    return trouble


def _import_error(module: str) -> str | None:
    try:
        import_module(module)
    except Exception as error:  # noqa: BLE001 - a broken binary part can raise anything on import
        return f"{type(error).__name__}: {error}"
    return None


def _store_trouble(store: str) -> list[str]:
    from evidencecheck.decide import in_use
    from evidencecheck.store import Store
    from evidencecheck.store.location import store_folder

    try:
        folder = store_folder(store)
        with Store.open(folder) as opened:
            counts = opened.stats()
            calibration = in_use(opened.calibration(), __version__).name
    except (OSError, ValueError) as error:
        typer.echo(f"store BROKEN: {error}")
        return [str(error)]
    typer.echo(f"store {folder}: {counts}")
    typer.echo(f"calibration {calibration}")
    return []
