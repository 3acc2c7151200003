/* SPDX-License-Identifier: MIT
 * Every function that the interposer stands before, with calls of it: CALL(name, case, expression), and WAIT(name,
 * case, is_point, expression, release) for calls that block. See calls.c, which has the objects.
 */

/* In a thread with the smallest stack; with, and without, a cancellation that is pending. */
#define CALLS(CALL)                                                                                                    \
	CALL(pthread_mutex_init, , pthread_mutex_init(&o.room.mutex, NULL))                                            \
	CALL(pthread_mutex_destroy, , pthread_mutex_destroy(&o.mutex))                                                 \
	CALL(pthread_mutex_lock, free, pthread_mutex_lock(&o.mutex))                                                   \
	CALL(pthread_mutex_lock, own, lock_twice())                                                                    \
	CALL(pthread_mutex_lock, dead, pthread_mutex_lock(&o.dead))                                                    \
	CALL(pthread_mutex_trylock, free, pthread_mutex_trylock(&o.mutex))                                             \
	CALL(pthread_mutex_trylock, held, pthread_mutex_trylock(&o.held))                                              \
	CALL(pthread_mutex_timedlock, free, pthread_mutex_timedlock(&o.mutex, &o.past))                                \
	CALL(pthread_mutex_timedlock, late, pthread_mutex_timedlock(&o.held, &o.past))                                 \
	CALL(pthread_mutex_timedlock, bad, pthread_mutex_timedlock(&o.held, &o.bad))                                   \
	CALL(pthread_mutex_clocklock, free, pthread_mutex_clocklock(&o.mutex, CLOCK_MONOTONIC, &o.past))               \
	CALL(pthread_mutex_clocklock, late, pthread_mutex_clocklock(&o.held, CLOCK_MONOTONIC, &o.past))                \
	CALL(pthread_mutex_clocklock, bad, pthread_mutex_clocklock(&o.mutex, -1, &o.past))                             \
	CALL(pthread_mutex_unlock, not_mine, pthread_mutex_unlock(&o.checking))                                        \
	CALL(pthread_mutex_unlock, mine, pthread_mutex_lock(&o.mutex) + pthread_mutex_unlock(&o.mutex))                \
	CALL(pthread_mutex_consistent, , pthread_mutex_lock(&o.dead) - EOWNERDEAD + pthread_mutex_consistent(&o.dead)) \
	CALL(pthread_mutex_consistent, bad, pthread_mutex_consistent(&o.mutex))                                        \
	CALL(pthread_rwlock_init, , pthread_rwlock_init(&o.room.rwlock, NULL))                                         \
	CALL(pthread_rwlock_destroy, , pthread_rwlock_destroy(&o.rwlock))                                              \
	CALL(pthread_rwlock_rdlock, free, pthread_rwlock_rdlock(&o.rwlock))                                            \
	CALL(pthread_rwlock_wrlock, free, pthread_rwlock_wrlock(&o.rwlock))                                            \
	CALL(pthread_rwlock_tryrdlock, held, pthread_rwlock_tryrdlock(&o.written))                                     \
	CALL(pthread_rwlock_trywrlock, held, pthread_rwlock_trywrlock(&o.written))                                     \
	CALL(pthread_rwlock_timedrdlock, late, pthread_rwlock_timedrdlock(&o.written, &o.past))                        \
	CALL(pthread_rwlock_timedwrlock, bad, pthread_rwlock_timedwrlock(&o.rwlock, &o.bad))                           \
	CALL(pthread_rwlock_clockrdlock, bad, pthread_rwlock_clockrdlock(&o.rwlock, -1, &o.past))                      \
	CALL(pthread_rwlock_clockwrlock, late, pthread_rwlock_clockwrlock(&o.written, CLOCK_MONOTONIC, &o.past))       \
	CALL(pthread_rwlock_unlock, , pthread_rwlock_rdlock(&o.rwlock) + pthread_rwlock_unlock(&o.rwlock))             \
	CALL(pthread_spin_init, , pthread_spin_init(&o.room.spin, 0))                                                  \
	CALL(pthread_spin_destroy, , pthread_spin_destroy(&o.spin))                                                    \
	CALL(pthread_spin_lock, , pthread_spin_lock(&o.spin))                                                          \
	CALL(pthread_spin_trylock, held, pthread_spin_lock(&o.spin) + pthread_spin_trylock(&o.spin))                   \
	CALL(pthread_spin_unlock, , pthread_spin_lock(&o.spin) + pthread_spin_unlock(&o.spin))                         \
	CALL(pthread_cond_init, , pthread_cond_init(&o.room.cond, NULL))                                               \
	CALL(pthread_cond_destroy, , pthread_cond_destroy(&o.cond))                                                    \
	CALL(pthread_cond_wait, not_mine, pthread_cond_wait(&o.cond, &o.checking))                                     \
	CALL(pthread_cond_timedwait, late, wait_late(TIMED))                                                           \
	CALL(pthread_cond_timedwait, bad, wait_late(BAD))                                                              \
	CALL(pthread_cond_clockwait, late, wait_late(CLOCK))                                                           \
	CALL(pthread_cond_signal, , pthread_cond_signal(&o.cond))                                                      \
	CALL(pthread_cond_broadcast, , pthread_cond_broadcast(&o.cond))                                                \
	CALL(pthread_barrier_init, , pthread_barrier_init(&o.room.barrier, NULL, 2))                                   \
	CALL(pthread_barrier_init, bad, pthread_barrier_init(&o.room.barrier, NULL, 0))                                \
	CALL(pthread_barrier_destroy, , pthread_barrier_destroy(&o.alone))                                             \
	CALL(pthread_barrier_wait, alone, pthread_barrier_wait(&o.alone))                                              \
	CALL(sem_init, , sem_init(&o.room.sem, 0, 3))                                                                  \
	CALL(sem_init, bad, sem_init(&o.room.sem, 0, ~0U))                                                             \
	CALL(sem_destroy, , sem_destroy(&o.one))                                                                       \
	CALL(sem_open, , sem_open(o.name, O_CREAT, 0600, 1) == SEM_FAILED)                                             \
	CALL(sem_open, missing, sem_open("/trace-thr-none", 0) == SEM_FAILED)                                          \
	CALL(sem_close, , sem_close(sem_open(o.name, O_CREAT, 0600, 1)))                                               \
	CALL(sem_wait, free, sem_wait(&o.one))                                                                         \
	CALL(sem_trywait, free, sem_trywait(&o.one))                                                                   \
	CALL(sem_trywait, none, sem_trywait(&o.none))                                                                  \
	CALL(sem_timedwait, free, sem_timedwait(&o.one, &o.past))                                                      \
	CALL(sem_timedwait, late, sem_timedwait(&o.none, &o.past))                                                     \
	CALL(sem_timedwait, bad, sem_timedwait(&o.one, &o.bad))                                                        \
	CALL(sem_clockwait, late, sem_clockwait(&o.none, CLOCK_MONOTONIC, &o.past))                                    \
	CALL(sem_clockwait, bad, sem_clockwait(&o.one, -1, &o.past))                                                   \
	CALL(sem_post, , sem_post(&o.none))                                                                            \
	CALL(sem_post, most, sem_post(&o.most))                                                                        \
	CALL(sem_getvalue, , sem_getvalue(&o.one, &o.number) + 10 * o.number)                                          \
	CALL(pthread_once, , pthread_once(&o.once, routine))                                                           \
	CALL(pthread_create, , pthread_create(&o.made, &o.detached, returns, NULL))                                    \
	CALL(pthread_create, bad, pthread_create(&o.made, &o.huge, returns, NULL))                                     \
	CALL(pthread_join, ended, (o.joined = true, pthread_join(o.ended, NULL)))                                      \
	CALL(pthread_join, itself, pthread_join(pthread_self(), NULL))                                                 \
	CALL(pthread_tryjoin_np, ended, (o.joined = true, pthread_tryjoin_np(o.ended, NULL)))                          \
	CALL(pthread_tryjoin_np, alive, pthread_tryjoin_np(o.alive, NULL))                                             \
	CALL(pthread_timedjoin_np, late, pthread_timedjoin_np(o.alive, NULL, &o.past))                                 \
	CALL(pthread_clockjoin_np, late, pthread_clockjoin_np(o.alive, NULL, CLOCK_MONOTONIC, &o.past))                \
	CALL(pthread_detach, , (o.joined = true, pthread_detach(o.ended)))                                             \
	CALL(pthread_cancel, , pthread_cancel(o.ended))                                                                \
	CALL(pthread_setname_np, , pthread_setname_np(o.alive, "name"))                                                \
	CALL(pthread_setname_np, long, pthread_setname_np(o.alive, "a name of more than 15"))                          \
	CALL(pthread_exit, , (pthread_exit((void *)5), 0))                                                             \
	CALL(mtx_init, , mtx_init(&o.room.mtx, mtx_plain))                                                             \
	CALL(mtx_init, bad, mtx_init(&o.room.mtx, 99))                                                                 \
	CALL(mtx_destroy, , (mtx_destroy(&o.mtx), 0))                                                                  \
	CALL(mtx_lock, free, mtx_lock(&o.mtx))                                                                         \
	CALL(mtx_trylock, held, mtx_trylock(&o.held_mtx))                                                              \
	CALL(mtx_timedlock, late, mtx_timedlock(&o.held_mtx, &o.past))                                                 \
	CALL(mtx_timedlock, bad, mtx_timedlock(&o.held_mtx, &o.bad))                                                   \
	CALL(mtx_unlock, , mtx_lock(&o.mtx) + mtx_unlock(&o.mtx))                                                      \
	CALL(cnd_init, , cnd_init(&o.room.cnd))                                                                        \
	CALL(cnd_destroy, , (cnd_destroy(&o.cnd), 0))                                                                  \
	CALL(cnd_timedwait, late, mtx_lock(&o.mtx) + cnd_timedwait(&o.cnd, &o.mtx, &o.past))                           \
	CALL(cnd_signal, , cnd_signal(&o.cnd))                                                                         \
	CALL(cnd_broadcast, , cnd_broadcast(&o.cnd))                                                                   \
	CALL(thrd_create, , thrd_create(&o.made, c11_returns, NULL))                                                   \
	CALL(thrd_join, ended, (o.joined = true, thrd_join(o.ended, &o.number)))                                       \
	CALL(thrd_detach, , (o.joined = true, thrd_detach(o.ended)))                                                   \
	CALL(thrd_exit, , (thrd_exit(5), 0))                                                                           \
	CALL(call_once, , (call_once(&o.flag, routine), 0))                                                            \
	CALL(poll, now, poll(&(struct pollfd){o.pipe[1], POLLOUT, 0}, 1, 0))                                           \
	CALL(write, , write(o.pipe[1], "x", 1))                                                                        \
	CALL(write, bad, write(-1, "x", 1))                                                                            \
	CALL(connect, , connect(o.fd, NULL, 0))                                                                        \
	CALL(connect, bad, connect(o.socket, (const struct sockaddr *)8, sizeof(struct sockaddr_un)))                  \
	CALL(close, , close(o.fd))                                                                                     \
	CALL(close, bad, close(-1))                                                                                    \
	CALL(fclose, read, fclose(o.file))                                                                             \
	CALL(fclose, flush, fputs("x", o.file) + fclose(o.file))                                                       \
	CALL(fclose, memory, fclose(open_memstream(&o.text, &o.size)))                                                 \
	CALL(close_range, , close_range((unsigned)o.fd, (unsigned)o.fd, 0))                                            \
	CALL(close_range, bad, close_range(2, 1, 0))                                                                   \
	CALL(closefrom, , (closefrom(o.fd), 0))                                                                        \
	CALL(syscall, wake, syscall(SYS_futex, &o.number, FUTEX_WAKE, 1, NULL, NULL, 0))                               \
	CALL(syscall, differs, syscall(SYS_futex, &o.number, FUTEX_WAIT, 1, NULL, NULL, 0))                            \
	CALL(syscall, late, syscall(SYS_futex, &o.number, FUTEX_WAIT, 0, &o.short_while, NULL, 0))                     \
	CALL(syscall, bad_length, syscall(SYS_futex, &o.number, FUTEX_WAIT, 0, &o.bad, NULL, 0))                       \
	CALL(syscall, wild_length, syscall(SYS_futex, &o.number, FUTEX_WAIT, 0, 8, NULL, 0))                           \
	CALL(syscall, wild_end, syscall(SYS_futex, &o.number, FUTEX_WAIT_BITSET, 0, 8, NULL, ~0U))                     \
	CALL(syscall, wild_word, syscall(SYS_futex, 8, FUTEX_WAIT, 0, &o.short_while, NULL, 0))                        \
	CALL(syscall, wild_wake, syscall(SYS_futex, 8, FUTEX_WAKE_OP, 1, 1, 16, 0))                                    \
	CALL(syscall, close, syscall(SYS_close, o.fd))                                                                 \
	CALL(syscall, bad_close, syscall(SYS_close, -1))                                                               \
	CALL(prctl, , prctl(PR_GET_DUMPABLE))                                                                          \
	CALL(prctl, bad, prctl(PR_SET_SECCOMP, 77, NULL))                                                              \
	CALL(execve, missing, execve("/nowhere/none", arguments, environ))                                             \
	CALL(execv, missing, execv("/nowhere/none", arguments))                                                        \
	CALL(execvp, missing, execvp("trace-thr-none", arguments))                                                     \
	CALL(execvpe, missing, execvpe("trace-thr-none", arguments, environ))                                          \
	CALL(posix_spawn, missing, posix_spawn(&child, "/nowhere/none", NULL, NULL, arguments, environ))               \
	CALL(posix_spawnp, missing, posix_spawnp(&child, "trace-thr-none", NULL, NULL, arguments, environ))            \
	CALL(dlopen, missing, dlopen("/nowhere/none.so", RTLD_NOW) == NULL)                                            \
	CALL(dlmopen, missing, dlmopen(LM_ID_BASE, "/nowhere/none.so", RTLD_NOW) == NULL)                              \
	CALL(dlclose, , dlclose(dlopen("libm.so.6", RTLD_NOW)))

