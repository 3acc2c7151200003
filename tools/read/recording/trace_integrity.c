/* SPDX-License-Identifier: MIT */
#include "tools/read/recording/trace_integrity.h"

#include <string.h>
#include <sys/stat.h>

#include "tools/read/trace.h"

/* The header of a packet of metadata (CTF 1.8, 7.1), as far as it matters here. */
enum { METADATA_HEADER = 37, CONTENT_SIZE_AT = 24, PACKET_SIZE_AT = 28 };
static const guint32 metadata_magic = 0x75d11d57;

/* An index of LTTng: big-endian numbers. */
enum { INDEX_HEADER = 16, ENTRY_LENGTH_AT = 12, ENTRY_MINIMUM = 16 };
static const guint32 index_magic = 0xc1f1dcc1;

static guint32 number32(const char *at)
{
	guint32 number;

	memcpy(&number, at, sizeof number);
	return number;
}

static guint64 big_endian64(const char *at)
{
	guint64 number;

	memcpy(&number, at, sizeof number);
	return GUINT64_FROM_BE(number);
}

/* Whether the content of every packet is there. True for text that is not in packets. */
static bool packets_are_whole(const char *text, gsize size)
{
	bool swapped = size >= 4 && number32(text) == GUINT32_SWAP_LE_BE(metadata_magic);

	if (size < 4 || (number32(text) != metadata_magic && !swapped))
		return true;
	while (size >= METADATA_HEADER) {
		guint32 content = number32(text + CONTENT_SIZE_AT);
		guint32 packet = number32(text + PACKET_SIZE_AT);

		content = (swapped ? GUINT32_SWAP_LE_BE(content) : content) / 8;
		packet = (swapped ? GUINT32_SWAP_LE_BE(packet) : packet) / 8;
		if (content < METADATA_HEADER || content > size || packet < content)
			return false;
		text += MIN(packet, size); /* of the last, the padding may be missing */
		size -= MIN(packet, size);
	}
	return !size;
}

/* Whether the packets of an index follow each other in the stream. True for an index that Babeltrace leaves alone. */
static bool index_is_whole(const char *index, gsize size, guint64 stream_size)
{
	guint64 end = 0;
	guint32 entry;
	bool follow = true;

	if (size < INDEX_HEADER || GUINT32_FROM_BE(number32(index)) != index_magic)
		return true;
	entry = GUINT32_FROM_BE(number32(index + ENTRY_LENGTH_AT));
	if (entry < ENTRY_MINIMUM)
		return true;
	for (gsize at = INDEX_HEADER; at + entry <= size; at += entry) {
		follow = follow && big_endian64(index + at) == end;
		end += big_endian64(index + at + 8) / 8;
	}
	return follow || end != stream_size;
}

static bool check_metadata(const char *folder, GError **error)
{
	char *path = g_build_filename(folder, "metadata", NULL);
	char *text = NULL;
	GError *why = NULL;
	gsize size;
	bool ok = g_file_get_contents(path, &text, &size, &why);

	if (!ok)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
		            "cannot read the trace (%s): read it as the user who recorded it", why->message);
	else if (!(ok = packets_are_whole(text, size)))
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
		            "cannot read the trace %s (its metadata is cut short): copy it again or record it again",
		            folder);
	g_clear_error(&why);
	g_free(path);
	g_free(text);
	return ok;
}

/* The index `name` of a stream in the folder. */
static bool check_index(const char *folder, const char *name, GError **error)
{
	char *path = g_build_filename(folder, "index", name, NULL);
	char *stream = g_strdup_printf("%s/%.*s", folder, (int)(strlen(name) - strlen(".idx")), name);
	char *index = NULL;
	struct stat info;
	gsize size;
	bool ok = true;

	if (!stat(stream, &info) && g_file_get_contents(path, &index, &size, NULL))
		ok = index_is_whole(index, size, (guint64)info.st_size);
	if (!ok)
		g_set_error(error, TT_TRACE_ERROR, TT_TRACE_ERROR_UNREADABLE,
		            "cannot read the trace %s (the index %s is damaged): remove its folder `index`, which it "
		            "can do without",
		            folder, name);
	g_free(path);
	g_free(stream);
	g_free(index);
	return ok;
}

bool tt_trace_is_intact(const char *folder, GError **error)
{
	char *path = g_build_filename(folder, "index", NULL);
	GDir *indexes = g_dir_open(path, 0, NULL);
	bool ok = check_metadata(folder, error);

	for (const char *name; ok && indexes && (name = g_dir_read_name(indexes));)
		ok = !g_str_has_suffix(name, ".idx") || check_index(folder, name, error);
	if (indexes)
		g_dir_close(indexes);
	g_free(path);
	return ok;
}
