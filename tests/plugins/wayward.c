/* A plugin for tests that misbehaves on demand, in ways that safe Rust does not allow.
 *
 * A document whose text begins with `!MODE` makes it do what MODE says; to every other it adds, in
 * layer `marks`, one annotation on its first word that says how many bytes the text has. Its option
 * `open` names a mode for the time when it is opened.
 */
#define _GNU_SOURCE
#include "onrecord.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define STR(literal) {(const uint8_t *)(literal), sizeof(literal) - 1}

static const OnrHost *HOST;
static int STATE;

static OnrStr str(const char *text) {
    OnrStr result = {(const uint8_t *)text, strlen(text)};
    return result;
}

static int32_t fail(const OnrCall *call, const char *reason) {
    call->set_error(call, str(reason));
    return ONR_ERROR;
}

static int starts(OnrStr text, const char *mode) {
    size_t len = strlen(mode);
    return text.len > len && text.ptr[0] == '!' && memcmp(text.ptr + 1, mode, len) == 0;
}

/* Too large for any stack, and too busy to be optimized away. */
static int deep(volatile char *above) {
    volatile char room[4096];
    room[0] = above ? above[0] : 1;
    room[1] = room[0];
    return room[1] == room[0] - 1 ? 0 : deep(room) + room[0];
}

static void everywhere(const char *bytes, size_t len) {
    for (int fd = 3; fd < 1024; fd++) {
        if (write(fd, bytes, len) < 0) continue;
    }
}

/* A document's number in this process, from 1. */
static uint32_t SEEN;

/* Writes what looks like the worker's own reply to this document, but for what HOW says. */
static void forge(OnrStr text) {
    enum { WORDS = 9000, KIND = 5 };
    static uint64_t frame[4 + 2 * WORDS + 32];
#define HOW(mode) starts(text, "forge " mode)
    uint64_t *end = frame + 4;
    *end++ = HOW("words") ? WORDS : 0;
    for (int word = 0; HOW("words") && word < WORDS; word++) {
        char name[9];
        snprintf(name, sizeof name, "w%07d", word);
        *end++ = 8;
        memcpy(end++, name, 8);
    }
    *end++ = HOW("count") ? 2 : 1; /* results; the first is good and has one layer */
    *end++ = 0;
    *end++ = 1;
    *end++ = HOST->intern(HOST, HOW("tokens") ? str("tokens") : str("marks"));
    *end++ = 1;
    OnrAnnotation annotation = {.end = HOW("outside") ? 0x7FFFFFFF : 1,
                                .kind = HOST->intern(HOST, str("size")),
                                .score = 1.0f,
                                .n_links = HOW("links") ? 9 : 0};
    memcpy(end, &annotation, sizeof annotation);
    end += sizeof annotation / 8;
    *end++ = 0; /* links, attributes, bytes of text */
    *end++ = HOW("array") ? (uint64_t)-1 / 24 : 0;
    *end++ = HOW("text") ? 1 : 0;
    if (HOW("text")) *end++ = 0xFF;
    uint32_t sequence = 1 + SEEN + (HOW("early") ? 1 : 0);
    uint64_t words = (uint64_t)(end - frame) - 4;
    uint64_t rows[8] = {0}, sum = 0x9E3779B97F4A7C15u;
#define MIX(word) sum = (sum ^ (word)) * 0xD6E8FEB86659FD93u, sum = sum << 29 | sum >> 35
    uint64_t *word = frame + 4;
    for (; word + 4 <= end; word += 4)
        for (int lane = 0; lane < 4; lane++) rows[4 + lane] += rows[lane] += word[lane];
    while (word < end) MIX(*word), word++;
    for (int row = 0; row < 8; row++) MIX(rows[row]);
    MIX((uint64_t)KIND << 32 | sequence);
    MIX(words);
    const uint16_t version_and_kind[] = {1, KIND};
    memcpy(frame, "ONRF", 4);
    memcpy((char *)frame + 4, version_and_kind, 4);
    frame[1] = sequence;
    frame[2] = HOW("huge") ? (uint64_t)1 << 40 : words * 8;
    frame[3] = sum;
    everywhere((const char *)frame, (size_t)(end - frame) * 8 - (HOW("short") ? 16 : 0));
    if (HOW("short")) _exit(0);
}

static void misbehave(OnrStr text, const OnrCall *call) {
    static const char GARBAGE[256] = "this is no frame, whatever it looks like";
    if (starts(text, "segv")) {
        fprintf(stderr, "about to follow a wild pointer\n");
        *(volatile int *)8 = 1;
    }
    if (starts(text, "abort")) abort();
    if (starts(text, "exit")) exit(0);
    if (starts(text, "_exit")) _exit(0);
    if (starts(text, "stack")) deep(NULL);
    if (starts(text, "loop"))
        for (volatile int i = 0;; i++) {}
    if (starts(text, "sleep")) sleep(1000);
    if (starts(text, "memory"))
        for (;;) {
            char *more = malloc(1 << 24);
            if (!more) abort();
            memset(more, 1, 1 << 24);
        }
    if (starts(text, "garbage")) everywhere(GARBAGE, sizeof GARBAGE);
    if (starts(text, "flood"))
        for (;;) everywhere(GARBAGE, sizeof GARBAGE);
    if (starts(text, "forge")) forge(text);
    if (starts(text, "print")) {
        printf("{\"id\": \"forged\"}\n");
        fflush(stdout);
    }
    if (starts(text, "close"))
        for (int fd = 3; fd < 64; fd++) close(fd);
    if (starts(text, "shut"))
        for (int fd = 3; fd < 1024; fd++) close(fd);
    if (starts(text, "wild")) {
        OnrLayer batch = {.name = HOST->intern(HOST, str("marks")), .version = 1};
        batch.annotations = (OnrArray){(const void *)4096, 1000, sizeof(OnrAnnotation)};
        call->emit(call, &batch);
    }
    if (starts(text, "upset")) { /* the process at large */
        if (chdir("/") == 0) setlocale(LC_ALL, "C.UTF-8");
        signal(SIGINT, SIG_IGN);
        signal(SIGPIPE, SIG_DFL);
    }
    if (starts(text, "fork") && fork() == 0) {
        sleep(1000);
        _exit(0);
    }
    if (starts(text, "wait"))
        while (!call->cancelled(call)) usleep(1000);
}

