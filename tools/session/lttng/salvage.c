/* SPDX-License-Identifier: MIT */
/*
 * The session's buffers lie below our folder in /dev/shm as the trace lies below its own:
 * NAME/ust/uid/0/64-bit/events_1 there is ust/uid/0/64-bit/events_1 here. What is written is appended to the file that
 * the consumer daemon left: after its last whole packet, without what it has written and not yet released. LTTng's
 * index of the file would end before, so it is removed (readers do without). The metadata, which the session daemon
 * writes down beside the buffers, is copied.
 */
#include "tools/session/lttng/salvage.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <glib.h>
#include <glib/gstdio.h>

#include "tools/session/lttng/crash_buffer.h"
#include "tools/session/dirs.h"

#define PLACE "/dev/shm"
#define PREFIX "trace-thr-"

/* How long a full buffer's oldest packet may be at work: no thread takes so long for an event. */
enum { STUCK_US = 2000 * 1000, PAGE = 4096, TRIES = 3 };

struct stream {
	struct tt_crash_buffer *buffer;
	char *path;        /* of its file in the trace */
	int fd;            /* of that, once it is written; -1 */
	bool has_last;     /* it had packets already; then */
	uint64_t last;     /* the number of the last one */
	gint64 full_since; /* its oldest packet is at work, and nobody has room; 0: that is not so */
	GByteArray *rest;  /* packets to write once the consumer daemon has closed the file; NULL: there are none */
	off_t end;         /* then: where they belong */
};

struct tt_salvage {
	char *folder;         /* of the trace */
	char *path;           /* of the buffers */
	int lock;             /* the latter, locked as long as somebody needs it */
	GHashTable *seen;     /* files below it, by their names in the trace */
	GPtrArray *streams;   /* struct stream */
	GHashTable *metadata; /* what to write it to → an open file */
	bool torn;
};

static void free_stream(void *data)
{
	struct stream *stream = data;

	tt_crash_buffer_free(stream->buffer);
	if (stream->fd != -1)
		close(stream->fd);
	if (stream->rest)
		g_byte_array_free(stream->rest, TRUE);
	g_free(stream->path);
	g_free(stream);
}

static void close_file(void *fd)
{
	close(GPOINTER_TO_INT(fd));
}

/* Those of recorders that were killed with all that belongs to them: nobody has the lock any more. */
static void sweep(void)
{
	g_autoptr(GDir) place = g_dir_open(PLACE, 0, NULL);
	const char *name;

	while (place && (name = g_dir_read_name(place))) {
		g_autofree char *path = g_build_filename(PLACE, name, NULL);
		struct stat folder;
		int fd =
		    g_str_has_prefix(name, PREFIX) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW) : -1;

		if (fd == -1)
			continue;
		if (fstat(fd, &folder) == 0 && folder.st_uid == geteuid() && flock(fd, LOCK_EX | LOCK_NB) == 0)
			tt_remove_tree(path);
		close(fd);
	}
}

/* Makes the folder of the buffers, and locks it. -1: it cannot be made, or a sweep has taken it for a left one. */
static int make_place(char *path)
{
	int lock = g_mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (lock == -1 || flock(lock, LOCK_SH | LOCK_NB) == 0)
		return lock;
	close(lock);
	return -1;
}

struct tt_salvage *tt_salvage_new(const char *folder)
{
	struct tt_salvage *salvage = g_new0(struct tt_salvage, 1);

	sweep();
	salvage->lock = -1;
	for (int i = 0; salvage->lock == -1 && i < TRIES; i++) {
		g_free(salvage->path);
		salvage->path = g_strdup(PLACE "/" PREFIX "XXXXXX");
		salvage->lock = make_place(salvage->path);
	}
	if (salvage->lock == -1) {
		g_free(salvage->path);
		g_free(salvage);
		return NULL;
	}
	salvage->folder = g_strdup(folder);
	salvage->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	salvage->streams = g_ptr_array_new_with_free_func(free_stream);
	salvage->metadata = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, close_file);
	return salvage;
}

const char *tt_salvage_path(const struct tt_salvage *salvage)
{
	return salvage->path;
}

/* A file below our folder, that is `name` in the trace. */
static void take(struct tt_salvage *salvage, const char *path, const char *name)
{
	struct tt_crash_buffer *buffer = NULL;
	int fd = -1;

	if (g_str_has_suffix(name, "/metadata"))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	else
		buffer = tt_crash_buffer_open(path);
	if (fd != -1)
		g_hash_table_insert(salvage->metadata, g_build_filename(salvage->folder, name, NULL),
		                    GINT_TO_POINTER(fd));
	if (buffer) {
		struct stream *stream = g_new0(struct stream, 1);

		stream->buffer = buffer;
		stream->path = g_build_filename(salvage->folder, name, NULL);
		stream->fd = -1;
		g_ptr_array_add(salvage->streams, stream);
	}
	if (fd != -1 || buffer) /* else LTTng is just making it */
		g_hash_table_add(salvage->seen, g_strdup(name));
}

