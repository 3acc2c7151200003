/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/tsdl/metadata.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/read/ctf/decode/bits.h"
#include "tools/read/ctf/fail.h"
#include "tools/read/ctf/tsdl/words.h"

/* The header of a packet: magic, uuid, checksum, content_size, packet_size, three schemes, version. */
enum { HEADER = 37, UUID_AT = 4, CONTENT_AT = 24, PACKET_AT = 28, SCHEMES_AT = 32, UUID_SIZE = 16 };
static const uint64_t magic = 0x75d11d57;

/* Ours are some tens of KiB. Much more is damage, or somebody's joke. */
enum { LARGEST = 256 * 1024 * 1024 };

struct tt_ctf_metadata {
	char *folder, *path;
	int fd;            /* -1: the file is not there yet */
	GByteArray *bytes; /* read, but not taken */
	uint64_t read;     /* bytes of the file */
	GString *text;     /* taken from packets, but not understood */
	enum { FORM_UNKNOWN, FORM_TEXT, FORM_PACKETS } form;
	bool big_endian;         /* the packets' numbers */
	uint8_t uuid[UUID_SIZE]; /* of the packets */
};

struct tt_ctf_metadata *tt_ctf_metadata_new(const char *path)
{
	struct tt_ctf_metadata *metadata = g_new0(struct tt_ctf_metadata, 1);

	metadata->folder = g_strdup(path);
	metadata->path = g_build_filename(path, "metadata", NULL);
	metadata->fd = -1;
	metadata->bytes = g_byte_array_new();
	metadata->text = g_string_new(NULL);
	return metadata;
}

void tt_ctf_metadata_free(struct tt_ctf_metadata *metadata)
{
	if (metadata->fd != -1)
		close(metadata->fd);
	g_byte_array_free(metadata->bytes, TRUE);
	g_string_free(metadata->text, TRUE);
	g_free(metadata->folder);
	g_free(metadata->path);
	g_free(metadata);
}

/* Reads what the file has more than before. */
static bool read_more(struct tt_ctf_metadata *metadata, bool all, GError **error)
{
	struct stat info;

	if (metadata->fd == -1)
		metadata->fd = open(metadata->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (metadata->fd == -1 && errno == ENOENT && !all)
		return true;
	if (metadata->fd == -1 || fstat(metadata->fd, &info))
		return tt_ctf_fail_system(error, metadata->path);
	if (!S_ISREG(info.st_mode) || info.st_size > LARGEST)
		return tt_ctf_fail(error, metadata->folder, "its metadata are no file, or too large");
	while (metadata->read < (uint64_t)info.st_size) {
		guint had = metadata->bytes->len;
		size_t size = (size_t)((uint64_t)info.st_size - metadata->read);

		g_byte_array_set_size(metadata->bytes, had + (guint)size);
		ssize_t got = pread(metadata->fd, metadata->bytes->data + had, size, (off_t)metadata->read);

		g_byte_array_set_size(metadata->bytes, had + (guint)MAX(got, 0));
		if (got < 0)
			return tt_ctf_fail_system(error, metadata->path);
		if (!got) /* it has become shorter */
			break;
		metadata->read += (uint64_t)got;
	}
	return true;
}

/* Whether its packets begin with the magic number, and in which order of bytes, as soon as that can be told. */
static void find_form(struct tt_ctf_metadata *metadata)
{
	const uint8_t *bytes = metadata->bytes->data;

	if (metadata->form != FORM_UNKNOWN || metadata->bytes->len < 4)
		return;
	metadata->form = FORM_PACKETS;
	if (tt_bytes_number(bytes, 4, true) == magic)
		metadata->big_endian = true;
	else if (tt_bytes_number(bytes, 4, false) != magic)
		metadata->form = FORM_TEXT;
	if (metadata->form == FORM_PACKETS && metadata->bytes->len >= HEADER)
		memcpy(metadata->uuid, bytes + UUID_AT, UUID_SIZE);
	else if (metadata->form == FORM_PACKETS)
		metadata->form = FORM_UNKNOWN; /* look again */
}

/* Takes the packet at `at`. Its size; 0: it is not whole; -1: it cannot be one. */
static int64_t take_packet(struct tt_ctf_metadata *metadata, guint at, bool all)
{
	const uint8_t *packet = metadata->bytes->data + at;
	uint64_t there = metadata->bytes->len - at, content, size;

	if (there < HEADER)
		return 0;
	content = tt_bytes_number(packet + CONTENT_AT, 4, metadata->big_endian) / 8;
	size = tt_bytes_number(packet + PACKET_AT, 4, metadata->big_endian) / 8;
	if (tt_bytes_number(packet, 4, metadata->big_endian) != magic || content < HEADER || size < content ||
	    memcmp(packet + UUID_AT, metadata->uuid, UUID_SIZE) || packet[SCHEMES_AT] || packet[SCHEMES_AT + 1] ||
	    packet[SCHEMES_AT + 2])
		return -1;
	if (there < content || (there < size && !all))
		return 0;
	g_string_append_len(metadata->text, (const char *)packet + HEADER, (gssize)(content - HEADER));
	return (int64_t)MIN(size, there); /* of the last, the padding may be missing */
}

/* False: a packet cannot be one. */
static bool take_packets(struct tt_ctf_metadata *metadata, bool all)
{
	guint at = 0;
	int64_t size;

	while ((size = take_packet(metadata, at, all)) > 0)
		at += (guint)size;
	g_byte_array_remove_range(metadata->bytes, 0, at);
	return size == 0;
}

/* Whether there is more than space and comments. */
static bool has_rest(const struct tt_ctf_metadata *metadata)
{
	const char *at = metadata->text->str;

	return metadata->bytes->len || tt_word_next(&at, at + metadata->text->len).kind != TT_WORD_END;
}

/* Adds to the layout what the text says. */
static bool understand(struct tt_ctf_metadata *metadata, struct tt_ctf_layout *layout, GError **error)
{
	char *why = NULL;
	gssize taken = tt_ctf_layout_add(layout, metadata->text->str, metadata->text->len, &why);

	if (taken < 0) {
		tt_ctf_fail(error, metadata->folder, why);
		g_free(why);
		return false;
	}
	g_string_erase(metadata->text, 0, taken);
	return true;
}

bool tt_ctf_metadata_read(struct tt_ctf_metadata *metadata, struct tt_ctf_layout *layout, bool all, GError **error)
{
	uint64_t before = metadata->read;

	if (!read_more(metadata, all, error))
		return false;
	find_form(metadata);
	if (metadata->form == FORM_PACKETS && !take_packets(metadata, all))
		return tt_ctf_fail(error, metadata->folder, "its metadata have a packet that cannot be one");
	if (metadata->form == FORM_TEXT) {
		g_string_append_len(metadata->text, (const char *)metadata->bytes->data, metadata->bytes->len);
		g_byte_array_set_size(metadata->bytes, 0);
	}
	if ((all || metadata->read != before) && !understand(metadata, layout, error))
		return false;
	if (all && (has_rest(metadata) || !layout->begun))
		return tt_ctf_fail(error, metadata->folder, "its metadata are cut short");
	return true;
}
