"""What the programs are told to do, and what that is.

``parameters`` are the ones that must be found; a list of alternatives where manuals leave it open.
"""

import more_linear
import numpy as np

from handconv.kernels import families

IM = "convert-im6 {b} %s -depth 8 {a}"
GM = "gm convert {b} %s -depth 8 {a}"
GMIC = "gmic {b} %s o {a}"
VIPS = "vips %s"
FFMPEG = "ffmpeg -v error -y -i {b} -vf format=gray,%s,format=gray -frames:v 1 {a}"
PNM = "pngtopam {b} | %s | pamtopng > {a}"
OCTAVE = "octave --no-gui --eval \"pkg load image; x=imread('{b}'); %s; imwrite(y,'{a}')\""
GEGL = "gegl {b} -o {a} -- %s"
PIL = "from PIL import Image, ImageFilter, ImageOps, ImageEnhance, ImageChops\np = Image.fromarray(x)\n"
JIMP = (
    "const {{Jimp}}=require('jimp'); Jimp.read(b).then(async p=>{{ {0}; await p.write(a); }})"
    ".catch(e=>{{console.error(e); process.exit(1)}})"
)
SHARP = "require('sharp')(b){0}.toFile(a).catch(e=>{{console.error(e); process.exit(1)}})"

CASES: list[dict] = []
PHOTOS = ("camera", "coins", "moon", "brick", "cat", "coffee")


def case(name: str, kind: str, parameters: dict, *, photo: str = "", colour: bool = False, **how):
    photo = photo or ("coffee" if colour else PHOTOS[len(CASES) % 6])
    CASES.append(
        {"name": name, "kind": kind, "parameters": parameters, "photo": photo, "colour": colour}
        | how
    )


# ---- curves
case("im-gamma-1.8", "curve", {"name": "gamma", "exponent": 1 / 1.8}, shell=IM % "-gamma 1.8")
case("im-gamma-0.6", "curve", {"name": "gamma", "exponent": 1 / 0.6}, shell=IM % "-gamma 0.6")
case("gm-gamma-2.2", "curve", {"name": "gamma", "exponent": 1 / 2.2}, shell=GM % "-gamma 2.2")
case("im-threshold", "curve", {"name": "threshold"}, shell=IM % "-threshold 45%")
case(
    "im-posterize-5",
    "curve",
    {"name": "posterised", "levels": 5},
    shell=IM % "+dither -posterize 5",
)
case("im-solarize", "curve", {"name": "solarised"}, shell=IM % "-solarize 50%")
case("im-equalize", "curve", {"name": "equalised"}, shell=IM % "-equalize")
case("im-sigmoidal", "curve", {}, shell=IM % "-sigmoidal-contrast 5,50%")
case("im-level-gamma", "curve", {"name": "levels"}, shell=IM % "-level 10%,90%,1.5")
case("im-log", "curve", {}, shell=IM % "-evaluate Log 100")
case("im-sin", "curve", {}, shell=IM % "-function Sinusoid 1,90")
case(
    "im-colorspace",
    "curve",
    {"name": "decode sRGB"},
    shell=IM % "-colorspace RGB -set colorspace sRGB",
)
case("gmic-gamma", "curve", {}, shell=GMIC % "/ 255 pow 0.7 '*' 255 round")
case("gmic-equalize", "curve", {}, shell=GMIC % "equalize 256 round")
case("gmic-quantize", "curve", {"name": "posterised"}, shell=GMIC % "quantize 6 round")
case("vips-gamma", "curve", {"name": "gamma"}, shell=VIPS % "gamma {b} {a} --exponent 2.4")
case("vips-hist-equal", "curve", {"name": "equalised"}, shell=VIPS % "hist_equal {b} {a}")
case("ffmpeg-eq-gamma", "curve", {"name": "gamma"}, shell=FFMPEG % "eq=gamma=1.5")
case("ffmpeg-curves", "curve", {}, shell=FFMPEG % "format=gbrp,curves=preset=strong_contrast")
case("ffmpeg-lut-not", "curve", {}, shell=FFMPEG % "'lutyuv=y=gammaval(0.6)'")
case("pnm-gamma", "curve", {}, shell=PNM % "pnmgamma 1.7")
case("pnm-histeq", "curve", {"name": "equalised"}, shell=PNM % "pnmhisteq")
case("octave-histeq", "curve", {}, shell=OCTAVE % "y=histeq(x)")
case("octave-imadjust", "curve", {}, shell=OCTAVE % "y=imadjust(x,[0 1],[0 1],1.5)")
case("gegl-posterize", "curve", {"name": "posterised"}, shell=GEGL % "gegl:posterize levels=4")
case("gegl-threshold", "curve", {"name": "threshold"}, shell=GEGL % "gegl:threshold value=0.4")
case(
    "pil-posterize",
    "curve",
    {"name": "posterised", "levels": 8},
    python=PIL + "y = ImageOps.posterize(p, 3)",
)
case(
    "pil-solarize",
    "curve",
    {"name": "solarised", "first": 100},
    python=PIL + "y = ImageOps.solarize(p, 100)",
)
case("pil-equalize", "curve", {"name": "equalised"}, python=PIL + "y = ImageOps.equalize(p)")
case("cv-equalize", "curve", {"name": "equalised"}, python="y = cv2.equalizeHist(x)")
case(
    "cv-otsu",
    "curve",
    {"name": "threshold"},
    python="y = cv2.threshold(x, 0, 255, cv2.THRESH_OTSU)[1]",
)
case("cv-tozero", "curve", {}, python="y = cv2.threshold(x, 120, 255, cv2.THRESH_TOZERO)[1]")
case(
    "skimage-gamma",
    "curve",
    {"name": "gamma", "exponent": 0.5},
    python="from skimage import exposure\ny = exposure.adjust_gamma(x, 0.5)",
)
case(
    "skimage-sigmoid",
    "curve",
    {},
    python="from skimage import exposure\ny = exposure.adjust_sigmoid(x)",
)
case(
    "sharp-gamma",
    "curve",
    {},
    node=SHARP.format(".toColourspace('b-w').linear(1, 0).gamma(2.2, 1.0)"),
)
case(
    "sharp-threshold",
    "curve",
    {"name": "threshold", "first": 90},
    node=SHARP.format(".threshold(90)"),
)
case("jimp-posterize", "curve", {}, colour=True, node=JIMP.format("p.posterize(5)"))
case(
    "im-gamma-colour",
    "curve",
    {},
    colour=True,
    shell=IM % "-channel R -gamma 1.6 -channel B -gamma 0.7 +channel",
)

