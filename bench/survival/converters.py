"""Converters: programs that open a picture, perhaps change it, and save it."""

from ways import (
    ALPHA,
    BLURRED,
    COLOURS,
    CROPPED,
    DRAWN,
    GREY,
    JPEG,
    LOSSY,
    PALETTE,
    PREMULTIPLIED,
    RESIZED,
    Tool,
    Way,
    shell,
    spoken,
)


def _magick(command: str) -> tuple[Way, ...]:
    """What ImageMagick 6 and GraphicsMagick both understand."""
    through = f"{command} {{i}} {{t}}.%s; {command} {{t}}.%s {{o}}"

    def to(end: str) -> str:
        return through.replace("%s", end)

    def with_(options: str) -> str:
        return f"{command} {{i}} {options} {{o}}"

    return (
        Way("as it is", shell(with_(""))),
        Way("-strip", shell(with_("-strip"))),
        Way("PNG24:", shell(f"{command} {{i}} PNG24:{{o}}"), "alpha", ALPHA),
        Way("PNG32:", shell(f"{command} {{i}} PNG32:{{o}}")),
        Way("-interlace", shell(with_("-interlace Line"))),
        Way("via TIFF", shell(to("tiff"))),
        Way("via BMP", shell(to("bmp")), "alpha", ALPHA),
        Way("via PPM", shell(to("ppm")), "alpha", ALPHA),
        Way("via TGA", shell(to("tga"))),
        Way("via MIFF", shell(to("miff"))),
        Way("via SGI", shell(to("sgi"))),
        Way("-quality 95 via JPEG", shell(f"{command} {{i}} -quality 95 {{t}}.jpg; {command} {{t}}.jpg {{o}}"), "values", JPEG),
        Way("-quality 60 via JPEG", shell(f"{command} {{i}} -quality 60 {{t}}.jpg; {command} {{t}}.jpg {{o}}"), "values", JPEG),
        Way("saved as JPEG", shell(f"{command} {{i}} {{o}}", "out.jpg"), "values", JPEG),
        Way("saved as GIF", shell(f"{command} {{i}} {{o}}", "out.gif"), "values", ("gif",)),
        Way("via GIF", shell(to("gif")), "values", PALETTE),
        Way("-resize 50%", shell(with_("-resize 50%")), "values", RESIZED),
        Way("-resize 130%", shell(with_("-resize 130%")), "values", RESIZED),
        Way("-sample 200%", shell(with_("-sample 200%")), "place", RESIZED),
        Way("-rotate 90", shell(with_("-rotate 90")), "place", ("rotated-90",)),
        Way("-flip", shell(with_("-flip")), "place", ("flipped-vertically",)),
        Way("-flop", shell(with_("-flop")), "place", ("flipped-horizontally",)),
        Way("-border 10", shell(with_("-bordercolor red -border 10")), "place", ("padded",)),
        Way("-crop, 20 off the top", shell(with_("-crop 9999x9999+0+20 +repage")), "values", ("cropped-top", "cropped")),
        Way("-crop, 20 off the left", shell(with_("-crop 9999x9999+20+0 +repage")), "values", ("cropped-left", "cropped")),
        Way("-colors 64", shell(with_("-colors 64")), "values", PALETTE),
        Way("-gamma 1.2", shell(with_("-gamma 1.2")), "values", COLOURS),
        Way("-negate", shell(with_("-negate")), "values", COLOURS),
        Way("-modulate 110", shell(with_("-modulate 110")), "values", COLOURS),
        Way("-colorspace Gray", shell(with_("-colorspace Gray")), "values", GREY),
        Way("-blur 0x1", shell(with_("-blur 0x1")), "values", BLURRED),
        Way("a circle drawn", shell(with_("-fill none -stroke red -strokewidth 3 -draw 'circle 60,60 60,30'")), "values", DRAWN),
    )  # fmt: skip


IMAGEMAGICK = (
    *_magick("convert"),
    Way("PNG48: (16 bits)", shell("convert {i} PNG48:{o}"), "alpha", ALPHA),
    Way("PNG64: (16 bits)", shell("convert {i} PNG64:{o}")),
    Way("-depth 16 via TIFF", shell("convert {i} -depth 16 {t}.tiff; convert {t}.tiff {o}")),
    Way("-alpha off", shell("convert {i} -alpha off {o}"), "alpha", ALPHA),
    Way("-background white -flatten", shell("convert {i} -background white -flatten {o}"), "alpha", ALPHA),
    Way("-transpose", shell("convert {i} -transpose {o}"), "place", ("transposed",)),
    Way("-rotate 180", shell("convert {i} -rotate 180 {o}"), "place", ("rotated-180",)),
    Way("-auto-orient -thumbnail 80%", shell("convert {i} -thumbnail 80% {o}"), "values", RESIZED),
    Way("via WebP, lossless", shell("convert {i} -define webp:lossless=true {t}.webp; convert {t}.webp {o}")),
    Way("compare, itself over itself", shell("convert {i} {i} -composite {o}"), "alpha", ALPHA),
)  # fmt: skip


