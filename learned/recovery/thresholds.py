"""All thresholds of recovery: what each decides, its unit, and why it is what it is.

"Measured" means tried on 8-bit pictures filtered by Pillow, OpenCV, SciPy, scikit-image and
ImageMagick (photos of scikit-image, none of which a threshold was fitted to alone); "derived" means
that it follows from rounding, from float32 or from statistics.
"""

# Reading the pictures
LARGEST_CROP = 128  # pixels a side that a filter without padding may take off; half of 257 taps
LARGEST_VALUE = 1e30  # of a floating-point picture: sums of fourth powers stay finite in float64
MOST_TAPS = 6561  # 81 × 81; least squares for them takes 2 GiB
LARGE_SIDE = 768  # pixels; the middle of larger pictures is tried first: it tells enough
WHOLE = 1e-3  # of 1: floats this near to whole numbers were whole; derived, float32 at 65535

# Which taps: least squares in windows (grey levels², unless said otherwise)
FIRST_SIZES = (1, 3, 5, 11)  # taps a side of the first searches; most filters are smaller
PATCH_PIXELS = 20_000  # that patches are made of where clipping forbids lag products; 45 a tap
ENOUGH = 1.05  # times what the largest window leaves: a smaller one with that leaves hardly more
SUMS = 1e-11  # share of the after image's variance: rounding errors of the sums; derived
WALD = 6.0  # standard deviations; a line of taps below that is zero. Lines are many: not 3
RIDGE = 1e-13  # share of the trace of the Gram matrix; derived, its rounding errors
SPREAD = 0.26  # of a squared step: ± half a step at most, 1/4, and a little; derived
FLOAT_SPREAD = 1e-9  # of the after image's variance; derived, float32 squared and a margin
REFUTING = 4  # pixels for each unknown of a part that may refute all kernels
REFUTING_PLACES = 16  # along each side, of which the liveliest is taken
REFUTED = 0.31  # of a squared step: bounds missed by `HOPELESS`, 0.55², and a little; derived
LEAST_SPREAD = 1e-4  # of a squared step, lest exact sums call every tap significant
SPARE_PIXELS = 10  # more than two for each tap: fewer determine nothing

# The kernel that meets all bounds
TRIED = 80  # pixels a side, beyond the kernel, of the part where known kernels are tried first
ALIKE = 5.0  # times what mirrored taps leave by chance; after pixels were left out: 2 to 4.4
BY_CHANCE = 6.0  # standard deviations of χ² more than that
GROWTH = 3  # windows that are tried, each a tap a side larger than the one before
MOST_GROWTH = 7  # of them for symmetric kernels, whose faint rims least squares does not see
WHOLE_TAPS = 1e-3  # of a squared step; rounding leaves 0.08, and none is left of whole numbers
NEARER = 0.6  # times what the window before missed the bounds by: less is worth another one
LARGE = 49  # taps; linear programs with more take a second and more: known blurs are tried first
HOPELESS = 0.05  # grey levels; a kernel that misses bounds by more is not the filter; measured
ARITHMETIC = 1e-6  # share of Σ |tap| · brightest pixel, that float32 may be off by; derived
BETWEEN_PASSES = 1 / 257  # grey levels for each Σ |tap| where 8 bits are kept as 16; derived
UNDETERMINED = 3  # times as many different neighbourhoods as taps are needed, beyond 100 taps
MANY = 100  # taps
FAINT = 3e-3  # of the largest tap; a rim of such taps may be none: 1e-3 was seen
RETRIED = 121  # taps; kernels up to this are fitted again without a faint rim: a second at most
WHOLE_BIAS = 0.05  # grey levels; the best bias is no nearer to a whole one by chance; measured
MARGIN = 1.01  # times a violation: what is accepted is then not refused for a rounding error
ZERO = 1e-9  # of the largest tap of a floating-point fit: its rounding errors
REPRODUCED = 0.8  # share of the pixels; where rounding errors decide all half-way values: 0.9

SURELY_MORE = 6.0  # standard errors of the variance of rounding: more is left than that
DENOMINATORS = (1e9, 16, 12, 10, 8, 6, 4, 2)  # of taps, whose halves make rounding errors larger

