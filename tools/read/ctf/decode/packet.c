/* SPDX-License-Identifier: MIT */
/*
 * A packet's head has numbers only, and arrays of bytes (its uuid). It is read by walking its type; there are few
 * packets.
 */
#include "tools/read/ctf/decode/packet.h"

#include <string.h>

#include "tools/read/ctf/decode/bits.h"

static const uint64_t packet_magic = 0xc1fc1fc1;

/* What the head says, before it is known whether that can be. Sizes in bits. */
struct head {
	const struct tt_ctf_layout *layout;
	const uint8_t *bytes;
	uint64_t size; /* of the bytes */
	uint64_t at;   /* what is read next */
	uint64_t magic, stream_id, content, packet;
	const uint8_t *uuid;
	bool has_magic, has_sizes, has_begin, has_end;
	struct tt_ctf_packet *into;
};

static void take_number(struct head *head, const char *name, uint64_t number, unsigned bits)
{
	struct tt_ctf_packet *packet = head->into;

	if (!strcmp(name, "magic")) {
		head->magic = number;
		head->has_magic = true;
	} else if (!strcmp(name, "stream_id")) {
		head->stream_id = number;
	} else if (!strcmp(name, "stream_instance_id")) {
		packet->instance = number;
	} else if (!strcmp(name, "timestamp_begin")) {
		packet->begin = number;
		head->has_begin = true;
	} else if (!strcmp(name, "timestamp_end")) {
		packet->end = number;
		head->has_end = true;
	} else if (!strcmp(name, "content_size")) {
		head->content = number;
	} else if (!strcmp(name, "packet_size")) {
		head->packet = number;
		head->has_sizes = true;
	} else if (!strcmp(name, "packet_seq_num")) {
		packet->sequence = number;
		packet->sequence_bits = bits;
	} else if (!strcmp(name, "events_discarded")) {
		packet->discarded = number;
		packet->discarded_bits = bits;
	}
}

/* The bits of a member; 0: it is none that a head can have. */
static uint64_t bits_of(const struct tt_ctf_type *type)
{
	if (type->kind == TT_CTF_INTEGER)
		return type->size;
	if (type->kind == TT_CTF_ARRAY && type->element->kind == TT_CTF_INTEGER && type->element->size == 8 &&
	    type->element->align <= 8)
		return type->length * 8;
	return 0;
}

static enum tt_ctf_packet_state take_member(struct head *head, const struct tt_ctf_member *member)
{
	const struct tt_ctf_type *type = member->type;
	bool big_endian = type->order == TT_CTF_NATIVE ? head->layout->big_endian : type->order == TT_CTF_BIG;
	uint64_t bits = bits_of(type);

	if (!bits)
		return TT_PACKET_WRONG;
	head->at = tt_align(head->at, type->align);
	if (head->at + bits > head->size * 8)
		return TT_PACKET_SHORT;
	if (type->kind == TT_CTF_INTEGER)
		take_number(head, member->name, tt_bits_number(head->bytes, head->at, type->size, big_endian),
		            type->size);
	else if (!strcmp(member->name, "uuid") && type->length == 16)
		head->uuid = head->bytes + head->at / 8;
	head->at += bits;
	return TT_PACKET_GOOD;
}

static enum tt_ctf_packet_state take_structure(struct head *head, const struct tt_ctf_type *structure)
{
	enum tt_ctf_packet_state state = TT_PACKET_GOOD;

	if (!structure)
		return state;
	head->at = tt_align(head->at, structure->align);
	for (guint i = 0; state == TT_PACKET_GOOD && i < structure->members->len; i++)
		state = take_member(head, &g_array_index(structure->members, struct tt_ctf_member, i));
	return state;
}

/* Whether the bytes are those of the text, with its dashes: 286c01e8-b2dc-… */
static bool is_uuid(const uint8_t *bytes, const char *text)
{
	for (unsigned i = 0; i < 16; i++) {
		while (*text == '-')
			text++;
		int high = g_ascii_xdigit_value(text[0]), low = high < 0 ? -1 : g_ascii_xdigit_value(text[1]);

		if (low < 0 || bytes[i] != high * 16 + low)
			return false;
		text += 2;
	}
	return true;
}

static const char *fault_of(const struct head *head)
{
	if (head->has_magic && head->magic != packet_magic)
		return "there is no packet where one should begin";
	if (head->uuid && head->layout->uuid && !is_uuid(head->uuid, head->layout->uuid))
		return "a packet is of another trace";
	return NULL;
}

/* What is wrong with the sizes and times, as a whole. */
static const char *fault_of_size(const struct head *head)
{
	if (!head->has_sizes || !head->has_begin || !head->has_end)
		return "its packets have no size or no time";
	if (head->packet % 8 || head->content % 8)
		return "a packet ends within a byte";
	if (head->content < head->at || head->packet < head->content)
		return "the size of a packet cannot be";
	return NULL;
}

enum tt_ctf_packet_state tt_ctf_packet_read(const struct tt_ctf_layout *layout, const uint8_t *bytes, size_t size,
                                            struct tt_ctf_packet *packet, const char **why)
{
	struct head head = {.layout = layout, .bytes = bytes, .size = size, .into = packet};
	enum tt_ctf_packet_state state;

	*packet = (struct tt_ctf_packet){.instance = UINT64_MAX};
	*why = "the metadata do not describe its packets";
	if (!layout->begun)
		return TT_PACKET_UNKNOWN;
	state = take_structure(&head, layout->packet_header);
	if (state != TT_PACKET_GOOD)
		return state;
	if ((*why = fault_of(&head)))
		return TT_PACKET_WRONG;
	*why = "the metadata do not describe a stream";
	packet->class = tt_ctf_find_stream(layout, head.stream_id);
	if (!packet->class)
		return TT_PACKET_UNKNOWN;
	state = take_structure(&head, packet->class->packet_context);
	if (state != TT_PACKET_GOOD)
		return state;
	if ((*why = fault_of_size(&head)))
		return TT_PACKET_WRONG;
	packet->head = (head.at + 7) / 8;
	packet->content = head.content / 8;
	packet->size = head.packet / 8;
	return TT_PACKET_GOOD;
}
