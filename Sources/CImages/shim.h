#ifndef ASSAY_CIMAGES_H
#define ASSAY_CIMAGES_H

/// libpng's simplified interface and TurboJPEG: the two doors to their libraries that return, where
/// the older ones jump over whoever called them.

#include <png.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <turbojpeg.h>

/// Reads what comes before the pixels. The image must not move until it is finished or freed; where
/// this fails it is freed already.
static inline bool assay_png_begin(png_image *_Nonnull image, const void *_Nonnull bytes, size_t count) {
    memset(image, 0, sizeof *image);
    image->version = PNG_IMAGE_VERSION;
    return png_image_begin_read_from_memory(image, bytes, count) != 0;
}

/// Reads the pixels, three bytes each, row after row: sixteen bits are rounded to eight, colours of
/// a palette looked up, what is transparent laid on white.
static inline bool assay_png_finish(png_image *_Nonnull image, uint8_t *_Nonnull pixels) {
    const png_color white = {255, 255, 255};
    image->format = PNG_FORMAT_RGB;
    // Sixteen bits mean what eight do, unless the file says otherwise.
    image->flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
    return png_image_finish_read(image, &white, pixels, 0, NULL) != 0;
}

#endif
