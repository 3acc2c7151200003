#include "tools/check/fork_join.h"

struct tt_fork_join *tt_fork_join_new(void)
{
	struct tt_fork_join *fork_join = g_new0(struct tt_fork_join, 1);

	fork_join->segments = g_ptr_array_new_with_free_func(g_free);
	fork_join->current = g_hash_table_new(NULL, NULL);
	fork_join->made_in = g_hash_table_new(NULL, NULL);
	fork_join->known = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	return fork_join;
}

void tt_fork_join_free(struct tt_fork_join *fork_join)
{
	g_ptr_array_free(fork_join->segments, TRUE);
	g_hash_table_destroy(fork_join->current);
	g_hash_table_destroy(fork_join->made_in);
	g_hash_table_destroy(fork_join->known);
	g_free(fork_join);
}

static struct tt_segment *begin(struct tt_fork_join *fork_join, struct tt_thread *thread, struct tt_segment *before,
                                struct tt_segment *other)
{
	struct tt_segment *segment = g_new0(struct tt_segment, 1);

	segment->thread = thread;
	segment->before = before;
	segment->other = other;
	segment->number = fork_join->segments->len;
	g_ptr_array_add(fork_join->segments, segment);
	g_hash_table_insert(fork_join->current, thread, segment);
	return segment;
}

struct tt_segment *tt_fork_join_segment(struct tt_fork_join *fork_join, struct tt_thread *thread)
{
	struct tt_segment *segment = g_hash_table_lookup(fork_join->current, thread);

	if (segment)
		return segment;
	return begin(fork_join, thread, NULL, g_hash_table_lookup(fork_join->made_in, thread));
}

void tt_fork_join_event(struct tt_fork_join *fork_join, struct tt_thread *thread, const struct tt_object *object,
                        const struct tt_event *event)
{
	if (event->type == TT_EVENT_thread_create && object) {
		struct tt_segment *segment = tt_fork_join_segment(fork_join, thread);
		g_hash_table_insert(fork_join->made_in, object->thread, segment);
		begin(fork_join, thread, segment, NULL);
	} else if (event->type == TT_EVENT_thread_join_done && object && event->result == TT_WAKE_JOINED) {
		struct tt_segment *last = tt_fork_join_segment(fork_join, object->thread);
		begin(fork_join, thread, tt_fork_join_segment(fork_join, thread), last);
	}
}

/* Walks back from `second`. What has a smaller number than `first` has it not before itself. */
static bool find_before(struct tt_fork_join *fork_join, const struct tt_segment *first, struct tt_segment *second)
{
	g_autoptr(GPtrArray) todo = g_ptr_array_new();

	fork_join->visit++;
	g_ptr_array_add(todo, second);
	while (todo->len > 0) {
		struct tt_segment *segment = g_ptr_array_remove_index_fast(todo, todo->len - 1);
		if (segment == first)
			return true;
		if (!segment || segment->number < first->number || segment->visited == fork_join->visit)
			continue;
		segment->visited = fork_join->visit;
		g_ptr_array_add(todo, segment->before);
		g_ptr_array_add(todo, segment->other);
	}
	return false;
}

bool tt_fork_join_before(struct tt_fork_join *fork_join, const struct tt_segment *first, struct tt_segment *second)
{
	gint64 key = (gint64)first->number << 32 | second->number;
	void *answer;

	if (first->number >= second->number)
		return false;
	if (!g_hash_table_lookup_extended(fork_join->known, &key, NULL, &answer)) {
		answer = GINT_TO_POINTER(find_before(fork_join, first, second));
		g_hash_table_insert(fork_join->known, g_memdup2(&key, sizeof key), answer);
	}
	return GPOINTER_TO_INT(answer) != 0;
}
