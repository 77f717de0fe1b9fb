"""Other formats, by their own programs: there and back, without loss and with it."""

from ways import ALPHA, COLOURS, JPEG, LOSSY, Tool, Way, shell, spoken

_AVIF = "avifenc -s 8 {}; avifdec {{t}}.avif {{o}}"
_HEIF = "heif-enc {} -o {{t}}.heic {{i}}; heif-convert {{t}}.heic {{o}}"

WEBP = (
    Way("-lossless", shell("cwebp -quiet -lossless {i} -o {t}.webp; dwebp -quiet {t}.webp -o {o}")),
    Way(
        "-lossless -exact -z 9",
        shell("cwebp -quiet -lossless -exact -z 9 {i} -o {t}.webp; dwebp -quiet {t}.webp -o {o}"),
    ),
    Way(
        "-near_lossless 40",
        shell("cwebp -quiet -near_lossless 40 {i} -o {t}.webp; dwebp -quiet {t}.webp -o {o}"),
        "values",
        (*LOSSY, "annotated", "bit-rot", "recoloured"),
    ),
    Way(
        "-q 90",
        shell("cwebp -quiet -q 90 {i} -o {t}.webp; dwebp -quiet {t}.webp -o {o}"),
        "values",
        LOSSY,
    ),
    Way(
        "-q 60",
        shell("cwebp -quiet -q 60 {i} -o {t}.webp; dwebp -quiet {t}.webp -o {o}"),
        "values",
        LOSSY,
    ),
    Way(
        "saved as WebP, lossless",
        shell("cwebp -quiet -lossless {i} -o {o}", "out.webp"),
        "values",
        ("webp",),
    ),
    Way("saved as WebP", shell("cwebp -quiet {i} -o {o}", "out.webp"), "values", ("webp",)),
)

JXL = (
    Way("-d 0 (lossless)", shell("cjxl --quiet -d 0 -e 3 {i} {t}.jxl; djxl --quiet {t}.jxl {o}")),
    Way(
        "-d 0, 16 bits back",
        shell("cjxl --quiet -d 0 -e 3 {i} {t}.jxl; djxl --bits_per_sample 16 {t}.jxl {o}"),
    ),
    Way("-d 1", shell("cjxl --quiet {i} {t}.jxl; djxl --quiet {t}.jxl {o}"), "values", LOSSY),
    Way("-d 3", shell("cjxl --quiet -d 3 {i} {t}.jxl; djxl {t}.jxl {o}"), "values", LOSSY),
    Way("saved as JPEG XL", shell("cjxl -d 0 {i} {o}", "out.jxl"), "values", ("jpeg-xl",)),
)

AVIF = (
    Way("--lossless", shell(_AVIF.format("--lossless {i} {t}.avif"))),
    Way("quantizer 10", shell(_AVIF.format("--min 10 --max 10 {i} {t}.avif")), "values", LOSSY),
    Way("as it is", shell(_AVIF.format("{i} {t}.avif")), "values", LOSSY),
    Way("saved as AVIF", shell("avifenc -s 8 {i} {o}", "out.avif"), "values", ("avif",)),
)

HEIF = (
    Way(
        "-L (called lossless; a sixth of the samples are off by one)",
        shell(_HEIF.format("-L -p chroma=444 --matrix_coefficients=0")),
        "values",
        (*LOSSY, *COLOURS),
    ),
    Way("quality 50", shell(_HEIF.format("-q 50")), "values", LOSSY),
    Way("saved as HEIC", shell("heif-enc -o {o} {i}", "out.heic"), "values", ("heic", "video")),
)

PDF = (
    Way(
        "img2pdf, pdfimages -png",
        shell("img2pdf {i} -o {t}.pdf; pdfimages -png {t}.pdf {t}; cp {t}-000.png {o}"),
        "alpha",
        ALPHA,
    ),
    Way(
        "pdftocairo at 96 dpi",
        shell("img2pdf {i} -s 96dpi -o {t}.pdf; pdftocairo -png -singlefile -r 96 {t}.pdf {t}; cp {t}.png {o}"),
        "alpha",
        ALPHA,
    ),
    Way(
        "pdfimages -j of a JPEG inside",
        shell("convert {i} -quality 90 {t}.jpg; img2pdf {t}.jpg -o {t}.pdf; pdfimages -png {t}.pdf {t}; cp {t}-000.png {o}"),
        "values",
        JPEG,
    ),
)  # fmt: skip

TOOLS = (
    Tool("cwebp", spoken("cwebp -version", 0), WEBP),
    Tool("cjxl", spoken("cjxl --version", 1), JXL),
    Tool("avifenc", spoken("avifenc --version", 1), AVIF),
    Tool("heif-enc", spoken("dpkg-query -W -f '${Version}' libheif-examples"), HEIF),
    Tool("poppler", spoken("pdfimages -v"), PDF),
)