# ---- ranks and morphology
MEDIAN = {"name": "median"}
case("im-median-5", "rank", MEDIAN | {"size": [5, 5]}, shell=IM % "-statistic Median 5x5")
case("im-median-disc", "rank", MEDIAN, shell=IM % "-median 3")
case(
    "im-minimum-3x7",
    "rank",
    {"name": "minimum", "size": [7, 3]},
    shell=IM % "-statistic Minimum 3x7",
)
case("im-erode-disk", "rank", {"name": "minimum"}, shell=IM % "-morphology Erode Disk:3.3")
case("im-dilate-diamond", "rank", {"name": "maximum"}, shell=IM % "-morphology Dilate Diamond:2")
case("im-dilate-plus", "rank", {"name": "maximum"}, shell=IM % "-morphology Dilate Plus:3")
case("im-open-square", "morphology", {"name": "opening"}, shell=IM % "-morphology Open Square:2")
case(
    "im-close-octagon", "morphology", {"name": "closing"}, shell=IM % "-morphology Close Octagon:3"
)
case("im-edge", "morphology", {"name": "gradient"}, shell=IM % "-morphology Edge Square:1")
case("im-tophat", "morphology", {"name": "top-hat"}, shell=IM % "-morphology TopHat Square:3")
case("gm-median", "rank", MEDIAN | {"size": [7, 7]}, shell=GM % "-median 3")
case("gmic-median-7", "rank", MEDIAN, shell=GMIC % "median 7")
case("gmic-erode-5", "rank", {"name": "minimum", "size": [5, 5]}, shell=GMIC % "erode 5")
case(
    "gmic-closing",
    "morphology",
    {"name": "closing", "size": [7, 7]},
    shell=GMIC % "dilate 7 erode 7",
)
case("gmic-dilate-circ", "rank", {"name": "maximum"}, shell=GMIC % "dilate_circ 9")
case("ffmpeg-median", "rank", MEDIAN | {"size": [7, 7]}, shell=FFMPEG % "median=radius=3")
case(
    "ffmpeg-median-pc",
    "rank",
    {"size": [5, 5], "name": "percentile"},
    shell=FFMPEG % "median=radius=2:percentile=0.25",
)
case("ffmpeg-erosion", "rank", {"name": "minimum", "size": [3, 3]}, shell=FFMPEG % "erosion")
case("ffmpeg-dilation-plus", "rank", {"name": "maximum"}, shell=FFMPEG % "dilation=coordinates=90")
case("pgmmedian", "rank", MEDIAN | {"size": [5, 5]}, shell=PNM % "pgmmedian -width=5 -height=5")
case(
    "pgmmorph-open",
    "morphology",
    {"name": "opening"},
    shell="printf 'P1\\n3 3\\n0 0 0 0 0 0 0 0 0\\n' > {d}/k.pbm; pngtopam {b} | pgmmorphconv -open {d}/k.pbm | pamtopng > {a}",
)
case("octave-medfilt", "rank", MEDIAN | {"size": [5, 3]}, shell=OCTAVE % "y=medfilt2(x,[5 3])")
case("octave-ordfilt", "rank", {"rank": 3}, shell=OCTAVE % "y=ordfilt2(x,4,true(5))")
case(
    "octave-imopen",
    "morphology",
    {"name": "opening"},
    shell=OCTAVE % "y=imopen(x,strel('disk',3,0))",
)
case(
    "octave-bothat",
    "morphology",
    {"name": "black-hat"},
    shell=OCTAVE % "y=imbothat(x,strel('square',5))",
)
case("gegl-median", "rank", MEDIAN, shell=GEGL % "gegl:median-blur radius=2 neighborhood=square")
case(
    "pil-median-7",
    "rank",
    MEDIAN | {"size": [7, 7]},
    python=PIL + "y = p.filter(ImageFilter.MedianFilter(7))",
)
case(
    "pil-rank",
    "rank",
    {"size": [5, 5], "rank": 4},
    python=PIL + "y = p.filter(ImageFilter.RankFilter(5, 4))",
)
case(
    "pil-max-9",
    "rank",
    {"name": "maximum", "size": [9, 9]},
    python=PIL + "y = p.filter(ImageFilter.MaxFilter(9))",
)
case("cv-median-11", "rank", MEDIAN | {"size": [11, 11]}, python="y = cv2.medianBlur(x, 11)")
case(
    "cv-erode-ellipse",
    "rank",
    {"name": "minimum"},
    python="y = cv2.erode(x, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (7, 7)))",
)
case(
    "cv-blackhat",
    "morphology",
    {"name": "black-hat", "size": [9, 5]},
    python="y = cv2.morphologyEx(x, cv2.MORPH_BLACKHAT, np.ones((9, 5), np.uint8))",
)
case(
    "cv-gradient",
    "morphology",
    {"name": "gradient"},
    python="y = cv2.morphologyEx(x, cv2.MORPH_GRADIENT, cv2.getStructuringElement(cv2.MORPH_CROSS, (5, 5)))",
)
case(
    "skimage-median-disk",
    "rank",
    MEDIAN,
    python="from skimage import filters, morphology\ny = filters.median(x, morphology.disk(3))",
)
case(
    "skimage-percentile",
    "rank",
    {},
    python="from skimage.filters import rank\ny = rank.percentile(x, np.ones((7, 7), np.uint8), p0=0.3)",
)
case(
    "skimage-wtophat",
    "morphology",
    {"name": "top-hat"},
    python="from skimage import morphology\ny = morphology.white_tophat(x, morphology.disk(5))",
)
case(
    "ndimage-percentile",
    "rank",
    {"size": [3, 5]},
    python="from scipy import ndimage\ny = ndimage.percentile_filter(x, 20, (3, 5))",
)
case(
    "mahotas-median",
    "rank",
    MEDIAN,
    python="import mahotas as mh\ny = mh.median_filter(x, np.ones((5, 5)))",
)
case(
    "mahotas-open", "morphology", {"name": "opening"}, python="import mahotas as mh\ny = mh.open(x)"
)
case(
    "itk-median",
    "rank",
    MEDIAN | {"size": [5, 5]},
    python="import SimpleITK as s\ny = s.GetArrayFromImage(s.Median(s.GetImageFromArray(x), [2, 2]))",
)
case(
    "itk-closing",
    "morphology",
    {"name": "closing"},
    python="import SimpleITK as s\ny = s.GetArrayFromImage(s.GrayscaleMorphologicalClosing(s.GetImageFromArray(x), [2, 2], s.sitkBall))",
)
case(
    "sharp-median",
    "rank",
    MEDIAN | {"size": [5, 5]},
    node=SHARP.format(".median(5).toColourspace('b-w')"),
)
case(
    "sharp-dilate",
    "rank",
    {"name": "maximum"},
    node=SHARP.format(".dilate(2).toColourspace('b-w')"),
)

