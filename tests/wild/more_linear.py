"""Linear filters of many programs, each with several kernels: the truths are computed beside them."""

import numpy as np

from handconv.kernels import families

IM = "convert-im6 {b} %s -depth 8 {a}"
GM = "gm convert {b} %s -depth 8 {a}"
SHARP = "require('sharp')(b){0}.toFile(a).catch(e=>{{console.error(e); process.exit(1)}})"
OCTAVE = "octave --no-gui --eval \"pkg load image; x=imread('{b}'); {0}; imwrite(y,'{a}')\""
PIL = "from PIL import Image, ImageFilter\np = Image.fromarray(x)\n"
JPEG = "y = cv2.imdecode(cv2.imencode('.jpg', {0}, [1, {1}])[1], -1)"
NOISE = "r = np.random.default_rng({1})\ny = np.clip(np.rint({0} + r.normal(0, {2}, x.shape)), 0, 255).astype(np.uint8)"
FILTER = "cv2.filter2D(x.astype(float), -1, np.array({0}) / {1})"

LINEAR: list[tuple[str, dict, object]] = []
"""(name, how, the correlation kernel or None where no manual says it)."""

random = np.random.default_rng(5)


def integers(size: int, total: int) -> np.ndarray:
    """Random whole numbers from -3 to 6 that sum to ``total``."""
    kernel = random.integers(-3, 7, (size, size))
    kernel[size // 2, size // 2] += total - kernel.sum()
    return kernel


def add(name: str, kernel, **how) -> None:
    LINEAR.append((name, how, kernel))


def words(kernel: np.ndarray) -> str:
    return " ".join(str(each) for each in np.ravel(kernel))


for k, (size, total) in enumerate([(3, 4), (3, 8), (3, 3), (5, 16), (5, 10), (3, 1), (5, 25)]):
    kernel = integers(size, total)
    truth = kernel / total
    add(
        f"cv-random-{k}",
        truth,
        python=f"y = cv2.filter2D(x, -1, np.array({kernel.tolist()}) / {total})",
    )
    add(
        f"vips-conv-{k}",
        truth,
        shell=f"printf '{size} {size} {total} 0\\n"
        + "\\n".join(words(row) for row in kernel)
        + "\\n' > {d}/k.mat; vips conv {b} {a} {d}/k.mat; rm {d}/k.mat",
    )
    add(
        f"sharp-convolve-{k}",
        truth,
        node=SHARP.format(
            f".convolve({{width:{size},height:{size},kernel:{np.ravel(kernel).tolist()},scale:{total}}}).toColourspace('b-w')"
        ),
    )
    add(
        f"ffmpeg-random-{k}",
        truth,
        shell=f"ffmpeg -v error -y -i {{b}} -vf format=gray,convolution='{words(kernel)}:{words(kernel)}:{words(kernel)}:{words(kernel)}:1/{total}:1/{total}:1/{total}:1/{total}',format=gray -frames:v 1 {{a}}",
    )
    add(
        f"im-morph-{k}",
        truth[::-1, ::-1],
        shell=IM
        % "-define convolve:scale={0!r} -morphology Convolve '{1}x{1}: {2}'".format(
            1 / total, size, ",".join(words(kernel).split())
        ),
    )
    add(
        f"pil-kernel-{k}",
        truth[::-1],
        python=PIL
        + f"y = p.filter(ImageFilter.Kernel(({size}, {size}), {np.ravel(kernel).tolist()}, {total}, {k}))",
    )
    add(
        f"noise-random-{k}",
        truth,
        python=NOISE.format(FILTER.format(kernel.tolist(), total), k, k % 4 + 1),
    )
    add(
        f"jpeg-random-{k}",
        truth,
        python=JPEG.format(
            f"cv2.filter2D(x, -1, np.array({kernel.tolist()}) / {total})", 98 - 3 * k
        ),
    )
for name in [
    "BLUR",
    "DETAIL",
    "EDGE_ENHANCE",
    "EDGE_ENHANCE_MORE",
    "EMBOSS",
    "FIND_EDGES",
    "SHARPEN",
    "SMOOTH",
    "SMOOTH_MORE",
    "CONTOUR",
]:
    from PIL import ImageFilter

    size, scale, _, taps = getattr(ImageFilter, name).filterargs
    add(
        f"pillow-{name.lower()}",
        np.reshape(taps, size)[::-1] / scale,
        python=PIL + f"y = p.filter(ImageFilter.{name})",
    )
for sigma in (0.6, 0.9, 1.7, 2.6):
    add(f"cv-gauss-{sigma}", None, python=f"y = cv2.GaussianBlur(x, (0, 0), {sigma})")
    add(f"im-gauss-{sigma}", None, shell=IM % f"-gaussian-blur 0x{sigma}")
    add(f"im-blur-{sigma}", None, shell=IM % f"-blur 0x{sigma}")
    add(f"im-unsharp-{sigma}", None, shell=IM % f"-unsharp 0x{sigma}+0.8+0")
    add(f"im-sharpen-{sigma}", None, shell=IM % f"-sharpen 0x{sigma}")
    add(f"gm-gauss-{sigma}", None, shell=GM % f"-gaussian 0x{sigma}")
    add(f"gm-blur-{sigma}", None, shell=GM % f"-blur 0x{sigma}")
    add(f"gmic-blur-{sigma}", None, shell=f"gmic {{b}} blur {sigma} round o {{a}}")
    add(f"sharp-blur-{sigma}", None, node=SHARP.format(f".blur({sigma}).toColourspace('b-w')"))
    size = 2 * int(4 * sigma + 0.5) + 1
    add(
        f"skimage-gauss-{sigma}",
        families.gaussian(size, sigma),
        python=f"from skimage import filters\ny = np.rint(255 * filters.gaussian(x, {sigma})).astype(np.uint8)",
    )
    add(
        f"itk-gauss-{sigma}",
        None,
        python=f"import SimpleITK as s\ny = np.clip(np.rint(s.GetArrayFromImage(s.DiscreteGaussian(s.Cast(s.GetImageFromArray(x), s.sitkFloat64), {sigma}))), 0, 255).astype(np.uint8)",
    )
    add(
        f"octave-log-{sigma}",
        None,
        shell=OCTAVE.replace(
            "{0}", f"y=uint8(128+20*imfilter(double(x),fspecial('log',9,{sigma})))"
        ),
    )
    noisy = families.gaussian(2 * int(3 * sigma) + 1, sigma)
    add(
        f"noise-gauss-{sigma}",
        noisy,
        python=NOISE.format(
            f"cv2.GaussianBlur(x.astype(float), ({len(noisy)}, {len(noisy)}), {sigma})",
            int(10 * sigma),
            2,
        ),
    )
    add(
        f"jpeg-gauss-{sigma}", None, python=JPEG.format(f"cv2.GaussianBlur(x, (0, 0), {sigma})", 90)
    )
for size in ((3, 3), (1, 9), (7, 5), (11, 11)):
    name = "x".join(str(each) for each in size)
    box = np.full(size, 1 / np.prod(size))
    add(f"cv-box-{name}", box, python=f"y = cv2.blur(x, {size[::-1]})")
    add(f"jpeg-box-{name}", box, python=JPEG.format(f"cv2.blur(x, {size[::-1]})", 93))
    add(
        f"motion-{name}",
        None,
        shell=OCTAVE.replace(
            "{0}", f"y=imfilter(x,fspecial('motion',{size[1] + 2},{15 * size[0]}),'replicate')"
        ),
    )
    add(
        f"cv-motion-{name}",
        np.eye(size[1] + 2) / (size[1] + 2),
        python=f"y = cv2.filter2D(x, -1, np.eye({size[1] + 2}) / {size[1] + 2})",
    )