# Kernels of one or two numbers, of any size
WIDEST_KNOWN = 101  # taps a side
WIDE_SIDE = 384  # pixels a side of the part on which they are tried
WIDE_PLACES = 128  # of its sides: every third pixel each way tells as much; chosen
WIDE_SIGMAS = (0.8, 25.0, 14)  # pixels: the first, the last, how many are tried
WIDE_HOPE = 8.0  # grey levels, that the nearest of those may leave
WIDE_RMS = 0.5  # grey levels, that the best number may leave; rounding alone leaves 0.29
KNOWN_TAPS = 1000  # of kernels named by their numbers: more need no proof tap by tap
WIDE_FACTOR = 0.02  # that a factor may be off by

# Fractions that could be luck
FEW = 9  # taps; programs for so few end at fractions of pixel differences, right or wrong
EVERYDAY = 20  # denominators that need no proof of not being luck
ROOM = 0.99  # of 1/n grey levels: the room for a bias that n-ths of whole pixels leave; derived
PARTS = 256  # of the sum of a pass of a blur, that OpenCV's 8-bit taps are whole numbers of
NEAR_KNOWN = 1e-12  # of the largest tap of a known blur, whose taps are computed

# What the pictures leave open
CERTIFIED = 25  # taps; the proof for more takes seconds
CERTIFIED_FRACTIONS = 4  # taps; in a test with 3,000 random kernels none of more was mistaken
WIDE = 0.2  # of the largest tap: taps that are known no better are not known
REPEATED = 3  # different neighbourhoods for each unknown, at least
PLAIN_UNKNOWNS = 2  # a factor and a bias: two neighbourhoods do

# The border
SMALL = 225  # taps; kernels up to this are fitted again once the border is known: a second
NOT_QUITE = 0.1  # grey levels; what taps that are not quite known may miss the rim by; measured
RIM_NOISE = 3.0  # times the rms of what is left, for kernels with noise
RIM_SHARE = 0.95  # of the rim that must then fit
RIM_TOO = 0.99  # of the share in the interior: then what was found of one rim is true of all
RIM_SPARE = 0.01  # share of the rim that may be painted over besides what is elsewhere
MISSING = 0.05  # of the kernel's sum: taps outside must weigh so much to tell what they see

# Channels
MIXED_SIZE = 15  # taps a side of kernels between channels: nine times as many as of one
ROUGH_SIZE = 5  # taps a side, to tell how channels go together before the whole search
SIMPLER = 2.0  # times the variance of the best: a simpler layout is taken up to that
CLEARLY = 0.75  # share; noise that is alike in all directions of colour leaves 1, JPEG 0.5
MIXED = 0.1  # of Σ |tap|: that much of one colour in another is a filter, not JPEG; measured

# The best kernel where none meets all bounds
FEWEST_PIXELS = 10  # unclipped, to do anything
FEWEST_PER_TAP = 30  # pixels for each unknown, to go on without some pixels
JPEG_BLOCK = 8  # pixels a side; JPEG spreads what clipping does over a block
REFITS = 3  # without the pixels that clipping may have spoilt; they change little after two
CLIP_RMS = 3.0  # times the rms of what is left, from the ends of the range
CLIP_SHARE = 4  # of the range at most: a quarter at each end

# Pixels that something else was done to
FEW_LOST = 0.01  # share of the pixels that may differ wherever they are
TOGETHER = 0.1  # share that may differ if they lie together
SPARED = 0.16  # share that a first, rough kernel may miss: some of the others too
CONTRADICTIONS = 5  # times that a set of contradicting pixels is left out
FEW_TAPS = 50  # kernels up to this are worth several programs to find contradicting pixels
TILE = 128  # pixels a side; enough for some hundred taps
PATCH = 32  # pixels a side, to see whether what differs lies together
CLEAN = 0.5  # share of those that must then be without any
OUT = 0.1  # grey levels out of its bounds that a pixel may be, where taps are not known exactly
TYPICAL = 1.4826  # times the median of |residual| is its standard deviation; derived, Gaussian
ROUNDED, WIDEST = 0.45, 0.52  # grey levels; rounding alone makes 0.37, and at most 0.5; derived
BEYOND = 3.0  # standard deviations
NOISY = 1.0  # steps that most pixels may leave; rounding leaves 0.29, and a wider kernel sees more
SETTLED = 0.98  # of the rms before: no more to gain
STRAYS = 0.5  # share of what is left that the before picture may predict

