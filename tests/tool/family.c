/* SPDX-License-Identifier: MIT
 * A program whose processes come about in every way: fork, fork in a fork, exec, posix_spawn, and as orphans of a
 * parent that has ended. Each takes a lock, which bears the name of the family, PAIRS times.
 *
 *     family NAME FOLDER N     begins when N families are there: each makes a file in FOLDER
 *     family NAME              one member alone
 */
#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <trace_thr.h>

enum { PAIRS = 40, ROUNDS = 3 };

static char *name;
static int members;

static void work(void)
{
	tthr_lock lock;

	tthr_lock_init(&lock, name);
	for (int i = 0; i < PAIRS; i++) {
		tthr_lock_acquire(&lock);
		tthr_lock_release(&lock);
	}
	tthr_lock_destroy(&lock);
}

static void must(int ok)
{
	if (ok)
		return;
	perror("family");
	_exit(1);
}

/* Waits for a child, which must have ended well. */
static void wait_for(pid_t pid)
{
	int status = -1;

	must(pid > 0 && waitpid(pid, &status, 0) == pid && status == 0);
	members++;
}

static void by_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pid_t grandchild = fork();
		work();
		if (grandchild)
			wait_for(grandchild);
		exit(0);
	}
	wait_for(pid);
	members++;
}

static char *alone[] = {(char[]){"family"}, NULL, NULL};

static void by_exec(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		work(); /* before, under the same number */
		execv("/proc/self/exe", alone);
		_exit(1);
	}
	wait_for(pid);
	members++;
}

static void by_spawn(void)
{
	pid_t pid;

	must(posix_spawn(&pid, "/proc/self/exe", NULL, NULL, alone, environ) == 0);
	wait_for(pid);
}

/* Its parent ends first. It holds the pipe open until it ends. */
static void by_orphan(void)
{
	int ends[2];
	char byte;

	must(pipe2(ends, O_CLOEXEC) == 0);
	pid_t pid = fork();
	if (pid == 0) {
		pid_t parent = getpid();
		if (fork())
			_exit(0);
		while (getppid() == parent)
			usleep(1000);
		work();
		_exit(0);
	}
	close(ends[1]);
	wait_for(pid);
	must(read(ends[0], &byte, 1) == 0);
	close(ends[0]);
}

static int count_files(const char *folder)
{
	DIR *files = opendir(folder);
	int n = 0;

	must(files != NULL);
	for (const struct dirent *file; (file = readdir(files));)
		n += file->d_name[0] != '.';
	closedir(files);
	return n;
}

static void wait_for_families(const char *folder, int n)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	must(close(creat(path, 0600)) == 0);
	while (count_files(folder) < n)
		usleep(5000);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return 2;
	name = alone[1] = argv[1];
	if (argc > 3)
		wait_for_families(argv[2], atoi(argv[3]));
	work();
	members++;
	if (argc < 4)
		return 0;
	for (int i = 0; i < ROUNDS; i++) {
		by_fork();
		by_exec();
		by_spawn();
		by_orphan();
	}
	printf("%d\n", members * PAIRS);
	return 0;
}
