/* SPDX-License-Identifier: MIT */
#include "tracepoints/fast_hold.h"

#include <lttng/ust-ringbuffer-context.h>
#include <stdbool.h>
#include <string.h>
#include <urcu/system.h>

#include "tracepoints/vocabulary.h"

#define TT_COUNT_(event, shape, level) +1
enum { N_EVENTS = 0 TT_VOCABULARY(TT_COUNT_), ROOM = 256 + TT_STACK_MAX * sizeof(uint64_t), NAME_ROOM = 80 };

typedef void probe_fn(void *data, const struct tt_thread_ref *who, const void *caller, const struct tt_object_ref *what,
                      uint8_t kind, uint8_t mode, uint32_t depth, uint8_t limit, const struct tt_stack *stack);

/* Whether fields lie one behind the other, without padding. */
#ifdef LTTNG_UST_RING_BUFFER_NATURAL_ALIGN
static const bool packed = false;
#else
static const bool packed = true;
#endif

/* The generated probe of the shape. */
static probe_fn *generated;

static char *put(char *at, const void *value, size_t size)
{
	return (char *)memcpy(at, value, size) + size;
}

/* The fields in the order of the shape lock_hold, trace_thr.h. Their length; 0 if they have no room. */
static size_t pack(char *room, const struct tt_thread_ref *who, const void *caller, const struct tt_object_ref *what,
                   uint8_t kind, uint8_t mode, uint32_t depth, uint8_t limit, const struct tt_stack *stack)
{
	uint64_t site = (uint64_t)(uintptr_t)caller;
	size_t thread_size = strlen(who->name) + 1;
	size_t name_size = strlen(what->name) + 1;
	char *at = room;

	if (thread_size > NAME_ROOM || name_size > NAME_ROOM)
		return 0;
	at = put(at, &who->pid, sizeof who->pid);
	at = put(at, who->name, thread_size);
	at = put(at, &who->id, sizeof who->id);
	at = put(at, &site, sizeof site);
	at = put(at, what->name, name_size);
	at = put(at, &what->id, sizeof what->id);
	at = put(at, &kind, sizeof kind);
	at = put(at, &mode, sizeof mode);
	at = put(at, &depth, sizeof depth);
	at = put(at, &limit, sizeof limit);
	at = put(at, &stack->n, sizeof stack->n);
	if (stack->n)
		at = put(at, stack->frames, stack->n * sizeof stack->frames[0]);
	return (size_t)(at - room);
}

static void record_hold(void *data, const struct tt_thread_ref *who, const void *caller,
                        const struct tt_object_ref *what, uint8_t kind, uint8_t mode, uint32_t depth, uint8_t limit,
                        const struct tt_stack *stack)
{
	struct lttng_ust_event_common *event = data;
	char room[ROOM];
	size_t size = 0;

	if (event->type == LTTNG_UST_EVENT_TYPE_RECORDER && !CMM_ACCESS_ONCE(event->eval_filter))
		size = pack(room, who, caller, what, kind, mode, depth, limit, stack);
	if (!size) {
		generated(data, who, caller, what, kind, mode, depth, limit, stack);
		return;
	}

	struct lttng_ust_event_recorder *recorder = event->child;
	struct lttng_ust_channel_buffer *channel = recorder->chan;
	struct lttng_ust_channel_common *common = channel->parent;
	if (!CMM_ACCESS_ONCE(common->session->active) || !CMM_ACCESS_ONCE(common->enabled) ||
	    !CMM_ACCESS_ONCE(event->enabled))
		return;

	struct lttng_ust_probe_ctx probe = {.struct_size = sizeof probe, .ip = __builtin_return_address(0)};
	struct lttng_ust_ring_buffer_ctx record;
	lttng_ust_ring_buffer_ctx_init(&record, recorder, size, 1, &probe);
	if (channel->ops->event_reserve(&record) < 0)
		return;
	channel->ops->event_write(&record, room, size, 1);
	channel->ops->event_commit(&record);
}

/* Whether the event is one of those that record_hold can record. */
static bool is_hold(const struct lttng_ust_event_desc *event)
{
	return packed && (!strcmp(event->event_name, "lock_acquired") || !strcmp(event->event_name, "lock_released"));
}

struct lttng_ust_registered_probe *tt_probe_register(const struct lttng_ust_probe_desc *probes)
{
	static struct lttng_ust_tracepoint_class class;
	static struct lttng_ust_event_desc events[N_EVENTS];
	static const struct lttng_ust_event_desc *table[N_EVENTS];
	static struct lttng_ust_probe_desc copy;

	copy = *probes;
	copy.event_desc = table;
	for (size_t i = 0; i < N_EVENTS; i++) {
		table[i] = &events[i];
		events[i] = *probes->event_desc[i];
		events[i].probe_desc = &copy; /* LTTng-UST compares it */
		if (is_hold(&events[i])) {
			generated = (probe_fn *)events[i].tp_class->probe_callback;
			class = *probes->event_desc[i]->tp_class;
			class.probe_callback = (void (*)(void))record_hold;
			events[i].tp_class = &class;
		}
	}
	return lttng_ust_probe_register(&copy);
}
