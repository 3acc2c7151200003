// SPDX-License-Identifier: MIT
// C++20's waits that are no pthreads', each in a thread of its own.
//
//     futex_cxx passes|hangs
//
// `passes` lets each go on, once it sleeps; `hangs` does not.
#include <atomic>
#include <barrier>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <future>
#include <latch>
#include <semaphore>
#include <string>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

namespace
{
std::promise<int> promise;
std::latch latch{2};
std::barrier<> barrier{2};
std::counting_semaphore<8> semaphore{0};
std::atomic<int> flag{0};
volatile pid_t tid;

void in_future()
{
	tid = gettid();
	promise.get_future().wait();
}

void in_latch()
{
	tid = gettid();
	latch.arrive_and_wait();
}

void in_barrier()
{
	tid = gettid();
	barrier.arrive_and_wait();
}

void in_semaphore()
{
	tid = gettid();
	semaphore.acquire();
}

void in_atomic()
{
	tid = gettid();
	flag.wait(0);
}

// Until the last thread sleeps in futex(2), by what the kernel says of it.
void await_asleep()
{
	for (;; usleep(200)) {
		std::string call;
		std::ifstream("/proc/self/task/" + std::to_string(tid) + "/syscall") >> call;
		if (tid && call == std::to_string(SYS_futex))
			return;
	}
}

void go_on(void (*wait)())
{
	if (wait == in_future)
		promise.set_value(1);
	else if (wait == in_latch)
		latch.count_down();
	else if (wait == in_barrier)
		(void)barrier.arrive();
	else if (wait == in_semaphore)
		semaphore.release();
	else {
		flag = 1;
		flag.notify_one();
	}
}
} // namespace

int main(int, char **argv)
{
	void (*const waits[])() = {in_future, in_latch, in_barrier, in_semaphore, in_atomic};
	bool hangs = !std::strcmp(argv[1], "hangs");
	std::thread threads[5];

	for (int i = 0; i < 5; i++) {
		tid = 0;
		threads[i] = std::thread(waits[i]);
		await_asleep();
		if (!hangs) {
			go_on(waits[i]);
			threads[i].join();
		}
	}
	for (int i = 0; hangs && i < 5; i++)
		threads[i].join();
	return 0;
}