/* `name`: of this folder, in the trace; NULL: it is above that. What is in the trace is below "ust". */
static void walk(struct tt_salvage *salvage, const char *path, const char *name)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *entry;

	while (dir && (entry = g_dir_read_name(dir))) {
		g_autofree char *below = g_build_filename(path, entry, NULL);
		g_autofree char *name_below = name                    ? g_build_filename(name, entry, NULL)
		                              : !strcmp(entry, "ust") ? g_strdup(entry)
		                                                      : NULL;

		if (name_below && g_hash_table_contains(salvage->seen, name_below))
			continue;
		if (g_file_test(below, G_FILE_TEST_IS_DIR))
			walk(salvage, below, name_below);
		else if (name_below)
			take(salvage, below, name_below);
	}
}

void tt_salvage_look(struct tt_salvage *salvage)
{
	if (salvage)
		walk(salvage, salvage->path, NULL);
}

bool tt_salvage_has_event(const struct tt_salvage *salvage)
{
	if (!salvage)
		return true;
	for (guint i = 0; i < salvage->streams->len; i++) {
		const struct stream *stream = salvage->streams->pdata[i];
		g_autofree char *name = g_path_get_basename(stream->path);

		if (g_str_has_prefix(name, "events_") && tt_crash_buffer_has_event(stream->buffer))
			return true;
	}
	return false;
}

/* Goes to the end of its last whole packet, and cuts off what is behind it. */
static bool find_end(struct stream *stream)
{
	uint8_t header[TT_PACKET_HEADER];
	struct stat file;
	uint64_t end = 0, size, number;

	if (fstat(stream->fd, &file) == -1)
		return false;
	while (pread(stream->fd, header, sizeof header, (off_t)end) == sizeof header &&
	       tt_packet_of_header(header, &size, &number) && size <= (uint64_t)file.st_size - end) {
		stream->has_last = true;
		stream->last = number;
		end += size;
	}
	return ftruncate(stream->fd, (off_t)end) == 0 && lseek(stream->fd, (off_t)end, SEEK_SET) != -1;
}

static void remove_index(const char *folder)
{
	g_autofree char *index = g_build_filename(folder, "index", NULL);

	tt_remove_tree(index);
}

static bool open_file(struct stream *stream)
{
	g_autofree char *folder = g_path_get_dirname(stream->path);

	if (stream->fd != -1)
		return true;
	g_mkdir_with_parents(folder, 0777);
	remove_index(folder);
	stream->fd = open(stream->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0660);
	return stream->fd != -1 && find_end(stream);
}

static bool write_all(int fd, const uint8_t *data, size_t size)
{
	for (ssize_t n; size; data += n, size -= (size_t)n)
		if ((n = write(fd, data, size)) <= 0)
			return false;
	return true;
}

