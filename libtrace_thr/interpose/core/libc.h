/* SPDX-License-Identifier: MIT */
/*
 * The functions of libc that the interposer stands before.
 *
 * They are looked up at the first call of any of them, which may come before our constructor. The table is the list of
 * what is interposed: a function that is not in it is not called by TT_LIBC.
 */
#ifndef TT_INTERPOSE_CORE_LIBC_H
#define TT_INTERPOSE_CORE_LIBC_H

#include <dlfcn.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <threads.h>
#include <time.h>

/* X(result, name, parameters) */
#define TT_LIBC_FUNCTIONS(X)                                                                                           \
	X(long, syscall, (long number, long a, long b, long c, long d, long e, long f))                                \
	X(int, pthread_mutex_init, (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes))                   \
	X(int, pthread_mutex_destroy, (pthread_mutex_t * mutex))                                                       \
	X(int, pthread_mutex_lock, (pthread_mutex_t * mutex))                                                          \
	X(int, pthread_mutex_trylock, (pthread_mutex_t * mutex))                                                       \
	X(int, pthread_mutex_timedlock, (pthread_mutex_t * mutex, const struct timespec *until))                       \
	X(int, pthread_mutex_clocklock, (pthread_mutex_t * mutex, clockid_t clock, const struct timespec *until))      \
	X(int, pthread_mutex_unlock, (pthread_mutex_t * mutex))                                                        \
	X(int, pthread_mutex_consistent, (pthread_mutex_t * mutex))                                                    \
	X(int, pthread_rwlock_init, (pthread_rwlock_t * lock, const pthread_rwlockattr_t *attributes))                 \
	X(int, pthread_rwlock_destroy, (pthread_rwlock_t * lock))                                                      \
	X(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock))                                                       \
	X(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock))                                                       \
	X(int, pthread_rwlock_tryrdlock, (pthread_rwlock_t * lock))                                                    \
	X(int, pthread_rwlock_trywrlock, (pthread_rwlock_t * lock))                                                    \
	X(int, pthread_rwlock_timedrdlock, (pthread_rwlock_t * lock, const struct timespec *until))                    \
	X(int, pthread_rwlock_timedwrlock, (pthread_rwlock_t * lock, const struct timespec *until))                    \
	X(int, pthread_rwlock_clockrdlock, (pthread_rwlock_t * lock, clockid_t clock, const struct timespec *until))   \
	X(int, pthread_rwlock_clockwrlock, (pthread_rwlock_t * lock, clockid_t clock, const struct timespec *until))   \
	X(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock))                                                       \
	X(int, pthread_spin_init, (pthread_spinlock_t * lock, int shared))                                             \
	X(int, pthread_spin_destroy, (pthread_spinlock_t * lock))                                                      \
	X(int, pthread_spin_lock, (pthread_spinlock_t * lock))                                                         \
	X(int, pthread_spin_trylock, (pthread_spinlock_t * lock))                                                      \
	X(int, pthread_spin_unlock, (pthread_spinlock_t * lock))                                                       \
	X(int, pthread_cond_init, (pthread_cond_t * cond, const pthread_condattr_t *attributes))                       \
	X(int, pthread_cond_destroy, (pthread_cond_t * cond))                                                          \
	X(int, pthread_cond_wait, (pthread_cond_t * cond, pthread_mutex_t * mutex))                                    \
	X(int, pthread_cond_timedwait, (pthread_cond_t * cond, pthread_mutex_t * mutex, const struct timespec *until)) \
	X(int, pthread_cond_clockwait,                                                                                 \
	  (pthread_cond_t * cond, pthread_mutex_t * mutex, clockid_t clock, const struct timespec *until))             \
	X(int, pthread_cond_signal, (pthread_cond_t * cond))                                                           \
	X(int, pthread_cond_broadcast, (pthread_cond_t * cond))                                                        \
	X(int, pthread_barrier_init,                                                                                   \
	  (pthread_barrier_t * barrier, const pthread_barrierattr_t *attributes, unsigned count))                      \
	X(int, pthread_barrier_destroy, (pthread_barrier_t * barrier))                                                 \
	X(int, pthread_barrier_wait, (pthread_barrier_t * barrier))                                                    \
	X(int, sem_init, (sem_t * sem, int shared, unsigned value))                                                    \
	X(int, sem_destroy, (sem_t * sem))                                                                             \
	X(sem_t *, sem_open, (const char *name, int flags, ...))                                                       \
	X(int, sem_close, (sem_t * sem))                                                                               \
	X(int, sem_wait, (sem_t * sem))                                                                                \
	X(int, sem_trywait, (sem_t * sem))                                                                             \
	X(int, sem_timedwait, (sem_t * sem, const struct timespec *until))                                             \
	X(int, sem_clockwait, (sem_t * sem, clockid_t clock, const struct timespec *until))                            \
	X(int, sem_post, (sem_t * sem))                                                                                \
	X(int, sem_getvalue, (sem_t * sem, int *value))                                                                \
	X(int, pthread_once, (pthread_once_t * once, void (*routine)(void)))                                           \
	X(int, pthread_create,                                                                                         \
	  (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *arg))                   \
	X(int, pthread_join, (pthread_t thread, void **value))                                                         \
	X(int, pthread_tryjoin_np, (pthread_t thread, void **value))                                                   \
	X(int, pthread_timedjoin_np, (pthread_t thread, void **value, const struct timespec *until))                   \
	X(int, pthread_clockjoin_np, (pthread_t thread, void **value, clockid_t clock, const struct timespec *until))  \
	X(int, pthread_detach, (pthread_t thread))                                                                     \
	X(int, pthread_cancel, (pthread_t thread))                                                                     \
	X(int, pthread_setname_np, (pthread_t thread, const char *name))                                               \
	X(int, mtx_init, (mtx_t * mutex, int type))                                                                    \
	X(void, mtx_destroy, (mtx_t * mutex))                                                                          \
	X(int, cnd_init, (cnd_t * cond))                                                                               \
	X(int, thrd_create, (thrd_t * thread, thrd_start_t start, void *arg))                                          \
	X(int, poll, (struct pollfd * descriptors, nfds_t n, int timeout_ms))                                          \
	X(ssize_t, write, (int fd, const void *data, size_t size))                                                     \
	X(int, connect, (int fd, const struct sockaddr *address, socklen_t size))                                      \
	X(int, close, (int fd))                                                                                        \
	X(int, fclose, (FILE * file))                                                                                  \
	X(int, close_range, (unsigned first, unsigned last, int flags))                                                \
	X(int, execve, (const char *path, char *const *arguments, char *const *environment))                           \
	X(int, execv, (const char *path, char *const *arguments))                                                      \
	X(int, execvp, (const char *name, char *const *arguments))                                                     \
	X(int, execvpe, (const char *name, char *const *arguments, char *const *environment))                          \
	X(int, posix_spawn,                                                                                            \
	  (pid_t * pid, const char *path, const posix_spawn_file_actions_t *actions,                                   \
	   const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment))                     \
	X(int, posix_spawnp,                                                                                           \
	  (pid_t * pid, const char *name, const posix_spawn_file_actions_t *actions,                                   \
	   const posix_spawnattr_t *attributes, char *const *arguments, char *const *environment))                     \
	X(void *, dlopen, (const char *path, int mode))                                                                \
	X(void *, dlmopen, (Lmid_t space, const char *path, int mode))                                                 \
	X(int, prctl, (int option, ...))                                                                               \
	X(int, dlclose, (void *handle))

#define TT_LIBC_MEMBER(result, name, parameters) result(*name) parameters;
struct tt_libc {
	bool found;
	TT_LIBC_FUNCTIONS(TT_LIBC_MEMBER)
};

extern struct tt_libc tt_libc __attribute__((visibility("hidden")));

/* Looks all of them up. */
void tt_libc_find(void);

static inline const struct tt_libc *tt_libc_get(void)
{
	/* Acquire: pairs with the release in tt_libc_find. */
	if (__builtin_expect(!__atomic_load_n(&tt_libc.found, __ATOMIC_ACQUIRE), 0))
		tt_libc_find();
	return &tt_libc;
}

/* libc's function of that name. */
#define TT_LIBC(name) (tt_libc_get()->name)

#endif /* TT_INTERPOSE_CORE_LIBC_H */
