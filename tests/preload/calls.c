/* SPDX-License-Identifier: MIT
 * Calls of every function that the interposer stands before (calls.h), each in a thread with the smallest stack that
 * there is: what it returns, whether errno is as it was, whether it ends a thread whose cancellation is pending, and
 * one that blocks in it. Then those that a signal handler may call, in one on a small stack, at any moment of others.
 * Prints lines `name: …`, which are to be the same with the interposer and without; `calls list` prints the names.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <poll.h>
#include <spawn.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <threads.h>

#include "forced.h"
#include "calls.h"

/* What the calls are made with, new for each. */
static struct {
	union {
		pthread_mutex_t mutex;
		pthread_rwlock_t rwlock;
		pthread_spinlock_t spin;
		pthread_cond_t cond;
		pthread_barrier_t barrier;
		sem_t sem;
		mtx_t mtx;
		cnd_t cnd;
	} room;
	pthread_mutex_t mutex, held, checking, dead;
	pthread_rwlock_t rwlock, written;
	pthread_spinlock_t spin;
	pthread_cond_t cond;
	pthread_barrier_t barrier, alone;
	sem_t one, none, most, go;
	mtx_t mtx, held_mtx;
	cnd_t cnd;
	pthread_once_t once, busy;
	once_flag flag;
	pthread_t alive, ended, made, maker;
	bool joined, routine_begun;
	pthread_attr_t detached, huge;
	struct timespec past, far, bad, short_while;
	int pipe[2], fd, socket, number;
	FILE *file;
	char *text;
	size_t size;
	char name[32];
} o;

static char *const arguments[] = {(char[]){"none"}, NULL};
static pid_t child;

enum how { PLAIN, TIMED, CLOCK, BAD };

static int lock_twice(void)
{
	pthread_mutex_lock(&o.checking);
	return pthread_mutex_lock(&o.checking);
}

static int wait_by(enum how how, const struct timespec *until)
{
	pthread_mutex_lock(&o.checking);
	return how == PLAIN   ? pthread_cond_wait(&o.cond, &o.checking)
	       : how == CLOCK ? pthread_cond_clockwait(&o.cond, &o.checking, CLOCK_REALTIME, until)
	                      : pthread_cond_timedwait(&o.cond, &o.checking, until);
}

static int wait_late(enum how how)
{
	return wait_by(how, how == BAD ? &o.bad : &o.past);
}

static int wait_for_good(enum how how)
{
	return wait_by(how, &o.far);
}

static long wake_number(void)
{
	__atomic_store_n(&o.number, 1, __ATOMIC_SEQ_CST);
	return syscall(SYS_futex, &o.number, FUTEX_WAKE, 1, NULL, NULL, 0);
}

static void fill_pipe(void)
{
	static const char zeros[4096];

	fcntl(o.pipe[1], F_SETFL, O_NONBLOCK);
	while (write(o.pipe[1], zeros, sizeof zeros) > 0)
		;
	fcntl(o.pipe[1], F_SETFL, 0);
}

static int write_on(void)
{
	fill_pipe();
	return (int)write(o.pipe[1], "x", 1);
}

/* To a socket that listens and has no room left. */
static int connect_on(void)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	socklen_t size = sizeof at.sun_family, room = sizeof at;
	int full = socket(AF_UNIX, SOCK_STREAM, 0);

	if (bind(full, (const struct sockaddr *)&at, size) == -1 || listen(full, 0) == -1 ||
	    getsockname(full, (struct sockaddr *)&at, &room) == -1)
		return -1;
	if (connect(o.socket, (const struct sockaddr *)&at, room) == -1)
		return -1;
	return connect(socket(AF_UNIX, SOCK_STREAM, 0), (const struct sockaddr *)&at, room);
}

static int fclose_on(void)
{
	fill_pipe();
	fputs("x", o.file);
	return fclose(o.file);
}

static void routine(void)
{
}

static void busy_routine(void)
{
	__atomic_store_n(&o.routine_begun, true, __ATOMIC_SEQ_CST);
	while (sem_wait(&o.go))
		;
}

static void *returns(void *arg)
{
	return arg;
}

static void *ends(void *arg)
{
	me();
	return arg;
}

static pthread_t start(void *(*run)(void *), void *arg)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, run, arg))
		abort();
	return thread;
}

/* A join of it need not wait. */
static pthread_t start_ended(void)
{
	char task[64];

	other_tid = 0;
	pthread_t thread = start(ends, NULL);
	while (!__atomic_load_n(&other_tid, __ATOMIC_SEQ_CST))
		pause_short();
	snprintf(task, sizeof task, "/proc/self/task/%d", (int)other_tid);
	while (access(task, F_OK) == 0)
		pause_short();
	return thread;
}

static int c11_returns(void *arg)
{
	return arg != NULL;
}

