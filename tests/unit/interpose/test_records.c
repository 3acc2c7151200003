/* SPDX-License-Identifier: MIT */
/*
 * Records: one for each address, whose objects follow one another; their names; and that memory for them is never that
 * of another.
 */
#include "program.h"

#include <sys/resource.h>

#include "libtrace_thr/interpose/core/object_table.h"

/* Addresses that are never looked at. */
static const void *address(uintptr_t number)
{
	return (const void *)(number * 8 + 0x10000);
}

static struct tt_object_entry *make(const void *at, uint64_t *mark, bool *made)
{
	struct tt_object_entry *record = tt_object_entry_make(at, "mutex", TT_KIND_ERRORCHECK, mark, made);

	must(record && record->address == (uintptr_t)at);
	return record;
}

static void one_object_after_another(void **state)
{
	(void)state;
	const void *at = address(1);
	bool made;

	assert_null(tt_object_entry_find(at));
	assert_null(tt_object_entry_known(at, NULL));
	tt_object_entry_end(at); /* of nothing */
	struct tt_object_entry *record = make(at, NULL, &made);
	assert_true(made);
	assert_true(record->id && record->kind == TT_KIND_ERRORCHECK);
	assert_ptr_equal(tt_object_entry_find(at), record);
	assert_ptr_equal(tt_object_entry_known(at, NULL), record);
	uint64_t first = record->id;
	assert_ptr_equal(make(at, NULL, &made), record);
	assert_false(made);
	assert_true(record->id == first);

	/* What it had is not that of the next. */
	record->holder = 7;
	record->waiters = 7;
	record->used = record->shared = true;
	record->done = 7;
	tt_object_entry_name(record, "/a");
	tt_object_entry_end(at);
	assert_ptr_equal(tt_object_entry_find(at), record);
	assert_null(tt_object_entry_known(at, NULL));
	assert_ptr_equal(tt_object_entry_make(at, "rwlock", TT_KIND_RWLOCK, NULL, &made), record);
	assert_true(made);
	assert_true(record->id && record->id != first);
	assert_int_equal(record->kind, TT_KIND_RWLOCK);
	assert_true(!record->holder && !record->waiters && !record->used && !record->shared && !record->done);
	assert_string_equal(record->name, "rwlock 0x10008");
}

static void a_mark_says_which_object_it_is(void **state)
{
	(void)state;
	const void *at = address(2);
	uint64_t mark = 0, other = 0;
	bool made;
	struct tt_object_entry *record = make(at, &mark, &made);

	assert_true(made && mark == record->id && mark);
	assert_ptr_equal(tt_object_entry_known(at, &mark), record);
	assert_null(tt_object_entry_known(at, &other));
	uint64_t first = mark;
	make(at, &mark, &made);
	assert_false(made);
	mark = 0; /* made anew, without a call */
	make(at, &mark, &made);
	assert_true(made && mark == record->id && mark != first);
	tt_object_entry_end(at);
	assert_null(tt_object_entry_known(at, &mark));
}

static void an_end_of_one_object_is_not_that_of_the_next(void **state)
{
	(void)state;
	bool made;
	struct tt_object_entry *record = make(address(3), NULL, &made);
	uint64_t id = record->id;

	tt_object_entry_end_one(record, id + 1);
	assert_true(record->id == id);
	tt_object_entry_end_one(record, id);
	assert_true(record->id == 0);
}

static void assert_named(const char *prefix, uintptr_t at, const char *name)
{
	char text[TT_OBJECT_ENTRY_TEXT + 1];

	memset(text, '#', sizeof text);
	tt_record_write_name(text, prefix, at);
	assert_string_equal(text, name);
	assert_int_equal(text[TT_OBJECT_ENTRY_TEXT], '#');
}

static void names_are_of_addresses(void **state)
{
	(void)state;
	assert_named("mutex", 0, "mutex 0x0");
	assert_named("sem", 0xf, "sem 0xf");
	assert_named("sem", 0x10, "sem 0x10");
	assert_named("barrier", 0x55d0c0ffee10, "barrier 0x55d0c0ffee10");
	assert_named("barrier", UINTPTR_MAX, "barrier 0xffffffffffffffff");
	assert_named("cond", UINT64_C(0x123456789abcdef0), "cond 0x123456789abcdef0");
}

static void a_name_is_copied(void **state)
{
	(void)state;
	char name[] = "/a/semaphore";
	bool made;
	struct tt_object_entry *record = make(address(4), NULL, &made);

	tt_object_entry_name(record, name);
	memset(name, 'x', sizeof name - 1);
	assert_string_equal(record->name, "/a/semaphore");
	assert_string_equal(tt_object_entry_ref(record).name, "/a/semaphore");
	assert_true(tt_object_entry_ref(record).id == record->id);
}