/* When the first packet after the one that is `behind` the oldest was begun; now, if there is none. */
static uint64_t begin_of_next(const struct stream *stream, uint64_t behind)
{
	struct tt_packet next;
	struct timespec now;

	while (tt_crash_buffer_look(stream->buffer, ++behind, &next) != TT_PACKET_NONE)
		if (next.begin_ns)
			return next.begin_ns;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/*
 * A packet as it shall be in the file: nothing if the consumer daemon has written it, or if it has no event. One that
 * lacks its first event is there all the same: readers would take it for one that had no room.
 */
static void append(GByteArray *out, const struct stream *stream, const struct tt_packet *packet,
                   enum tt_packet_state state, uint64_t behind)
{
	guint begin = out->len;
	size_t whole = (packet->size + PAGE - 1) & ~(size_t)(PAGE - 1);

	if ((stream->has_last && packet->number <= stream->last) || packet->size < TT_PACKET_HEADER ||
	    (packet->size == TT_PACKET_HEADER && !packet->torn))
		return;
	if (state == TT_PACKET_FULL) {
		g_byte_array_append(out, packet->data, (guint)packet->size_in_file);
		return;
	}
	g_byte_array_set_size(out, begin + (guint)whole);
	memset(out->data + begin, 0, whole);
	memcpy(out->data + begin, packet->data, packet->size);
	tt_packet_end(out->data + begin, packet->size, whole, begin_of_next(stream, behind));
}

/* Writes all or nothing: half a packet would make the whole file unreadable. */
static bool write_whole(const struct stream *stream, const GByteArray *packets)
{
	off_t end = lseek(stream->fd, 0, SEEK_CUR);

	if (write_all(stream->fd, packets->data, packets->len))
		return true;
	if (ftruncate(stream->fd, end) == 0)
		lseek(stream->fd, end, SEEK_SET);
	return false;
}

/* Writes the oldest packet. False: it cannot be written. */
static bool write_oldest(struct stream *stream, const struct tt_packet *packet, enum tt_packet_state state)
{
	g_autoptr(GByteArray) out = g_byte_array_new();

	if (!open_file(stream))
		return false;
	append(out, stream, packet, state, 0);
	return write_whole(stream, out);
}

/* Whether it is at work no more: its writer was killed, and all others wait for room. */
static bool is_stuck(struct stream *stream)
{
	gint64 now = g_get_monotonic_time();

	if (!tt_crash_buffer_is_full(stream->buffer)) {
		stream->full_since = 0;
		return false;
	}
	if (!stream->full_since)
		stream->full_since = now;
	return now - stream->full_since > STUCK_US;
}

/* Writes all packets that are complete; and, if `all`, what there is of the others. */
static bool pump(struct stream *stream, bool all)
{
	struct tt_packet packet;
	enum tt_packet_state state;
	bool ok = true;

	while ((state = tt_crash_buffer_look(stream->buffer, 0, &packet)) != TT_PACKET_NONE) {
		bool torn = state == TT_PACKET_OPEN && (packet.torn || !all);

		if (torn && !all && !is_stuck(stream))
			break;
		/* What cannot be written is lost; a program must not wait for it either. */
		ok = write_oldest(stream, &packet, state) && !torn && ok;
		stream->full_since = 0;
		if (packet.last && state == TT_PACKET_OPEN)
			break;
		tt_crash_buffer_release(stream->buffer);
	}
	return ok;
}

void tt_salvage_pump(struct tt_salvage *salvage)
{
	for (guint i = 0; salvage && i < salvage->streams->len; i++)
		salvage->torn |= !pump(salvage->streams->pdata[i], false);
}

/*
 * Where the consumer daemon cannot go on: takes what the packets have, each up to its first torn event. They are
 * released all the same, so that the daemon can close the file.
 */
static bool take_rest(struct stream *stream)
{
	struct tt_packet packet;
	enum tt_packet_state state = tt_crash_buffer_look(stream->buffer, 0, &packet);

	if (state != TT_PACKET_OPEN || !packet.torn)
		return false;
	if (!open_file(stream))
		return true;
	stream->rest = g_byte_array_new();
	stream->end = lseek(stream->fd, 0, SEEK_CUR);
	for (uint64_t i = 0; state != TT_PACKET_NONE; state = tt_crash_buffer_look(stream->buffer, ++i, &packet))
		append(stream->rest, stream, &packet, state, i);
	tt_crash_buffer_release_all(stream->buffer);
	return true;
}

bool tt_salvage_take_rest(struct tt_salvage *salvage)
{
	bool torn = false;

	for (guint i = 0; salvage && i < salvage->streams->len; i++)
		torn |= take_rest(salvage->streams->pdata[i]);
	return torn;
}

void tt_salvage_write_rest(struct tt_salvage *salvage)
{
	for (guint i = 0; salvage && i < salvage->streams->len; i++) {
		const struct stream *stream = salvage->streams->pdata[i];

		/* The daemon may have added an empty packet meanwhile, whose time is later. */
		if (stream->rest && ftruncate(stream->fd, stream->end) == 0)
			write_whole(stream, stream->rest);
	}
}

static bool copy_metadata(const char *to, int from)
{
	g_autofree char *folder = g_path_get_dirname(to);
	struct stat file;

	if (fstat(from, &file) == -1 || !file.st_size)
		return true; /* nothing was recorded */
	g_autofree char *text = g_malloc((gsize)file.st_size);
	g_mkdir_with_parents(folder, 0777);
	return pread(from, text, (size_t)file.st_size, 0) == file.st_size &&
	       g_file_set_contents(to, text, file.st_size, NULL);
}

bool tt_salvage_finish(struct tt_salvage *salvage)
{
	GHashTableIter iter;
	void *to, *from;

	if (!salvage)
		return false;
	for (guint i = 0; i < salvage->streams->len; i++)
		salvage->torn |= !pump(salvage->streams->pdata[i], true);
	g_hash_table_iter_init(&iter, salvage->metadata);
	while (g_hash_table_iter_next(&iter, &to, &from))
		salvage->torn |= !copy_metadata(to, GPOINTER_TO_INT(from));
	return !salvage->torn;
}

void tt_salvage_free(struct tt_salvage *salvage)
{
	if (!salvage)
		return;
	tt_remove_tree(salvage->path);
	close(salvage->lock);
	g_hash_table_destroy(salvage->seen);
	g_ptr_array_free(salvage->streams, TRUE);
	g_hash_table_destroy(salvage->metadata);
	g_free(salvage->folder);
	g_free(salvage->path);
	g_free(salvage);
}
