// SPDX-License-Identifier: MIT
/* A right program of C++'s own threads: each primitive of the standard library that stands on pthreads. */
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <future>
#include <mutex>
#include <queue>
#include <shared_mutex>
#include <thread>
#include <vector>

namespace
{
std::mutex queue_lock;
std::condition_variable filled, idle;
std::queue<int> jobs;
std::shared_mutex table_lock;
std::timed_mutex slot;
std::recursive_mutex nest;
std::once_flag once;
long table, sum, began;
int starting = 4;

void work()
{
	std::call_once(once, [] { began++; });
	{
		std::unique_lock<std::mutex> lock(queue_lock);
		starting--;
		idle.notify_one();
		/* The first jobs come when all are here, so each thread waits at least once. */
		filled.wait_for(lock, std::chrono::minutes(1), [] { return !jobs.empty(); });
	}
	for (;;) {
		std::unique_lock<std::mutex> lock(queue_lock);
		filled.wait_for(lock, std::chrono::minutes(1), [] { return !jobs.empty(); });
		int job = jobs.front();
		jobs.pop();
		lock.unlock();
		if (job < 0)
			return;
		{
			std::shared_lock<std::shared_mutex> reader(table_lock);
			job += static_cast<int>(table);
		}
		std::lock_guard<std::recursive_mutex> outer(nest);
		std::lock_guard<std::recursive_mutex> inner(nest);
		sum += job;
	}
}

/* Both at once, in either order: std::scoped_lock backs off, so there is no order to invert. */
void swap_locks(std::mutex &a, std::mutex &b)
{
	for (int i = 0; i < 1000; i++)
		std::scoped_lock both(a, b);
}
} // namespace

int main()
{
	std::vector<std::thread> crew;
	std::mutex a, b;

	{
		std::unique_lock<std::shared_mutex> writer(table_lock);
		table = 1;
	}
	for (int i = 0; i < 4; i++)
		crew.emplace_back(work);
	{
		std::unique_lock<std::mutex> lock(queue_lock);
		idle.wait(lock, [] { return starting == 0; });
	}
	for (int i = 0; i < 400; i++) {
		std::lock_guard<std::mutex> lock(queue_lock);
		jobs.push(i < 396 ? i : -1);
		filled.notify_one();
	}
	for (auto &thread : crew)
		thread.join();
	std::thread other(swap_locks, std::ref(b), std::ref(a));
	swap_locks(a, b);
	other.join();
	auto got = std::async(std::launch::async, [] {
		std::unique_lock<std::timed_mutex> lock(slot, std::chrono::seconds(1));
		return lock.owns_lock();
	});
	std::printf("sum %ld, began %ld, slot %d\n", sum, began, got.get());
	/* Each at the same place of the stack, in the other order: they are not the same locks. */
	for (int i = 0; i < 2; i++) {
		std::mutex first, second;
		std::thread([&] {
			std::lock_guard<std::mutex> x(i ? second : first);
			std::lock_guard<std::mutex> y(i ? first : second);
		}).join();
	}
	return 0;
}
