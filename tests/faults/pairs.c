/* SPDX-License-Identifier: MIT
 * A program whose events can be counted: threads that take and release a lock so often, and one file of how often.
 *
 *     pairs [-t THREADS] [-n PAIRS] [-u PAUSE_US] [-s SIGNAL] [-f FORKS] [-d] [-w FILE]
 *
 * -n: by each thread; 0: until FILE (-w) is there. -s: that signal is blocked, and awaited before the second half. -d:
 * a daemon: forks, and the parent ends. -f: so many children do the same. A line of the file $MADE says how many pairs
 * each process made; of the file $NOTICED, that it came to its end.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_THREADS = 64 };

static long threads = 1, wanted = 1000, forks;
static unsigned pause_us;
static int awaited;
static const char *until;
static long made;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void wait_us(unsigned us)
{
	struct timespec left = {us / 1000000, (long)(us % 1000000) * 1000};

	while (us && nanosleep(&left, &left) == -1 && errno == EINTR)
		continue;
}

static void pairs(long n)
{
	for (long i = 0; n ? i < n : access(until, F_OK) == -1; i++) {
		pthread_mutex_lock(&lock);
		made++;
		pthread_mutex_unlock(&lock);
		wait_us(pause_us);
	}
}

static void *work(void *unused)
{
	(void)unused;
	pairs(wanted);
	return NULL;
}

/* Whole, in one write: several processes share the file. */
static void say(const char *variable, const char *text)
{
	const char *path = getenv(variable);
	int fd = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666) : -1;

	if (fd == -1)
		return;
	if (write(fd, text, strlen(text)) == -1)
		perror(path);
	close(fd);
}

/* The second half begins when the signal has come. */
static void *shut_down(void *set)
{
	int number;

	sigwait(set, &number);
	pairs(wanted);
	return NULL;
}

static void run(void)
{
	pthread_t ids[MOST_THREADS];
	sigset_t set;
	char text[32];

	sigemptyset(&set);
	if (awaited) {
		sigaddset(&set, awaited);
		pthread_sigmask(SIG_BLOCK, &set, NULL);
		pairs(wanted);
	}
	say("READY", "ready\n");
	for (long i = 0; i < threads; i++)
		pthread_create(&ids[i], NULL, awaited ? shut_down : work, &set);
	for (long i = 0; i < threads; i++)
		pthread_join(ids[i], NULL);
	snprintf(text, sizeof text, "%ld\n", made);
	say("MADE", text);
}

static void take(int argc, char **argv, int *daemonizes)
{
	int option;

	while ((option = getopt(argc, argv, "t:n:u:s:f:w:d")) != -1) {
		long n = optarg ? strtol(optarg, NULL, 10) : 0;

		switch (option) {
		case 't':
			threads = n < MOST_THREADS ? n : MOST_THREADS;
			break;
		case 'n':
			wanted = n;
			break;
		case 'u':
			pause_us = (unsigned)n;
			break;
		case 's':
			awaited = (int)n;
			break;
		case 'f':
			forks = n;
			break;
		case 'w':
			until = optarg;
			break;
		case 'd':
			*daemonizes = 1;
			break;
		default:
			exit(2);
		}
	}
}

int main(int argc, char **argv)
{
	int daemonizes = 0;

	take(argc, argv, &daemonizes);
	if (daemonizes) {
		if (fork())
			_exit(0);
		setsid();
	}
	for (long i = 0; i < forks; i++)
		if (!fork()) {
			run();
			exit(0);
		}
	run();
	while (wait(NULL) > 0)
		continue;
	say("NOTICED", "clean end\n");
	return 0;
}
