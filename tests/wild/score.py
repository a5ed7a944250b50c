"""How many of the wild pairs `recover` explains rightly.

    python tests/wild/score.py FOLDER [--half unseen] [--jobs 1]

For the seen half every pair is told; of the unseen one only the figures.
"""

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from statistics import median

import numpy as np

from handconv.pictures import read_picture
from learned import Recovery, recover
from learned.window import Window


def judge(folder: Path) -> dict:
    """One pair: what was found, whether kind and parameters are right, whether the code holds."""
    truth = json.loads((folder / "truth.json").read_text())
    before, after = read_picture(folder / "before.png"), read_picture(folder / "after.png")
    start = time.perf_counter()
    try:
        found = recover(before, after)
    except ValueError as refusal:
        return {
            "name": folder.name, "truth": truth, "verdict": "refused", "seconds": 0.0, "kind": None,
            "share": 0.0, "says": str(refusal)[:60], "code_holds": True, "false": False,
            "kind_right": truth["kind"] == "other", "parameters_right": truth["kind"] == "other",
        }  # fmt: skip
    seconds = time.perf_counter() - start
    best = next(iter(found.explanations), None)
    result = {
        "name": folder.name, "truth": truth, "verdict": found.verdict, "seconds": seconds,
        "kind": best and best.kind, "share": best.exact_pixels if best else found.exact_pixels,
        "says": best.sentence if best else "", "code_holds": True,
    }  # fmt: skip
    if best is not None:
        names = {"before": before}
        exec(best.code(found.reading), names)
        result["code_holds"] = bool(
            np.mean(names["after"] == _without_alpha(after)) == best.exact_pixels
        )
    kind, wanted = truth["kind"], truth["parameters"]
    if kind == "linear":
        result["kind_right"] = found.verdict == "linear" and best is None
    elif kind == "other":
        result["kind_right"] = best is None
    else:
        # what a kernel reproduces in every pixel is linear too, whatever it is called
        exactly_linear = found.verdict == "linear" and found.exact_pixels >= 0.999
        result["kind_right"] = exactly_linear or (best is not None and best.kind == kind)
    parameters = best.parameters if best else {}
    result["parameters_right"] = result["kind_right"] and all(
        _near(parameters.get(key), value) for key, value in wanted.items()
    )
    if result["kind_right"] and "kernel" in truth:
        result["parameters_right"], result["says"] = _taps_right(found, np.array(truth["kernel"]))
    result["false"] = best is not None and not result["kind_right"] and best.exact_pixels >= 0.99
    return result


def _taps_right(found: Recovery, truth: np.ndarray) -> tuple[bool, str]:
    """Whether the taps are those of the truth: to 1e-6 of the largest, or to the stated errors.

    A proven bound must hold; of a standard error, four.
    """
    if not found.alike:
        return False, "not alike for all channels"
    around = found.filter.window.union(Window.centred(*truth.shape))
    ours = found.filter.window.enlarge(found.kernel, around)
    off = np.abs(ours - Window.centred(*truth.shape).enlarge(truth, around))
    largest = float(np.abs(truth).max())
    if off.max() <= 1e-6 * largest:
        return True, "exact"
    if found.errors is None:
        return False, f"off by {off.max() / largest:.1e}, no errors stated"
    errors = np.asarray(found.errors)
    errors = errors.reshape(errors.shape[-2:]) * (1 if found.rounding else 4)
    allowed = found.filter.window.enlarge(errors, around)
    return bool((off <= allowed + 1e-6 * largest).all()), (
        f"off by {off.max() / largest:.1e}, stated {errors.max() / largest:.1e}"
    )


def _without_alpha(picture: np.ndarray) -> np.ndarray:
    return picture[..., :3] if picture.ndim == 3 else picture


def _near(found, wanted) -> bool:
    if isinstance(wanted, float | int) and isinstance(found, float | int):
        return abs(found - wanted) <= 0.1 * abs(wanted)
    return found == wanted


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=["seen", "unseen"], default="seen")
    parser.add_argument("--only", default="", help="part of the kind")
    parser.add_argument("--jobs", type=int, default=2, help="pairs at a time: 1 to measure times")
    arguments = parser.parse_args()
    folders = [
        path.parent for path in sorted(arguments.folder.glob("*/truth.json"))
        if json.loads(path.read_text())["half"] == arguments.half
        and arguments.only in json.loads(path.read_text())["kind"]
    ]  # fmt: skip
    with ProcessPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(judge, folders))
    if arguments.half == "seen":
        for each in results:
            mark = "ok" if each["parameters_right"] else "KIND" if not each["kind_right"] else "par"
            print(
                f"{mark:5}{each['name']:24}{each['truth']['kind']:11}{each['verdict'][:6]:7}"
                f"{each['share']:.4f} {each['seconds']:5.1f} s  {each['kind'] or ''}: {each['says']}"
            )
    summary(results)


def summary(results: list[dict]) -> None:
    kinds = {each["truth"]["kind"] for each in results}
    groups = {kind: [e for e in results if e["truth"]["kind"] == kind] for kind in sorted(kinds)}
    groups["not linear"] = [
        e for e in results if e["truth"]["kind"] not in ("linear", "other")
    ]  # fmt: skip
    for kind, group in groups.items():
        if group:
            right, exact = (
                sum(e[key] for e in group) for key in ("kind_right", "parameters_right")
            )
            print(
                f"{kind:12} kind right {right}/{len(group)}, parameters right {exact}/{len(group)}"
            )
    print("false claims of 99 % and more:", sum(each["false"] for each in results))
    print("code that does not hold:", sum(not each["code_holds"] for each in results))
    seconds = [each["seconds"] for each in results]
    print(f"seconds: median {median(seconds):.1f}, worst {max(seconds):.1f}")


if __name__ == "__main__":
    main()