# Is the rest noise?
JUDGED_PIXELS = 24_000  # that the residual is predicted at: 100 for each probe
LINEAR = 9  # taps a side of the larger kernel
HALVES_BLOCK = 32  # pixels a side of the squares that the two halves of the picture are made of
RIDGES = (1e-7, 1e-5, 1e-3)  # shares of the mean square
FAR = (24, 40)  # pixels; farther apart than two blocks of a JPEG's colours
# Shares of the residual's variance that noise stays below, see `Residual`. JPEG leaves up to 0.17,
# 0.10 and 0.02 of the first three; a median 0.4 and more of the second.
NOISE = {"beyond": 0.2, "predicted": 0.2, "varying": 0.15, "correlated": 0.1}
MOSTLY = 0.5  # share that is predicted: then say so first
EXPLAINED = 0.1  # share; a kernel that explains less of the after image explains nothing
TELLING = 1000  # pixels; of fewer nobody can say whether they are noise
FAR_OFF = 5.0  # times the rms of what is left, and half a grey level
MISSED = 0.1  # share of the pixels that may be that far off
ROUNDING_ERROR = 1e-6  # grey levels
FULL = 0.9  # of the largest window: a kernel that fills it may be larger

# After pictures that were stored as JPEG
JPEG_GROWTH = 4  # times that a window is tried one line larger on each side
JPEG_TAPS = 225  # of the largest window
JPEG_ROUNDS = 3  # of finding which blocks were clipped, and how large the noise is
JPEG_NUMBERS = 2**24  # in the rows of all coefficients: 64 MB
JPEG_FEW, JPEG_FEWEST = 2**22, 2**20  # in those to find the window, and the encoder
JPEG_MARGIN = 1.5  # grey levels; pixels that near to the ends may have been clipped
JPEG_ACTIVE = 3.0  # grey levels; of blocks of a smaller standard deviation rounding is no noise
JPEG_BIAS = 0.02  # grey levels; rounding halves to even or up moves the mean that much
JPEG_LIKELY = 0.7  # of those, of taps with errors, to go on
JPEG_FARTHER = 6.0  # times as far from the likeliest taps as noise alone would have the right ones
JPEG_GLANCE, JPEG_BLOCKS = 16, 64  # a side, to choose among kernels, and among the best of these
JPEG_TRIED = 12  # kernels, the best at a glance
JPEG_ALIKE = 3e-4  # of the shares of two kernels that are as good
JPEG_LUCK = 0.02  # how often random taps may look like fractions that do as well as they do
JPEG_CLEARLY = 0.85  # of the wrong numbers that a clearly better kernel leaves, and
JPEG_SIGMAS = 4.0  # standard errors of a share by which it is better
JPEG_NOISY = 0.5  # grey levels; more noise than that says that the encoder rounds otherwise, and
JPEG_CLEAN, JPEG_NOISE = 0.9, 0.4  # where the share is below the first, the second does
JPEG_REPRODUCED = 0.8  # of the numbers that are not zero; a median of 3 × 3 reproduces 0.5
UNLIKELY = 1e-3  # how often the true taps are farther from the likeliest

# Names
EQUAL = 1e-2  # of the largest tap; fixed-point programs are that far from what they mean
TIE = 1e-9  # of the largest tap: errors this near are equal
STANDARD_ERRORS = 3.0  # that taps under noise may be off by
LIKELY = 0.99  # of pictures in which a true kernel under noise passes for one
SQUARE = 2  # times the kernel's longest side: squares up to that are searched for a name
LEAST_SUM = 1e-6  # of the largest tap: kernels of a smaller sum are no sharpenings
ROUGH = 0.3  # of a kernel's largest singular value: least squares of wide bells are that rough
BELL = 0.15  # of the largest tap of a pass, that it may be off a Gaussian
BELL_SCALE = 0.005  # that the number a bell is multiplied by may be off
AMOUNTS = (1e-3, 100.0)  # of unsharp masks
NEAR = 0.25  # of the largest tap; beyond it a known kernel is no help to a reader