static void *stays(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *dies_with(void *mutex)
{
	pthread_mutex_lock(mutex);
	return NULL;
}

static void *makes_busy(void *arg)
{
	pthread_once(&o.busy, busy_routine);
	return arg;
}

static void make_mutexes(void)
{
	pthread_mutexattr_t attributes;

	pthread_mutexattr_init(&attributes);
	pthread_mutex_init(&o.mutex, NULL);
	pthread_mutex_init(&o.held, NULL);
	pthread_mutex_lock(&o.held);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
	pthread_mutex_init(&o.checking, &attributes);
	pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_NORMAL);
	pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&o.dead, &attributes);
	pthread_join(start(dies_with, &o.dead), NULL);
	mtx_init(&o.mtx, mtx_timed);
	mtx_init(&o.held_mtx, mtx_timed);
	mtx_lock(&o.held_mtx);
}

static void make_others(void)
{
	pthread_rwlock_init(&o.rwlock, NULL);
	pthread_rwlock_init(&o.written, NULL);
	pthread_rwlock_wrlock(&o.written);
	pthread_spin_init(&o.spin, 0);
	pthread_cond_init(&o.cond, NULL);
	cnd_init(&o.cnd);
	pthread_barrier_init(&o.barrier, NULL, 2);
	pthread_barrier_init(&o.alone, NULL, 1);
	sem_init(&o.one, 0, 1);
	sem_init(&o.none, 0, 0);
	sem_init(&o.go, 0, 0);
	sem_init(&o.most, 0, SEM_VALUE_MAX);
	pthread_attr_init(&o.detached);
	pthread_attr_setdetachstate(&o.detached, PTHREAD_CREATE_DETACHED);
	pthread_attr_init(&o.huge);
	pthread_attr_setstacksize(&o.huge, (size_t)1 << 46);
}

static void make_all(void)
{
	static char buffer[BUFSIZ]; /* that of stdio would be made on the small stack */

	memset(&o, 0, sizeof o);
	make_mutexes();
	make_others();
	o.bad.tv_nsec = -1;
	o.short_while.tv_nsec = 1000;
	o.far = in_seconds(CLOCK_REALTIME, 1000);
	o.alive = start(stays, NULL);
	o.ended = start_ended();
	o.maker = start(makes_busy, NULL);
	if (pipe(o.pipe) == -1 || !(o.file = fdopen(dup(o.pipe[1]), "w")))
		abort();
	setvbuf(o.file, buffer, _IOFBF, sizeof buffer);
	o.fd = fcntl(o.pipe[0], F_DUPFD, 100);
	o.socket = socket(AF_UNIX, SOCK_STREAM, 0);
	snprintf(o.name, sizeof o.name, "/trace-thr-%d", (int)getpid());
	while (!__atomic_load_n(&o.routine_begun, __ATOMIC_SEQ_CST))
		pause_short();
}

static void unmake_all(void)
{
	sem_post(&o.go);
	pthread_join(o.maker, NULL);
	pthread_cancel(o.alive);
	pthread_join(o.alive, NULL);
	if (!o.joined)
		pthread_join(o.ended, NULL);
	close(o.socket);
	close(o.pipe[0]);
	close(o.pipe[1]);
	sem_unlink(o.name);
}

/* How a call came out. */
struct call {
	long (*call)(void);
	bool pending; /* cancel it before */
	bool deep;    /* the thread has used most of its stack */
	bool returned, handled;
	long result;
	int error;
};

static void handle(void *arg)
{
	((struct call *)arg)->handled = true;
	/* Who is cancelled in a wait for a condition has its mutex again. */
	if (pthread_mutex_unlock(&o.checking) == 0)
		((struct call *)arg)->error = 1000;
}

/* libc is content with what is left then. */
static __attribute__((noinline)) long call_deep(long (*function)(void))
{
	volatile char used[5 * 1024];

	for (size_t i = 0; i < sizeof used; i++)
		used[i] = 1;
	return function() + used[0] - 1;
}

static void *do_call(void *arg)
{
	struct call *call = arg;

	me();
	pthread_cleanup_push(handle, call);
	if (call->pending) {
		pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
		pthread_cancel(pthread_self());
		pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL);
	}
	errno = 77;
	call->result = call->deep ? call_deep(call->call) : call->call();
	call->error = errno;
	call->returned = true;
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	pthread_cleanup_pop(0);
	return NULL;
}

static pthread_t begin(struct call *call)
{
	static char stack[2 * 65536] __attribute__((aligned(65536)));
	pthread_attr_t attributes;
	pthread_t thread;

	other_tid = 0;
	pthread_attr_init(&attributes);
	if (!call->deep)
		pthread_attr_setstack(&attributes, stack, (size_t)PTHREAD_STACK_MIN);
	else
		pthread_attr_setstacksize(&attributes, (size_t)PTHREAD_STACK_MIN);
	if (pthread_create(&thread, &attributes, do_call, call))
		abort();
	return thread;
}

static void tell(const char *name, const char *which, const char *when, const struct call *call)
{
	if (call->returned)
		printf("%s: %s, %s: returned %ld, errno %d\n", name, which, when, call->result, call->error);
	else
		printf("%s: %s, %s: ended, handled %d, %d\n", name, which, when, call->handled, call->error);
	fflush(stdout);
}

