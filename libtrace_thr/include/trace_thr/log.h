/* SPDX-License-Identifier: MIT */
/*
 * Logging: lines that carry the name of the thread that writes them. Each is also an event of the trace.
 *
 *     tthr_log_config(&(struct tthr_log_options){.level = TTHR_LOG_DEBUG,
 *                                                 .format = "(%(threadName)-10s) %(message)s"});
 *     tthr_log_debug("sleeping %.2f", pause);
 *
 * A line goes out by one write, so lines of different threads never mix; nor do those of different processes on one
 * pipe, up to PIPE_BUF bytes each.
 *
 * The format is literal text with these fields, each with an optional `-` (left-aligned) and width in characters:
 *
 *     %(asctime)s     local time, as 2016-07-10 10:45:28,170
 *     %(levelname)s   DEBUG, INFO, WARNING, ERROR, CRITICAL
 *     %(levelno)d     10, 20, 30, 40, 50
 *     %(message)s     the message
 *     %(name)s        root
 *     %(process)d     the process id
 *     %(thread)d      the thread's id in the trace
 *     %(threadName)s  the thread's name
 *     %%              a percent sign
 *
 * Source of the rules: Python's documentation of logging. Differences: one logger, to one file descriptor.
 */
#ifndef TRACE_THR_LOG_H
#define TRACE_THR_LOG_H

#include <stdarg.h>

#include <trace_thr/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum tthr_log_level {
	TTHR_LOG_DEBUG = 10,
	TTHR_LOG_INFO = 20,
	TTHR_LOG_WARNING = 30,
	TTHR_LOG_ERROR = 40,
	TTHR_LOG_CRITICAL = 50,
};

struct tthr_log_options {
	enum tthr_log_level level; /* lines below it are dropped, events as well; 0 for TTHR_LOG_WARNING */
	const char *format;        /* copied; NULL for "%(levelname)s:%(name)s:%(message)s" */
	int fd;                    /* where lines go, not closed by the library; 0 for standard error */
};

/*
 * Sets level, format and destination, at any time; until then, and with NULL, they are the defaults above. EINVAL for
 * an unknown level or field, a conversion that does not fit its field, or a negative fd: then nothing changes. ENOMEM.
 */
TTHR_API int tthr_log_config(const struct tthr_log_options *options);

/*
 * Writes a line: a message in the manner of printf, in the format that is set. Lines of any length come out whole.
 * Returns 0 also for a line below the level. ENOMEM; EINVAL for an unknown level; the error of write.
 */
TTHR_API int tthr_log(enum tthr_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));
TTHR_API int tthr_vlog(enum tthr_log_level level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#define tthr_log_debug(...) tthr_log(TTHR_LOG_DEBUG, __VA_ARGS__)
#define tthr_log_info(...) tthr_log(TTHR_LOG_INFO, __VA_ARGS__)
#define tthr_log_warning(...) tthr_log(TTHR_LOG_WARNING, __VA_ARGS__)
#define tthr_log_error(...) tthr_log(TTHR_LOG_ERROR, __VA_ARGS__)
#define tthr_log_critical(...) tthr_log(TTHR_LOG_CRITICAL, __VA_ARGS__)

#ifdef __cplusplus
}
#endif

#endif /* TRACE_THR_LOG_H */
