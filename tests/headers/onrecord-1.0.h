/* onrecord.h: the plugin border of onrecord, version 1.0.
 *
 * A plugin is a shared library that exports one function:
 *
 *     const OnrPlugin *onrecord_plugin_v1(const OnrHost *host);
 *
 * or, so that several plugins can be linked into one program, the same under the name
 * onrecord_plugin_v1__NAME, where NAME is the library's file name without "lib" and ending.
 *
 * Rules, for both sides:
 *  1. Within version 1 structs only grow, at their end. Whoever reads a struct looks at its
 *     struct_size, whoever reads an array uses its stride; neither assumes its own sizes.
 *  2. An incompatible border has another symbol (onrecord_plugin_v2...).
 *  3. No memory changes owner. Every pointer is lent until the call returns, save those of
 *     OnrPlugin and OnrHost, which live as long as the program.
 *  4. Strings are UTF-8 with a length, not closed by a zero.
 *  5. A function that can fail returns ONR_OK, ONR_ERROR or ONR_PANIC and says why by set_error.
 *  6. A state is shared by all threads; a worker belongs to one thread at a time and may move.
 *     emit, set_error and cancelled are called from the thread that was called.
 *  7. No exception and no unwinding crosses the border.
 *
 * Licence: MIT OR Apache-2.0.
 */
#ifndef ONRECORD_H
#define ONRECORD_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ONR_ABI_MAJOR 1
#define ONR_ABI_MINOR 0

#define ONR_OK 0
#define ONR_ERROR 1
#define ONR_PANIC 2

#define ONR_LAYER_OPTIONAL 1u  /* OnrLayerDecl.flags: works without the layer */
#define ONR_PARAGRAPH_START 1u /* OnrAnnotation.flags in `sentences` */

/* OnrAttribute.tag */
#define ONR_INTEGER 1u /* a: the bits of an int64_t */
#define ONR_FLOAT 2u   /* a: the bits of a double, finite */
#define ONR_SYMBOL 3u  /* a: an OnrSymbol */
#define ONR_TEXT 4u    /* a: first byte in the layer's heap, b: bytes */
#define ONR_BOOL 5u    /* a: 0 or 1 */

/* OnrOptionDecl.kind */
#define ONR_OPTION_BOOL 1u
#define ONR_OPTION_INTEGER 2u
#define ONR_OPTION_FLOAT 3u
#define ONR_OPTION_TEXT 4u
#define ONR_OPTION_TEXTS 5u
#define ONR_OPTION_PATH 6u

/* An interned word; 0 is none. Ask the host's `intern` once, in `open`, and keep the number. */
typedef uint32_t OnrSymbol;

typedef struct OnrStr {
    const uint8_t *ptr;
    size_t len;
} OnrStr;

typedef struct OnrArray {
    const void *ptr;
    uint32_t len;    /* elements */
    uint32_t stride; /* bytes from one element to the next */
} OnrArray;

/* A span of the text with a kind. Its links and attributes are runs of its layer's arrays. */
typedef struct OnrAnnotation {
    uint32_t start; /* UTF-8 bytes, half open, on character boundaries */
    uint32_t end;
    OnrSymbol kind;
    float score; /* 0 to 1 */
    uint32_t links;
    uint32_t attributes;
    uint16_t n_links;
    uint16_t n_attributes;
    uint32_t flags;
} OnrAnnotation;

/* Leads to annotation `index` of layer `layer`. */
typedef struct OnrLink {
    OnrSymbol role;
    OnrSymbol layer;
    uint32_t index;
    uint32_t flags; /* zero */
} OnrLink;

typedef struct OnrAttribute {
    OnrSymbol key;
    uint32_t tag;
    uint64_t a;
    uint64_t b;
} OnrAttribute;

typedef struct OnrLayer {
    OnrSymbol name;
    uint32_t version;     /* 1 */
    OnrArray annotations; /* of OnrAnnotation */
    OnrArray links;       /* of OnrLink */
    OnrArray attributes;  /* of OnrAttribute */
    OnrStr heap;          /* the text of text attributes */
} OnrLayer;

typedef struct OnrDoc {
    uint32_t struct_size;
    uint32_t flags; /* zero */
    OnrStr text;
    OnrStr id;
    OnrArray layers;      /* of OnrLayer */
    const OnrLayer *meta; /* one annotation, whose attributes are the metadata */
} OnrDoc;

/* What the host offers. Callable from any thread. */
typedef struct OnrHost OnrHost;
struct OnrHost {
    uint32_t struct_size;
    uint16_t abi_major;
    uint16_t abi_minor;
    uint32_t max_log; /* the highest level that `log` wants */
    uint32_t flags;   /* zero */
    OnrSymbol (*intern)(const OnrHost *host, OnrStr word);
    OnrStr (*word)(const OnrHost *host, OnrSymbol symbol);
    /* level: 1 error, 2 warning, 3 information, 4 detail */
    void (*log)(const OnrHost *host, uint32_t level, OnrStr who, OnrStr what);
    const void *(*extension)(const OnrHost *host, OnrStr name);
};

/* One call. Valid until the call returns. */
typedef struct OnrCall OnrCall;
struct OnrCall {
    uint32_t struct_size;
    uint32_t flags; /* zero */
    /* Adds a batch to a layer of `provides`. Places of links and attributes count within the batch;
     * the index of a link into the same layer counts from the layer's beginning. Copies before it
     * returns. When it does not return ONR_OK, return ONR_ERROR. */
    int32_t (*emit)(const OnrCall *call, const OnrLayer *batch);
    void (*set_error)(const OnrCall *call, OnrStr reason);
    uint32_t (*cancelled)(const OnrCall *call);
};

typedef struct OnrLayerDecl {
    OnrStr name;
    uint32_t flags;
    uint32_t reserved; /* zero */
} OnrLayerDecl;

typedef struct OnrOptionDecl {
    OnrStr key;
    OnrStr help;
    OnrStr default_; /* as TOML; empty for none */
    uint32_t kind;
    uint32_t reserved; /* zero */
} OnrOptionDecl;

typedef struct OnrPlugin {
    uint32_t struct_size;
    uint16_t abi_major; /* ONR_ABI_MAJOR */
    uint16_t abi_minor; /* the lowest minor version of a host that it works with */
    uint32_t flags;     /* zero */
    uint32_t reserved;  /* zero */
    OnrStr name;        /* lower-case letters, digits, `_`, `-`, `.`; a letter first */
    OnrStr version;
    OnrStr summary;
    OnrArray requires_; /* of OnrLayerDecl */
    OnrArray provides;  /* of OnrLayerDecl */
    OnrArray options;   /* of OnrOptionDecl */
    /* The options are the attributes of the annotation in `options`; a list is its key again and
     * again. Leaves the state at `state`. Called once a run. */
    int32_t (*open)(const OnrHost *host, const OnrLayer *options, const OnrCall *call, void **state);
    /* Leaves a worker at `worker`. It may be the state itself where there is nothing to keep. */
    int32_t (*worker)(void *state, const OnrCall *call, void **worker);
    int32_t (*analyze)(void *worker, const OnrDoc *doc, const OnrCall *call);
    void (*worker_free)(void *worker);
    void (*close)(void *state);
    OnrStr (*model)(void *state);           /* may be NULL */
    const void *(*extension)(OnrStr name);  /* may be NULL */
} OnrPlugin;

#ifdef __cplusplus
}
#endif
#endif /* ONRECORD_H */
