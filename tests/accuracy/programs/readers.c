/* SPDX-License-Identifier: MIT */
#include "programs.h"

/* Locks for readers and writers. */

static pthread_mutex_t a = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t r = PTHREAD_RWLOCK_INITIALIZER, s = PTHREAD_RWLOCK_INITIALIZER,
			w = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

static void rw(int (*first)(pthread_rwlock_t *), pthread_rwlock_t *x, int (*second)(pthread_rwlock_t *),
               pthread_rwlock_t *y)
{
	DO(first(x));
	DO(second(y));
	DO(pthread_rwlock_unlock(y));
	DO(pthread_rwlock_unlock(x));
}

static void read_r_read_s(void)
{
	rw(pthread_rwlock_rdlock, &r, pthread_rwlock_rdlock, &s);
}

static void read_s_read_r(void)
{
	rw(pthread_rwlock_rdlock, &s, pthread_rwlock_rdlock, &r);
}

static void readers(void)
{
	IN_TURN(read_r_read_s, read_s_read_r);
}

static void read_s_write_r(void)
{
	rw(pthread_rwlock_rdlock, &s, pthread_rwlock_wrlock, &r);
}

static void write_s_write_r(void)
{
	rw(pthread_rwlock_wrlock, &s, pthread_rwlock_wrlock, &r);
}

static void reader_and_writer(void)
{
	IN_TURN(read_r_read_s, write_s_write_r);
}

static void writer_behind_reader(void)
{
	IN_TURN(read_r_read_s, read_s_write_r);
}

/* A lock that writers get first, read by both; and with a writer between. */

static void read_w_a(void)
{
	DO(pthread_rwlock_rdlock(&w));
	LOCK(&a);
	UNLOCK(&a);
	DO(pthread_rwlock_unlock(&w));
}

static void a_read_w(void)
{
	LOCK(&a);
	DO(pthread_rwlock_rdlock(&w));
	DO(pthread_rwlock_unlock(&w));
	UNLOCK(&a);
}

static void write_w(void)
{
	DO(pthread_rwlock_wrlock(&w));
	DO(pthread_rwlock_unlock(&w));
}

static void no_writer(void)
{
	IN_TURN(read_w_a, a_read_w);
}

static void writer_between(void)
{
	IN_TURN(read_w_a, a_read_w, write_w);
}

/* Each writes its first, and reads the other's; the same with the second read by a try. */

static void write_r_read_s(void)
{
	rw(pthread_rwlock_wrlock, &r, pthread_rwlock_rdlock, &s);
}

static void write_s_read_r(void)
{
	rw(pthread_rwlock_wrlock, &s, pthread_rwlock_rdlock, &r);
}

static void write_s_try_r(void)
{
	rw(pthread_rwlock_wrlock, &s, pthread_rwlock_tryrdlock, &r);
}

static void read_what_is_written(void)
{
	IN_TURN(write_r_read_s, write_s_read_r);
}

static void try_what_is_written(void)
{
	IN_TURN(write_r_read_s, write_s_try_r);
}

static void read_s_try_r(void)
{
	rw(pthread_rwlock_rdlock, &s, pthread_rwlock_trywrlock, &r);
}

static void read_r_write_s(void)
{
	rw(pthread_rwlock_rdlock, &r, pthread_rwlock_wrlock, &s);
}

static void write_what_is_read(void)
{
	IN_TURN(read_r_write_s, read_s_write_r);
}

static void try_what_is_read(void)
{
	IN_TURN(read_r_write_s, read_s_try_r);
}

/* With a mutex: readers do not keep each other out, a writer does. */

static void with_a(int (*lock)(pthread_rwlock_t *))
{
	DO(lock(&r));
	LOCK(&a);
	UNLOCK(&a);
	DO(pthread_rwlock_unlock(&r));
}

static void after_a(int (*lock)(pthread_rwlock_t *))
{
	LOCK(&a);
	DO(lock(&r));
	DO(pthread_rwlock_unlock(&r));
	UNLOCK(&a);
}

static void read_r_a(void)
{
	with_a(pthread_rwlock_rdlock);
}

static void write_r_a(void)
{
	with_a(pthread_rwlock_wrlock);
}

static void a_read_r(void)
{
	after_a(pthread_rwlock_rdlock);
}

static void a_write_r(void)
{
	after_a(pthread_rwlock_wrlock);
}

static void readers_and_mutex(void)
{
	IN_TURN(read_r_a, a_read_r);
}

static void writer_holds_and_mutex(void)
{
	IN_TURN(write_r_a, a_read_r);
}

static void writer_asks_and_mutex(void)
{
	IN_TURN(read_r_a, a_write_r);
}

const struct small_program reader_programs[] = {
    {"readers", "-", readers},
    {"reader_and_writer", "TT010", reader_and_writer},
    {"writer_behind_reader", "-", writer_behind_reader},
    {"no_writer", "-", no_writer},
    {"writer_between", "TT010", writer_between},
    {"read_what_is_written", "TT010", read_what_is_written},
    {"try_what_is_written", "-", try_what_is_written},
    {"write_what_is_read", "TT010", write_what_is_read},
    {"try_what_is_read", "-", try_what_is_read},
    {"readers_and_mutex", "-", readers_and_mutex},
    {"writer_holds_and_mutex", "TT010", writer_holds_and_mutex},
    {"writer_asks_and_mutex", "TT010", writer_asks_and_mutex},
    {0},
};
