"""Names of measurements for the reader. A check may use any key; one without a name here reads as its words."""

from __future__ import annotations

from evidencecheck.model import Measurement, Text
from evidencecheck.report.text import clock

NAMES: dict[str, Text] = {
    "inliers": Text(zh="对上的特征点", en="matching points"),
    "matches": Text(zh="候选特征点", en="candidate points"),
    "overlap": Text(zh="重合比例", en="overlap"),
    "distance_bits": Text(zh="哈希距离（位）", en="hash distance (bits)"),
    "votes": Text(zh="特征投票数", en="feature votes"),
    "agreement": Text(zh="对齐后的一致程度", en="agreement after alignment"),
    "correlation": Text(zh="对齐后的相关系数", en="correlation after alignment"),
    "difference": Text(zh="差异强度", en="difference"),
    "area": Text(zh="面积", en="area"),
    "area_share": Text(zh="面积占比", en="share of the area"),
    "shift_px": Text(zh="平移（像素）", en="shift (px)"),
    "scale": Text(zh="缩放", en="scale"),
    "rotation_degrees": Text(zh="旋转（度）", en="rotation (degrees)"),
    "hours": Text(zh="小时", en="hours"),
    "margin_hours": Text(zh="容许误差（小时）", en="margin (hours)"),
    "days": Text(zh="天", en="days"),
    "quality": Text(zh="压缩质量", en="compression quality"),
    "time_zone": Text(zh="时区", en="time zone"),
    "taken_at": Text(zh="拍摄时间（文件里）", en="taken, says the file"),
    "order_time": Text(zh="订单时间", en="time in the order"),
    "paid_at": Text(zh="付款", en="paid"),
    "shipped_at": Text(zh="发货", en="shipped"),
    "received_at": Text(zh="确认收货", en="received"),
    "claimed_at": Text(zh="申请售后", en="claimed"),
    "other_claimed_at": Text(zh="另一订单申请售后", en="the other order claimed"),
    "claimed_later": Text(zh="本订单申请在后", en="this order was claimed later"),
    "same_buyer": Text(zh="两个订单是同一买家", en="both orders are of one buyer"),
    "median_levels": Text(zh="中位误差（灰度级）", en="median error (grey levels)"),
    "p99_levels": Text(zh="99 % 分位误差（灰度级）", en="99th percentile error (grey levels)"),
    "trial_quality": Text(zh="试压缩质量", en="trial quality"),
    "mark": Text(zh="标记", en="mark"),
    "marks": Text(zh="标记数", en="marks"),
    "traces": Text(zh="痕迹数", en="traces"),
    "label": Text(zh="标签", en="label"),
    "producer": Text(zh="生成服务", en="producer"),
    "place": Text(zh="在文件里的位置", en="where in the file"),
    "field": Text(zh="项目", en="field"),
    "value": Text(zh="内容", en="value"),
    "feature_votes": Text(zh="特征投票数", en="feature votes"),
    "pdq_distance_bits": Text(zh="PDQ 哈希距离（256 位中）", en="PDQ hash distance (of 256 bits)"),
    "agreeing_share": Text(zh="对齐后一致的比例", en="share that agrees after alignment"),
    "tracked_share": Text(zh="跟踪到的比例", en="share that could be tracked"),
    "residual_px": Text(zh="对齐余差（像素）", en="misfit after alignment (px)"),
    "candidates": Text(zh="候选图片数", en="candidate pictures"),
    "compared": Text(zh="比对过的图片数", en="pictures compared"),
    "features": Text(zh="对上的特征点", en="matching points"),
    "tiles": Text(zh="看过的小块", en="tiles looked at"),
    "tiles_with_pattern_percent": Text(zh="有这种纹路的小块（%）", en="tiles with the pattern (%)"),
    "period_px": Text(zh="纹路周期（像素）", en="period of the pattern (px)"),
    "rarity": Text(zh="偶然性（10 的负几次方）", en="chance (10 to the minus)"),
    "grid_moved_down_px": Text(zh="网格下移（像素）", en="grid moved down (px)"),
    "grid_moved_across_px": Text(zh="网格右移（像素）", en="grid moved across (px)"),
    "agreeing_percent": Text(zh="同一网格的小块（%）", en="cells on that grid (%)"),
    "detail_agreement": Text(zh="细节一致程度", en="agreement of details"),
    "misfit_px": Text(zh="对不齐的程度（像素）", en="misfit (px)"),
    "area_percent": Text(zh="面积占比（%）", en="share of the area (%)"),
    "turned_degrees": Text(zh="旋转（度）", en="turned by (degrees)"),
    "size_ratio": Text(zh="大小之比", en="size ratio"),
    "mirrored": Text(zh="左右翻转", en="mirrored"),
    "preset": Text(zh="预设", en="preset"),
    "libjpeg_quality": Text(zh="libjpeg 质量", en="libjpeg quality"),
    "tables_digest": Text(zh="量化表摘要", en="digest of the quantisation tables"),
    "chroma": Text(zh="色度采样", en="chroma sampling"),
    "progressive": Text(zh="渐进式", en="progressive"),
    "optimised_codes": Text(zh="优化过的编码表", en="optimised codes"),
    "declared_width_px": Text(zh="文件声明的宽（像素）", en="width the file declares (px)"),
    "declared_height_px": Text(zh="文件声明的高（像素）", en="height the file declares (px)"),
    "clock": Text(zh="时钟", en="clock"),
    "unexplained_hours": Text(zh="对不上的小时数", en="unexplained hours"),
    "zone_in_file": Text(zh="文件带时区", en="time zone in the file"),
    "zone_offset_hours": Text(zh="时区（小时）", en="time zone (hours)"),
    "problems": Text(zh="读取问题", en="problems on reading"),
    "grain_agreement": Text(zh="噪点一致程度", en="agreement of the grain"),
    "device": Text(zh="设备", en="device"),
    "other_devices": Text(zh="另外的设备", en="other devices"),
    "other_taken_at": Text(zh="另一张的拍摄时间", en="the other's time"),
    "label_number": Text(zh="照片里的号码", en="number in the photo"),
    "order_number": Text(zh="订单的快递单号", en="the order's parcel number"),
    "order_barcode": Text(zh="订单商品的条码", en="the product's barcode"),
    "read_as": Text(zh="读自", en="read as"),
    "values": Text(zh="数值个数", en="values"),
}


def name_of(key: str) -> Text:
    """Return the name of a measurement; an unknown key reads as its words."""
    words = key.replace("_", " ").strip()
    return NAMES.get(key, Text(zh=words, en=words))


def amount(value: Measurement) -> Text:
    """Return a measurement's value for the reader: four significant digits, thousands separated."""
    if isinstance(value, bool):
        return Text(zh="是", en="yes") if value else Text(zh="否", en="no")
    if isinstance(value, str):
        words = clock(value)
        return Text(zh=words, en=words)
    if isinstance(value, int) or float(value).is_integer():
        words = f"{int(value):,}"
    elif abs(value) >= 1000:
        words = f"{value:,.0f}"
    else:
        words = f"{value:.4g}"
    return Text(zh=words, en=words)
