/* Kernels: loops over bytes that numpy needs several passes for.

   Each does what a plain function of the same name in reference/intaglio does, which says what and
   why, is used where this file was not compiled, and is held equal to it by a test. All work on
   buffers that the caller made and measured; sizes are checked here once more, bits are not.
   The GIL is released. */

#define Py_LIMITED_API 0x030B0000
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define VECTORS __attribute__((target_clones("avx2", "default")))
#else
#define VECTORS
#endif

#define EACH(i, n) for (size_t i = 0; i < (n); i++)

static int wrong(int is_wrong) {
    if (is_wrong)
        PyErr_SetString(PyExc_ValueError, "buffers do not fit together");
    return is_wrong;
}

static void release(Py_buffer *views, int count) {
    while (count--)
        PyBuffer_Release(&views[count]);
}

/* PNG's filters undone: lines of 1 + b bytes, rows of b. */

VECTORS static void add(const uint8_t *x, const uint8_t *y, uint8_t *sum, size_t n) {
    EACH(i, n) sum[i] = x[i] + y[i];
}

static uint8_t paeth(int left, int up, int corner) {
    int by_left = abs(up - corner), by_up = abs(left - corner), by_corner = abs(left + up - 2 * corner);
    if (by_left <= by_up && by_left <= by_corner)
        return (uint8_t)left;
    return (uint8_t)(by_up <= by_corner ? up : corner);
}

static void undo_line(int kind, const uint8_t *in, const uint8_t *up, size_t lanes, size_t n, uint8_t *out) {
    size_t head = lanes < n ? lanes : n;
    if (kind == 0)
        memcpy(out, in, n);
    else if (kind == 1) {
        memcpy(out, in, head);
        for (size_t i = head; i < n; i++)
            out[i] = in[i] + out[i - lanes];
    } else if (kind == 2)
        add(in, up, out, n);
    else if (kind == 3) {
        EACH(i, head) out[i] = in[i] + up[i] / 2;
        for (size_t i = head; i < n; i++)
            out[i] = in[i] + (uint8_t)((up[i] + out[i - lanes]) / 2);
    } else {
        EACH(i, head) out[i] = in[i] + up[i];
        for (size_t i = head; i < n; i++)
            out[i] = in[i] + paeth(out[i - lanes], up[i], up[i - lanes]);
    }
}

