/* SPDX-License-Identifier: MIT */
#include "tests/unit/tools/leaks.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tools/read/event.h"

static void test_names(void **state)
{
	enum tt_event_type type;

	(void)state;
	assert_string_equal(tt_event_type_names[TT_EVENT_thread_create], "thread_create");
	assert_string_equal(tt_event_type_names[TT_EVENT_misuse], "misuse");
	for (unsigned i = 0; i < TT_N_EVENT_TYPES; i++) {
		assert_true(tt_event_type_find(tt_event_type_names[i], &type));
		assert_int_equal(type, i);
	}
	assert_false(tt_event_type_find("lock_acquire", &type));
	assert_false(tt_event_type_find("", &type));
}

static void test_words(void **state)
{
	(void)state;
	assert_string_equal(tt_word_lock_kind(TT_KIND_RLOCK), "rlock");
	assert_string_equal(tt_word_mode(TT_MODE_SHARED), "shared");
	assert_string_equal(tt_word_limit(TT_LIMIT_TIMED), "timed");
	assert_string_equal(tt_word_failure(TT_FAILURE_BUSY), "busy");
	assert_string_equal(tt_word_wake(TT_WAKE_JOINED), "joined");
	assert_string_equal(tt_word_end(TT_END_CANCELLED), "cancelled");
	assert_string_equal(tt_word_break(TT_BREAK_RESET), "reset");
	assert_string_equal(tt_word_log_level(TT_LOG_CRITICAL), "CRITICAL");
	assert_string_equal(tt_word_object_kind(TT_OBJECT_BARRIER), "barrier");
	assert_string_equal(tt_word_misuse(TT_MISUSE_NOT_HELD), "not held");
	assert_null(tt_word_lock_kind(200));
	assert_null(tt_word_log_level(11));
}

static size_t size_of(const struct tt_field *field)
{
	static const size_t sizes[] = {[TT_FIELD_U8] = 1,  [TT_FIELD_U32] = 4,  [TT_FIELD_U64] = 8,
	                               [TT_FIELD_I64] = 8, [TT_FIELD_TEXT] = 8, [TT_FIELD_STACK] = 8};

	return sizes[field->type];
}

/* Each field has a place of its own, so what fills one cannot spoil another. */
static void test_fields_do_not_overlap(void **state)
{
	(void)state;
	for (const struct tt_field *a = tt_fields; a->name; a++) {
		assert_true(a->offset + size_of(a) <= sizeof(struct tt_event));
		assert_int_equal(a->style == TT_STYLE_WORD, a->word != NULL);
		assert_int_equal(a->style == TT_STYLE_STACK, a->type == TT_FIELD_STACK);
		for (const struct tt_field *b = a + 1; b->name; b++) {
			assert_string_not_equal(a->name, b->name);
			assert_true(a->offset + size_of(a) <= b->offset || b->offset + size_of(b) <= a->offset);
		}
	}
}

static void test_find_field(void **state)
{
	const struct tt_field *depth = tt_field_find(TT_EVENT_lock_acquired, "depth");

	(void)state;
	assert_non_null(depth);
	assert_int_equal(depth->offset, offsetof(struct tt_event, depth));
	assert_int_equal(depth->type, TT_FIELD_U32);
	assert_null(tt_field_find(TT_EVENT_lock_acquired, "depths"));
}

/* `why` is an enumeration of its own in three families. */
static void test_why(void **state)
{
	static const struct {
		enum tt_event_type type;
		unsigned value;
		const char *word;
	} cases[] = {
	    {TT_EVENT_lock_failed, TT_FAILURE_TIMEOUT, "timeout"},
	    {TT_EVENT_sem_failed, TT_FAILURE_ERROR, "error"},
	    {TT_EVENT_barrier_broken, TT_BREAK_ACTION, "action"},
	    {TT_EVENT_misuse, TT_MISUSE_OVER_BOUND, "over bound"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tt_field *why = tt_field_find(cases[i].type, "why");

		assert_int_equal(why->offset, offsetof(struct tt_event, why));
		assert_string_equal(why->word(cases[i].value), cases[i].word);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names),
	    cmocka_unit_test(test_words),
	    cmocka_unit_test(test_fields_do_not_overlap),
	    cmocka_unit_test(test_find_field),
	    cmocka_unit_test(test_why),
	};

	return run_without_leaks(tests, sizeof tests / sizeof *tests);
}
