/* SPDX-License-Identifier: MIT */
/*
 * LTTng's part of the environment, which a program may overwrite.
 *
 * LTTng looks once what its variables are, and keeps where the kernel has put them. A program that writes its title
 * there (nginx, whatever has a setproctitle) moves its own environment away before, but not LTTng's pointers: in a
 * forked child LTTng then reads from the title how long to wait until it records, and where the daemon of a user is.
 */
#ifndef TT_ENVIRONMENT_H
#define TT_ENVIRONMENT_H

/* Remembers the variables; when LTTng is loaded, before main. */
void tt_environment_note(void);

/* In a forked child, which has one thread: puts them back where they were, and then what was there meanwhile. */
void tt_environment_swap(void);

#endif /* TT_ENVIRONMENT_H */