# What is no kernel
SWAPPED_SIZE = 11  # taps a side that are tried the other way round: a tenth of a second
SWAPPED_KNOWN = 0.5  # share of the pixels that must not be clipped, to say so
LINEAR_ENOUGH = 0.99  # share of the pixels that a linear kernel reproduces: nothing to explain
BAND_PIXELS = 2**20  # that are made and counted at a time: 8 MB in floating point
PART_SPARE = 0.2  # of a share: a lively part of a picture may reproduce so much less than all of it
SPARSE = 8  # rows and columns: that many apart pixels still tell how much a part varies
COUNTED = 2**16  # pairs of levels that are counted in a table: those of 8 bits, not of 16
CLAIMED = 0.5  # share of the pixels that an explanation must reproduce to be one
LEFT = 0.5  # share of the pixels that kernel and no change miss: an explanation misses fewer
CURVE = 0.95  # share of the pixels that the others of their grey level foretell
LISTED = 256  # entries of a table; those of 16 bits are left to the code
LEVELS_TRIED = 4096  # pairs of black and white points
LEAST_EXPONENT = 1e-3
EQUALISED = 0.006  # of the range; programs count the pixels up to a level in different ways
POSTERISED = 64  # levels; more are no steps
RANK_PIXELS = 3000  # that ranks are counted at
RANKED = 0.9  # share of those that one rank over one footprint fits
CORNER = 64  # pixels a side of the corners that tell borders apart, at least
PATCH_SIDE = 96  # pixels a side of the part on which operations are tried
FRAMED = 0.95  # share of the pixels that a frame reproduces
BILATERAL_PIXELS = 400  # that the sigmas are fitted to
BILATERAL_FEW = 150  # pixels, to see whether and where it is worth while
BILATERAL_HOPE = 0.5  # grey levels, that may be left of those
BILATERAL_RMS = 0.4  # grey levels; rounding alone leaves 0.29
BILATERAL_START = 30.0  # grey levels
SIMPLER_RMS = 1.01  # times what all digits leave
WIDE_SPACE = 5.0  # times the radius: the outermost neighbours then weigh 2 % less
ENHANCED = 0.98  # share of the pixels that a blend by Pillow reproduces
BLUR_SUM = 0.02  # that the taps of a blur may miss a sum of 1 by
ROUGH_SUM = 0.1  # the same, of taps of seven bits, and of light that taps of levels stand for
SEPARABLE = 0.1  # of the largest tap; least-squares taps of chains are that rough
CHAINED = 0.9  # share of the pixels that a chain reproduces
LEAST_SIGMA = 0.3  # pixels; less is no blur
LARGEST_DENOMINATOR = 128  # of the taps of a pass
NEAR_NUMERATOR = 0.12  # that a least-squares tap times its denominator may be off
FRACTIONS_TRIED = 2  # of each direction
LEAST_CHANGED, MOST_CHANGED = 0.02, 0.95  # share of the pixels that a mask with threshold changes
MASK_SIDE = 21  # taps a side of the mask
MASK_PART = 256  # pixels a side of the part on which masks are tried
LEAST_AMOUNT = 0.05  # of a mask; less is none
SIGMAS_TRIED = (0.6, 1.3)  # times the first guess, which few pixels tell
LARGE_MASK = 4.0  # grey levels; smaller ones tell little of the amount
SHARPENED = 0.5  # share of the changed pixels that the mask reproduces
LIGHT_SIDES = (3, 5, 7, 11, 15, 21)  # taps a side of windows in linear light
LIGHT_PIXELS = 3000  # that curves are judged by
LIGHT_PIXELS_A_TAP = 6  # more for the fit
LIGHT_FIRST = 7  # taps a side, from which on only the best curves are tried
LIGHT_KEPT = 5  # curves and ways of storing
LIGHT_GAIN = 0.005  # of the pixels; larger windows must tell that much more
LIGHT_HOPE = 0.5  # share of the pixels that the best curve foretells
LIGHT_TRIED = 2  # curves, the best, that are fitted to the bounds
LIGHT_BEHIND = 0.05  # share of the pixels that the second may foretell less
LIGHT_FINE = 10_000  # pixels that taps are fitted to, and kernels judged by
LIGHT_FINE_A_TAP = 60  # more for the fit
LIGHT_TAPS = 121  # of linear programs; more take seconds
LIGHT_ERRORS = (1.0, 3.0, 6.0)  # standard errors that fractions may be off by
LIGHT_ALIKE = 0.002  # share of the pixels that a simpler kernel may reproduce less
LIGHT_LEAST = 0.85  # share of the pixels, to say so: wrong curves make up to 0.7
LIGHT_ROUNDS = 6  # of fitting a column and a row in turn
RESIZED = 2**24  # pixels of all channels; more take minutes
RESIZER_ROUGH = 0.5  # of what flat grey or the middle is off by: a resizer that near is a hint
RESIZERS_KEPT = 2  # of slow libraries, whose borders and roundings are tried
RESIZER_FOUND = 0.999  # share of the pixels; float32 decides between some halves
RESIZER_NEAR = 0.75  # share of the pixels that a resizer reproduces, to be named at all
TILES = 8  # along each side, that vote for a kernel
VOTING_SIDES = (1, 3, 5, 9)  # taps a side of the kernels they vote for
TILE_PIXELS, TILE_PIXELS_A_TAP = 300, 12  # of a tile, that its kernel is fitted to
TILE_RIDGE = 1e-10  # share of the trace: a dull tile proposes small taps
TILE_NEAR = (0.5, 0.2, 0.05)  # grey levels out of their bounds; taps of one tile are not exact
TILE_SHARE = 0.98  # share of the pixels of a tile that must be that near
AGREEING = 0.25  # share of the tiles: half of the picture, some dull or cut through
DENSE_SIDE, DENSE = 5, 0.5  # pixels a side of a square, and the share of it that makes a patch
GAPS = 15  # pixels; patches that near are one: what was done to them may spare some pixels
ALL_AROUND = 0.9  # share of the picture: a patch that large is a frame around the rest
IN_ONE_PLACE = 0.8  # share of the unexplained pixels that lie in the largest patch
MOSTLY_LEFT = 0.2  # share of the pixels of that patch: another filter may do the same to many
SURE = 0.99  # share of the pixels of a part that a simple thing reproduces
PART_SIDE = 24  # pixels a side of a part in which a kernel is looked for
PART_TAPS = 31  # taps a side of that kernel, at most
VARYING = ((1, (2, 4, 8, 12)), (3, (2, 4, 6)), (5, (2, 4)))  # taps a side, degrees in place
VARYING_PIXELS, VARYING_A_NUMBER = 6000, 20  # that are fitted to; and judged by, as many at most
VARYING_ALL = 250_000  # pixels that the best are fitted to again
VARYING_GAIN = 0.02  # share of the pixels that more numbers must reproduce
VARYING_LEAST = 0.5  # share of the pixels to say so
COLOUR_PIXELS = 16_000  # that colour spaces are judged by: 60 for each level of a channel
COLOUR_VIVID = 48  # grey levels between the channels of a pixel; duller ones tell no hue
COLOUR_HOPE = 0.5  # share of the sample that unrefined tables nearly make, to be refined at all
COLOUR_REFINED = 9  # spaces, the best, whose tables are refined
COLOUR_NAMED = 5  # of those, the best, whose channels are named: that often tells more than tables
COLOUR_NUDGES = 2  # levels that an entry of a table may be off at first, after 8 bits twice
COLOUR_ALIKE = 0.003  # share of the sample that a named change may reproduce less than a table
COLOUR_LEAST = 0.9  # share of the pixels, to say so: wrong spaces make up to 0.8; measured
COLOUR_SIDE = 256  # pixels a side of the part on which filters of the brightness are tried
COLOUR_CLIPPED = 0.8  # share of the pixels; the others then tell too little
COLOUR_KEPT = 0.9  # share of the pixels whose other channels are as they were, but for rounding
COLOUR_AROUND = 0.8  # share of that part that such a filter makes
COLOUR_TAPS = 0.015  # of the largest tap, that least squares may be off by
COLOUR_DENOMINATORS = (*range(1, 33), 36, 49, 64, 81, 100, 256, 273)
COLOUR_FRACTIONS = 3  # of a window, that are tried