# ---- magnitudes
case("vips-sobel", "magnitude", {"kernels": "sobel"}, shell=VIPS % "sobel {b} {a}")
case("ffmpeg-sobel", "magnitude", {"kernels": "sobel"}, shell=FFMPEG % "sobel")
case("ffmpeg-prewitt", "magnitude", {"kernels": "prewitt"}, shell=FFMPEG % "prewitt=scale=0.7")
case("ffmpeg-roberts", "magnitude", {"kernels": "roberts"}, shell=FFMPEG % "roberts=scale=2")
case("ffmpeg-scharr", "magnitude", {"kernels": "scharr"}, shell=FFMPEG % "scharr=scale=0.2")
case("ffmpeg-kirsch", "magnitude", {"kernels": "kirsch"}, shell=FFMPEG % "kirsch=scale=0.25")
case("pgmedge", "magnitude", {"kernels": "sobel"}, shell=PNM % "pgmedge")
case("pamedge", "magnitude", {}, shell=PNM % "pamedge")
case("gmic-gradient-norm", "magnitude", {}, shell=GMIC % "gradient_norm round")
case(
    "im-sobel-compass",
    "magnitude",
    {},
    shell=IM % "-define morphology:compose=Lighten -morphology Convolve 'Sobel:>'",
)
case(
    "im-kirsch",
    "magnitude",
    {"kernels": "kirsch"},
    shell=IM
    % "-define convolve:scale='!' -define morphology:compose=Lighten -morphology Convolve 'Kirsch:@'",
)
case(
    "octave-sobel-abs",
    "magnitude",
    {"kernels": "sobel"},
    shell=OCTAVE
    % "g=double(x); h=[1 2 1;0 0 0;-1 -2 -1]; y=uint8(abs(imfilter(g,h,'replicate'))/4)",
)
case("gegl-edge-sobel", "magnitude", {"kernels": "sobel"}, shell=GEGL % "gegl:edge-sobel")
case(
    "cv-sobel-addweighted",
    "magnitude",
    {"kernels": "sobel"},
    python="gx = cv2.convertScaleAbs(cv2.Sobel(x, cv2.CV_16S, 1, 0))\ngy = cv2.convertScaleAbs(cv2.Sobel(x, cv2.CV_16S, 0, 1))\ny = cv2.addWeighted(gx, .5, gy, .5, 0)",
)
case(
    "cv-sobel-hypot",
    "magnitude",
    {"kernels": "sobel"},
    python="m = np.hypot(cv2.Sobel(x, cv2.CV_64F, 1, 0), cv2.Sobel(x, cv2.CV_64F, 0, 1))\ny = (m / m.max() * 255).astype(np.uint8)",
)
case(
    "cv-laplacian-abs",
    "magnitude",
    {"kernels": "laplacian"},
    python="y = cv2.convertScaleAbs(cv2.Laplacian(x, cv2.CV_16S))",
)
case(
    "cv-scharr-abs",
    "magnitude",
    {"kernels": "scharr"},
    python="y = cv2.convertScaleAbs(cv2.Scharr(x, cv2.CV_16S, 1, 0), alpha=0.25)",
)
case(
    "skimage-sobel",
    "magnitude",
    {"kernels": "sobel"},
    python="from skimage import filters, util\ny = util.img_as_ubyte(np.clip(filters.sobel(x), 0, 1))",
)
case(
    "skimage-roberts",
    "magnitude",
    {"kernels": "roberts"},
    python="from skimage import filters, util\ny = util.img_as_ubyte(np.clip(filters.roberts(x), 0, 1))",
)
case(
    "ndimage-sobel-hypot",
    "magnitude",
    {"kernels": "sobel"},
    python="from scipy import ndimage\nf = x.astype(float)\nm = np.hypot(ndimage.sobel(f, 0), ndimage.sobel(f, 1))\ny = np.clip(m, 0, 255).astype(np.uint8)",
)
case(
    "mahotas-sobel",
    "magnitude",
    {"kernels": "sobel"},
    python="import mahotas as mh\nm = mh.sobel(x, just_filter=True)\ny = (m / m.max() * 255).astype(np.uint8)",
)
case(
    "itk-sobel",
    "magnitude",
    {"kernels": "sobel"},
    python="import SimpleITK as s\nm = s.GetArrayFromImage(s.SobelEdgeDetection(s.Cast(s.GetImageFromArray(x), s.sitkFloat32)))\ny = np.clip(np.rint(m / 4), 0, 255).astype(np.uint8)",
)
case(
    "itk-gradmag",
    "magnitude",
    {},
    python="import SimpleITK as s\nm = s.GetArrayFromImage(s.GradientMagnitude(s.Cast(s.GetImageFromArray(x), s.sitkFloat32)))\ny = np.clip(np.rint(m), 0, 255).astype(np.uint8)",
)
case(
    "kornia-median",
    "rank",
    MEDIAN | {"size": [5, 5]},
    python="import kornia, torch\nm = kornia.filters.median_blur(torch.tensor(x.astype(np.float32))[None, None], (5, 5))[0, 0].numpy()\ny = m.astype(np.uint8)",
)
case(
    "torchvision-solarize",
    "curve",
    {"name": "solarised", "first": 130},
    python="import torch\nfrom torchvision.transforms import functional as F\ny = F.solarize(torch.tensor(x)[None], 130)[0].numpy()",
)
case(
    "torchvision-posterize",
    "curve",
    {"name": "posterised", "levels": 4},
    python="import torch\nfrom torchvision.transforms import functional as F\ny = F.posterize(torch.tensor(x)[None], 2)[0].numpy()",
)
case(
    "kornia-sobel",
    "magnitude",
    {"kernels": "sobel"},
    python="import kornia, torch\nm = kornia.filters.sobel(torch.tensor(x / 255.)[None, None])[0, 0].numpy()\ny = np.clip(np.rint(m * 255), 0, 255).astype(np.uint8)",
)