static PyObject *undo_lines(PyObject *self, PyObject *args) {
    Py_buffer v[3]; /* lines, above, rows */
    Py_ssize_t lanes;
    if (!PyArg_ParseTuple(args, "y*y*w*n", &v[0], &v[1], &v[2], &lanes))
        return NULL;
    size_t b = (size_t)v[1].len, n = b ? (size_t)v[2].len / b : 0;
    if (!wrong(lanes < 1 || (size_t)v[2].len != n * b || (size_t)v[0].len != n * (b + 1))) {
        const uint8_t *line = v[0].buf, *up = v[1].buf;
        uint8_t *row = v[2].buf;
        Py_BEGIN_ALLOW_THREADS
        for (; n--; line += b + 1, up = row, row += b)
            undo_line(line[0], line + 1, up, (size_t)lanes, b, row);
        Py_END_ALLOW_THREADS
    }
    release(v, 3);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* The carrier: low bits of pixels gathered into bytes. */

typedef struct {
    size_t channels;
    int depths[4], bits, alpha; /* alpha: what the alpha carries that is not there, and is 255 */
} Carrier;

/* What pixel i carries, as a number of `bits` bits; `s` is where each channel's part stands. */
#define PIXEL(i, channels)                                                                         \
    ((p[channels * (i)] & m[0]) << s[0] | (p[channels * (i) + 1] & m[1]) << s[1]                   \
     | (p[channels * (i) + 2] & m[2]) << s[2]                                                      \
     | (channels == 4 ? p[channels * (i) + channels - 1] & m[3] : alpha))

#define FIELDS                                                                                     \
    unsigned m[4], s[4], alpha = (unsigned)c->alpha;                                               \
    EACH(k, 4) m[k] = (1u << c->depths[k]) - 1;                                                    \
    s[3] = 0, s[2] = (unsigned)c->depths[3], s[1] = s[2] + (unsigned)c->depths[2];                 \
    s[0] = s[1] + (unsigned)c->depths[1];

VECTORS static void gather_bytes(const uint8_t *p, size_t n, const Carrier *c, uint8_t *out) {
    FIELDS
    if (c->channels == 3)
        EACH(i, n) out[i] = (uint8_t)PIXEL(i, 3);
    else
        EACH(i, n) out[i] = (uint8_t)PIXEL(i, 4);
}

static void gather(const uint8_t *p, size_t n, const Carrier *c, uint8_t *out, size_t bytes) {
    FIELDS
    const uint8_t *end = out + bytes;
    uint64_t held = 0;
    int have = 0;
    EACH(i, n) {
        held = held << c->bits | (c->channels == 3 ? PIXEL(i, 3) : PIXEL(i, 4));
        have += c->bits;
        if (have >= 32) {
            have -= 32;
            for (int shift = 24; shift >= 0; shift -= 8)
                *out++ = (uint8_t)(held >> have >> shift);
        }
    }
    while (out < end)
        have -= 8, *out++ = (uint8_t)(held >> have);
}

static PyObject *extract(PyObject *self, PyObject *args) {
    Py_buffer v[2]; /* pixels, bytes */
    Carrier c;
    Py_ssize_t channels;
    int *d = c.depths;
    if (!PyArg_ParseTuple(args, "y*n(iiii)w*", &v[0], &channels, d, d + 1, d + 2, d + 3, &v[1]))
        return NULL;
    c.channels = (size_t)channels;
    c.bits = d[0] + d[1] + d[2] + d[3];
    int legal = channels == 3 || channels == 4;
    EACH(k, 4) legal &= d[k] >= 0 && d[k] <= 8;
    size_t n = legal ? (size_t)v[0].len / c.channels : 0, bytes = (size_t)v[1].len;
    if (!wrong(!legal || n * c.channels != (size_t)v[0].len || bytes != n * (size_t)c.bits / 8)) {
        c.alpha = channels == 3 ? (1 << d[3]) - 1 : 0;
        Py_BEGIN_ALLOW_THREADS
        if (c.bits == 8)
            gather_bytes(v[0].buf, n, &c, v[1].buf);
        else
            gather(v[0].buf, n, &c, v[1].buf, bytes);
        Py_END_ALLOW_THREADS
    }
    release(v, 2);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* The other way: the low bits that n pixels carry, from the bit `skip` of `in` on; then zeros. */

#define SPREAD(v, channels)                                                                        \
    p[0] = (uint8_t)((v) >> s[0] & m[0]), p[1] = (uint8_t)((v) >> s[1] & m[1]),                    \
    p[2] = (uint8_t)((v) >> s[2] & m[2]), p[channels - 1] = (uint8_t)((v) >> s[channels - 1] & m[channels - 1])

static void spread_bytes(const uint8_t *in, size_t n, const Carrier *c, uint8_t *p) {
    FIELDS
    (void)alpha;
    if (c->channels == 3)
        for (; n--; p += 3, in++)
            SPREAD((unsigned)*in, 3);
    else
        for (; n--; p += 4, in++)
            SPREAD((unsigned)*in, 4);
}

static void spread(const uint8_t *in, size_t bytes, size_t skip, size_t n, const Carrier *c, uint8_t *p) {
    FIELDS
    (void)alpha;
    const uint8_t *end = in + bytes;
    uint64_t held = 0;
    int have = -(int)skip; /* fewer bits than a group has, of which some are not ours */
    for (; n--; p += c->channels) {
        for (; have < c->bits; have += 8)
            held = held << 8 | (in < end ? *in++ : 0);
        have -= c->bits;
        const unsigned v = (unsigned)(held >> have);
        if (c->channels == 3)
            SPREAD(v, 3);
        else
            SPREAD(v, 4);
    }
}

static PyObject *spread_bits(PyObject *self, PyObject *args) {
    Py_buffer v[2]; /* bytes, low bits of pixels */
    Carrier c;
    Py_ssize_t skip, channels;
    int *d = c.depths;
    if (!PyArg_ParseTuple(args, "y*nn(iiii)w*", &v[0], &skip, &channels, d, d + 1, d + 2, d + 3, &v[1]))
        return NULL;
    c.channels = (size_t)channels;
    c.bits = d[0] + d[1] + d[2] + d[3];
    int legal = (channels == 3 || channels == 4) && skip >= 0 && (channels == 4 || !d[3]);
    EACH(k, 4) legal &= d[k] >= 0 && d[k] <= 8;
    if (!wrong(!legal || (size_t)v[1].len % c.channels)) {
        Py_BEGIN_ALLOW_THREADS
        const size_t bytes = (size_t)v[0].len, n = (size_t)v[1].len / c.channels;
        if (c.bits == 8 && !skip && n <= bytes)
            spread_bytes(v[0].buf, n, &c, v[1].buf);
        else
            spread(v[0].buf, bytes, (size_t)skip, n, &c, v[1].buf);
        Py_END_ALLOW_THREADS
    }
    release(v, 2);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* Shaping: of each row the values to write. `limits` holds seven rows, as _shape.py's _Bounds. */

enum { LOW, HIGH, LOW_DRIFTING, HIGH_DRIFTING, DRIFT, HALF, MASK, LIMITS };

#define MAX(x, y) ((x) > (y) ? (x) : (y))
#define MIN(x, y) ((x) < (y) ? (x) : (y))

VECTORS static void shape_first(const uint8_t *cover, const uint8_t *l, size_t b, uint8_t *row) {
    EACH(i, b) {
        uint8_t aim = MIN(MAX(cover[i], l[LOW * b + i]), l[HIGH * b + i]);
        row[i] += (uint8_t)(aim - row[i] + l[HALF * b + i]) & l[MASK * b + i];
    }
}

VECTORS static void shape_next(const uint8_t *cover, const uint8_t *up, const uint8_t *l, size_t b,
                               uint8_t *row) {
    EACH(i, b) {
        uint8_t aim = (uint8_t)(MAX(cover[i], l[LOW_DRIFTING * b + i]) - l[DRIFT * b + i]);
        uint8_t most = (uint8_t)(MIN(cover[i], l[HIGH_DRIFTING * b + i]) + l[DRIFT * b + i]);
        aim = MAX(aim, up[i]);
        most = MAX(most, l[LOW * b + i]);
        aim = MIN(aim, most);
        row[i] += (uint8_t)(aim - row[i] + l[HALF * b + i]) & l[MASK * b + i];
    }
}

static PyObject *shape_rows(PyObject *self, PyObject *args) {
    Py_buffer v[4]; /* cover, limits, above (empty: none), rows */
    if (!PyArg_ParseTuple(args, "y*y*y*w*", &v[0], &v[1], &v[2], &v[3]))
        return NULL;
    size_t b = (size_t)v[1].len / LIMITS, n = b ? (size_t)v[3].len / b : 0, up = (size_t)v[2].len;
    if (!wrong((size_t)v[1].len != b * LIMITS || (size_t)v[3].len != n * b || v[0].len != v[3].len
               || (up && up != b))) {
        const uint8_t *cover = v[0].buf, *limits = v[1].buf, *above = up ? v[2].buf : NULL;
        uint8_t *row = v[3].buf;
        Py_BEGIN_ALLOW_THREADS
        for (; n--; above = row, cover += b, row += b) {
            if (above)
                shape_next(cover, above, limits, b, row);
            else
                shape_first(cover, limits, b, row);
        }
        Py_END_ALLOW_THREADS
    }
    release(v, 4);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* Block filters undone, in place where the bytes allow it. W: the bits of a component. */

#define FILTERS(W)                                                                                 \
    VECTORS static void undo_order_##W(uint##W##_t *x, size_t n) {                                 \
        const uint##W##_t top = (uint##W##_t)((uint##W##_t)1 << (W - 1));                          \
        EACH(i, n) {                                                                               \
            uint##W##_t sign = (uint##W##_t)(0 - (x[i] >> (W - 1)));                               \
            x[i] ^= (uint##W##_t)(~sign | top);                                                    \
        }                                                                                          \
    }                                                                                              \
    VECTORS static void undo_zigzag_##W(uint##W##_t *x, size_t n) {                                \
        EACH(i, n) x[i] = (uint##W##_t)((x[i] >> 1) ^ (uint##W##_t)(0 - (x[i] & 1)));              \
    }                                                                                              \
    VECTORS static void undo_delta_##W(uint##W##_t *x, size_t n, size_t lag) {                     \
        if (lag >= 64)                                                                             \
            for (size_t start = lag; start < n; start += lag) {                                    \
                size_t count = n - start < lag ? n - start : lag;                                  \
                const uint##W##_t *from = x + start - lag;                                         \
                uint##W##_t *to = x + start;                                                       \
                EACH(i, count) to[i] = (uint##W##_t)(to[i] + from[i]);                             \
            }                                                                                      \
        else                                                                                       \
            for (size_t i = lag; i < n; i++)                                                       \
                x[i] = (uint##W##_t)(x[i] + x[i - lag]);                                           \
    }                                                                                              \
    VECTORS static void unshuffle_##W(const uint8_t *in, size_t n, uint##W##_t *x) {               \
        memset(x, 0, n * sizeof *x);                                                               \
        EACH(k, W / 8) {                                                                           \
            const uint8_t *plane = in + k * n;                                                     \
            EACH(i, n) x[i] = (uint##W##_t)(x[i] | (uint##W##_t)plane[i] << (8 * k));              \
        }                                                                                          \
    }
FILTERS(8)
FILTERS(16)
FILTERS(32)
FILTERS(64)

#define CASES(bytes, call)                                                                         \
    switch (bytes) {                                                                               \
    case 1: call(8); break;                                                                        \
    case 2: call(16); break;                                                                       \
    case 4: call(32); break;                                                                       \
    default: call(64);                                                                             \
    }

/* decimal, its own inverse */

#define DECIMAL(W, REAL, QUIET_NAN, MOST)                                                          \
    static uint##W##_t value_##W(int64_t n, double scale) {                                        \
        REAL value = (REAL)((double)n / scale);                                                    \
        uint##W##_t bits;                                                                          \
        memcpy(&bits, &value, sizeof bits);                                                        \
        return bits;                                                                               \
    }                                                                                              \
    static void decimal_##W(uint##W##_t *x, size_t n, double scale) {                              \
        EACH(i, n) {                                                                               \
            int64_t coded = (int##W##_t)(x[i] - QUIET_NAN);                                        \
            if (coded >= -MOST && coded <= MOST) {                                                 \
                x[i] = value_##W(coded, scale);                                                    \
                continue;                                                                          \
            }                                                                                      \
            REAL value;                                                                            \
            memcpy(&value, &x[i], sizeof value);                                                   \
            double nearest = rint((double)value * scale);                                          \
            int64_t number = fabs(nearest) <= (double)MOST ? (int64_t)nearest : 0;                 \
            if (value_##W(number, scale) == x[i])                                                  \
                x[i] = QUIET_NAN + (uint##W##_t)number;                                            \
        }                                                                                          \
    }
DECIMAL(32, float, UINT32_C(0x7FC00000), ((INT64_C(1) << 22) - 1))
DECIMAL(64, double, UINT64_C(0x7FF8000000000000), ((INT64_C(1) << 51) - 1))

enum { ORDER, ZIGZAG, DELTA, DECIMAL_CODE };

static void in_place(int what, void *x, size_t n, int bytes, size_t lag, double scale) {
#define ORDER_OF(W) undo_order_##W(x, n)
#define ZIGZAG_OF(W) undo_zigzag_##W(x, n)
#define DELTA_OF(W) undo_delta_##W(x, n, lag)
    if (what == ORDER)
        CASES(bytes, ORDER_OF)
    else if (what == ZIGZAG)
        CASES(bytes, ZIGZAG_OF)
    else if (what == DELTA)
        CASES(bytes, DELTA_OF)
    else if (bytes == 4)
        decimal_32(x, n, scale);
    else
        decimal_64(x, n, scale);
}

static PyObject *change(PyObject *args, int what, const char *format) {
    Py_buffer v[1]; /* words */
    int bytes;
    Py_ssize_t lag = 1;
    double scale = 1;
    void *parameter = what == DECIMAL_CODE ? (void *)&scale : (void *)&lag;
    if (!PyArg_ParseTuple(args, format, &v[0], &bytes, parameter))
        return NULL;
    int legal = bytes == 4 || bytes == 8 || (what != DECIMAL_CODE && (bytes == 1 || bytes == 2));
    if (!wrong(!legal || lag < 1 || v[0].len % bytes)) {
        Py_BEGIN_ALLOW_THREADS
        in_place(what, v[0].buf, (size_t)(v[0].len / bytes), bytes, (size_t)lag, scale);
        Py_END_ALLOW_THREADS
    }
    release(v, 1);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

static PyObject *undo_order(PyObject *self, PyObject *args) { return change(args, ORDER, "w*i"); }
static PyObject *undo_zigzag(PyObject *self, PyObject *args) { return change(args, ZIGZAG, "w*i"); }
static PyObject *undo_delta(PyObject *self, PyObject *args) { return change(args, DELTA, "w*in"); }
static PyObject *decimal(PyObject *self, PyObject *args) { return change(args, DECIMAL_CODE, "w*id"); }

static PyObject *unshuffle(PyObject *self, PyObject *args) {
    Py_buffer v[2]; /* planes, words */
    int bytes;
    if (!PyArg_ParseTuple(args, "y*iw*", &v[0], &bytes, &v[1]))
        return NULL;
    int legal = bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
    if (!wrong(!legal || v[0].len != v[1].len || v[0].len % bytes)) {
        size_t n = (size_t)(v[0].len / bytes);
        Py_BEGIN_ALLOW_THREADS
#define UNSHUFFLE_OF(W) unshuffle_##W(v[0].buf, n, v[1].buf)
        CASES(bytes, UNSHUFFLE_OF)
        Py_END_ALLOW_THREADS
    }
    release(v, 2);
    if (PyErr_Occurred())
        return NULL;
    Py_RETURN_NONE;
}

/* Where a Zstandard frame's last block ends; past the end of the frame if it is cut; below 0, the
   size of a block that is too large. */

static PyObject *frame_end(PyObject *self, PyObject *args) {
    Py_buffer v[1]; /* frame */
    Py_ssize_t first, most;
    if (!PyArg_ParseTuple(args, "y*nn", &v[0], &first, &most))
        return NULL;
    Py_ssize_t end = 0;
    if (!wrong(first < 0 || most < 0)) {
        const uint8_t *frame = v[0].buf;
        size_t n = (size_t)v[0].len, at = (size_t)first, length = 0;
        int last = 0;
        Py_BEGIN_ALLOW_THREADS
        while (!last && at < n && length <= (size_t)most) {
            uint32_t header = 0;
            for (int i = 0; i < 3 && at + i < n; i++)
                header |= (uint32_t)frame[at + i] << 8 * i;
            last = header & 1;
            length = header >> 3;
            at += 3 + ((header >> 1 & 3) == 1 ? 1 : length);
        }
        Py_END_ALLOW_THREADS
        end = length > (size_t)most ? -(Py_ssize_t)length : (Py_ssize_t)(last ? at : n + 1);
    }
    release(v, 1);
    return PyErr_Occurred() ? NULL : PyLong_FromSsize_t(end);
}

static PyMethodDef methods[] = {
    {"undo_lines", undo_lines, METH_VARARGS, "undo_lines(lines, above, rows, lanes)"},
    {"extract", extract, METH_VARARGS, "extract(pixels, channels, depths, bytes)"},
    {"spread_bits", spread_bits, METH_VARARGS, "spread_bits(bytes, skip, channels, depths, pixels)"},
    {"shape_rows", shape_rows, METH_VARARGS, "shape_rows(cover, limits, above, rows), in place"},
    {"undo_order", undo_order, METH_VARARGS, "undo_order(words, item_bytes), in place"},
    {"undo_zigzag", undo_zigzag, METH_VARARGS, "undo_zigzag(words, item_bytes), in place"},
    {"undo_delta", undo_delta, METH_VARARGS, "undo_delta(words, item_bytes, lag), in place"},
    {"unshuffle", unshuffle, METH_VARARGS, "unshuffle(planes, item_bytes, words)"},
    {"decimal", decimal, METH_VARARGS, "decimal(words, item_bytes, scale), in place"},
    {"frame_end", frame_end, METH_VARARGS, "frame_end(frame, first, block_bytes_max)"},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_native", "Kernels.", 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__native(void) { return PyModule_Create(&module); }
