/* SPDX-License-Identifier: MIT */
#include "tools/finding/event_loss.h"

void tt_event_loss_init(struct tt_event_loss *loss)
{
	*loss = (struct tt_event_loss){.last_ns = INT64_MIN, .buffers = g_ptr_array_new_with_free_func(g_free)};
}

void tt_event_loss_clear(struct tt_event_loss *loss)
{
	g_clear_pointer(&loss->buffers, g_ptr_array_unref);
}

static bool same(const struct tt_discarded_by_buffer *lost, const struct tt_discarded *loss)
{
	const struct tt_discarded_buffer *a = &lost->buffer, *b = &loss->buffer;

	return lost->torn == loss->torn && !g_strcmp0(lost->why, loss->why) && a->cpu == b->cpu && a->pid == b->pid &&
	       !g_strcmp0(a->channel, b->channel) && !g_strcmp0(a->process, b->process);
}

static struct tt_discarded_by_buffer *lost_of(struct tt_event_loss *all, const struct tt_discarded *loss)
{
	for (guint i = 0; i < all->buffers->len; i++) {
		if (same(all->buffers->pdata[i], loss))
			return all->buffers->pdata[i];
	}
	struct tt_discarded_by_buffer *lost = g_new0(struct tt_discarded_by_buffer, 1);
	lost->buffer = loss->buffer;
	lost->buffer.channel = g_intern_string(loss->buffer.channel);
	lost->buffer.process = g_intern_string(loss->buffer.process);
	lost->begin_ns = INT64_MAX;
	lost->end_ns = INT64_MIN;
	lost->torn = loss->torn;
	lost->why = g_intern_string(loss->why);
	g_ptr_array_add(all->buffers, lost);
	return lost;
}

void tt_event_loss_add(struct tt_event_loss *all, const struct tt_discarded *loss)
{
	struct tt_discarded_by_buffer *lost = lost_of(all, loss);
	int64_t begin = loss->begin_ns < 0 ? INT64_MIN : loss->begin_ns;
	int64_t end = loss->end_ns < 0 ? INT64_MAX : loss->end_ns;
	uint64_t packets = loss->packets ? loss->packets : loss->count == 0;

	lost->events += loss->count;
	lost->packets += packets;
	lost->begin_ns = MIN(lost->begin_ns, begin);
	lost->end_ns = MAX(lost->end_ns, end);
	all->events += loss->count;
	all->packets += packets;
	all->last_ns = MAX(all->last_ns, loss->apart ? INT64_MIN + 1 : end);
	all->torn |= loss->torn;
}

char *tt_discarded_count_text(uint64_t events, uint64_t packets)
{
	GString *text = g_string_new(NULL);

	if (events > 0 || packets == 0)
		g_string_append_printf(text, "%" G_GUINT64_FORMAT " event%s", events, events == 1 ? "" : "s");
	if (packets > 0)
		g_string_append_printf(text, "%s%" G_GUINT64_FORMAT " packet%s", events > 0 ? " and " : "", packets,
		                       packets == 1 ? "" : "s");
	return g_string_free(text, FALSE);
}

char *tt_discarded_buffer_text(const struct tt_discarded_buffer *buffer)
{
	GString *text = g_string_new(NULL);

	if (buffer->process)
		g_string_append_printf(text, "process \"%s\"", buffer->process);
	if (buffer->process && buffer->pid >= 0)
		g_string_append_printf(text, " (pid %" G_GINT64_FORMAT ")", buffer->pid);
	if (buffer->channel)
		g_string_append_printf(text, "%schannel \"%s\"", text->len ? ", " : "", buffer->channel);
	if (buffer->cpu >= 0)
		g_string_append_printf(text, "%sCPU %" G_GINT64_FORMAT, text->len ? " on " : "", buffer->cpu);
	if (text->len)
		return g_string_free(text, FALSE);
	g_string_free(text, TRUE);
	return NULL;
}