# ---- frames
case("im-roll", "frame", {"name": "roll", "shift": [-25, 40]}, shell=IM % "-roll +40-25")
case("im-flop", "frame", {"name": "mirror"}, shell=IM % "-flop")
case("im-flip", "frame", {"name": "mirror"}, shell=IM % "-flip")
case("im-rotate-180", "frame", {"name": "turn"}, shell=IM % "-rotate 180")
case("im-rotate-90", "frame", {"name": "turn"}, shell=IM % "-rotate 90", photo="moon")
case("im-transpose", "frame", {"name": "mirror"}, shell=IM % "-transpose", photo="brick")
case("vips-rot270", "frame", {"name": "turn"}, shell=VIPS % "rot {b} {a} d270", photo="camera")
case("vips-wrap", "frame", {"name": "roll"}, shell=VIPS % "wrap {b} {a} --x 100 --y 60")
case("im-crop", "frame", {"name": "crop"}, shell=IM % "-crop 200x150+37+61 +repage")
case("ffmpeg-hflip", "frame", {"name": "mirror"}, shell=FFMPEG % "hflip")
case("pnm-rot90", "frame", {"name": "turn"}, shell=PNM % "pamflip -r90", photo="moon")
case(
    "numpy-roll-colour",
    "frame",
    {"name": "roll"},
    colour=True,
    python="y = np.roll(x, (60, -33), (0, 1))",
)
case(
    "sharp-extract",
    "frame",
    {"name": "crop"},
    node=SHARP.format(
        ".extract({left: 50, top: 31, width: 180, height: 201}).toColourspace('b-w')"
    ),
)
case(
    "jimp-flip",
    "frame",
    {"name": "mirror"},
    colour=True,
    node=JIMP.format("p.flip({horizontal: true, vertical: false})"),
)
case(
    "pil-offset",
    "frame",
    {"name": "roll", "shift": [70, 45]},
    python=PIL + "y = ImageChops.offset(p, 45, 70)",
)

# ---- unsharp masks with threshold, bilateral
case("im-unsharp-t", "unsharp", {}, shell=IM % "-unsharp 0x1.5+1.2+0.03")
case("im-unsharp-t2", "unsharp", {}, shell=IM % "-unsharp 0x2+0.8+0.05")
case("gm-unsharp-t", "unsharp", {}, shell=GM % "-unsharp 0x1+1.5+0.04")
case(
    "pil-unsharp-2-150-3",
    "unsharp",
    {"threshold": 3},
    python=PIL + "y = p.filter(ImageFilter.UnsharpMask(2, 150, 3))",
)
case(
    "pil-unsharp-5-80-8",
    "unsharp",
    {"threshold": 8},
    python=PIL + "y = p.filter(ImageFilter.UnsharpMask(5, 80, 8))",
)
case(
    "pil-unsharp-1-200-5",
    "unsharp",
    {"threshold": 5},
    python=PIL + "y = p.filter(ImageFilter.UnsharpMask(1, 200, 5))",
)
case(
    "cv-bilateral-9-40-3",
    "bilateral",
    {"sigma_colour": 40, "sigma_space": 3},
    python="y = cv2.bilateralFilter(x, 9, 40, 3)",
)
case(
    "cv-bilateral-5-25-2",
    "bilateral",
    {"sigma_colour": 25, "sigma_space": 2},
    python="y = cv2.bilateralFilter(x, 5, 25, 2)",
)
case(
    "cv-bilateral-7-75-75",
    "bilateral",
    {"sigma_colour": 75},
    python="y = cv2.bilateralFilter(x, 7, 75, 75)",
)
case("ffmpeg-bilateral", "bilateral", {}, shell=FFMPEG % "bilateral=sigmaS=3:sigmaR=0.1")
case(
    "skimage-bilateral",
    "bilateral",
    {"sigma_colour": 25.5},
    python="from skimage import restoration\ny = np.rint(255 * restoration.denoise_bilateral(x, sigma_color=0.1, sigma_spatial=2)).astype(np.uint8)",
)
case(
    "itk-bilateral",
    "bilateral",
    {"sigma_colour": 20},
    python="import SimpleITK as s\ny = s.GetArrayFromImage(s.Bilateral(s.GetImageFromArray(x), 2.0, 20.0))",
)

# ---- chains with 8 bits between, and local
case("pil-box-3", "chain", {}, python=PIL + "y = p.filter(ImageFilter.BoxBlur(3))")
case("pil-gauss-2", "chain", {}, python=PIL + "y = p.filter(ImageFilter.GaussianBlur(2))")
case("cv-two-blurs", "chain", {}, python="y = cv2.blur(cv2.blur(x, (5, 1)), (1, 5))")
case("vips-gaussblur", "chain", {}, shell=VIPS % "gaussblur {b} {a} 1.5")
case(
    "cv-blur-sharpen",
    "chain",
    {},
    python="y = cv2.filter2D(cv2.blur(x, (3, 3)), -1, np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]]))",
)
case(
    "pil-smooth-sharpen",
    "chain",
    {},
    python=PIL + "y = p.filter(ImageFilter.SMOOTH).filter(ImageFilter.SHARPEN)",
)
case(
    "im-logo-blur",
    "local",
    {},
    shell=IM % "-statistic Mean 3x3 -fill white -draw 'rectangle 20,20 200,140'",
)
case(
    "pil-watermark",
    "local",
    {},
    python=PIL
    + "from PIL import ImageDraw\ny = p.filter(ImageFilter.SMOOTH)\nImageDraw.Draw(y).rectangle((100, 60, 290, 200), fill=40)",
)

# ---- colour
case(
    "pil-hsv-value",
    "colour",
    {},
    colour=True,
    python=PIL
    + "h, s, v = p.convert('HSV').split()\ny = Image.merge('HSV', (h, s, v.point(lambda i: i // 2))).convert('RGB')",
)
case("im-modulate-sat", "colour", {}, colour=True, shell=IM % "-modulate 100,60")
case("im-grey-linear", "colour", {}, colour=True, shell=IM % "-grayscale Rec709Luminance")
case(
    "cv-lab-lightness",
    "colour",
    {},
    colour=True,
    python="l = cv2.cvtColor(x, cv2.COLOR_RGB2LAB); l[..., 0] = np.clip(l[..., 0] * 1.2, 0, 255).astype(np.uint8); y = cv2.cvtColor(l, cv2.COLOR_LAB2RGB)",
)

