// SPDX-License-Identifier: MIT
// Two threads that take two locks in opposite order, kept apart by luck: the second begins later. By pthreads, and by
// std::mutex, where the calls that lock are inside the same functions of the library for all locks.
//
//     crossing pthread|cxx|sem|again
//
// `again` reads what it reads, and the other writes it, where writers go first.
//
// Between, each thread takes other locks in the same way, so that only the chain of calls tells which are which.
#include <chrono>
#include <cstring>
#include <mutex>
#include <pthread.h>
#include <semaphore.h>
#include <thread>

namespace
{
pthread_mutex_t plain[2] = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_MUTEX_INITIALIZER};
std::mutex locks[2], others[2];
sem_t places[2];
pthread_rwlock_t shared = PTHREAD_RWLOCK_WRITER_NONRECURSIVE_INITIALIZER_NP;

void be_late(int place)
{
	std::this_thread::sleep_for(std::chrono::milliseconds(50 * place));
}

void take_plain(int place)
{
	be_late(place);
	pthread_mutex_lock(&plain[place]);
	pthread_mutex_lock(&plain[1 - place]);
	pthread_mutex_unlock(&plain[1 - place]);
	pthread_mutex_unlock(&plain[place]);
}

void take_places(int place)
{
	be_late(place);
	sem_wait(&places[place]);
	sem_wait(&places[1 - place]);
	sem_post(&places[1 - place]);
	sem_post(&places[place]);
}

void read_again(int place)
{
	be_late(place);
	if (place == 1) {
		pthread_rwlock_wrlock(&shared);
		pthread_rwlock_unlock(&shared);
		return;
	}
	pthread_rwlock_rdlock(&shared);
	pthread_rwlock_rdlock(&shared);
	pthread_rwlock_unlock(&shared);
	pthread_rwlock_unlock(&shared);
}

void take_others()
{
	for (int i = 0; i < 5; i++) {
		std::lock_guard<std::mutex> first(others[0]);
		std::lock_guard<std::mutex> second(others[1]);
	}
}

void take_cxx(int place)
{
	be_late(place);
	take_others();
	std::lock_guard<std::mutex> first(locks[place]);
	std::lock_guard<std::mutex> second(locks[1 - place]);
}
} // namespace

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	auto *take = !strcmp(how, "cxx")     ? take_cxx
	             : !strcmp(how, "sem")   ? take_places
	             : !strcmp(how, "again") ? read_again
	                                     : take_plain;

	for (auto &place : places)
		sem_init(&place, 0, 1);
	std::thread first(take, 0), second(take, 1);

	first.join();
	second.join();
	return 0;
}
