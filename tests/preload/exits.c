/* SPDX-License-Identifier: MIT
 * Ends itself, in the way that it is told to, while four other threads take and release locks without end: each at
 * another place of an event then. Its status is 3, or that of SIGABRT or SIGTERM. With LIBRARY (tests/tool/exits.c) the
 * threads are the library's daemons; with PLUGIN this is a shared object that is opened and closed meanwhile.
 */
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef LIBRARY
#include <trace_thr.h>
#endif

enum { STATUS = 3, THREADS = 4, ROUNDS = 300 };

static unsigned rounds;

/* One turn of work for the tracer. */
static void work(void)
{
#ifdef LIBRARY
	static tthr_lock lock = TTHR_LOCK_INIT("lock");

	tthr_lock_acquire(&lock);
	tthr_lock_release(&lock);
#else
	static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
	static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
	pthread_rwlock_t own = PTHREAD_RWLOCK_INITIALIZER;

	pthread_rwlock_rdlock(&own);
	pthread_mutex_lock(&lock);
	pthread_cond_signal(&cond);
	pthread_mutex_unlock(&lock);
	pthread_rwlock_unlock(&own);
	pthread_rwlock_destroy(&own);
#endif
	__atomic_add_fetch(&rounds, 1, __ATOMIC_RELAXED);
}

#ifdef PLUGIN
__attribute__((constructor, destructor)) static void use(void)
{
	for (int i = 0; i < 10; i++)
		work();
}
#else

static void *work_on(void *arg)
{
	for (;;)
		work();
	return arg;
}

static void start_threads(void)
{
	for (int i = 0; i < THREADS; i++) {
#ifdef LIBRARY
		tthr_thread *thread;
		if (tthr_thread_new(&thread,
		                    &(struct tthr_thread_options){.target = work_on, .daemon = TTHR_DAEMON_YES}) ||
		    tthr_thread_start(thread))
			_exit(99);
#else
		pthread_t thread;
		if (pthread_create(&thread, NULL, work_on, NULL))
			_exit(99);
#endif
	}
	while (__atomic_load_n(&rounds, __ATOMIC_RELAXED) < ROUNDS)
		sched_yield();
}

static void by_exec(char *self)
{
	execl(self, self, "done", (char *)NULL);
	_exit(98);
}

/* The child does what the library does at the end of a process, as does its parent. */
static int by_fork(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		pthread_mutex_t own = PTHREAD_MUTEX_INITIALIZER; /* that of the threads may be held for ever */
		pthread_mutex_lock(&own);
		pthread_mutex_unlock(&own);
		exit(STATUS);
	}
	while (waitpid(child, &status, 0) == -1 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 97;
}

static void *exit_there(void *arg)
{
	work();
	exit(STATUS);
	return arg;
}

static void from_thread(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, exit_there, NULL);
	pthread_exit(NULL);
}

/* Whatever the main thread is doing. */
static void handle(int number)
{
	(void)number;
	exit(STATUS); /* NOLINT(bugprone-signal-handler): programs do */
}

static void from_handler(void)
{
	signal(SIGALRM, handle);
	ualarm(2000, 0);
	for (;;)
		work();
}

static void at_quick_exit_work(void)
{
	work();
}

static void by_quick_exit(void)
{
	at_quick_exit(at_quick_exit_work);
	quick_exit(STATUS);
}

static int by_dlclose(const char *plugin)
{
	for (int i = 0; i < 3; i++) {
		void *handle = dlopen(plugin, RTLD_NOW);
		if (!handle || dlclose(handle)) {
			fprintf(stderr, "%s\n", dlerror());
			return 96;
		}
	}
	return STATUS;
}

int main(int argc, char **argv)
{
	const char *way = argc > 1 ? argv[1] : "";

	if (!strcmp(way, "done"))
		return STATUS;
	start_threads();
	if (!strcmp(way, "exit"))
		exit(STATUS);
	if (!strcmp(way, "_exit"))
		_exit(STATUS);
	if (!strcmp(way, "quick_exit"))
		by_quick_exit();
	if (!strcmp(way, "abort"))
		abort();
	if (!strcmp(way, "signal"))
		raise(SIGTERM);
	if (!strcmp(way, "thread"))
		from_thread();
	if (!strcmp(way, "handler"))
		from_handler();
	if (!strcmp(way, "exec"))
		by_exec(argv[0]);
	if (!strcmp(way, "fork"))
		return by_fork();
	if (!strcmp(way, "dlclose") && argc > 2)
		return by_dlclose(argv[2]);
	return !strcmp(way, "return") ? STATUS : 95;
}
#endif