# ---- linear
BOX3 = [[1 / 9] * 3] * 3
case("cv-box-5", "linear", {}, python="y = cv2.blur(x, (5, 5))")
case("cv-gauss-7", "linear", {}, python="y = cv2.GaussianBlur(x, (7, 7), 1.5)")
case("pil-emboss", "linear", {}, python=PIL + "y = p.filter(ImageFilter.EMBOSS)")
case("im-sharpen", "linear", {}, shell=IM % "-sharpen 0x1")
case("im-blur", "linear", {}, shell=IM % "-blur 0x1.5")
case("im-unsharp-0", "linear", {}, shell=IM % "-unsharp 0x1+1+0")
case("gmic-blur", "linear", {}, shell=GMIC % "blur 1.5 round")
case("ffmpeg-convolution", "linear", {}, shell=FFMPEG % "convolution='0 -1 0 -1 5 -1 0 -1 0'")
case("pnm-convol", "linear", {}, shell=PNM % "pnmconvol -matrix=.1,.1,.1,.1,.2,.1,.1,.1,.1")
case(
    "octave-motion",
    "linear",
    {},
    shell=OCTAVE % "y=imfilter(x,fspecial('motion',9,30),'replicate')",
)
case(
    "vips-conv",
    "linear",
    {},
    shell="printf '3 3 8 0\\n1 1 1\\n1 0 1\\n1 1 1\\n' > {d}/k.mat; vips conv {b} {a} {d}/k.mat",
)
case(
    "sharp-convolve",
    "linear",
    {},
    node=SHARP.format(
        ".convolve({width:3,height:3,kernel:[-1,0,1,-2,0,2,-1,0,1],offset:128}).toColourspace('b-w')"
    ),
)
case(
    "jpeg-blur",
    "linear",
    {},
    python="y = cv2.imdecode(cv2.imencode('.jpg', cv2.GaussianBlur(x, (5, 5), 1), [1, 92])[1], -1)",
)
case(
    "jpeg-sharpen",
    "linear",
    {},
    python="y = cv2.imdecode(cv2.imencode('.jpg', cv2.filter2D(x, -1, np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0.]])), [1, 95])[1], -1)",
)
case(
    "noise-blur",
    "linear",
    {},
    python="r = np.random.default_rng(3)\ny = np.clip(np.rint(cv2.GaussianBlur(x, (5, 5), 1.2) + r.normal(0, 3, x.shape)), 0, 255).astype(np.uint8)",
)
# ---- nothing that is known here: nothing must be claimed
case("nlm", "other", {}, python="y = cv2.fastNlMeansDenoising(x, h=8)")
case("im-paint", "other", {}, shell=IM % "-paint 3")
case("im-kuwahara", "other", {}, shell=IM % "-kuwahara 2")
case("cv-clahe", "other", {}, python="y = cv2.createCLAHE(2.0, (8, 8)).apply(x)")
case("cv-canny", "other", {}, python="y = cv2.Canny(x, 80, 160)")
case("im-spread", "other", {}, shell=IM % "-seed 1 -spread 2")
case("im-resize", "other", {}, shell=IM % "-resize 50% -resize 200% -extent 320x320", photo="moon")
case("pil-mode", "other", {}, python=PIL + "y = p.filter(ImageFilter.ModeFilter(5))")
case("cv-adaptive", "other", {}, python="y = cv2.adaptiveThreshold(x, 255, 0, 0, 11, 4)")
case("gmic-anisotropic", "other", {}, shell=GMIC % "smooth 30 round")

# ---- filters in linear light
LIGHT = "convert-im6 {b} -colorspace RGB %s -colorspace sRGB -depth 8 {a}"
KERNEL = "-define convolve:scale='!' -morphology Convolve '%s'"
VIPS_LIGHT = (
    "printf '%s' > {d}/mask.mat; vips colourspace {b} {d}/light.v scrgb && "
    "vips conv {d}/light.v {d}/made.v {d}/mask.mat && vips colourspace {d}/made.v {a} srgb; "
    "rm -f {d}/*.v {d}/mask.mat"
)
SRGB_LIGHT = {"curve": "sRGB"}


def in_light(name: str, photo: str, shell: str) -> None:
    case(f"{name}-light", "light", SRGB_LIGHT, photo=photo, colour=True, shell=shell)


in_light("im-cross", "coffee", LIGHT % KERNEL % "3: 0,1,0 1,3,1 0,1,0")
in_light(
    "im-box-5", "brick", LIGHT % KERNEL % "5: 1,1,1,1,1 1,1,1,1,1 1,1,1,1,1 1,1,1,1,1 1,1,1,1,1"
)
in_light("im-blur", "moon", LIGHT % "-blur 0x0.9")
in_light("im-unsharp", "coffee", LIGHT % "-unsharp 0x1+1.2+0")
in_light("vips-box", "coffee", VIPS_LIGHT % r"3 3 9 0\n1 1 1\n1 1 1\n1 1 1\n")
in_light("vips-sharpen", "coins", VIPS_LIGHT % r"3 3 3 0\n0 -1 0\n-1 7 -1\n0 -1 0\n")
FIR = "gegl:gaussian-blur std-dev-x=%s std-dev-y=%s filter=fir abyss-policy=clamp"
in_light("gegl-blur", "cat", GEGL % FIR % (1.1, 1.1))
in_light("gegl-uneven-blur", "coffee", GEGL % FIR % (0.8, 1.9))

