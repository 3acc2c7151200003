/*
 * The rehearsal: before the program starts, a process that does nothing but load our probes, so that the trace knows
 * every event of theirs before anybody reads along.
 *
 * Babeltrace 2.0, up to 2.0.5 at least, writes past the end of an array when a live trace that it reads already gets a
 * new kind of event with a sequence in it, as call chains and build ids are (mended by its commit 839df1da8, of 2023,
 * "ctf: grow stored_values array when necessary"). The kinds of a program's events come one after the other while it
 * registers; those of later processes of the same user and word size are the same, and are not added again.
 */
#ifndef TT_SESSION_REHEARSAL_H
#define TT_SESSION_REHEARSAL_H

/* Holds it, for the session that has begun to record below `folder`; it is let in for that time. Where it fails,
 * nothing is lost but what it is for. */
void tt_rehearse(const char *folder, const char *session);

#endif /* TT_SESSION_REHEARSAL_H */
