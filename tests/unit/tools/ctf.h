/* SPDX-License-Identifier: MIT */
/*
 * Writes CTF traces by hand, for tests: a metadata text and up to two streams with one or several packets,
 * little-endian, without padding. So a test can write what no tracer would.
 *
 *     struct ctf ctf = ctf_begin(folder);
 *     ctf_class(&ctf, "trace_thr:thing", CTF_WHAT "u8 _depth;");      the next id: 0, 1, …
 *     ctf_event(&ctf, 0, time_ns, vpid);
 *     ctf_put(&ctf, 7, 4);                                            a number of 4 bytes
 *     ctf_text(&ctf, "worker");
 *     ctf_end(&ctf);
 */
#ifndef TT_TESTS_CTF_H
#define TT_TESTS_CTF_H

#include <stdint.h>
#include <string.h>

#include <glib.h>
#include <glib/gstdio.h>

struct ctf {
	const char *folder;
	GString *metadata;
	GByteArray *stream, *events;
	unsigned n_classes, stream_id;
	uint64_t first_ns, last_ns;
	uint64_t discarded, sequence; /* of the stream so far: set before ctf_packet */
};

/* The fields that every event but a log line begins with. */
#define CTF_WHO "u32 _pid; string _thread; u64 _thread_id; u64 _caller; "
#define CTF_WHAT CTF_WHO "string _name; u64 _id; "

#define CTF_HEAD                                                                                                       \
	"/* CTF 1.8 */\n"                                                                                              \
	"typealias integer { size = 8; align = 8; signed = 0; } := u8;\n"                                              \
	"typealias integer { size = 16; align = 8; signed = 0; } := u16;\n"                                            \
	"typealias integer { size = 32; align = 8; signed = 0; } := u32;\n"                                            \
	"typealias integer { size = 64; align = 8; signed = 0; } := u64;\n"                                            \
	"typealias integer { size = 64; align = 8; signed = 1; } := i64;\n"                                            \
	"trace { major = 1; minor = 8; byte_order = le; packet.header := struct { u32 magic; u32 stream_id; }; };\n"   \
	"clock { name = c; freq = 1000000000; };\n"                                                                    \
	"typealias integer { size = 64; align = 8; signed = 0; map = clock.c.value; } := stamp;\n"

#define CTF_STREAM                                                                                                     \
	"stream { id = %u; packet.context := struct { stamp timestamp_begin; stamp timestamp_end; u64 content_size; "  \
	"u64 packet_size; u64 packet_seq_num; u64 events_discarded; };\n"                                              \
	"event.header := struct { u16 id; stamp timestamp; }; event.context := struct { u32 _vpid; }; };\n"

/* The events that follow are of a stream of their own. */
static inline void ctf_stream(struct ctf *ctf, unsigned id)
{
	ctf->stream_id = id;
	g_string_append_printf(ctf->metadata, CTF_STREAM, id);
}

static inline struct ctf ctf_begin(const char *folder)
{
	struct ctf ctf = {.folder = folder, .metadata = g_string_new(CTF_HEAD)};

	ctf.stream = g_byte_array_new();
	ctf.events = g_byte_array_new();
	g_mkdir_with_parents(folder, 0755);
	ctf_stream(&ctf, 0);
	return ctf;
}

static inline void ctf_class(struct ctf *ctf, const char *name, const char *fields)
{
	g_string_append_printf(ctf->metadata,
	                       "event { name = \"%s\"; id = %u; stream_id = %u; fields := struct { %s }; };\n", name,
	                       ctf->n_classes++, ctf->stream_id, fields);
}

/* The lowest `size` bytes of a number. */
static inline void ctf_append(GByteArray *to, uint64_t number, unsigned size)
{
	for (; size; size--, number >>= 8)
		g_byte_array_append(to, &(guint8){(guint8)number}, 1);
}

static inline void ctf_put(struct ctf *ctf, uint64_t number, unsigned size)
{
	ctf_append(ctf->events, number, size);
}

static inline void ctf_text(struct ctf *ctf, const char *text)
{
	g_byte_array_append(ctf->events, (const guint8 *)text, (guint)strlen(text) + 1);
}

static inline void ctf_event(struct ctf *ctf, unsigned class, uint64_t time_ns, uint32_t vpid)
{
	if (!ctf->events->len)
		ctf->first_ns = time_ns;
	ctf->last_ns = time_ns;
	ctf_put(ctf, class, 2);
	ctf_put(ctf, time_ns, 8);
	ctf_put(ctf, vpid, 4);
}

/* The fields of CTF_WHAT. */
static inline void ctf_what(struct ctf *ctf, uint32_t pid, const char *thread, const char *name, uint64_t id)
{
	ctf_put(ctf, pid, 4);
	ctf_text(ctf, thread);
	ctf_put(ctf, 2, 8);
	ctf_put(ctf, 0x1234, 8);
	ctf_text(ctf, name);
	ctf_put(ctf, id, 8);
}

/* Ends a packet: the events since the last. */
static inline void ctf_packet(struct ctf *ctf)
{
	uint64_t bits = (ctf->events->len + 8 + 6 * 8) * 8;

	ctf_append(ctf->stream, 0xc1fc1fc1, 4);
	ctf_append(ctf->stream, ctf->stream_id, 4);
	ctf_append(ctf->stream, ctf->first_ns, 8);
	ctf_append(ctf->stream, ctf->last_ns, 8);
	ctf_append(ctf->stream, bits, 8);
	ctf_append(ctf->stream, bits, 8);
	ctf_append(ctf->stream, ctf->sequence++, 8);
	ctf_append(ctf->stream, ctf->discarded, 8);
	g_byte_array_append(ctf->stream, ctf->events->data, ctf->events->len);
	g_byte_array_set_size(ctf->events, 0);
	ctf->first_ns = ctf->last_ns;
}

static inline void ctf_write(const char *folder, const char *name, const void *bytes, gsize size)
{
	char *path = g_build_filename(folder, name, NULL);

	if (!g_file_set_contents(path, bytes, (gssize)size, NULL))
		g_error("cannot write %s", path);
	g_free(path);
}

/* Writes the stream. */
static inline void ctf_end_stream(struct ctf *ctf)
{
	char *name = g_strdup_printf("stream_%u", ctf->stream_id);

	if (ctf->events->len)
		ctf_packet(ctf);
	if (ctf->stream->len)
		ctf_write(ctf->folder, name, ctf->stream->data, ctf->stream->len);
	g_byte_array_set_size(ctf->stream, 0);
	ctf->discarded = ctf->sequence = 0;
	g_free(name);
}

/* Writes what is left. */
static inline void ctf_end(struct ctf *ctf)
{
	ctf_end_stream(ctf);
	ctf_write(ctf->folder, "metadata", ctf->metadata->str, ctf->metadata->len);
	g_string_free(ctf->metadata, TRUE);
	g_byte_array_free(ctf->stream, TRUE);
	g_byte_array_free(ctf->events, TRUE);
}

#endif /* TT_TESTS_CTF_H */