# ---- something else in a part of the picture, gains and kernels that change over it
SHARPEN = "np.array([[0, -1, 0], [-1, 5, -1], [0, -1, 0]])"
LOCAL = [
    ("im-region-blur", {"shape": "rectangle"}, {"shell": IM % "-region 120x90+60+80 -blur 0x3"}),
    ("im-region-negate", {}, {"shell": IM % "-region 150x150+30+40 -negate"}),
    (
        "im-border-sharpen",
        {},
        {
            "shell": "convert-im6 {b} -define convolve:scale='!' -morphology Convolve '3: 0,-1,0 -1,5,-1 0,-1,0' -shave 12x12 -bordercolor black -border 12 -depth 8 {a}"
        },
    ),
    (
        "im-circle-on-blur",
        {},
        {"shell": IM % "-statistic Mean 5x5 -fill gray -draw 'circle 150,150 150,70'"},
    ),
    ("gm-draw-box", {}, {"shell": GM % "-fill white -draw 'rectangle 10,150 200,290'"}),
    (
        "ffmpeg-drawbox",
        {},
        {"shell": FFMPEG % "convolution='0 -1 0 -1 5 -1 0 -1 0',drawbox=40:50:200:120:black:fill"},
    ),
    (
        "ffmpeg-censor",
        {},
        {
            "shell": "ffmpeg -v error -y -i {b} -filter_complex '[0]format=gray,split[p][q];[q]crop=120:100:90:70,boxblur=4:1[r];[p][r]overlay=90:70:format=gbrp,format=gray' -frames:v 1 {a}"
        },
    ),
    (
        "pil-face-box",
        {},
        {
            "python": PIL
            + "y = p.copy()\ny.paste(p.crop((60, 40, 200, 180)).filter(ImageFilter.SMOOTH_MORE), (60, 40))"
        },
    ),
    (
        "pil-ellipse-edge",
        {},
        {
            "python": PIL
            + "from PIL import ImageDraw\nm = Image.new('L', p.size, 0)\nImageDraw.Draw(m).ellipse((40, 60, 260, 220), fill=255)\ny = Image.composite(p.filter(ImageFilter.SHARPEN), p, m)"
        },
    ),
    (
        "pil-two-halves",
        {},
        {
            "python": PIL
            + "y = p.filter(ImageFilter.SMOOTH)\ny.paste(p.filter(ImageFilter.DETAIL).crop((150, 0, *p.size)), (150, 0))"
        },
    ),
    (
        "pil-invert-corner",
        {},
        {
            "python": PIL
            + "y = p.filter(ImageFilter.SHARPEN)\ny.paste(ImageOps.invert(p.crop((0, 0, 150, 130))), (0, 0))"
        },
    ),
    (
        "cv-roi-blur",
        {},
        {
            "python": "y = x.copy()\ny[50:170, 90:260] = cv2.blur(x[50:170, 90:260].copy(), (11, 11))"
        },
    ),
    (
        "cv-logo-third",
        {},
        {
            "python": f"y = cv2.filter2D(x, -1, {SHARPEN})\nr = np.random.default_rng(5)\ny[100:290, 30:220] = r.integers(0, 255, (190, 190))"
        },
    ),
    (
        "cv-logo-colour",
        {},
        {
            "colour": True,
            "python": "y = cv2.blur(x, (3, 3))\ncv2.rectangle(y, (20, 30), (220, 150), (250, 20, 90), -1)",
        },
    ),
    (
        "cv-mask-sobel",
        {},
        {"python": "y = np.where(np.arange(x.shape[1]) < 140, x, cv2.Sobel(x, -1, 1, 0))"},
    ),
    (
        "skimage-disk-blur",
        {},
        {
            "python": "from skimage import draw\ny = x.copy()\nr, c = draw.ellipse(150, 140, 70, 100)\nb = cv2.GaussianBlur(x, (7, 7), 1.5)\ny[r, c] = b[r, c]"
        },
    ),
    (
        "vips-insert",
        {},
        {
            "shell": "vips conv {b} {d}/s.png {d}/k.mat 2>/dev/null || printf '3 3 9 0\\n1 1 1\\n1 1 1\\n1 1 1\\n' > {d}/k.mat; vips conv {b} {d}/s.png {d}/k.mat; vips black {d}/o.png 140 120; vips insert {d}/s.png {d}/o.png {a} 60 70; rm -f {d}/*.mat {d}/s.png {d}/o.png"
        },
    ),
    (
        "sharp-composite",
        {},
        {
            "node": SHARP.format(
                ".convolve({width:3,height:3,kernel:[1,2,1,2,4,2,1,2,1]}).composite([{input:{create:{width:150,height:110,channels:3,background:{r:80,g:80,b:80}}},left:40,top:100}]).toColourspace('b-w')"
            )
        },
    ),
    (
        "gmic-rectangle",
        {},
        {
            "shell": GMIC
            % "'(0,1,0;1,4,1;0,1,0)' convolve[0] [1] rm[1] / 8 round rectangle 30,40,190,230,1,128"
        },
    ),
    (
        "pnm-paste",
        {},
        {
            "shell": "pngtopam {b} | pnmconvol -matrix=.125,.125,.125,.125,0,.125,.125,.125,.125 > {d}/p.pgm; pgmmake 0.4 130 150 > {d}/o.pgm; pamcomp -xoff 100 -yoff 60 {d}/o.pgm {d}/p.pgm | pamtopng > {a}; rm {d}/*.pgm"
        },
    ),
]
for name, parameters, how in LOCAL:
    case(name, "local", parameters, **how)

RADIUS = "h, w = x.shape[:2]\nY, X = np.mgrid[:h, :w]\nr = np.hypot(Y - h / 2, X - w / 2) / np.hypot(h / 2, w / 2)\n"
SAVED = "y = np.clip(np.rint(y), 0, 255).astype(np.uint8)"
GAIN = {"name": "gain"}
VARYING = [
    ("im-vignette", GAIN, {"shell": IM % "-background black -vignette 0x60"}),
    (
        "im-gradient",
        GAIN,
        {
            "shell": "convert-im6 {b} '(' +clone -sparse-color Barycentric '0,0 gray40 %w,%h white' ')' -compose Multiply -composite -depth 8 {a}"
        },
    ),
    ("ffmpeg-vignette", GAIN, {"shell": FFMPEG % "vignette=angle=PI/5:dither=0"}),
    ("ffmpeg-geq", GAIN, {"shell": FFMPEG % "geq=lum='lum(X\\,Y)*(0.5+0.5*X/W)'"}),
    ("gmic-shade", GAIN, {"shell": GMIC % "-fill 'i*(1-0.5*(x/w-0.5)^2-0.9*(y/h-0.4)^2)' round"}),
    ("gegl-vignette", GAIN, {"shell": GEGL % "gegl:vignette radius=1.4 softness=0.9 gamma=1.5"}),
    (
        "cv-vignette-gauss",
        GAIN,
        {
            "python": "k = cv2.getGaussianKernel(x.shape[0], 140) @ cv2.getGaussianKernel(x.shape[1], 160).T\ny = (x * (k / k.max())).astype(np.uint8)"
        },
    ),
    (
        "cv-vignette-sharpen",
        {"name": "kernel"},
        {
            "python": RADIUS
            + f"y = cv2.filter2D(x.astype(float), -1, {SHARPEN} / 1.0) * (1 - 0.5 * r ** 2)\n"
            + SAVED
        },
    ),
    ("np-cos4", GAIN, {"python": RADIUS + "y = x * np.cos(np.arctan(0.7 * r)) ** 4\n" + SAVED}),
    (
        "np-blur-to-rim",
        {"name": "kernel"},
        {
            "python": RADIUS
            + "m = r ** 2\ny = (1 - m) * x + m * cv2.blur(x.astype(float), (3, 3))\n"
            + SAVED
        },
    ),
    (
        "np-colour-cast",
        GAIN,
        {"colour": True, "python": RADIUS + "y = x * (1 - 0.4 * r ** 2)[..., None]\n" + SAVED},
    ),
    (
        "pil-tilt",
        {"name": "kernel"},
        {
            "python": PIL
            + "m = Image.linear_gradient('L').resize(p.size)\ny = Image.composite(p.filter(ImageFilter.SMOOTH), p, m)"
        },
    ),
    (
        "pil-multiply",
        GAIN,
        {
            "python": PIL
            + "m = Image.linear_gradient('L').resize(p.size).point(lambda v: 255 - v // 2)\ny = ImageChops.multiply(p, m)"
        },
    ),
    (
        "vips-shade",
        GAIN,
        {
            "shell": "vips identity {d}/i.v; vips xyz {d}/x.v $(vipsheader -f width {b}) $(vipsheader -f height {b}); vips extract_band {d}/x.v {d}/c.v 0; vips linear {d}/c.v {d}/g.v 0.0015 0.5; vips multiply {b} {d}/g.v {d}/m.v; vips rint {d}/m.v {d}/r.v 2>/dev/null || vips round {d}/m.v {d}/r.v rint; vips cast {d}/r.v {a} uchar; rm -f {d}/*.v"
        },
    ),
    (
        "skimage-light-slope",
        GAIN,
        {
            "python": "g = np.linspace(0.6, 1.2, x.shape[0])[:, None]\ny = np.clip(np.rint(x * g + 8), 0, 255).astype(np.uint8)"
        },
    ),
]
for name, parameters, how in VARYING:
    case(name, "varying", parameters, **how)

