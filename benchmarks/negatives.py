"""Hard negatives made to order: another photo of the same printed goods."""

from __future__ import annotations

import cv2
import numpy as np
from attacks import Rgb, Tools, jpeg, start


def other_photo_of_print(rgb: Rgb, tools: Tools) -> Rgb:
    """Cut an object-sized piece out of the picture, bend it a little, light it anew and lay it on another background.

    It stands for a second photo of one printed carton or shirt: the print agrees up to a smooth bend, and nothing
    else does.
    """
    random = tools.random
    host = tools.other()
    height, width = host.shape[:2]
    side = random.uniform(0.35, 0.7, 2)
    h, w = int(rgb.shape[0] * side[0]), int(rgb.shape[1] * side[1])
    y, x = int(random.integers(rgb.shape[0] - h)), int(random.integers(rgb.shape[1] - w))
    piece = rgb[y : y + h, x : x + w]
    zoom = random.uniform(0.45, 0.85) * min(height / h, width / w)
    corners = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    centre = np.array([w / 2, h / 2])
    turn = random.normal(0, 0.2)
    rotate = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    at = np.array([width, height]) * random.uniform(0.4, 0.6, 2)
    target = (corners - centre) @ rotate.T * zoom * (1 + random.normal(0, 0.05, (4, 2))) + at
    matrix = np.linalg.inv(cv2.getPerspectiveTransform(corners, target.astype(np.float32)))
    grid_y, grid_x = np.mgrid[:height, :width].astype(np.float32)
    moved = np.stack([grid_x, grid_y, np.ones_like(grid_x)], -1) @ matrix.T
    px, py = moved[..., 0] / moved[..., 2], moved[..., 1] / moved[..., 2]
    bend = random.choice([0.0, random.uniform(0.002, 0.02)]) * max(w, h)  # cloth folds, cartons bulge
    period = random.uniform(0.5, 1.2) * max(w, h)
    phase = random.uniform(0, 6, 2)
    px2 = px + bend * np.sin(py * 2 * np.pi / period + phase[0])
    py2 = py + bend * np.sin(px * 2 * np.pi / period + phase[1])
    drawn = cv2.remap(
        piece, px2.astype(np.float32), py2.astype(np.float32), cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
    )
    ellipse = random.random() < 0.5
    u, v = (px - w / 2) / (w / 2), (py - h / 2) / (h / 2)
    mask = ((u**2 + v**2 < 1) if ellipse else (np.maximum(np.abs(u), np.abs(v)) < 1)).astype(np.float32)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None]
    light = 1 + random.uniform(-0.3, 0.3) * (grid_x / width - 0.5) + random.uniform(-0.3, 0.3) * (grid_y / height - 0.5)
    lit = np.clip(drawn * light[..., None] * random.uniform(0.75, 1.2), 0, 255)
    out = (host * (1 - mask) + lit * mask).astype(np.uint8)
    return jpeg(int(random.integers(60, 92)))(start(out), tools).rgb