/*
 * Blocks, is cancelled then, and ends if that is a point; else it is released: by the expression.
 */
#define WAITS(WAIT)                                                                                                    \
	WAIT(pthread_mutex_lock, held, false, pthread_mutex_lock(&o.held), pthread_mutex_unlock(&o.held))              \
	WAIT(pthread_mutex_timedlock, held, false, pthread_mutex_timedlock(&o.held, &o.far),                           \
	     pthread_mutex_unlock(&o.held))                                                                            \
	WAIT(pthread_mutex_clocklock, held, false, pthread_mutex_clocklock(&o.held, CLOCK_REALTIME, &o.far),           \
	     pthread_mutex_unlock(&o.held))                                                                            \
	WAIT(pthread_rwlock_rdlock, held, false, pthread_rwlock_rdlock(&o.written), pthread_rwlock_unlock(&o.written)) \
	WAIT(pthread_rwlock_wrlock, held, false, pthread_rwlock_wrlock(&o.written), pthread_rwlock_unlock(&o.written)) \
	WAIT(pthread_rwlock_timedrdlock, held, false, pthread_rwlock_timedrdlock(&o.written, &o.far),                  \
	     pthread_rwlock_unlock(&o.written))                                                                        \
	WAIT(pthread_rwlock_clockwrlock, held, false, pthread_rwlock_clockwrlock(&o.written, CLOCK_REALTIME, &o.far),  \
	     pthread_rwlock_unlock(&o.written))                                                                        \
	WAIT(pthread_barrier_wait, two, false, pthread_barrier_wait(&o.barrier), pthread_barrier_wait(&o.barrier))     \
	WAIT(pthread_once, busy, false, pthread_once(&o.busy, routine), sem_post(&o.go))                               \
	WAIT(call_once, busy, false, (call_once((once_flag *)&o.busy, routine), 0), sem_post(&o.go))                   \
	WAIT(pthread_cond_wait, , true, wait_for_good(PLAIN), 0)                                                       \
	WAIT(pthread_cond_timedwait, , true, wait_for_good(TIMED), 0)                                                  \
	WAIT(pthread_cond_clockwait, , true, wait_for_good(CLOCK), 0)                                                  \
	WAIT(cnd_wait, , true, mtx_lock(&o.mtx) + cnd_wait(&o.cnd, &o.mtx), 0)                                         \
	WAIT(cnd_timedwait, , true, mtx_lock(&o.mtx) + cnd_timedwait(&o.cnd, &o.mtx, &o.far), 0)                       \
	WAIT(mtx_lock, held, false, mtx_lock(&o.held_mtx), mtx_unlock(&o.held_mtx))                                    \
	WAIT(mtx_timedlock, held, false, mtx_timedlock(&o.held_mtx, &o.far), mtx_unlock(&o.held_mtx))                  \
	WAIT(sem_wait, none, true, sem_wait(&o.none), 0)                                                               \
	WAIT(sem_timedwait, none, true, sem_timedwait(&o.none, &o.far), 0)                                             \
	WAIT(sem_clockwait, none, true, sem_clockwait(&o.none, CLOCK_REALTIME, &o.far), 0)                             \
	WAIT(pthread_join, alive, true, pthread_join(o.alive, NULL), 0)                                                \
	WAIT(pthread_timedjoin_np, alive, true, pthread_timedjoin_np(o.alive, NULL, &o.far), 0)                        \
	WAIT(pthread_clockjoin_np, alive, true, pthread_clockjoin_np(o.alive, NULL, CLOCK_REALTIME, &o.far), 0)        \
	WAIT(thrd_join, alive, true, thrd_join(o.alive, &o.number), 0)                                                 \
	WAIT(poll, empty, true, poll(&(struct pollfd){o.pipe[0], POLLIN, 0}, 1, -1), 0)                                \
	WAIT(syscall, futex, false, syscall(SYS_futex, &o.number, FUTEX_WAIT, 0, NULL, NULL, 0), wake_number())        \
	WAIT(connect, full, true, connect_on(), 0)                                                                     \
	WAIT(write, full, true, write_on(), 0)                                                                         \
	WAIT(fclose, full, true, fclose_on(), 0)