# ---- one channel of a colour space
VIA = "c = cv2.cvtColor(x, cv2.COLOR_RGB2{0})\n{1}\ny = cv2.cvtColor(c, cv2.COLOR_{0}2RGB)"
TIMES = "c[..., {0}] = np.clip(c[..., {0}] * {1}, 0, 255).astype(np.uint8)"
EACH = "c[..., {0}] = {1}(np.ascontiguousarray(c[..., {0}]))"
COLOUR = [
    ("cv-equalize-y", VIA.format("YCrCb", EACH.format(0, "cv2.equalizeHist"))),
    ("cv-equalize-lab", VIA.format("LAB", EACH.format(0, "cv2.equalizeHist"))),
    ("cv-equalize-v", VIA.format("HSV", EACH.format(2, "cv2.equalizeHist"))),
    ("cv-saturate", VIA.format("HSV", TIMES.format(1, 1.4))),
    ("cv-desaturate", VIA.format("HLS", TIMES.format(2, 0.6))),
    ("cv-brighter-v", VIA.format("HSV", TIMES.format(2, 1.2))),
    ("cv-hue", VIA.format("HSV", "c[..., 0] = (c[..., 0].astype(int) + 50) % 180")),
    ("cv-chroma", VIA.format("YUV", "c[..., 1:] = (c[..., 1:].astype(int) - 128) // 2 + 128")),
    ("cv-blur-l", VIA.format("LAB", EACH.format(0, "(lambda p: cv2.medianBlur(p, 5))"))),
    ("cv-box-y", VIA.format("YCrCb", EACH.format(0, "(lambda p: cv2.blur(p, (3, 3)))"))),
    (
        "pil-sharpen-y",
        PIL
        + "a, b, c = p.convert('YCbCr').split()\ny = Image.merge('YCbCr', (a.filter(ImageFilter.SHARPEN), b, c)).convert('RGB')",
    ),
    (
        "pil-median-y",
        PIL
        + "a, b, c = p.convert('YCbCr').split()\ny = Image.merge('YCbCr', (a.filter(ImageFilter.MedianFilter(3)), b, c)).convert('RGB')",
    ),
    (
        "pil-sat-half",
        PIL
        + "a, b, c = p.convert('HSV').split()\ny = Image.merge('HSV', (a, b.point(lambda i: i * 7 // 10), c)).convert('RGB')",
    ),
    ("pil-colour-1.6", PIL + "y = ImageEnhance.Color(p).enhance(1.6)"),
    (
        "pil-hue",
        PIL
        + "a, b, c = p.convert('HSV').split()\ny = Image.merge('HSV', (a.point(lambda i: (i + 100) % 256), b, c)).convert('RGB')",
    ),
]
for name, code in COLOUR:
    case(name, "colour", {}, colour=True, python=code)
case("im-modulate-hue", "colour", {}, colour=True, shell=IM % "-modulate 100,100,150")
case(
    "ffmpeg-hue",
    "colour",
    {},
    colour=True,
    shell="ffmpeg -v error -y -i {b} -vf hue=s=1.5 -frames:v 1 {a}",
)
case(
    "jimp-saturate",
    "colour",
    {},
    colour=True,
    node=JIMP.format("p.color([{apply: 'saturate', params: [30]}])"),
)

# ---- more that is nothing of these
case(
    "cv-inpaint",
    "other",
    {},
    python="m = np.zeros(x.shape, np.uint8); m[80:200, 90:220] = 1\ny = cv2.inpaint(cv2.medianBlur(x, 3), m, 3, cv2.INPAINT_TELEA)",
)
case(
    "cv-warp",
    "other",
    {},
    python="h, w = x.shape\ny = cv2.warpAffine(x, cv2.getRotationMatrix2D((w / 2, h / 2), 3, 1), (w, h))",
)
case("im-wave", "other", {}, shell=IM % "-implode 0.2")
case(
    "skimage-adapthist",
    "other",
    {},
    python="from skimage import exposure\ny = np.rint(255 * exposure.equalize_adapthist(x)).astype(np.uint8)",
)
case(
    "skimage-tv",
    "other",
    {},
    python="from skimage import restoration\ny = np.rint(255 * restoration.denoise_tv_chambolle(x, 0.1)).astype(np.uint8)",
)
case("gegl-noise", "other", {}, shell=GEGL % "gegl:noise-spread seed=3")

