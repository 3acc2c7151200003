/* SPDX-License-Identifier: MIT */
/*
 * A head is made once for a class of streams: the parts before the variant, and those of each of its options.
 */
#include "tools/read/ctf/decode/event_head.h"

#include <string.h>

static bool add_part(const struct tt_ctf_layout *layout, const struct tt_ctf_member *member,
                     struct tt_head_parts *parts)
{
	const struct tt_ctf_type *type = member->type;
	struct tt_head_part *part = &parts->part[parts->n];

	if (type->kind != TT_CTF_INTEGER || parts->n == TT_HEAD_PARTS)
		return false;
	part->what = type->clock ? TT_HEAD_TIME : strcmp(member->name, "id") ? TT_HEAD_OTHER : TT_HEAD_ID;
	part->size = type->size;
	part->align = type->align;
	part->big_endian = type->order == TT_CTF_NATIVE ? layout->big_endian : type->order == TT_CTF_BIG;
	parts->n++;
	return true;
}

static bool add_parts(const struct tt_ctf_layout *layout, const struct tt_ctf_type *structure,
                      struct tt_head_parts *parts)
{
	for (guint i = 0; i < structure->members->len; i++)
		if (!add_part(layout, &g_array_index(structure->members, struct tt_ctf_member, i), parts))
			return false;
	if (parts->n) /* a structure is aligned as its strictest member */
		parts->part[0].align = MAX(parts->part[0].align, structure->align);
	return true;
}

/* The option of the variant that a range of the tag chooses. */
static bool add_option(const struct tt_ctf_layout *layout, const struct tt_ctf_type *variant,
                       const struct tt_ctf_range *range, struct tt_event_head *head)
{
	const struct tt_ctf_type *type = tt_ctf_find_member(variant, range->word);
	struct tt_head_option *option = &head->options[head->n_options];

	if (!type || type->kind != TT_CTF_STRUCTURE || head->n_options == TT_HEAD_OPTIONS)
		return false;
	option->first = range->first;
	option->last = range->last;
	head->n_options++;
	return add_parts(layout, type, &option->parts);
}

/* The variant, which is the last member, by the tag `id`. */
static bool add_options(const struct tt_ctf_layout *layout, const struct tt_ctf_type *header,
                        const struct tt_ctf_type *variant, struct tt_event_head *head)
{
	const struct tt_ctf_type *tag = tt_ctf_find_member(header, "id");

	if (!tag || !tag->ranges || strcmp(variant->by, "id"))
		return false;
	for (guint i = 0; i < tag->ranges->len; i++)
		if (!add_option(layout, variant, &g_array_index(tag->ranges, struct tt_ctf_range, i), head))
			return false;
	return true;
}

/* Whether it is one number of that kind and size, as it is common. */
static bool is_one(const struct tt_head_parts *parts, enum tt_head_what what, unsigned size)
{
	const struct tt_head_part *part = &parts->part[0];

	return parts->n == 1 && part->what == what && part->size == size && part->align == 8 && !part->big_endian;
}

static bool is_large(const struct tt_event_head *head)
{
	const struct tt_head_option *first = &head->options[0];

	return head->align == 1 && is_one(&head->parts, TT_HEAD_ID, 16) && head->n_options && first->first == 0 &&
	       is_one(&first->parts, TT_HEAD_TIME, 32);
}

bool tt_event_head_make(const struct tt_ctf_layout *layout, const struct tt_ctf_type *header,
                        struct tt_event_head *head)
{
	*head = (struct tt_event_head){.align = 1};
	if (!header)
		return false;
	for (guint i = 0; i < header->members->len; i++) {
		const struct tt_ctf_member *member = &g_array_index(header->members, struct tt_ctf_member, i);
		bool last = i + 1 == header->members->len;

		if (member->type->kind == TT_CTF_VARIANT) {
			if (!last || !add_options(layout, header, member->type, head))
				return false;
		} else if (!add_part(layout, member, &head->parts)) {
			return false;
		}
	}
	head->align = MAX(header->align / 8, 1);
	head->is_large = is_large(head);
	return head->parts.n > 0;
}

/* `at` and `end` are in bits. */
static bool read_parts(const struct tt_head_parts *parts, const uint8_t *packet, uint64_t end, uint64_t *at,
                       uint64_t *id, uint64_t *cycles)
{
	for (unsigned i = 0; i < parts->n; i++) {
		const struct tt_head_part *part = &parts->part[i];
		uint64_t number;

		*at = tt_align(*at, part->align);
		if (*at + part->size > end)
			return false;
		number = tt_bits_number(packet, *at, part->size, part->big_endian);
		*at += part->size;
		if (part->what == TT_HEAD_ID)
			*id = number;
		else if (part->what == TT_HEAD_TIME)
			*cycles = tt_later_time(*cycles, number, part->size);
	}
	return true;
}

bool tt_event_head_read_any(const struct tt_event_head *head, const uint8_t *packet, uint64_t end, uint64_t *at,
                            uint64_t *id, uint64_t *cycles)
{
	uint64_t bit = tt_align(*at, head->align) * 8;
	bool found = !head->n_options;

	*id = 0;
	if (!read_parts(&head->parts, packet, end * 8, &bit, id, cycles))
		return false;
	for (unsigned i = 0; !found && i < head->n_options; i++) {
		const struct tt_head_option *option = &head->options[i];

		found = *id >= option->first && *id <= option->last;
		if (found && !read_parts(&option->parts, packet, end * 8, &bit, id, cycles))
			return false;
	}
	*at = (bit + 7) / 8;
	return found;
}