static void call_one(const char *name, const char *which, long (*function)(void), bool pending, bool deep)
{
	struct call call = {.call = function, .pending = pending, .deep = deep};

	make_all();
	pthread_join(begin(&call), NULL);
	tell(name, which, pending ? "pending" : deep ? "deep" : "plain", &call);
	unmake_all();
}

/* Whether the kernel says so of it, in a call that is what it waits by. */
static void await_blocked(void)
{
	unsigned long number = 0;

	for (int times = 0; times < 3; pause_short()) {
		char text[64] = "";
		pid_t tid = __atomic_load_n(&other_tid, __ATOMIC_SEQ_CST);
		snprintf(text, sizeof text, "/proc/self/task/%d/syscall", (int)tid);
		int file = tid ? open(text, O_RDONLY | O_CLOEXEC) : -1;
		ssize_t size = file < 0 ? 0 : read(file, text, sizeof text - 1);
		if (file >= 0)
			close(file);
		text[size > 0 ? size : 0] = '\0';
		bool waits = sscanf(text, "%lu", &number) == 1 && (number == SYS_futex || number == SYS_poll ||
		                                                   number == SYS_write || number == SYS_connect);
		times = waits ? times + 1 : 0;
	}
}

static void wait_one(const char *name, const char *which, long (*function)(void), bool is_point, long (*release)(void))
{
	struct call call = {.call = function};

	make_all();
	pthread_t thread = begin(&call);
	await_blocked();
	pthread_cancel(thread);
	if (!is_point)
		release();
	pthread_join(thread, NULL);
	tell(name, which, "blocked", &call);
	unmake_all();
}

#define CALL_FUNCTION(name, which, expression)                                                                         \
	static long call_##name##_##which(void)                                                                        \
	{                                                                                                              \
		return (long)(expression);                                                                             \
	}
#define WAIT_FUNCTION(name, which, is_point, expression, release)                                                      \
	static long wait_##name##_##which(void)                                                                        \
	{                                                                                                              \
		return (long)(expression);                                                                             \
	}                                                                                                              \
	static long release_##name##_##which(void)                                                                     \
	{                                                                                                              \
		return (long)(release);                                                                                \
	}
CALLS(CALL_FUNCTION)
WAITS(WAIT_FUNCTION)

#define DO_CALL(name, which, expression)                                                                               \
	call_one(#name, #which, call_##name##_##which, false, false);                                                  \
	call_one(#name, #which, call_##name##_##which, false, true);                                                   \
	call_one(#name, #which, call_##name##_##which, true, false);
#define DO_WAIT(name, which, is_point, expression, release)                                                            \
	wait_one(#name, #which, wait_##name##_##which, is_point, release_##name##_##which);
#define LIST_CALL(name, which, expression) puts(#name);
#define LIST_WAIT(name, which, is_point, expression, release) puts(#name);

/* What handlers may call, by POSIX or glibc, in one that comes at any moment. */

static sem_t posted;
static volatile sig_atomic_t handled, wrong;

static void in_handler(int number)
{
	int error = errno;
	struct pollfd nothing = {-1, POLLIN, 0};
	int fd = open("/dev/null", O_WRONLY);
	int spare = fcntl(fd, F_DUPFD, 200);

	(void)number;
	wrong |= poll(&nothing, 1, 0) != 0;
	wrong |= write(fd, "x", 1) != 1;
	wrong |= (close(fd) != 0) << 1;
	wrong |= (close(fd) != -1 || errno != EBADF) << 2;
	wrong |= (close_range((unsigned)spare, (unsigned)spare, 0) != 0) << 3;
	wrong |= (sem_post(&posted) != 0) << 4;
	handled++;
	errno = error;
}

static void call_in_handlers(void)
{
	enum { TIMES = 300 };
	struct itimerval often = {{0, 700}, {0, 700}}, never = {{0, 0}, {0, 0}};
	stack_t small = {.ss_size = (size_t)sysconf(_SC_SIGSTKSZ)};
	int value, rounds = 0;

	sem_init(&posted, 0, 0);
	small.ss_sp = malloc(small.ss_size);
	sigaltstack(&small, NULL);
	sigaction(SIGALRM, &(struct sigaction){.sa_handler = in_handler, .sa_flags = SA_ONSTACK | SA_RESTART}, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (; handled < TIMES; rounds++) {
		pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
		pthread_mutex_lock(&mutex);
		close(fcntl(0, F_DUPFD, 100));
		pthread_mutex_unlock(&mutex);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	sem_getvalue(&posted, &value);
	printf("handlers: wrong %d, posted %d\n", (int)wrong, value - handled);
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "list")) {
		CALLS(LIST_CALL)
		WAITS(LIST_WAIT)
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "handlers")) {
		call_in_handlers();
		return 0;
	}
	CALLS(DO_CALL)
	WAITS(DO_WAIT)
	return 0;
}
