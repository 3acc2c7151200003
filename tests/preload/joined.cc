// SPDX-License-Identifier: MIT
// A join of std::thread that need not wait: the thread has ended before, as /proc says.
#include <dirent.h>
#include <sched.h>

#include <cstdio>
#include <thread>

static int count_threads()
{
	DIR *tasks = opendir("/proc/self/task");
	int n = 0;

	while (const dirent *task = tasks ? readdir(tasks) : nullptr)
		n += task->d_name[0] != '.';
	if (tasks)
		closedir(tasks);
	return n;
}

static void work()
{
}

int main()
{
	const int before = count_threads(); // with the tracer's own
	std::thread thread(work);

	while (count_threads() > before)
		sched_yield();
	thread.join(); // the site
	puts("done");
}