enum { MANY = 40000, FIRST_OF_MANY = 1000 };

/* The table grows several times meanwhile. */
static void many_are_found(void **state)
{
	(void)state;
	static const struct tt_object_entry *records[MANY];
	bool made;

	for (unsigned i = 0; i < MANY; i++) {
		records[i] = make(address(FIRST_OF_MANY + i), NULL, &made);
		must(made);
		if (i % 7 == 0)
			tt_object_entry_end(address(FIRST_OF_MANY + i));
		if (i % 1000 == 0)
			for (unsigned j = 0; j <= i; j += 100)
				must(tt_object_entry_find(address(FIRST_OF_MANY + j)) == records[j]);
	}
	for (unsigned i = 0; i < MANY; i++) {
		must(tt_object_entry_find(address(FIRST_OF_MANY + i)) == records[i]);
		must((records[i]->id == 0) == (i % 7 == 0));
	}
	assert_null(tt_object_entry_find(address(FIRST_OF_MANY + MANY)));
}

static unsigned n_made;

static void *make_them_too(void *arg)
{
	bool made;

	for (unsigned i = 0; i < 2000; i++) {
		struct tt_object_entry *record = make(address(100000 + i), NULL, &made);
		must(record->id && record->name == record->text);
		if (made)
			count_up(&n_made);
	}
	return arg;
}

static void threads_make_each_once(void **state)
{
	(void)state;
	struct crew crew;

	crew_start(&crew, 4, make_them_too, NULL);
	crew_join(&crew);
	assert_int_equal(n_made, 2000);
}

static void memory_is_given_out_once(void **state)
{
	(void)state;
	static struct {
		unsigned char *at;
		size_t size;
	} pieces[3000];
	enum { N = sizeof pieces / sizeof *pieces };

	for (unsigned i = 0; i < N; i++) {
		pieces[i].size = i % 100 ? i % 333 + 1 : 65536;
		pieces[i].at = tt_object_entry_memory(pieces[i].size);
		must(pieces[i].at && (uintptr_t)pieces[i].at % 16 == 0);
		for (size_t j = 0; j < pieces[i].size; j++)
			must(!pieces[i].at[j]);
		memset(pieces[i].at, (int)(i % 255) + 1, pieces[i].size);
	}
	for (unsigned i = 0; i < N; i++)
		for (size_t j = 0; j < pieces[i].size; j++)
			must(pieces[i].at[j] == i % 255 + 1);
}

/* Each chunk is used up before there is another: the kernel's count of what the process has tells. */
static size_t mapped_pages(void)
{
	char text[64] = "";
	FILE *file = fopen("/proc/self/statm", "re");

	must(file && fgets(text, sizeof text, file));
	fclose(file);
	return strtoul(text, NULL, 10);
}

static void memory_is_used_up(void **state)
{
	(void)state;
	size_t before = mapped_pages();

	for (unsigned i = 0; i < 16384; i++)
		must(tt_object_entry_memory(64));
	assert_true(mapped_pages() - before <= (16384 * 64 + 2 * 256 * 1024) / 4096);
}

static void run_out(void *arg)
{
	bool made = true;
	unsigned n = 0;

	struct rlimit before;

	(void)arg;
	must(!getrlimit(RLIMIT_AS, &before));
	must(!setrlimit(RLIMIT_AS, &(struct rlimit){.rlim_cur = 4096, .rlim_max = before.rlim_max}));
	while (tt_object_entry_memory(4096))
		must(++n < 1000);
	while (tt_object_entry_memory(16))
		must(++n < 100000);
	must(!tt_object_entry_make(address(200000), "mutex", TT_KIND_MUTEX, NULL, &made) && !made);
	must(!tt_object_entry_find(address(200000)));
	must(!setrlimit(RLIMIT_AS, &before));
	must(tt_object_entry_memory(16));
}

static void without_memory_there_is_none(void **state)
{
	(void)state;
	in_child(run_out, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(one_object_after_another),
	    cmocka_unit_test(a_mark_says_which_object_it_is),
	    cmocka_unit_test(an_end_of_one_object_is_not_that_of_the_next),
	    cmocka_unit_test(names_are_of_addresses),
	    cmocka_unit_test(a_name_is_copied),
	    cmocka_unit_test(many_are_found),
	    cmocka_unit_test(threads_make_each_once),
	    cmocka_unit_test(memory_is_given_out_once),
	    cmocka_unit_test(memory_is_used_up),
	    cmocka_unit_test(without_memory_there_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
