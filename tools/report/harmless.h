/*
 * Names are the program's: nothing in one may be obeyed by a terminal, or break the format that it is written in.
 */
#ifndef TT_REPORT_HARMLESS_H
#define TT_REPORT_HARMLESS_H

/*
 * The text as valid UTF-8, with a question mark for every control character but the end of a line, and for the two
 * letters that XML does not have. The caller's to free.
 */
char *tt_harmless(const char *text);

#endif /* TT_REPORT_HARMLESS_H */