# ---- more linear ones
LINEAR = [
    (
        "cv-sharpen-8",
        {"python": "y = cv2.filter2D(x, -1, np.array([[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]]))"},
    ),
    (
        "cv-motion-11",
        {"python": "y = cv2.filter2D(x, -1, np.eye(11) / 11, borderType=cv2.BORDER_REPLICATE)"},
    ),
    (
        "cv-sobel-128",
        {
            "python": "y = np.clip(np.rint(cv2.Sobel(x, cv2.CV_64F, 1, 0) / 4 + 128), 0, 255).astype(np.uint8)"
        },
    ),
    ("cv-box-odd", {"python": "y = cv2.blur(x, (3, 9))"}),
    (
        "pil-kernel",
        {
            "python": PIL
            + "y = p.filter(ImageFilter.Kernel((3, 3), (1, 2, 0, 2, 6, 1, 0, 1, 3), 16, 4))"
        },
    ),
    ("pil-detail", {"python": PIL + "y = p.filter(ImageFilter.DETAIL)"}),
    ("pil-contour", {"python": PIL + "y = p.filter(ImageFilter.CONTOUR)"}),
    (
        "skimage-gauss",
        {
            "python": "from skimage import filters\ny = np.rint(255 * filters.gaussian(x, 1.3)).astype(np.uint8)"
        },
    ),
    (
        "skimage-unsharp",
        {
            "python": "from skimage import filters\ny = np.rint(255 * filters.unsharp_mask(x, 2, 0.7)).astype(np.uint8)"
        },
    ),
    (
        "ndimage-gauss-wrap",
        {
            "python": "from scipy import ndimage\ny = np.rint(ndimage.gaussian_filter(x.astype(float), (0.8, 1.7), mode='wrap')).astype(np.uint8)"
        },
    ),
    (
        "im-morph-diamond",
        {"shell": IM % "-define convolve:scale='!' -morphology Convolve 'Diamond:2'"},
    ),
    (
        "im-laplacian-bias",
        {
            "shell": IM
            % "-define convolve:scale='!' -define convolve:bias=50% -morphology Convolve '3: 0,-1,0 -1,4,-1 0,-1,0'"
        },
    ),
    ("gm-sharpen", {"shell": GM % "-sharpen 0x1.2"}),
    ("gm-gauss", {"shell": GM % "-gaussian 0x1.4"}),
    (
        "gmic-convolve",
        {"shell": GMIC % "'(1,0,-1;2,4,-2;1,0,-1)' convolve[0] [1] rm[1] / 4 round c 0,255"},
    ),
    (
        "ffmpeg-conv-5",
        {
            "shell": FFMPEG
            % "convolution='1 2 3 2 1 2 4 6 4 2 3 6 9 6 3 2 4 6 4 2 1 2 3 2 1:1 2 3 2 1 2 4 6 4 2 3 6 9 6 3 2 4 6 4 2 1 2 3 2 1:1 2 3 2 1 2 4 6 4 2 3 6 9 6 3 2 4 6 4 2 1 2 3 2 1:1 2 3 2 1 2 4 6 4 2 3 6 9 6 3 2 4 6 4 2 1 2 3 2 1:1/81:1/81:1/81:1/81'"
        },
    ),
    ("octave-disk", {"shell": OCTAVE % "y=imfilter(x,fspecial('disk',3),'symmetric')"}),
    ("octave-log", {"shell": OCTAVE % "y=uint8(128+20*imfilter(double(x),fspecial('log',7,1.1)))"}),
    (
        "itk-discrete-gauss",
        {
            "python": "import SimpleITK as s\ny = np.clip(np.rint(s.GetArrayFromImage(s.DiscreteGaussian(s.Cast(s.GetImageFromArray(x), s.sitkFloat64), 2.0))), 0, 255).astype(np.uint8)"
        },
    ),
    (
        "torch-conv",
        {
            "python": "import torch\nk = torch.tensor([[.1, .2, .0], [.0, .3, .1], [.2, .0, .1]], dtype=torch.float64)\ny = torch.nn.functional.conv2d(torch.tensor(x, dtype=torch.float64)[None, None], k[None, None], padding=1)[0, 0].round().to(torch.uint8).numpy()"
        },
    ),
    (
        "kornia-box-7",
        {
            "python": "import kornia, torch\ny = kornia.filters.box_blur(torch.tensor(x, dtype=torch.float64)[None, None], (7, 7))[0, 0].round().to(torch.uint8).numpy()"
        },
    ),
    (
        "mahotas-convolve",
        {
            "python": "import mahotas as mh\ny = np.clip(mh.convolve(x.astype(float), np.array([[0, 1, 0], [1, -2, 2], [0, 1, 0.]]) / 3), 0, 255).astype(np.uint8)"
        },
    ),
    (
        "vips-conv-emboss",
        {
            "shell": "printf '3 3 1 128\\n-2 -1 0\\n-1 0 1\\n0 1 2\\n' > {d}/k.mat; vips conv {b} {a} {d}/k.mat; rm {d}/k.mat"
        },
    ),
    ("cv-colour-box", {"colour": True, "python": "y = cv2.blur(x, (5, 5))"}),
    (
        "cv-sepia",
        {
            "colour": True,
            "python": "m = np.array([[.393, .769, .189], [.349, .686, .168], [.272, .534, .131]])\ny = cv2.transform(x, m)",
        },
    ),
    (
        "sharp-tint-matrix",
        {
            "colour": True,
            "node": SHARP.format(".recomb([[0.4,0.5,0.1],[0.2,0.7,0.1],[0.1,0.3,0.6]])"),
        },
    ),
    (
        "jpeg-box-90",
        {"python": "y = cv2.imdecode(cv2.imencode('.jpg', cv2.blur(x, (3, 3)), [1, 90])[1], -1)"},
    ),
    (
        "noise-sharpen",
        {
            "python": "r = np.random.default_rng(8)\ny = np.clip(np.rint(cv2.filter2D(x.astype(float), -1, "
            + SHARPEN
            + " / 1.0) + r.normal(0, 2, x.shape)), 0, 255).astype(np.uint8)"
        },
    ),
]
for name, how in LINEAR:
    case(name, "linear", {}, **how)
for name, how, _ in more_linear.LINEAR:
    # libvips blurs in whole numbers by default: two passes with 8 bits between
    case(name, "chain" if name.startswith("sharp-blur") else "linear", {}, **how)

BOXES = {
    "cv-box-5": (5, 5),
    "cv-box-odd": (3, 9),
    "kornia-box-7": (7, 7),
    "jpeg-box-90": (3, 3),
    "cv-colour-box": (5, 5),
}
CROSS = [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]
KERNELS = {
    **{name: np.full(size, 1 / np.prod(size)) for name, size in BOXES.items()},
    "cv-sharpen-8": [[-1, -1, -1], [-1, 9, -1], [-1, -1, -1]],
    "cv-motion-11": np.eye(11) / 11,
    "cv-sobel-128": np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]) / 4,
    "ffmpeg-convolution": CROSS,
    "ffmpeg-conv-5": np.outer([1, 2, 3, 2, 1], [1, 2, 3, 2, 1]) / 81,
    "jpeg-sharpen": CROSS,
    "noise-sharpen": CROSS,
    "pil-emboss": [[0, 0, 0], [0, 1, 0], [-1, 0, 0]],  # rows from the bottom up
    "pil-kernel": np.array([[1, 2, 0], [2, 6, 1], [0, 1, 3]])[::-1] / 16,
    "pil-detail": np.array([[0, -1, 0], [-1, 10, -1], [0, -1, 0]]) / 6,
    "pil-contour": [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]],
    "pnm-convol": np.array([[1, 1, 1, 1, 2, 1, 1, 1, 1]]) / 10,
    "vips-conv": np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]]) / 8,
    "vips-conv-emboss": [[-2, -1, 0], [-1, 0, 1], [0, 1, 2]],
    "sharp-convolve": [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]],
    "gmic-convolve": np.array([[1, 0, -1], [2, 4, -2], [1, 0, -1]])[::-1, ::-1] / 4,
    "torch-conv": [[0.1, 0.2, 0.0], [0.0, 0.3, 0.1], [0.2, 0.0, 0.1]],
    "mahotas-convolve": np.array([[0, 1, 0], [1, -2, 2], [0, 1, 0]]) / 3,  # not turned
    "skimage-gauss": families.gaussian(11, 1.3),
    "skimage-unsharp": families.unsharp(17, 2, 0.7),
    "im-morph-diamond": (np.add.outer(*[abs(np.arange(-2, 3))] * 2) <= 2) / 13,
    **{name: kernel for name, _, kernel in more_linear.LINEAR if kernel is not None},
    "im-laplacian-bias": np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]]) / 4,  # scaled by "!"
}
"""Correlation kernels (M, N) of linear cases, by what the programs' manuals say."""