def _ffmpeg(options: str) -> str:
    return f"ffmpeg -v error -nostdin -y -i {{i}} {options} {{o}}"


def _video(codec: str, form: str = "mkv") -> str:
    return f"ffmpeg -v error -nostdin -y -i {{i}} {codec} {{t}}.{form}; ffmpeg -v error -nostdin -y -i {{t}}.{form} -frames:v 1 {{o}}"


FFMPEG = (
    Way("as it is", shell(_ffmpeg(""))),
    Way("-pix_fmt rgb24", shell(_ffmpeg("-pix_fmt rgb24")), "alpha", ALPHA),
    Way("-pix_fmt rgba", shell(_ffmpeg("-pix_fmt rgba"))),
    Way("-pred mixed", shell(_ffmpeg("-pred mixed"))),
    Way("via BMP", shell(_video("", "bmp"))),
    Way("via TIFF", shell(_video("", "tiff"))),
    Way("via APNG", shell(_video("-plays 0", "apng"))),
    Way("via FFV1 in Matroska, bgra", shell(_video("-c:v ffv1 -pix_fmt bgra"))),
    Way("via H.264, RGB, lossless", shell(_video("-c:v libx264rgb -crf 0 -pix_fmt rgb24")), "alpha", ALPHA),
    Way("via H.264", shell(_video("-vf pad=ceil(iw/2)*2:ceil(ih/2)*2 -c:v libx264 -pix_fmt yuv420p".replace("(", "\\(").replace(")", "\\)"))), "values", (*LOSSY, "padded", "resized", "blurred")),
    Way("via MJPEG", shell(_video("-q:v 2 -c:v mjpeg -pix_fmt yuvj444p")), "values", JPEG),
    Way("hflip", shell(_ffmpeg("-vf hflip")), "place", ("flipped-horizontally",)),
    Way("transpose=1", shell(_ffmpeg("-vf transpose=1")), "place", ("rotated-90",)),
    Way("scale, 2/3", shell(_ffmpeg("-vf scale=iw*2/3:-1")), "values", RESIZED),
    Way("-pix_fmt rgb48be (16 bits)", shell(_ffmpeg("-pix_fmt rgb48be")), "values", COLOURS),
)  # fmt: skip

VIPS = (
    Way("copy", shell("vips copy {i} {o}")),
    Way("copy, stripped", shell("vips copy {i} {o}[strip]")),
    Way("copy, interlaced", shell("vips copy {i} {o}[interlace]")),
    Way("copy, all filters", shell("vips copy {i} {o}[filter=all,compression=9]")),
    Way("via TIFF, deflate", shell("vips copy {i} {t}.tif[compression=deflate,predictor=horizontal]; vips copy {t}.tif {o}")),
    Way("via WebP, lossless", shell("vips copy {i} {t}.webp[lossless]; vips copy {t}.webp {o}")),
    Way("via .v", shell("vips copy {i} {t}.v; vips copy {t}.v {o}")),
    Way("to 16 bits", shell("vips colourspace {i} {t}.v rgb16; vips copy {t}.v {o}")),
    Way("palette", shell("vips copy {i} {o}[palette]"), "values", PALETTE),
    Way("rot90", shell("vips rot {i} {o} d90"), "place", ("rotated-90",)),
    Way("flip", shell("vips flip {i} {o} horizontal"), "place", ("flipped-horizontally",)),
    Way("resize 0.7", shell("vips resize {i} {o} 0.7"), "values", RESIZED),
    Way("vipsthumbnail", shell("vipsthumbnail {i} -s 90x -o {o}"), "values", RESIZED),
    Way("gamma", shell("vips gamma {i} {o} --exponent 1.1"), "values", COLOURS),
    Way("via JPEG, Q 90", shell("vips copy {i} {t}.jpg[Q=90]; vips copy {t}.jpg {o}"), "values", JPEG),
)  # fmt: skip

