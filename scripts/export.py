"""Write the learned filters of a run for use elsewhere."""

from pathlib import Path

from handconv.cli import Parser, add_run_arguments, errors_end_with_status_2

EXAMPLES = """\
  python scripts/export.py runs/bank --to onnx                # runs/bank.onnx
  python scripts/export.py runs/bank --to npz --kernel sobel_x --out sobel.npz
  python scripts/export.py runs/bank --to opencv --out bank.xml

formats:
  onnx    a model for ONNX Runtime, OpenCV's dnn and others (needs the package onnx)
  npz     NumPy arrays, one for each kernel
  pt2     a program of torch.export
  opencv  a file for cv2.FileStorage: .yml, .xml or .json
"""


@errors_end_with_status_2()
def main() -> None:
    parser = Parser(__doc__, EXAMPLES)
    add_run_arguments(parser)
    parser.add_argument("--to", required=True, choices=("onnx", "npz", "pt2", "opencv"))
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="default: the run's name with the right ending"
    )
    arguments = parser.parse_args()

    from learned.experiment.export import SUFFIXES, export
    from learned.experiment.folder import read_run

    run = read_run(arguments.run)
    run = run.only(arguments.kernel or run.names)
    # beside the folder: inside it, train.py would refuse to replace the run
    folder = arguments.run.absolute()
    out = arguments.out or folder.with_name(folder.name + SUFFIXES[arguments.to][0])
    export(run, arguments.to, out)
    print(f"Wrote {out}: {', '.join(run.names)}.")


if __name__ == "__main__":
    main()
