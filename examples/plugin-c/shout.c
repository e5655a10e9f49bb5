/* A whole plugin in C: finds words in capitals.
 *
 *     cc -std=c11 -shared -fPIC -I crates/plugin/include -o libshout.so examples/plugin-c/shout.c
 *
 * It gives a layer `shouting`: the span of each word in capitals, with its length as an attribute.
 */
#include "onrecord.h"

#include <stdlib.h>
#include <string.h>

#define STR(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

/* What `open` keeps: its option, and the words that it interned. */
typedef struct State {
    int64_t min_letters;
    OnrSymbol shouting, word, letters;
} State;

static OnrStr str(const char *text) {
    OnrStr result = {(const uint8_t *)text, strlen(text)};
    return result;
}

static int32_t fail(const OnrCall *call, const char *reason) {
    call->set_error(call, str(reason));
    return ONR_ERROR;
}

static int same(OnrStr a, const char *b) {
    return a.len == strlen(b) && memcmp(a.ptr, b, a.len) == 0;
}

/* Element `place` of an array, whatever the size of its elements on the other side. */
static const void *at(const OnrArray *array, uint32_t place) {
    return (const char *)array->ptr + (size_t)place * array->stride;
}

static int32_t open_(const OnrHost *host, const OnrLayer *options, const OnrCall *call,
                     void **out) {
    State *state = calloc(1, sizeof *state);
    if (!state) return fail(call, "out of memory");
    state->min_letters = 3;
    for (uint32_t i = 0; i < options->attributes.len; i++) {
        const OnrAttribute *option = at(&options->attributes, i);
        /* The host has checked that the option has the kind that was declared. */
        if (same(host->word(host, option->key), "min_letters")) {
            state->min_letters = (int64_t)option->a;
        }
    }
    if (state->min_letters < 1) {
        free(state);
        return fail(call, "option `min_letters`: expected 1 or more");
    }
    state->shouting = host->intern(host, str("shouting"));
    state->word = host->intern(host, str("word"));
    state->letters = host->intern(host, str("letters"));
    *out = state;
    return ONR_OK;
}

/* There is nothing to keep for each thread: the state serves as its own worker. */
static int32_t worker(void *state, const OnrCall *call, void **out) {
    (void)call;
    *out = state;
    return ONR_OK;
}

static int32_t emit_word(const State *state, const OnrCall *call, size_t start, size_t end) {
    OnrAnnotation annotation = {.start = (uint32_t)start,
                                .end = (uint32_t)end,
                                .kind = state->word,
                                .score = 1.0f,
                                .n_attributes = 1};
    OnrAttribute letters = {.key = state->letters, .tag = ONR_INTEGER, .a = end - start};
    OnrLayer batch = {.name = state->shouting,
                      .version = 1,
                      .annotations = {&annotation, 1, sizeof annotation},
                      .attributes = {&letters, 1, sizeof letters}};
    return call->emit(call, &batch);
}

static int32_t analyze(void *worker, const OnrDoc *doc, const OnrCall *call) {
    const State *state = worker;
    size_t start = 0; /* of the word that the loop is in */
    int capitals = 1; /* whether it has capitals and nothing else */
    for (size_t i = 0; i <= doc->text.len; i++) {
        uint8_t byte = i < doc->text.len ? doc->text.ptr[i] : ' ';
        if (byte >= 'A' && byte <= 'Z') continue;
        if ((byte >= 'a' && byte <= 'z') || byte >= 0x80) {
            capitals = 0;
            continue;
        }
        if (capitals && i - start >= (size_t)state->min_letters) {
            if (emit_word(state, call, start, i) != ONR_OK) return ONR_ERROR;
        }
        start = i + 1;
        capitals = 1;
    }
    return ONR_OK;
}

static void worker_free(void *worker) { (void)worker; }
static void close_(void *state) { free(state); }

static const OnrLayerDecl PROVIDES[] = {{STR("shouting"), 0, 0}};
static const OnrOptionDecl OPTIONS[] = {
    {STR("min_letters"), STR("the shortest word that counts, in letters; 1 or more"), STR("3"),
     ONR_OPTION_INTEGER, 0},
};
static const OnrPlugin PLUGIN = {
    .struct_size = sizeof(OnrPlugin),
    .abi_major = ONR_ABI_MAJOR,
    .abi_minor = ONR_ABI_MINOR,
    .name = STR("shout"),
    .version = STR("1.0.0"),
    .summary = STR("words in capitals"),
    .provides = {PROVIDES, 1, sizeof(OnrLayerDecl)},
    .options = {OPTIONS, 1, sizeof(OnrOptionDecl)},
    .open = open_,
    .worker = worker,
    .analyze = analyze,
    .worker_free = worker_free,
    .close = close_,
};

const OnrPlugin *onrecord_plugin_v1(const OnrHost *host);
const OnrPlugin *onrecord_plugin_v1(const OnrHost *host) {
    return host->abi_major == ONR_ABI_MAJOR ? &PLUGIN : NULL;
}
