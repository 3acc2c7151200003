/*
 * Removing what a failed recording has made.
 */
#ifndef TT_SESSION_FILES_H
#define TT_SESSION_FILES_H

/* Removes all below the folder; follows no link. What cannot be removed stays. */
void tt_remove_below(const char *path);

/* Removes the folder and all below it; follows no link. What cannot be removed stays. */
void tt_remove_tree(const char *path);

#endif /* TT_SESSION_FILES_H */
