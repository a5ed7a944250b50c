"""Pairs of pictures made by programs that nobody of this project wrote, with what they did.

    python tests/wild/make_pairs.py FOLDER [--large]

writes NAME/before.png, NAME/after.png and NAME/truth.json for every case whose program is installed
(Debian: imagemagick graphicsmagick gmic netpbm libvips-tools ffmpeg gegl octave-image; PyPI:
mahotas SimpleITK albumentations kornia; npm, in a folder that WILD_NPM names: sharp jimp). Truths are
what the programs' manuals say. ``half`` is "seen" or "unseen" by a hash of the name: tune on the seen.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from cases import CASES, KERNELS
from skimage import data

PHOTOS = {
    "camera": lambda: data.camera()[60:380, 80:400],
    "coins": lambda: data.coins()[0:300, 0:320],
    "moon": lambda: data.moon()[100:420, 100:420],
    "brick": lambda: data.brick()[50:370, 90:410],
    "cat": lambda: cv2.cvtColor(data.chelsea(), cv2.COLOR_RGB2GRAY)[0:300, 60:380],
    "coffee": lambda: cv2.cvtColor(data.coffee(), cv2.COLOR_RGB2BGR)[40:340, 150:450],
}

LARGE = {  # 512 × 512, to measure times: other photos where one is smaller
    "camera": data.camera,
    "coins": data.grass,
    "moon": data.moon,
    "brick": data.brick,
    "cat": data.gravel,
    "coffee": lambda: cv2.cvtColor(data.astronaut(), cv2.COLOR_RGB2BGR),
}


def half(name: str) -> str:
    return "unseen" if hashlib.sha256(name.encode()).digest()[0] % 2 else "seen"


def make(folder: Path, case: dict, photos: dict) -> str:
    """One pair; gives what came of it."""
    made = folder / case["name"]
    made.mkdir(parents=True, exist_ok=True)
    before, after = made / "before.png", made / "after.png"
    photo = photos[case["photo"]]()
    if case.get("colour"):
        photo = np.dstack([photo] * 3) if photo.ndim == 2 else photo
    elif photo.ndim == 3:
        photo = cv2.cvtColor(photo, cv2.COLOR_BGR2GRAY)
    cv2.imwrite(str(before), photo)
    if "python" in case:
        program = (
            "import sys, cv2, numpy as np\n"
            "x = cv2.imread(sys.argv[1], -1)\n"
            "x = x[..., ::-1].copy() if x.ndim == 3 else x\n"
            f"{case['python']}\n"
            "y = np.asarray(y)\n"
            "cv2.imwrite(sys.argv[2], y[..., ::-1] if y.ndim == 3 else y)\n"
        )
        command = [sys.executable, "-c", program, str(before), str(after)]
    elif "node" in case:
        program = f"const b={json.dumps(str(before))}, a={json.dumps(str(after))};\n{case['node']}"
        command = ["node", "-e", program]
    else:
        command = ["sh", "-c", case["shell"].format(b=before, a=after, d=made)]
    environment = {**os.environ, "NODE_PATH": os.environ.get("WILD_NPM", "") + "/node_modules"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    picture = cv2.imread(str(after), cv2.IMREAD_UNCHANGED) if after.exists() else None
    if done.returncode or picture is None:
        for each in made.iterdir():
            each.unlink()
        made.rmdir()
        return f"{case['name']}: not made: {done.stderr.strip()[-200:]}"
    if picture.dtype == np.uint16 and (picture % 257 == 0).all():
        cv2.imwrite(str(after), (picture // 257).astype(np.uint8))
    truth = {key: case[key] for key in ("kind", "parameters")} | {"half": half(case["name"])}
    if case["name"] in KERNELS:
        truth["kernel"] = np.asarray(KERNELS[case["name"]], np.float64).tolist()
    (made / "truth.json").write_text(json.dumps(truth))
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="part of the names")
    parser.add_argument("--large", action="store_true", help="of 512 × 512 pixels")
    arguments = parser.parse_args()
    photos = LARGE if arguments.large else PHOTOS
    cases = [case for case in CASES if arguments.only in case["name"]]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda case: make(arguments.folder, case, photos), cases))
    failed = [each for each in results if each]
    print("\n".join(failed))
    print(f"{len(cases) - len(failed)} pairs, {len(failed)} not made")


if __name__ == "__main__":
    main()