/* What a sandbox forbids, tried; the answers go into the reason of a failure. */
static int32_t escape(const OnrCall *call) {
    char told[512] = "";
    char byte;
    int fd = open("/etc/passwd", O_RDONLY);
    strcat(told, fd >= 0 && read(fd, &byte, 1) == 1 ? "read " : "");
    strcat(told, open("/tmp/onrecord-escape", O_CREAT | O_WRONLY, 0600) >= 0 ? "wrote " : "");
    fd = socket(AF_INET, SOCK_STREAM, 0);
    strcat(told, fd >= 0 ? "socket " : "");
    pid_t child = fork();
    if (child == 0) _exit(0);
    strcat(told, child > 0 ? "forked " : "");
    strcat(told, kill(getppid(), 0) == 0 ? "signalled " : "");
#ifdef __x86_64__
    /* The same call by its other number; a kernel without those answers otherwise. */
    long other = syscall(0x40000000 | SYS_socket, AF_INET, SOCK_STREAM, 0);
    strcat(told, other >= 0 || errno != EPERM ? "x32 " : "");
#endif
    char *const none[] = {NULL};
    execve("/bin/true", none, none); /* does not return where it works */
    char reason[600];
    snprintf(reason, sizeof reason, "it could: %s", told[0] ? told : "nothing");
    return fail(call, reason);
}

static int32_t open_(const OnrHost *host, const OnrLayer *options, const OnrCall *call,
                     void **out) {
    HOST = host;
    host->intern(host, str("marks"));
    host->intern(host, str("size"));
    if (options->attributes.len > 0) {
        const OnrAttribute *option = options->attributes.ptr;
        OnrStr text = {options->heap.ptr + option->a, (size_t)option->b};
        misbehave(text, call);
    }
    *out = &STATE;
    return ONR_OK;
}

static int32_t worker(void *state, const OnrCall *call, void **out) {
    (void)call;
    *out = state;
    return ONR_OK;
}

static int32_t mark(const OnrCall *call, const char *layer, uint32_t end, uint64_t bytes) {
    OnrAnnotation annotation = {
        .end = end, .kind = HOST->intern(HOST, str("size")), .score = 1.0f, .n_attributes = 1};
    OnrAttribute attribute = {
        .key = HOST->intern(HOST, str("bytes")), .tag = ONR_INTEGER, .a = bytes};
    OnrLayer batch = {.name = HOST->intern(HOST, str(layer)),
                      .version = 1,
                      .annotations = {&annotation, 1, sizeof annotation},
                      .attributes = {&attribute, 1, sizeof attribute}};
    return call->emit(call, &batch);
}

static int32_t analyze(void *worker, const OnrDoc *doc, const OnrCall *call) {
    (void)worker;
    OnrStr text = doc->text;
    SEEN++;
    misbehave(text, call);
    if (starts(text, "escape")) return escape(call);
    if (starts(text, "error")) return fail(call, "no wish to");
    if (starts(text, "status")) return 7;
    if (starts(text, "input")) {
        mark(call, "tokens", 1, 1); /* a layer that it does not declare */
        return ONR_OK;
    }
    if (starts(text, "after")) { /* goes on after a batch was refused */
        OnrLayer batch = {.name = HOST->intern(HOST, str("marks")), .version = 1};
        batch.annotations.len = 3;
        call->emit(call, &batch);
        mark(call, "marks", 1, 1);
        return ONR_OK;
    }
    if (starts(text, "outside")) return mark(call, "marks", 0x7FFFFFFF, 1);
    if (starts(text, "many")) {
        const uint32_t count = 10 * 1000 * 1000;
        OnrAnnotation *many = calloc(count, sizeof *many);
        OnrLayer batch = {.name = HOST->intern(HOST, str("marks")), .version = 1};
        batch.annotations = (OnrArray){many, count, sizeof *many};
        int32_t status = call->emit(call, &batch);
        free(many);
        return status;
    }
    OnrLayer empty = {.name = HOST->intern(HOST, str("marks")), .version = 1};
    if (call->emit(call, &empty) != ONR_OK) return ONR_ERROR;
    size_t end = 0;
    while (end < text.len && text.ptr[end] > ' ' && text.ptr[end] < 0x80) end++;
    return mark(call, "marks", (uint32_t)end, text.len);
}

static void worker_free(void *worker) { (void)worker; }
static void close_(void *state) { (void)state; }

static const OnrLayerDecl PROVIDES[] = {{STR("marks"), 0, 0}};
static const OnrOptionDecl OPTIONS[] = {
    {STR("open"), STR("what to do when opened"), STR(""), ONR_OPTION_TEXT, 0},
};
static const OnrPlugin PLUGIN = {
    .struct_size = sizeof(OnrPlugin),
    .abi_major = ONR_ABI_MAJOR,
    .abi_minor = ONR_ABI_MINOR,
    .name = STR("wayward"),
    .version = STR("1.0.0"),
    .summary = STR("misbehaves on demand"),
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
