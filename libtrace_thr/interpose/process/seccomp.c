/* SPDX-License-Identifier: MIT */
/*
 * A program that gives up system calls, by seccomp, must not be killed for one of the tracer's: LTTng waits, wakes,
 * maps memory and, at the exit, cancels its threads. So before the program does that the process leaves the recording:
 * what runs is told as abandoned, and LTTng's libraries do now what they would do when the process exits, after which
 * nothing of theirs is left to run.
 *
 * The call is seen where it is made by libc's prctl or syscall, as libseccomp makes it.
 */
#include "libtrace_thr/interpose/process/seccomp.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "libtrace_thr/src/thread/last_thread.h"
#include "libtrace_thr/src/admission/left_out.h"
#include "libtrace_thr/src/thread/process.h"
#include "tracepoints/left_out.h"
#include "libtrace_thr/interpose/calls/futex.h"
#include "libtrace_thr/interpose/core/shared_memory.h"
#include "libtrace_thr/interpose/core/gate.h"

/* The functions that a library has for its end, in the order of their call from last to first. */
struct ends {
	const char *library; /* how its file's name begins */
	void (**functions)(void);
	size_t n;
};

static int find_ends(struct dl_phdr_info *info, size_t size, void *data)
{
	struct ends *ends = data;
	const char *slash = strrchr(info->dlpi_name, '/');
	const ElfW(Dyn) *entry = NULL;

	(void)size;
	if (strncmp(slash ? slash + 1 : info->dlpi_name, ends->library, strlen(ends->library)) != 0)
		return 0;
	for (unsigned i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
			entry = (const void *)(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
	for (; entry && entry->d_tag != DT_NULL; entry++) {
		if (entry->d_tag == DT_FINI_ARRAY)
			ends->functions = (void (**)(void))(info->dlpi_addr + entry->d_un.d_ptr);
		else if (entry->d_tag == DT_FINI_ARRAYSZ)
			ends->n = entry->d_un.d_val / sizeof ends->functions[0];
	}
	return 1;
}

static void nothing(void)
{
}

/* Calls the functions now, if they are to be called, and sees to it that the loader does not at the exit. */
static void end_library(const char *name, bool call)
{
	struct ends ends = {.library = name};
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	dl_iterate_phdr(find_ends, &ends);
	if (!ends.functions)
		return;
	for (size_t i = ends.n; call && i-- > 0;)
		ends.functions[i]();
	char *first = (char *)ends.functions - (uintptr_t)ends.functions % page;
	size_t size = (size_t)((char *)(ends.functions + ends.n) - first);
	if (mprotect(first, size, PROT_READ | PROT_WRITE))
		return;
	for (size_t i = 0; i < ends.n; i++)
		ends.functions[i] = nothing;
	mprotect(first, size, PROT_READ);
}

/* The recorder hears of it as long as we can speak. */
static void tell(char reason)
{
	int error = errno;

	tt_reentrancy_enter();
	tt_left_out_tell(reason);
	tt_reentrancy_leave();
	errno = error;
}

static void leave(void)
{
	void (*forks)(void) = NULL;
	void *address = dlsym(RTLD_DEFAULT, "tt_provider_leave");

	tell(TT_LEFT_OUT_SECCOMP);
	tt_process_leave();
	tt_is_ready = false;
	tt_reentrancy_enter();
	memcpy(&forks, &address, sizeof forks);
	if (forks)
		forks();
	end_library("libtrace_thr-tracepoints.so", true);
	end_library("liblttng-ust.so", true);
	end_library("liblttng-ust-tracepoint.so", false);
	end_library("liblttng-ust-common.so", false);
	tt_last_thread_await_tracer();
	tt_shared_memory_forbid();
	tt_reentrancy_leave();
}

void tt_seccomp_comes(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (tt_is_ready && !tt_reentrancy)
		TT_LIBC(pthread_once)(&once, leave);
}

long tt_seccomp_syscall(long number, long a, long b, long c, long d, long e, long f)
{
	if (number == SYS_seccomp && (a == SECCOMP_SET_MODE_STRICT || a == SECCOMP_SET_MODE_FILTER))
		tt_seccomp_comes();
	return tt_next_syscall(number, a, b, c, d, e, f);
}

TT_INTERPOSED int prctl(int option, ...)
{
	unsigned long arguments[4];
	va_list rest;

	/* Who passes less passes what is there, as with libc's own. */
	va_start(rest, option);
	for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
		arguments[i] = va_arg(rest, unsigned long);
	va_end(rest);
	if (option == PR_SET_SECCOMP && (arguments[0] == SECCOMP_MODE_STRICT || arguments[0] == SECCOMP_MODE_FILTER))
		tt_seccomp_comes();
	if (option == PR_SET_KEEPCAPS && arguments[0] && tt_is_ready && !tt_reentrancy)
		tell(TT_LEFT_OUT_KEEPS);
	return TT_LIBC(prctl)(option, arguments[0], arguments[1], arguments[2], arguments[3]);
}
