/* SPDX-License-Identifier: MIT */
/*
 * What a module is told as: its extent, its path and its build id, of headers and notes that are written here, as a
 * loader would have mapped them.
 */
#include "wait.h"

#include <elf.h>

#include "libtrace_thr/src/trace/module_file.h"

enum { PARTS = 4, ROOM = 512 };

/* A module at `bytes`, whose file begins there: one readable part, and notes within it. */
static uint8_t bytes[ROOM] __attribute__((aligned(8)));

static struct module {
	ElfW(Phdr) parts[PARTS];
	struct dl_phdr_info info;
	size_t at; /* where the next note goes */
} module;

static void begin(void)
{
	memset(bytes, 0, sizeof bytes);
	module = (struct module){
	    .info = {.dlpi_addr = (ElfW(Addr))bytes, .dlpi_name = "/lib/x.so", .dlpi_phdr = module.parts}};
	module.parts[0] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_flags = PF_R, .p_filesz = ROOM, .p_memsz = 0x2345};
	module.info.dlpi_phnum = 1;
}

static void note(uint32_t type, const char *name, const char *contents, size_t align)
{
	const ElfW(Nhdr)
	    head = {.n_namesz = (ElfW(Word))strlen(name) + 1, .n_descsz = (ElfW(Word))strlen(contents), .n_type = type};

	memcpy(bytes + module.at, &head, sizeof head);
	memcpy(bytes + module.at + sizeof head, name, head.n_namesz);
	size_t at = (module.at + sizeof head + head.n_namesz + align - 1) & ~(align - 1);
	memcpy(bytes + at, contents, head.n_descsz);
	module.at = (at + head.n_descsz + align - 1) & ~(align - 1);
}

/* A part for what was noted since `from`. */
static void end_notes(size_t from, size_t align)
{
	module.parts[module.info.dlpi_phnum++] = (ElfW(Phdr)){.p_type = PT_NOTE,
	                                                      .p_vaddr = from,
	                                                      .p_filesz = module.at - from,
	                                                      .p_memsz = module.at - from,
	                                                      .p_align = align};
}

static void assert_build_id(const char *id)
{
	struct tt_module_file file;

	assert_true(tt_module_file(&module.info, &file));
	assert_int_equal(file.build_id_size, strlen(id));
	assert_memory_equal(file.build_id, id, strlen(id));
}

static void extent_is_that_of_all_parts(void **state)
{
	(void)state;
	struct tt_module_file file;

	begin();
	module.parts[0].p_vaddr = 0x3010;
	module.parts[1] = (ElfW(Phdr)){.p_type = PT_DYNAMIC, .p_vaddr = 0x100, .p_memsz = 0x100000};
	module.parts[2] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_vaddr = 0x8000, .p_memsz = 0x7001};
	module.parts[3] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_vaddr = 0x6000, .p_memsz = 0x10};
	module.info.dlpi_phnum = 4;
	assert_true(tt_module_file(&module.info, &file));
	assert_true(file.base == (uintptr_t)bytes + 0x3000);
	assert_true(file.size == 0xc001);
	assert_string_equal(file.path, "/lib/x.so");
	assert_int_equal(file.build_id_size, 0);
}

/* What lies behind the parts in memory is none of them. */
static void there_are_so_many_parts(void **state)
{
	(void)state;
	struct tt_module_file file;

	begin();
	module.parts[1] = (ElfW(Phdr)){.p_type = PT_LOAD, .p_vaddr = 0x8000, .p_memsz = 0x7001};
	assert_true(tt_module_file(&module.info, &file));
	assert_true(file.size == 0x2345);
	begin();
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(0, 4);
	module.info.dlpi_phnum = 1;
	assert_build_id("");
	begin();
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(0, 4);
	module.parts[2] = module.parts[0]; /* which has it mapped */
	module.parts[0].p_filesz = 1;
	assert_build_id("");
	module.info.dlpi_phnum++;
	assert_build_id("xyz");
}

static void what_is_no_file_is_none(void **state)
{
	(void)state;
	struct tt_module_file file;

	begin();
	module.info.dlpi_name = "linux-vdso.so.1";
	assert_false(tt_module_file(&module.info, &file));
	module.info.dlpi_name = ""; /* the program */
	assert_true(tt_module_file(&module.info, &file));
	module.info.dlpi_phnum = 0;
	assert_false(tt_module_file(&module.info, &file));
}