NETPBM = (
    Way("pngtopnm, pnmtopng", shell("pngtopnm {i} | pnmtopng > {o}"), "alpha", ALPHA),
    Way("pngtopam -alphapam, pamtopng", shell("pngtopam -alphapam {i} | pamtopng > {o}")),
    Way("pnmtopng -interlace", shell("pngtopnm {i} | pnmtopng -interlace > {o}"), "alpha", ALPHA),
    Way("via QOI", shell("pngtopam -alphapam {i} | pamtoqoi | qoitopam | pamtopng > {o}")),
    Way("via plain PPM", shell("pngtopnm {i} | pnmtoplainpnm | pnmtopng > {o}"), "alpha", ALPHA),
    Way("via BMP", shell("pngtopnm {i} | ppmtobmp -bpp 24 | bmptopnm | pnmtopng > {o}"), "alpha", ALPHA),
    Way("pnmdepth 65535", shell("pngtopnm {i} | pamdepth 65535 | pnmtopng > {o}"), "alpha", ALPHA),
    Way("pamflip -lr", shell("pngtopnm {i} | pamflip -lr | pnmtopng > {o}"), "place", ("flipped-horizontally",)),
    Way("pamflip -r270", shell("pngtopnm {i} | pamflip -r270 | pnmtopng > {o}"), "place", ("rotated-90",)),
    Way("pnmpad", shell("pngtopnm {i} | pnmpad -white -left 12 -top 7 | pnmtopng > {o}"), "place", ("padded",)),
    Way("pamenlarge 3", shell("pngtopnm {i} | pamenlarge 3 | pnmtopng > {o}"), "place", RESIZED),
    Way("pamscale 0.6", shell("pngtopnm {i} | pamscale 0.6 | pnmtopng > {o}"), "values", RESIZED),
    Way("pnmquant 128", shell("pngtopnm {i} | pnmquant 128 2>/dev/null | pnmtopng > {o}"), "values", PALETTE),
    Way("pnmgamma 1.3", shell("pngtopnm {i} | pnmgamma -gamma 1.3 2>/dev/null | pnmtopng > {o} || { pngtopnm {i} | pnmgamma 1.3 | pnmtopng > {o}; }"), "values", COLOURS),
    Way("pamcut, half", shell("pngtopnm {i} | pamcut -bottom 40 | pnmtopng > {o}"), "values", CROPPED),
)  # fmt: skip

OPENIMAGEIO = (
    Way("as it is", shell("oiiotool {i} -o {o}"), "alpha", PREMULTIPLIED),
    Way("uint16", shell("oiiotool {i} -d uint16 -o {o}"), "alpha", PREMULTIPLIED),
    Way("via OpenEXR, float", shell("oiiotool {i} -d float -o {t}.exr; oiiotool {t}.exr -d uint8 -o {o}"), "alpha", (*COLOURS, *PREMULTIPLIED)),
    Way("via TIFF", shell("oiiotool {i} -o {t}.tif; oiiotool {t}.tif -o {o}"), "alpha", PREMULTIPLIED),
    Way("--flop", shell("oiiotool {i} --flop -o {o}"), "place", ("flipped-horizontally",)),
    Way("--resize 60%", shell("oiiotool {i} --resize 60% -o {o}"), "values", RESIZED),
)  # fmt: skip

PHP = (
    Way("imagepng", shell("php -r '$i=imagecreatefrompng($argv[1]);imagepng($i,$argv[2]);' {i} {o}"), "alpha", ALPHA),
    Way("imagepng, alpha saved", shell("php -r '$i=imagecreatefrompng($argv[1]);imagealphablending($i,false);imagesavealpha($i,true);imagepng($i,$argv[2]);' {i} {o}"), "alpha", ("annotated", "bit-rot", *ALPHA, "premultiplied")),
    Way("imageflip", shell("php -r '$i=imagecreatefrompng($argv[1]);imageflip($i,IMG_FLIP_VERTICAL);imagepng($i,$argv[2]);' {i} {o}"), "place", ("flipped-vertically",)),
)  # fmt: skip

RUBY = (
    Way("as it is", shell("ruby -rchunky_png -e 'ChunkyPNG::Image.from_file(ARGV[0]).save(ARGV[1])' {i} {o}")),
    Way("fast RGBA", shell("ruby -rchunky_png -e 'ChunkyPNG::Image.from_file(ARGV[0]).save(ARGV[1], :fast_rgba)' {i} {o}")),
    Way("rotate_left", shell("ruby -rchunky_png -e 'ChunkyPNG::Image.from_file(ARGV[0]).rotate_left.save(ARGV[1])' {i} {o}"), "place", ("rotated-270",)),
)  # fmt: skip

TOOLS = (
    Tool("ImageMagick", spoken("identify -version", 2), IMAGEMAGICK),
    Tool("GraphicsMagick", spoken("gm version", 1), _magick("gm convert")),
    Tool("ffmpeg", spoken("ffmpeg -version", 2), FFMPEG),
    Tool("libvips", spoken("vips --version", 0), VIPS),
    Tool("netpbm", spoken("pamtopng --version 2>&1 | grep -m1 Version"), NETPBM),
    Tool("OpenImageIO", spoken("oiiotool --version", 0), OPENIMAGEIO),
    Tool("PHP GD", spoken("php --version", 1), PHP),
    Tool("Ruby ChunkyPNG", spoken("ruby -rchunky_png -e 'puts ChunkyPNG::VERSION'", 0), RUBY),
)
