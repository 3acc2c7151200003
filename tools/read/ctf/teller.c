/* SPDX-License-Identifier: MIT */
#include "tools/read/ctf/teller.h"

const char tt_ctf_undescribed[] = "its metadata do not describe an event";

/* The event of a class that this version knows. Where it ends; 0 if its packet does before. */
static uint64_t tell_event(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream,
                           const struct tt_ctf_class *class, bool *more)
{
	struct tt_event event = class->blank;
	uint64_t end = tt_fill_event(class->fill, stream->bytes, stream->at, stream->packet.content, &event, NULL);

	if (!end || !teller->telling)
		return end;
	event.time_ns = stream->time_ns;
	*more = tt_tell_event(teller->telling, &event);
	return end;
}

/* Any other event. */
static uint64_t tell_other(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream,
                           const struct tt_ctf_class *class, bool *more)
{
	struct tt_dump dump = {.time_ns = stream->time_ns};
	struct tt_fill_bytes build_id;
	uint64_t end = tt_fill_event(class->fill, stream->bytes, stream->at, stream->packet.content, &dump, &build_id);

	if (!end)
		return end;
	if (class->is_ours && teller->telling)
		tt_tell_unknown(teller->telling);
	if (!class->is_dump || !teller->modules)
		return end;
	if (!dump.pid && stream->layout->pid > 0)
		dump.pid = (uint32_t)stream->layout->pid;
	*more = tt_modules_take(teller->modules, class->dump, &dump, build_id.at, (size_t)build_id.size);
	return end;
}

static enum tt_ctf_told tell(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream, GError **error)
{
	GError *wrong = NULL;
	struct tt_ctf_class *class = tt_ctf_folder_class(stream, &wrong);
	uint64_t end;
	bool more = true;

	if (wrong) {
		g_propagate_error(error, wrong);
		return TT_TOLD_WRONG;
	}
	if (!class)
		return TT_TOLD_LATER;
	end = class->is_known ? tell_event(teller, stream, class, &more) : tell_other(teller, stream, class, &more);
	if (!end) {
		tt_ctf_stream_fail(stream, "an event is longer than its packet", error);
		return TT_TOLD_WRONG;
	}
	tt_ctf_stream_pass(stream, end);
	return more ? TT_TOLD_ON : TT_TOLD_STOP;
}

static enum tt_ctf_told tell_loss(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream)
{
	struct tt_discarded loss = tt_ctf_stream_take_loss(stream);

	return !teller->telling || tt_tell_loss(teller->telling, &loss) ? TT_TOLD_ON : TT_TOLD_STOP;
}

/* Whether the item says nothing: what others recorded, and what was lost of that. */
static bool says_nothing(struct tt_ctf_stream *stream, GError **error)
{
	const struct tt_ctf_class *class;

	if (stream->item == TT_ITEM_LOSS)
		return !tt_ctf_has_events(stream->layout, stream->class->id, tt_event_is_ours);
	class = stream->item == TT_ITEM_EVENT ? tt_ctf_folder_class(stream, error) : NULL;
	return class && !class->is_ours && !class->is_dump;
}

bool tt_ctf_look(struct tt_ctf_stream *stream, GError **error)
{
	const struct tt_ctf_teller nobody = {.telling = NULL};
	GError *wrong = NULL;
	bool ok = tt_ctf_stream_peek(stream, &wrong);

	while (ok && says_nothing(stream, &wrong))
		ok = (stream->item == TT_ITEM_LOSS ? tell_loss(&nobody, stream) : tell(&nobody, stream, &wrong)) ==
		         TT_TOLD_ON &&
		     tt_ctf_stream_peek(stream, &wrong);
	if (wrong)
		g_propagate_error(error, wrong);
	return !wrong;
}

enum tt_ctf_told tt_ctf_tell(const struct tt_ctf_teller *teller, struct tt_ctf_stream *stream, GError **error)
{
	enum tt_ctf_told told = stream->item == TT_ITEM_LOSS ? tell_loss(teller, stream) : tell(teller, stream, error);

	if (told <= TT_TOLD_STOP && !tt_ctf_look(stream, error))
		return TT_TOLD_WRONG;
	return told;
}