static void build_id_is_found_among_notes(void **state)
{
	(void)state;
	for (size_t align = 4; align <= 8; align += 4) {
		begin();
		note(NT_GNU_ABI_TAG, "GNU", "abi", align);
		note(NT_GNU_BUILD_ID, "Other", "theirs", align);
		note(NT_GNU_BUILD_ID, "GNU", "0123456789", align);
		end_notes(0, align);
		assert_build_id("0123456789");
	}
}

static void build_id_is_found_in_the_last_part(void **state)
{
	(void)state;
	begin();
	note(NT_GNU_ABI_TAG, "GNU", "abi", 8);
	end_notes(0, 8);
	size_t from = module.at;
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(from, 4);
	assert_build_id("xyz");
}

/* What is mapped is not looked through for notes: only the parts that say they are. */
static void notes_are_only_in_their_parts(void **state)
{
	(void)state;
	enum { BEFORE = 64 };

	begin();
	module.parts[0].p_memsz = ROOM;
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	assert_build_id("");
	begin();
	module.parts[0].p_memsz = ROOM;
	memset(bytes, 0xff, BEFORE);
	module.at = BEFORE;
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(BEFORE, 4);
	assert_build_id("xyz");
}

static void notes_that_are_not_mapped_are_not_read(void **state)
{
	(void)state;
	begin();
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(0, 4);
	module.parts[0].p_filesz = module.at - 1;
	assert_build_id("");
	module.parts[0].p_filesz = module.at;
	assert_build_id("xyz");
	module.parts[0].p_flags = PF_X;
	assert_build_id("");
}

/* Each part of it is cut off once: nothing beyond is looked at, which ASan watches. */
static void notes_that_are_cut_short_have_no_build_id(void **state)
{
	(void)state;
	begin();
	note(NT_GNU_BUILD_ID, "GNU", "0123456789abcdefghij", 4);
	end_notes(0, 4);
	for (size_t size = 0; size < module.at; size++) {
		module.parts[1].p_memsz = size;
		assert_build_id("");
	}
	module.parts[1].p_memsz = module.at;
	assert_build_id("0123456789abcdefghij");
}

/* Its size is told in one byte. */
static void a_build_id_that_is_too_long_is_none(void **state)
{
	(void)state;
	char id[UINT8_MAX + 2];

	memset(id, 'x', sizeof id);
	for (size_t size = UINT8_MAX; size <= UINT8_MAX + 1; size++) {
		id[size] = '\0';
		begin();
		note(NT_GNU_BUILD_ID, "GNU", id, 4);
		end_notes(0, 4);
		assert_build_id(size > UINT8_MAX ? "" : id);
		id[size] = 'x';
	}
}

static void sizes_that_overflow_end_the_search(void **state)
{
	(void)state;
	begin();
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(0, 4);
	((ElfW(Nhdr) *)(void *)bytes)->n_descsz = UINT32_MAX;
	assert_build_id("");
	((ElfW(Nhdr) *)(void *)bytes)->n_namesz = UINT32_MAX;
	assert_build_id("");
}

/* By path, and by build id: so a file that was built anew is another one. */
static void another_file_has_another_hash(void **state)
{
	(void)state;
	struct tt_module_file first, again, moved, rebuilt;

	begin();
	note(NT_GNU_BUILD_ID, "GNU", "xyz", 4);
	end_notes(0, 4);
	assert_true(tt_module_file(&module.info, &first));
	assert_true(tt_module_file(&module.info, &again));
	assert_true(first.hash == again.hash);
	static const char *const others[] = {"/lib/y.so", "/lib/x.sp", "/lib/x.so.1"};
	for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
		module.info.dlpi_name = others[i];
		assert_true(tt_module_file(&module.info, &moved));
		assert_true(first.hash != moved.hash);
	}
	module.info.dlpi_name = "/lib/x.so";
	bytes[module.at - 2]++;
	assert_true(tt_module_file(&module.info, &rebuilt));
	assert_true(first.hash != rebuilt.hash);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(extent_is_that_of_all_parts),
	    cmocka_unit_test(there_are_so_many_parts),
	    cmocka_unit_test(what_is_no_file_is_none),
	    cmocka_unit_test(build_id_is_found_among_notes),
	    cmocka_unit_test(build_id_is_found_in_the_last_part),
	    cmocka_unit_test(notes_are_only_in_their_parts),
	    cmocka_unit_test(notes_that_are_not_mapped_are_not_read),
	    cmocka_unit_test(notes_that_are_cut_short_have_no_build_id),
	    cmocka_unit_test(a_build_id_that_is_too_long_is_none),
	    cmocka_unit_test(sizes_that_overflow_end_the_search),
	    cmocka_unit_test(another_file_has_another_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
