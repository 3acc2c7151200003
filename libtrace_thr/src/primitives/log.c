/* SPDX-License-Identifier: MIT */
#include "libtrace_thr/src/primitives/log.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <trace_thr/log.h>
#include <unistd.h>

#include "libtrace_thr/src/primitives/log_format.h"
#include "libtrace_thr/src/thread/current_thread.h"
#include "libtrace_thr/src/sync/futex_lock.h"

/* Level, format and destination: one object, replaced as a whole. */
struct config {
	int level;
	int fd;
	struct tt_log_format *format;
};

/*
 * Held for a whole line, and while the configuration changes: a lock word, since a mutex that another thread held at
 * a fork could not be freed in the child, and the parent's fork must not wait for a line into a full pipe.
 */
static uint32_t lock;
static struct config *config;

/* The level alone, for lines that are dropped. Relaxed: a change of the level is as late as it is. */
static int level_now = TTHR_LOG_WARNING;

static void lock_log(int *cancel_state)
{
	/* write and printf are cancellation points, and we have none. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, cancel_state);
	if (!tt_futex_lock_try(&lock))
		tt_futex_lock_acquire(&lock, &tt_never);
}

static void unlock_log(int cancel_state)
{
	tt_futex_lock_release(&lock);
	pthread_setcancelstate(cancel_state, NULL);
}

void tt_log_after_fork_in_child(void)
{
	/* The configuration is whole: it changes by the store of one pointer. */
	lock = TT_FUTEX_LOCK_FREE;
}

static void free_config(struct config *old)
{
	if (old)
		tt_log_format_free(old->format);
	free(old);
}

static int make_config(const struct tthr_log_options *options, struct config **made)
{
	const char *format = options->format ? options->format : "%(levelname)s:%(name)s:%(message)s";
	int level = options->level ? (int)options->level : (int)TTHR_LOG_WARNING;

	if (!tt_log_level_name(level) || options->fd < 0)
		return EINVAL;
	*made = calloc(1, sizeof **made);
	if (!*made)
		return ENOMEM;
	(*made)->level = level;
	(*made)->fd = options->fd ? options->fd : STDERR_FILENO;
	int error = tt_log_format_parse(format, &(*made)->format);
	if (error)
		free(*made);
	return error;
}

/* Makes it the configuration. The lock is held. */
static void set_config(struct config *made)
{
	struct config *old = config;

	config = made;
	__atomic_store_n(&level_now, made->level, __ATOMIC_RELAXED);
	free_config(old);
}

int tthr_log_config(const struct tthr_log_options *options)
{
	static const struct tthr_log_options defaults;
	struct config *made;
	int cancel_state;
	int error = make_config(options ? options : &defaults, &made);

	if (error)
		return error;
	lock_log(&cancel_state);
	set_config(made);
	unlock_log(cancel_state);
	return 0;
}

/* Writes it all, however often it takes. */
static int write_whole(int fd, const char *line, size_t size)
{
	while (size) {
		ssize_t n = write(fd, line, size);
		if (n >= 0) {
			line += n;
			size -= (size_t)n;
		} else if (errno == EAGAIN) {
			poll(&(struct pollfd){.fd = fd, .events = POLLOUT}, 1, -1);
		} else if (errno != EINTR) {
			return errno;
		}
	}
	return 0;
}

/* Renders and writes a line, which becomes an event in the same order. The lock is held. */
static int put_line(const struct tt_log_record *record, const void *caller)
{
	static const struct tthr_log_options defaults;
	size_t size;

	if (!config) {
		struct config *made;
		int error = make_config(&defaults, &made);
		if (error)
			return error;
		set_config(made);
	}
	char *line = tt_log_format_render(config->format, record, &size);
	if (!line)
		return ENOMEM;
	TT_TRACE(log_message, caller, (uint8_t)record->level, record->message);
	int error = write_whole(config->fd, line, size);
	free(line);
	return error;
}

__attribute__((format(printf, 2, 0))) static int put(int level, const char *format, va_list args, const void *caller)
{
	int saved = errno;
	int cancel_state;
	char *message;

	if (!tt_log_level_name(level))
		return EINVAL;
	if (level < __atomic_load_n(&level_now, __ATOMIC_RELAXED))
		return 0;
	struct tt_thread_ref who = tt_current_ref();
	errno = saved; /* for %m */
	int error = vasprintf(&message, format, args) < 0 ? ENOMEM : 0;
	if (error)
		goto out;
	lock_log(&cancel_state);
	error = put_line(
	    &(struct tt_log_record){
		.level = level, .message = message, .thread_name = who.name, .thread_id = who.id, .pid = who.pid},
	    caller);
	unlock_log(cancel_state);
	free(message);
out:
	errno = saved;
	return error;
}

int tthr_log(enum tthr_log_level level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int error = put((int)level, format, args, TT_CALLER);
	va_end(args);
	return error;
}

int tthr_vlog(enum tthr_log_level level, const char *format, va_list args)
{
	return put((int)level, format, args, TT_CALLER);
}
